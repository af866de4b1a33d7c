"""Input that means harm: nothing raises, and nothing takes long."""

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
from services.core.rendering.reply import render
from tests.core.nouns import a_call, a_collection, an_example

SECONDS = 2.0
"""Many times what it takes; a cost that grows with the square would be far beyond."""

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
        assert not isinstance(found, Match) or render(found, index).status == 200


def test_variables_that_contain_each_other_come_to_an_end() -> None:
    bomb = {f"v{n}": f"{{{{v{n + 1}}}}}" * 10 for n in range(19)}
    with soon():
        index = compile_index(a_collection(an_example("GET /{{v0}}", body="{{v0}}"), **bomb))
        found = match(named(index), index)

        assert isinstance(found, Match)
        assert len(render(found, index).body) < 5 * 1024 * 1024


def named(index: MockIndex) -> Call:
    """Return a call that gets the first example, whatever its URL."""
    name = str(next(iter(index.methods["GET"]._names)))
    return Call(method="GET", path="/", query="", headers=(("x-mock-response-name", name),))


@contextmanager
def soon() -> Iterator[None]:
    """Fail where the block takes too long."""
    start = time.perf_counter()
    yield
    assert time.perf_counter() - start < SECONDS
