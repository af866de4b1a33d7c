"""The ladder of the path step: for a saved path and a sent one, the rung they are equal on."""

import pytest

from services.core.matching.index import compile_index
from services.core.matching.match import Match, match
from services.core.matching.scoring import LADDER
from tests.core.nouns import a_call, a_collection, an_example

UUID = "368c0ab5-6b00-4228-82f3-efdc4f0a5c25"
OTHER_UUID = "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6"
LONG = "x" * 256
NOT_SO_LONG = "x" * 255

RUNGS = (
    # saved, sent, points (None: no rung)
    ("/users", "/users", 100),
    ("", "/", 100),
    ("/", "", 100),
    ("/a%20b", "/a b", 100),
    ("/a b", "/a%20b", 100),
    ("/caf%C3%A9", "/café", 100),
    ("/a%2Fb", "/a%2fb", 100),
    ("/a+b", "/a+b", 100),
    ("/100%", "/100%", 100),
    ("//users", "//users", 100),
    ("/{{id}}", "/{{id}}", 100),
    ("/users", "/users/", 95),
    ("/users//", "/users", 95),
    ("/", "//", 95),
    ("/users", "/Users", 90),
    ("/straße", "/STRAßE", 90),
    ("/ÉTÉ", "/%C3%A9t%c3%a9", 90),
    ("/users/{{ID}}", "/users/{{id}}", 90),
    ("/users", "/USERS/", 85),
    ("/users/{{id}}", "/users/7", 80),
    ("/users/{{id}}/", "/users/7/", 80),
    ("/{{a}}/{{b}}", "/users/%2F", 80),
    ("/item-{{id}}.json", "/item-7.json", 80),
    ("/{{from}}-{{to}}", "/1-2-3", 80),
    ("/{{a}}{{b}}", "/xy", 80),
    ("/users/{{id}}/posts/5", "/users/7/posts/6", 79),
    ("/users/1", "/users/2", 79),
    (f"/users/{UUID}", f"/users/{OTHER_UUID}", 79),
    ("/users/1", f"/users/{UUID}", 79),
    ("/users/1", f"/users/{LONG}", 79),
    ("/users/{{id}}", "/users/7/", 75),
    ("/users/{{id}}", "/USERS/7", 75),
    ("/item-{{id}}.json", "/ITEM-7.JSON", 75),
    ("/users/1", "/users/2/", 75),
    ("/users/1", "/USERS/2", 75),
    ("/users/1/posts", "/users/posts/1", 75),
    ("/Users/{{id}}/posts/5", "/users/7/posts/6", 75),
    ("/users", "/user", 70),
    ("/sales/europe", "/sales/europes", 70),
    ("/sales/europe", "/sales/eurospe", 70),
    ("/users/{{id}}/posts", "/usres/7/posts", None),
    ("/members/{{id}}/posts", "/memebers/7/posts/", 70),
    ("/members/item-{{id}}", "/memebers/item-7", 70),
    ("/members/item-{{id}}", "/memebers/ITEM-7", None),
    ("/members/{{a}}-{{b}}", "/memebers/x", None),
    ("/members/1", "/memebers/2", None),
    ("/Members", "/mEmbers", 90),
    ("/Members", "/memberss", 70),
    ("/MEmbers", "/memberss", None),
    ("/" + "y" * 51, "/" + "z" * 13 + "y" * 38, 70),
    ("/" + "y" * 51, "/" + "z" * 14 + "y" * 37, None),
    ("/" + "y" * 200, "/" + "z" * 51 + "y" * 149, 70),
    ("/" + "y" * 255, "/" + "y" * 256, None),
    ("/sales/europe", "/sales/eropa", None),
    ("/users/posts", "/users/post/x", None),
    ("/users", "/users//posts", None),
    ("/users/{{id}}", "/users", None),
    ("/users/{{id}}", "/users/", None),
    ("/users/{{id}}", "/users//", None),
    ("/{{a}}{{b}}", "/x", None),
    ("/item-{{id}}.json", "/item-.json", None),
    ("/{{a}}-{{b}}", "/-2", None),
    ("/a/b", "/a%2Fb", None),
    ("/a+b", "/a b", None),
    ("/accounts", "/accounts/7", None),
    ("/accounts/7", "/accounts", None),
    ("/users/a1", "/users/b2", None),
    ("/users/٣", "/users/٤", None),
    ("/users/1", f"/users/{NOT_SO_LONG}", None),
)


