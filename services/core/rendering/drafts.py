"""Replies, and drafts of them: all of a reply but what the call brings.

Most replies never change, and are drafted complete; of the others a draft keeps the text with gaps. Drafts take up as
much memory as the examples themselves, so they are made when first asked for, and those not asked for the longest make
room for new ones.
"""

from collections import OrderedDict
from collections.abc import Collection as Container
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Final

from services.core.postman.collection import Example, Header
from services.core.rendering.gaps import Gap, Occasion, Template
from services.core.rendering.headers import CONTENT_TYPE, completed, default_type, header_name, header_value, is_json
from services.core.rendering.tokens import compile_template

BODILESS: Final = frozenset({204, 304})
"""The status codes whose replies have no body, and no length of one either."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes out. Header names are in lower case; the length of the body is among the headers."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A reply with gaps.

    body: bytes where the example's body is no text.
    default_type: the Content-Type where the headers have none.
    """

    status: int
    headers: tuple[tuple[bytes, Template], ...]
    body: Template | bytes
    default_type: bytes

    @property
    def is_complete(self) -> bool:
        """Whether there is no gap."""
        texts = [template for _, template in self.headers]
        return all(text.is_static for text in (*texts, self.body) if isinstance(text, Template))

    def fill(self, occasion: Occasion) -> Reply:
        """Return the reply with each gap filled."""
        body = self.body if isinstance(self.body, bytes) else _encoded(self.body.fill(occasion))
        headers = [(name, header_value(value.fill(occasion))) for name, value in self.headers]
        if self.status in BODILESS:
            return Reply(status=self.status, headers=tuple(completed(headers, None)), body=b"")
        length = (b"content-length", b"%d" % len(body))
        sent = map(_shared, (*completed(headers, self.default_type), length))
        return Reply(status=self.status, headers=tuple(sent), body=body)


@lru_cache(maxsize=4_096)
def _shared(pair: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """Return the one copy of a header that many replies have in common: half of what a small reply takes up."""
    return pair


def draft_reply(example: Example, variables: Mapping[str, str], captured: Container[str]) -> Draft:
    """Return the draft of an example's reply, with a gap wherever the call or chance has to bring something.

    captured: the names of what the example takes from the call.
    """
    headers = tuple(
        (name, compile_template(header.value, variables, captured)) for name, header in _sendable(example.headers)
    )
    usual_type = default_type(example.preview_language, is_binary=isinstance(example.body, bytes))
    return Draft(
        status=_status(example.code),
        headers=headers,
        body=example.body
        if isinstance(example.body, bytes)
        else compile_template(example.body, variables, captured, is_json=_is_json(headers, usual_type)),
        default_type=usual_type,
    )


def _is_json(headers: Iterable[tuple[bytes, Template]], usual_type: bytes) -> bool:
    """Tell whether a body will be sent as JSON, as far as that is known before there is a call."""
    known = ((name, header_value(value.source)) for name, value in headers)
    return is_json(next(value for name, value in completed(known, usual_type) if name == CONTENT_TYPE))


def _status(code: int) -> int:
    """Return the status that is sent for a saved code: 1xx would not end the call, and others are none."""
    return code if 200 <= code <= 599 else 200  # noqa: PLR2004 - The final codes of HTTP.


def _sendable(headers: tuple[Header, ...]) -> list[tuple[bytes, Header]]:
    named = ((header_name(header.key), header) for header in headers if not header.is_disabled)
    return [(name, header) for name, header in named if name is not None]


def _encoded(text: str) -> bytes:
    """Return the text in UTF-8; a half of a surrogate pair, which JSON allows, becomes a question mark."""
    return text.encode(errors="replace")


class Drafts:
    """A bounded store of drafts and complete replies. It belongs to one thread, like the event loop that asks it."""

    LIMIT_BYTES: ClassVar = 2 * 1024 * 1024
    """What the stored bodies and their surroundings may take up together. Whoever answers calls remembers the replies
    that are always the same (`services.core.serving.answers`); here remain those with gaps, which are few."""

    def __init__(self) -> None:
        """Start empty."""
        self._drafts: OrderedDict[Hashable, tuple[Draft | Reply, int]] = OrderedDict()
        self._size_bytes = 0

    def get(self, key: Hashable) -> Draft | Reply | None:
        """Return what is stored under a key."""
        found = self._drafts.get(key)
        if found is None:
            return None
        self._drafts.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, draft: Draft | Reply) -> None:
        """Store under a key, unless it alone would take a quarter of the room."""
        size = _size_of(draft)
        if size > self.LIMIT_BYTES // 4:
            return
        self._drafts[key] = draft, size
        self._size_bytes += size
        while self._size_bytes > self.LIMIT_BYTES:
            _, (_, freed) = self._drafts.popitem(last=False)
            self._size_bytes -= freed


def _size_of(draft: Draft | Reply) -> int:
    """Return about how many bytes a draft takes up."""
    headers = BYTES_PER_HEADER * (len(draft.headers) + 1)
    if isinstance(draft.body, bytes):
        return headers + len(draft.body)
    gaps = sum(isinstance(part, Gap) for part in draft.body.parts)
    return headers + len(draft.body.source) + BYTES_PER_GAP * gaps


BYTES_PER_HEADER: Final = 250
"""A pair, its name, its value and their share of the draft."""

BYTES_PER_GAP: Final = 500
"""A gap, what tells its value, and the piece of text behind it."""
