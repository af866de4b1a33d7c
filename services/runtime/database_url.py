"""The URL of a database, in libpq's spelling: the one text that says where it is, who comes, and how that is protected.

What `sslmode` and the parameters beside it mean is libpq's documentation, "SSL Support": `prefer` takes TLS where the
server offers it and verifies nothing, `require` takes nothing less and verifies nothing (but the authority, where
`sslrootcert` names one), `verify-ca` verifies who signed, `verify-full` also that the name is the one that was called.
One thing is friendlier than there: `verify-full` without `sslrootcert` trusts the authorities of this machine, which is
what `sslrootcert=system` says.
"""

from collections.abc import Mapping
from typing import Literal, get_args

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

TlsMode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]

SYSTEM = "system"
"""libpq's word for the authorities that this machine trusts."""

PARAMETERS = (
    "host",
    "port",
    "sslcert",
    "sslcrl",
    "sslkey",
    "sslmode",
    "sslnegotiation",
    "sslpassword",
    "sslrootcert",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "target_session_attrs",
)
"""What may stand behind the question mark: what the driver understands. Others it would send to the server."""

EXAMPLE = "postgresql://role:password@host:port/database"


def parse_url(text: str) -> URL:
    """Return the URL. Raises ValueError, whose sentence repeats nothing of it, where it is none of PostgreSQL."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise ValueError(f"is no URL; write {EXAMPLE}") from error
    if url.drivername.partition("+")[0] not in {"postgresql", "postgres"}:
        raise ValueError(f"is a URL of {url.drivername}, not of PostgreSQL; write {EXAMPLE}")
    if unknown := sorted(set(url.query) - set(PARAMETERS)):
        raise ValueError(f"has the parameter {unknown[0]}, which is not known; known are {', '.join(PARAMETERS)}")
    if repeated := [name for name, value in url.query.items() if not isinstance(value, str)]:
        raise ValueError(f"has the parameter {repeated[0]} more than once")
    return url.set(drivername="postgresql")


def url_text(url: URL) -> str:
    """Return the URL as text, with its password, every part escaped where it must be."""
    return url.render_as_string(hide_password=False)


def url_of_role(url: str, role: str, password: str | None) -> str:
    """Return the URL by which another role reaches the same database. Raises ValueError as `parse_url` does."""
    return url_text(parse_url(url).set(username=role, password=password))


def parameters_of(url: URL) -> Mapping[str, str]:
    """Return what stands behind the question mark of a URL that `parse_url` gave."""
    return {name: str(value) for name, value in url.query.items()}


def check_protection(url: URL) -> None:
    """Raise ValueError, with a sentence, where the URL asks for a protection that does not exist or cannot be had."""
    parameters = parameters_of(url)
    mode, authority = parameters.get("sslmode", "prefer"), parameters.get("sslrootcert")
    if mode not in get_args(TlsMode):
        raise ValueError(f"the database's sslmode is {mode!r}, which is none of {', '.join(get_args(TlsMode))}")
    if mode == "verify-ca" and authority is None:
        raise ValueError(
            "the database's sslmode is verify-ca, which needs an authority to verify with: "
            "name its file, in the URL's sslrootcert or beside the URL"
        )
    if authority == SYSTEM and mode != "verify-full":
        raise ValueError(f"the database's sslrootcert is {SYSTEM}, which needs sslmode=verify-full, not {mode}")
