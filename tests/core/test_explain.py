"""Explanations of matches and misses: who was chosen and why, who came next, what comes close and what differs."""

import json
from dataclasses import replace
from random import Random

import pytest

from services.core.matching import shortlist
from services.core.matching.call import Call
from services.core.matching.explain import Explainer, diagnostics, explain
from services.core.matching.explanation import Contender, Explanation, Step
from services.core.matching.index import MockIndex, compile_index
from services.core.matching.match import Match, NoMatch, NoMatchReason
from services.core.matching.settings import MatchSettings
from services.core.postman.collection import Body, BodyMode, Example, FormField, GraphQL
from tests.core.nouns import a_call, a_collection, an_example, sending
from tests.core.oracle import Oracle
from tests.core.test_matching_bounds import HARMFUL, INDEX, soon
from tests.core.worlds import World, a_world

STORM = range(0, 1_000, 50)

SHOP = (
    an_example("GET /users/{{id}}", id="u1", name="A user"),
    an_example("GET /users/ada", id="u2", name="Ada"),
    an_example("GET /users?role=admin&page=1", id="u3", name="Admins"),
    an_example("POST /users", id="u4", name="Created", code=201),
    an_example("GET {{base}}/orders/{{id}}/items", id="o1", name="Items"),
    an_example("GET /files/report-{{year}}.pdf", id="f1", name="Report"),
    an_example("GET /users/ada", id="u5", name="Ada is gone", code=410),
)


def json_body(text: str) -> Body:
    return Body(mode=BodyMode.RAW, raw=text, language="json")


def an_index(*examples: Example, settings: MatchSettings | None = None) -> MockIndex:
    return compile_index(a_collection(*examples, base="https://shop.example/v1"), settings=settings or MatchSettings())


SHOP_INDEX = an_index(*SHOP)


def test_a_match_names_the_chosen_example_its_steps_and_the_runners_up() -> None:
    explanation = explain(a_call("GET /users/ada"), SHOP_INDEX)

    assert ("Ada", 115) == chosen_of(explanation)
    assert [
        "path +100: rung 1, exact",
        "query +10: no parameters on either side",
        "body +5: no body on either side",
    ] == steps_of(explanation.chosen)
    assert [
        ("Ada is gone", "as many points; of equals one with code 200 answers"),
        ("A user", "20 points less: rung 5, wildcard"),
    ] == gaps_of(explanation)
    assert () == explanation.near_misses


def test_a_parameter_that_tips_the_choice_tells_its_cost() -> None:
    explanation = explain(a_call("GET /users?role=admin&page=1&x=1"), SHOP_INDEX)

    assert "query +6.67: `role`, `page` match; unknown parameter `x` costs 3.33" in steps_of(explanation.chosen)


def test_a_runner_up_tells_which_parameter_it_lost_by() -> None:
    index = an_index(an_example("GET /users", name="All"), an_example("GET /users?page=1", name="First page"))

    explanation = explain(a_call("GET /users?page=1"), index)

    assert ("First page", 115) == chosen_of(explanation)
    assert [("All", "11 points less: unknown parameter `page` costs 11")] == gaps_of(explanation)


def test_of_equal_examples_the_one_whose_id_comes_later_lost_by_that() -> None:
    index = an_index(an_example(id="b", name="Later"), an_example(id="a", name="Sooner"))

    explanation = explain(a_call("GET /users"), index)

    assert ("Sooner", 115) == chosen_of(explanation)
    assert [("Later", "as many points; of equals the first by id answers")] == gaps_of(explanation)


def test_an_example_that_only_fits_without_its_base_path_comes_after_those_that_fit_with_it() -> None:
    index = an_index(an_example("GET {{base}}/users", name="With base"), an_example("GET /user", name="Typo"))

    explanation = explain(a_call("GET /users"), index)

    assert ("Typo", 85) == chosen_of(explanation)
    assert [("With base", "fits only without its base path")] == gaps_of(explanation)


def test_an_example_that_the_call_names_is_chosen_by_that_whatever_its_path() -> None:
    explanation = explain(a_call("GET /users/ada", x_mock_response_name="Admins"), SHOP_INDEX)

    assert ("Admins", None) == chosen_of(explanation)
    assert ["selector +0: x-mock-response-name names it"] == steps_of(explanation.chosen)
    assert [
        ("Ada", "x-mock-response-name: saved `Ada`, asked for `Admins`"),
        ("Ada is gone", "x-mock-response-name: saved `Ada is gone`, asked for `Admins`"),
        ("A user", "x-mock-response-name: saved `A user`, asked for `Admins`"),
    ] == gaps_of(explanation)


