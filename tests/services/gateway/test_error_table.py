"""Every error of the house has its status, name and message in the API."""

import inspect
from typing import Any

import pytest

from services.core import errors
from services.core.errors import UnderstudyError
from services.gateway.postman_api import faults
from services.gateway.postman_api.api_call import Resource, Route
from services.gateway.postman_api.error_table import SERVER_ERROR, TABLE, error_reply


async def handler() -> dict[str, Any]:
    return {}


def route(method: str = "GET", resource: Resource = Resource.MOCK) -> Route:
    return Route(method, f"/{resource}s/<id>", resource, handler)


def error_body(error: UnderstudyError, method: str = "GET", resource: Resource = Resource.MOCK) -> tuple[int, Any]:
    reply = error_reply(error, route(method, resource))
    return reply.status, reply.body["error"]


def test_no_error_of_the_house_is_forgotten() -> None:
    known = {
        kind
        for module in (errors, faults)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, UnderstudyError)
    }

    assert {errors.UnderstudyError, errors.RevisionExpired} == known - set(TABLE)


def test_a_fault_of_our_own_is_told_in_general_words() -> None:
    assert error_reply(UnderstudyError("select * from secrets"), route()) is SERVER_ERROR


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        ("collection", "instanceNotFoundError", "We could not find the collection you are looking for"),
        ("environment", "instanceNotFoundError", "We could not find the environment you are looking for"),
        ("mock", "instanceNotFoundError", "The specified mock does not exist."),
        (
            "server_response",
            "serverResponseNotFoundError",
            "We could not find the mock server response you are looking for.",
        ),
    ],
)
def test_what_is_not_there_is_told_in_the_words_of_its_kind(kind: str, name: str, message: str) -> None:
    assert (404, {"name": name, "message": message}) == error_body(errors.NotFound(kind, "x"), "POST")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_collection_to_replace_or_delete_is_missed_in_other_words(method: str) -> None:
    assert (
        404,
        {
            "name": "instanceNotFoundError",
            "message": "The specified item does not exist.",
            "details": {"item": "collection", "id": "x"},
        },
    ) == error_body(errors.NotFound("collection", "x"), method, Resource.COLLECTION)


def test_what_exists_already_is_a_bad_request() -> None:
    assert (
        400,
        {
            "name": "instanceFoundError",
            "message": "The specified item already exists.",
            "details": {"item": "collection", "id": "x"},
        },
    ) == error_body(errors.AlreadyExists("collection", "x"), "POST", Resource.COLLECTION)


def test_errors_of_a_collection_are_counted_and_listed() -> None:
    error = errors.InvalidInput(
        [
            errors.FieldViolation(field="", problem="must have required property 'item'", remedy="Export it again."),
            errors.FieldViolation(field="info.schema", problem="names no known version.", remedy="Export it again."),
        ]
    )

    assert (
        400,
        {
            "name": "malformedRequestError",
            "message": "Found 2 errors with the supplied collection.",
            "details": [
                ": must have required property 'item'",
                "info.schema: names no known version. Export it again.",
            ],
        },
    ) == error_body(error, "POST", Resource.COLLECTION)


def test_fields_of_the_registry_are_told_by_the_names_of_the_api() -> None:
    error = errors.InvalidInput.of("mock.config.match_headers[2]", "'a b' is no name of a header.", "Send letters.")

    _, body = error_body(error, "PUT")

    assert {
        "name": "invalidParamsError",
        "message": "Invalid value for parameter: config.headers[2]. 'a b' is no name of a header. Send letters.",
    } == body


def test_a_bad_cursor_is_a_problem_of_form_c() -> None:
    reply = error_reply(faults.InvalidCursor(), route())

    assert {
        "type": "https://api.postman.com/problems/bad-request",
        "title": "Malformed request",
        "detail": "Invalid cursor",
        "status": 400,
    } == reply.body
    assert reply.media_type.startswith("application/problem+json")


@pytest.mark.parametrize(
    ("error", "status", "name", "message"),
    [
        (
            errors.Unauthenticated("whatever"),
            401,
            "AuthenticationError",
            "Invalid API Key. Every request requires a valid API Key to be sent.",
        ),
        (
            errors.PermissionDenied("whatever"),
            403,
            "forbiddenError",
            "You do not have enough permissions to perform this action.",
        ),
        (faults.AlreadyPublished(), 400, "mockAlreadyPublishedError", "This mock is already public."),
        (faults.AlreadyUnpublished(), 400, "mockAlreadyUnpublishedError", "This mock has already been deleted."),
        (
            errors.Unavailable("ipv4:10.0.0.1: connection refused"),
            503,
            "serviceUnavailableError",
            "A service behind this API is not reachable just now. Try again shortly.",
        ),
    ],
)
def test_fixed_errors_say_what_postman_says(error: UnderstudyError, status: int, name: str, message: str) -> None:
    assert (status, {"name": name, "message": message}) == error_body(error)
