"""What a client says of a mock is read by type; wrong types are all named."""

from datetime import timedelta
from typing import Any

import pytest

from services.core.access.visibility import Visibility
from services.core.errors import InvalidInput
from services.gateway.postman_api.faults import ParameterMissing
from services.gateway.postman_api.mock_body import read_mock_body


def test_everything_that_can_be_said_is_read() -> None:
    body = read_mock_body(
        {
            "mock": {
                "collection": "1-c",
                "environment": "1-e",
                "name": "n",
                "description": "d",
                "versionTag": "v1",
                "private": True,
                "config": {
                    "headers": ["X-A"],
                    "matchBody": True,
                    "matchQueryParams": False,
                    "matchWildcards": False,
                    "delay": {"type": "fixed", "duration": 250},
                    "serverResponseId": "s",
                    "seed": "release 12",
                },
            }
        }
    )

    draft, settings = body.draft, body.draft.config.match_settings
    assert ("1-c", "1-e", "n", "d", "v1") == (
        draft.collection_id,
        draft.environment_id,
        draft.name,
        draft.description,
        draft.release_tag,
    )
    assert draft.visibility is Visibility.PRIVATE
    assert (("X-A",), True, False, False) == (
        settings.match_headers,
        settings.match_body,
        settings.match_query_params,
        settings.match_wildcards,
    )
    assert draft.config.delay is not None
    assert timedelta(milliseconds=250) == draft.config.delay.duration
    assert ("s", "release 12") == (draft.config.server_response_id, draft.config.seed)


def test_only_what_is_named_is_changed() -> None:
    body = read_mock_body({"mock": {"name": "n", "config": {"serverResponseId": None, "matchHeader": False}}})

    assert ("name", "config.match_headers", "config.server_response_id") == body.fields


def test_null_and_empty_take_environment_tag_and_server_response_away() -> None:
    for nothing in (None, ""):
        body = read_mock_body(
            {"mock": {"environment": nothing, "versionTag": nothing, "config": {"serverResponseId": nothing}}}
        )

        assert ("environment_id", "release_tag", "config.server_response_id") == body.fields
        assert (None, None, None) == (
            body.draft.environment_id,
            body.draft.release_tag,
            body.draft.config.server_response_id,
        )


def test_the_header_switch_silences_the_headers() -> None:
    body = read_mock_body({"mock": {"config": {"headers": ["X-A"], "matchHeader": False}}})

    assert () == body.draft.config.match_settings.match_headers


def test_a_mock_can_be_sent_as_it_was_read() -> None:
    body = read_mock_body({"mock": {"id": "x", "owner": "1", "mockUrl": "u", "createdAt": "t", "isPublic": False}})

    assert () == body.fields


@pytest.mark.parametrize("root", [None, [], {}, {"collection": "x"}])
def test_without_the_wrapper_a_parameter_is_missing(root: Any) -> None:
    with pytest.raises(ParameterMissing) as caught:
        read_mock_body(root)

    assert ("mock",) == caught.value.names


def test_every_wrong_type_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_mock_body(
            {
                "mock": {
                    "name": 5,
                    "private": "yes",
                    "description": "half \ud800",
                    "config": {
                        "headers": ["X-A", 1],
                        "matchBody": 1,
                        "delay": {"type": "random", "duration": True, "preset": []},
                    },
                }
            }
        )

    assert {
        "name",
        "private",
        "description",
        "config.headers",
        "config.matchBody",
        "config.delay.type",
        "config.delay.duration",
        "config.delay.preset",
    } == {violation.field for violation in caught.value.violations}


@pytest.mark.parametrize(
    "mock", [{"config": []}, {"config": {"delay": 5}}, {"config": {"delay": {"duration": 10**40}}}]
)
def test_objects_and_numbers_that_are_none_are_refused(mock: Any) -> None:
    with pytest.raises(InvalidInput):
        read_mock_body({"mock": mock})