def test_a_runner_up_with_another_code_than_the_call_asks_for_says_so() -> None:
    explanation = explain(a_call("GET /users/ada", x_mock_response_code="410"), SHOP_INDEX)

    assert ("Ada is gone", 115) == chosen_of(explanation)
    assert ("Ada", "x-mock-response-code: saved `200`, asked for `410`") in gaps_of(explanation)


def test_a_head_call_is_explained_by_the_get_examples_that_answer_it() -> None:
    explanation = explain(a_call("HEAD /users/ada"), SHOP_INDEX)

    assert ("Ada", 115) == chosen_of(explanation)
    assert [] == [difference for each in explanation.runners_up for difference in each.differences]


MISSES = {
    "another method, though there are examples with it": (
        "POST /users/ada",
        "Ada",
        ["method: saved `GET`, sent `POST`"],
    ),
    "a method that no example has": ("DELETE /users", "Created", ["method: saved `POST`, sent `DELETE`"]),
    "a segment with too many typos": (
        "GET /usr/5",
        "A user",
        ["segment 1: saved `users`, sent `usr`: 33 % similar, 75 % needed"],
    ),
    "a typo and another case": (
        "GET /USRES/5",
        "A user",
        ["segment 1: saved `users`, sent `USRES`: 0 % similar, 75 % needed"],
    ),
    "one typo in another case": (
        "GET /USER/ada",
        "Ada",
        ["segment 1: saved `users`, sent `USER`: a typo and another case"],
    ),
    "a segment too few": ("GET /v1/orders/5", "Items", ["segment 4: saved `items`, not sent"]),
    "a segment too many": ("GET /all/users/ada", "Ada", ["segment 1: sent `all`, not saved"]),
    "a segment in the middle too many": ("GET /v1/orders/5/all/items", "Items", ["segment 4: sent `all`, not saved"]),
    "text around a variable": (
        "GET /files/report-2026.doc",
        "Report",
        ["segment 2: saved `report-{{year}}.pdf`, sent `report-2026.doc`: the text around the variable differs"],
    ),
    "nothing for a variable": (
        "GET /v1/orders//items",
        "Items",
        ["segment 3: saved `{{id}}`, sent an empty segment: a variable takes one character or more"],
    ),
    "two segments": (
        "GET /v2/order/5/item",
        "Items",
        [
            "segment 1: saved `v1`, sent `v2`: 50 % similar, 75 % needed",
        ],
    ),
}


@pytest.mark.parametrize(("call", "name", "differences"), MISSES.values(), ids=MISSES.keys())
def test_a_miss_names_the_nearest_example_and_what_differs(call: str, name: str, differences: list[str]) -> None:
    explanation = explain(a_call(call), SHOP_INDEX)

    assert isinstance(explanation.result, NoMatch)
    assert (name, differences) == nearest_of(explanation)
    assert explanation.chosen is None


def test_differences_that_are_forgiven_alone_are_named_together() -> None:
    index = an_index(an_example("GET /users/1/orders"))

    _, differences = nearest_of(explain(a_call("GET /usres/22/orders"), index))

    assert [
        "segment 1: saved `users`, sent `usres`: 60 % similar, 75 % needed",
    ] == differences

    _, together = nearest_of(explain(a_call("GET /user/22/orders"), index))

    both = "segment 1: saved `users`, sent `user`: a typo and segment 2: saved `1`, sent `22`: another id"
    assert [f"{both}: not forgiven together"] == together


def test_an_id_is_not_similar_to_a_word() -> None:
    _, differences = nearest_of(explain(a_call("GET /users/me"), an_index(an_example("GET /users/1"))))

    assert ["segment 2: saved `1`, sent `me`: no id"] == differences


def test_more_than_two_segments_are_counted() -> None:
    _, differences = nearest_of(explain(a_call("GET /a/b/c/d"), an_index(an_example("GET /w/x/y/z"))))

    assert 3 == len(differences)
    assert "and 2 more segments" == differences[-1]


def test_a_mock_that_forgives_no_typos_says_that_segments_must_be_equal() -> None:
    index = an_index(an_example("GET /users"), settings=MatchSettings(fuzzy_paths=False))

    _, differences = nearest_of(explain(a_call("GET /user"), index))

    assert ["segment 1: saved `users`, sent `user`: must be equal"] == differences


