"""A channel whose certificates may change: new calls go out with the new ones, old calls end as they began.

A gRPC channel keeps the credentials it was made with. So this one holds another inside, makes a new one when the files
have changed, and closes the old one when the last of its calls has ended. A watch that goes on for ever stays on the
old connection, which is as good as ever, since a session outlives the certificates it was made with; when it breaks,
the watcher calls again, and gets the new ones.
"""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self
from weakref import WeakKeyDictionary

import grpc

from services.wire.certificates import WatchedCertificates, channel_credentials

LOOK_SECONDS = 1.0
"""Between two looks at the files. Old certificates are valid for long after new ones are there, but a look before each
call would be paid by every call."""

OpenChannel = Callable[[grpc.ChannelCredentials], grpc.aio.Channel]


class ReloadingChannel(grpc.aio.Channel):
    """A `grpc.aio.Channel` that follows its certificates."""

    def __init__(self, certificates: WatchedCertificates, open_channel: OpenChannel) -> None:
        """Take the certificates, and what opens a channel with them."""
        self._certificates = certificates
        self._open_channel = open_channel
        self._newest = self._open()
        self._next_look = time.monotonic() + LOOK_SECONDS
        self._retired: set[_Generation] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def begin_call(self, method: "_Method", arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Begin a call with the newest certificates, and return it."""
        self._look()
        return self._newest.begin_call(method, arguments, options)

    def unary_unary(self, *arguments: Any, **options: Any) -> Any:
        """Return a method that takes one message and answers one."""
        return _Method(self, "unary_unary", arguments, options)

    def unary_stream(self, *arguments: Any, **options: Any) -> Any:
        """Return a method that takes one message and answers a stream."""
        return _Method(self, "unary_stream", arguments, options)

    def stream_unary(self, *arguments: Any, **options: Any) -> Any:
        """Return a method that takes a stream and answers one message."""
        return _Method(self, "stream_unary", arguments, options)

    def stream_stream(self, *arguments: Any, **options: Any) -> Any:
        """Return a method that takes a stream and answers a stream."""
        return _Method(self, "stream_stream", arguments, options)

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:  # noqa: FBT001, FBT002 -- gRPC's
        """Return the state of the newest connection."""
        return self._newest.channel.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """Wait until the newest connection's state is another."""
        await self._newest.channel.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """Wait until the newest connection is there."""
        await self._newest.channel.channel_ready()

    async def close(self, grace: float | None = None) -> None:
        """Close every connection; calls in progress get `grace` seconds."""
        self._is_closed = True
        channels = [generation.channel for generation in (self._newest, *self._retired)]
        await asyncio.gather(*(channel.close(grace) for channel in channels), *self._closing)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _look(self) -> None:
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + LOOK_SECONDS
        if self._certificates.look():
            self._retired.add(self._newest)
            self._newest.retire()
            self._newest = self._open()

    def _open(self) -> "_Generation":
        return _Generation(self._open_channel(channel_credentials(self._certificates.current)), self._close_retired)

    def _close_retired(self, generation: "_Generation") -> None:
        if self._is_closed:
            return
        self._retired.discard(generation)
        closing = asyncio.get_running_loop().create_task(generation.channel.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)


class _Method:
    """A method of a service, on whichever connection is the newest when it is called."""

    def __init__(
        self, channel: ReloadingChannel, kind: str, arguments: tuple[Any, ...], options: dict[str, Any]
    ) -> None:
        self._channel = channel
        self._kind = kind
        self._arguments = arguments
        self._options = options

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        return self._channel.begin_call(self, arguments, options)

    def on(self, channel: grpc.aio.Channel) -> Callable[..., Any]:
        """Return the method as that channel has it."""
        method: Callable[..., Any] = getattr(channel, self._kind)(*self._arguments, **self._options)
        return method


class _Generation:
    """A connection with the certificates of its time, and how many calls it carries.

    Methods are kept for as long as somebody holds them: a program may make a client for each of its own callers.
    """

    def __init__(self, channel: grpc.aio.Channel, when_over: Callable[["_Generation"], None]) -> None:
        self.channel = channel
        self._when_over = when_over
        self._methods: WeakKeyDictionary[_Method, Callable[..., Any]] = WeakKeyDictionary()
        self._call_count = 0
        self._is_retired = False

    def begin_call(self, method: _Method, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        if method not in self._methods:
            self._methods[method] = method.on(self.channel)
        call = self._methods[method](*arguments, **options)
        self._call_count += 1
        call.add_done_callback(self._end_call)
        return call

    def retire(self) -> None:
        """Begin no more calls; when those that are left have ended, the connection is over."""
        self._is_retired = True
        self._end_if_over()

    def _end_call(self, _call: object) -> None:
        self._call_count -= 1
        self._end_if_over()

    def _end_if_over(self) -> None:
        if self._is_retired and self._call_count == 0:
            self._when_over(self)
