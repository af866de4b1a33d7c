"""Saved bodies made ready for matching: read by mode, and compared in every format that may be asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from services.core.matching.bodies import NO_BODY, ExampleBody, Slot, When, key_from
from services.core.matching.body_formats import (
    EMPTY,
    Content,
    Format,
    binary_content,
    form_content,
    format_of,
    graphql_content,
    multipart_content,
    text_content,
    with_quoted_tokens,
)
from services.core.matching.body_patterns import BodyPattern, Question, anything, pattern_of
from services.core.matching.json_trees import spelling_of
from services.core.matching.queries import form_decoded
from services.core.postman.collection import Body, BodyMode, FormField, GraphQL, Request

MAX_LAYOUTS: Final = 100
"""In how many ways the bodies of a collection may differ in where their variables stand. Each way is a look through the
sent body; people write a handful. What is saved in still another way is compared as it stands."""

TEXT_FORMATS: Final = (Format.JSON, Format.FORM, Format.XML, Format.TEXT, Format.BINARY)
"""The formats that a call may choose for a saved text."""

LANGUAGES: Final[Mapping[str, Format]] = {"json": Format.JSON, "xml": Format.XML}
"""The languages of Postman's editor that say what a text is; `text` is what it says of everything it was not told."""


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
            return key_from(content, spelled)
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
        slots = [Slot(told, When.ALWAYS)]
    else:
        own = format_of(content_type) or Format.TEXT
        slots = [*(Slot(format_, When.SENT) for format_ in TEXT_FORMATS), Slot(own, When.UNSENT)]
    for slot in slots:
        for content in _saved_text(slot.format, text, texts):
            yield slot, content


def _saved_text(format_: Format, text: str, texts: _Texts) -> Iterator[Content]:
    """Yield a text as it stands; before it, where it is JSON but for variables without quotes, that JSON."""
    if format_ is Format.BINARY:
        yield binary_content(text.encode(errors="surrogatepass"))
        return
    content = text_content(format_, text)
    if format_ is Format.JSON and content.format is Format.TEXT:
        opened = text_content(format_, texts.opened(text))
        if opened.format is Format.JSON:
            yield opened
    yield content


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