def test_parameters_are_named_behind_what_rules_an_example_out() -> None:
    call = a_call("DELETE /users?role=user&x=1")

    explanation = explain(call, an_index(an_example("GET /users?role=admin&page=1")))

    assert [
        (Step.METHOD, "method: saved `GET`, sent `DELETE`"),
        (Step.PARAMETER, "parameter `role`: saved `admin`, sent `user`"),
        (Step.PARAMETER, "parameter `page`: saved `1`, not sent"),
        (Step.PARAMETER, "parameter `x`: sent `1`, not saved"),
    ] == [(difference.step, difference.text) for difference in explanation.near_misses[0].differences]


def test_a_mock_that_leaves_queries_out_names_no_parameters() -> None:
    index = an_index(an_example("GET /users?page=1"), settings=MatchSettings(match_query_params=False))

    hit, miss = explain(a_call("GET /users"), index), explain(a_call("PUT /users"), index)

    assert ["path +100: rung 1, exact", "body +5: no body on either side"] == steps_of(hit.chosen)
    assert ["method: saved `GET`, sent `PUT`"] == nearest_of(miss)[1]


def test_a_code_that_no_example_has_is_answered_with_those_that_there_are() -> None:
    explanation = explain(a_call("GET /users/ada", x_mock_response_code="418"), SHOP_INDEX)

    assert ("Ada", ["x-mock-response-code: saved `200`, asked for `418`"]) == nearest_of(explanation)
    assert ("x-mock-response-code: GET examples have the codes 200, 410",) == explanation.notes


def test_a_method_that_no_example_has_is_answered_with_those_that_there_are() -> None:
    assert ("no example has the method `PATCH`; there are GET, POST",) == explain(a_call("PATCH /"), SHOP_INDEX).notes


@pytest.mark.parametrize("asked", ["admin", "ADMINS", "Adminns", "Admins "])
def test_a_mistyped_name_finds_the_right_one(asked: str) -> None:
    index = an_index(*SHOP, *(an_example(f"GET /{n}", name=f"Example {n}") for n in range(200)))

    explanation = explain(a_call("GET /nowhere", x_mock_response_name=asked.strip() + "!"), index)

    assert "Admins" == nearest_of(explanation)[0]


def test_part_of_a_name_finds_the_whole_one() -> None:
    index = an_index(*SHOP, an_example("GET /status", name="Closed for maintenance"))

    explanation = explain(a_call("GET /nowhere", x_mock_response_name="closed"), index)

    assert (
        "Closed for maintenance",
        ["x-mock-response-name: saved `Closed for maintenance`, asked for `closed`"],
    ) == nearest_of(explanation)


def test_a_mistyped_id_finds_the_right_one() -> None:
    explanation = explain(a_call("GET /nowhere", x_mock_response_id="4711-u"), SHOP_INDEX)

    assert "x-mock-response-id: saved `u1`, asked for `4711-u`" == nearest_of(explanation)[1][0]


def test_a_mock_without_examples_has_nothing_to_tell() -> None:
    assert Explanation(result=explain(a_call(), an_index()).result) == explain(a_call(), an_index())


def test_of_many_examples_only_some_are_looked_at_and_that_is_said() -> None:
    index = an_index(
        *(an_example(f"GET /users/{n}/{word}") for n in range(20) for word in ("a", "b", "c", "d", "e", "f"))
    )

    explanation = explain(a_call("GET /user-accounts/1/a"), index)

    assert (
        f"{shortlist.LOOKED_AT} of 120 examples were looked at closely, those with the most similar paths",
    ) == explanation.notes


def test_as_many_are_told_as_are_asked_for() -> None:
    index = an_index(*(an_example(id=f"{n}") for n in range(9)))

    assert 3 == len(explain(a_call("GET /users"), index).runners_up)
    assert 8 == len(explain(a_call("GET /users"), index, limit=20).runners_up)
    assert 5 == len(explain(a_call("PUT /users"), index, limit=5).near_misses)


@pytest.mark.parametrize("first", STORM)
def test_explanations_say_what_matching_does_and_what_the_oracle_knows(
    first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shortlist, "OF_ONE_SPELLING", 100)
    for seed in range(first, first + 50):
        world = a_world(Random(seed), call_count=6)
        index = compile_index(world.collection, environment=world.environment, settings=world.settings)
        explainer = Explainer(index)
        for call in world.calls:
            explanation = explainer.explain(call, limit=100)

            assert [] == contradictions(explanation), f"in the world of seed {seed}: {call}"
            assert oracles_others(world, call, explanation) <= ids_of(explanation.runners_up), f"{seed}: {call}"


