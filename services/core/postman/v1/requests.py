"""A request of format v1 as one of format v2.1 (Postman's "Collection Format v1.0.0", `requests`).

What the fields hold is passed on as it is wherever v2.1 has the same; what is of a wrong type is left for the reader of
v2.1 to judge. Where a field has an older and a newer form, the newer wins: `headerData` over the text `headers`,
`queryParams` over the query in `url`, `pathVariableData` over the map `pathVariables`.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from services.core.postman.collection import BodyMode, Header
from services.core.postman.document import JsonObject, JsonValue
from services.core.postman.headers import header_to_json, read_headers
from services.core.postman.urls import parse_url, url_to_json
from services.core.postman.v1.surroundings import auth_of, description_in, present
from services.core.postman.values import entries, is_blank, is_disabled, key_of, object_of, text_of

DISABLED_HEADER: Final = "//"
"""What stands before the name of a header that is switched off."""


def request_from_v1(request: JsonObject) -> JsonObject:
    """Return the request in format v2.1."""
    return present(
        {
            "auth": auth_of(request),
            "method": request.get("method"),
            "header": _headers(request),
            "body": _body(request),
            "url": _url(request),
        }
    ) | description_in(request)


def header_entries(listed: list[JsonValue]) -> list[JsonValue]:
    """Return the headers of a list of `{key or name, value}`; all else is left out."""
    return [_header(entry) for entry in entries(listed)]


def _headers(request: JsonObject) -> list[JsonValue]:
    text = request.get("headers")
    if isinstance(text, list):
        return header_entries(text)
    listed = [_header(entry) for entry in entries(request.get("headerData"))]
    keys = {entry["key"] for entry in listed}
    lines = map(_enabled_or_not, read_headers(text if isinstance(text, str) else None))
    return [*listed, *(header_to_json(header) for header in lines if header.key not in keys)]


def _header(entry: JsonObject) -> JsonObject:
    key = text_of(entry.get("name") if entry.get("key") is None else entry.get("key"))
    header = _enabled_or_not(Header(key=key, value="", is_disabled=is_disabled(entry)))
    return _entry({**entry, "key": header.key, "disabled": header.is_disabled}, without="name")


def _enabled_or_not(header: Header) -> Header:
    """Return a header with the mark before its name taken for what it means."""
    name = header.key.removeprefix(DISABLED_HEADER)
    return header if name == header.key else Header(key=name.strip(), value=header.value, is_disabled=True)


def _url(request: JsonObject) -> JsonValue:
    url = request.get("url")
    query, variables = [*_query(request)], [*_path_variables(request)]
    if not (query or variables) or not (url is None or isinstance(url, str)):
        return url
    parts = url_to_json(parse_url(url or "")) | {"raw": url or ""}
    return parts | ({"query": query} if query else {}) | ({"variable": variables} if variables else {})


def _query(request: JsonObject) -> Iterator[JsonValue]:
    """Yield the query's parameters. `equals` says whether one without a value is written with its `=`."""
    for entry in entries(request.get("queryParams")):
        value = entry.get("value")
        if "equals" in entry:
            value = ("" if value is None else value) if entry["equals"] else (None if is_blank(value) else value)
        yield {**_entry(entry, without="equals"), "value": value}


def _path_variables(request: JsonObject) -> Iterator[JsonValue]:
    keys = set()
    for entry in entries(request.get("pathVariableData")):
        keys.add(key_of(entry))
        yield {**_entry(entry, without="id"), "key": key_of(entry)}
    for entry in entries(request.get("pathVariables")):
        if key_of(entry) not in keys:
            yield {**_entry(entry, without="id"), "key": key_of(entry)}


def _body(request: JsonObject) -> JsonValue:
    """Return the body; None where `dataMode` is null, or missing and there is nothing to guess it from."""
    mode = _mode(request)
    if mode is None:
        return None
    write = _BODIES.get(mode)
    return present(
        {
            "mode": mode,
            mode: None if write is None else write(request),
            "options": _options(request),
            "disabled": True if request.get("dataDisabled") else None,
        }
    )


_MODES: Final[Mapping[str, BodyMode]] = {
    "raw": BodyMode.RAW,
    "urlencoded": BodyMode.URLENCODED,
    "params": BodyMode.FORMDATA,
    "binary": BodyMode.FILE,
    "graphql": BodyMode.GRAPHQL,
}


def _mode(request: JsonObject) -> str | None:
    """Return the body's mode as v2.1 calls it; a word that v1 does not know as it is."""
    mode = request.get("dataMode", "")
    if not is_blank(mode):
        return _MODES.get(text_of(mode), text_of(mode))
    if mode is None or not any(request.get(field) for field in ("data", "rawModeData", "graphqlModeData")):
        return None
    return _guessed_mode(request)


def _guessed_mode(request: JsonObject) -> BodyMode:
    if _raw_data(request):
        return BodyMode.RAW
    if isinstance(_form_data(request), list):
        return BodyMode.FORMDATA
    return BodyMode.GRAPHQL if _graphql(request) else BodyMode.RAW


def _raw(request: JsonObject) -> str:
    data = request.get("data")
    return _raw_data(request) or (data if isinstance(data, str) else "")


def _raw_data(request: JsonObject) -> str:
    """Return the text of `rawModeData`, which some files put into an array of one."""
    data = request.get("rawModeData")
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    return data if isinstance(data, str) else ""


def _file(request: JsonObject) -> JsonObject:
    return {"src": _raw_data(request) or None}


def _graphql(request: JsonObject) -> JsonValue:
    if request.get("graphqlModeData"):
        return request["graphqlModeData"]
    is_in_data = "graphql" in object_of(request.get("dataOptions"))
    return request.get("data") if is_in_data and request.get("data") else None


def _fields(request: JsonObject) -> JsonValue:
    """Return the fields of a form; the text of an urlencoded one stays text."""
    data = _form_data(request)
    if isinstance(data, str):
        return data
    return [_field(entry) for entry in entries(data) if entry.get("key") is not None]


def _form_data(request: JsonObject) -> JsonValue:
    """Return `data`, an empty list too, or else `rawModeData`, where some files have it."""
    data = request.get("data")
    return data if data or isinstance(data, list) else request.get("rawModeData")


def _field(entry: JsonObject) -> JsonObject:
    field = _entry(entry)
    if field.get("type") == "file" and not field.get("src") and field.get("value"):
        value = field.pop("value")
        field["src"] = value if isinstance(value, str | list) else None
    return field


_BODIES: Final[Mapping[str, Callable[[JsonObject], JsonValue]]] = {
    BodyMode.RAW: _raw,
    BodyMode.URLENCODED: _fields,
    BodyMode.FORMDATA: _fields,
    BodyMode.FILE: _file,
    BodyMode.GRAPHQL: _graphql,
}


def _options(request: JsonObject) -> JsonValue:
    """Return the options of each mode, such as the language of raw text, under v2.1's names of the modes."""
    options = object_of(request.get("dataOptions"))
    return {_MODES[mode].value: option for mode, option in options.items() if mode in _MODES and option} or None


def _entry(entry: JsonObject, *, without: str = "") -> JsonObject:
    """Return an entry as v2.1 writes it: `disabled: true` where it is switched off, and nothing where it is not."""
    kept = {key: value for key, value in entry.items() if key not in {"enabled", "disabled", without}}
    if is_blank(kept.get("description")):
        kept.pop("description", None)
    return kept | ({"disabled": True} if is_disabled(entry) else {})
