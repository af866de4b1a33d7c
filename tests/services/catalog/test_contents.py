"""What is kept of a document beside it: rows that say what the reader said."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.contents import Contents, etag_of, example_of, item_of, read_contents
from services.core.errors import UnderstudyError
from services.core.ids import AccountId, CollectionId
from services.core.postman.reader import read_collection
from services.core.postman.urls import url_text
from tests.builders import a_collection, a_folder, a_raw_body, a_request, a_url, an_example, an_item, document

ACCOUNT = AccountId(1)

TEXT = st.text(st.characters(), max_size=12)
"""Any text, NUL and lone surrogates included."""


@given(name=TEXT, body=TEXT, header=TEXT, value=TEXT, query=st.dictionaries(TEXT, st.none() | TEXT, max_size=3))
def test_the_rows_say_what_the_reader_said_whatever_the_text(
    name: str, body: str, header: str, value: str, query: dict[str, str | None]
) -> None:
    request = a_request("post", a_url(f"/{name}/:id", query=query, variables={name: value}), body=a_raw_body(body))
    example = an_example(name=name, request=request, headers={header: value}, body=body, status=value)

    the_rows_say_what_the_reader_says(document_of(a_folder(an_item(example, name=name, request=request), name=body)))


def test_bodies_of_bytes_are_kept() -> None:
    source = document_of(an_item(an_example(body={"type": "Base64", "data": "iVBORw0KGgo="})))

    assert b"\x89PNG\r\n\x1a\n" == example_of(read_contents(source, account_id=ACCOUNT).examples[0]).body
    the_rows_say_what_the_reader_says(source)


@pytest.mark.corpus
def test_the_rows_of_every_real_collection_say_what_the_reader_says(corpus_files: list[Path]) -> None:
    read, examples = 0, 0
    for file in corpus_files:
        try:
            contents = the_rows_say_what_the_reader_says(file.read_bytes())
        except UnderstudyError:
            continue
        read, examples = read + 1, examples + len(contents.examples)

    assert read > 0
    assert examples > 0
    print(f"{read} collections, {examples} examples")


def test_an_etag_belongs_to_the_parts_and_not_to_their_sum() -> None:
    assert etag_of(b"ab", b"c") != etag_of(b"a", b"bc")
    assert etag_of(b"ab", b"c") == etag_of(b"ab", b"c")
    assert len(etag_of(b"")) == 32


def test_another_id_is_written_down_and_the_same_one_changes_nothing() -> None:
    source = document_of()
    known = read_contents(source, account_id=ACCOUNT).collection_id

    assert source == read_contents(source, account_id=ACCOUNT, collection_id=known).document
    assert read_contents(source, account_id=ACCOUNT, collection_id=CollectionId("new")).collection_id == "new"


def document_of(*items: dict[str, object]) -> bytes:
    return document(a_collection(*items))


def the_rows_say_what_the_reader_says(source: bytes) -> Contents:
    """Check the rows of a document against a reading of it, and return its contents."""
    reading = read_collection(source, account_id=ACCOUNT)
    contents = read_contents(source, account_id=ACCOUNT)

    assert list(reading.collection.examples) == [example_of(row) for row in contents.examples]
    for item, stored in zip(reading.collection.items, map(item_of, contents.items), strict=True):
        assert (item.id, item.name, item.folders, len(item.examples)) == (
            stored.id,
            stored.name,
            stored.folders,
            stored.example_count,
        )
        assert item.request is None or (item.request.method, url_text(item.request.url)) == (stored.method, stored.url)
    assert (reading.report, etag_of(source)) == (contents.report, contents.etag)
    return contents