@pytest.mark.parametrize("target", HARMFUL.values(), ids=HARMFUL.keys())
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_harmful_target_is_explained_in_time(method: str, target: str) -> None:
    with soon():
        explanation = explain(a_call(f"{method} {target}"), INDEX)

    assert all(len(text) < 2_000 for text in texts_of(explanation))


BODIES = {
    "another value": ('{"user": {"name": "Bob"}, "tags": [1, 2]}', ['body $.user.name: saved `"Ada"`, sent `"Bob"`']),
    "another type": ('{"user": "Ada", "tags": [1, 2]}', ['body $.user: saved an object, sent `"Ada"`']),
    "something missing": ('{"user": {"name": "Ada"}}', ["body $.tags: saved an array, not sent"]),
    "something else": (
        '{"user": {"name": "Ada"}, "tags": [1, 2], "a b": null}',
        ['body $["a b"]: sent `null`, not saved'],
    ),
    "a longer array": ('{"user": {"name": "Ada"}, "tags": [1, 2, 3]}', ["body $.tags[2]: sent `3`, not saved"]),
    "a number that is a text": (
        '{"user": {"name": "Ada"}, "tags": ["1", 2]}',
        ['body $.tags[0]: saved `1.0`, sent `"1"`'],
    ),
    "no JSON": ('{"user"', ["body: saved json, sent text"]),
    "nothing": ("", ["body: saved one, sent none"]),
}


@pytest.mark.parametrize(("body", "differences"), BODIES.values(), ids=BODIES.keys())
def test_a_body_that_must_be_equal_names_the_place_that_is_not(body: str, differences: list[str]) -> None:
    saved = an_example("POST /users", saved_body=json_body('{"user": {"name": "Ada"}, "tags": [1.0, 2]}'))
    index = an_index(saved, settings=MatchSettings(match_body=True))

    explanation = explain(sending(body, "application/json"), index)

    assert NoMatch(reason=NoMatchReason.BODY) == explanation.result
    assert differences == nearest_of(explanation)[1]


def test_a_variable_in_a_saved_body_makes_no_difference() -> None:
    saved = an_example("POST /users", saved_body=json_body('{"id": {{id}}, "name": "{{name}}", "age": 1}'))

    explanation = explain(
        sending('{"id": 7, "name": "Ada", "age": 2}', "application/json", x_mock_match_request_body="true"),
        an_index(saved),
    )

    assert ["body $.age: saved `1`, sent `2`"] == nearest_of(explanation)[1]


FORMS = {
    "fields": (
        Body(mode=BodyMode.URLENCODED, fields=(FormField(key="a", value="1 2"), FormField(key="b", value="x"))),
        "a=1+2&b=y&c=z",
        "application/x-www-form-urlencoded",
        ["body field `b`: saved `x`, sent `y`", "body field `c`: sent `z`, not saved"],
    ),
    "a text": (
        Body(mode=BodyMode.RAW, raw="The quick brown fox jumps over the lazy dog", language="text"),
        "The quick brown cat jumps over the lazy dog",
        "text/plain",
        ["body: saved `k brown fox jumps over the lazy `, sent `k brown cat jumps over the lazy ` at character 17"],
    ),
    "GraphQL": (
        Body(mode=BodyMode.GRAPHQL, graphql=GraphQL(query="{ users }", variables='{"page": 1}')),
        '{"query": "{ users }", "variables": {"page": 2}}',
        "application/json",
        ["body variables.page: saved `1`, sent `2`"],
    ),
    "no body": (None, "something", "text/plain", ["body: saved none, sent one"]),
}


@pytest.mark.parametrize(("saved", "sent", "content_type", "differences"), FORMS.values(), ids=FORMS.keys())
def test_bodies_of_other_formats_name_fields_and_characters(
    saved: Body | None, sent: str, content_type: str, differences: list[str]
) -> None:
    index = an_index(an_example("POST /users", saved_body=saved), settings=MatchSettings(match_body=True))

    assert differences == nearest_of(explain(sending(sent, content_type), index))[1]


