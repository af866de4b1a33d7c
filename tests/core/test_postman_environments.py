"""Environments: both forms in which they travel, and what is refused."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.core.errors import InvalidInput, TooLarge
from services.core.ids import AccountId, EnvironmentId
from services.core.postman.environment import Environment
from services.core.postman.environments import environment_to_json, read_environment
from services.core.postman.recognition import MAX_ENVIRONMENT_BYTES
from services.core.postman.variable import Variable
from tests.builders import a_collection, an_environment, document

ACCOUNT = AccountId(7)


def read(tree: Any) -> Environment:
    return read_environment(document(tree), account_id=ACCOUNT)


@pytest.mark.parametrize("wrap", [lambda tree: tree, lambda tree: {"environment": tree}], ids=["file", "API"])
def test_the_apps_file_and_the_apis_object_read_the_same(wrap: Any) -> None:
    environment = read(wrap(an_environment({"host": "x.y", "port": 80, "secure": False}, id="e")))

    assert (
        Environment(
            id=EnvironmentId("e"),
            name="Staging",
            variables=(
                Variable(key="host", value="x.y"),
                Variable(key="port", value="80"),
                Variable(key="secure", value="false"),
            ),
        )
        == environment
    )


def test_variables_take_part_unless_switched_off_and_keep_order_and_duplicates() -> None:
    environment = read(
        an_environment(
            values=[
                {"key": "a", "value": "1"},
                {"key": "a", "value": "2", "enabled": False, "type": "secret"},
                {"key": "b", "value": "3", "disabled": True, "type": "any"},
                {"key": "c", "value": None, "enabled": True, "description": "Sea"},
                {"value": "nameless"},
            ]
        )
    )

    assert (
        Variable(key="a", value="1"),
        Variable(key="a", value="2", type="secret", is_enabled=False),
        Variable(key="b", value="3", type="any", is_enabled=False),
        Variable(key="c", value="null", description="Sea"),
        Variable(key="", value="nameless"),
    ) == environment.variables


def test_an_environment_without_an_id_gets_one_from_account_and_name() -> None:
    def id_of(name: str, account_id: int) -> str:
        return read_environment(document(an_environment(id=None, name=name)), account_id=AccountId(account_id)).id

    assert id_of("Staging", 7) == id_of("Staging", 7)
    assert 3 == len({id_of("Staging", 7), id_of("Staging", 8), id_of("Live", 7)})
    assert 5 == UUID(id_of("Staging", 7)).version


VARIABLES = st.builds(
    Variable,
    key=st.text(max_size=5),
    value=st.text(max_size=5),
    type=st.sampled_from(["default", "secret"]),
    is_enabled=st.booleans(),
    description=st.text(max_size=3),
)


@given(
    environment=st.builds(
        Environment,
        id=st.uuids().map(lambda id_: EnvironmentId(str(id_))),
        name=st.text(max_size=5),
        variables=st.lists(VARIABLES, max_size=3).map(tuple),
    )
)
def test_an_environment_that_is_written_reads_as_the_same(environment: Environment) -> None:
    assert environment == read(environment_to_json(environment))


@pytest.mark.parametrize(
    ("tree", "problems"),
    [
        ([], [": must be object"]),
        ({}, [": must have required property 'name'", ": must have required property 'values'"]),
        ({"values": []}, [": must have required property 'name'"]),
        ({"name": None, "values": {}}, ["name: must be string", "values: must be array"]),
        ({"name": "x", "values": [{}, 5, None]}, ["values[1]: must be object", "values[2]: must be object"]),
        (a_collection(), ["document: is a collection, not an environment."]),
        ({"collection": a_collection()}, ["document: is a collection, not an environment."]),
        ({"id": "x", "requests": [], "order": []}, ["document: is a collection, not an environment."]),
        (
            an_environment(_postman_variable_scope="globals"),
            ["document: is a file of global variables, which mocks never use."],
        ),
    ],
)
def test_a_file_that_is_no_environment_is_refused_by_what_it_is(tree: Any, problems: list[str]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read(tree)

    assert problems == [f"{violation.field}: {violation.problem}" for violation in refusal.value.violations]
    assert all(violation.remedy for violation in refusal.value.violations)


def test_an_environment_over_30_mb_is_refused() -> None:
    with pytest.raises(TooLarge, match="up to 30 MB are accepted"):
        read_environment(b" " * (MAX_ENVIRONMENT_BYTES + 1), account_id=ACCOUNT)
