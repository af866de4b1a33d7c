"""Who calls ("Get authenticated user")."""

from collections.abc import Mapping

from services.core.access.accounts import Account, User
from services.core.access.principal import Role
from services.core.postman.document import JsonObject
from services.gateway.postman_api.api_call import ApiCall

ROLES: Mapping[Role, tuple[str, ...]] = {
    Role.VIEWER: ("user",),
    Role.EDITOR: ("user",),
    Role.ADMINISTRATOR: ("admin", "user"),
}
"""Postman knows administrators and users of a team; who may only view is told by each refused write."""


async def get_me(call: ApiCall) -> JsonObject:
    """Return the caller and the account, which is what Postman calls a team."""
    user, account = await call.suite.registry.get_caller()
    return {"user": user_json(user, account), "operations": []}


def user_json(user: User, account: Account) -> JsonObject:
    """Return a user in Postman's form; ids are numbers here, and text everywhere else."""
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "fullName": user.full_name,
        "avatar": None,
        "isPublic": False,
        "teamId": account.id,
        "teamName": account.name,
        "teamDomain": "",
        "roles": [*ROLES[user.role]],
    }
