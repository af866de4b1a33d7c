"""Real collections, end to end: every file is imported or refused with a reason, every example answers its request."""

import asyncio
import http.client
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from services.client import Targets, Understudy, connect
from services.core.errors import InvalidInput
from services.core.ids import AccountId
from services.core.matching.call import Call
from services.core.matching.settings import MatchSettings
from services.core.mocks import MockDraft
from services.core.postman.collection import Collection, Example
from services.core.postman.reader import read_collection
from services.core.rendering.template import variables_of
from tests.core.oracle import Oracle, Verdict
from tests.e2e.expected_reply import ExpectedReply, expected_reply
from tests.e2e.suite import Suite, running_suite
from tests.replay import call_for

pytestmark = [pytest.mark.corpus, pytest.mark.timeout(900)]

Send = Callable[[Call, dict[str, str]], ExpectedReply]

ADDED_BY_THE_SERVER = {"date", "content-length", "connection"}


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with running_suite(tmp_path_factory.mktemp("real") / "data") as suite:
        yield suite


def test_every_file_is_imported_or_refused_with_a_reason(suite: Suite, corpus_files: list[Path]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.cli", "import", "--json", *map(str, corpus_files)],
        env={**os.environ, "UNDERSTUDY_SERVER": suite.grpc_target, "UNDERSTUDY_API_KEY": suite.api_key},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    results = json.loads(done.stdout)
    refused = [result for result in results if "refusal" in result]
    print(f"\n{len(results)} files: {len(results) - len(refused)} imported, {len(refused)} refused")
    assert len(corpus_files) == len(results)
    assert "Traceback" not in done.stderr
    assert all(len(result["refusal"]["message"]) > 20 for result in refused)
    assert {result["file"] for result in refused} == {str(file) for file in corpus_files if is_refused(file)}


def is_refused(file: Path) -> bool:
    """Tell whether a file is neither a collection nor an environment, by the plainest look at it."""
    try:
        document = json.loads(file.read_bytes())
    except ValueError:
        return True
    inner = document.get("collection", document.get("environment", document)) if isinstance(document, dict) else {}
    if not isinstance(inner, dict):
        return True
    is_environment = {"name", "values"} <= inner.keys() and inner.get("_postman_variable_scope") != "globals"
    is_v1 = isinstance(inner.get("name"), str) and isinstance(inner.get("requests"), list)
    is_v2 = isinstance(inner.get("info"), dict) and isinstance(inner.get("item"), list)
    return not (is_environment or is_v1 or is_v2)


@dataclass
class Tally:
    """What was replayed, and what came out wrong."""

    collections: int = 0
    examples: int = 0
    replays: int = 0
    failures: list[str] = field(default_factory=list)

    def check(self, what: str, expected: object, actual: object) -> None:
        self.replays += 1
        if expected != actual:
            self.failures.append(f"{what}\n  expected {expected!r:.600}\n  actual   {actual!r:.600}")


async def test_every_saved_example_answers_its_own_request(suite: Suite, corpus_files: list[Path]) -> None:
    tally = Tally()
    async with connect(Targets.at(suite.grpc_target), api_key=suite.api_key) as understudy:
        account = (await understudy.registry.get_caller())[1].id
        async for file, collection in imported(understudy, corpus_files, account):
            tally.collections += 1
            await replay(understudy, suite, file, collection, tally)

    print(
        f"\n{tally.collections} collections, {tally.examples} examples, "
        f"{tally.replays} replays, {len(tally.failures)} failures"
    )
    assert not tally.failures, "\n".join(tally.failures[:20])
    assert tally.collections > 250
    assert tally.examples > 700


async def imported(
    understudy: Understudy, files: list[Path], account: AccountId
) -> AsyncIterator[tuple[Path, Collection]]:
    """Import each file that is a collection, and yield it as the oracle reads it."""
    for file in files:
        document = file.read_bytes()
        try:
            await understudy.catalog.import_collection(document)
        except InvalidInput:
            continue
        yield file, read_collection(document, account_id=account).collection


async def replay(understudy: Understudy, suite: Suite, file: Path, collection: Collection, tally: Tally) -> None:
    """Send each example's own request twice: once naming the example, once leaving the choice to the mock."""
    mock = await understudy.registry.create_mock(MockDraft(name=file.name, collection_id=collection.id))
    oracle = Oracle(collection, None, MatchSettings())
    served: list[str] = []
    with calling(suite, f"/mocks/{mock.id}") as send:
        for example in collection.examples:
            tally.examples += 1
            call = call_for(example, collection)
            selectors: tuple[dict[str, str], ...] = ({"x-mock-response-id": example.id}, {})
            for selector in selectors:
                verdict = oracle.judge(replaced(call, selector))
                wanted = example if selector else verdict.example
                what = f"{file.parent.name}/{file.name} {' > '.join(example.place)} > {example.name} {selector}"
                assert wanted is not None, f"{what}: no example fits its own request"
                tally.check(what, reply_of(wanted, verdict, collection, call), send(call, selector))
                served.append(wanted.id)
    logged = await logged_examples(understudy, mock.id, len(served))
    tally.check(f"{file.name}: examples in the call log", sorted(served), sorted(logged))
    await understudy.registry.delete_mock(mock.id)


def replaced(call: Call, headers: dict[str, str]) -> Call:
    return Call(method=call.method, path=call.path, query=call.query, headers=tuple(headers.items()))


def reply_of(example: Example, verdict: Verdict, collection: Collection, call: Call) -> ExpectedReply:
    return expected_reply(example, variables_of(collection), verdict.captures, method=call.method)


@contextmanager
def calling(suite: Suite, prefix: str) -> Iterator[Send]:
    """Yield a function that sends a call as it is, with no library making its path more beautiful."""
    where = urlsplit(suite.edge_url)
    with closing(http.client.HTTPConnection(str(where.hostname), where.port, timeout=30)) as connection:

        def send(call: Call, headers: dict[str, str]) -> ExpectedReply:
            target = prefix + call.path + (f"?{call.query}" if call.query else "")
            connection.putrequest(call.method, target, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            reply = connection.getresponse()
            sent = [(name.lower(), value) for name, value in reply.getheaders()]
            return ExpectedReply(
                status=reply.status,
                headers=[pair for pair in sent if pair[0] not in ADDED_BY_THE_SERVER],
                body=reply.read(),
            )

        yield send


async def logged_examples(understudy: Understudy, mock_id: str, number: int) -> list[str]:
    """Return the ids of the examples in a mock's call log, once as many calls are in it."""
    examples: list[str] = []
    async with asyncio.timeout(30):
        async for _news in understudy.calllog.tail(mock_id):
            examples = [str(entry.example_id) async for entry in understudy.calllog.list_entries(mock_id)]
            if len(examples) >= number:
                break
    return examples
