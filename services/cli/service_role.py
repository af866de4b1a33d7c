"""The database role of a service, as the service's own settings name it: what the owner creates, and grants to."""

from dataclasses import dataclass, field
from typing import Self

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.core.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRole:
    """A role, and its password; empty where none is given."""

    name: str
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, service: str) -> Self:
        """Return what the environment says of a service's role: its URL, or what stands beside it.

        Raises InvalidInput for a URL that is none.
        """
        settings = _RoleSettings(_env_prefix=f"{service.upper()}_")  # type: ignore[call-arg] # pydantic-settings takes it
        name, password = _named_in(settings.database_url.get_secret_value(), f"{service.upper()}_DATABASE_URL")
        return cls(
            name=settings.database_user or name or service,
            password=settings.database_password.get_secret_value() or password,
        )


class _RoleSettings(BaseSettings):
    """Those settings of a service that name its role."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    database_url: SecretStr = Field(default=SecretStr(""), description="The service's URL, which may name both.")
    database_user: str = Field(default="", description="The role; left out, it has the name of the service.")
    database_password: SecretStr = Field(default=SecretStr(""), description="The role's password, of any characters.")


def _named_in(url: str, variable: str) -> tuple[str, str]:
    """Return role and password of a URL, both empty where it does not name them."""
    if not url:
        return "", ""
    from services.runtime.database_url import parse_url  # noqa: PLC0415 -- SQLAlchemy, which the help does without

    try:
        parsed = parse_url(url)
    except ValueError as error:
        raise InvalidInput.of(variable, f"{error}.") from error
    return parsed.username or "", str(parsed.password or "")
