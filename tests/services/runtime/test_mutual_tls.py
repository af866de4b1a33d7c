"""Mutual TLS between the services: who is let in, who is believed, and certificates that change under traffic."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
import trustme
from google.protobuf.wrappers_pb2 import StringValue
from structlog.testing import capture_logs

from services.core.errors import FailedPrecondition, Unavailable
from services.runtime.grpc_server import grpc_server
from services.runtime.lifecycle import background
from services.wire import reloading_channel
from services.wire.certificates import ClientTls, WatchedCertificates, server_credentials
from services.wire.channel import open_channel
from services.wire.reloading_channel import ReloadingChannel
from tests.services.runtime.authorities import Pki, new_pki
from tests.services.runtime.echo import Echo, EchoClient, health_of, method_of

DEADLINE_SECONDS = 20

BROKEN = [
    ("tls.crt", b""),
    ("tls.crt", b"-----BEGIN CERTIFICATE-----\nMIIB"),
    ("tls.key", b"no key"),
    ("tls.key", trustme.CA().issue_cert("another").private_key_pem.bytes()),
    ("ca.crt", b"no authority"),
    ("ca.crt", b"\xff\xfe"),
]
"""A file, and what it must not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """An authority, a server and a client with certificates of it, and the server's port."""

    authority: trustme.CA
    server: Pki
    client: Pki
    port: int
    folder: Path

    @property
    def target(self) -> str:
        return f"localhost:{self.port}"

    def stranger(self, authority: trustme.CA) -> Pki:
        """Return the files of a client with a certificate of that authority; it believes the suite's."""
        pki = new_pki(self.folder / "stranger", authority)
        pki.believe([self.authority])
        return pki


@pytest.fixture
async def suite(tmp_path: Path) -> AsyncIterator[Suite]:
    authority = trustme.CA()
    server, client = new_pki(tmp_path / "server", authority), new_pki(tmp_path / "client", authority)
    async with serving_tls(server) as port:
        yield Suite(authority=authority, server=server, client=client, port=port, folder=tmp_path)


