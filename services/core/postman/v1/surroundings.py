"""What format v1 keeps around requests and mocks never look at: scripts, authorisation, variables, descriptions.

Converting must not lose it, for an edit stores the result.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from services.core.errors import InvalidInput, TooLarge
from services.core.postman.document import JsonObject, JsonValue, read_json
from services.core.postman.values import entries, is_blank, key_of, object_of


def present(fields: Mapping[str, JsonValue]) -> JsonObject:
    """Return the fields that are not null."""
    return {name: value for name, value in fields.items() if value is not None}


def description_in(node: JsonObject) -> JsonObject:
    """Return the description of a node as a field, none where it is empty."""
    description = node.get("description")
    return {} if is_blank(description) else {"description": description}


def settings_of(node: JsonObject) -> JsonObject:
    """Return authorisation and protocol behaviour of a folder or a collection."""
    return present({"auth": auth_of(node), "protocolProfileBehavior": node.get("protocolProfileBehavior")})


def scripts_of(node: JsonObject) -> JsonObject:
    """Return the scripts of a node as `event`: its `events`, or the older `preRequestScript` and `tests`."""
    older = [
        _event(listen, node[field]) for field, listen in _SCRIPTS.items() if isinstance(node.get(field), str | list)
    ]
    newer = node.get("events")
    events = [event for event in older if event is not None] or (newer if isinstance(newer, list) else [])
    return {"event": [*events]} if events else {}


_SCRIPTS: Final = {"preRequestScript": "prerequest", "tests": "test"}


def _event(listen: str, script: JsonValue) -> JsonObject | None:
    if not script:
        return None
    lines: JsonValue = [*script.split("\n")] if isinstance(script, str) else script
    return {"listen": listen, "script": {"type": "text/javascript", "exec": lines}}


def variables_of(node: JsonObject) -> JsonObject:
    """Return the variables of a node as `variable`; what is no list is passed on, for the reader to judge."""
    variables = node.get("variables")
    if not variables:
        return {}
    if not isinstance(variables, list):
        return {"variable": variables}
    return {"variable": [_variable(entry) if isinstance(entry, dict) else entry for entry in variables]}


def _variable(entry: JsonObject) -> JsonObject:
    return {**entry, "key": key_of(entry), **({"type": "string"} if entry.get("type") == "text" else {})}


def auth_of(node: JsonObject) -> JsonValue:
    """Return the authorisation of a node: its `auth`, or the older `currentHelper` and `helperAttributes`."""
    helper = node.get("currentHelper")
    if isinstance(helper, str) and helper and helper != "normal":
        kind = _HELPERS.get(helper, helper)
        return {"type": kind, **present({kind: _attributes(helper, node.get("helperAttributes"))})}
    auth = node.get("auth")
    return auth if isinstance(auth, dict) else None


def _attributes(helper: str, attributes: JsonValue) -> JsonValue:
    """Return the attributes as v2.1 lists them; some files hold the JSON text of them."""
    if isinstance(attributes, str):
        with suppress(InvalidInput, TooLarge):
            attributes = read_json(attributes.encode("utf-8", "surrogatepass"))
    names = _ATTRIBUTES.get(helper, {})
    listed = [
        {"key": names.get(key_of(entry), key_of(entry)), "value": entry.get("value"), "type": _type(entry.get("value"))}
        for entry in entries(object_of(attributes))
        if key_of(entry) != "id"
    ]
    return [*listed] or None


def _type(value: JsonValue) -> str:
    match value:
        case bool():
            return "boolean"
        case str():
            return "string"
        case int() | float():
            return "number"
        case _:
            return "any"


_HELPERS: Final[Mapping[str, str]] = {
    "apikeyAuth": "apikey",
    "asapAuth": "asap",
    "awsSigV4": "awsv4",
    "basicAuth": "basic",
    "bearerAuth": "bearer",
    "digestAuth": "digest",
    "edgegridAuth": "edgegrid",
    "hawkAuth": "hawk",
    "jwtAuth": "jwt",
    "ntlmAuth": "ntlm",
    "oAuth1": "oauth1",
    "oAuth2": "oauth2",
}
"""The names of the kinds of authorisation in v1 and in v2.1."""

_ATTRIBUTES: Final[Mapping[str, Mapping[str, str]]] = {
    "basicAuth": {"saveToRequest": "saveHelperData"},
    "hawkAuth": {
        "hawk_id": "authId",
        "hawk_key": "authKey",
        "saveToRequest": "saveHelperData",
        "ext": "extraData",
        "app": "appId",
        "dlg": "delegation",
    },
    "oAuth1": {"header": "addParamsToHeader", "auto": "autoAddParam", "includeEmpty": "addEmptyParamsToSign"},
}
"""The attributes that have another name in v2.1."""
