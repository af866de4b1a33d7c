"""The rules around matching: addresses, gates, CORS, delays, errors, and what the log keeps."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.access.api_keys import KeyDigest
from services.core.access.principal import Role
from services.core.access.visibility import Visibility
from services.core.changes import CatalogChange, CatalogSubject, ChangeKind, RegistryChange, RegistrySubject
from services.core.ids import (
    AccountId,
    ApiKeyId,
    CollectionId,
    EnvironmentId,
    Etag,
    MockId,
    ServerResponseId,
    UserId,
)
from services.core.matching.call import Call
from services.core.matching.index import compile_index
from services.core.matching.settings import MatchSettings
from services.core.mocks import Delay, Mock, ServerResponse
from services.core.postman.reader import read_collection
from services.core.serving import errors
from services.core.serving.addresses import AddressRules, is_plausible
from services.core.serving.answer import Answer
from services.core.serving.answers import ENTRY_BYTES, LIMIT_BYTES, LONGEST, TURNS, Answers, _size_of
from services.core.serving.bodies import body_mode
from services.core.serving.cors import is_preflight, preflight_reply
from services.core.serving.delay import NO_DELAY, delay_of
from services.core.serving.errors import EdgeError, body_too_large, error_reply
from services.core.serving.freshness import FRESH, AnyChange, Part, removes_mock, stale_parts
from services.core.serving.gates import Arrival, refusal_of
from services.core.serving.masking import masked_headers
from services.core.serving.server_responses import server_response_reply, without_body
from tests.builders import a_collection, an_example, an_item, document
from tests.core.chance import fixed_sources

NOW = datetime(2026, 1, 2, tzinfo=UTC)
RULES = AddressRules(domain="mock.example.com", prefix="/mocks")
ID = "c0ffee00-0000-4000-8000-000000000001"

MOCK = Mock(
    id=MockId(ID),
    account_id=AccountId(7),
    name="Shop",
    collection_id=CollectionId("shop"),
    etag=Etag("1"),
    create_time=NOW,
    update_time=NOW,
    environment_id=EnvironmentId("staging"),
)

KEY = KeyDigest(api_key_id=ApiKeyId("key"), digest=b"", account_id=AccountId(7), user_id=UserId(1), role=Role.VIEWER)


@pytest.mark.parametrize(
    ("host", "raw_path", "expected"),
    [
        (f"{ID}.mock.example.com", "/users/1", (ID, "/users/1")),
        (f"{ID}.mock.example.com:8080", "/", (ID, "/")),
        (f"{ID}.MOCK.Example.com.", "/mocks/x/y", (ID, "/mocks/x/y")),
        (f"{ID.upper()}.mock.example.com", "//", (ID, "//")),
        ("localhost", f"/mocks/{ID}/users/1", (ID, "/users/1")),
        ("localhost", f"/mocks/{ID.upper()}/%2Fusers//", (ID, "/%2Fusers//")),
        ("localhost", f"/mocks/{ID}", (ID, "/")),
        ("localhost", f"/mocks/{ID}/", (ID, "/")),
        ("localhost", "/mocks/", ("", "/")),
        ("", f"/mocks/{ID}/a", (ID, "/a")),
        ("a.b.mock.example.com", "/", ("a.b", "/")),
        (f"{ID}.mock.example.com", f"http://{ID}.mock.example.com/users?", (ID, "/users?")),
        (f"{ID}.mock.example.com", "*", (ID, "/*")),
    ],
)
def test_an_address_names_a_mock_and_a_path_inside_it(host: str, raw_path: str, expected: tuple[str, str]) -> None:
    address = RULES.locate(host, raw_path)

    assert expected == address


@pytest.mark.parametrize(
    ("host", "raw_path"),
    [
        ("mock.example.com", "/users"),
        ("localhost", "/"),
        ("localhost", "/mocks"),
        ("localhost", "/mock/x"),
        ("xmock.example.com", "/healthz"),
    ],
)
def test_other_addresses_are_no_mocks(host: str, raw_path: str) -> None:
    assert RULES.locate(host, raw_path) is None


def test_without_a_mock_domain_only_paths_name_mocks() -> None:
    rules = AddressRules(domain="", prefix="/m")

    assert rules.locate(f"{ID}.mock.example.com", "/users") is None
    assert (ID, "/users") == rules.locate("anything", f"/m/{ID}/users")


@given(host=st.text(max_size=40), raw_path=st.text(max_size=60))
def test_no_address_raises(host: str, raw_path: str) -> None:
    address = RULES.locate(host, raw_path)

    assert address is None or address.path.startswith("/")


@pytest.mark.parametrize(
    ("text", "expected"), [(ID, True), ("", False), ("a.b", False), ("%00", False), ("x" * 65, False)]
)
def test_only_a_host_label_is_plausible_as_an_id(text: str, expected: bool) -> None:  # noqa: FBT001 -- a table's column
    assert expected is is_plausible(MockId(text))


@pytest.mark.parametrize(
    ("header", "milliseconds"),
    [
        ("1", 1),
        ("180000", 180_000),
        (" 300 ", 300),
        ("0300", 300),
        ("0", None),
        ("180001", None),
        ("-1", None),
        ("+1", None),
        ("1.5", None),
        ("1e3", None),
        ("", None),
        ("soon", None),
        ("²", None),
        ("9" * 5_000, None),
        ("0" * 15 + "12345", 12_345),
    ],
)
def test_the_delay_header_wins_where_it_is_a_number_in_range(header: str, milliseconds: int | None) -> None:
    configured = Delay(duration=timedelta(milliseconds=42))

    assert timedelta(milliseconds=milliseconds or 42) == delay_of(header, configured)


def test_without_header_the_mocks_own_delay_holds_or_none() -> None:
    assert timedelta(seconds=3) == delay_of(None, Delay(duration=timedelta(seconds=3)))
    assert NO_DELAY == delay_of(None, None)
    assert NO_DELAY == delay_of("nonsense", None)


def test_a_preflight_is_an_options_call_that_asks_for_a_method() -> None:
    assert is_preflight("OPTIONS", "PUT")
    assert not is_preflight("OPTIONS", None)
    assert not is_preflight("GET", "PUT")


def test_a_preflight_allows_what_is_asked() -> None:
    reply = preflight_reply("x-a, x-b")

    assert (204, b"") == (reply.status, reply.body)
    assert b"x-a, x-b" == dict(reply.headers)[b"access-control-allow-headers"]
    assert b"86400" == dict(reply.headers)[b"access-control-max-age"]


@pytest.mark.parametrize("asked", [None, "", "x" * 100_000])
def test_a_preflight_without_sensible_headers_names_none(asked: str | None) -> None:
    names = [name for name, _ in preflight_reply(asked).headers]

    assert b"access-control-allow-headers" not in names


@pytest.mark.parametrize(
    ("error", "body"),
    [
        (errors.MOCK_NOT_FOUND, '{"error":{"name":"mockNotFoundError","message":"Please refresh and try again."}}'),
        (
            errors.NO_MATCHING_REQUEST,
            (
                '{"error":{"name":"mockRequestNotFoundError","message":"Double check your method and the request path '
                'and try again.","header":"No matching requests"}}'
            ),
        ),
        (
            errors.NO_EXAMPLES,
            (
                '{"error":{"name":"mockRequestNotFoundError","message":"To mock this request add an example response '
                'for the mock server to return.","header":"You need an example"}}'
            ),
        ),
        (
            errors.INVALID_CREDENTIALS,
            (
                '{"error":{"name":"invalidCredentialsError","message":"This mock is private. Send a valid API key in '
                'the x-api-key header.","header":"Invalid credentials"}}'
            ),
        ),
    ],
)
def test_errors_are_told_in_postmans_form_to_the_byte(error: EdgeError, body: str) -> None:
    assert body.encode() == error_reply(error).body


@pytest.mark.parametrize(
    "error",
    [
        errors.MOCK_NOT_FOUND,
        errors.INVALID_CREDENTIALS,
        errors.NO_MATCHING_REQUEST,
        errors.MOCK_UNAVAILABLE,
        errors.SERVER_FAULT,
        body_too_large(1),
    ],
)
def test_every_error_can_be_read_from_any_origin(error: EdgeError) -> None:
    reply = error_reply(error)
    headers = dict(reply.headers)

    assert b"application/json; charset=utf-8" == headers[b"content-type"]
    assert b"*" == headers[b"access-control-allow-origin"]
    assert str(len(reply.body)).encode() == headers[b"content-length"]
    assert error.name == json.loads(reply.body)["error"]["name"]


def an_arrival(**fields: Any) -> Arrival:
    arrival = Arrival(mock=MOCK, has_collection=True, key=None, body_size=0, body_limit=10)
    return arrival._replace(**fields)


def test_a_public_mock_lets_everybody_in() -> None:
    assert refusal_of(an_arrival()) is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"mock": replace(MOCK, is_deactivated=True)}, errors.MOCK_NOT_FOUND),
        ({"has_collection": False}, errors.MOCK_NOT_FOUND),
        ({"mock": replace(MOCK, visibility=Visibility.PRIVATE)}, errors.INVALID_CREDENTIALS),
        (
            {"mock": replace(MOCK, visibility=Visibility.PRIVATE), "key": replace(KEY, account_id=AccountId(8))},
            errors.INVALID_CREDENTIALS,
        ),
        ({"mock": replace(MOCK, visibility=Visibility.PRIVATE), "key": KEY}, None),
        ({"body_size": 10}, None),
        ({"body_size": 11}, body_too_large(10)),
    ],
)
def test_each_gate_refuses_with_its_own_error(fields: dict[str, object], expected: EdgeError | None) -> None:
    assert expected == refusal_of(an_arrival(**fields))


def test_gates_are_asked_in_their_order() -> None:
    private = replace(MOCK, visibility=Visibility.PRIVATE)
    everything_wrong = an_arrival(mock=replace(private, is_deactivated=True), body_size=11)

    assert errors.MOCK_NOT_FOUND == refusal_of(everything_wrong)
    assert errors.INVALID_CREDENTIALS == refusal_of(everything_wrong._replace(mock=private))
    assert body_too_large(10) == refusal_of(everything_wrong._replace(mock=private, key=KEY))


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        (None, "raw"),
        ("", "raw"),
        ("application/json", "raw"),
        ("application/x-www-form-urlencoded; charset=utf-8", "urlencoded"),
        ("Multipart/Form-Data; boundary=b", "formdata"),
        ("application/graphql", "graphql"),
        ("image/png", "file"),
        ("application/octet-stream", "file"),
        (";;;", "raw"),
    ],
)
def test_the_form_of_a_body_follows_its_content_type(content_type: str | None, expected: str) -> None:
    assert expected == body_mode(content_type)


def test_api_keys_are_masked_and_everything_else_is_kept() -> None:
    headers = (("x-api-key", "USK-secret"), ("accept", "*/*"), ("x-api-key", "another secret"))

    assert (("x-api-key", "USK-…****"), ("accept", "*/*"), ("x-api-key", "…****")) == masked_headers(headers)


def test_a_server_response_is_sent_as_it_is_but_for_what_http_cannot_carry() -> None:
    response = ServerResponse(
        id=ServerResponseId("r"),
        mock_id=MOCK.id,
        name="Down",
        status_code=503,
        etag=Etag("1"),
        create_time=NOW,
        update_time=NOW,
        headers=(("Retry-After", "7"), ("bad name", "x"), ("X-A", "a\r\nb"), ("Content-Length", "3")),
        language="json",
        body=b"{}",
    )

    reply = server_response_reply(response)

    assert (503, b"{}") == (reply.status, reply.body)
    assert (
        (b"retry-after", b"7"),
        (b"x-a", b"ab"),
        (b"access-control-allow-origin", b"*"),
        (b"content-length", b"2"),
    ) == reply.headers
    assert (b"", reply.headers) == (without_body(reply).body, without_body(reply).headers)


def a_catalog_change(subject: CatalogSubject, thing: str, *, account: int = 7, tag: str = "") -> CatalogChange:
    return CatalogChange(
        kind=ChangeKind.WRITTEN,
        subject=subject,
        account_id=AccountId(account),
        id=thing,
        change_time=NOW,
        release_tag=tag,
    )


def a_registry_change(
    thing: str, *, subject: RegistrySubject = RegistrySubject.MOCK, kind: ChangeKind = ChangeKind.WRITTEN
) -> RegistryChange:
    return RegistryChange(kind=kind, subject=subject, account_id=AccountId(7), id=thing, change_time=NOW)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (a_registry_change(ID), Part.MOCK),
        (a_registry_change("another"), FRESH),
        (a_registry_change(ID, subject=RegistrySubject.API_KEY), FRESH),
        (a_catalog_change(CatalogSubject.COLLECTION, "shop"), Part.COLLECTION),
        (a_catalog_change(CatalogSubject.COLLECTION, "shop", account=8), FRESH),
        (a_catalog_change(CatalogSubject.COLLECTION, "staging"), FRESH),
        (a_catalog_change(CatalogSubject.ENVIRONMENT, "staging"), Part.ENVIRONMENT),
        (a_catalog_change(CatalogSubject.ENVIRONMENT, "shop"), FRESH),
        (a_catalog_change(CatalogSubject.RELEASE_TAG, "shop", tag="v1"), FRESH),
    ],
)
def test_a_change_makes_stale_what_it_is_about(change: AnyChange, expected: Part) -> None:
    assert expected == stale_parts(MOCK, change)


def test_a_pinned_mock_follows_its_own_tag_and_no_other() -> None:
    pinned = replace(MOCK, release_tag="v1")

    assert Part.COLLECTION == stale_parts(pinned, a_catalog_change(CatalogSubject.RELEASE_TAG, "shop", tag="v1"))
    assert FRESH == stale_parts(pinned, a_catalog_change(CatalogSubject.RELEASE_TAG, "shop", tag="v2"))


def test_only_a_deleted_mock_is_removed() -> None:
    assert ID == removes_mock(a_registry_change(ID, kind=ChangeKind.DELETED))
    assert removes_mock(a_registry_change(ID)) is None
    assert removes_mock(a_registry_change("k", kind=ChangeKind.DELETED, subject=RegistrySubject.API_KEY)) is None


COLLECTION = read_collection(
    document(
        a_collection(
            an_item(*(an_example(name=f"{code}", code=code, url="https://x.example/users/1") for code in (200, 404)))
        )
    ),
    account_id=AccountId(1),
).collection


def a_call(path: str = "/users/1", *, headers: dict[str, str] | None = None, body: bytes = b"") -> Call:
    return Call(method="GET", path=path, query="", headers=tuple((headers or {}).items()), body=body)


def answer_of(answers: Answers, call: Call) -> Answer:
    headers = dict(call.headers)
    if call.body:
        return answers.anew(call, fixed_sources())
    return answers.of((call.method, call.path, call.query), headers, lambda: call, fixed_sources())


@pytest.mark.parametrize(
    "call",
    [
        a_call(),
        a_call("/nothing/like/it"),
        a_call(headers={"x-mock-response-code": "404"}),
        a_call(headers={"x-mock-response-name": "404"}),
        a_call(headers={"x-other": "1"}, body=b"x"),
        a_call("/" + "x" * LONGEST),
        replace(a_call(), method="HEAD"),
    ],
)
def test_a_remembered_answer_is_what_matching_anew_gives(call: Call) -> None:
    answers = Answers(compile_index(COLLECTION))

    remembered = [answer_of(answers, call) for _ in range(3)]

    assert [Answers(compile_index(COLLECTION)).anew(call, fixed_sources())] * 3 == remembered


def test_a_selector_is_never_answered_from_memory() -> None:
    answers = Answers(compile_index(COLLECTION))
    plain, selecting = a_call(), a_call(headers={"x-mock-response-code": "404"})

    statuses = [answer_of(answers, call).reply.status for call in (plain, selecting, plain)]

    assert [200, 404, 200] == statuses


def test_settings_that_look_at_more_remember_nothing() -> None:
    answers = Answers(compile_index(COLLECTION, settings=MatchSettings(match_body=True)))

    answer_of(answers, a_call())

    assert {} == answers._known


def test_a_reply_that_is_made_from_the_call_is_not_remembered() -> None:
    item = an_item(an_example(url="https://x.example/users/{{id}}", body="user {{id}}"))
    collection = read_collection(document(a_collection(item)), account_id=AccountId(1)).collection
    answers = Answers(compile_index(collection))

    bodies = [answer_of(answers, a_call(path)).reply.body for path in ("/users/1", "/users/2", "/users/1")]

    assert [b"user 1", b"user 2", b"user 1"] == bodies
    assert {None} == set(answers._known.values())


def test_memory_of_answers_is_bounded_and_goes_on_taking_newcomers() -> None:
    answers = Answers(compile_index(COLLECTION))
    count = 3 * LIMIT_BYTES // ENTRY_BYTES

    for number in range(count):
        answer_of(answers, a_call(f"/{number}"))

    assert sum(map(_size_of, answers._known.values())) == answers._size_bytes <= LIMIT_BYTES
    assert any(int(path[1:]) > count - TURNS * 2 for _, path, _ in answers._known)
    assert ("GET", "/0", "") not in answers._known
