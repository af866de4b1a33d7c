"""Saved URLs, from text and from Postman's URL objects into parts, and back into text.

A URL of a collection is a template: `{{host}}`, `:id` and characters that no browser would accept are normal, so
nothing is decoded or validated. The cuts are those of Postman's collection SDK:

    {{baseUrl}}/users/{{id}}?x=1#top
    └─ base ──┘└── path ───┘└query┘└ hash, dropped

* A `{{token}}` is one piece, whatever delimiters stand inside it.
* The base ends at the first slash (after `://`, where there is one): of `users/1`, `users` is the base. Of `//users/1`
  nothing is.
* The query begins at the first `?`; each parameter is cut at its first `=`.
* Blanks before a URL are none of it, a backslash before the query is a slash, and slashes beyond the two of `://` count
  for nothing.

In a URL object the parts win over `raw`. Postman's SDK never reads `raw`; here it is parsed where host, path and query
are all missing, for else a hand-written `{"raw": …}` would mean `/`.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from services.core.postman.collection import PathVariable, QueryParameter, Url
from services.core.postman.document import JsonObject, JsonValue
from services.core.postman.values import entries, is_disabled, key_of, object_of, text_of


def parse_url(text: str) -> Url:
    """Return the parts of a URL's text; every text is a URL."""
    text = text.lstrip(_BLANKS)
    shape = _shape(text)
    end = _find(shape, "#", 0, len(text))
    query = _find(shape, "?", 0, end)
    if "\\" in shape[:query]:
        return parse_url(_with_slashes(text, shape, query))
    start = _host_start(shape, query)
    host = _behind_slashes(shape, start, query)
    path = _find(shape, "/", host, query)
    return Url(
        base=text[:start] + text[host:path],
        path=text[path:query],
        query=parse_query(text[query + 1 : end]) if query < end else (),
    )


_BLANKS: Final = "".join(
    ["\t\n\v\f\r \u00a0\u1680", *map(chr, range(0x2000, 0x200B)), "\u2028\u2029\u202f\u205f\u3000\ufeff"]
)
"""What JavaScript's `trim` takes away."""


def parse_query(text: str) -> tuple[QueryParameter, ...]:
    """Return the parameters of a query's text, without its `?`; an empty text is one parameter with an empty key."""
    return tuple(_parse_parameter(piece) for piece in _split(text, "&"))


def url_text(url: Url) -> str:
    """Return a URL's text: the enabled parameters, path variables not filled in."""
    parameters = [_parameter_text(parameter) for parameter in url.query if not parameter.is_disabled]
    return url.base + url.path + ("?" + "&".join(parameters) if parameters else "")


def read_url(value: JsonObject) -> Url:
    """Return the parts of a URL object; what is of a wrong type counts as missing."""
    raw = value.get("raw")
    if isinstance(raw, str) and not any(value.get(part) for part in ("host", "path", "query")):
        url = parse_url(raw)
    else:
        url = Url(base=_base(value), path=_path(value.get("path")), query=_query(value.get("query")))
    return replace(url, path_variables=_path_variables(value.get("variable")))


def url_to_json(url: Url) -> JsonObject:
    """Return the URL object that `read_url` reads as `url`, written as Postman's app writes it."""
    if not (url.base or url.path or url.query or url.path_variables):
        return {"raw": ""}
    return {"raw": url_text(url)} | dict(_json_parts(url))


def _shape(text: str) -> str:
    """Return the text with every token blanked out, at the same length, so that its inside delimits nothing."""
    return _TOKEN.sub(lambda token: "_" * len(token[0]), text) if "{{" in text else text


_TOKEN: Final = re.compile(r"\{\{[^{}]*\}\}")


def _with_slashes(text: str, shape: str, end: int) -> str:
    """Return the text with every backslash before `end` turned, but for those in tokens."""
    return "".join("/" if mark == "\\" else text[at] for at, mark in enumerate(shape[:end])) + text[end:]


def _find(shape: str, delimiter: str, start: int, end: int) -> int:
    """Return the position of the delimiter, or `end`."""
    position = shape.find(delimiter, start, end)
    return end if position < 0 else position


def _host_start(shape: str, end: int) -> int:
    """Return where what follows `://` begins, unless a slash stands before that (then it belongs to the path)."""
    scheme = shape.find("://", 0, end)
    return scheme + len("://") if scheme >= 0 and "/" not in shape[:scheme] else 0


