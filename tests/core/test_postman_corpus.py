"""Real files of other people: each is read or refused with a clear reason."""

from collections import Counter
from pathlib import Path

import pytest

from services.core.errors import InvalidInput
from services.core.ids import AccountId
from services.core.postman.document import read_json, write_json
from services.core.postman.environments import read_environment
from services.core.postman.reader import CollectionReading, read_collection
from services.core.postman.report import FindingKind

pytestmark = pytest.mark.corpus

ACCOUNT = AccountId(7)


def kind_of(document: bytes) -> tuple[str, CollectionReading | None]:
    """Return what a file is, in the words of its refusals, and the reading of one that is a collection."""
    try:
        return "collection", read_collection(document, account_id=ACCOUNT)
    except InvalidInput as error:
        refusal = error
    if "format v1" in str(refusal):
        return "collection v1", None
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
    items = examples = 0
    for path in corpus_files:
        kind, reading = kind_of(path.read_bytes())
        kinds[kind] += 1
        if reading is not None:
            items += reading.report.item_count
            examples += reading.report.example_count
            findings.update(finding.kind for finding in reading.report.findings)
    with capsys.disabled():
        print(f"\n{len(corpus_files)} files: {dict(kinds)}")
        print(f"{items} items, {examples} examples; findings: {dict(findings)}")

    assert 269 == kinds["collection"]
    assert 2 == kinds["refused: : must have required property 'info'"]
    assert 61 == kinds["collection v1"]
    assert 9 == kinds["environment"]
    assert 10 == sum(kinds.values()) - (269 + 2 + 61 + 9)
    assert 718 == examples
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

        assert reading.collection == again, path
        assert len(example_ids) == len(set(example_ids)), path
