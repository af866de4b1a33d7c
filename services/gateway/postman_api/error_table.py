"""The one table of errors: an error of the house -> the status, name and message that Postman's API has for it.

Names and messages are Postman's own where it has one ("Postman API reference", error examples of each operation); what
Postman never has to say, such as that a service behind it is away, is said in the same shape.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from services.core import errors
from services.core.errors import FieldViolation, UnderstudyError
from services.core.postman.document import JsonObject
from services.gateway.postman_api import faults
from services.gateway.postman_api.api_call import Resource, Route
from services.gateway.postman_api.envelopes import ErrorReply, named, problem
from services.gateway.postman_api.mock_body import PARAMETERS

SERVER_ERROR = named(500, "serverError", "An error has occurred on the server.")
SERVICE_UNAVAILABLE = named(
    503, "serviceUnavailableError", "A service behind this API is not reachable just now. Try again shortly."
)
"""What exactly is not reachable is for the operator's logs."""

RETRY_AFTER_SECONDS = 30
"""A document of 100 MB holds its turn for 20 to 70 seconds on two busy processors."""


def error_reply(error: UnderstudyError, route: Route) -> ErrorReply:
    """Return the reply to a call of `route` that ended in `error`."""
    row = next((TABLE[kind] for kind in type(error).mro() if kind in TABLE), None)
    return SERVER_ERROR if row is None else row(error, route)


def _invalid_input(error: errors.InvalidInput, route: Route) -> ErrorReply:
    """Say what is wrong with a body (of a collection or environment) as a validator does, and with all else by name."""
    if route.is_write and route.resource in {Resource.COLLECTION, Resource.ENVIRONMENT}:
        return _malformed(error, route.resource)
    return _invalid_parameters(error)


def _malformed(error: errors.InvalidInput, resource: Resource) -> ErrorReply:
    message = f"Found {len(error.violations)} errors with the supplied {resource}."
    details = [_detail(violation) for violation in error.violations]
    return named(400, "malformedRequestError", message, details=[*details])


def _detail(violation: FieldViolation) -> str:
    """Return a violation in one line; what a validator says ("must …") stays as Postman's says it, without remedy."""
    says_all = violation.problem.startswith("must ")
    return f"{violation.field}: {violation.problem}" if says_all else f"{violation.field}: {_sentence(violation)}"


def _sentence(violation: FieldViolation) -> str:
    return f"{violation.problem} {violation.remedy}".strip()


def _invalid_parameters(error: errors.InvalidInput) -> ErrorReply:
    said = [f"Invalid value for parameter: {_parameter(each.field)}. {_whole(each)}" for each in error.violations]
    return named(400, "invalidParamsError", " ".join(said) or error.message)


def _whole(violation: FieldViolation) -> str:
    """Return a violation as sentences of their own; "must be …" gets its subject, what begins with a value has one."""
    return f"It {_sentence(violation)}" if violation.problem[:1].isalpha() else _sentence(violation)


def _parameter(field: str) -> str:
    """Return the API's name of a field of the services; a place in a list stays behind it (`headers[2]`)."""
    name, bracket, place = field.partition("[")
    return PARAMETERS.get(name, name) + bracket + place


def _parameter_missing(error: faults.ParameterMissing, _: Route) -> ErrorReply:
    details: JsonObject = {"param": [*error.names]}
    return named(400, "paramMissingError", "Parameter is missing in the request.", details=details)


def _already_exists(error: errors.AlreadyExists, _: Route) -> ErrorReply:
    details = {"item": error.kind, "id": error.identity}
    return named(400, "instanceFoundError", "The specified item already exists.", details={**details})


def _not_found(error: errors.NotFound, route: Route) -> ErrorReply:
    """Say that there is none; Postman has other words where a collection was to be replaced or deleted."""
    if error.kind == Resource.COLLECTION == route.resource and route.method != "GET":
        details = {"item": error.kind, "id": error.identity}
        return named(404, "instanceNotFoundError", "The specified item does not exist.", details={**details})
    name, message = NOT_FOUND.get(error.kind, ("instanceNotFoundError", error.message))
    return named(404, name, message)


NOT_FOUND: Mapping[str, tuple[str, str]] = {
    "collection": ("instanceNotFoundError", "We could not find the collection you are looking for"),
    "environment": ("instanceNotFoundError", "We could not find the environment you are looking for"),
    "mock": ("instanceNotFoundError", "The specified mock does not exist."),
    "release_tag": ("instanceNotFoundError", "We could not find the version tag you are looking for"),
    "server_response": (
        "serverResponseNotFoundError",
        "We could not find the mock server response you are looking for.",
    ),
}
"""Kind of thing -> name and message; the "Get …" operations of the API reference, full stops as there."""


def _too_large(error: errors.TooLarge, _: Route) -> ErrorReply:
    return problem(413, "content-too-large", "Content Too Large", error.message)


def _unauthenticated(_: errors.Unauthenticated, __: Route) -> ErrorReply:
    message = "Invalid API Key. Every request requires a valid API Key to be sent."
    return named(401, "AuthenticationError", message)


def _invalid_cursor(_: faults.InvalidCursor, __: Route) -> ErrorReply:
    return problem(400, "bad-request", "Malformed request", "Invalid cursor")


def _busy(error: faults.Busy, _: Route) -> ErrorReply:
    reply = named(503, "serviceUnavailableError", error.message)
    return replace(reply, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def _says(status: int, name: str, message: str = "") -> Callable[[UnderstudyError, Route], ErrorReply]:
    """Return a row whose message is fixed, or the error's own."""
    return lambda error, _: named(status, name, message or error.message)


TABLE: Mapping[type[BaseException], Callable[[Any, Route], ErrorReply]] = {
    faults.InvalidCursor: _invalid_cursor,
    faults.InvalidParameter: lambda error, _: _invalid_parameters(error),
    faults.ParameterMissing: _parameter_missing,
    faults.BeyondRetention: _says(400, "invalidParamsError"),
    faults.LengthRequired: _says(411, "lengthRequiredError"),
    faults.Busy: _busy,
    faults.AlreadyPublished: _says(400, "mockAlreadyPublishedError"),
    faults.AlreadyUnpublished: _says(400, "mockAlreadyUnpublishedError"),
    errors.InvalidInput: _invalid_input,
    errors.NotFound: _not_found,
    errors.AlreadyExists: _already_exists,
    errors.StaleEtag: _says(409, "conflictError"),
    errors.FailedPrecondition: _says(400, "badRequest"),
    errors.Unauthenticated: _unauthenticated,
    errors.PermissionDenied: _says(403, "forbiddenError", "You do not have enough permissions to perform this action."),
    errors.TooLarge: _too_large,
    errors.Unavailable: lambda _, __: SERVICE_UNAVAILABLE,
}
"""The most exact class of an error decides."""

HTTP_ERRORS: Mapping[int, ErrorReply] = {
    404: named(404, "notFound", "Requested resource not found"),
    405: named(405, "methodNotAllowedError", "This resource does not have that method; Allow names those it has."),
    408: named(408, "requestTimeoutError", "The request's body did not arrive in time."),
    413: problem(413, "content-too-large", "Content Too Large", "The request's body is larger than is accepted."),
}
"""What goes wrong before a route is found, or while a body is read."""


def http_error_reply(status: int | None) -> ErrorReply:
    """Return the reply to what the HTTP layer refused with `status`."""
    status = status or 400
    return HTTP_ERRORS.get(status) or named(status, "badRequest", "This request cannot be understood.")
