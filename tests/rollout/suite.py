"""The suite as the chart runs it: every component in replicas, behind the addresses that a cluster gives them.

Services call each other by a name that stands for all ready replicas; clients from outside come to the edge, the
gateway and the services through virtual addresses.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from services.cli.owner_database import migrate_services
from services.client import Targets, Understudy, connect
from services.runtime.database import postgres_engine
from tests.e2e.suite import API_KEY
from tests.ports import free_ports
from tests.rollout.names import name_server
from tests.rollout.proxy import virtual_address
from tests.rollout.replicas import Replica, Workload

SERVICE_TOKEN = "the token that the processes of this test share"  # noqa: S105 -- it guards loopback for a moment

LINGER_SECONDS = 2.0
"""Twice as long as the word travels; the chart has it longer, since in a cluster the word does too."""

DRAIN_SECONDS = 20.0

GRPC = ("registry", "catalog", "calllog")
HTTP = ("edge", "gateway")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The ports of every replica, each on its own address."""

    grpc: int
    health: int
    http: int
    metrics: int

    def of(self, component: str) -> int:
        """Return the port where a component is called."""
        return self.grpc if component in GRPC else self.http


@dataclass(frozen=True, slots=True, kw_only=True)
class RolledSuite:
    """The running suite: its workloads, the ports of their virtual addresses, a client, and the database."""

    workloads: Mapping[str, Workload]
    addresses: Mapping[str, int]
    ports: Ports
    understudy: Understudy
    database_url: str

    def edge_urls(self) -> list[str]:
        """Return where each ready edge answers by itself."""
        return [f"http://{host}:{self.ports.http}" for host in self.workloads["edge"].ready_hosts()]


@asynccontextmanager
async def rolled_suite(folder: Path, database_url: str, *, replicas: int) -> AsyncIterator[RolledSuite]:
    """Run each component in replicas on an empty database, until left."""
    await _migrate(database_url)
    grpc, health, http, metrics = free_ports(4)
    ports = Ports(grpc=grpc, health=health, http=http, metrics=metrics)
    workloads: dict[str, Workload] = {}
    async with AsyncExitStack() as stack:
        names = await stack.enter_async_context(
            name_server(lambda name: workloads[name.removesuffix(".test")].ready_hosts())
        )
        for component in (*GRPC, *HTTP):
            environment = _environment(component, ports, f"dns://127.0.0.1:{names}", database_url)
            workload = Workload(component=component, new_replica=_maker(component, environment, ports, folder))
            workloads[component] = workload
            await stack.enter_async_context(workload.running())
        for component in (*GRPC, *HTTP):
            for _ in range(replicas):
                await workloads[component].add()
        addresses = {
            component: await stack.enter_async_context(_address(workload, ports.of(component)))
            for component, workload in workloads.items()
        }
        targets = Targets(**{component: f"127.0.0.1:{addresses[component]}" for component in GRPC})
        understudy = await stack.enter_async_context(connect(targets, api_key=API_KEY))
        yield RolledSuite(
            workloads=workloads, addresses=addresses, ports=ports, understudy=understudy, database_url=database_url
        )


def _address(workload: Workload, port: int) -> AbstractAsyncContextManager[int]:
    return virtual_address(lambda: workload.ready_addresses(port))


def _maker(component: str, environment: Mapping[str, str], ports: Ports, folder: Path) -> Callable[[str], Replica]:
    def new_replica(host: str) -> Replica:
        prefix = component.upper()
        hosts = {f"{prefix}_{name}": host for name in ("HOST", "GRPC_HOST", "METRICS_HOST")}
        # Each replica has a volume of its own, which is gone when it is.
        journal = {f"{prefix}_JOURNAL_DIR": str(folder / f"journal-{host}")}
        return Replica(
            component=component,
            environment={**environment, **hosts, **journal},
            log=folder / f"{component}-{host}.log",
            metrics_port=ports.metrics,
            host=host,
        )

    return new_replica


def _environment(component: str, ports: Ports, name_server: str, database_url: str) -> dict[str, str]:
    """Return the settings of a component; those that it does not have do no harm."""
    targets = {f"{each.upper()}_TARGET": f"{name_server}/{each}.test:{ports.grpc}" for each in GRPC}
    settings = {
        "PORT": ports.http,
        "GRPC_PORT": ports.grpc,
        "HEALTH_PORT": ports.health,
        "METRICS_PORT": ports.metrics,
        "DATABASE_URL": database_url,
        "SERVICE_TOKEN": SERVICE_TOKEN,
        "ADMINISTRATOR_KEY": API_KEY,
        "LINGER_SECONDS": LINGER_SECONDS,
        "DRAIN_SECONDS": DRAIN_SECONDS,
        **targets,
    }
    return {f"{component.upper()}_{name}": str(value) for name, value in settings.items()}


async def _migrate(database_url: str) -> None:
    engine = postgres_engine(database_url)
    await migrate_services(engine)
    await engine.dispose()
