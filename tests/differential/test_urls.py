"""URLs as text: cut where Postman's library cuts them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.core.postman.urls import parse_url
from tests.differential.differences import URL_DIFFERENCES, UrlDifference
from tests.differential.real_files import real_trees
from tests.differential.sdk import Sdk
from tests.differential.shapes import url_shape

DELIMITERS = ["://", "/", "//", "\\", ":", "@", ".", "?", "&", "=", "#", "{{", "}}", " "]
TOKENS = ["{{a}}", "{{a/b}}", "{{a=b}}", "{{a&b}}", "{{a?#b}}", "{{a.b}}", "{{a\\b}}", "{{a\\.b}}"]
WORDS = ["http", "file", "x", "é", ":id", "80", "%2F", "[::1]", "\ud83d", "\0"]
URL_TEXTS = st.lists(st.sampled_from(DELIMITERS + TOKENS + WORDS), max_size=9).map("".join)

fast = settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)  # The libraries run for the whole session; nothing of them is left between examples.


@fast
@given(text=URL_TEXTS)
@example(text="https:////x.y//a")
@example(text="FILE:////a")
@example(text=" \ufeff\t{{u}}/a")
def test_generated_urls_are_cut_as_postman_cuts_them_or_as_the_table_says(sdk: Sdk, text: str) -> None:
    check(sdk, text)


@pytest.mark.corpus
def test_every_real_url_is_cut_as_postman_cuts_it_or_as_the_table_says(sdk: Sdk, corpus_files: list[Path]) -> None:
    texts = {text for tree in real_trees(corpus_files) for text in url_texts(tree)}
    for text in sorted(texts):
        check(sdk, text)

    assert len(texts) > 600


@pytest.mark.parametrize("difference", URL_DIFFERENCES, ids=lambda difference: str(difference.ours))
def test_each_difference_is_what_the_table_says(sdk: Sdk, difference: UrlDifference) -> None:
    theirs, ours = sdk.ask("url", text=difference.example), url_shape(parse_url(difference.example))

    assert difference.concerns(difference.example)
    assert parts(*difference.their_parts) == theirs
    assert parts(*difference.our_parts) == ours


def check(sdk: Sdk, text: str) -> None:
    theirs, ours = sdk.ask("url", text=text), url_shape(parse_url(text))
    differs_as_told = any(difference.concerns(text) for difference in URL_DIFFERENCES)

    assert differs_as_told == (theirs != ours), (text, theirs, ours)


def parts(base: str, path: str, query: list[tuple[str, str | None]]) -> dict[str, Any]:
    pairs = [{"key": key, "value": value, "disabled": False} for key, value in query]
    return {"base": base, "path": path, "query": pairs, "variables": []}


def url_texts(node: Any) -> Iterator[str]:
    """Yield every URL of a tree that is there as text."""
    if isinstance(node, dict):
        url = node.get("url")
        text = url.get("raw") if isinstance(url, dict) else url
        yield from [text] if isinstance(text, str) else []
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from url_texts(child)
