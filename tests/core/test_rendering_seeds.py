"""Seeded replies: the same seed and call give the same reply, byte for byte; anything else gives another."""

from dataclasses import replace

import pytest

from services.core.matching.call import Call
from services.core.matching.index import MockIndex, compile_index
from services.core.matching.match import Match, match
from services.core.rendering.drafts import Reply
from services.core.rendering.dynamic.variables import DYNAMIC_VARIABLES
from services.core.rendering.reply import render
from services.core.rendering.seeds import SeededEntropy
from services.core.rendering.sources import Sources
from tests.core.chance import fixed_sources
from tests.core.nouns import a_call, a_collection, an_example

EVERYTHING = "\n".join(f"{name} {{{{{name}}}}}" for name in sorted(DYNAMIC_VARIABLES))
"""A body with every dynamic variable."""


def reply_to(call: Call, sources: Sources, body: str = EVERYTHING) -> Reply:
    """Return the reply of a collection that was compiled just now, as another worker would."""
    example = an_example(f"{call.method} /users/:id", body=body, headers=[("X-Request-Id", "{{$guid}}")])
    return replied(call, compile_index(a_collection(example)), sources)


def replied(call: Call, index: MockIndex, sources: Sources) -> Reply:
    found = match(call, index)
    assert isinstance(found, Match)
    return render(found, index, call, sources)


CALL = replace(a_call("POST /users/7?page=1", x_mock_seed="release 12"), body=b'{"a": 1}')


def test_the_same_seed_and_call_give_the_same_reply() -> None:
    replies = {reply_to(CALL, fixed_sources(number)) for number in range(3)}

    assert 1 == len(replies)


def test_without_a_seed_replies_differ() -> None:
    call = a_call("GET /users/7")

    assert reply_to(call, fixed_sources(1)) != reply_to(call, fixed_sources(2))


@pytest.mark.parametrize(
    "other",
    [
        replace(CALL, headers=(("x-mock-seed", "release 13"),)),
        replace(CALL, method="PUT"),
        replace(CALL, path="/users/8"),
        replace(CALL, query="page=2"),
        replace(CALL, body=b'{"a": 2}'),
        replace(CALL, query="page=1{", body=b'"a": 1}'),
    ],
    ids=["seed", "method", "path", "query", "body", "where the query ends"],
)
def test_another_seed_or_call_gives_another_reply(other: Call) -> None:
    assert reply_to(CALL, fixed_sources()) != reply_to(other, fixed_sources())


def test_other_headers_do_not_make_another_call() -> None:
    other = replace(CALL, headers=(("date", "today"), *CALL.headers, ("user-agent", "curl/8")))

    assert reply_to(CALL, fixed_sources()) == reply_to(other, fixed_sources())


def test_the_seed_of_the_mock_counts_where_the_call_brings_none() -> None:
    plain = replace(CALL, headers=())

    assert reply_to(CALL, fixed_sources()) == reply_to(plain, fixed_sources(2, seed="release 12"))
    assert reply_to(CALL, fixed_sources(3, seed="mock")) == reply_to(CALL, fixed_sources(4, seed="another"))


def test_an_empty_header_turns_the_seed_of_the_mock_off() -> None:
    call = replace(CALL, headers=(("x-mock-seed", ""),))

    assert reply_to(call, fixed_sources(1, seed="mock")) != reply_to(call, fixed_sources(2, seed="mock"))


def test_a_seed_beyond_ascii_is_the_same_in_a_header_and_as_a_setting() -> None:
    in_header = replace(CALL, headers=(("x-mock-seed", "Größe".encode().decode("latin-1")),))
    plain = replace(CALL, headers=())

    assert reply_to(in_header, fixed_sources()) == reply_to(plain, fixed_sources(seed="Größe"))


def test_head_announces_what_get_brings() -> None:
    index = compile_index(a_collection(an_example("GET /users/:id", body=EVERYTHING)))
    get = a_call("GET /users/7", x_mock_seed="1")
    head = replace(get, method="HEAD")
    by_get, by_head = (replied(call, index, fixed_sources()) for call in (get, head))

    assert (by_get.headers, b"") == (by_head.headers, by_head.body)


def test_for_a_seeded_reply_the_clock_stands_still() -> None:
    body = reply_to(CALL, fixed_sources(), "{{$isoTimestamp}} {{$timestamp}}").body

    assert b"2024-01-01T00:00:00.000Z 1704067200" == body


def test_each_occurrence_has_its_own_value_in_a_seeded_reply_too() -> None:
    values = reply_to(CALL, fixed_sources(), "{{$guid}} " * 100).body.split()

    assert 100 == len(set(values))


def test_what_follows_from_a_seed_never_changes() -> None:
    entropy = SeededEntropy("seed", a_call("GET /users?x=1"))

    assert [0.7492818429695557, 0.7596149709196016, 0.08857495858682596] == [entropy.random() for _ in range(3)]
    assert 0x77634CD878C72A96FDEEE7D89523F838 == entropy.getrandbits(128)


def test_seeded_chance_is_even() -> None:
    entropy = SeededEntropy("seed", a_call())
    numbers = [entropy.random() for _ in range(100_000)]
    tenths = [sum(int(number * 10) == tenth for number in numbers) for tenth in range(10)]

    assert all(0 <= number < 1 for number in numbers)
    assert all(9_500 < count < 10_500 for count in tenths)


@pytest.mark.parametrize("bits", [0, 1, 7, 8, 9, 53, 128, 1_000])
def test_so_many_bits_are_so_many(bits: int) -> None:
    entropy = SeededEntropy("seed", a_call())

    assert bits == max(entropy.getrandbits(bits).bit_length() for _ in range(200))


def test_seeds_and_calls_may_be_any_text() -> None:
    call = Call(method="GET", path="/\ud800", query="\udfff", headers=(("x-mock-seed", "\ud800"),))

    assert 0 <= SeededEntropy("\udfff", call).random() < 1
