"""Where a database is, as settings: one URL, or its parts, some from a secret and some from elsewhere.

A URL may leave out the role, the password and the protection, and have them filled in by the variables beside it; what
both say must be the same.
"""

from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL

from services.runtime.database_url import TlsMode, check_protection, parameters_of, parse_url, url_text
from services.runtime.settings import OptionalFile, variable_of


class DatabaseSettings(BaseSettings):
    """Where the database is, who comes, and how the way there is protected."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="postgresql://role:password@host:port/database, with libpq's ?sslmode= and its like; or the parts.",
    )
    database_host: str = Field(default="", description="Where PostgreSQL answers, where no URL says so.")
    database_port: int = Field(default=5432, ge=1, le=65535, description="Its port, where no URL says so.")
    database_name: str = Field(default="understudy", description="The database, where no URL says so.")
    database_user: str = Field(default="", description="The role; left out, it has the name of the service.")
    database_password: SecretStr = Field(default=SecretStr(""), description="The role's password, of any characters.")
    database_tls: TlsMode = Field(
        default="prefer", description="libpq's sslmode: whether the connection is encrypted, and what is verified."
    )
    database_authority_file: OptionalFile = Field(
        default=None, description="The authorities that sign the database's certificate, PEM: libpq's sslrootcert."
    )

    @property
    def postgres_url(self) -> str:
        """Return everything as one URL in libpq's spelling, password included."""
        return url_text(self._complete_url())

    @model_validator(mode="after")
    def _leads_to_a_database(self) -> Self:
        check_protection(self._complete_url())
        return self

    def _complete_url(self) -> URL:
        """Return the URL with everything that only the parts say. Raises ValueError where the two disagree."""
        address = self._address()
        query = parameters_of(address)
        return address.set(
            username=self._agreed("database_user", address.username) or self._name_of_service(),
            password=self._agreed("database_password", address.password),
        ).update_query_dict(
            {
                "sslmode": self._agreed("database_tls", query.get("sslmode")) or self.database_tls,
                **_if_any("sslrootcert", self._agreed("database_authority_file", query.get("sslrootcert"))),
            }
        )

    def _address(self) -> URL:
        """Return where the database is, whoever comes."""
        text = self.database_url.get_secret_value()
        if not text:
            return self._address_of_parts()
        try:
            url = parse_url(text)
        except ValueError as error:
            raise ValueError(f"{variable_of(self, 'database_url')} {error}") from error
        self._agreed("database_host", url.host or parameters_of(url).get("host", ""))
        self._agreed("database_port", str(url.port or parameters_of(url).get("port", 5432)))
        self._agreed("database_name", url.database or "")
        return url

    def _address_of_parts(self) -> URL:
        if not self.database_host:
            raise ValueError(
                f"{variable_of(self, 'database_url')} is missing: set it, "
                f"or {variable_of(self, 'database_host')} and the variables beside it"
            )
        address = URL.create("postgresql", database=self.database_name)
        if self.database_host.startswith("/"):  # The directory of a socket, which no URL holds as its host.
            return address.update_query_dict({"host": self.database_host, "port": str(self.database_port)})
        return address.set(host=self.database_host, port=self.database_port)

    def _agreed(self, field: str, of_url: str | None) -> str | None:
        """Return what the URL says, else what the field was given. Raises ValueError where they disagree."""
        value = getattr(self, field)
        plain = value.get_secret_value() if isinstance(value, SecretStr) else str(value or "")
        given = plain if field in self.model_fields_set and plain else None
        if of_url is not None and given is not None and of_url != given:
            url, part = variable_of(self, "database_url"), variable_of(self, field)
            raise ValueError(f"{url} says otherwise than {part}: leave one of them out")
        return given if of_url is None else of_url

    def _name_of_service(self) -> str:
        return str(self.model_config.get("env_prefix", "")).rstrip("_").lower()


class OwnerDatabaseSettings(DatabaseSettings):
    """The database as its owner, who may create schemas, reaches it: what `understudy migrate` is told."""

    model_config = SettingsConfigDict(env_prefix="UNDERSTUDY_")


def _if_any(name: str, value: str | None) -> dict[str, str]:
    return {} if value is None else {name: value}
