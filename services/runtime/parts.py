"""What a service is made of before somebody puts it on a port: alone in its process, or beside others under `up`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.runtime.grpc_server import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The servicers of a service, and whether it can do its work now."""

    services: tuple[Service, ...]
    is_ready: Callable[[], Awaitable[bool]]
