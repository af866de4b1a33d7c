"""Saved requests: a URL as text, which is a GET, or an object with method, url, headers and body."""

from dataclasses import dataclass

from services.core.postman.bodies import body_to_json, read_body
from services.core.postman.collection import Request, Url
from services.core.postman.document import JsonObject, JsonValue, kind_of
from services.core.postman.findings import Warn
from services.core.postman.headers import headers_to_json, read_headers
from services.core.postman.urls import parse_url, read_url, url_to_json


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What should be a request is none; `reason` goes on after a subject: "has no url"."""

    reason: str


def read_request(value: JsonValue, warn: Warn) -> Request | Unreadable:
    """Return the request, GET where it has no method, or why it cannot be read."""
    match value:
        case str():
            return Request(method="GET", url=parse_url(value))
        case dict():
            return _read_object(value, warn)
        case None:
            return Unreadable("is missing")
        case _:
            return Unreadable(f"is {kind_of(value)}, not an object")


def request_to_json(request: Request) -> JsonObject:
    """Return the request object that `read_request` reads as `request`."""
    return {
        "method": request.method,
        "header": headers_to_json(request.headers),
        **({} if request.body is None else {"body": body_to_json(request.body)}),
        "url": url_to_json(request.url),
    }


def _read_object(value: JsonObject, warn: Warn) -> Request | Unreadable:
    method, url = _read_method(value.get("method")), _read_url(value.get("url"))
    if isinstance(method, Unreadable):
        return method
    if isinstance(url, Unreadable):
        return url
    return Request(
        method=method, url=url, headers=read_headers(value.get("header")), body=read_body(value.get("body"), warn)
    )


def _read_method(value: JsonValue) -> str | Unreadable:
    match value:
        case None:
            return "GET"
        case str():
            return value.strip().upper() or "GET"
        case _:
            return Unreadable(f"has a method that is {kind_of(value)}, not text")


def _read_url(value: JsonValue) -> Url | Unreadable:
    match value:
        case None:
            return Unreadable("has no url")
        case str():
            return parse_url(value)
        case dict():
            return read_url(value)
        case _:
            return Unreadable(f"has a url that is {kind_of(value)}, neither text nor an object")
