"""What `up` runs, in the order in which it must start, and stop in reverse: PostgreSQL is last to go, workers first.

Starting is a race against the user's patience, so that what takes long goes on at the same time: PostgreSQL starts and
migrates, the services are imported, and the edge workers start and keep asking until the services answer them.
"""

import asyncio
import errno
import importlib
import os
import secrets
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import httpx
from prometheus_client import CollectorRegistry

from services.cli.data_directory import DataDirectory, Running
from services.cli.workers import EdgeWorkers, edge_workers, workers_lock
from services.core.access.api_keys import KEY_PREFIX, check_chosen_key
from services.core.errors import FailedPrecondition, InvalidInput
from services.runtime.http_server import listening_socket, metrics_endpoint
from services.runtime.metrics import process_registry
from services.runtime.settings import checked_endpoint

if TYPE_CHECKING:
    from services.cli.suite import (
        SuiteSettings,
    )  # Importing it takes a second, which is spent beside PostgreSQL's start.

READY_SECONDS = 30.0
"""A worker that is not ready by then never will be; usual is one second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    """What `up` was told; port 0 takes any free one, empty texts were not given."""

    host: str
    edge_port: int
    gateway_port: int
    grpc_port: int
    metrics_port: int
    edge_workers: int
    database_url: str = ""
    api_key: str = ""
    tracing_endpoint: str = ""
    log_level: str = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Up:
    """A running `up`: where it answers, the administrator's key, and its workers."""

    running: Running
    api_key: str
    workers: EdgeWorkers

    async def wait_until_workers_are_ready(self) -> None:
        """Wait until every edge worker can answer. Raises FailedPrecondition where one cannot in time."""
        try:
            async with (
                asyncio.timeout(READY_SECONDS),
                httpx.AsyncClient(trust_env=False, timeout=READY_SECONDS) as client,
            ):
                for place in range(len(self.workers.ports)):
                    while not await self._is_ready(client, place):  # noqa: ASYNC110 -- another process can only be asked
                        await asyncio.sleep(0.05)
        except TimeoutError as error:
            raise FailedPrecondition("The edge workers did not become ready; their messages stand above.") from error

    async def _is_ready(self, client: httpx.AsyncClient, place: int) -> bool:
        try:
            return (await client.get(f"http://127.0.0.1:{self.workers.ports[place]}/readyz")).is_success
        except httpx.TransportError:
            return False


@asynccontextmanager
async def running_up(options: UpOptions, directory: DataDirectory) -> AsyncIterator[Up]:
    """Run everything until left.

    Raises FailedPrecondition where directory, port or database is not to be had, InvalidInput for what cannot be.
    """
    check_tracing_endpoint(options)
    directory.make()
    async with AsyncExitStack() as stack:
        stack.enter_context(directory.locked())
        lock = await stack.enter_async_context(workers_lock(directory.workers_lock))
        options = with_ports(options)
        listener = stack.enter_context(_edge_listener(options))
        plan = _plan(replace(options, edge_port=listener.getsockname()[1]), directory)
        loading = asyncio.ensure_future(asyncio.to_thread(importlib.import_module, "services.cli.suite"))
        workers = await stack.enter_async_context(_edge_workers(plan, listener, lock))
        urls = await stack.enter_async_context(_databases(options, directory))
        await loading
        running = await stack.enter_async_context(_serving(plan, urls, workers))
        stack.push_async_callback(workers.stop)
        directory.write_running(running)
        stack.callback(directory.forget_running)
        directory.write_api_key(plan.key)
        yield Up(running=running, api_key=plan.key, workers=workers)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What is settled before anything starts; `token` is what the services of this run know each other by."""

    options: UpOptions
    directory: DataDirectory
    key: str
    token: str
    metrics: CollectorRegistry

    @property
    def edge_url(self) -> str:
        return f"http://localhost:{self.options.edge_port}"

    @property
    def grpc_target(self) -> str:
        return f"localhost:{self.options.grpc_port}"


def _plan(options: UpOptions, directory: DataDirectory) -> _Plan:
    return _Plan(
        options=options,
        directory=directory,
        key=administrator_key(options, directory),
        token=secrets.token_urlsafe(32),
        metrics=process_registry("up"),
    )


def administrator_key(options: UpOptions, directory: DataDirectory) -> str:
    """Return the key that was given, else the last time's, else a new one. Raises InvalidInput for a bad one."""
    if options.api_key:
        check_chosen_key(options.api_key, "--api-key")
    return options.api_key or directory.api_key() or KEY_PREFIX + secrets.token_urlsafe(32)


def check_tracing_endpoint(options: UpOptions) -> None:
    """Raise InvalidInput where traces cannot go to the endpoint that was given."""
    try:
        checked_endpoint(options.tracing_endpoint)
    except ValueError as error:
        raise InvalidInput.of("--tracing-endpoint", f"{error}.") from error


PORT_OPTIONS: Mapping[str, str] = {
    "edge_port": "--edge-port",
    "gateway_port": "--gateway-port",
    "grpc_port": "--grpc-port",
    "metrics_port": "--metrics-port",
}


