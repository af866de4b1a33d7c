"""The Docker engine, and everything that a cluster makes there: found again by a label, and freed at the end."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid4

import docker
from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.models.networks import Network
from docker.models.volumes import Volume

LABEL: Final = "understudy.tests.cluster"

PARALLEL_CALLS: Final = 64
"""Each pod has a thread of its own, and all of them talk to the engine."""


class Engine:
    """A Docker engine with a network of the cluster's own; left, it is as it was before."""

    def __init__(self) -> None:
        self.run = uuid4().hex[:8]
        self.labels: dict[str, str] = {LABEL: self.run}
        self.client = docker.from_env(timeout=120, max_pool_size=PARALLEL_CALLS)

    def __enter__(self) -> Self:
        self.network: Network = self.client.networks.create(f"understudy-{self.run}", labels=self.labels)
        self.network.reload()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        mine: dict[str, str | list[str] | bool] = {"label": f"{LABEL}={self.run}"}
        for container in self.client.containers.list(all=True, filters=mine, ignore_removed=True):
            removed(container)
        for volume in self.client.volumes.list(filters=mine):
            volume.remove(force=True)
        self._disconnect_guests()
        self.network.remove()
        self.client.close()

    @property
    def node_address(self) -> str:
        """Return the address that this machine, as the node, has in the network."""
        return str(self.network.attrs["IPAM"]["Config"][0]["Gateway"])

    @property
    def bridge(self) -> str:
        """Return the interface of this machine that carries the network's packets, as Docker names it."""
        return f"br-{str(self.network.id)[:12]}"

    def volume(self, name: str, **options: str) -> Volume:
        """Make a volume; with options, one of tmpfs."""
        opts = {"type": "tmpfs", "device": "tmpfs", "o": ",".join(f"{key}={value}" for key, value in options.items())}
        return self.client.volumes.create(
            self._unique(name), driver="local", driver_opts=opts if options else {}, labels=self.labels
        )

    def container(self, name: str, options: dict[str, Any]) -> Container:
        """Make a container, which is not started."""
        return self.client.containers.create(name=self._unique(name), labels=self.labels, **options)

    def connect(self, container: Container, aliases: Sequence[str]) -> str:
        """Bring a container of somebody else into the network, and return its address there."""
        self.network.connect(container, aliases=list(aliases))
        return self.address_of(container)

    def address_of(self, container: Container) -> str:
        """Return the address of a container in the network."""
        container.reload()
        return str(container.attrs["NetworkSettings"]["Networks"][self.network.name]["IPAddress"])

    def _unique(self, name: str) -> str:
        """Return a name that the engine has not had yet: pods come again under theirs."""
        return f"{self.run}-{name}-{uuid4().hex[:6]}"

    def _disconnect_guests(self) -> None:
        self.network.reload()
        for container in self.network.containers:
            self.network.disconnect(container, force=True)


def removed(container: Container) -> None:
    """Remove a container, whatever it is doing; it may be gone already."""
    try:
        container.remove(force=True, v=True)
    except NotFound:
        return
    except APIError as error:
        if "already in progress" not in str(error):
            raise