def test_of_many_bodies_the_nearest_is_named() -> None:
    bodies = [json_body(f'{{"name": "{name}", "age": 7}}') for name in ("Ada", "Bob", "Charles", "Dora")]
    examples = [
        an_example("POST /users", id=f"{number}", name=body.raw, saved_body=body) for number, body in enumerate(bodies)
    ]
    index = an_index(*examples, settings=MatchSettings(match_body=True))

    explanation = explain(sending('{"name": "Charley", "age": 7}', "application/json"), index)

    assert ['body $.name: saved `"Charles"`, sent `"Charley"`'] == nearest_of(explanation)[1]


def test_of_a_thousand_bodies_the_nearest_is_named() -> None:
    examples = [
        an_example("POST /users", id=f"{number}", saved_body=json_body(f'{{"name": "name-{number}", "age": 7}}'))
        for number in range(1_000)
    ]
    index = an_index(*examples, settings=MatchSettings(match_body=True))

    explanation = explain(sending('{"name": "name-777", "age": 8}', "application/json"), index)

    assert ["body $.age: saved `7`, sent `8`"] == nearest_of(explanation)[1]


def test_a_body_that_need_not_be_equal_tells_where_its_points_went() -> None:
    saved = an_example("POST /users", saved_body=json_body('{"name": "Ada"}'))

    other, same = (
        explain(sending(f'{{"name": "{name}"}}', "application/json"), an_index(saved)) for name in ("Bob", "Ada")
    )

    assert 'body +0: body $.name: saved `"Ada"`, sent `"Bob"`' == steps_of(other.chosen)[-1]
    assert "body +5: as saved" == steps_of(same.chosen)[-1]
    assert "rung 1 exact 100, query +10, total 110" == diagnostics(other.result)
    assert "rung 1 exact 100, query +10, body +5, total 115" == diagnostics(same.result)


HEADERS = {
    "another value": ({"x-tenant": "b"}, "header `x-tenant`: saved `a`, sent `b`"),
    "not sent": ({}, "header `x-tenant`: saved `a`, not sent"),
    "not saved": ({"x-tenant": "a", "x-other": "1"}, "header `x-other`: sent `1`, not saved"),
}


@pytest.mark.parametrize(("sent", "difference"), HEADERS.values(), ids=HEADERS.keys())
def test_a_header_that_must_be_equal_is_named(sent: dict[str, str], difference: str) -> None:
    saved = an_example("GET /users", saved_headers=[("X-Tenant", "a")])
    index = an_index(saved, settings=MatchSettings(match_headers=("X-Tenant", "x-other")))

    explanation = explain(replace(a_call("GET /users"), headers=tuple(sent.items())), index)

    assert NoMatch(reason=NoMatchReason.HEADERS) == explanation.result
    assert [difference] == nearest_of(explanation)[1]


SECRETS = {
    "a header": (
        an_example("GET /", saved_headers=[("Authorization", "Bearer hush")]),
        a_call("GET /", authorization="Bearer sent", x_mock_match_request_headers="authorization"),
        "header `authorization`: saved `****`, sent `****`",
    ),
    "a parameter": (
        an_example("GET /?api_key=hush"),
        a_call("PUT /?api_key=sent"),
        "parameter `api_key`: saved `****`, sent `****`",
    ),
    "a value of JSON": (
        an_example("POST /", saved_body=json_body('{"user": {"password": "hush"}}')),
        sending('{"user": {"password": "sent"}}', "application/json", "POST /", x_mock_match_request_body="true"),
        "body $.user.password: saved `****`, sent `****`",
    ),
    "a field of a form": (
        an_example(
            "POST /", saved_body=Body(mode=BodyMode.URLENCODED, fields=(FormField(key="access_token", value="hush"),))
        ),
        sending(
            "access_token=sent",
            "application/x-www-form-urlencoded",
            "POST /",
            x_mock_match_request_body="true",
        ),
        "body field `access_token`: saved `****`, sent `****`",
    ),
}


@pytest.mark.parametrize(("example", "call", "difference"), SECRETS.values(), ids=SECRETS.keys())
def test_what_is_secret_by_its_name_is_not_told(example: Example, call: Call, difference: str) -> None:
    explanation = explain(call, an_index(example))

    assert difference == nearest_of(explanation)[1][-1]
    assert "hush" not in "".join(texts_of(explanation))


def test_headers_and_bodies_that_had_to_be_equal_are_steps() -> None:
    saved = an_example("POST /users", saved_headers=[("X-Tenant", "a")], saved_body=json_body("[1]"))
    settings = MatchSettings(match_headers=("X-Tenant",), match_body=True)

    explanation = explain(sending("[1]", "application/json", x_tenant="a"), an_index(saved, settings=settings))

    assert ["headers +0: `x-tenant` as saved", "body +0: as saved"] == steps_of(explanation.chosen)[-2:]
    assert "rung 1 exact 100, query +10, headers x-tenant equal, body equal, total 110" == diagnostics(
        explanation.result
    )


