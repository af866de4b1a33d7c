"""One suite for all tests of the gateway, as `up` puts it together; each test has an account of its own in it."""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import httpx
import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry

from services.cli.suite import SuiteSettings, running_suite
from services.client import Targets, Understudy, connect
from services.core.access.accounts import Account, User
from services.core.access.principal import Role
from services.wire.authentication import credentials_of, service_credentials
from tests.ports import free_port
from tests.postgres import cloned_databases

ADMINISTRATOR_KEY = "USK-the-administrator-of-the-gateway-tests"
SERVICE_TOKEN = "the token of the gateway's tests"  # noqa: S105 -- it guards servers on loopback for a moment

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Caller:
    """Somebody with a key, and the API as they see it."""

    user: User
    account: Account
    key: str
    api: httpx.AsyncClient


@dataclass(frozen=True)
class House:
    """A running suite: its gateway, and who may make accounts in it."""

    gateway_url: str
    grpc_target: str
    administrator: Understudy
    clients: AsyncExitStack = field(repr=False)

    async def newcomer(self, role: Role = Role.EDITOR) -> Caller:
        """Return a caller in an account of their own."""
        account = await self.administrator.registry.create_account(f"Account {next(_numbers)}")
        return await self.colleague(account, role)

    async def colleague(self, account: Account, role: Role = Role.EDITOR) -> Caller:
        """Return another caller in the account."""
        registry = self.administrator.registry
        name = f"user-{next(_numbers)}"
        user = await registry.create_user(
            name, role=role, full_name="Ada L", email="ada@example.org", account_id=account.id
        )
        _, key = await registry.create_api_key(name, user_id=user.id)
        api = httpx.AsyncClient(base_url=self.gateway_url, headers={"x-api-key": key}, timeout=60)
        return Caller(user, account, key, await self.clients.enter_async_context(api))

    def as_service(self) -> Understudy:
        """Return the services as one of the suite sees them."""
        return self.administrator.acting_as(service_credentials(SERVICE_TOKEN))

    def as_caller(self, caller: Caller) -> Understudy:
        """Return the services as a caller sees them over gRPC."""
        return self.administrator.acting_as(credentials_of(caller.key))


@pytest.fixture(scope="package")
def database_urls(postgres_url: str) -> Iterator[dict[str, str]]:
    with cloned_databases(postgres_url) as urls:
        yield urls


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def house(database_urls: dict[str, str]) -> AsyncIterator[House]:
    settings = SuiteSettings(
        host="127.0.0.1",
        grpc_port=free_port(),
        gateway_port=0,
        administrator_key=ADMINISTRATOR_KEY,
        service_token=SERVICE_TOKEN,
        mock_url_template="http://mocks.example/{mock_id}",
        database_urls=database_urls,
    )
    async with (
        running_suite(settings, CollectorRegistry()) as running,
        connect(Targets.at(settings.grpc_target), api_key=ADMINISTRATOR_KEY) as administrator,
        AsyncExitStack() as clients,
    ):
        yield House(f"http://127.0.0.1:{running.gateway_port}", settings.grpc_target, administrator, clients)


@pytest_asyncio.fixture(loop_scope="package")
async def caller(house: House) -> Caller:
    """Return an editor in an account of their own."""
    return await house.newcomer()


@pytest_asyncio.fixture(loop_scope="package")
async def api(caller: Caller) -> httpx.AsyncClient:
    """Return the API as an editor of an account of their own sees it."""
    return caller.api
