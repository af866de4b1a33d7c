"""Variables: a text becomes what Postman's library makes of it, however its variables nest."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.core.ids import CollectionId, EnvironmentId
from services.core.postman.collection import Collection
from services.core.postman.environment import Environment
from services.core.postman.variables import read_variable
from services.core.rendering.template import substitute, variables_of
from tests.differential.differences import VARIABLE_DIFFERENCES, Difference
from tests.differential.sdk import Sdk

NAMES = ["a", "b", "c", " a", "A", "a.b", ""]
TEXTS = ["1", "x{{b}}", "{{c}}", "{{a}}", "{{", "}}", "", "{{ a}}", "é", "\ud83d", "\0"]
VALUES = [*TEXTS, 5, 0, -0.0, 1.5, 1e21, 1e-7, 10**20, True, False, None, [1, [2, None]], {"a": 1}]
PIECES = [
    "{{a}}",
    "{{b}}",
    "{{c}}",
    "{{ a}}",
    "{{A}}",
    "{{a{{b}}}}",
    "{{{a}}}",
    "{{a.b}}",
    "{{}}",
    "{{",
    "}}",
    "x",
    "\n",
]
TYPES = ["string", "number", "boolean", "any", "secret", "default", "text", "Number"]

FIELDS = {"value": st.sampled_from(VALUES)}
SWITCHES = {
    "type": st.sampled_from(TYPES),
    "disabled": st.booleans(),
    "enabled": st.booleans(),
}
VARIABLES = st.one_of(
    *(
        st.fixed_dictionaries({name: st.sampled_from(NAMES), **FIELDS}, optional=SWITCHES)
        for name in ("key", "key", "id")
    ),
    st.fixed_dictionaries({"key": st.sampled_from(NAMES)}, optional=SWITCHES),
)
SCOPES = st.lists(VARIABLES, max_size=4)


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.lists(st.sampled_from(PIECES), max_size=5).map("".join),
    environment=SCOPES,
    collection=SCOPES,
)
def test_variables_are_replaced_as_postman_replaces_them_but_for_the_table(
    sdk: Sdk, text: str, environment: list[Any], collection: list[Any]
) -> None:
    scopes = [[rewritten(variable) for variable in scope] for scope in (environment, collection)]

    assert sdk.ask("substitute", text=text, scopes=scopes) == replaced(text, environment, collection)


@pytest.mark.parametrize("depth", [18, 19, 20, 25])
def test_nesting_ends_where_postman_ends_it(sdk: Sdk, depth: int) -> None:
    chain = [{"key": str(link), "value": f"{{{{{link + 1}}}}}"} for link in range(depth)]

    assert sdk.ask("substitute", text="{{0}}", scopes=[chain, []]) == replaced("{{0}}", chain, [])
    assert f"{{{{{min(depth, 19)}}}}}" == replaced("{{0}}", chain, [])


@pytest.mark.parametrize("difference", VARIABLE_DIFFERENCES, ids=lambda difference: str(difference.ours))
def test_each_difference_is_what_the_table_says(sdk: Sdk, difference: Difference) -> None:
    ours = replaced("{{a}}", [difference.example], [])
    written = difference.rewrite(difference.example, {})

    assert difference.example != written
    assert sdk.ask("substitute", text="{{a}}", scopes=[[written], []]) == ours
    assert sdk.ask("substitute", text="{{a}}", scopes=[[difference.example], []]) != ours


def rewritten(variable: Any) -> Any:
    for difference in VARIABLE_DIFFERENCES:
        variable = difference.rewrite(variable, {})
    return variable


def replaced(text: str, environment: list[Any], collection: list[Any]) -> str:
    variables = variables_of(
        Collection(
            id=CollectionId("c"), name="", schema_version="2.1", variables=tuple(map(read_variable, collection))
        ),
        Environment(id=EnvironmentId("e"), name="", variables=tuple(map(read_variable, environment))),
    )
    return substitute(text, variables)
