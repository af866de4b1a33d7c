"""Bodies of saved requests, one reader and one writer for each mode (Postman's "Collection Format v2.1.0", `body`)."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from services.core.postman.collection import Body, BodyMode, FormField, GraphQL
from services.core.postman.document import JsonObject, JsonValue, json_text
from services.core.postman.findings import Warn
from services.core.postman.urls import parse_query
from services.core.postman.values import entries, is_disabled, object_of, text_of


def read_body(value: JsonValue, warn: Warn) -> Body | None:
    """Return a request's body; None for null, for one that is switched off, and (with a warning) for no body at all."""
    match value:
        case None:
            return None
        case str():
            return Body(mode=BodyMode.RAW, raw=value)
        case dict():
            return None if value.get("disabled") else _read_by_mode(value, warn)
        case _:
            warn("body", "is no request body: it counts as empty")
            return None


def body_to_json(body: Body) -> JsonObject:
    """Return the body object that `read_body` reads as `body`."""
    return {"mode": body.mode.value} | _WRITERS[body.mode](body)


def _read_by_mode(value: JsonObject, warn: Warn) -> Body | None:
    mode = value.get("mode")
    if mode is None:
        mode = next((mode.value for mode in BodyMode if value.get(mode.value) is not None), None)
    if isinstance(mode, str) and mode.lower() in _READERS:
        return _READERS[mode.lower()](value)
    if mode is not None:
        warn("body/mode", f"is {text_of(mode)!r}, which is none of {', '.join(BodyMode)}: the body counts as empty")
    return None


def _read_raw(value: JsonObject) -> Body:
    return Body(mode=BodyMode.RAW, raw=_text_or_json(value.get("raw")), language=_language(value))


def _read_urlencoded(value: JsonObject) -> Body:
    fields = value.get("urlencoded")
    if isinstance(fields, str):
        read = tuple(FormField(key=pair.key, value=pair.value or "") for pair in parse_query(fields) if pair.key)
    else:
        read = tuple(_text_field(entry) for entry in entries(fields))
    return Body(mode=BodyMode.URLENCODED, fields=read)


def _read_formdata(value: JsonObject) -> Body:
    fields = (field for entry in entries(value.get("formdata")) for field in _form_fields(entry))
    return Body(mode=BodyMode.FORMDATA, fields=tuple(fields))


def _read_graphql(value: JsonObject) -> Body:
    graphql = value.get("graphql")
    if not isinstance(graphql, dict):
        return Body(mode=BodyMode.GRAPHQL, graphql=GraphQL(query=text_of(graphql)))
    return Body(
        mode=BodyMode.GRAPHQL,
        graphql=GraphQL(
            query=text_of(graphql.get("query")),
            variables=_text_or_json(graphql.get("variables")),
            operation_name=text_of(graphql.get("operationName")),
        ),
    )


def _read_file(value: JsonObject) -> Body:
    file = value.get("file")
    if not isinstance(file, dict):
        return Body(mode=BodyMode.FILE, source=text_of(file))
    return Body(mode=BodyMode.FILE, raw=text_of(file.get("content")), source=text_of(file.get("src")))


_READERS: Final[Mapping[str, Callable[[JsonObject], Body]]] = {
    BodyMode.RAW: _read_raw,
    BodyMode.URLENCODED: _read_urlencoded,
    BodyMode.FORMDATA: _read_formdata,
    BodyMode.GRAPHQL: _read_graphql,
    BodyMode.FILE: _read_file,
}


def _language(value: JsonObject) -> str:
    return text_of(object_of(object_of(value.get("options")).get("raw")).get("language"))


def _text_or_json(value: JsonValue) -> str:
    """Return text as it is, null as empty, and what a person wrote as plain JSON as its text."""
    return json_text(value) if isinstance(value, dict | list) else text_of(value)


def _text_field(entry: JsonObject) -> FormField:
    return FormField(key=text_of(entry.get("key")), value=text_of(entry.get("value")), is_disabled=is_disabled(entry))


def _form_fields(entry: JsonObject) -> Iterator[FormField]:
    """Yield a field of text, or a field for each file that `src` names."""
    if entry.get("type") != "file":
        yield _text_field(entry)
        return
    source = entry.get("src")
    for name in source or [None] if isinstance(source, list) else [source]:
        yield FormField(
            key=text_of(entry.get("key")), is_file=True, source=text_of(name), is_disabled=is_disabled(entry)
        )


def _raw_to_json(body: Body) -> JsonObject:
    return {"raw": body.raw} | ({"options": {"raw": {"language": body.language}}} if body.language else {})


def _urlencoded_to_json(body: Body) -> JsonObject:
    return {"urlencoded": [_field_to_json(field) for field in body.fields]}


def _formdata_to_json(body: Body) -> JsonObject:
    return {"formdata": [_field_to_json(field) for field in body.fields]}


def _graphql_to_json(body: Body) -> JsonObject:
    graphql = body.graphql or GraphQL()
    names = {"operationName": graphql.operation_name} if graphql.operation_name else {}
    return {"graphql": {"query": graphql.query, "variables": graphql.variables, **names}}


def _file_to_json(body: Body) -> JsonObject:
    return {"file": {"src": body.source, **({"content": body.raw} if body.raw else {})}}


_WRITERS: Final[Mapping[BodyMode, Callable[[Body], JsonObject]]] = {
    BodyMode.RAW: _raw_to_json,
    BodyMode.URLENCODED: _urlencoded_to_json,
    BodyMode.FORMDATA: _formdata_to_json,
    BodyMode.GRAPHQL: _graphql_to_json,
    BodyMode.FILE: _file_to_json,
}


def _field_to_json(field: FormField) -> JsonObject:
    content: JsonObject = (
        {"type": "file", "src": field.source} if field.is_file else {"type": "text", "value": field.value}
    )
    return {"key": field.key} | content | ({"disabled": True} if field.is_disabled else {})