def test_an_example_that_dropped_out_by_its_header_is_a_runner_up_that_tells_so() -> None:
    examples = [
        an_example("GET /users", id=tenant, name=tenant, saved_headers=[("X-Tenant", tenant)]) for tenant in ("a", "b")
    ]
    index = an_index(*examples, settings=MatchSettings(match_headers=("X-Tenant",)))

    assert [("a", "header `x-tenant`: saved `a`, sent `b`")] == gaps_of(explain(a_call(x_tenant="b"), index))


def test_huge_and_hostile_bodies_are_explained_in_time() -> None:
    saved = [json_body("[" * depth + "]" * depth) for depth in (100, 400)]
    saved += [json_body(json.dumps({f"key{n}": n for n in range(50_000)})), json_body("[" + "1," * 200_000 + "1]")]
    saved += [Body(mode=BodyMode.URLENCODED, fields=tuple(FormField(key=f"k{n}") for n in range(10_000)))]
    examples = [
        an_example("POST /users", id=f"{number}", saved_body=saved[number % len(saved)]) for number in range(100)
    ]
    index = an_index(*examples, settings=MatchSettings(match_body=True))
    for body in (
        "[" * 100_000,
        json.dumps({f"key{n}": str(n) for n in range(50_000)}),
        "[" + "1," * 200_000 + "2]",
        "\0",
    ):
        with soon():
            explanation = explain(sending(body, "application/json"), index)

        assert all(len(text) < 2_000 for text in texts_of(explanation))


def contradictions(explanation: Explanation) -> list[str]:
    """Return what an explanation says against the result that it explains."""
    match explanation.result:
        case Match(score=score, example=example):
            assert explanation.chosen is not None
            wrong = [] if explanation.chosen.example is example.example else ["another example"]
            wrong += ["another sum"] if not score.selector and explanation.chosen.total != score.total else []
            wrong += ["near misses"] if explanation.near_misses else []
            return wrong + [f"a better {each.example.id}" for each in explanation.runners_up if not each.gap]
        case NoMatch():
            fitting = [each for each in explanation.near_misses if not is_ruled_out(each)]
            return [f"{each.example.id} fits" for each in fitting] + (["chosen"] if explanation.chosen else [])


def is_ruled_out(contender: Contender) -> bool:
    return any(difference.step is not Step.PARAMETER for difference in contender.differences)


def oracles_others(world: World, call: Call, explanation: Explanation) -> set[str]:
    """Return the ids of all examples that, beside the chosen one, have a score by the oracle's word."""
    found = explanation.result
    if isinstance(found, NoMatch) or found.score.selector:
        return set()
    oracle = Oracle(world.collection, world.environment, world.settings)
    method = found.example.example.request.method
    same = [example for example in oracle.examples if example.request.method == method]
    scored = {str(example.id) for variant in range(2) for example, _ in oracle.scores(call, same, variant)}
    return scored - {str(found.example.example.id)}


def chosen_of(explanation: Explanation) -> tuple[str, float | None]:
    assert explanation.chosen is not None
    return explanation.chosen.example.name, explanation.chosen.total


def steps_of(contender: Contender | None) -> list[str]:
    return [f"{step.name} {step.points:+g}: {step.why}" for step in contender.steps] if contender else []


def gaps_of(explanation: Explanation) -> list[tuple[str, str]]:
    return [(each.example.name, each.gap) for each in explanation.runners_up]


def nearest_of(explanation: Explanation) -> tuple[str, list[str]]:
    nearest = explanation.near_misses[0]
    return nearest.example.name, [difference.text for difference in nearest.differences]


def ids_of(contenders: tuple[Contender, ...]) -> set[str]:
    return {str(each.example.id) for each in contenders}


def texts_of(explanation: Explanation) -> list[str]:
    contenders = [*explanation.runners_up, *explanation.near_misses]
    if explanation.chosen:
        contenders.append(explanation.chosen)
    differences = [difference.text for each in contenders for difference in each.differences]
    steps = [step.why for each in contenders for step in each.steps]
    return [
        diagnostics(explanation.result),
        *explanation.notes,
        *differences,
        *steps,
        *(each.gap for each in contenders),
    ]
