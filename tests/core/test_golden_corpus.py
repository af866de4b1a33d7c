"""The golden corpus, in-process: every call of every case through the pure core; and that the corpus is whole."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

import pytest

from services.core.errors import InvalidInput
from services.core.matching.match import Match, NoMatch
from services.core.matching.scoring import Score
from services.core.postman.environments import read_environment
from services.core.postman.reader import read_collection
from tests.golden import CORPUS, Expected, GoldenCall, read_cases, read_rules
from tests.golden_replies import ACCOUNT, complaints, received, replay

CASES = read_cases()
CALLS = [pytest.param(call, id=f"{case.name}: {call.title}") for case in CASES for call in case.calls]


@pytest.mark.parametrize("golden", CALLS)
def test_the_core_answers_as_the_case_tells(golden: GoldenCall) -> None:
    replayed = replay(golden)

    wrong = [
        *complaints(golden, received(replayed.reply)),
        *misjudgements(golden.expected, replayed.found),
        *([] if golden.expected.wait in (None, replayed.wait) else [f"it waits {replayed.wait}"]),
    ]
    assert [] == wrong


def misjudgements(expected: Expected, found: Match | NoMatch | None) -> Iterator[str]:
    """Yield what is wrong with how an answer came about."""
    name = found.example.example.name if isinstance(found, Match) else None
    if expected.example is not None and expected.example != name:
        yield f"{expected.example!r} should answer, not {found!r:.300}"
    if expected.reason is not None and found != NoMatch(reason=expected.reason):  # type: ignore[arg-type] # An enum of text.
        yield f"nothing should match, for {expected.reason}, not {found!r:.300}"
    if expected.facts and isinstance(found, Match):
        actual = {name: _FACTS[name](found.score) for name in expected.facts}
        if expected.facts != actual:
            yield f"its score should have {expected.facts}, and has {actual}"


_FACTS: Final[Mapping[str, Callable[[Score], str]]] = {
    "rung": lambda score: str(score.rung.number) if score.rung else "none",
    "path": lambda score: f"{score.path_points}",
    "query": lambda score: f"{round(score.query_points, 2):+g}",
    "body": lambda score: f"{score.body_points:+}",
    "total": lambda score: f"{round(score.total, 2):g}",
    "by": lambda score: score.selector.removeprefix("x-mock-response-"),
}
"""What a score is made of, in the words of the corpus."""


def test_each_rule_is_shown_by_a_case_and_each_case_shows_known_rules() -> None:
    rules = read_rules()
    cited = {rule for case in CASES for rule in case.rules}

    assert [] == [rule for rule, times in Counter(rules).items() if times > 1]
    assert set() == set(rules) - cited
    assert set() == cited - set(rules)
    assert [] == [case.name for case in CASES if not case.rules or not case.calls]


def test_the_corpus_is_large_enough_to_be_called_whole() -> None:
    print(f"\n{len(CASES)} cases, {len(CALLS)} calls, {len(read_rules())} rules")

    assert len(CALLS) >= 250


def test_every_dynamic_variable_is_shown() -> None:
    page = (CORPUS / "dynamic-variables" / "README.md").read_text("utf-8")
    shown = {f"${name}" for name in re.findall(r"^<~ (\w+): ", page, re.MULTILINE)}
    listed = re.findall(r"`(\$\w+)`", (CORPUS / "RULES.md").read_text("utf-8"))

    assert 118 == len(shown)
    assert shown == {name for name in listed if name not in HELPERS}


def test_a_file_that_is_refused_cannot_be_read() -> None:
    refused = [file for case in CASES for file in case.refused]

    assert refused
    for file in refused:
        with pytest.raises(InvalidInput):
            read_environment(file.read_bytes(), account_id=ACCOUNT)


def test_no_two_cases_have_a_collection_or_an_environment_in_common() -> None:
    """Otherwise importing one case would replace what another has imported."""
    files = [file for file in CORPUS.glob("*/*.json") if "globals" not in file.name]
    owners = {(kind_of(file), id_of(file), file.parent.name) for file in files}

    assert len(owners) == len({(kind, id_) for kind, id_, _ in owners})


def kind_of(file: Path) -> str:
    return file.name.partition(".")[0]


def id_of(file: Path) -> str:
    document = file.read_bytes()
    if kind_of(file) == "collection":
        return read_collection(document, account_id=ACCOUNT).collection.id
    return read_environment(document, account_id=ACCOUNT).id


HELPERS = {"$", "$body", "$queryParams", "$pathSegments", "$headers"}
