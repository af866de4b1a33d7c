"""From a match to the bytes that go out: status, headers, body."""

import re
from collections.abc import Iterable
from dataclasses import replace

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.matching.call import Call
from services.core.matching.index import MockIndex, compile_index
from services.core.matching.match import Match, match
from services.core.postman.collection import Example
from services.core.rendering.drafts import Drafts, Reply
from services.core.rendering.reply import render
from services.core.rendering.sources import Sources
from tests.core.chance import fixed_sources
from tests.core.nouns import a_call, a_collection, an_environment, an_example, variables_from

HTML = (b"content-type", b"text/html; charset=utf-8")
ANY_ORIGIN = (b"access-control-allow-origin", b"*")


def reply_of(example: Example, call: str = "GET /users", **variables: str) -> Reply:
    """Return the reply of the one example to a call."""
    return sent(compile_index(a_collection(example, **variables)), call)


def sent(index: MockIndex, call: str | Call, sources: Sources | None = None) -> Reply:
    """Return the reply of the example that an index finds for a call."""
    made = a_call(call) if isinstance(call, str) else call
    found = match(made, index)
    assert isinstance(found, Match)
    return render(found, index, made, sources or fixed_sources())


def test_a_reply_has_the_examples_status_headers_and_body() -> None:
    headers = [("Content-Type", "application/json"), ("X-Page", "1"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]
    reply = reply_of(an_example(code=201, headers=headers, body='{"name": "Größe"}'))

    assert 201 == reply.status
    assert (
        (b"content-type", b"application/json"),
        (b"x-page", b"1"),
        (b"set-cookie", b"a=1"),
        (b"set-cookie", b"b=2"),
        ANY_ORIGIN,
        (b"content-length", b"19"),
    ) == reply.headers
    assert '{"name": "Größe"}'.encode() == reply.body


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (200, 200),
        (404, 404),
        (599, 599),
        (449, 449),
        (100, 200),
        (103, 200),
        (0, 200),
        (99, 200),
        (600, 200),
        (-1, 200),
    ],
)
def test_a_code_is_sent_as_it_is_where_it_can_end_a_call(code: int, status: int) -> None:
    assert status == reply_of(an_example(code=code)).status


@pytest.mark.parametrize(
    "name",
    ["Content-Encoding", "TRANSFER-ENCODING", "content-length", "Connection", " Date ", "Bad Name", "", "Ümlaut"],
)
def test_a_header_that_describes_another_transfer_or_is_none_is_not_sent(name: str) -> None:
    reply = reply_of(an_example(headers=[(name, "gzip")]))

    assert (HTML, ANY_ORIGIN, (b"content-length", b"0")) == reply.headers


def test_a_disabled_header_is_not_sent() -> None:
    example = an_example(headers=[("X-Off", "1")])
    disabled = replace(example, headers=(replace(example.headers[0], is_disabled=True),))

    assert (HTML, ANY_ORIGIN, (b"content-length", b"0")) == reply_of(disabled).headers


@pytest.mark.parametrize(
    ("value", "sent_value"),
    [
        ("plain", b"plain"),
        ("  padded\t", b"padded"),
        ("a\tb", b"a\tb"),
        ("a\r\nSet-Cookie: b", b"aSet-Cookie: b"),
        ("\x00\x07\x7f", b""),
        ("café", b"caf\xe9"),
        ("caf\u00c3\u00a9", "café".encode()),
        ("日本", "日本".encode()),
        ("\ud800", b"?"),
    ],
)
def test_a_header_value_is_made_fit_for_http(value: str, sent_value: bytes) -> None:
    assert sent_value == header(reply_of(an_example(headers=[("X-Value", value)])), b"x-value")


