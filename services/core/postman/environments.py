"""Environments: the files that Postman's app exports and the objects of Postman's API ("Create an environment")."""

from collections.abc import Iterator

from services.core.errors import FieldViolation, InvalidInput
from services.core.ids import AccountId, EnvironmentId
from services.core.postman.document import JsonObject, JsonValue
from services.core.postman.environment import Environment
from services.core.postman.identity import id_in_file, mint_environment_id
from services.core.postman.recognition import open_environment
from services.core.postman.values import text_of
from services.core.postman.variables import read_variable, variable_to_json


def read_environment(document: bytes, *, account_id: AccountId) -> Environment:
    """Return the environment of a document, for the account that will own it.

    Raises TooLarge above 30 MB, and InvalidInput where the document is no environment, a file of globals included.
    """
    tree = open_environment(document)
    name = text_of(tree.get("name"))
    own = id_in_file(tree.get("id"))
    return Environment(
        id=mint_environment_id(account_id, name) if own is None else EnvironmentId(own),
        name=name,
        variables=tuple(read_variable(entry) for entry in _entries(tree.get("values"))),
    )


def environment_to_json(environment: Environment) -> JsonObject:
    """Return the environment as Postman's app exports it; `read_environment` reads the same from it."""
    return {
        "id": environment.id,
        "name": environment.name,
        "values": [variable_to_json(variable) for variable in environment.variables],
        "_postman_variable_scope": "environment",
    }


def _entries(values: JsonValue) -> Iterator[JsonObject]:
    """Yield the entries of `values`; raises InvalidInput naming each that is no object."""
    array = values if isinstance(values, list) else []
    wrong = [index for index, value in enumerate(array) if not isinstance(value, dict)]
    if wrong:
        remedy = "Write each variable as an object with key and value."
        raise InvalidInput(
            [FieldViolation(field=f"values[{index}]", problem="must be object", remedy=remedy) for index in wrong]
        )
    yield from (value for value in array if isinstance(value, dict))
