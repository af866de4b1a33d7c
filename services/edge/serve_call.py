"""What a mock answers to a call: past the gates, then its server response, or an example, or an error.

Here are decisions alone; reading the call, waiting and sending is `http.py`'s.
"""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from typing import Final

from services.core.access.api_keys import KeyDigest
from services.core.call_log import Outcome
from services.core.rendering.sources import Sources
from services.core.serving.answer import Answer, error_answer, server_response_answer
from services.core.serving.delay import NO_DELAY, delay_of
from services.core.serving.errors import MOCK_NOT_FOUND
from services.core.serving.explanation import (
    explain_match,
    explain_server_response,
    wants_explanation,
    with_explanation,
)
from services.core.serving.gates import Arrival, refusal_of
from services.core.serving.mock_headers import DELAY, EXPLAIN
from services.edge.exchange import Exchange
from services.edge.metrics import CallMetrics
from services.edge.snapshot import LoadedIndex, MockSnapshot

EXPLAINED: Final = frozenset({Outcome.MATCHED, Outcome.UNMATCHED, Outcome.SERVER_RESPONSE})
"""Answers to calls that passed the gates. Nobody else is told what examples there are."""


class CallServer:
    """Decides what calls get."""

    def __init__(self, metrics: CallMetrics, sources: Sources, *, body_limit: int) -> None:
        """Take what to count with, what replies are made from, and the size of the largest body that is taken."""
        self._metrics = metrics
        self._body_limit = body_limit
        self._sources = sources

    def answer(self, exchange: Exchange, snapshot: MockSnapshot, path: str, key: KeyDigest | None) -> Answer:
        """Return the answer to a call whose body has been read; `key` is the valid key that came with it."""
        loaded = snapshot.index
        arrival = Arrival(snapshot.mock, loaded is not None, key, exchange.body.size, self._body_limit)
        refusal = refusal_of(arrival)
        if refusal is not None or loaded is None:
            return error_answer(refusal or MOCK_NOT_FOUND, exchange.method)
        if snapshot.server_response is not None and snapshot.server_reply is not None:
            return server_response_answer(snapshot.server_response, snapshot.server_reply, exchange.method)
        seed = snapshot.mock.config.seed
        sources = replace(self._sources, seed=seed) if seed else self._sources
        return self._matched(exchange, loaded, path, sources)

    def _matched(self, exchange: Exchange, loaded: LoadedIndex, path: str, sources: Sources) -> Answer:
        began = time.perf_counter()
        if exchange.body.size:
            answer = loaded.answers.anew(exchange.call(path), sources)
        else:
            key = exchange.method, path, exchange.query
            answer = loaded.answers.of(key, exchange.headers, lambda: exchange.call(path), sources)
        self._metrics.observe_match(time.perf_counter() - began)
        if answer.no_match:
            self._metrics.call_unmatched(answer.no_match)
        return answer

    async def explained(self, answer: Answer, exchange: Exchange, snapshot: MockSnapshot, path: str) -> Answer:
        """Return an answer with its explanation, where the call asks for one and has passed the gates.

        Explaining takes a hundred times as long as matching, so it happens beside the loop, in a thread.
        """
        if answer.outcome not in EXPLAINED or not wants_explanation(exchange.headers.get(EXPLAIN)):
            return answer
        call = exchange.call(path)
        if answer.outcome is Outcome.SERVER_RESPONSE:
            headers = explain_server_response(call, answer.response_name)
        elif snapshot.index is not None:
            headers = await asyncio.to_thread(explain_match, call, snapshot.index.explainer)
        else:
            return answer
        return answer._replace(reply=with_explanation(answer.reply, headers))


def delay_before(exchange: Exchange, snapshot: MockSnapshot, answer: Answer) -> timedelta:
    """Return how long the mock waits before it answers."""
    header, configured = exchange.headers.get(DELAY), snapshot.mock.config.delay
    if (header is None and configured is None) or not answer.may_wait:
        return NO_DELAY
    return delay_of(header, configured)