@pytest.mark.parametrize(
    ("language", "content_type"),
    [
        ("json", b"application/json; charset=utf-8"),
        ("xml", b"application/xml; charset=utf-8"),
        ("html", b"text/html; charset=utf-8"),
        ("text", b"text/plain; charset=utf-8"),
        ("Text", b"text/plain; charset=utf-8"),
        ("auto", b"text/plain; charset=utf-8"),
        ("plain", b"text/plain; charset=utf-8"),
        ("raw", b"text/plain; charset=utf-8"),
        ("javascript", b"text/javascript; charset=utf-8"),
        ("", b"text/html; charset=utf-8"),
        ("klingon", b"text/html; charset=utf-8"),
    ],
)
def test_without_a_content_type_the_preview_language_tells_it(language: str, content_type: bytes) -> None:
    assert content_type == header(reply_of(an_example(language=language)), b"content-type")


@pytest.mark.parametrize(
    "value", ["", "json", "*/*", "*/*; charset=utf-8", "text/", "/html", "text/html charset=utf-8"]
)
def test_an_invalid_content_type_counts_as_none(value: str) -> None:
    reply = reply_of(an_example(headers=[("Content-Type", value)], language="json"))

    assert [b"application/json; charset=utf-8"] == [v for name, v in reply.headers if name == b"content-type"]


@pytest.mark.parametrize("value", ["text/csv", "application/vnd.api+json;charset=utf-8", "text/html ; q"])
def test_a_valid_content_type_is_kept(value: str) -> None:
    assert value.encode() == header(reply_of(an_example(headers=[("content-type", value)])), b"content-type")


def test_the_examples_own_allowed_origin_goes_before_the_usual_one() -> None:
    reply = reply_of(an_example(headers=[("Access-Control-Allow-Origin", "https://shop.example")]))

    assert [b"https://shop.example"] == [value for name, value in reply.headers if name == ANY_ORIGIN[0]]


@pytest.mark.parametrize("code", [204, 304])
def test_a_status_without_a_body_has_neither_body_nor_length_nor_type(code: int) -> None:
    reply = reply_of(an_example(code=code, body="ignored"))

    assert (b"", (ANY_ORIGIN,)) == (reply.body, reply.headers)


def test_the_reply_to_head_has_the_headers_of_the_body_it_leaves_out() -> None:
    index = compile_index(a_collection(an_example("GET /users", body="12345")))
    head, get = sent(index, "HEAD /users"), sent(index, "GET /users")

    assert (b"", b"12345") == (head.body, get.body)
    assert get.headers == head.headers
    assert b"5" == header(head, b"content-length")


def test_the_reply_of_a_saved_head_example_has_no_body() -> None:
    assert b"" == reply_of(an_example("HEAD /users", body="saved"), "HEAD /users").body


def test_a_binary_body_goes_out_as_it_is() -> None:
    reply = reply_of(an_example(body=b"\x89PNG{{id}}\xff"), id="7")

    assert b"\x89PNG{{id}}\xff" == reply.body
    assert b"application/octet-stream" == header(reply, b"content-type")


def test_half_a_surrogate_pair_becomes_a_question_mark() -> None:
    assert b"?ok?" == reply_of(an_example(body="\ud800ok\udc00")).body


def test_variables_are_replaced_in_body_and_headers() -> None:
    example = an_example(body="{{greeting}}, {{$unknown}}", headers=[("X-Who", "{{who}}")])
    reply = reply_of(example, greeting="Hello {{who}}", who="you")

    assert b"Hello you, {{$unknown}}" == reply.body
    assert b"you" == header(reply, b"x-who")


def test_the_environment_goes_before_the_collection() -> None:
    index = compile_index(a_collection(an_example(body="{{who}}"), who="all"), environment=an_environment(who="you"))

    assert b"you" == sent(index, "GET /users").body


def test_captures_go_before_variables_in_body_and_headers() -> None:
    example = an_example("GET /users/:id?q={{q}}", body='{"id": {{id}}, "q": "{{q}}"}', headers=[("ETag", '"{{id}}"')])
    reply = reply_of(example, "GET /users/7?q=a%22b", id="collection")

    assert b'{"id": 7, "q": "a"b"}' == reply.body
    assert b'"7"' == header(reply, b"etag")
    assert str(len(reply.body)).encode() == header(reply, b"content-length")