def _behind_slashes(shape: str, start: int, end: int) -> int:
    """Return where the host begins: behind all slashes that follow `://`, of which the path of a file keeps one."""
    if start == 0:
        return start
    behind = end - len(shape[start:end].lstrip("/"))
    return max(start, behind - 1) if shape[:start].lower() == "file://" else behind


def _split(text: str, delimiter: str) -> Iterator[str]:
    """Yield the pieces between delimiters that stand outside of tokens."""
    start = 0
    for piece in _shape(text).split(delimiter):
        yield text[start : start + len(piece)]
        start += len(piece) + len(delimiter)


def _parse_parameter(text: str) -> QueryParameter:
    equals = _shape(text).find("=")
    if equals < 0:
        return QueryParameter(key=text)
    return QueryParameter(key=text[:equals], value=text[equals + 1 :])


def _parameter_text(parameter: QueryParameter) -> str:
    return parameter.key if parameter.value is None else f"{parameter.key}={parameter.value}"


def _base(value: JsonObject) -> str:
    protocol, host, port = (text_of(value.get(part)) for part in ("protocol", "host", "port"))
    labels = value.get("host")
    if isinstance(labels, list):
        host = ".".join(text_of(label) for label in labels)
    return _with_separator(protocol) + _user(value.get("auth")) + host + (f":{port}" if port else "")


def _user(value: JsonValue) -> str:
    """Return `user:password@` as far as a URL object's `auth` has it."""
    user, password = (object_of(value).get(part) for part in ("user", "password"))
    text = (user if isinstance(user, str) else "") + (f":{password}" if isinstance(password, str) else "")
    return f"{text}@" if isinstance(user, str) or isinstance(password, str) else ""


def _with_separator(protocol: str) -> str:
    return f"{protocol}://" if protocol and not protocol.endswith("://") else protocol


def _path(value: JsonValue) -> str:
    match value:
        case str() if value:
            return "/" + value.removeprefix("/")
        case list() if value:
            return "/" + "/".join(_segment(segment) for segment in value)
        case _:
            return ""


def _segment(value: JsonValue) -> str:
    """Return the text of a path segment, which may be an object `{type, value}`."""
    return text_of(value.get("value") if isinstance(value, dict) else value)


def _query(value: JsonValue) -> tuple[QueryParameter, ...]:
    if isinstance(value, str):
        return parse_query(value.removeprefix("?")) if value else ()
    return tuple(_parameter(entry) for entry in entries(value))


def _parameter(entry: JsonObject) -> QueryParameter:
    value = entry.get("value")
    return QueryParameter(
        key=text_of(entry.get("key")),
        value=None if value is None else text_of(value),
        is_disabled=is_disabled(entry),
    )


def _path_variables(value: JsonValue) -> tuple[PathVariable, ...]:
    """Return the stored values of `:name` segments; as in Postman's SDK, only text can fill one."""
    return tuple(
        PathVariable(key=key_of(entry), value=text if isinstance(text := entry.get("value"), str) else None)
        for entry in entries(value)
    )


def _json_parts(url: Url) -> Iterator[tuple[str, JsonValue]]:
    """Yield the fields of a URL object that are not empty, in the order of Postman's app."""
    cut = _BASE.fullmatch(url.base)
    protocol, user, host, port = cut.groups() if cut else (None, None, url.base, None)
    if protocol is not None:
        yield "protocol", protocol
    if user is not None:
        yield "auth", _auth_to_json(user)
    if host:
        yield "host", _pieces(host, ".")
    if port is not None:
        yield "port", port
    if url.path:
        yield "path", _pieces(url.path.removeprefix("/"), "/")
    if url.query:
        yield "query", [_parameter_to_json(parameter) for parameter in url.query]
    if url.path_variables:
        yield "variable", [{"key": variable.key, "value": variable.value} for variable in url.path_variables]


def _pieces(text: str, delimiter: str) -> list[JsonValue]:
    return [*text.split(delimiter)]


_BASE: Final = re.compile(r"(?:([^:/]+)://)?(?:(.*)@)?(.+?)(?::([^:/]+))?", re.DOTALL)


def _auth_to_json(text: str) -> JsonValue:
    user, colon, password = text.partition(":")
    return {"user": user, **({"password": password} if colon else {})}


def _parameter_to_json(parameter: QueryParameter) -> JsonValue:
    entry: JsonObject = {"key": parameter.key, "value": parameter.value}
    return entry | ({"disabled": True} if parameter.is_disabled else {})
