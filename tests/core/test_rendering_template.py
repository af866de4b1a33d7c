"""Variables in text: tokens, nesting, who defines a name, and gaps for captures."""

from dataclasses import replace

import pytest

from services.core.rendering.template import MAX_PASSES, substitute, variables_of
from services.core.rendering.tokens import compile_template
from tests.core.chance import an_occasion
from tests.core.nouns import a_collection, an_environment, an_example, variables_from

VARIABLES = {
    "a": "1",
    "b": "{{a}}",
    " c ": "blanks",
    "": "nameless",
    "name": "a",
    "zero": "0",
    "$guid": "shadowed",
    "open": "{{",
    "close": "}}",
    "self": "{{self}}",
    "x1": "found",
}

SUBSTITUTIONS = (
    ("", ""),
    ("no token", "no token"),
    ("{{a}}", "1"),
    ("<{{a}}|{{a}}>", "<1|1>"),
    ("{{b}}", "1"),
    ("{{unknown}}", "{{unknown}}"),
    ("{{ a }}", "{{ a }}"),
    ("{{ c }}", "blanks"),
    ("{{}}", "nameless"),
    ("{{zero}}", "0"),
    ("{{{{name}}}}", "1"),
    ("{{x{{a}}}}", "found"),
    ("{{x{{unknown}}}}", "{{x{{unknown}}}}"),
    ("{{{a}}}", "{1}"),
    ("{{a}", "{{a}"),
    ("{a}", "{a}"),
    ("{{a{{", "{{a{{"),
    ("{{$guid}}", "shadowed"),
    ("{{$timestamp}}", "{{$timestamp}}"),
    ("{{open}}a{{close}}", "1"),
    ("{{self}}", "{{self}}"),
    ("{{a\nb}}", "{{a\nb}}"),
    ("\ud800{{a}}\udfff", "\ud8001\udfff"),
)


@pytest.mark.parametrize(("text", "expected"), SUBSTITUTIONS)
def test_tokens_are_replaced_until_nothing_is_left_to_replace(text: str, expected: str) -> None:
    assert expected == substitute(text, VARIABLES)


def test_a_text_is_gone_over_nineteen_times_at_most() -> None:
    chain = {f"v{n}": f"{{{{v{n + 1}}}}}" for n in range(30)}

    assert "{{v19}}" == substitute("{{v0}}", chain)
    assert 19 == MAX_PASSES


def test_a_pass_that_would_make_the_text_too_long_is_not_made() -> None:
    doubling = {"v": "{{v}}{{v}}"}

    assert "{{v}}" * 4 == substitute("{{v}}", doubling, max_growth=20)


def test_hidden_names_are_unknown() -> None:
    assert "{{a}} 1" == substitute("{{b}} {{x}}", {"a": "0", "b": "{{a}}", "x": "1"}, hidden={"a"})


def test_the_environment_goes_before_the_collection() -> None:
    collection = a_collection(an_example(), host="collection", stage="test")

    assert {"host": "environment", "stage": "test"} == variables_of(collection, an_environment(host="environment"))


def test_of_a_name_defined_twice_the_last_that_is_enabled_counts() -> None:
    first, second, third = variables_from({"a": "1", "b": "2", "c": "3"})
    same = (first, replace(second, key="a"), replace(third, key="a", is_enabled=False))
    collection = replace(a_collection(an_example()), variables=same)

    assert {"a": "2"} == variables_of(collection)


def test_a_disabled_variable_of_the_environment_hides_nothing() -> None:
    environment = an_environment(host="environment")
    disabled = replace(environment, variables=(replace(environment.variables[0], is_enabled=False),))

    assert {"host": "collection"} == variables_of(a_collection(an_example(), host="collection"), disabled)


GAPS = (
    # text, captures, filled
    ("{{id}}", {"id": "7"}, "7"),
    ("a{{id}}b{{id}}c", {"id": "7"}, "a7b7c"),
    ("{{id}}{{other}}", {"id": "7"}, "7{{other}}"),
    ("{{a}}", {"a": "captured"}, "captured"),
    ("{{b}}", {"a": "captured"}, "captured"),
    ("{{id}}", {"id": "{{a}}"}, "{{a}}"),
    ("{{{{id}}}}", {"id": "a"}, "{{a}}"),
    ("{{x{{id}}}}", {"id": "1"}, "{{x1}}"),
    ("{{id}}{{id}}", {"id": ""}, ""),
    ('{"id": {{id}}}', {"id": '"'}, '{"id": "}'),
    ("{{$guid}}", {"$guid": "sent"}, "sent"),
)


@pytest.mark.parametrize(("text", "captures", "filled"), GAPS)
def test_captures_go_before_variables_and_are_never_looked_at_again(
    text: str, captures: dict[str, str], filled: str
) -> None:
    assert filled == compile_template(text, VARIABLES, captures).fill(an_occasion(captures=captures))


def test_a_text_without_gaps_is_static() -> None:
    static, open_ = (compile_template(text, VARIABLES, {"id"}) for text in ("{{a}} {{unknown}}", "{{id}}"))

    assert static.is_static
    assert not open_.is_static
