"""The mock path: an ASGI middleware that answers mock calls itself and leaves everything else to the app behind it.

It stands in front of Quart and depends on no server. A call finds its mock and its snapshot, has its body read, passes
the gates, is answered, waits as long as the mock was told to, is written down and only then sent. Nothing here starts a
task, and what can be made ready beforehand was.
"""

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from services.core.access.api_keys import KeyDigest, digest_of
from services.core.access.visibility import Visibility
from services.core.call_log import Outcome
from services.core.errors import UnderstudyError
from services.core.rendering.sources import Sources
from services.core.serving.addresses import Address, AddressRules, is_plausible
from services.core.serving.answer import CLIENT_LEFT, Answer, aborted, error_answer
from services.core.serving.bodies import body_mode
from services.core.serving.cors import is_preflight, preflight_reply
from services.core.serving.errors import MOCK_NOT_FOUND, MOCK_UNAVAILABLE, SERVER_FAULT, EdgeError, error_reply
from services.core.serving.masking import KEY_HEADER
from services.core.serving.mock_headers import EXPLAIN
from services.core.serving.served_call import ServedCall
from services.core.serving.server_responses import without_body
from services.edge.bodies import ClientLeft, Receive
from services.edge.exchange import App, Exchange, Scope, Send
from services.edge.headers import KnownHeaders
from services.edge.metrics import CallMetrics
from services.edge.recorder import Recorder
from services.edge.serve_call import CallServer, delay_before
from services.edge.snapshot import MockSnapshot
from services.edge.snapshots import Snapshots
from services.edge.websockets import refuse_websocket
from services.wire.authentication import KeyRing

logger = structlog.get_logger(__name__)

REQUESTED_METHOD: Final = "access-control-request-method"
REQUESTED_HEADERS: Final = "access-control-request-headers"

LEFT_EARLY: Final = Answer(CLIENT_LEFT, Outcome.ABORTED, "")
"""For a client that left while it was sending: nothing is sent, and there is no example to name."""


class MockPath:
    """The ASGI app that answers mock calls."""

    def __init__(  # noqa: PLR0913 -- each is a collaborator of its own, named where it is passed
        self,
        behind: App,
        *,
        rules: AddressRules,
        snapshots: Snapshots,
        keys: KeyRing,
        recorder: Recorder,
        metrics: CallMetrics,
        sources: Sources,
        body_limit: int,
    ) -> None:
        """Take the app for everything else, and what calls are answered from and recorded with."""
        self._behind = behind
        self._locate = rules.locate
        self._known_headers = KnownHeaders()
        self._snapshots = snapshots
        self._keys = keys
        self._recorder = recorder
        self._server = CallServer(metrics, sources, body_limit=body_limit)
        self._body_limit = body_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a mock call, refuse a WebSocket, pass on the rest."""
        if scope["type"] != "http":
            handle = refuse_websocket if scope["type"] == "websocket" else self._behind
            await handle(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send, self._known_headers)
        address = self._locate(exchange.headers.get("host", ""), exchange.path)
        if address is None:
            await self._behind(scope, receive, send)
            return
        try:
            await self._serve(exchange, address)
        except Exception:
            logger.exception("call failed", path=exchange.path[:200])
            if not exchange.has_begun:
                await self._refuse(exchange, SERVER_FAULT)

    async def _serve(self, exchange: Exchange, address: Address) -> None:
        snapshot = self._snapshots.loaded(address.mock_id)
        if snapshot is None:
            snapshot = await self._loaded_now(exchange, address)
        if snapshot is None:
            return
        if is_preflight(exchange.method, exchange.headers.get(REQUESTED_METHOD)):
            exchange.expect_unread_body()
            await exchange.send(preflight_reply(exchange.headers.get(REQUESTED_HEADERS)))
            return
        answer = await self._answer(exchange, snapshot, address.path)
        delay = delay_before(exchange, snapshot, answer)
        if delay:
            answer = await self._waited(exchange, snapshot, address.path, answer, delay)
        self._record(exchange, snapshot, address.path, answer)
        if answer.outcome is not Outcome.ABORTED:
            await exchange.send(answer.reply)

    async def _loaded_now(self, exchange: Exchange, address: Address) -> MockSnapshot | None:
        """Return the snapshot of a mock that was not loaded; None where the call has been refused instead."""
        try:
            snapshot = await self._snapshots.get(address.mock_id) if is_plausible(address.mock_id) else None
        except UnderstudyError:
            await self._refuse(exchange, MOCK_UNAVAILABLE)
            return None
        if snapshot is None:
            await self._refuse(exchange, MOCK_NOT_FOUND)
        return snapshot

    async def _answer(self, exchange: Exchange, snapshot: MockSnapshot, path: str) -> Answer:
        """Return what to answer, after the gates; LEFT_EARLY where the client left while it was sending."""
        key, is_asked_why = None, EXPLAIN in exchange.headers
        try:
            if exchange.has_body:
                await exchange.read_body(self._body_limit)
            if snapshot.mock.visibility is Visibility.PRIVATE:
                key = await self._key(exchange)
        except ClientLeft:
            return LEFT_EARLY
        except UnderstudyError:
            return error_answer(MOCK_UNAVAILABLE, exchange.method)
        try:
            answer = self._server.answer(exchange, snapshot, path, key)
            return await self._server.explained(answer, exchange, snapshot, path) if is_asked_why else answer
        except Exception:
            logger.exception("mock cannot answer", mock=snapshot.mock.id, path=path[:200])
            return error_answer(SERVER_FAULT, exchange.method)

    async def _key(self, exchange: Exchange) -> KeyDigest | None:
        """Return the valid key of a call. Raises Unavailable where keys cannot be checked yet."""
        secret = exchange.headers.get(KEY_HEADER)
        return await self._keys.find(digest_of(secret)) if secret else None

    async def _waited(
        self, exchange: Exchange, snapshot: MockSnapshot, path: str, answer: Answer, delay: timedelta
    ) -> Answer:
        """Return the answer after the delay, or that it was aborted: the client left meanwhile.

        A worker that must stop before the delay is over aborts the call as well, and has no time for more.
        """
        try:
            return answer if await exchange.wait(delay.total_seconds()) else aborted(answer)
        except asyncio.CancelledError:
            self._record(exchange, snapshot, path, aborted(answer))
            raise

    def _record(self, exchange: Exchange, snapshot: MockSnapshot, path: str, answer: Answer) -> None:
        body = exchange.body
        self._recorder.record(
            ServedCall(
                id=self._recorder.new_id(),
                account_id=snapshot.mock.account_id,
                mock_id=snapshot.mock.id,
                serve_time_ns=exchange.serve_time_ns,
                method=exchange.method,
                path=f"{path}?{exchange.query}" if exchange.query else path,
                headers=exchange.logged_headers,
                body=body.content,
                body_size=body.size,
                body_mode=body_mode(exchange.headers.get("content-type")),
                answer=answer,
                overhead_ns=exchange.own_ns,
                delay_ns=exchange.delayed_ns,
            )
        )

    async def _refuse(self, exchange: Exchange, error: EdgeError) -> None:
        """Answer an error for a mock that nobody is known to own: counted, and in nobody's log."""
        exchange.expect_unread_body()
        reply = error_reply(error)
        self._recorder.count(error.outcome, exchange.method, reply.status)
        await exchange.send(without_body(reply) if exchange.method == "HEAD" else reply)
