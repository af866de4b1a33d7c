"""The header step: which headers must be equal, and when they are."""

from dataclasses import replace

import pytest

from services.core.matching.call import Call
from services.core.matching.explain import diagnostics
from services.core.matching.index import MockIndex, compile_index
from services.core.matching.match import Match, NoMatch, NoMatchReason, match
from services.core.matching.settings import MatchSettings
from services.core.postman.collection import Example, Header
from tests.core.nouns import a_call, a_collection, an_environment, an_example, with_request


@pytest.mark.parametrize(
    ("saved", "sent", "is_equal"),
    [
        ([], [], True),
        ([("X-One", "1")], [("x-one", "1")], True),
        ([("x-ONE", " 1 ")], [("x-one", "\t1 ")], True),
        ([("X-One", "1")], [("x-one", "2")], False),
        ([("X-One", "a")], [("x-one", "A")], False),
        ([("X-One", "1")], [], False),
        ([], [("x-one", "1")], False),
        ([("X-One", "")], [("x-one", "")], True),
        ([("X-One", "")], [], False),
        ([("X-One", "1"), ("x-one", "2")], [("x-one", "1"), ("x-one", "2")], True),
        ([("X-One", "1"), ("x-one", "2")], [("x-one", "1, 2")], True),
        ([("X-One", "1"), ("x-one", "2")], [("x-one", "2, 1")], False),
        ([("X-One", "1,2")], [("x-one", "1, 2")], False),
        ([("X-One", "{{any}}")], [("x-one", "1")], True),
        ([("X-One", "{{any}}")], [("x-one", " ")], False),
        ([("X-One", "{{any}}")], [], False),
        ([("X-One", "{{any}} and more")], [("x-one", "1 and more")], False),
        ([("X-One", "{{tenant}}")], [("x-one", "acme")], True),
        ([("X-One", "{{tenant}}")], [("x-one", "other")], False),
        ([("X-One", "Größe")], [("x-one", "Größe")], True),
        ([("X-One", "Größe")], [("x-one", "Größe".encode().decode("latin-1"))], True),
        ([("X-One", "1"), ("X-Two", "2")], [("x-one", "1"), ("x-two", "other")], True),
    ],
)
def test_a_listed_header_is_equal_when_both_sides_say_the_same(
    *, saved: list[tuple[str, str]], sent: list[tuple[str, str]], is_equal: bool
) -> None:
    index = compile_index(a_collection(an_example("GET /", saved_headers=saved), tenant="acme"))
    headers = (*sent, ("x-mock-match-request-headers", "X-One"))
    found = match(Call(method="GET", path="/", query="", headers=headers), index)

    assert is_equal == isinstance(found, Match)
    assert is_equal or NoMatch(reason=NoMatchReason.HEADERS) == found


def test_a_header_that_is_switched_off_does_not_exist() -> None:
    off = Header(key="X-One", value="1", is_disabled=True)
    index = compile_index(a_collection(with_request(an_example("GET /"), headers=(off,))))

    assert isinstance(match(listing("x-one", "GET /"), index), Match)


TENANTS = a_collection(
    an_example("GET /orders", id="acme", saved_headers=[("X-Tenant", "acme"), ("Accept", "text/html")]),
    an_example("GET /orders", id="initech", saved_headers=[("X-Tenant", "initech"), ("Accept", "text/html")]),
    an_example("GET /orders", id="nobody"),
    an_example("GET /orders", id="own", saved_headers=[("x-api-key", "1"), ("x-mock-response-code", "404")]),
)


@pytest.mark.parametrize(
    ("configured", "listed", "answer"),
    [
        ((), None, "acme"),
        ((), "X-Tenant", "initech"),
        ((), "accept, X-Tenant", "initech"),
        ((), " x-tenant ,, X-TENANT", "initech"),
        ((), "", "acme"),
        ((), " , ", "acme"),
        ((), "x-api-key", "acme"),
        ((), "X-Api-Key, X-Mock-Response-Code", "acme"),
        ((), "X-Unheard-Of", "acme"),
        (("X-Tenant",), None, "initech"),
        (("X-Tenant",), "Accept", "acme"),
        (("X-Tenant",), "", "acme"),
        (("x-mock-anything", "X-API-KEY"), None, "acme"),
    ],
)
def test_the_call_lists_headers_or_else_the_mock_does(
    configured: tuple[str, ...], listed: str | None, answer: str
) -> None:
    index = compile_index(TENANTS, settings=MatchSettings(match_headers=configured))
    call = a_call("GET /orders", x_tenant="initech", accept="text/html")
    said = () if listed is None else (("x-mock-match-request-headers", listed),)

    assert answer == winner(index, replace(call, headers=(*call.headers, *said)))