def with_ports(options: UpOptions) -> UpOptions:
    """Return the options with a free gRPC port in the place of 0, as the workers must know it before it is bound.

    Raises FailedPrecondition where a port is taken, before anything has been started that would have to be stopped.
    """
    for name, option in PORT_OPTIONS.items():
        with _named_port(getattr(options, name), option):
            listener = listening_socket(options.host, getattr(options, name))
        if options.grpc_port == 0 and name == "grpc_port":
            options = replace(options, grpc_port=listener.getsockname()[1])
        listener.close()
    return options


@contextmanager
def _named_port(port: int, option: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({os.strerror(error.errno or 0)})"
        raise FailedPrecondition(f"Port {port} {why}: choose another with {option}.") from error


@contextmanager
def _edge_listener(options: UpOptions) -> Iterator[socket.socket]:
    with _named_port(options.edge_port, "--edge-port"):
        listener = listening_socket(options.host, options.edge_port)
    with listener:
        yield listener


def _edge_workers(plan: _Plan, listener: socket.socket, lock: int) -> AbstractAsyncContextManager[EdgeWorkers]:
    environment = {
        "EDGE_CATALOG_TARGET": plan.grpc_target,
        "EDGE_REGISTRY_TARGET": plan.grpc_target,
        "EDGE_CALLLOG_TARGET": plan.grpc_target,
        "EDGE_SERVICE_TOKEN": plan.token,
        "EDGE_JOURNAL_DIR": str(plan.directory.journal),
        "EDGE_LOG_LEVEL": plan.options.log_level,
        "EDGE_LOG_FORMAT": "text",
        "EDGE_TRACING_ENDPOINT": plan.options.tracing_endpoint,
    }
    count = plan.options.edge_workers
    return edge_workers(count=count, listener=listener, environment=environment, lock=lock, metrics=plan.metrics)


@asynccontextmanager
async def _databases(options: UpOptions, directory: DataDirectory) -> AsyncIterator[dict[str, str]]:
    """Yield each service's URL of the database, which is migrated; the embedded one runs until left."""
    async with AsyncExitStack() as stack:
        passwords: dict[str, str] = {}
        if options.database_url:
            owner_url = options.database_url
            passwords = _kept_passwords(directory)
        else:
            from services.runtime.embedded import embedded_postgres  # noqa: PLC0415 -- an extra, and not always needed

            owner_url = await stack.enter_async_context(embedded_postgres(directory.postgres))
        yield await _prepared(owner_url, passwords)


async def _prepared(owner_url: str, passwords: dict[str, str]) -> dict[str, str]:
    # They take a third of a second, in which PostgreSQL starts.
    from services.cli import owner_database as owner  # noqa: PLC0415 -- as said
    from services.cli.roles import create_roles  # noqa: PLC0415 -- as said
    from services.runtime.database_url import url_of_role  # noqa: PLC0415 -- as said

    async with owner.owner_engine(owner_url) as engine:
        await create_roles(engine, owner_url, {role: passwords.get(role, "") for role in owner.SERVICES})
        await owner.migrate_services(engine)
    return {service: url_of_role(owner_url, service, passwords.get(service)) for service in owner.SERVICES}


def _kept_passwords(directory: DataDirectory) -> dict[str, str]:
    from services.cli.owner_database import new_passwords  # noqa: PLC0415 -- as above

    passwords = directory.role_passwords() or new_passwords()
    directory.write_role_passwords(passwords)
    return passwords


@asynccontextmanager
async def _serving(plan: _Plan, database_urls: Mapping[str, str], workers: EdgeWorkers) -> AsyncIterator[Running]:
    """Run the services, and the metrics of them all."""
    from services.cli.merged_metrics import MergedMetrics  # noqa: PLC0415 -- not before the workers are started
    from services.cli.suite import running_suite  # noqa: PLC0415 -- loaded by now

    everything = MergedMetrics(plan.metrics, lambda: workers.ports)
    async with (
        running_suite(_suite_settings(plan, database_urls), plan.metrics) as suite,
        metrics_endpoint(
            everything.registry,
            host=plan.options.host,
            port=plan.options.metrics_port,
            is_ready=suite.is_ready,
            before_scrape=everything.refresh,
        ) as metrics_port,
    ):
        yield Running(
            pid=os.getpid(),
            grpc=plan.grpc_target,
            gateway_url=f"http://localhost:{suite.gateway_port}",
            edge_url=plan.edge_url,
            metrics_url=f"http://localhost:{metrics_port}/metrics",
        )


def _suite_settings(plan: _Plan, database_urls: Mapping[str, str]) -> "SuiteSettings":
    from services.cli.suite import SuiteSettings  # noqa: PLC0415 -- loaded by now

    return SuiteSettings(
        host=plan.options.host,
        grpc_port=plan.options.grpc_port,
        gateway_port=plan.options.gateway_port,
        administrator_key=plan.key,
        service_token=plan.token,
        mock_url_template=plan.edge_url + "/mocks/{mock_id}",
        database_urls=database_urls,
        tracing_endpoint=plan.options.tracing_endpoint,
    )