def test_a_variable_can_not_be_read_by_sending_its_name() -> None:
    example = an_example("GET /users/{{id}}", body="{{id}} {{secret{{id}}}}")
    reply = reply_of(example, "GET /users/%7B%7Bsecret%7D%7D", secret="shh")  # noqa: S106 - The secret of a test.

    assert b"{{secret}} {{secret{{secret}}}}" == reply.body


def test_a_capture_can_not_begin_a_header_of_its_own() -> None:
    example = an_example("GET /users/{{id}}", headers=[("X-Id", "{{id}}")])
    reply = reply_of(example, "GET /users/7%0D%0ASet-Cookie:%20evil=1")

    assert b"7Set-Cookie: evil=1" == header(reply, b"x-id")


def test_variables_and_captures_go_before_dynamic_variables_of_the_same_name() -> None:
    example = an_example("GET /{{$randomInt}}", body="{{$guid}} {{$randomCity}} {{$randomInt}}")
    collection = replace(a_collection(example), variables=variables_from({"$guid": "ours"}))

    assert re.fullmatch("ours (?!{{).+ users", sent(compile_index(collection), "GET /users").body.decode())


def test_a_variable_may_hold_templates() -> None:
    example = an_example("POST /users", body="{{greeting}}")
    index = compile_index(a_collection(example, greeting="Hello {{$body 'name' 'you'}}, {{$randomFirstName}}"))
    call = replace(a_call("POST /users"), body=b'{"name": "Ada"}')

    assert re.fullmatch("Hello Ada, [A-Z][a-z]+", sent(index, call).body.decode())


def test_headers_are_rendered_like_the_body() -> None:
    example = an_example(headers=[("Location", "/users/{{$queryParams 'id'}}"), ("X-Request-Id", "{{$guid}}")])
    reply = reply_of(example, "GET /users?id=7")

    assert b"/users/7" == header(reply, b"location")
    assert re.fullmatch(rb"[0-9a-f-]{36}", header(reply, b"x-request-id"))


def test_nothing_of_a_call_can_begin_a_header_of_its_own() -> None:
    example = an_example(headers=[("X-Id", "{{$queryParams 'id'}}"), ("X-Text", "{{$randomLoremParagraphs}}")])
    reply = reply_of(example, "GET /users?id=7%0D%0ASet-Cookie:%20evil=1")

    assert b"7Set-Cookie: evil=1" == header(reply, b"x-id")
    assert not {*b"\r\n"} & {*header(reply, b"x-text")}


@pytest.mark.parametrize(
    ("content_type", "language", "is_json"),
    [
        ("application/json", "", True),
        ("Application/JSON; charset=utf-8", "", True),
        ("application/vnd.api+json", "html", True),
        ("text/json", "", True),
        ("text/html", "json", False),
        ("application/jsonl", "", False),
        ("application/xml; x=+json", "", False),
        ("", "json", True),
        ("no type", "json", True),
        ("", "html", False),
        ("", "", False),
    ],
)
def test_strings_are_escaped_for_in_what_is_sent_as_json(content_type: str, language: str, is_json: bool) -> None:  # noqa: FBT001 - The expected value.
    headers = [("Content-Type", content_type)] if content_type else []
    example = an_example("GET /{{x}}", headers=headers, language=language, body='"{{x}}"')

    assert (b'"a\\"b"' if is_json else b'"a"b"') == reply_of(example, "GET /a%22b").body


def test_a_type_that_a_variable_tells_is_known_before_there_is_a_call() -> None:
    example = an_example("GET /{{x}}", headers=[("Content-Type", "{{type}}")], body='"{{x}}"')

    assert b'"a\\"b"' == reply_of(example, "GET /a%22b", type="application/json").body


