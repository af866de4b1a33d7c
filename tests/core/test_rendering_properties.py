"""Whatever examples hold and calls bring: replies are made, JSON stays JSON, and nothing takes long."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.core.matching.call import Call
from services.core.matching.index import MockIndex, compile_index
from services.core.matching.match import Match, match
from services.core.rendering.drafts import Reply
from services.core.rendering.reply import render
from services.core.rendering.tokens import compile_template
from tests.core.chance import an_occasion, fixed_sources
from tests.core.nouns import a_collection, an_example

SECONDS = 3.0
"""A hundred times what each of these takes; what grows with the square would take minutes."""

FRAGMENTS = (
    *("{{", "}}", "{", "}", "'", '"', "\\", " ", ".", "\n", "a", "\ud800", "é"),
    *(
        "{{a}}",
        "{{b}}",
        "$",
        "$guid",
        "{{$guid}}",
        "{{$foo}}",
        "{{$randomLoremLines}}",
        "$body",
        "{{$body",
        "{{$body}}",
    ),
    *("{{$body 'a'}}", "{{$body 'a' '", "{{$queryParams 'a' \"", "{{$headers 'x-a'}}", "{{$pathSegments '0'}}", "'}}"),
)

unhurried = settings(deadline=None)
"""Variables that contain each other grow until they are stopped, which takes a while."""

anything = st.text(st.characters(codec=None), max_size=30)
templates = st.lists(st.sampled_from(FRAGMENTS) | anything, max_size=12).map("".join)
storable = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


def reply_to(call: Call, body: str, *, headers: tuple[tuple[str, str], ...] = (), **variables: str) -> Reply:
    """Return the reply of one example, saved for a path of one wildcard, with this body."""
    example = an_example(f"{call.method} /{{{{captured}}}}", headers=headers, body=body, language="json")
    return replied(call, compile_index(a_collection(example, **variables)))


def replied(call: Call, index: MockIndex) -> Reply:
    """Return the reply of an index whose one example answers the call."""
    found = match(call, index)
    assert isinstance(found, Match)
    return render(found, index, call, fixed_sources())


def a_call_bringing(text: str, *, body: bytes | None = None) -> Call:
    """Return a call that brings a text in its path, query, headers and body."""
    escaped = quote(text, safe="", errors="replace")
    return Call(
        method="POST",
        path=f"/x{escaped}",
        query=f"a={escaped}",
        headers=(("x-a", text.encode(errors="replace").decode("latin-1")), ("content-type", "text/plain")),
        body=json.dumps({"a": text, text: "a"}).encode() if body is None else body,
    )


EXAMPLE = {
    "captured": "{{captured}}",
    "body": "{{$body 'a'}}",
    "missing": "{{$body 'missing' '{{captured}}'}}",
    "query": "{{$queryParams 'a'}}",
    "header": "{{$headers 'x-a'}}",
    "segment": "{{$pathSegments '0'}}",
    "list": ["{{$body 'a'}}{{$body 'a'}}", {"{{$queryParams 'a'}}": "{{$randomLoremParagraphs}}"}],
    "whole": "{{$body}}",
}


@given(text=anything)
def test_an_example_of_json_stays_json_whatever_a_call_brings(text: str) -> None:
    call = a_call_bringing(text)
    sent = text.encode(errors="replace").decode()

    read = json.loads(reply_to(call, json.dumps(EXAMPLE)).body)

    assert [f"x{sent}"] * 3 == [read["captured"], read["missing"], read["segment"]]
    assert [sent] * 3 == [read["body"], read["query"], read["header"]]
    assert sent * 2 == read["list"][0]
    assert sent in read["list"][1]
    assert call.body.decode() == read["whole"]


@given(text=storable)
def test_what_a_call_brings_is_never_looked_at_for_tokens(text: str) -> None:
    for token in ("{{$guid}}", "{{secret}}", "{{captured}}", "{{$headers 'x-a'}}", "}}{{$body}}", "{{"):
        call = a_call_bringing(text + token)
        body = reply_to(call, "{{$queryParams 'a'}} {{$body 'a'}} {{captured}}", secret="shh").body  # noqa: S106

        assert f"{text}{token} {text}{token} x{text}{token}".encode() == body


@settings(unhurried, max_examples=40)  # Each draws four long texts, which takes longer than all that is tested.
@given(text=templates, value=templates, call_text=templates | anything, raw=st.binary(max_size=60))
def test_no_template_and_no_call_makes_rendering_fail(text: str, value: str, call_text: str, raw: bytes) -> None:
    for body in (None, raw):
        call = a_call_bringing(call_text, body=body)
        reply = reply_to(call, text, headers=(("X-A", text), ("Content-Type", value)), a=value, b=text)

        assert 200 == reply.status
        assert not any({*b"\r\n\0"} & {*sent} for _, sent in reply.headers)


@given(text=templates)
def test_a_text_without_meaning_stays_as_it_is(text: str) -> None:
    compiled = compile_template(text, {}, ())

    assert text == compiled.source
    if compiled.is_static:
        assert text == compiled.fill(an_occasion())


@unhurried
@given(text=templates, value=templates)
def test_a_draft_serves_every_call_as_if_it_was_the_first(text: str, value: str) -> None:
    example = an_example("POST /{{captured}}", body=text, headers=[("X-A", text)], language="json")
    kept = compile_index(a_collection(example, a=value))
    for name in ("first", "second"):
        call = replace(a_call_bringing(name), headers=(("x-mock-seed", "1"),))
        fresh = compile_index(a_collection(example, a=value))

        assert replied(call, fresh) == replied(call, kept)


HOSTILE = (
    "{{",
    "{{{",
    "}}",
    "{{a",
    "{{ ",
    "{{$body",
    "{{$body ",
    "{{$body '",
    "{{$body '\\",
    '{{$body "',
    "{{$body '{{$body \"",
    "{{$body 'a' '",
    "{{$body 'a' \"",
    "{{$body 'a'",
    "{{$body 'a' 'b' ",
    "{{$body \\' ",
    "'\\",
    "\\",
    '"',
    '\\"{{$body',
    "{{$queryParams '{{$guid",
    "{{$body '.",
    "{{unknown}}",
    "{{$foo}}",
    "{{x}}",
)


@pytest.mark.parametrize("fragment", HOSTILE)
@pytest.mark.parametrize("suffix", ["", "'}}", '"}}', "' '{{$guid}}'}}", "}}"])
def test_half_a_megabyte_of_anything_is_drafted_soon(fragment: str, suffix: str) -> None:
    text = "{{$body '" + fragment * (500_000 // len(fragment)) + suffix

    with soon():
        compiled = compile_template(text, {"x": "{{x}}"}, {"a"}, is_json=True)

    assert compiled.source.startswith("{{$body '")


@pytest.mark.parametrize("fragment", HOSTILE)
def test_arguments_within_arguments_are_drafted_soon(fragment: str) -> None:
    text = "{{$body 'a' '"
    for _ in range(12):
        text = "{{$body 'a' '" + (text + fragment).replace("\\", "\\\\").replace("'", "\\'") + "'}}"

    with soon():
        compile_template(text, {}, {"a"}, is_json=True).fill(an_occasion())


BODIES = {
    "deep arrays": b"[" * 500_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "text that never ends": b'{"a": "' + b"\\" * 500_000,
    "many keys": b"{" + b",".join(b'"%d": %d' % (number, number) for number in range(40_000)) + b"}",
    "a long number": b'{"a": ' + b"9" * 500_000 + b"}",
    "many fields": b"&".join(b"a%d=%d" % (number, number) for number in range(40_000)),
    "broken escapes": b"%zz%" * 125_000,
    "empty parts": b"--XX\r\n" * 80_000,
    "boundaries": b"\r\n--XX" * 80_000,
    "one long head": b'--XX\r\ncontent-disposition: form-data; name="' + b"a" * 500_000,
    "many heads": b"--XX\r\n" + b"content-disposition: ;" * 20_000 + b"\r\n\r\n\r\n--XX--",
    "quotes": b'"' * 500_000,
    "no text": b"\xff" * 500_000,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
@pytest.mark.parametrize(
    "content_type", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=XX"]
)
def test_half_a_megabyte_of_body_is_read_soon(body: bytes, content_type: str) -> None:
    call = Call(method="POST", path="/x", query="", headers=(("content-type", content_type),), body=body)

    with soon():
        reply = reply_to(call, "{\"a\": \"{{$body 'a'}}{{$body 'a.a.a'}}{{$body '0.0' 'none'}}{{$body}}\"}")

    assert json.loads(reply.body)["a"].endswith(body.decode(errors="replace"))


def test_ten_thousand_parameters_headers_and_segments_are_read_soon() -> None:
    many = range(10_000)
    call = Call(
        method="POST",
        path="/x",
        query="&".join(f"p{number}={number}" for number in many),
        headers=tuple((f"h{number}", str(number)) for number in many),
    )
    found = "{{$queryParams 'p9999'}} {{$headers 'h9999'}} {{$pathSegments '9999' 'none'}}"

    with soon():
        assert b"9999 9999 none" == reply_to(call, found).body
        compile_template("{{$pathSegments '9999'}}", {}, ()).fill(an_occasion(replace(call, path="/a" * 200_000)))


def test_variables_that_contain_each_other_come_to_an_end_before_templates_are_found() -> None:
    circle = {"a": "{{b}}", "b": "{{a}}", "half": "{{$gu", "other": "id}}"}

    assert "{{b}}" == compile_template("{{a}}", circle, ()).fill(an_occasion())
    assert 36 == len(compile_template("{{half}}{{other}}", circle, ()).fill(an_occasion()))


@contextmanager
def soon() -> Iterator[None]:
    """Fail where the block takes too long."""
    start = time.process_time()
    yield
    assert time.process_time() - start < SECONDS
