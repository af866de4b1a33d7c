"""Input that means harm: nothing raises, and nothing takes long."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.matching.call import Call
from services.core.matching.explain import diagnostics
from services.core.matching.index import MockIndex, compile_index
from services.core.matching.match import Match, match
from services.core.postman.collection import Body, BodyMode, FormField, GraphQL
from services.core.rendering.reply import render
from tests.core.chance import fixed_sources
from tests.core.nouns import a_call, a_collection, an_example, sending

SECONDS = 4.0
"""Of the processor. Half a megabyte of the worst numbers takes 1.5; a cost that grows with the square, far more."""

DEEP = 10_000
LONG = 100_000

INDEX = compile_index(
    a_collection(
        an_example("GET /users/{{id}}"),
        an_example("GET /users?page=1"),
        an_example("GET /" + "/".join(["{{any}}"] * DEEP)),
        an_example("GET /" + "/".join(["users"] * DEEP)),
        an_example("GET /" + "u" * LONG),
        an_example("GET /{{a}}x{{b}}x{{c}}x{{d}}x{{e}}y"),
        an_example("GET /search?" + "&".join(f"key{n}={n}" for n in range(DEEP))),
        an_example("GET /same?" + "&".join(f"key={{{{v{n}}}}}" for n in range(DEEP))),
    )
)

FIELDS = tuple(FormField(key=f"key{n}", value=f"{{{{v{n}}}}}") for n in range(DEEP))


def json_body(text: str) -> Body:
    return Body(mode=BodyMode.RAW, raw=text, language="json")


HARMFUL = {
    "a long segment": "/" + "u" * (LONG - 1),
    "a long segment that is no id but for its length": "/users/" + "x" * LONG,
    "a long segment of escapes": "/" + "%C3%A9" * LONG,
    "a long segment of broken escapes": "/" + "%FF" * LONG,
    "a long segment for a pattern": "/" + "x" * LONG,
    "many segments": "/" + "/".join(["users"] * DEEP),
    "many segments with a typo each": "/" + "/".join(["userz"] * DEEP),
    "many other segments": "/" + "/".join(["nothing"] * DEEP),
    "many empty segments": "/" * LONG,
    "many parameters": "/search?" + "&".join(f"key{n}={n}" for n in range(DEEP)),
    "many unknown parameters": "/users?" + "&".join(f"other{n}={n}" for n in range(DEEP)),
    "many values of one key": "/same?" + "&".join(f"key={n}" for n in range(DEEP)),
    "many separators": "/users?" + "&" * LONG,
    "many braces": "/users/" + "{" * LONG,
    "many tokens": "/users/" + "{{a}}" * LONG,
}


@pytest.mark.parametrize("target", HARMFUL.values(), ids=HARMFUL.keys())
def test_a_harmful_target_is_answered_in_time(target: str) -> None:
    with soon():
        found = match(a_call(f"GET {target}"), INDEX)

        assert diagnostics(found)


HALF_A_MEGABYTE = 500_000

BODIES = compile_index(
    a_collection(
        *(an_example("POST /", id=f"{n}", saved_body=json_body(f'{{"id": {n}}}')) for n in range(100)),
        an_example("POST /", id="open", saved_body=json_body('{"a": {{a}}, "b": {"c": "{{c}}", "d": [1]}}')),
        an_example("POST /", id="list", saved_body=json_body("[" + "1, " * LONG + "{{a}}]")),
        an_example("POST /", id="deep", saved_body=json_body("[" * DEEP + "{{a}}" + "]" * DEEP)),
        an_example("POST /", id="tokens", saved_body=json_body("[" + "{{a}}, " * LONG + "1]")),
        an_example("POST /", id="braces", saved_body=json_body("{" * LONG)),
        an_example("POST /", id="quotes", saved_body=json_body('"' * LONG + "{{a")),
        an_example("POST /", id="text", saved_body="<" * LONG),
        an_example("POST /", id="blanks", saved_body=">" + " " * LONG),
        an_example("POST /", id="form", saved_body=Body(mode=BodyMode.URLENCODED, fields=FIELDS)),
        an_example("POST /", id="parts", saved_body=Body(mode=BodyMode.FORMDATA, fields=FIELDS)),
        an_example("POST /", id="graphql", saved_body=Body(mode=BodyMode.GRAPHQL, graphql=GraphQL(query="{a}"))),
        an_example("POST /", id="file", saved_body=Body(mode=BodyMode.FILE, source="cat.png")),
    )
)

HARMFUL_BODIES = {
    "deep arrays": b"[" * HALF_A_MEGABYTE,
    "deep arrays that end": b"[" * (HALF_A_MEGABYTE // 2) + b"]" * (HALF_A_MEGABYTE // 2),
    "arrays just deep enough": (b"[" * 500 + b"]" * 500 + b",") * 500,
    "deep objects": b'{"a":' * (HALF_A_MEGABYTE // 5),
    "objects just deep enough": b"[" + b",".join([b'{"a":' * 100 + b"1" + b"}" * 100] * 800) + b"]",
    "many keys": json.dumps({f"key{n}": n for n in range(30_000)}).encode(),
    "many numbers": b"[" + b"1.5e3," * (HALF_A_MEGABYTE // 6) + b"1]",
    "many numbers that would be long": b"[" + b"1e4299," * (HALF_A_MEGABYTE // 7) + b"1]",
    "many numbers of many digits": b"[" + (b"7" * 5_000 + b",") * 100 + b"1]",
    "one number of many digits": b"1" * HALF_A_MEGABYTE,
    "one exponent of many digits": b"1e" + b"9" * HALF_A_MEGABYTE,
    "one number of many zeros": b"1" + b"0" * HALF_A_MEGABYTE + b"." + b"0" * HALF_A_MEGABYTE,
    "many ones": b"[" + b"1," * LONG + b"2]",
    "one text": b'"' + b"x" * HALF_A_MEGABYTE + b'"',
    "many escapes": b'"' + b"\\ud800" * (HALF_A_MEGABYTE // 6) + b'"',
    "half of an escape": b'"' + b"\\" * HALF_A_MEGABYTE,
    "blanks": b" " * HALF_A_MEGABYTE,
    "blanks between tags": b">" + b" " * HALF_A_MEGABYTE,
    "many tags": b"> " * (HALF_A_MEGABYTE // 2),
    "many fields": b"&".join(b"key%d=%d" % (n, n) for n in range(40_000)),
    "many values of one key": b"&".join(b"a=%d" % n for n in range(60_000)),
    "many separators": b"&" * HALF_A_MEGABYTE,
    "many broken escapes": b"%FF" * (HALF_A_MEGABYTE // 3),
    "many parts": (b'--cut\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 10_000) + b"--cut--",
    "many delimiters": b"--cut\r\n" * (HALF_A_MEGABYTE // 7),
    "many lines of a part": b"--cut\r\n" + b"x: y\r\n" * (HALF_A_MEGABYTE // 6),
    "many parameters of a part": b"--cut\r\nContent-Disposition: a" + b"; a=b" * (HALF_A_MEGABYTE // 5) + b"\r\n\r\n",
    "many dispositions": b"--cut\r\n" + b"Content-Disposition:;\r\n" * (HALF_A_MEGABYTE // 23) + b"\r\n",
    "many blanks in a disposition": b"--cut\r\nContent-Disposition:;" + b" ;" * (HALF_A_MEGABYTE // 2) + b"\r\n\r\n",
    "bytes": bytes(range(256)) * 2_000,
    "a query": json.dumps({"query": "{a} " * (HALF_A_MEGABYTE // 4)}).encode(),
}
MEDIA_TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=cut",
    "text/xml",
    "application/octet-stream",
    "application/graphql",
    "",
)


@pytest.mark.parametrize("body", HARMFUL_BODIES.values(), ids=HARMFUL_BODIES.keys())
@pytest.mark.parametrize("said", ["true", "false"])
def test_a_harmful_body_is_answered_in_time(body: bytes, said: str) -> None:
    for media_type in MEDIA_TYPES:
        with soon():
            found = match(sending(body, media_type, "POST /", x_mock_match_request_body=said), BODIES)

            assert diagnostics(found)


@pytest.mark.parametrize("listed", [",".join(f"x-{n}" for n in range(DEEP)), "," * LONG, "x-" + "a" * LONG, "é" * LONG])
def test_a_harmful_list_of_headers_is_answered_in_time(listed: str) -> None:
    headers = (("x-mock-match-request-headers", listed), *((f"x-{n}", "1") for n in range(1_000)))
    with soon():
        assert diagnostics(match(Call(method="GET", path="/users/7", query="", headers=headers), INDEX))


def test_a_collection_of_harmful_bodies_is_compiled_in_time() -> None:
    nested = "[" * 500 + "{{a}}," * 1_000 + "1" + "]" * 500
    bomb = {f"v{n}": f"{{{{v{n + 1}}}}}" * 10 for n in range(19)}
    with soon():
        compile_index(a_collection(*(an_example("POST /", id=f"{n}", saved_body=json_body(nested)) for n in range(10))))
        compile_index(
            a_collection(*(an_example("POST /", id=f"{n}", saved_body=f"{n}{{{{v0}}}}") for n in range(5)), **bomb)
        )


@given(
    saved=st.text(max_size=40) | st.text('{}[]",:{}ab1 \\', max_size=40),
    sent=st.binary(max_size=40) | st.text('{}[]",:ab1=& \\', max_size=40).map(str.encode),
    language=st.sampled_from(["", "json", "xml"]),
    media_type=st.sampled_from(MEDIA_TYPES) | st.text(st.characters(max_codepoint=255), max_size=20),
    header=st.text(st.characters(codec=None), max_size=10),
)
def test_whatever_body_is_saved_and_sent_nothing_raises(
    saved: str, sent: bytes, language: str, media_type: str, header: str
) -> None:
    bodies = (
        Body(mode=BodyMode.RAW, raw=saved, language=language),
        Body(mode=BodyMode.URLENCODED, fields=(FormField(key=saved, value=saved),)),
        Body(mode=BodyMode.FORMDATA, fields=(FormField(key=saved, value=saved),)),
        Body(mode=BodyMode.GRAPHQL, graphql=GraphQL(query=saved, variables=saved)),
        Body(mode=BodyMode.FILE, raw=saved),
    )
    examples = (
        an_example(
            "POST /", id=body.mode, saved_body=body, saved_headers=[(header, saved), ("Content-Type", media_type)]
        )
        for body in bodies
    )
    index = compile_index(a_collection(*examples))
    listed = header.encode("latin-1", errors="replace").decode("latin-1")
    for octets in (sent, saved.encode(errors="surrogatepass")):
        found = match(sending(octets, media_type, "POST /", x_mock_match_request_headers=listed), index)

        assert diagnostics(found)


@pytest.mark.parametrize("header", ["x-mock-response-code", "x-mock-response-id", "x-mock-response-name"])
@pytest.mark.parametrize("value", ["9" * LONG, "-" * LONG, "\x00", "é" * LONG, " " * LONG])
def test_a_harmful_selector_is_answered_in_time(header: str, value: str) -> None:
    call = Call(method="GET", path="/users/7", query="", headers=((header, value),) * 100)
    with soon():
        assert diagnostics(match(call, INDEX)) == "no match: selector"


anything = st.text(st.characters(codec=None), max_size=30) | st.text("/%{}:&=+aA1é", max_size=30)


@given(url=anything, method=anything, path=anything, query=anything, header=anything)
def test_whatever_is_saved_and_sent_nothing_raises(url: str, method: str, path: str, query: str, header: str) -> None:
    index = compile_index(a_collection(an_example(f"GET {url}", body=url, headers=[(header, url)]), a=url, b=header))
    call = Call(method=method or "GET", path=path, query=query, headers=(("x-mock-response-name", header),))
    for asked in (call, Call(method="GET", path=path, query=query, headers=()), named(index)):
        found = match(asked, index)

        assert diagnostics(found)
        assert not isinstance(found, Match) or render(found, index, asked, fixed_sources()).status == 200


def test_variables_that_contain_each_other_come_to_an_end() -> None:
    bomb = {f"v{n}": f"{{{{v{n + 1}}}}}" * 10 for n in range(19)}
    with soon():
        index = compile_index(a_collection(an_example("GET /{{v0}}", body="{{v0}}"), **bomb))
        found = match(call := named(index), index)

        assert isinstance(found, Match)
        assert len(render(found, index, call, fixed_sources()).body) < 5 * 1024 * 1024


def named(index: MockIndex) -> Call:
    """Return a call that gets the first example, whatever its URL."""
    name = str(next(iter(index.methods["GET"]._names)))
    return Call(method="GET", path="/", query="", headers=(("x-mock-response-name", name),))


@contextmanager
def soon() -> Iterator[None]:
    """Fail where the block takes too long."""
    start = time.process_time()
    yield
    assert time.process_time() - start < SECONDS
