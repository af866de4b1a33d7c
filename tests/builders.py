"""Builders of Postman's JSON: valid by default, so that a test shows only what matters to it.

They compose from the inside out, and every one of them returns plain JSON (dicts, lists, text) in the shape of
collection format v2.1 or of an exported environment file:

    document(
        a_collection(
            a_folder(an_item(an_example(code=404, name="No such user")), name="Users"),
            variables={"baseUrl": "https://api.example"},
        )
    )

Ids of items and examples are left out unless given, as in nearly half of the files in the wild. Whatever a builder has
no parameter for is set by keyword, and wins over what the builder would have put there: `an_example(responseTime=12)`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]

SCHEMA_2_0 = "https://schema.getpostman.com/json/collection/v2.0.0/collection.json"
SCHEMA_2_1 = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def document(tree: Any) -> bytes:
    """Return `tree` as the bytes of a file, as Postman's app writes it: indented, in UTF-8."""
    return json.dumps(tree, indent="\t", ensure_ascii=False).encode("utf-8", "surrogatepass")


def a_collection(
    *items: Any,
    name: str = "Shop",
    id: str | None = "c0ffee00-0000-4000-8000-000000000001",  # noqa: A002 - the field's own name reads best in a test.
    schema: str = SCHEMA_2_1,
    variables: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Json:
    """Return a collection of `items` (by default one item with one example); `id` None leaves `_postman_id` out."""
    info = {"name": name, "schema": schema} | ({} if id is None else {"_postman_id": id})
    tree: Json = {"info": info, "item": list(items) or [an_item()]}
    if variables is not None:
        tree["variable"] = [{"key": key, "value": value, "type": "string"} for key, value in variables.items()]
    return tree | fields


def a_folder(*items: Any, name: str = "Users", **fields: Any) -> Json:
    """Return a folder of `items`, which may be folders themselves."""
    return {"name": name, "item": list(items)} | fields


def an_item(*examples: Any, name: str = "Get user", request: Any = None, **fields: Any) -> Json:
    """Return an item with `examples` (by default one); `request` is JSON, by default `a_request()`."""
    return {
        "name": name,
        "request": a_request() if request is None else request,
        "response": list(examples) or [an_example()],
    } | fields


def a_bare_item(*, name: str = "Get user", request: Any = None, **fields: Any) -> Json:
    """Return an item that has no examples."""
    return an_item(name=name, request=request) | {"response": []} | fields


def a_request(
    method: str = "GET",
    url: Any = "{{baseUrl}}/users/1",
    *,
    headers: Mapping[str, str] | None = None,
    body: Any = None,
    **fields: Any,
) -> Json:
    """Return a request; `url` is text or a URL object (`a_url`), `body` a body object (`a_raw_body`)."""
    request: Json = {"method": method, "header": header_list(headers), "url": url}
    return request | ({} if body is None else {"body": body}) | fields


def an_example(
    *,
    name: str = "OK",
    id: Any = None,  # noqa: A002 - the field's own name reads best in a test.
    method: str = "GET",
    url: Any = "{{baseUrl}}/users/1",
    request: Any = None,
    code: Any = 200,
    headers: Mapping[str, str] | None = None,
    body: Any = '{"name": "Ada"}',
    **fields: Any,
) -> Json:
    """Return an example that answers `request` (by default `a_request(method, url)`); a field set to None is null."""
    return {
        **({} if id is None else {"id": id}),
        "name": name,
        "originalRequest": a_request(method, url) if request is None else request,
        "code": code,
        "header": header_list({"Content-Type": "application/json"} if headers is None else headers),
        "body": body,
    } | fields


def a_url(
    path: str = "/users/1",
    *,
    host: Sequence[str] = ("{{baseUrl}}",),
    query: Mapping[str, str | None] | None = None,
    variables: Mapping[str, str] | None = None,
    **fields: Any,
) -> Json:
    """Return a URL object as Postman's app writes it, `raw` included; `variables` are values of `:name` segments."""
    pairs = dict(query or {})
    text = "&".join(key if value is None else f"{key}={value}" for key, value in pairs.items())
    url: Json = {
        "raw": ".".join(host) + path + (f"?{text}" if pairs else ""),
        "host": list(host),
        "path": path.removeprefix("/").split("/"),
    }
    if pairs:
        url["query"] = [{"key": key, "value": value} for key, value in pairs.items()]
    if variables is not None:
        url["variable"] = [{"key": key, "value": value} for key, value in variables.items()]
    return url | fields


def a_raw_body(text: str, *, language: str = "json") -> Json:
    """Return a request body of raw text."""
    return {"mode": "raw", "raw": text, "options": {"raw": {"language": language}}}


def header_list(headers: Mapping[str, str] | None) -> list[Json]:
    """Return headers as Postman lists them."""
    return [{"key": key, "value": value} for key, value in (headers or {}).items()]


def an_environment(
    variables: Mapping[str, Any] | None = None,
    *,
    name: str = "Staging",
    id: str | None = "e0e0e0e0-0000-4000-8000-000000000001",  # noqa: A002 - the field's own name reads best in a test.
    **fields: Any,
) -> Json:
    """Return an environment file as Postman's app exports it; `id` None leaves the id out."""
    values = {"baseUrl": "https://staging.example"} if variables is None else variables
    return {
        **({} if id is None else {"id": id}),
        "name": name,
        "values": [{"key": key, "value": value, "type": "default", "enabled": True} for key, value in values.items()],
        "_postman_variable_scope": "environment",
    } | fields
