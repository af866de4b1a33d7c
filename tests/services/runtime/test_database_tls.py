"""The way to a PostgreSQL that speaks TLS: what each of libpq's modes demands, on every connection that we make.

The server's certificate names `localhost` alone, so that the same server under its number has the wrong name.
"""

import asyncio
import base64
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
import trustme
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from services.cli.owner_database import owner_engine
from services.core.errors import Unavailable
from services.runtime.database import database, outside_the_pool, transaction
from services.runtime.database_settings import DatabaseSettings, OwnerDatabaseSettings
from tests.postgres import docker_answers, docker_is_required, postgres_server

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(
        not docker_is_required() and not docker_answers(), reason="needs a PostgreSQL on a port: no Docker engine"
    ),
]

ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"

PASSWORD = "secret"  # noqa: S105 -- of a role on a server that lives for a test run

HARD_PASSWORD = "p@ss:w/rd%20 #?&=+ü\\'\"[]"  # noqa: S105 -- of a role on a server that lives for a test run

WHAT_WORKS = [
    # mode, authority, host -> encrypted, or None where the connection must fail
    ("disable", "", "localhost", False),
    ("prefer", "", "localhost", True),
    ("require", "", "127.0.0.1", True),
    ("require", "right", "127.0.0.1", True),
    ("require", "wrong", "localhost", None),
    ("verify-ca", "right", "127.0.0.1", True),
    ("verify-ca", "wrong", "localhost", None),
    ("verify-full", "right", "localhost", True),
    ("verify-full", "right", "127.0.0.1", None),
    ("verify-full", "wrong", "localhost", None),
    ("verify-full", "", "localhost", None),
]
"""libpq's documentation, "SSL Support": protection provided in different modes. `require` with an authority verifies
it, for the sake of old configurations; `verify-full` without one trusts this machine's, which do not know ours."""


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the file of the authority that signed the server's certificate, and of one that did not."""
    folder = tmp_path_factory.mktemp("authorities")
    return {name: folder / f"{name}.pem" for name in ("right", "wrong")}


@pytest.fixture(scope="module")
def tls_url(authorities: dict[str, Path]) -> Iterator[str]:
    """Return the superuser's URL of a server that offers TLS, and demands it of the role `only_tls`."""
    right, wrong = trustme.CA(), trustme.CA()
    right.cert_pem.write_to_path(authorities["right"])
    wrong.cert_pem.write_to_path(authorities["wrong"])
    with postgres_server() as url:
        asyncio.run(_offer_tls(url, right.issue_cert("localhost")))
        yield url


@pytest.mark.parametrize(("mode", "authority", "host", "is_encrypted"), WHAT_WORKS)
async def test_a_mode_encrypts_and_verifies_what_libpq_says(
    tls_url: str, authorities: dict[str, Path], mode: str, authority: str, host: str, *, is_encrypted: bool | None
) -> None:
    settings = parts_of(tls_url, host=host, tls=mode, authority_file=authorities.get(authority))

    assert is_encrypted == await outcome(settings.postgres_url)


@pytest.mark.parametrize(
    "query", ["sslmode=verify-full&sslrootcert={right}", "sslmode=require&ssl_min_protocol_version=TLSv1.3"]
)
async def test_a_url_says_the_same_in_libpqs_words(tls_url: str, authorities: dict[str, Path], query: str) -> None:
    address = make_url(tls_url).set(host="localhost").render_as_string(hide_password=False)
    settings = DatabaseSettings(database_url=SecretStr(f"{address}?{query.format(**authorities)}"))

    assert await outcome(settings.postgres_url) is True


async def test_a_role_that_must_come_by_tls_comes_by_tls_alone(tls_url: str) -> None:
    by_tls = parts_of(tls_url, user="only_tls", password=PASSWORD, tls="prefer")
    in_the_clear = parts_of(tls_url, user="only_tls", password=PASSWORD, tls="disable")

    assert await outcome(by_tls.postgres_url) is True
    assert await outcome(in_the_clear.postgres_url) is None


async def test_a_server_without_tls_is_taken_by_prefer_and_refused_by_require(postgres_url: str) -> None:
    assert await outcome(parts_of(postgres_url, tls="prefer").postgres_url) is False
    assert await outcome(parts_of(postgres_url, tls="require").postgres_url) is None


async def test_the_connection_that_listens_is_protected_like_those_of_the_pool(
    tls_url: str, authorities: dict[str, Path]
) -> None:
    settings = parts_of(tls_url, host="localhost", tls="verify-full", authority_file=authorities["right"])
    async with database(settings.postgres_url, pool_size=1, service="test") as engine:
        connection = await outside_the_pool(engine)
        try:
            assert await connection.fetchval(ENCRYPTED) is True
            assert await encryption(engine) is True  # The pool of one has its one connection still.
        finally:
            await connection.close()


