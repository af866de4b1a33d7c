"""The engine against the oracle: whatever the collection and the call, they name the same example."""

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.matching import buckets
from services.core.matching import index as index_module
from services.core.matching.explain import diagnostics
from services.core.matching.index import compile_index
from services.core.matching.match import Match, NoMatch, match
from services.core.matching.paths import CallPath, split_path
from services.core.matching.scoring import rung_of
from services.core.postman.collection import Collection, Example
from services.core.rendering.reply import render
from tests.core.chance import fixed_sources
from tests.core.oracle import Oracle, Verdict
from tests.core.worlds import World, a_narrow_world, a_world

STORM = range(0, 1_000, 50)
"""The seeds of the worlds that every run makes; each number stands for the fifty from it on."""

shrinkable = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
any_random = st.randoms(use_true_random=False)


@pytest.mark.parametrize("first", STORM)
def test_engine_and_oracle_agree_in_a_thousand_worlds(first: int) -> None:
    for seed in range(first, first + 50):
        world = a_world(Random(seed), call_count=12)

        assert oracles_verdicts(world) == engines_verdicts(world), f"in the world of seed {seed}"


@pytest.mark.parametrize("first", STORM[:6])
def test_they_agree_too_where_every_bucket_has_a_table(first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buckets, "MANY", 1)
    monkeypatch.setattr(index_module, "FEW", 1)
    for seed in range(first, first + 50):
        world = a_world(Random(-seed - 1), call_count=12)

        assert oracles_verdicts(world) == engines_verdicts(world), f"in the world of seed {-seed - 1}"


@pytest.mark.parametrize("first", STORM[:6])
@pytest.mark.parametrize("many", [buckets.MANY, 1])
def test_they_agree_where_headers_and_bodies_alone_tell_examples_apart(
    first: int, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "MANY", many)
    for seed in range(first, first + 50):
        world = a_narrow_world(Random(seed), call_count=12)

        assert oracles_verdicts(world) == engines_verdicts(world), f"in the narrow world of seed {seed}"


@shrinkable
@given(any_random)
def test_the_smallest_world_in_which_they_disagree_does_not_exist(random: Random) -> None:
    world = a_world(random, call_count=4)

    assert oracles_verdicts(world) == engines_verdicts(world)


@pytest.mark.parametrize("first", STORM[:4])
def test_the_rung_that_the_index_finds_is_the_one_that_the_ladder_names(first: int) -> None:
    for seed in range(first, first + 50):
        for path, found in won(a_world(Random(seed), call_count=12)):
            rungs = [rung_of(saved, path) for saved in found.example.paths]

            assert found.score.rung in rungs, f"in the world of seed {seed}"


@pytest.mark.parametrize("first", STORM[:4])
def test_the_order_of_the_examples_never_matters(first: int) -> None:
    for seed in range(first, first + 50):
        world = a_world(Random(seed), call_count=12)
        shuffled = list(world.collection.examples)
        Random(seed).shuffle(shuffled)
        other = replace(world, collection=with_examples(world.collection, shuffled))

        assert engines_names(world) == engines_names(other), f"in the world of seed {seed}"


@pytest.mark.parametrize("first", STORM[:4])
def test_whatever_is_found_can_be_sent_and_explained(first: int) -> None:
    for seed in range(first, first + 50):
        world = a_world(Random(seed), call_count=12)
        index = compile_index(world.collection, environment=world.environment, settings=world.settings)
        for call, found in ((call, match(call, index)) for call in world.calls):
            assert diagnostics(found)
            assert isinstance(found, NoMatch) or 200 <= render(found, index, call, fixed_sources()).status <= 599


def oracles_verdicts(world: World) -> list[Verdict]:
    oracle = Oracle(world.collection, world.environment, world.settings)
    return [oracle.judge(call) for call in world.calls]


def engines_verdicts(world: World) -> list[Verdict]:
    index = compile_index(world.collection, environment=world.environment, settings=world.settings)
    return [verdict_of(match(call, index)) for call in world.calls]


def engines_names(world: World) -> list[str | None]:
    return [str(verdict.example.id) if verdict.example else None for verdict in engines_verdicts(world)]


def won(world: World) -> list[tuple[CallPath, Match]]:
    """Return the paths and results of the calls that were decided by their score."""
    index = compile_index(world.collection, environment=world.environment)
    results = [(CallPath(split_path(call.path)), match(call, index)) for call in world.calls]
    return [(path, found) for path, found in results if isinstance(found, Match) and not found.score.selector]


def verdict_of(found: Match | NoMatch) -> Verdict:
    """Return a result in the oracle's terms."""
    match found:
        case NoMatch():
            return Verdict()
        case Match(score=score) if score.selector:
            return Verdict(example=found.example.example, captures=dict(found.captures))
        case Match(score=score):
            query = Fraction(*score.query.fraction) if score.query else Fraction(0)
            total = score.path_points + query + score.body_points
            return Verdict(example=found.example.example, total=total, captures=dict(found.captures))


def with_examples(collection: Collection, examples: list[Example]) -> Collection:
    [item] = collection.items
    return replace(collection, items=(replace(item, examples=tuple(examples)),))
