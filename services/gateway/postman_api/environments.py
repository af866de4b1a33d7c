"""Environments ("Get all environments", "Create an environment", "Get …", "Replace …", "Delete an environment").

`workspace` is accepted and has no effect: everything lies in the account's one space.
"""

from dataclasses import replace

from services.core.catalog import StoredEnvironment
from services.core.errors import InvalidInput
from services.core.ids import NO_ACCOUNT, EnvironmentId, uid_of
from services.core.postman.document import JsonObject, write_json
from services.core.postman.environment import Environment
from services.core.postman.environments import read_environment
from services.core.postman.identity import id_in_file
from services.core.postman.variable import Variable
from services.gateway.postman_api.api_call import ApiCall
from services.gateway.postman_api.bodies import MAXIMUM_ENVIRONMENT_BODY, read_environment_body
from services.gateway.postman_api.fields import UNSTORABLE
from services.gateway.postman_api.times import stamp
from services.gateway.postman_api.turns import in_thread


async def list_environments(call: ApiCall) -> JsonObject:
    """Return the account's environments by name."""
    return {"environments": [_listed_json(each) async for each in call.suite.catalog.list_environments()]}


async def create_environment(call: ApiCall) -> JsonObject:
    """Store a new environment; one without an id gets a random one, so that it is new however it is called."""
    tree = await _tree(call)
    environment = await in_thread(lambda: _environment_of(tree))
    if id_in_file(tree.get("id")) is None:
        environment = replace(environment, id=EnvironmentId(call.new_id()))
    stored = await call.suite.catalog.create_environment(environment, request_id=call.new_id())
    return {"environment": _identity_json(stored)}


async def get_environment(call: ApiCall, environment_id: str) -> JsonObject:
    """Return an environment with its variables."""
    stored = await call.suite.catalog.get_environment(environment_id)
    return {"environment": _environment_json(stored)}


async def replace_environment(call: ApiCall, environment_id: str) -> JsonObject:
    """Replace an environment's name and all its variables; a body without `values` leaves the variables alone."""
    tree = await _tree(call)
    environment = await in_thread(lambda: _environment_of(tree))
    stored = await call.suite.catalog.update_environment(
        environment_id, name=environment.name, variables=environment.variables if "values" in tree else None
    )
    return {"environment": _identity_json(stored)}


async def delete_environment(call: ApiCall, environment_id: str) -> JsonObject:
    """Remove an environment."""
    stored = await call.suite.catalog.get_environment(environment_id)
    await call.suite.catalog.delete_environment(stored.id)
    return {"environment": {"id": stored.id, "uid": uid_of(stored.account_id, stored.id)}}


async def _tree(call: ApiCall) -> JsonObject:
    sent = await call.read_body(MAXIMUM_ENVIRONMENT_BODY)
    return await in_thread(lambda: read_environment_body(sent))


def _environment_of(tree: JsonObject) -> Environment:
    """Return the environment that was sent; only its name is mandatory. Raises InvalidInput."""
    environment = read_environment(write_json({"values": [], **tree}), account_id=NO_ACCOUNT)
    if UNSTORABLE.search(environment.name):
        raise InvalidInput.of("name", "must not hold NUL or half of a surrogate pair")
    return environment


def _identity_json(stored: StoredEnvironment) -> JsonObject:
    return {"id": stored.id, "name": stored.name, "uid": uid_of(stored.account_id, stored.id)}


def _listed_json(stored: StoredEnvironment) -> JsonObject:
    return {
        "id": stored.id,
        "name": stored.name,
        "createdAt": stamp(stored.create_time),
        "updatedAt": stamp(stored.update_time),
        "owner": str(stored.account_id),
        "uid": uid_of(stored.account_id, stored.id),
        "isPublic": False,
    }


def _environment_json(stored: StoredEnvironment) -> JsonObject:
    return {
        "id": stored.id,
        "name": stored.name,
        "owner": str(stored.account_id),
        "createdAt": stamp(stored.create_time),
        "updatedAt": stamp(stored.update_time),
        "values": [_variable_json(variable) for variable in stored.variables],
        "isPublic": False,
    }


def _variable_json(variable: Variable) -> JsonObject:
    shown: JsonObject = {
        "key": variable.key,
        "value": variable.value,
        "enabled": variable.is_enabled,
        "type": variable.type,
    }
    return shown | ({"description": variable.description} if variable.description else {})