def test_a_length_is_that_of_the_reply_it_stands_in() -> None:
    index = compile_index(a_collection(an_example(body="{{$randomLoremSentence}} é")))
    replies = [sent(index, "GET /users", fixed_sources(number)) for number in range(10)]

    assert [str(len(reply.body)).encode() for reply in replies] == [header(it, b"content-length") for it in replies]
    assert len({reply.body for reply in replies}) > 1


def test_a_reply_with_unknown_tokens_alone_never_changes() -> None:
    index = compile_index(a_collection(an_example(body="{{$foo}} {{bar}} {{$body name}}")))

    assert sent(index, "GET /users") is sent(index, "GET /users")


def test_what_was_not_captured_stays_or_is_what_the_variables_say() -> None:
    example = an_example("GET /users/:id?page={{page}}", id="one", body="{{id}} {{page}}")
    index = compile_index(a_collection(example, id="0"))

    assert b"0 {{page}}" == sent(index, a_call("GET /elsewhere", x_mock_response_id="one")).body


def test_what_one_call_captured_is_not_missed_by_the_next() -> None:
    index = compile_index(a_collection(an_example("GET /users/{{id}}", id="one", body="{{id}}")))
    calls = (a_call(f"GET {path}", x_mock_response_id="one") for path in ("/users/7", "/elsewhere", "/users/8"))

    assert [b"7", b"{{id}}", b"8"] == [sent(index, call).body for call in calls]


def test_one_example_serves_each_call_its_own_captures() -> None:
    index = compile_index(a_collection(an_example("GET /users/{{id}}", body="{{id}}")))

    assert [b"1", b"2", b"1"] == [sent(index, f"GET /users/{id_}").body for id_ in (1, 2, 1)]


def test_a_reply_that_never_changes_is_made_once() -> None:
    index = compile_index(a_collection(an_example("GET /users/{{id}}", body="the same for all")))

    assert sent(index, "GET /users/1") is sent(index, "GET /users/2")


def test_kept_replies_are_bounded_and_those_not_asked_for_make_room() -> None:
    drafts = Drafts()
    reply = Reply(status=200, headers=(), body=b"x" * (Drafts.LIMIT_BYTES // 9))
    for key in range(20):
        drafts.put(key, reply)
        drafts.get(0)

    assert reply is drafts.get(0)
    assert [19, 18, 17, 16, 15, 14, 13] == [key for key in range(19, 0, -1) if drafts.get(key)]


def test_a_reply_that_would_push_out_most_others_is_not_kept() -> None:
    drafts = Drafts()
    drafts.put("huge", Reply(status=200, headers=(), body=b"x" * Drafts.LIMIT_BYTES))

    assert drafts.get("huge") is None


texts = st.text(st.characters(codec=None), max_size=20)
any_headers = st.lists(st.tuples(texts | st.sampled_from(["Content-Type", "X-A", "ETag"]), texts), max_size=4)


@given(headers=any_headers, code=st.integers(), body=texts | st.binary(max_size=20), language=texts, segment=texts)
def test_whatever_an_example_holds_its_reply_can_be_sent_by_http(
    headers: Iterable[tuple[str, str]], code: int, body: str | bytes, language: str, segment: str
) -> None:
    example = an_example(
        "GET /{{a}}", headers=[*headers, ("X-Captured", "{{a}}")], code=code, body=body, language=language
    )
    reply = reply_of(example, "GET /" + (re.sub("[/?]", "", segment) or "x"))

    server = h11.Connection(h11.SERVER)
    server.receive_data(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    assert isinstance(server.next_event(), h11.Request)
    head = server.send(h11.Response(status_code=reply.status, headers=list(reply.headers))) or b""
    data = (server.send(h11.Data(data=reply.body)) or b"") + (server.send(h11.EndOfMessage()) or b"")
    assert b"\r\n\r\n" + reply.body == (head + data)[-len(reply.body) - 4 :]


def header(reply: Reply, name: bytes) -> bytes:
    """Return the value of the one header of a name."""
    [value] = [value for key, value in reply.headers if key == name]
    return value
