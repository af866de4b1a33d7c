"""The page about the algorithm is what its generator makes, and the generator knows every rule."""

from dataclasses import fields
from pathlib import Path

from services.core.matching import algorithm
from services.core.matching.algorithm import SWITCHES, algorithm_page
from services.core.matching.scoring import LADDER, STEPS
from services.core.matching.settings import MatchSettings

PAGE = Path(algorithm.__file__).with_name("ALGORITHM.md")


def test_the_page_is_current() -> None:
    assert algorithm_page() == PAGE.read_text(encoding="utf-8"), "`make docs` makes it anew"


def test_the_page_names_every_step_rung_and_setting() -> None:
    page = algorithm_page()
    names = [step.name for step in STEPS] + [rung.says for rung in LADDER]

    assert [] == [name for name in names if name not in page]
    assert [field.name for field in fields(MatchSettings)] == [name for name, _, _ in SWITCHES]


def test_a_page_with_a_row_for_each_rung_shows_each_number_of_points() -> None:
    shown = {points for saved, sent in algorithm.PATHS for points in [algorithm._path_points(saved, sent)]}

    assert {str(rung.points) for rung in LADDER} | {"none"} == shown