def test_what_the_call_lists_first_counts() -> None:
    headers = (("x-mock-match-request-headers", "X-Tenant"), ("x-mock-match-request-headers", ""))
    call = Call(method="GET", path="/orders", query="", headers=(*headers, ("x-tenant", "initech")))

    assert "initech" == winner(compile_index(TENANTS), call)


def test_the_score_names_the_headers_that_were_equal() -> None:
    call = listing("X-Tenant,x-other", "GET /orders", x_tenant="acme")
    found = match(call, compile_index(TENANTS))

    assert isinstance(found, Match)
    assert ("x-tenant", "x-other") == found.score.headers
    assert "x-tenant" in diagnostics(found)


def test_a_variable_captures_its_header_where_that_is_listed() -> None:
    example = an_example("GET /{{id}}", saved_headers=[("X-Id", "{{id}}"), ("X-Tenant", "{{tenantId}}")])
    index = compile_index(a_collection(example))
    tenant = "Größe".encode().decode("latin-1")
    call = listing("x-id,x-tenant", "GET /7", x_id="8", x_tenant=tenant)
    found, unlisted = match(call, index), match(a_call("GET /7", x_id="8"), index)

    assert isinstance(found, Match)
    assert isinstance(unlisted, Match)
    assert {"id": "7", "tenantId": "Größe"} == found.captures
    assert {"id": "7"} == unlisted.captures


def test_without_wildcards_a_variable_is_plain_text() -> None:
    index = compile_index(
        a_collection(an_example("GET /", saved_headers=[("X-One", "{{any}}")])),
        settings=MatchSettings(match_wildcards=False, match_headers=("x-one",)),
    )
    answers = [isinstance(match(a_call("GET /", x_one=value), index), Match) for value in ("1", "{{any}}")]

    assert [False, True] == answers


def test_the_environment_goes_before_the_collection() -> None:
    collection = a_collection(an_example("GET /", saved_headers=[("X-One", "{{stage}}")]), stage="test")
    index = compile_index(
        collection, environment=an_environment(stage="live"), settings=MatchSettings(match_headers=("X-One",))
    )

    assert isinstance(match(a_call("GET /", x_one="live"), index), Match)


def test_an_example_that_is_named_outright_is_not_asked_for_its_headers() -> None:
    index = compile_index(TENANTS, settings=MatchSettings(match_headers=("X-Tenant",), match_body=True))

    assert "acme" == winner(index, a_call("GET /orders", x_mock_response_id="acme", x_tenant="other"))


@pytest.mark.parametrize("size", [5, 500])
def test_among_many_examples_that_differ_in_headers_the_right_one_is_found(size: int) -> None:
    examples: list[Example] = [
        an_example(
            "GET /", id=f"{n:04}", code=404 if n % 2 else 200, saved_headers=[("X-Id", str(n)), ("X-Half", str(n // 2))]
        )
        for n in range(size)
    ]
    index = compile_index(a_collection(*examples, an_example("GET /", id="plain", code=500)))

    assert "0003" == winner(index, listing("x-id", "GET /", x_id="3"))
    assert "0002" == winner(index, listing("x-half", "GET /", x_half="1"))
    assert "0003" == winner(index, listing("x-half", "GET /", x_half="1", x_mock_response_code="404"))
    assert "plain" == winner(index, listing("x-half", "GET /"))
    assert winner(index, listing("x-id, x-half", "GET /", x_half="1", x_id="4")) is None


def listing(names: str, request: str, **headers: str) -> Call:
    """Return a call that lists the names of headers."""
    return a_call(request, x_mock_match_request_headers=names, **headers)


def winner(index: MockIndex, call: Call) -> str | None:
    """Return the id of the example that answers."""
    found = match(call, index)
    return str(found.example.example.id) if isinstance(found, Match) else None