@pytest.fixture(autouse=True)
def looking_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have clients look at their files often, so that no test waits."""
    monkeypatch.setattr(reloading_channel, "LOOK_SECONDS", 0.02)


@asynccontextmanager
async def serving_tls(pki: Pki, echo: Echo | None = None, port: int = 0) -> AsyncIterator[int]:
    async with grpc_server(
        [(echo or Echo()).service],
        host="127.0.0.1",
        port=port,
        interceptors=(),
        drain_seconds=1,
        credentials=server_credentials(pki),
    ) as server:
        yield server.port


async def test_both_ends_know_each_other_by_certificates_of_one_authority(suite: Suite) -> None:
    async with open_channel(suite.target, suite.client) as channel:
        client = EchoClient(channel)

        assert "hello" == await client.say("hello")
        assert "to gether" == await client.collect("to", "gether")
        assert ["0", "1", "2"] == [text async for text in client.count("3")]
        assert ["0", "0", "1"] == [text async for text in client.chat("1", "2")]
        assert "SERVING" == await health_of(channel)


async def test_a_channel_forgets_the_methods_of_clients_that_are_gone(suite: Suite) -> None:
    async with open_channel(suite.target, suite.client) as channel:
        method = method_of(channel, "Say")
        assert "x" == (await method(StringValue(value="x"))).value
        forgotten = weakref.ref(method)
        del method
        gc.collect()

        assert forgotten() is None


async def test_a_client_without_a_certificate_is_refused(suite: Suite) -> None:
    async with open_channel(suite.target, ClientTls(authority=suite.client.authority)) as channel:
        with pytest.raises(Unavailable):
            await EchoClient(channel).say("x")


async def test_a_client_of_another_authority_is_refused(suite: Suite) -> None:
    async with open_channel(suite.target, suite.stranger(trustme.CA())) as channel:
        with pytest.raises(Unavailable):
            await EchoClient(channel).say("x")


async def test_a_client_that_talks_in_the_clear_is_refused(suite: Suite) -> None:
    async with open_channel(suite.target) as channel:
        with pytest.raises(Unavailable):
            await EchoClient(channel).say("x")


async def test_a_server_of_another_name_is_refused(suite: Suite) -> None:
    suite.server.issue(suite.authority, "elsewhere.example")
    async with open_channel(suite.target, suite.client) as channel:
        with pytest.raises(Unavailable):
            await EchoClient(channel).say("x")


async def test_a_server_of_another_authority_is_refused(suite: Suite) -> None:
    suite.client.believe([trustme.CA()])
    async with open_channel(suite.target, suite.client) as channel:
        with pytest.raises(Unavailable):
            await EchoClient(channel).say("x")


async def test_the_authorities_of_this_machine_do_not_vouch_for_ours(suite: Suite) -> None:
    only_a_pair = ClientTls(certificate=suite.client.certificate, key=suite.client.key)
    async with open_channel(suite.target, only_a_pair) as channel:
        with pytest.raises(Unavailable):
            await EchoClient(channel).say("x")


@pytest.mark.parametrize("connects_anew", [False, True], ids=["one client", "a new client for each call"])
async def test_a_rotation_of_certificates_and_authority_fails_no_call(suite: Suite, *, connects_anew: bool) -> None:
    new = trustme.CA()
    ends = (suite.server, suite.client)
    async with Traffic.to(suite, connects_anew=connects_anew) as traffic:
        for pki in ends:
            pki.believe([suite.authority, new])
        await traffic.goes_on()
        for pki in ends:
            pki.issue(new)
        await traffic.goes_on()
        for pki in ends:
            pki.believe([new])
        await traffic.goes_on()

        assert [] == traffic.failures
    async with open_channel(suite.target, suite.stranger(suite.authority)) as channel:
        with pytest.raises(Unavailable):
            await EchoClient(channel).say("the old authority is believed no longer")


async def test_a_watch_goes_on_while_certificates_change_and_reconnects_with_the_new(tmp_path: Path) -> None:
    old, new = trustme.CA(), trustme.CA()
    server, client = new_pki(tmp_path / "server", old), new_pki(tmp_path / "client", old)
    goes_on = asyncio.Event()

    async def count(text: str) -> AsyncIterator[str]:
        yield "begun"
        await goes_on.wait()
        yield text

    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(serving_tls(server, Echo(count=count)))
        async with open_channel(f"localhost:{port}", client) as channel:
            caller = EchoClient(channel)
            watch = caller.count("the end")
            assert "begun" == await anext(watch)

            for pki in (server, client):
                pki.issue(new)
                pki.believe([new])
            await eventually_new_connection(channel, caller)
            goes_on.set()

            assert ["the end"] == [text async for text in watch]
            assert ["begun", "again"] == [text async for text in caller.count("again")]


async def test_an_answer_that_is_read_slowly_survives_the_change(suite: Suite) -> None:
    async with open_channel(suite.target, suite.client) as channel:
        caller = EchoClient(channel)
        slowly = caller.count("200")
        read = [await anext(slowly)]
        suite.client.issue(suite.authority)
        await eventually_new_connection(channel, caller)
        async for text in slowly:
            read.append(text)
            await asyncio.sleep(0)

        assert [str(number) for number in range(200)] == read


async def test_the_old_connection_is_closed_when_its_last_call_has_ended(suite: Suite) -> None:
    async with open_channel(suite.target, suite.client) as channel:
        assert isinstance(channel, ReloadingChannel)
        caller = EchoClient(channel)
        stream = caller.count("2")
        await anext(stream)
        old = channel._newest.channel
        suite.client.issue(suite.authority)
        await eventually_new_connection(channel, caller)
        assert 1 == len(channel._retired)

        _ = [text async for text in stream]

        async with asyncio.timeout(DEADLINE_SECONDS):
            while channel._retired or channel._closing:
                await asyncio.sleep(0.01)
        with pytest.raises(grpc.aio.UsageError, match="closed"):
            await EchoClient(old).say("x")


@pytest.mark.parametrize(("name", "content"), BROKEN)
async def test_a_server_tells_once_of_broken_files_and_goes_on_with_the_old(
    suite: Suite, name: str, content: bytes
) -> None:
    suite.server.exchange({name: content})
    with capture_logs() as logs:
        for _ in range(3):
            async with open_channel(suite.target, suite.client) as channel:
                assert "x" == await EchoClient(channel).say("x")

    assert ["new certificates are not usable; the old ones stay"] == [entry["event"] for entry in logs]


@pytest.mark.parametrize(("name", "content"), BROKEN)
async def test_files_that_are_broken_at_the_start_are_refused_with_a_sentence(
    suite: Suite, name: str, content: bytes
) -> None:
    suite.client.exchange({name: content})

    with pytest.raises(FailedPrecondition, match="The certificates cannot be used: "):
        async with open_channel(suite.target, suite.client):
            pass
    with pytest.raises(FailedPrecondition, match="The certificates cannot be used: "):
        server_credentials(suite.client)


async def test_a_file_that_is_missing_is_named(suite: Suite) -> None:
    missing = suite.folder / "missing.pem"

    with pytest.raises(FailedPrecondition, match=f"{missing}: No such file or directory"):
        WatchedCertificates(ClientTls(authority=missing))


def test_a_key_that_comes_after_its_certificate_is_waited_for(tmp_path: Path) -> None:
    authority = trustme.CA()
    pki, other = new_pki(tmp_path / "one", authority), new_pki(tmp_path / "other", authority)
    watched = WatchedCertificates(pki)
    old = watched.current

    pki.exchange({"tls.crt": other.certificate.read_bytes()})
    assert not watched.look()
    assert old == watched.current

    pki.exchange({"tls.key": other.key.read_bytes()})
    assert watched.look()
    assert other.certificate.read_bytes() == watched.current.certificate
    assert not watched.look()


class Traffic:
    """Calls that go on all the time, several at once, and what failed of them."""

    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self._success_count = 0

    @classmethod
    @asynccontextmanager
    async def to(cls, suite: Suite, *, connects_anew: bool) -> AsyncIterator["Traffic"]:
        """Call the suite until left: by one client, or by one that is new for each call."""
        traffic = cls()
        async with AsyncExitStack() as stack:
            client = EchoClient(await stack.enter_async_context(open_channel(suite.target, suite.client)))
            for number in range(3):
                calling = traffic._call(suite, None if connects_anew else client)
                _ = await stack.enter_async_context(background(calling, name=f"traffic {number}"))
            await traffic.goes_on()
            yield traffic

    async def goes_on(self) -> None:
        """Wait until as many calls have succeeded, or failed, as tell that all is well, or not."""
        await asyncio.sleep(5 * reloading_channel.LOOK_SECONDS)  # Within which every client must have looked.
        enough = self._success_count + 30
        async with asyncio.timeout(DEADLINE_SECONDS):
            while self._success_count < enough and not self.failures:
                await asyncio.sleep(0.01)

    async def _call(self, suite: Suite, client: EchoClient | None) -> None:
        while True:
            try:
                await (client.say("x") if client is not None else self._call_anew(suite))
            except (Unavailable, FailedPrecondition) as failure:
                self.failures.append(failure)
            else:
                self._success_count += 1

    async def _call_anew(self, suite: Suite) -> str:
        async with open_channel(suite.target, suite.client) as channel:
            return await EchoClient(channel).say("x")


async def eventually_new_connection(channel: grpc.aio.Channel, caller: EchoClient) -> None:
    """Call until the channel has gone over to its new certificates."""
    assert isinstance(channel, ReloadingChannel)
    old = channel._newest
    async with asyncio.timeout(DEADLINE_SECONDS):
        while channel._newest is old:
            await caller.say("x")