async def test_the_owner_migrates_by_the_same_rules(
    tls_url: str, authorities: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = make_url(tls_url)
    for name, value in {
        "HOST": "localhost",
        "PORT": str(address.port),
        "NAME": str(address.database),
        "USER": str(address.username),
        "PASSWORD": str(address.password),
        "TLS": "verify-full",
        "AUTHORITY_FILE": str(authorities["right"]),
    }.items():
        monkeypatch.setenv(f"UNDERSTUDY_DATABASE_{name}", value)

    async with owner_engine(OwnerDatabaseSettings().postgres_url) as engine, engine.connect() as connection:
        assert (await connection.execute(text(ENCRYPTED))).scalar_one() is True


async def test_a_new_authority_counts_from_the_next_connection(
    tls_url: str, authorities: dict[str, Path], tmp_path: Path
) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_bytes(authorities["wrong"].read_bytes())
    settings = parts_of(tls_url, host="localhost", tls="verify-full", authority_file=authority)
    async with database(settings.postgres_url, pool_size=1, service="test") as engine:
        with pytest.raises(Unavailable):
            await encryption(engine)
        authority.write_bytes(authorities["right"].read_bytes())

        assert await encryption(engine) is True


async def test_a_password_may_have_any_characters(tls_url: str) -> None:
    administrator = await asyncpg.connect(tls_url)
    quoted = await administrator.fetchval("SELECT quote_literal($1::text)", HARD_PASSWORD)
    await administrator.execute(f'CREATE ROLE "hard/role@" LOGIN PASSWORD {quoted}')
    await administrator.close()
    parts = parts_of(tls_url, user="hard/role@", password=HARD_PASSWORD)
    from_url = DatabaseSettings(database_url=SecretStr(parts.postgres_url))

    assert await outcome(parts.postgres_url) is True
    assert await outcome(from_url.postgres_url) is True
    assert await outcome(parts_of(tls_url, user="hard/role@", password=HARD_PASSWORD + "?").postgres_url) is None


def parts_of(
    url: str,
    *,
    host: str = "",
    user: str = "",
    password: str = "",
    tls: str = "prefer",
    authority_file: Path | None = None,
) -> DatabaseSettings:
    """Return the settings that lead to the server of a URL in parts, some of them others."""
    address = make_url(url)
    return DatabaseSettings.model_validate(
        {
            "database_host": host or address.host,
            "database_port": address.port,
            "database_name": address.database,
            "database_user": user or address.username,
            "database_password": password or address.password,
            "database_tls": tls,
            "database_authority_file": authority_file,
        }
    )


async def outcome(url: str) -> bool | None:
    """Return whether a connection to the URL is encrypted; None where there is none to be had."""
    async with database(url, pool_size=1, service="test") as engine:
        try:
            return await encryption(engine)
        except Unavailable:
            return None


async def encryption(engine: AsyncEngine) -> bool:
    async with transaction(engine) as connection:
        return bool((await connection.execute(text(ENCRYPTED))).scalar_one())


async def _offer_tls(url: str, certificate: trustme.LeafCert) -> None:
    administrator = await asyncpg.connect(url)
    chain = b"".join(part.bytes() for part in certificate.cert_chain_pems)
    await _write_file(administrator, "server.crt", chain)
    await _write_file(administrator, "server.key", certificate.private_key_pem.bytes())
    await administrator.execute(f"CREATE ROLE only_tls LOGIN PASSWORD '{PASSWORD}'")
    rules = await administrator.fetchval("SELECT pg_read_file('pg_hba.conf')")
    await _write_file(administrator, "pg_hba.conf", b"hostnossl all only_tls all reject\n" + rules.encode())
    await administrator.execute("ALTER SYSTEM SET ssl = on")
    await administrator.execute("SELECT pg_reload_conf()")
    await administrator.close()
    await _wait_until_offered(url)


async def _write_file(administrator: asyncpg.Connection, name: str, content: bytes) -> None:
    """Write a file into the server's data directory as the server, so that it is the owner."""
    folder = await administrator.fetchval("SHOW data_directory")
    encoded = base64.b64encode(content).decode()
    program = f"base64 -d > {folder}/{name} && chmod 600 {folder}/{name}"
    await administrator.execute(f"COPY (SELECT '{encoded}') TO PROGRAM '{program}'")


async def _wait_until_offered(url: str) -> None:
    async with asyncio.timeout(20):
        while await outcome(parts_of(url, tls="require").postgres_url) is None:
            await asyncio.sleep(0.05)
