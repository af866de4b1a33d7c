"""The golden corpus in-process: what the pure core answers to a call, past the same gates as at the edge."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from services.core.access.api_keys import KeyDigest, digest_of
from services.core.access.principal import Role
from services.core.ids import AccountId, ApiKeyId, CollectionId, Etag, MockId, ServerResponseId, UserId
from services.core.matching.call import Call
from services.core.matching.index import MockIndex, compile_index
from services.core.matching.match import Match, NoMatch, match
from services.core.matching.settings import MatchSettings
from services.core.mocks import Mock, MockDraft, ServerResponse, ServerResponseDraft
from services.core.postman.environments import read_environment
from services.core.postman.reader import read_collection
from services.core.rendering.reply import Reply
from services.core.serving.answer import Answer, error_answer, example_answer, server_response_answer
from services.core.serving.cors import is_preflight, preflight_reply
from services.core.serving.delay import NO_DELAY, delay_of
from services.core.serving.gates import Arrival, refusal_of
from services.core.serving.server_responses import server_response_reply
from tests.core.chance import fixed_sources
from tests.golden import API_KEY, Expected, GoldenCall
from tests.golden_worlds import World

ACCOUNT = AccountId(1)
"""The account that owns everything; `understudy up` gives its first one the same number."""

BODY_LIMIT = 1024 * 1024
"""The edge's own default."""

TIME = datetime(2026, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A reply and how it came about; `found` is None where nothing was matched."""

    reply: Reply
    found: Match | NoMatch | None = None
    answer: Answer | None = None
    wait: timedelta = NO_DELAY


def replay(golden: GoldenCall) -> Replayed:
    """Return what the core makes of a call."""
    call, world = golden.call, golden.world
    if is_preflight(call.method, call.header("access-control-request-method")):
        return Replayed(reply=preflight_reply(call.header("access-control-request-headers")))
    found, answer = _answer(call, world)
    config = world.mock.config
    wait = delay_of(call.header("x-mock-response-delay"), config.delay) if answer.may_wait else NO_DELAY
    return Replayed(reply=answer.reply, found=found, answer=answer, wait=wait)


def _answer(call: Call, world: World) -> tuple[Match | NoMatch | None, Answer]:
    mock = _mock(world.mock)
    refusal = refusal_of(Arrival(mock, True, _key(call), len(call.body), BODY_LIMIT))  # noqa: FBT003 -- it is loaded
    if refusal is not None:
        return None, error_answer(refusal, call.method)
    if world.server_response is not None:
        response = _server_response(world.server_response)
        return None, server_response_answer(response, server_response_reply(response), call.method)
    index = index_of(world.answering, world.environment, mock.config.match_settings)
    found = match(call, index)
    return found, example_answer(found, index, call, fixed_sources(seed=mock.config.seed))


@lru_cache
def index_of(collection: Path, environment: Path | None, settings: MatchSettings) -> MockIndex:
    """Return the index of a case's files."""
    read = read_collection(collection.read_bytes(), account_id=ACCOUNT).collection
    variables = read_environment(environment.read_bytes(), account_id=ACCOUNT) if environment else None
    return compile_index(read, environment=variables, settings=settings)


def _key(call: Call) -> KeyDigest | None:
    """Return the digest of the one key there is, where a call brings it."""
    if call.header("x-api-key") != API_KEY:
        return None
    return KeyDigest(
        api_key_id=ApiKeyId("key"),
        digest=digest_of(API_KEY),
        account_id=ACCOUNT,
        user_id=UserId(1),
        role=Role.ADMINISTRATOR,
    )


def _mock(draft: MockDraft) -> Mock:
    return Mock(
        id=MockId("mock"),
        account_id=ACCOUNT,
        name="Golden",
        collection_id=CollectionId("collection"),
        etag=Etag("1"),
        create_time=TIME,
        update_time=TIME,
        visibility=draft.visibility,
        config=draft.config,
    )


def _server_response(draft: ServerResponseDraft) -> ServerResponse:
    return ServerResponse(
        id=ServerResponseId("response"),
        mock_id=MockId("mock"),
        name=draft.name,
        status_code=draft.status_code,
        etag=Etag("1"),
        create_time=TIME,
        update_time=TIME,
        headers=draft.headers,
        body=draft.body,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a client sees of a reply: header names in lower case, values read as Latin-1."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def received(reply: Reply) -> Received:
    """Return what a client sees of a reply."""
    headers = tuple((name.decode(), value.decode("latin-1")) for name, value in reply.headers)
    return Received(status=reply.status, headers=headers, body=reply.body)


def complaints(golden: GoldenCall, reply: Received) -> list[str]:
    """Return what is wrong with a reply, each in a sentence."""
    expected = golden.expected
    wrong = [] if expected.status == reply.status else [f"status {expected.status} expected, {reply.status} received"]
    for name, patterns in expected.headers.items():
        values = [value for key, value in reply.headers if key == name]
        if len(patterns) != len(values) or not all(map(re.fullmatch, patterns, values)):
            wrong.append(f"header {name}: {[pattern.pattern for pattern in patterns]} expected, {values} received")
    body = expected.body or _error_body(expected)
    if body is not None and not body.fullmatch(reply.body):
        wrong.append(f"body {body.pattern!r:.900} expected, {reply.body!r:.900} received")
    return wrong


def _error_body(expected: Expected) -> re.Pattern[bytes] | None:
    """Return the body that Postman's mocks send when nothing matches, where nothing must."""
    if expected.reason is None:
        return None
    return re.compile(re.escape(NO_EXAMPLES if expected.reason == "no_examples" else NOTHING_MATCHES))


NOTHING_MATCHES: Final = (
    b'{"error":{"name":"mockRequestNotFoundError",'
    b'"message":"Double check your method and the request path and try again.","header":"No matching requests"}}'
)
NO_EXAMPLES: Final = (
    b'{"error":{"name":"mockRequestNotFoundError",'
    b'"message":"To mock this request add an example response for the mock server to return.",'
    b'"header":"You need an example"}}'
)
