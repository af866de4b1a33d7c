"""The body step: when a sent body equals a saved one.

That bodies count is Postman's ("How a Postman mock server matches requests to saved examples", step 6); when they are
equal is not documented, and ours. Where bodies must be equal (`x-mock-match-request-body: true`, or the mock's
setting), examples with another body drop out. Where they need not, an equal one is worth five points. There is no in
between: a part of a body is not the body.

A format (`body_formats.py`) says what equal means. Which one it is depends on both sides:

    the saved body says it         a form, GraphQL, a file, or text whose editor was set to JSON or XML
    else the call's Content-Type   JSON, form, XML, bytes; everything else is text
    else the example's             where the call has none

So a saved text without a word about its format has a key for each that a call may choose; a call has one key in each
format, made when it is first asked for. Equal bodies have equal keys, and a saved body with variables in it is a
pattern (`body_patterns.py`). No body is an empty body, and two empty ones are equal.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from services.core.matching.body_formats import (
    EMPTY,
    Content,
    Format,
    binary_content,
    form_content,
    format_of,
    graphql_content,
    multipart_content,
    sent_content,
    sent_text,
    text_content,
    with_quoted_tokens,
)
from services.core.matching.body_patterns import BodyPattern, Question, answer, anything, pattern_of, values_at
from services.core.matching.call import Call
from services.core.matching.json_trees import captured_text, digest_of, spelling_of
from services.core.matching.queries import form_decoded
from services.core.postman.collection import Body, BodyMode, FormField, GraphQL, Request

BODY_BONUS: Final = 5
"""What an equal body is worth where bodies need not be equal."""

MAX_LAYOUTS: Final = 100
"""In how many ways the bodies of a collection may differ in where their variables stand. Each way is a look through the
sent body; people write a handful. What is saved in still another way is compared as it stands."""


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
    """A saved body: a key for each slot that it may be found in, or a pattern. An empty body has neither."""

    keys: tuple[tuple[Slot, bytes], ...] = ()
    patterns: tuple[tuple[Slot, BodyPattern], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it, in any format."""
        return not (self.keys or self.patterns)


NO_BODY: Final = ExampleBody()
NOTHING: Final = b""
"""The key of an empty body."""

TEXT_FORMATS: Final = (Format.JSON, Format.FORM, Format.XML, Format.TEXT, Format.BINARY)
"""The formats that a call may choose for a saved text."""

LANGUAGES: Final[Mapping[str, Format]] = {"json": Format.JSON, "xml": Format.XML}
"""The languages of Postman's editor that say what a text is; `text` is what it says of everything it was not told."""


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
        if not (saved.keys or saved.patterns):
            return self.is_empty
        if not self._octets:
            return False
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
    return _key(content, spelling_of(content.tree))


def _key(content: Content, spelled: str) -> bytes:
    return content.format.encode() + digest_of(spelled) if content.format else NOTHING


class BodyPreparation:
    """Prepares the bodies of one collection; examples whose requests have the same body share what is made of it."""

    def __init__(self, resolved: Callable[[str], str], *, has_wildcards: bool) -> None:
        """Take what replaces variables, and whether the others may be anything."""
        self._texts = _Texts(resolved, with_quoted_tokens if has_wildcards else str)
        self._has_wildcards = has_wildcards
        self._bodies: dict[tuple[Body, str], ExampleBody] = {}
        self._same: dict[ExampleBody, ExampleBody] = {NO_BODY: NO_BODY}
        self._layouts: set[tuple[Question, ...]] = set()

    def prepare(self, request: Request) -> ExampleBody:
        """Return the body of a request as it is compared."""
        if request.body is None:
            return NO_BODY
        spelled = request.body, self._content_type(request)
        if spelled not in self._bodies:
            body = self._read(*spelled)
            self._bodies[spelled] = self._same.setdefault(body, body)
        return self._bodies[spelled]

    def contents(self, request: Request) -> "Slotted":
        """Yield what counts of a request's body in each slot: keys tell only that bodies differ, this tells where."""
        if request.body is not None:
            yield from _READERS[request.body.mode](request.body, self._texts, self._content_type(request))

    def _content_type(self, request: Request) -> str:
        enabled = (header for header in request.headers if not header.is_disabled)
        values = (header.value for header in enabled if header.key.strip().lower() == "content-type")
        return self._texts.resolved(next(values, ""))

    def _read(self, body: Body, content_type: str) -> ExampleBody:
        """Return a body as it is compared: what has variables as a pattern, the rest as keys."""
        keys: dict[tuple[Slot, bytes], None] = {}
        patterns: dict[tuple[Slot, BodyPattern], None] = {}
        for slot, content in _READERS[body.mode](body, self._texts, content_type):
            prepared = content if isinstance(content, BodyPattern) else self._prepared(content)
            if isinstance(prepared, BodyPattern):
                patterns[slot, prepared] = None
            else:
                keys[slot, prepared] = None
        return ExampleBody(keys=tuple(keys), patterns=tuple(patterns))

    def _prepared(self, content: Content) -> BodyPattern | bytes:
        spelled = spelling_of(content.tree)
        pattern = pattern_of(content) if self._has_wildcards and "{{" in spelled else None
        if pattern is None or not self._has_room_for(pattern.questions):
            return _key(content, spelled)
        return pattern

    def _has_room_for(self, layout: tuple[Question, ...]) -> bool:
        if layout not in self._layouts and len(self._layouts) >= MAX_LAYOUTS:
            return False
        self._layouts.add(layout)
        return True


