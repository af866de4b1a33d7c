"""`understudy migrate` with an owner's rights alone: roles, their passwords and grants, waiting, two at once.

The owner is no superuser, as those of managed databases are not; what it may do with roles differs before and since
PostgreSQL 16, so that servers on both sides are asked.
"""

import asyncio
import secrets
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from services.runtime.embedded import start_embedded
from tests.services.cli.command import Ran, run

SERVICES = ("catalog", "registry", "calllog")

ASK_EVERYBODY_ELSE = "local all postgres trust\nlocal all all scram-sha-256\n"
"""The embedded server trusts everybody by itself, as nobody but its own user reaches its socket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """A database of an owner who may create roles, with role names that no other test uses."""

    superuser_url: str
    url: str
    mark: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    @property
    def environment(self) -> dict[str, str]:
        """Return what tells `migrate` about owner and roles."""
        roles = {f"{service.upper()}_DATABASE_USER": self.role(service) for service in SERVICES}
        environment = {"UNDERSTUDY_DATABASE_URL": self.url, **roles}
        for service in SERVICES:
            environment |= password_of(service, f"it's {service}'s")
        return environment

    def role(self, service: str) -> str:
        """Return the name of a service's role: one that must be quoted."""
        return f"{service} Of {self.mark}"

    def migrate(self, *options: str, **environment: str) -> Ran:
        """Run `understudy migrate --create-roles`."""
        return run("migrate", "--create-roles", *options, **{**self.environment, **environment})

    def as_role(self, service: str, password: str = "") -> str:
        """Return the URL of the database by a service's role."""
        url = make_url(self.url).set(username=self.role(service), password=password or f"it's {service}'s")
        return url.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def since_16() -> Iterator[str]:
    """Return the superuser's URL of a PostgreSQL since 16 that asks everybody else for a password.

    It lies outside of pytest's own folder, which every other run of pytest closes to PostgreSQL's user.
    """
    with tempfile.TemporaryDirectory(prefix="understudy-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        data = Path(folder) / "postgres"
        server = start_embedded(data)
        try:
            (data / "pg_hba.conf").write_text(ASK_EVERYBODY_ELSE)
            asyncio.run(execute(server.get_uri(), "SELECT pg_reload_conf()"))
            yield server.get_uri()
        finally:
            server.stop()


@pytest.fixture(params=["postgres_url", "since_16"])
def superuser_url(request: pytest.FixtureRequest) -> str:
    """Return the superuser's URL of one server and of the other, which both ask for passwords."""
    url = str(request.getfixturevalue(request.param))
    if request.param == "postgres_url" and "host" in make_url(url).query:
        pytest.skip("where no Docker engine answers, this server is embedded and takes every password")
    return url


@pytest.fixture
def owned(superuser_url: str) -> Iterator[Owned]:
    """Return the database of an owner, which is gone afterwards with all its roles."""
    name, password = f"owned_{uuid.uuid4().hex}", secrets.token_hex(8)
    asyncio.run(execute(superuser_url, f"CREATE ROLE {name} LOGIN CREATEROLE PASSWORD '{password}'"))
    asyncio.run(execute(superuser_url, f"CREATE DATABASE {name} OWNER {name}"))
    url = make_url(superuser_url).set(username=name, password=password, database=name)
    owned = Owned(superuser_url=superuser_url, url=url.render_as_string(hide_password=False))
    yield owned
    asyncio.run(execute(superuser_url, f"DROP DATABASE {name} WITH (FORCE)"))
    for role in (*map(owned.role, SERVICES), name):
        asyncio.run(execute(superuser_url, f'DROP ROLE IF EXISTS "{role}"'))


def test_roles_are_created_may_log_in_and_use_what_is_theirs_alone(owned: Owned) -> None:
    ran = owned.migrate()

    assert ran.code == 0, ran.errors
    assert f"Created the roles {', '.join(map(owned.role, SERVICES))}." == ran.output.splitlines()[0]
    assert asyncio.run(execute(owned.as_role("catalog"), "SELECT count(*) FROM catalog.collections")) == 0
    assert asyncio.run(execute(owned.as_role("registry"), "SELECT count(*) FROM registry.mocks")) == 0
    assert asyncio.run(execute(owned.as_role("calllog"), "SELECT count(*) FROM calllog.entries")) == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        asyncio.run(execute(owned.as_role("catalog"), "SELECT count(*) FROM registry.mocks"))


def test_a_second_run_changes_nothing_and_says_so(owned: Owned) -> None:
    first, second = owned.migrate(), owned.migrate("--json")

    assert (0, 0) == (first.code, second.code), first.errors + second.errors
    assert {"roles": [], "catalog": [], "registry": [], "calllog": []} == second.json


def test_a_new_password_is_given_to_the_role_that_this_owner_created(owned: Owned) -> None:
    first, second = owned.migrate(), owned.migrate(**password_of("catalog", "another"))

    assert (0, 0) == (first.code, second.code), first.errors + second.errors
    assert asyncio.run(execute(owned.as_role("catalog", "another"), "SELECT 1")) == 1
    with pytest.raises(asyncpg.InvalidPasswordError):
        asyncio.run(execute(owned.as_role("catalog"), "SELECT 1"))


def test_a_role_that_somebody_else_made_is_left_alone_where_it_takes_the_password(owned: Owned) -> None:
    create = f"""CREATE ROLE "{owned.role("catalog")}" LOGIN PASSWORD 'it''s catalog''s'"""
    asyncio.run(execute(owned.superuser_url, create))

    ran = owned.migrate()

    assert ran.code == 0, ran.errors
    assert owned.role("catalog") not in ran.output
    assert asyncio.run(execute(owned.as_role("catalog"), "SELECT count(*) FROM catalog.schema_version")) == 1


def test_a_role_of_somebody_else_with_another_password_is_set_or_where_that_is_forbidden_explained(
    owned: Owned,
) -> None:
    asyncio.run(execute(owned.superuser_url, f"""CREATE ROLE "{owned.role("catalog")}" LOGIN PASSWORD 'other'"""))
    version = int(str(asyncio.run(execute(owned.superuser_url, "SHOW server_version_num"))))

    ran = owned.migrate()

    if version < 160_000:
        assert ran.code == 0, ran.errors
        assert asyncio.run(execute(owned.as_role("catalog"), "SELECT 1")) == 1
    else:
        assert ran.code == 1
        assert f"may not set the password of the role '{owned.role('catalog')}'" in ran.errors
        assert "or set it yourself" in ran.errors


def test_a_role_may_connect_where_not_everybody_may(owned: Owned) -> None:
    database = make_url(owned.url).database
    asyncio.run(execute(owned.superuser_url, f"REVOKE CONNECT ON DATABASE {database} FROM public"))

    ran = owned.migrate()

    assert ran.code == 0, ran.errors
    assert asyncio.run(execute(owned.as_role("calllog"), "SELECT 1")) == 1


def test_an_owner_who_may_not_create_roles_is_told_what_to_do(owned: Owned) -> None:
    asyncio.run(execute(owned.superuser_url, f"ALTER ROLE {make_url(owned.url).username} NOCREATEROLE"))

    ran = owned.migrate()

    assert ran.code == 1
    assert f"Error: The database's owner may not create the role '{owned.role('catalog')}'" in ran.errors
    assert "leave --create-roles out" in ran.errors
    assert "Traceback" not in ran.errors


def test_each_missing_password_is_named(owned: Owned) -> None:
    ran = run("migrate", "--create-roles", UNDERSTUDY_DATABASE_URL=owned.url, **password_of("catalog", "there"))

    assert ran.code == 1
    assert [
        "Error: REGISTRY_DATABASE_PASSWORD: is missing. --create-roles gives it to the service's role.",
        "Error: CALLLOG_DATABASE_PASSWORD: is missing. --create-roles gives it to the service's role.",
    ] == ran.errors.splitlines()


def test_roles_that_exist_are_granted_what_they_need_without_being_asked_to_be_created(owned: Owned) -> None:
    asyncio.run(execute(owned.superuser_url, f"""CREATE ROLE "{owned.role("registry")}" LOGIN PASSWORD 'x'"""))

    ran = run("migrate", "registry", **owned.environment)

    assert ran.code == 0, ran.errors
    assert asyncio.run(execute(owned.as_role("registry", "x"), "SELECT count(*) FROM registry.mocks")) == 0


def test_the_owner_may_be_told_in_parts(owned: Owned) -> None:
    url = make_url(owned.url)
    parts = {
        "HOST": url.host or str(url.query["host"]),
        "PORT": str(url.port or 5432),
        "NAME": str(url.database),
        "USER": str(url.username),
        "PASSWORD": str(url.password),
    }

    ran = run("migrate", "catalog", **{f"UNDERSTUDY_DATABASE_{name}": value for name, value in parts.items()})

    assert ran.code == 0, ran.errors


async def test_two_at_once_are_harmless(owned: Owned) -> None:
    ran = await asyncio.gather(*(asyncio.to_thread(owned.migrate) for _ in range(2)))

    assert [0, 0] == [each.code for each in ran], [each.errors for each in ran]
    assert 1 == sum("Created the roles" in each.output for each in ran)
    assert 1 == sum("catalog   up to date" in each.output for each in ran)


async def test_a_database_that_is_starting_is_waited_for(owned: Owned) -> None:
    async with late_proxy(owned.url, refused=2) as (url, connections):
        ran = await asyncio.to_thread(owned.migrate, "--wait", "60", UNDERSTUDY_DATABASE_URL=url)

    assert ran.code == 0, ran.errors
    assert len(connections) > 2


def test_without_patience_a_database_that_is_away_is_said_to_be_away(owned: Owned) -> None:
    away = make_url(owned.url).set(host="127.0.0.1", port=1).render_as_string(hide_password=False)

    ran = owned.migrate(UNDERSTUDY_DATABASE_URL=away.partition("?")[0])

    assert (
        1,
        "Error: The database cannot be reached: Connection refused. Check its URL, or host and port.\n",
    ) == (
        ran.code,
        ran.errors,
    )


def test_the_services_names_are_the_names_of_their_roles(since_16: str) -> None:
    passwords = {service: secrets.token_hex(8) for service in SERVICES}
    environment = {"UNDERSTUDY_DATABASE_URL": since_16, "UNDERSTUDY_CREATE_ROLES": "true"}
    for service, password in passwords.items():
        environment |= password_of(service, password)

    ran = run("migrate", **environment)

    assert ran.code == 0, ran.errors
    assert "Created the roles catalog, registry, calllog.\n" in ran.output
    as_catalog = (
        make_url(since_16).set(username="catalog", password=passwords["catalog"]).render_as_string(hide_password=False)
    )
    assert asyncio.run(execute(as_catalog, "SELECT count(*) FROM catalog.collections")) == 0


def password_of(service: str, password: str) -> dict[str, str]:
    return {f"{service.upper()}_DATABASE_PASSWORD": password}


@asynccontextmanager
async def late_proxy(url: str, *, refused: int) -> AsyncIterator[tuple[str, Sequence[int]]]:
    """Yield a URL that leads to a database once so many connections were cut, and the numbers of the connections."""
    parsed = make_url(url)
    connections: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(len(connections))
        if len(connections) > refused:
            there = await (
                asyncio.open_connection(parsed.host, parsed.port)
                if parsed.host
                else asyncio.open_unix_connection(Path(str(parsed.query["host"])) / ".s.PGSQL.5432")
            )
            await asyncio.gather(copied(reader, there[1]), copied(there[0], writer))
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        proxied = parsed.set(host="127.0.0.1", port=port, query={"sslmode": "disable"})
        yield proxied.render_as_string(hide_password=False), connections


async def copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def execute(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()
