"""Variables of collections: the text that is inserted for a value, and what takes part."""

from typing import Any

import pytest

from services.core.ids import AccountId
from services.core.postman.reader import CollectionReading, read_collection
from services.core.postman.report import FindingKind
from services.core.postman.variable import Variable
from tests.builders import (
    a_collection,
    document,
)

ACCOUNT = AccountId(7)


def read(*items: Any, **fields: Any) -> CollectionReading:
    return read_collection(document(a_collection(*items, **fields)), account_id=ACCOUNT)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        ("", ""),
        (0, "0"),
        (-7, "-7"),
        (12345678901234567890123, "12345678901234567890123"),
        (1.5, "1.5"),
        (2.0, "2"),
        (-0.0, "0"),
        (0.1, "0.1"),
        (0.00001, "0.00001"),
        (1.5e-6, "0.0000015"),
        (1e-7, "1e-7"),
        (1.25e-10, "1.25e-10"),
        (1e16, "10000000000000000"),
        (1e21, "1e+21"),
        (-1.5e300, "-1.5e+300"),
        (True, "true"),
        (False, "false"),
        (None, "null"),
        ({"a": 1}, "[object Object]"),
        ([1, "b", None, [True]], "1,b,,true"),
    ],
)
def test_a_variables_value_is_the_text_that_javascript_makes_of_it(value: Any, text: str) -> None:
    assert [text] == [variable.value for variable in read(variables={"x": value}).collection.variables]


def test_variables_keep_their_order_their_duplicates_and_what_is_switched_off() -> None:
    reading = read(
        variable=[
            {"key": "a", "value": "1", "type": "string"},
            {"id": "b", "value": "2", "description": {"content": "Bee", "type": "text/plain"}},
            {"key": "a", "value": "3", "disabled": True, "type": None},
            {"key": "c", "description": "Sea"},
        ]
    )

    assert (
        Variable(key="a", value="1", type="string"),
        Variable(key="b", value="2", description="Bee"),
        Variable(key="a", value="3", is_enabled=False),
        Variable(key="c", value="", description="Sea"),
    ) == reading.collection.variables


def test_variables_may_be_a_plain_map() -> None:
    assert (Variable(key="a", value="1"),) == read(variable={"a": 1}).collection.variables


@pytest.mark.parametrize(
    ("variable", "pointer"), [(5, "/variable"), ("a=1", "/variable"), ([5], "/variable/0"), ([None], "/variable/0")]
)
def test_variables_that_are_none_are_left_out_with_a_warning(variable: Any, pointer: str) -> None:
    reading = read(variable=variable)

    assert () == reading.collection.variables
    assert [(FindingKind.WARNING, pointer)] == [(finding.kind, finding.pointer) for finding in reading.report.findings]
