"""The API described for programs: OpenAPI made from the routes, their handlers' docstrings and two tables."""

import re
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from services.core.postman.document import JsonObject, JsonValue
from services.gateway.postman_api import call_logs, collections, environments, mocks, release_tags
from services.gateway.postman_api.api_call import Resource, Route
from services.gateway.postman_api.call_log_json import PARTS

Schema = JsonObject
Handler = Callable[..., Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "description": "ISO 8601; UTC where there is no offset."}
OPTIONAL_TEXT: Schema = {"type": ["string", "null"]}

CONFIG: Schema = {
    "type": "object",
    "properties": {
        "headers": {"type": "array", "items": TEXT, "description": "Names of headers that must match."},
        "matchHeader": {"type": "boolean", "description": "false silences `headers`."},
        "matchBody": FLAG,
        "matchQueryParams": FLAG,
        "matchWildcards": FLAG,
        "delay": {
            "type": ["object", "null"],
            "required": ["type"],
            "properties": {
                "type": {"const": "fixed"},
                "preset": {"enum": ["1", "2"], "description": "1 is a 2G network, 2 a 3G network."},
                "duration": {"type": "integer", "minimum": 1, "maximum": 180_000, "description": "Milliseconds."},
            },
        },
        "serverResponseId": OPTIONAL_TEXT,
        "seed": {
            "type": ["string", "null"],
            "maxLength": 255,
            "description": "Makes the replies to the same call the same, dynamic variables included.",
        },
    },
}
MOCK: Mapping[str, JsonValue] = {
    "name": TEXT,
    "description": TEXT,
    "collection": {"type": "string", "description": "A collection's uid or id."},
    "environment": {"type": ["string", "null"], "description": "An environment's uid or id; null takes it away."},
    "versionTag": OPTIONAL_TEXT,
    "private": {"type": "boolean", "description": "Whether calls need an API key."},
    "config": CONFIG,
}
ENVIRONMENT: Schema = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": TEXT,
        "values": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"key": TEXT, "value": TEXT, "type": TEXT, "enabled": FLAG, "description": TEXT},
            },
        },
    },
}
COLLECTION: Schema = {
    "type": "object",
    "description": "A collection in format v2.0 or v2.1, at most 100 MB.",
    "required": ["info", "item"],
    "properties": {
        "info": {"type": "object", "required": ["name", "schema"], "properties": {"name": TEXT, "schema": TEXT}},
        "item": {"type": "array"},
    },
}

BODIES: Mapping[Handler, tuple[str, Schema]] = {
    collections.create_collection: ("collection", COLLECTION),
    collections.replace_collection: ("collection", COLLECTION),
    release_tags.create_release_tag: (
        "versionTag",
        {"type": "object", "required": ["name"], "properties": {"name": TEXT}},
    ),
    environments.create_environment: ("environment", ENVIRONMENT),
    environments.replace_environment: ("environment", ENVIRONMENT),
    mocks.create_mock: ("mock", {"type": "object", "required": ["collection"], "properties": {**MOCK}}),
    mocks.update_mock: ("mock", {"type": "object", "properties": {**MOCK}}),
}
"""Handler -> the wrapper of its body, and what is inside."""

QUERIES: Mapping[Handler, Mapping[str, Schema]] = {
    collections.list_collections: {
        "name": TEXT,
        "limit": {"type": "integer", "minimum": 1, "maximum": collections.MAXIMUM_LIMIT},
        "offset": {"type": "integer", "minimum": 0},
    },
    collections.get_collection: {"model": {"enum": ["minimal"]}},
    mocks.list_mocks: {"workspace": TEXT, "teamId": {"type": "integer", "minimum": 0}},
    call_logs.list_call_logs: {
        "limit": {"type": "integer", "minimum": 1, "maximum": call_logs.MAXIMUM_LIMIT},
        "cursor": TEXT,
        "since": TIME,
        "until": TIME,
        "responseStatusCode": {
            "type": "integer",
            "minimum": call_logs.SMALLEST_STATUS,
            "maximum": call_logs.LARGEST_STATUS,
        },
        "responseType": {"enum": ["success", "error"]},
        "requestMethod": TEXT,
        "requestPath": {"type": "string", "description": "With its query."},
        "sort": {"const": "servedAt"},
        "direction": {"enum": ["asc", "desc"]},
        "include": {"type": "string", "description": f"A comma list of {', '.join(PARTS)}."},
    },
}
"""Handler -> its query parameters, each of which may be left out."""

ERROR: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {"type": "object", "required": ["name", "message"], "properties": {"name": TEXT, "message": TEXT}}
    },
}
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "detail", "status"],
    "properties": {"type": TEXT, "title": TEXT, "detail": TEXT, "status": {"type": "integer"}, "instance": TEXT},
}


def openapi_document(routes: Sequence[Route]) -> JsonObject:
    """Return the description of the routes in OpenAPI 3.1."""
    paths: dict[str, JsonValue] = {}
    for path in dict.fromkeys(route.path for route in routes):
        paths[_template(path)] = {route.method.lower(): _operation(route) for route in routes if route.path == path}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Understudy", "version": version("understudy")},
        "paths": paths,
        "components": {
            "securitySchemes": {"apiKey": {"type": "apiKey", "in": "header", "name": "x-api-key"}},
            "schemas": {"Error": ERROR, "Problem": PROBLEM},
        },
        "security": [{"apiKey": []}],
    }


_PART = re.compile(r"<(\w+)>")


def _template(path: str) -> str:
    return _PART.sub(lambda part: f"{{{_camel(part[1])}}}", path)


def _camel(name: str) -> str:
    """Return a name as Postman's API spells it: `collectionId`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _operation(route: Route) -> JsonObject:
    operation: JsonObject = {
        "operationId": _camel(route.handler.__name__),
        "tags": [str(route.resource)],
        "summary": (route.handler.__doc__ or "").strip().partition("\n")[0],
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": {"200": _json_content("The answer.", {"type": "object"}), "default": _error_content()},
    }
    if route.handler in BODIES:
        operation["requestBody"] = _request_body(*BODIES[route.handler])
    return operation | ({"security": []} if route.resource is Resource.SERVER else {})


def _path_parameters(route: Route) -> list[JsonValue]:
    return [
        {"name": _camel(name), "in": "path", "required": True, "schema": TEXT} for name in _PART.findall(route.path)
    ]


def _query_parameters(route: Route) -> list[JsonValue]:
    return [{"name": name, "in": "query", "schema": schema} for name, schema in QUERIES.get(route.handler, {}).items()]


def _request_body(wrapper: str, schema: Schema) -> JsonObject:
    wrapped: Schema = {"type": "object", "required": [wrapper], "properties": {wrapper: schema}}
    return {"required": True, "content": {"application/json": {"schema": wrapped}}}


def _json_content(description: str, schema: Schema) -> JsonObject:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _error_content() -> JsonObject:
    return {
        "description": "What is wrong, and what to do.",
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Error"}},
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        },
    }
