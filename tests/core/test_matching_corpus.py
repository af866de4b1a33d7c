"""Real collections: every saved example answers the request it was saved for."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.core.errors import InvalidInput
from services.core.ids import AccountId
from services.core.matching.call import Call
from services.core.matching.index import MockIndex, compile_index
from services.core.matching.match import Match, match
from services.core.postman.collection import Collection, Example
from services.core.postman.reader import read_collection
from services.core.rendering.reply import render
from tests.core.chance import fixed_sources
from tests.core.oracle import Oracle
from tests.core.test_matching_oracle import verdict_of
from tests.replay import call_for

pytestmark = pytest.mark.corpus


def test_every_saved_example_is_reached_by_its_own_request(
    corpus_files: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    collections = [collection for path in corpus_files for collection in read(path)]
    counts = [replay(collection) for collection in collections]
    with capsys.disabled():
        print(f"\n{len(collections)} collections, {sum(counts)} examples replayed twice, 0 failures")

    assert len(collections) > 250
    assert sum(counts) > 700


def read(path: Path) -> Iterator[Collection]:
    """Yield the collection in a file, if it is one."""
    try:
        yield read_collection(path.read_bytes(), account_id=AccountId(1)).collection
    except InvalidInput:
        return


def replay(collection: Collection) -> int:
    """Send every example's own request, with its id and without; return how many there are."""
    index, oracle = compile_index(collection), Oracle(collection)
    examples = list(collection.examples)
    for example in examples:
        call = call_for(example, collection)
        selecting = replace(call, headers=(("x-mock-response-id", example.id),))

        assert example.id == answer(selecting, index).id, example.place
        assert answer(call, index).id in oracle.top(call), example.place
        assert oracle.judge(call) == verdict_of(match(call, index)), example.place
    return len(examples)


def answer(call: Call, index: MockIndex) -> Example:
    """Return the example that answers, having rendered it."""
    found = match(call, index)
    assert isinstance(found, Match), call
    assert 200 <= render(found, index, call, fixed_sources()).status <= 599
    return found.example.example