class _Texts(NamedTuple):
    """What is done to saved texts.

    resolved: variables that have a value are replaced.
    opened: in JSON, those that have none are made texts wherever they stand.
    """

    resolved: Callable[[str], str]
    opened: Callable[[str], str]


Slotted = Iterator[tuple[Slot, Content | BodyPattern]]


def _read_raw(body: Body, texts: _Texts, content_type: str) -> Slotted:
    text = texts.resolved(body.raw)
    told = LANGUAGES.get(body.language.strip().lower())
    if not text.strip():
        return
    if told:
        yield Slot(told, When.ALWAYS), _saved_text(told, text, texts)
        return
    for format_ in TEXT_FORMATS:
        yield Slot(format_, When.SENT), _saved_text(format_, text, texts)
    own = format_of(content_type) or Format.TEXT
    yield Slot(own, When.UNSENT), _saved_text(own, text, texts)


def _saved_text(format_: Format, text: str, texts: _Texts) -> Content:
    if format_ is Format.BINARY:
        return binary_content(text.encode(errors="surrogatepass"))
    readable = text_content(format_, texts.opened(text)) if format_ is Format.JSON else EMPTY
    return readable if readable.format is Format.JSON else text_content(format_, text)


def _read_urlencoded(body: Body, texts: _Texts, _: str) -> Slotted:
    """Yield the form twice where it makes a difference: Postman keeps what a person typed, other tools encode it."""
    fields = [(texts.resolved(field.key), texts.resolved(field.value)) for field in _enabled(body.fields)]
    typed = form_content(fields)
    if typed is not EMPTY:
        yield Slot(Format.FORM, When.ALWAYS), typed
        yield (
            Slot(Format.FORM, When.ALWAYS),
            form_content((form_decoded(key), form_decoded(value)) for key, value in fields),
        )


def _read_formdata(body: Body, texts: _Texts, _: str) -> Slotted:
    fields, resolved = _enabled(body.fields), texts.resolved
    content = multipart_content(
        (resolved(field.key), None if field.is_file else resolved(field.value)) for field in fields
    )
    if content is not EMPTY:
        yield Slot(Format.MULTIPART, When.ALWAYS), content


def _read_graphql(body: Body, texts: _Texts, _: str) -> Slotted:
    graphql = body.graphql or GraphQL()
    query, variables, name = map(texts.resolved, (graphql.query, graphql.variables, graphql.operation_name))
    content = graphql_content(query, texts.opened(variables), name)
    if content is not EMPTY:
        yield Slot(Format.GRAPHQL, When.ALWAYS), content


def _read_file(body: Body, _texts: _Texts, _content_type: str) -> Slotted:
    """Yield the bytes of a file; one that the collection does not hold may be any."""
    content = binary_content(body.raw.encode(errors="surrogatepass"))
    if content is not EMPTY:
        yield Slot(Format.BINARY, When.ALWAYS), content
    elif body.source:
        yield Slot(Format.BINARY, When.ALWAYS), anything(Format.BINARY)


_READERS: Final[Mapping[BodyMode, Callable[[Body, _Texts, str], Slotted]]] = {
    BodyMode.RAW: _read_raw,
    BodyMode.URLENCODED: _read_urlencoded,
    BodyMode.FORMDATA: _read_formdata,
    BodyMode.GRAPHQL: _read_graphql,
    BodyMode.FILE: _read_file,
}


def _enabled(fields: Iterable[FormField]) -> Iterator[FormField]:
    return (field for field in fields if not field.is_disabled)
