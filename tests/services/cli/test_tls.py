"""Commands that talk TLS: to services that demand a certificate, and to one behind an entrance that shows its own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
import trustme
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from services.cli.connection import Connection, tls_of
from services.core.errors import InvalidInput
from services.registry.app import registry_parts
from services.registry.settings import RegistrySettings
from services.runtime.grpc_server import grpc_server
from services.wire.certificates import ClientTls, server_credentials
from services.wire.interceptors import server_interceptors
from tests.services.cli.command import Ran, run
from tests.services.runtime.authorities import Pki, new_pki

API_KEY = "USK-the-key-of-an-administrator-who-talks-tls"
SERVICE_TOKEN = "the token of the services"  # noqa: S105 -- it guards a server on loopback for a moment

NOWHERE = "127.0.0.1:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A registry that speaks TLS, and the files of a client that it lets in."""

    port: int
    client: Pki

    async def list_mocks(self, *options: object, **environment: str) -> Ran:
        """Run `understudy mocks list` with the key and these options."""
        told = {"UNDERSTUDY_SERVER": f"localhost:{self.port}", "UNDERSTUDY_API_KEY": API_KEY, **environment}
        return await asyncio.to_thread(run, "mocks", "list", *options, **told)


@pytest.fixture
def registry_url(new_database: Callable[[str], str]) -> str:
    return new_database("registry")


@asynccontextmanager
async def serving(database_url: str, credentials: grpc.ServerCredentials | None, client: Pki) -> AsyncIterator[Server]:
    metrics = CollectorRegistry()
    settings = RegistrySettings(
        database_url=SecretStr(database_url), service_token=SecretStr(SERVICE_TOKEN), catalog_target=NOWHERE
    )
    async with registry_parts(settings, metrics) as parts:
        await parts.bootstrap(administrator_key=API_KEY)
        async with grpc_server(
            parts.services,
            host="127.0.0.1",
            port=0,
            interceptors=server_interceptors(parts.keys, service_token=SERVICE_TOKEN, metrics=metrics),
            drain_seconds=0,
            credentials=credentials,
        ) as server:
            yield Server(port=server.port, client=client)


async def test_a_command_shows_its_certificate_where_one_is_demanded(registry_url: str, tmp_path: Path) -> None:
    authority = trustme.CA()
    client = new_pki(tmp_path / "client", authority)
    credentials = server_credentials(new_pki(tmp_path / "server", authority))
    async with serving(registry_url, credentials, client) as server:
        files = (
            *("--tls-authority", client.authority),
            *("--tls-certificate", client.certificate),
            *("--tls-key", client.key),
        )
        let_in = await server.list_mocks(*files)
        told_by_environment = await server.list_mocks(
            UNDERSTUDY_TLS_AUTHORITY_FILE=str(client.authority),
            UNDERSTUDY_TLS_CERTIFICATE_FILE=str(client.certificate),
            UNDERSTUDY_TLS_KEY_FILE=str(client.key),
        )
        without_certificate = await server.list_mocks("--tls-authority", client.authority)

    assert 0 == let_in.code, let_in.errors
    assert 0 == told_by_environment.code, told_by_environment.errors
    assert 1 == without_certificate.code
    assert without_certificate.errors.startswith("Error: ")
    assert "Traceback" not in without_certificate.errors


async def test_a_command_that_only_verifies_reaches_an_entrance_that_demands_nothing(
    registry_url: str, tmp_path: Path
) -> None:
    authority = trustme.CA()
    client, entrance = new_pki(tmp_path / "client", authority), new_pki(tmp_path / "entrance", authority)
    pair = (entrance.key.read_bytes(), entrance.certificate.read_bytes())
    async with serving(registry_url, grpc.ssl_server_credentials([pair]), client) as server:
        verified = await server.list_mocks("--tls-authority", client.authority)
        by_this_machine = await server.list_mocks("--tls", GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=str(client.authority))
        by_nobody = await server.list_mocks("--tls")

    assert 0 == verified.code, verified.errors
    assert 0 == by_this_machine.code, by_this_machine.errors
    assert 1 == by_nobody.code


async def test_files_that_cannot_be_used_are_told_in_a_sentence(tmp_path: Path) -> None:
    missing = tmp_path / "missing.pem"
    ran = await Server(port=1, client=Pki(tmp_path)).list_mocks("--tls-authority", missing)

    assert (1, f"Error: The certificates cannot be used: {missing}: No such file or directory.\n") == (
        ran.code,
        ran.errors,
    )


@pytest.mark.parametrize("service", ["catalog", "registry", "calllog", "edge", "gateway"])
def test_a_service_whose_certificates_cannot_be_used_does_not_start_and_says_why(service: str, tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("CERTIFICATE", "KEY", "AUTHORITY")}
    told = {
        **{f"TLS_{name}_FILE": str(path) for name, path in files.items()},
        "DATABASE_HOST": "127.0.0.1",
        "DATABASE_PORT": "1",
        **dict.fromkeys(("PORT", "GRPC_PORT", "HEALTH_PORT", "METRICS_PORT"), "0"),
        "JOURNAL_DIR": str(tmp_path / "journal"),
    }
    ran = run("serve", service, **{f"{service.upper()}_{name}": value for name, value in told.items()})

    assert 1 == ran.code
    assert f"Error: The certificates cannot be used: {tmp_path}/CERTIFICATE: No such file or directory.\n" in ran.errors
    assert "Traceback" not in ran.errors


FILE = Path("file.pem")


@pytest.mark.parametrize(
    ("connection", "tls"),
    [
        (Connection(server="here:1"), None),
        (Connection(server="here:1", tls=True), ClientTls()),
        (Connection(server="here:1", tls_authority=FILE), ClientTls(authority=FILE)),
        (
            Connection(server="here:1", tls_certificate=FILE, tls_key=FILE),
            ClientTls(certificate=FILE, key=FILE),
        ),
        (Connection(tls=True, tls_authority=FILE), None),
    ],
    ids=["in the clear", "this machine's", "an authority", "a certificate", "the up of this machine"],
)
def test_what_is_given_decides_how_a_server_is_talked_to(connection: Connection, tls: ClientTls | None) -> None:
    assert tls == tls_of(connection)


@pytest.mark.parametrize("half", [{"tls_certificate": FILE}, {"tls_key": FILE}])
def test_certificate_and_key_belong_together(half: dict[str, Path]) -> None:
    with pytest.raises(InvalidInput, match="--tls-certificate and --tls-key: belong together"):
        tls_of(Connection(server="here:1", **half))  # type: ignore[arg-type] # one of the two
