"""Dynamic variables: the names are Postman's, no more and no fewer."""

from services.core.rendering.dynamic.variables import DYNAMIC_VARIABLES
from tests.differential.sdk import Sdk


def test_the_names_are_those_that_postman_knows(sdk: Sdk) -> None:
    assert sorted(sdk.ask("dynamic")) == sorted(DYNAMIC_VARIABLES)
    assert 118 == len(DYNAMIC_VARIABLES)
