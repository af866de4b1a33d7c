"""`understudy accounts` and `understudy users`: who owns things, and who acts for the owner."""

import uuid
from enum import Enum
from typing import Annotated

import typer

from services.cli.commands import Session, client_command
from services.cli.output import Column, time_text
from services.core.access.accounts import Account, User
from services.core.access.principal import Role

accounts = typer.Typer(help="Accounts: each owns its collections, environments and mocks.", no_args_is_help=True)
users = typer.Typer(help="Users: people and programs that act for an account.", no_args_is_help=True)

ACCOUNT_COLUMNS = (
    Column[Account]("NUMBER", lambda account: str(account.id)),
    Column[Account]("NAME", lambda account: account.name),
    Column[Account]("CREATED", lambda account: time_text(account.create_time)),
)

USER_COLUMNS = (
    Column[User]("NUMBER", lambda user: str(user.id)),
    Column[User]("USERNAME", lambda user: user.username),
    Column[User]("ROLE", lambda user: user.role.name.lower()),
    Column[User]("NAME", lambda user: user.full_name),
    Column[User]("EMAIL", lambda user: user.email),
    Column[User]("ACCOUNT", lambda user: str(user.account_id)),
)


class RoleName(Enum):
    """The roles, as they are written on the command line."""

    VIEWER = "viewer"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"

    @property
    def role(self) -> Role:
        """Return the role of that name."""
        return Role[self.name]


AccountNumber = Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the account.")]
UserNumber = Annotated[int, typer.Argument(metavar="NUMBER", help="Number of the user.")]


@client_command(accounts, "list")
async def list_accounts(session: Session) -> None:
    """List the accounts you may see."""
    found = [account async for account in session.understudy.registry.list_accounts()]
    session.output.things(found, ACCOUNT_COLUMNS, none="There is no account that you may see.")


@client_command(accounts, "create")
async def create_account(session: Session, name: Annotated[str, typer.Argument(help="The account's name.")]) -> None:
    """Make an account."""
    account = await session.understudy.registry.create_account(name, request_id=str(uuid.uuid4()))
    session.output.thing(account, ACCOUNT_COLUMNS)


@client_command(accounts, "update")
async def update_account(
    session: Session, number: AccountNumber, *, name: Annotated[str, typer.Option(help="The new name.")]
) -> None:
    """Rename an account."""
    session.output.thing(await session.understudy.registry.update_account(number, name=name), ACCOUNT_COLUMNS)


@client_command(users, "list")
async def list_users(
    session: Session,
    *,
    account: Annotated[int, typer.Option(metavar="NUMBER", help="The account. Left out: your own.")] = 0,
) -> None:
    """List an account's users."""
    found = [user async for user in session.understudy.registry.list_users(account)]
    session.output.things(found, USER_COLUMNS, none="There is no user that you may see.")


@client_command(users, "create")
async def create_user(  # noqa: PLR0913 -- each is an option of the command
    session: Session,
    username: Annotated[str, typer.Argument(help="A short name, unique in the account.")],
    *,
    role: Annotated[RoleName, typer.Option(help="What the user may do.")] = RoleName.EDITOR,
    full_name: Annotated[str, typer.Option(help="The name for people.")] = "",
    email: Annotated[str, typer.Option(help="The address.")] = "",
    account: Annotated[int, typer.Option(metavar="NUMBER", help="The account. Left out: your own.")] = 0,
) -> None:
    """Make a user; `understudy keys create --user NUMBER` gives the user a key."""
    user = await session.understudy.registry.create_user(
        username, role=role.role, full_name=full_name, email=email, account_id=account, request_id=str(uuid.uuid4())
    )
    session.output.thing(user, USER_COLUMNS)


@client_command(users, "update")
async def update_user(  # noqa: PLR0913 -- each is an option of the command
    session: Session,
    number: UserNumber,
    *,
    username: Annotated[str | None, typer.Option(help="The new short name.")] = None,
    role: Annotated[RoleName | None, typer.Option(help="What the user may do.")] = None,
    full_name: Annotated[str | None, typer.Option(help="The name for people.")] = None,
    email: Annotated[str | None, typer.Option(help="The address.")] = None,
) -> None:
    """Change a user; what is not named stays as it is."""
    user = await session.understudy.registry.update_user(
        number, username=username, full_name=full_name, email=email, role=role.role if role else None
    )
    session.output.thing(user, USER_COLUMNS)


@client_command(users, "delete")
async def delete_user(session: Session, number: UserNumber) -> None:
    """Delete a user; the user's keys are revoked."""
    await session.understudy.registry.delete_user(number)
    session.output.done(f"Deleted the user {number}.", deleted=number)
