"""Tables, JSON and text, as they are printed."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len

from services.cli.output import aligned, count_text, fitted, json_of, safe_text, size_text
from services.core.access.principal import Role
from services.core.access.visibility import Visibility

ROWS = [["NAME", "ID"], ["A name that is far too long for its line", "0123456789abcdef0123456789abcdef"], ["短い", "1"]]


@dataclass(frozen=True)
class Thing:
    """Something with fields of the kinds that JSON does not know."""

    delay: timedelta
    body: bytes
    tags: tuple[str, ...] = ()


def test_columns_are_aligned_by_what_they_take_up_on_the_screen() -> None:
    lines = list(aligned([["NAME", "X"], ["短い", "1"], ["a", "2"]]))

    assert ["NAME  X", "短い  1", "a     2"] == lines


def test_a_column_gives_way_where_a_line_is_too_long_and_whole_ones_do_not() -> None:
    rows = fitted(ROWS, [False, True], 60)

    assert "A name that is far too lo…" == rows[1][0]
    assert max(cell_len(line) for line in aligned(rows)) <= 60
    assert ["0123456789abcdef0123456789abcdef", "1"] == [row[1] for row in rows[1:]]


def test_no_column_is_cut_to_less_than_can_be_recognised() -> None:
    rows = fitted(ROWS, [False, True], 20)

    assert "A name that…" == rows[1][0]


def test_what_fits_is_left_alone() -> None:
    assert ROWS == fitted(ROWS, [False, True], 200)


def test_control_characters_cannot_reach_the_terminal() -> None:
    assert "\N{REPLACEMENT CHARACTER}[31mred\N{REPLACEMENT CHARACTER}" == safe_text("\x1b[31mred\n")


def test_durations_bytes_and_enumerations_have_a_json_form() -> None:
    thing = Thing(timedelta(milliseconds=1500), b"caf\xc3\xa9", ("a",))

    assert {"delay_seconds": 1.5, "body": "café", "tags": ["a"]} == json_of(thing)
    assert {"base64": "/w=="} == json_of(b"\xff")
    assert ["administrator", "private"] == json_of([Role.ADMINISTRATOR, Visibility.PRIVATE])
    assert "2026-01-02T03:04:05.678Z" == json_of(datetime(2026, 1, 2, 3, 4, 5, 678901, UTC))


def test_what_has_no_json_form_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="object has no JSON form"):
        json_of(object())


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (5 * 2**20, "5.0 MiB"), (3 * 2**30, "3072.0 MiB")]
)
def test_sizes_are_told_in_the_unit_that_reads_best(size: int, text: str) -> None:
    assert text == size_text(size)


def test_counts_agree_with_their_nouns() -> None:
    assert ["1 example", "2 examples", "1,000 examples"] == [count_text(count, "example") for count in (1, 2, 1000)]
