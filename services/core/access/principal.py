"""Who is calling: a user with a role in an account, or a service of the suite itself."""

from dataclasses import dataclass
from enum import IntEnum

from services.core.errors import PermissionDenied
from services.core.ids import NO_ACCOUNT, NO_USER, AccountId, UserId


class Role(IntEnum):
    """What a user may do in the account; a larger role includes the smaller ones."""

    VIEWER = 1
    EDITOR = 2
    ADMINISTRATOR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The caller of a service. A service has no account of its own: each of its calls names one."""

    account_id: AccountId = NO_ACCOUNT
    user_id: UserId = NO_USER
    role: Role = Role.VIEWER
    is_service: bool = False

    def require(self, role: Role) -> None:
        """Raise PermissionDenied where the caller's role is smaller than `role`."""
        if not self.is_service and self.role < role:
            raise PermissionDenied(f"This needs the role {role.name.lower()}; yours is {self.role.name.lower()}.")

    def require_service(self) -> None:
        """Raise PermissionDenied where the caller is a user."""
        if not self.is_service:
            raise PermissionDenied("Only the services of the suite may do this.")

    def account(self, named: int = 0) -> AccountId:
        """Return the account a call is about: a user's own; for a service, the one it names."""
        return AccountId(named) if self.is_service else self.account_id


SERVICE = Principal(role=Role.ADMINISTRATOR, is_service=True)
