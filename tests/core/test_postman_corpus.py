"""Real files of other people: each is read or refused with a clear reason."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from services.core.errors import InvalidInput
from services.core.ids import AccountId
from services.core.postman.collection import Body, BodyMode, Request
from services.core.postman.document import read_json, write_json
from services.core.postman.environments import read_environment
from services.core.postman.reader import CollectionReading, read_collection
from services.core.postman.report import FindingKind

pytestmark = pytest.mark.corpus

ACCOUNT = AccountId(7)


def kind_of(document: bytes) -> tuple[str, CollectionReading | None]:
    """Return what a file is, in the words of its refusals, and the reading of one that is a collection."""
    try:
        reading = read_collection(document, account_id=ACCOUNT)
    except InvalidInput as error:
        refusal = error
    else:
        return f"collection {reading.collection.schema_version}", reading
    if "document: is an environment" in str(refusal):
        return environment_or_refusal(document), None
    return f"refused: {'; '.join(f'{wrong.field}: {wrong.problem}' for wrong in refusal.violations)}", None


def environment_or_refusal(document: bytes) -> str:
    try:
        read_environment(document, account_id=ACCOUNT)
    except InvalidInput as refusal:
        return f"refused environment: {refusal.violations[0].problem}"
    return "environment"


def test_every_real_file_is_read_or_refused_with_a_reason(
    corpus_files: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    kinds: Counter[str] = Counter()
    findings: Counter[str] = Counter()
    items = 0
    examples: Counter[str] = Counter()
    for path in corpus_files:
        kind, reading = kind_of(path.read_bytes())
        kinds[kind] += 1
        if reading is not None:
            items += reading.report.item_count
            examples[kind] += reading.report.example_count
            findings.update(finding.kind for finding in reading.report.findings)
    with capsys.disabled():
        print(f"\n{len(corpus_files)} files: {dict(kinds)}")
        print(f"{items} items, {examples.total()} examples; findings: {dict(findings)}")

    assert 269 == kinds["collection 2.0"] + kinds["collection 2.1"]
    assert 2 == kinds["refused: : must have required property 'info'"]
    assert 61 == kinds["collection 1.0"]
    assert 9 == kinds["environment"]
    assert 10 == sum(kinds.values()) - (269 + 2 + 61 + 9)
    assert 718 == examples["collection 2.0"] + examples["collection 2.1"]
    assert 107 == examples["collection 1.0"]
    assert 0 == findings[FindingKind.CANNOT_BE_MOCKED]


def test_every_real_file_is_json_equal_after_being_written(corpus_files: list[Path]) -> None:
    for path in corpus_files:
        tree = read_json(path.read_bytes())

        assert tree == read_json(write_json(tree)), path


def test_every_real_collection_keeps_its_ids_when_it_is_imported_again(corpus_files: list[Path]) -> None:
    for path in corpus_files:
        _, reading = kind_of(path.read_bytes())
        if reading is None:
            continue
        again = read_collection(write_json(reading.tree), account_id=ACCOUNT).collection
        example_ids = [example.id for example in again.examples]

        assert replace(reading.collection, schema_version=again.schema_version) == again, path
        assert len(example_ids) == len(set(example_ids)), path


WHAT_THE_FILES_THEMSELVES_LACK = {
    "v2.0.0": {
        "echo.json": {"query values"},  # `?a=` in the one, `?a` in the other.
        "helpers.json": {"a request", "empty bodies"},
        "multi-level-folders.json": {"empty bodies"},
        "nestedEntities.json": {"empty bodies"},
    },
    "v2.1.0": {
        "box.json": {"headers"},
        "echo.json": {"headers", "query values", "examples"},
        "github.json": {"headers"},
        "hackernews.json": {"examples"},
        "helpers.json": {"a request", "empty bodies", "names"},
        "httpbin.json": {"headers", "examples"},
        "nestedEntities.json": {"empty bodies"},
        "rawjsonbody.json": {"headers"},
        "twitter.json": {"headers"},
        "urlencoded-post-data.json": {"examples"},
    },
}
"""The same collections are there in three versions of the format, but not every file has everything."""


@pytest.mark.parametrize("version", WHAT_THE_FILES_THEMSELVES_LACK)
def test_a_collection_reads_the_same_in_every_version_of_the_format(corpus_files: list[Path], version: str) -> None:
    files = {path for path in corpus_files if "transformer" in path.parts}
    pairs = 0
    for path in sorted(path for path in files if "v1.0.0" in path.parts):
        twin = path.parents[1] / version / path.name
        if twin not in files:
            continue
        lacking = WHAT_THE_FILES_THEMSELVES_LACK[version].get(path.name, set())
        pairs += 1

        assert sorted(said(path, lacking)) == sorted(said(twin, lacking)), path
    assert pairs >= 12


def said(path: Path, lacking: set[str]) -> list[str]:
    """Return what a file says of each item and example, but for what one of its versions lacks."""
    collection = read_collection(path.read_bytes(), account_id=ACCOUNT).collection
    items = [item for item in collection.items if "a request" not in lacking or item.name != "test bearer auth success"]
    requests = [
        (*item.folders, "" if "names" in lacking else item.name, said_of(item.request, lacking)) for item in items
    ]
    examples = [
        (*one.place, one.name, one.code, one.status, one.headers, one.body, said_of(one.request, lacking))
        for one in collection.examples
    ]
    return [repr(one) for one in (*requests, *([] if "examples" in lacking else examples))]


def said_of(request: Request | None, lacking: set[str]) -> Request | None:
    if request is None:
        return None
    query = tuple(replace(one, value=one.value or "") for one in request.url.query)
    return replace(
        request,
        url=replace(request.url, query=query if "query values" in lacking else request.url.query),
        headers=() if "headers" in lacking else request.headers,
        body=None if "empty bodies" in lacking and request.body == Body(mode=BodyMode.FORMDATA) else request.body,
    )
