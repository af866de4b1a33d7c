"""What we read, in the shape in which `sdk.js` answers."""

from collections.abc import Iterable
from typing import Any

from services.core.postman.collection import (
    Body,
    BodyMode,
    Collection,
    Example,
    FormField,
    Header,
    QueryParameter,
    Request,
    Url,
)
from services.core.postman.examples import example_to_json

Json = dict[str, Any]


def url_shape(url: Url) -> Json:
    """Return the parts of a URL."""
    return {
        "base": url.base,
        "path": url.path,
        "query": [_pair(parameter) for parameter in url.query],
        "variables": [
            {"key": variable.key, "value": variable.value} for variable in url.path_variables if variable.value
        ],
    }


def request_shape(request: Request) -> Json:
    """Return what a request consists of."""
    return {
        "method": request.method,
        "url": url_shape(request.url),
        "headers": [_pair(header) for header in request.headers],
        "body": None if request.body is None else _body_shape(request.body),
    }


NO_REQUEST: Json = {
    "method": "GET",
    "url": {"base": "", "path": "", "query": [], "variables": []},
    "headers": [],
    "body": None,
}
"""How Postman's library shows that an item has no request."""


def collection_shape(collection: Collection) -> list[Json]:
    """Return every item of a collection, with its examples."""
    return [
        {
            "name": item.name,
            "request": NO_REQUEST if item.request is None else request_shape(item.request),
            "examples": [_example_shape(example) for example in item.examples],
        }
        for item in collection.items
    ]


def _example_shape(example: Example) -> Json:
    return {
        "name": example.name,
        "request": request_shape(example.request),
        "code": example.code,
        "headers": [_pair(header) for header in example.headers],
        "body": example_to_json(example)["body"],
    }


def _body_shape(body: Body) -> Json:
    return {"mode": str(body.mode), "content": _content(body)}


def _content(body: Body) -> Any:
    match body.mode:
        case BodyMode.RAW:
            return body.raw
        case BodyMode.URLENCODED | BodyMode.FORMDATA:
            return _fields(body.fields)
        case BodyMode.GRAPHQL:
            graphql = body.graphql
            return [] if graphql is None else [graphql.query, graphql.variables, graphql.operation_name]
        case BodyMode.FILE:
            return [body.source, body.raw]


def _fields(fields: Iterable[FormField]) -> list[Json]:
    return [
        {"key": field.key, "src": field.source, "disabled": field.is_disabled} if field.is_file else _pair(field)
        for field in fields
    ]


def _pair(entry: Header | QueryParameter | FormField) -> Json:
    return {"key": entry.key, "value": entry.value, "disabled": entry.is_disabled}