@pytest.mark.parametrize(("saved", "sent", "points"), RUNGS)
def test_a_path_is_worth_what_its_rung_says(saved: str, sent: str, points: int | None) -> None:
    index = compile_index(a_collection(an_example("GET {{url}}" + saved)))
    found = match(a_call("GET " + sent), index)

    assert points == (found.score.path_points if isinstance(found, Match) else None)


FAMILY = compile_index(
    a_collection(
        *(
            an_example(f"GET {path}", id=path)
            for path in (
                "/users",
                "/Users/",
                "/USERS/7",
                "/users/8/",
                "/users/9",
                "/{{a}}/9/x/",
                "/{{a}}/8/X",
                "/{{a}}/8/x",
            )
        )
    )
)


@pytest.mark.parametrize(
    ("sent", "winner", "points"),
    [
        ("/users", "/users", 100),
        ("/Users", "/Users/", 95),
        ("/users/", "/users", 95),
        ("/uSERS", "/users", 90),
        ("/uSERS/", "/Users/", 90),
        ("/uSERS//", "/users", 85),
        ("/users/7", "/USERS/7", 90),
        ("/users/7/", "/USERS/7", 85),
        ("/users/1", "/users/9", 79),
        ("/users/1/", "/users/8/", 79),
        ("/USERS/9", "/users/9", 90),
        ("/USERS/1", "/USERS/7", 79),
        ("/Users/1", "/USERS/7", 75),
        ("/b/9/x/", "/{{a}}/9/x/", 80),
        ("/b/8/x", "/{{a}}/8/x", 80),
        ("/b/7/x", "/{{a}}/8/x", 79),
        ("/b/7/X", "/{{a}}/8/X", 79),
        ("/b/9/x", "/{{a}}/8/x", 79),
        ("/b/9/X/", "/{{a}}/8/X", 75),
    ],
)
def test_of_paths_that_are_nearly_equal_the_closest_answers(sent: str, winner: str, points: int) -> None:
    found = match(a_call(f"GET {sent}"), FAMILY)

    assert isinstance(found, Match)
    assert (winner, points) == (found.example.example.id, found.score.path_points)


def test_no_rung_is_worth_more_than_the_one_above_it() -> None:
    points = [rung.points for rung in LADDER]

    assert [100, 95, 90, 85, 80, 79, 75, 75, 70] == points


def test_a_typo_with_the_very_query_beats_other_ids_with_another_query() -> None:
    index = compile_index(
        a_collection(
            an_example("GET /orders/1?state=open", id="other id"),
            an_example("GET /order/77?page=2", id="typo"),
        )
    )
    found = match(a_call("GET /orders/77/?page=2"), index)

    assert isinstance(found, Match)
    assert ("typo", 85.0) == (found.example.example.id, found.score.total)


def test_equal_totals_from_different_rungs_are_a_tie_however_they_come_about() -> None:
    index = compile_index(
        a_collection(
            an_example("GET /user/1?a=1&b=2&c=3", id="a: 70 + 20/3"),
            an_example("GET /Users/2?a=1&b=0&c=9&d=0&e=0&f=0", id="b: 75 + 10/6"),
        )
    )
    found = match(a_call("GET /users/1?a=1&b=2&c=0"), index)

    assert isinstance(found, Match)
    assert "a: 70 + 20/3" == found.example.example.id
    assert pytest.approx(81 + 2 / 3) == found.score.total
