"""The body step: when a sent body equals a saved one, and what that is worth."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.matching.call import Call
from services.core.matching.index import MockIndex, compile_index
from services.core.matching.match import Match, NoMatch, NoMatchReason, match
from services.core.matching.settings import MatchSettings
from services.core.postman.collection import Body, BodyMode, FormField, GraphQL
from tests.core.nouns import a_collection, an_example, sending

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=cut"

STRICT = MatchSettings(match_body=True)


def raw(text: str, language: str = "") -> Body:
    return Body(mode=BodyMode.RAW, raw=text, language=language)


JSON_PAIRS = (
    # saved, sent, equal
    ('{"a": 1, "b": [1, 2]}', '{"b":[1,2],"a":1}', True),
    ('{"a": [1, 2]}', '{"a": [2, 1]}', False),
    ('{"a": 1}', '{"a": 1, "b": 2}', False),
    ('{"a": 1, "b": 2}', '{"a": 1}', False),
    ("1", "1.0", True),
    ("1", "10e-1", True),
    ("100", "1e2", True),
    ("1.5", "1.50", True),
    ("0", "-0.0e7", True),
    ("-1", "1", False),
    ("12345678901234567890", "12345678901234567891", False),
    ("12345678901234567890123", "1.2345678901234567890123e22", True),
    ("1e400", "10e399", True),
    ("1e400", "1e401", False),
    ("1e99999999999999999999", "1e99999999999999999999", True),
    ("1" * 5_000, "1" * 5_000, True),
    ("1" * 5_000, "1" * 4_999 + "2", False),
    ("9007199254740993", "9007199254740993.0", True),
    ("9007199254740993", "9007199254740992", False),
    ("true", "1", False),
    ("1", '"1"', False),
    ("null", "false", False),
    ("null", "{}", False),
    ("{}", "[]", False),
    ('{"a": 1, "a": 2}', '{"a": 2}', True),
    ('"\\u00e9"', '"é"', True),
    ('"\\ud83e\\udd8a"', '"🦊"', True),
    ('"\\ud800"', '"\\ud800"', True),
    ('"a b"', '"a  b"', False),
    ("NaN", " NaN\r\n", True),
    ("NaN", "Infinity", False),
    ('{"open": ', '\n{"open":', True),
    ('{"open": ', '{"open": 1}', False),
    ("[" * 600 + "]" * 600, "[" * 600 + "]" * 600, True),
    ("[" * 600 + "]" * 600, "[" * 600 + " " + "]" * 600, False),
    ("[" * 500 + "]" * 500, "[" * 500 + " " + "]" * 500, True),
)


@pytest.mark.parametrize(("saved", "sent", "is_equal"), JSON_PAIRS, ids=[f"{n}" for n in range(len(JSON_PAIRS))])
def test_json_is_equal_when_it_says_the_same(*, saved: str, sent: str, is_equal: bool) -> None:
    assert is_equal == equal(raw(saved, "json"), sent, JSON)
    assert is_equal == equal(raw(sent, "json"), saved, JSON)


FORMATS = (
    # saved, its type, sent, its type, equal
    (raw("{}", "json"), "", "{ }", "", True),
    (raw("{}", "json"), "", "{ }", FORM, True),
    (raw("{}", "JSON"), "text/plain", "{ }", "text/plain", True),
    (raw("{}"), "", "{ }", JSON, True),
    (raw("{}"), "", "{ }", "Application/Problem+JSON; charset=utf-8", True),
    (raw("{}"), JSON, "{ }", "", True),
    (raw("{}"), "{{type}}", "{ }", "", True),
    (raw("{}"), JSON, "{ }", "text/plain", False),
    (raw("{}", "text"), JSON, "{ }", JSON, True),
    (raw("{}"), "", "{ }", "", False),
    (raw("a=1&b=2"), "", "b=2&a=1", FORM, True),
    (raw("a=1&b=2"), FORM, "b=2&a=1", "", True),
    (raw("a=1&b=2"), FORM, "b=2&a=1", "text/plain", False),
    (raw("&"), "", "&", FORM, True),
    (raw("&"), "", "&&", FORM, False),
    (raw("<a> <b/> </a>"), "", "<a><b/></a>", "text/xml", True),
    (raw("<a> <b/> </a>"), "application/soap+xml", "<a><b/></a>", "", True),
    (raw("<a> <b/> </a>", "xml"), "", "<a><b/></a>", "text/plain", True),
    (raw("<a> <b/> </a>"), "", "<a><b/></a>", "text/plain", False),
    (raw("<a> b </a>", "xml"), "", "<a>b</a>", "text/xml", False),
    (raw("one\r\ntwo"), "", " one\ntwo\n", "text/plain", True),
    (raw("one\r\ntwo"), "", "one two", "text/plain", False),
    (raw("é"), "", "\ufeffé", "", True),
    (raw("one\ntwo"), "", "one\r\ntwo", "application/octet-stream", False),
    (raw("one\ntwo"), "image/png", "one\ntwo", "", True),
    (raw("one\ntwo"), "image/png", "one\ntwo ", "", False),
)


@pytest.mark.parametrize(("saved", "saved_type", "sent", "sent_type", "is_equal"), FORMATS)
def test_the_format_is_what_the_saved_text_says_or_the_call_or_the_example(
    *, saved: Body, saved_type: str, sent: str, sent_type: str, is_equal: bool
) -> None:
    example = an_example("POST /users", saved_headers=[("Content-Type", saved_type)], saved_body=saved)
    found = match(sending(sent, sent_type), compile_index(a_collection(example, type=JSON), settings=STRICT))

    assert is_equal == isinstance(found, Match)


def fields(*pairs: tuple[str, str]) -> Body:
    return Body(mode=BodyMode.URLENCODED, fields=tuple(FormField(key=key, value=value) for key, value in pairs))


@pytest.mark.parametrize(
    ("saved", "sent", "is_equal"),
    [
        (fields(("a", "1"), ("b", "2")), "b=2&a=1", True),
        (fields(("a", "1"), ("a", "1")), "a=1", False),
        (fields(("a", "1"), ("a", "2")), "a=2&a=1", True),
        (fields(("a", "x y")), "a=x+y", True),
        (fields(("a", "x y")), "a=x%20y", True),
        (fields(("a", "x%20y")), "a=x+y", True),
        (fields(("a", "x%20y")), "a=x%2520y", True),
        (fields(("a", "1+1")), "a=1%2B1", True),
        (fields(("a", "")), "a", True),
        (fields(("", "1"), ("a", "1")), "a=1&=2&", True),
        (fields(("a", "one\ntwo")), "a=one%0D%0Atwo", True),
        (fields(("a", "{{tenant}}")), "a=acme", True),
        (fields(("{{tenant}}", "1")), "acme=1", True),
        (fields(("a", "{{any}}")), "a=whatever", True),
        (fields(("a", "{{any}}")), "a=one&a=two", False),
        (fields(("a", "{{any}}"), ("a", "1")), "a=1&a=2", False),
    ],
)
def test_a_form_is_equal_when_its_decoded_fields_are(*, saved: Body, sent: str, is_equal: bool) -> None:
    assert is_equal == equal(saved, sent, FORM)
    assert is_equal == equal(saved, sent, "")


def parts(*each: tuple[str, str]) -> str:
    """Return a multipart body; what begins with an @ is the content of a file."""
    texts = (
        f'--cut\r\nContent-Disposition: form-data; name="{name}"'
        + ('; filename="f.bin"' if text.startswith("@") else "")
        + f"\r\n\r\n{text}\r\n"
        for name, text in each
    )
    return "".join(texts) + "--cut--\r\n"


def form_data(*each: tuple[str, str]) -> Body:
    return Body(
        mode=BodyMode.FORMDATA,
        fields=tuple(
            FormField(
                key=key, is_file=value.startswith("@"), value="" if value.startswith("@") else value, source=value
            )
            for key, value in each
        ),
    )


@pytest.mark.parametrize(
    ("saved", "sent", "is_equal"),
    [
        ([("a", "1"), ("b", "2")], [("b", "2"), ("a", "1")], True),
        ([("a", "1")], [("a", "2")], False),
        ([("a", "1"), ("a", "1")], [("a", "1")], False),
        ([("a", "one\ntwo")], [("a", "one\r\ntwo")], True),
        ([("a", " 1")], [("a", "1")], False),
        ([("a", "é"), ("é", "1")], [("é", "1"), ("a", "é")], True),
        ([("a", "@cat.png")], [("a", "@anything")], True),
        ([("a", "@cat.png")], [("a", "text")], False),
        ([("a", "@cat.png")], [("b", "@anything")], False),
        ([("a", "@1"), ("a", "@2")], [("a", "@1")], False),
        ([("a", "@1"), ("a", "text")], [("a", "text"), ("a", "@2")], True),
        ([("a", "{{any}}"), ("b", "@1")], [("b", "@1"), ("a", "whatever")], True),
        ([("a", "{{any}}")], [("a", "@1")], False),
    ],
)
def test_a_form_of_parts_is_equal_when_its_texts_and_the_names_of_its_files_are(
    *, saved: list[tuple[str, str]], sent: list[tuple[str, str]], is_equal: bool
) -> None:
    assert is_equal == equal(form_data(*saved), parts(*sent), PARTS)


@pytest.mark.parametrize(
    ("sent", "content_type"),
    [
        (parts(("a", "1")).replace("\r\n", "\n"), PARTS),
        (parts(("a", "1")).removesuffix("--cut--\r\n").removesuffix("\r\n"), PARTS),
        ("before\r\n" + parts(("a", "1")) + "behind", PARTS),
        (parts(("a", "1")), 'multipart/form-data; charset=utf-8; Boundary="cut"'),
        (parts(("a", "1")).replace('"a"', "a"), PARTS),
        (parts(("a", "1")).replace("form-data", "Form-Data; other=1"), PARTS),
        (parts(("a", "1")).replace("Content-", "X-Before: 1\r\nCONTENT-"), PARTS),
    ],
)
def test_a_form_of_parts_may_be_written_in_several_ways(sent: str, content_type: str) -> None:
    assert equal(form_data(("a", "1")), sent, content_type)


@pytest.mark.parametrize("content_type", ["", JSON, "multipart/form-data", "multipart/form-data; boundary=other"])
def test_a_form_of_parts_without_its_boundary_is_none(content_type: str) -> None:
    assert not equal(form_data(("a", "1")), parts(("a", "1")), content_type)


def test_fields_that_are_switched_off_do_not_exist() -> None:
    off = FormField(key="off", value="1", is_disabled=True)
    on = FormField(key="on", value="1")

    for mode, sent, content_type in (
        (BodyMode.URLENCODED, "on=1", FORM),
        (BodyMode.FORMDATA, parts(("on", "1")), PARTS),
    ):
        assert equal(Body(mode=mode, fields=(off, on)), sent, content_type)
        assert equal(Body(mode=mode, fields=(off,)), "", content_type)


def graphql(query: str, variables: str = "", name: str = "") -> Body:
    return Body(mode=BodyMode.GRAPHQL, graphql=GraphQL(query=query, variables=variables, operation_name=name))


@pytest.mark.parametrize(
    ("saved", "sent", "is_equal"),
    [
        (graphql("{ users }"), '{"query": "{\\n  users\\n}"}', True),
        (graphql("{ users }"), '{"query": "{users}"}', False),
        (graphql("{ users }"), '{"query": "{ users }", "variables": {}, "operationName": null}', True),
        (graphql("{ users }", "{}"), '{"query": "{ users }", "variables": null}', True),
        (graphql("{ users }", '{"id": 1}'), '{"query": "{ users }", "variables": {"id": 1.0}}', True),
        (graphql("{ users }", '{"id": 1}'), '{"query": "{ users }", "variables": "{\\"id\\": 1}"}', True),
        (graphql("{ users }", '{"id": 1}'), '{"query": "{ users }", "variables": {"id": 2}}', False),
        (graphql("{ users }", '{"id": 1}'), '{"query": "{ users }"}', False),
        (graphql("{ users }", '{"id": {{any}}}'), '{"query": "{ users }", "variables": {"id": 2}}', True),
        (graphql("{ users }", "no json"), '{"query": "{ users }", "variables": "no json"}', True),
        (graphql("{ users }", "", "A"), '{"operationName": "A", "query": "{ users }"}', True),
        (graphql("{ users }", "", "A"), '{"operationName": "B", "query": "{ users }"}', False),
        (graphql("{ users }"), '{"query": "{ users }", "extensions": {"trace": true}}', True),
        (graphql("{ users }"), '[{"query": "{ users }"}]', False),
        (graphql("{ users }"), "{ users }", False),
    ],
)
def test_graphql_is_equal_when_query_variables_and_operation_are(*, saved: Body, sent: str, is_equal: bool) -> None:
    assert is_equal == equal(saved, sent, JSON)


def test_a_graphql_call_may_be_nothing_but_its_query() -> None:
    assert equal(graphql("{ users }"), "{\n users\n}", "application/graphql")


@pytest.mark.parametrize(
    ("saved", "sent", "is_equal"),
    [
        (Body(mode=BodyMode.FILE, raw="bytes", source="cat.png"), b"bytes", True),
        (Body(mode=BodyMode.FILE, raw="bytes", source="cat.png"), b"bytes\n", False),
        (Body(mode=BodyMode.FILE, source="cat.png"), b"\x00\xff", True),
        (Body(mode=BodyMode.FILE, source="cat.png"), b"", False),
        (Body(mode=BodyMode.FILE), b"", True),
    ],
)
def test_a_file_is_equal_byte_by_byte_where_the_collection_holds_it(
    *, saved: Body, sent: bytes, is_equal: bool
) -> None:
    assert is_equal == equal(saved, sent, "application/octet-stream")


@pytest.mark.parametrize(
    "saved", [None, raw(""), raw(" \n", "json"), fields(), fields(("", "1")), form_data(), graphql(" ")]
)
@pytest.mark.parametrize("sent", ["", " \r\n", "\ufeff", "\u3000"])
@pytest.mark.parametrize("content_type", ["", JSON, FORM, PARTS, "text/xml"])
def test_no_body_is_an_empty_body_and_empty_bodies_are_equal(saved: Body | None, sent: str, content_type: str) -> None:
    assert equal(saved, sent, content_type)


@pytest.mark.parametrize("saved", [None, raw("")])
def test_blanks_are_something_where_bytes_count(saved: Body | None) -> None:
    assert not equal(saved, " ", "application/octet-stream")


PATTERNS: tuple[tuple[str, str, dict[str, str]], ...] = (
    # saved, sent, captures
    ('{"name": "{{name}}", "kind": "person"}', '{"kind": "person", "name": "Ada"}', {"name": "Ada"}),
    ('{"age": {{age}}}', '{"age": 36}', {"age": "36"}),
    ('{"age": {{age}}}', '{"age": 36.50}', {"age": "36.50"}),
    ('{"age": "{{age}}"}', '{"age": null}', {"age": "null"}),
    ('{"a": {{a}}}', '{"a": {"b": [1, "x", true]}}', {"a": '{"b":[1,"x",true]}'}),
    ('{"a": {{a}}}', '{"a": "say \\"é\\""}', {"a": 'say "é"'}),
    ("[{{a}}, 2, {{b}}]", "[1, 2, 3]", {"a": "1", "b": "3"}),
    ("[{{a}}, {{a}}]", "[1, 2]", {"a": "1"}),
    ("{{all}}", '{"x": 1}', {"all": '{"x":1}'}),
    ('{"a": {"b": {{b}}, "c": 1}, "d": [1.0]}', '{"d": [1], "a": {"c": 1, "b": 2}}', {"b": "2"}),
    ('{"a": "{{tenant}}"}', '{"a": "acme"}', {}),
    ('{"a": {{a"\\b}}}', '{"a": 1}', {'a"\\b': "1"}),
    ('{"a": "{{$guid}}"}', '{"a": 1}', {"$guid": "1"}),
)


@pytest.mark.parametrize(("saved", "sent", "captures"), PATTERNS)
def test_a_variable_in_saved_json_takes_any_value(saved: str, sent: str, captures: dict[str, str]) -> None:
    found = answer(raw(saved, "json"), sent, JSON)

    assert isinstance(found, Match)
    assert captures == found.captures


@pytest.mark.parametrize(
    ("saved", "sent"),
    [
        ('{"a": {{a}}, "b": 1}', '{"a": 1, "b": 2}'),
        ('{"a": {{a}}}', "{}"),
        ('{"a": {{a}}}', '{"a": 1, "b": 1}'),
        ("[{{a}}]", "[1, 2]"),
        ("[{{a}}]", "[]"),
        ("[{{a}}]", '{"0": 1}'),
        ('{"a": {"b": {{b}}}}', '{"a": [1]}'),
        ('{"a": "x{{a}}"}', '{"a": "xy"}'),
        ('{"{{a}}": 1}', '{"b": 1}'),
        ("{{all}}", "no json"),
        ("{{all}}", ""),
    ],
)
def test_what_is_around_a_variable_must_be_equal(saved: str, sent: str) -> None:
    assert NoMatch(reason=NoMatchReason.BODY) == answer(raw(saved, "json"), sent, JSON)


def test_a_form_captures_as_well() -> None:
    form = answer(fields(("a", "{{a}}")), "a=1+2", FORM)
    form_of_parts = answer(form_data(("a", "{{a}}")), parts(("a", "1+2")), PARTS)

    assert isinstance(form, Match)
    assert isinstance(form_of_parts, Match)
    assert [{"a": "1 2"}, {"a": "1+2"}] == [form.captures, form_of_parts.captures]


def test_of_a_name_in_several_places_path_query_and_headers_go_before_the_body() -> None:
    example = an_example(
        "POST /{{a}}?q={{b}}", saved_headers=[("X-C", "{{c}}")], saved_body='{"a":{{a}},"b":{{b}},"c":{{c}},"d":{{d}}}'
    )
    call = sending('{"a":1,"b":1,"c":1,"d":1}', JSON, "POST /2?q=3", x_c="4", x_mock_match_request_headers="x-c")
    found = match(call, compile_index(a_collection(example)))

    assert isinstance(found, Match)
    assert {"a": "2", "b": "3", "c": "4", "d": "1"} == found.captures


def test_without_wildcards_a_variable_is_plain_text() -> None:
    index = compile_index(
        a_collection(an_example("POST /users", saved_body=raw('{"a": "{{a}}"}', "json"))),
        settings=MatchSettings(match_wildcards=False, match_body=True),
    )
    answers = [isinstance(match(sending(sent, JSON), index), Match) for sent in ('{"a":1}', '{"a":"{{a}}"}')]

    assert [False, True] == answers


def test_the_hundred_and_first_layout_of_variables_is_plain_text() -> None:
    saved = [json.dumps({f"key{n}": "{{any}}"}) for n in range(101)]
    examples = [an_example("POST /users", id=f"{n:03}", saved_body=raw(text, "json")) for n, text in enumerate(saved)]
    index = compile_index(a_collection(*examples), settings=STRICT)

    assert ["099", None] == [winner(index, sending(json.dumps({key: 1}), JSON)) for key in ("key99", "key100")]


@pytest.mark.parametrize(
    ("configured", "said", "is_required"),
    [
        (False, None, False),
        (True, None, True),
        (False, "true", True),
        (False, " TRUE ", True),
        (True, "False", False),
        (True, "no", True),
        (True, "", True),
        (False, "yes", False),
        (False, "1", False),
    ],
)
def test_the_call_says_whether_bodies_must_be_equal_or_else_the_mock_does(
    *, configured: bool, said: str | None, is_required: bool
) -> None:
    index = compile_index(
        a_collection(an_example("POST /users", saved_body="one")), settings=MatchSettings(match_body=configured)
    )
    headers = {} if said is None else {"x_mock_match_request_body": said}
    equal_, unequal = (match(sending(sent, **headers), index) for sent in ("one", "two"))

    assert isinstance(equal_, Match)
    assert is_required == equal_.score.is_body_required == isinstance(unequal, NoMatch)
    assert (0 if is_required else 5) == equal_.score.body_points
    assert isinstance(unequal, NoMatch) or 0 == unequal.score.body_points


def test_the_reason_of_a_miss_is_the_first_step_that_left_nobody() -> None:
    example = an_example("POST /users", saved_headers=[("X-One", "1")], saved_body="one")
    index = compile_index(a_collection(example), settings=MatchSettings(match_headers=("x-one",), match_body=True))
    calls = (
        sending("one", request="POST /elsewhere"),
        sending("one", x_one="2"),
        sending("two", x_one="2"),
        sending("two", x_one="1"),
    )
    reasons = [found.reason for found in (match(call, index) for call in calls) if isinstance(found, NoMatch)]

    assert [NoMatchReason.PATH, NoMatchReason.HEADERS, NoMatchReason.HEADERS, NoMatchReason.BODY] == reasons


def test_five_points_can_outweigh_a_worse_path() -> None:
    index = compile_index(
        a_collection(
            an_example("POST /users/{{id}}", id="wildcard", saved_body="one"), an_example("POST /users/1", id="id")
        )
    )
    answers = [winner(index, sending(sent, request="POST /users/2")) for sent in ("", "one", "two")]

    assert ["id", "wildcard", "wildcard"] == answers


def test_head_is_answered_by_what_answers_get_with_the_same_body() -> None:
    index = compile_index(a_collection(an_example("GET /users", saved_body="one")), settings=STRICT)
    answers = [winner(index, sending(sent, request="HEAD /users")) for sent in ("one", "two")]

    assert ["GET /users", None] == answers


@pytest.mark.parametrize("size", [5, 1_000])
def test_among_many_examples_of_one_path_the_one_with_the_body_is_found(size: int) -> None:
    index = compile_index(
        a_collection(
            *(
                an_example(
                    "POST /users", id=f"{n:04}", code=201 if n == 2 else 200, saved_body=raw(f'{{"id": {n}}}', "json")
                )
                for n in range(size)
            ),
            an_example("POST /users", id="named", saved_body=raw('{"id": 3, "name": "{{name}}"}', "json")),
            an_example("POST /users", id="any", saved_body=raw('{"id": {{id}}}', "json")),
            an_example("POST /users", id="empty"),
            an_example("POST /users?page=1", id="page", saved_body="text"),
        )
    )
    calls = {
        "0003": sending('{"id": 3.0}', JSON),
        "named": sending('{"name": [1], "id": 3}', JSON),
        "any": sending('{"id": 1e9}', JSON),
        "empty": sending(""),
        "page": sending("text", "text/plain", "POST /users?page=1"),
        "0000": sending("other", "text/plain"),
    }

    assert list(calls) == [winner(index, call) for call in calls.values()]
    assert "0001" == winner(index, sending('{"id": 1}', JSON))
    assert "0002" == winner(index, sending('{"id": 2}', JSON, x_mock_response_code="201"))
    assert winner(index, sending('{"id": -1, "x": 1}', JSON, x_mock_match_request_body="true")) is None


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(value=values)
def test_json_equals_itself_however_it_is_written(value: object) -> None:
    if "{{" in repr(value):
        return
    written, otherwise = json.dumps(value), json.dumps(turned(value), indent=3, ensure_ascii=False)

    assert equal(raw(written, "json"), otherwise.encode(errors="surrogatepass"), JSON)


@given(one=values, other=values)
def test_json_that_python_tells_apart_is_not_equal(one: object, other: object) -> None:
    if "{{" in repr((one, other)):
        return
    is_same = canonical(one) == canonical(other)

    assert is_same == equal(raw(json.dumps(one), "json"), json.dumps(other), JSON)


def turned(value: object) -> object:
    """Return the value with the keys of each object the other way round."""
    if isinstance(value, dict):
        return {key: turned(each) for key, each in reversed(value.items())}
    return [turned(each) for each in value] if isinstance(value, list) else value


def canonical(value: object) -> object:
    """Return the value with its types, so that `True` is not `1`, and `1.0` is."""
    if isinstance(value, dict):
        return {key: canonical(each) for key, each in value.items()}
    if isinstance(value, list):
        return [canonical(each) for each in value]
    return ("number", value) if isinstance(value, int | float) and not isinstance(value, bool) else (type(value), value)


def answer(saved: Body | None, sent: bytes | str, content_type: str) -> Match | NoMatch:
    """Return how the one example answers where bodies must be equal."""
    example = an_example("POST /users", saved_body=saved)
    return match(sending(sent, content_type), compile_index(a_collection(example, tenant="acme"), settings=STRICT))


def equal(saved: Body | None, sent: bytes | str, content_type: str) -> bool:
    return isinstance(answer(saved, sent, content_type), Match)


def winner(index: MockIndex, call: Call) -> str | None:
    """Return the id of the example that answers."""
    found = match(call, index)
    return str(found.example.example.id) if isinstance(found, Match) else None
