"""A PostgreSQL that is not the chart's: testcontainers', in the cluster's network, with a certificate of its own."""

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import trustme
from testcontainers.community.postgres import PostgresContainer

from tests.cluster.engine import Engine
from tests.cluster.manifests import Manifests, Secret
from tests.cluster.rendering import Values
from tests.postgres import IMAGE, UNSAFE_AND_FAST

HOST: Final = "database.example.com"
OWNER: Final = "owner"
PASSWORDS: Final = "database-passwords"
AUTHORITY: Final = "database-authority"

_KEY: Final = "/tmp/database.key"  # noqa: S108 -- in a container of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalDatabase:
    """Where it answers, and who signed its certificate."""

    address: str
    authority: bytes

    @property
    def values(self) -> Values:
        """Return how the chart is told of it: its certificate and its name must be right."""
        return {
            "mode": "external",
            "external": {
                "host": HOST,
                "users": {"owner": OWNER},
                "existingSecret": PASSWORDS,
                "createRoles": True,
                "tls": {"mode": "verify-full", "authoritySecret": AUTHORITY},
            },
        }

    @property
    def secrets(self) -> Manifests:
        """Return the Secrets that the values name."""
        passwords = {f"{role}-password": _password(role) for role in ("catalog", "registry", "calllog", "owner")}
        return Manifests((secret(PASSWORDS, passwords), secret(AUTHORITY, {"ca.crt": self.authority.decode()})))


def secret(name: str, content: dict[str, str]) -> Secret:
    """Return a Secret."""
    document = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": content}
    return Secret.model_validate(document)


@contextmanager
def external_database(engine: Engine) -> Iterator[ExternalDatabase]:
    """Run a PostgreSQL that speaks TLS, in the network of an engine."""
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    authority = trustme.CA()
    certificate = authority.issue_cert(HOST)
    database = (
        PostgresContainer(IMAGE, username=OWNER, password=_password(OWNER), dbname="understudy", driver=None)
        .with_kwargs(labels=engine.labels)
        .with_copy_into_container(certificate.cert_chain_pems[0].bytes(), "/given/database.crt")
        .with_copy_into_container(certificate.private_key_pem.bytes(), "/given/database.key")
        .with_command(["bash", "-c", _script()])
    )
    with database:
        address = engine.connect(database.get_wrapped_container(), [HOST])
        yield ExternalDatabase(address=address, authority=authority.cert_pem.bytes())


def _script() -> str:
    """Return what starts it: PostgreSQL takes a key only from its own user, and from nobody's but his sight."""
    flags = UNSAFE_AND_FAST | {"ssl": "on", "ssl_cert_file": "/given/database.crt", "ssl_key_file": _KEY}
    options = " ".join(shlex.quote(f"--{name.replace('_', '-')}={value}") for name, value in flags.items())
    return f"install -o postgres -m 0600 /given/database.key {_KEY} && exec docker-entrypoint.sh postgres {options}"


def _password(role: str) -> str:
    return f"the password of {role}"
