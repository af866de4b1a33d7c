"""The body step: when a sent body equals a saved one.

That bodies count is Postman's ("How a Postman mock server matches requests to saved examples", step 6); when they are
equal is not documented, and ours. Where bodies must be equal (`x-mock-match-request-body: true`, or the mock's
setting), examples with another body drop out. Where they need not, an equal one is worth five points. There is no in
between: a part of a body is not the body.

A format (`body_formats.py`) says what equal means. Which one it is depends on both sides:

    the saved body says it         a form, GraphQL, a file, or text whose editor was set to JSON or XML
    else the call's Content-Type   JSON, form, XML, bytes; everything else is text
    else the example's             where the call has none

So a saved text without a word about its format (`body_preparation.py`) has a key for each that a call may choose; a
call has one key in each format, made when it is first asked for. Equal bodies have equal keys, and a saved body with
variables in it is a pattern (`body_patterns.py`). No body is an empty body, and two empty ones are equal.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from services.core.matching.body_formats import EMPTY, Content, Format, format_of, sent_content, sent_text
from services.core.matching.body_patterns import BodyPattern, Question, answer, values_at
from services.core.matching.call import Call
from services.core.matching.json_trees import captured_text, digest_of, spelling_of

BODY_BONUS: Final = 5
"""What an equal body is worth where bodies need not be equal."""


class When(Enum):
    """When a saved body is compared in a format."""

    ALWAYS = "the saved body says so"
    SENT = "the call says so"
    UNSENT = "the call says nothing, and the example does"


class Slot(NamedTuple):
    """A format, and when a saved body is compared in it."""

    format: Format
    when: When


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleBody:
    """A saved body: a key or a pattern for each slot that it may be found in. An empty body has neither."""

    keys: tuple[tuple[Slot, bytes], ...] = ()
    patterns: tuple[tuple[Slot, BodyPattern], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it, in any format."""
        return not (self.keys or self.patterns)


NO_BODY: Final = ExampleBody()
NOTHING: Final = b""
"""The key of an empty body."""


class SentBody:
    """The body of a call; what is made of it is made once, and when it is first asked for."""

    __slots__ = ("_answers", "_call", "_content_type", "_contents", "_format", "_is_empty", "_keys", "_octets")

    def __init__(self, call: Call) -> None:
        """Take the call."""
        self._call = call
        self._octets = call.body
        self._content_type: str | None = None
        self._format: Format | None = None
        self._is_empty: bool | None = None if call.body else True
        self._contents: dict[Format, Content] = {}
        self._keys: dict[Format, bytes] = {}
        self._answers: dict[tuple[Format, Question], bytes | None] = {}

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it, or nothing but blanks, where those are not bytes that count."""
        if self._is_empty is None:
            is_text = self._octets[:1] in _BLANK and self.format is not Format.BINARY
            self._is_empty = is_text and self.content(Format.TEXT) is EMPTY
        return self._is_empty

    @property
    def format(self) -> Format | None:
        """The format that the call says; None where it says nothing."""
        if self._content_type is None:
            self._content_type = self._call.header("content-type") or ""
            self._format = format_of(self._content_type)
        return self._format

    def is_in(self, slot: Slot) -> bool:
        """Tell whether the body is compared in a slot."""
        if slot.when is When.ALWAYS:
            return True
        return slot.format is self.format if slot.when is When.SENT else self.format is None

    def equals(self, saved: ExampleBody) -> bool:
        """Tell whether a saved body is equal."""
        is_saved_empty = not (saved.keys or saved.patterns)
        if not self._octets:
            return is_saved_empty
        if is_saved_empty:
            return self.is_empty
        return any(self.is_in(slot) and self.key(slot.format) == key for slot, key in saved.keys) or any(
            self.fits(slot, pattern) for slot, pattern in saved.patterns
        )

    def key(self, format_: Format) -> bytes:
        """Return the key of the body in a format, which it shares with its equals alone."""
        if format_ not in self._keys:
            self._keys[format_] = key_of(self.content(format_))
        return self._keys[format_]

    def fits(self, slot: Slot, pattern: BodyPattern) -> bool:
        """Tell whether a pattern fits."""
        return self.has_format(slot, pattern.format) and all(
            self.answer(slot.format, question) == wanted
            for question, wanted in zip(pattern.questions, pattern.answers, strict=True)
        )

    def has_format(self, slot: Slot, format_: Format) -> bool:
        """Tell whether the body is compared in a slot, and then indeed is what the format wants."""
        return self.is_in(slot) and self.content(slot.format).format is format_

    def answer(self, format_: Format, question: Question) -> bytes | None:
        """Return the answer to a pattern's question."""
        asked = format_, question
        if asked not in self._answers:
            self._answers[asked] = answer(self.content(format_).tree, question)
        return self._answers[asked]

    def captures(self, saved: ExampleBody) -> dict[str, str]:
        """Return what the variables of a saved body take, if it fits; of a name that occurs twice, the first taken."""
        captures: dict[str, str] = {}
        for slot, pattern in saved.patterns:
            if self.fits(slot, pattern):
                for name, value in values_at(self.content(slot.format).tree, pattern.names):
                    captures.setdefault(name, captured_text(value))
        return captures

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return len(self._octets)

    def beginning(self, length: int) -> str:
        """Return the first characters of the body, whatever it is, as they would be written in a collection."""
        return sent_text(self._octets[:length])

    def content(self, format_: Format) -> Content:
        """Return what counts of the body in a format."""
        if format_ not in self._contents:
            _ = self.format
            self._contents[format_] = sent_content(format_, self._octets, self._content_type or "")
        return self._contents[format_]


_BLANK: Final = frozenset(bytes([octet]) for octet in b" \t\r\n\v\f\x1c\x1d\x1e\x1f\xc2\xe1\xe2\xe3\xef")
"""What an empty body may begin with: a blank, or a byte of one, or of a byte-order mark."""

NO_SENT_BODY: Final = SentBody(Call(method="GET", path="", query="", headers=()))


def sent_body(call: Call) -> SentBody:
    """Return the body of a call; most have none, and share one."""
    return SentBody(call) if call.body else NO_SENT_BODY


def key_of(content: Content) -> bytes:
    """Return the key of what counts of a body."""
    return key_from(content, spelling_of(content.tree))


def key_from(content: Content, spelled: str) -> bytes:
    """Return the same, given how the content is spelled."""
    return content.format.encode() + digest_of(spelled) if content.format else NOTHING
