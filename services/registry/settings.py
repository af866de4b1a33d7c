"""What the registry can be told: environment variables that begin with `REGISTRY_`."""

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from services.core.access.api_keys import check_chosen_key
from services.core.errors import InvalidInput
from services.runtime.grpc_settings import GrpcServiceSettings

MOCK_ID = "{mock_id}"


class RegistrySettings(GrpcServiceSettings):
    """The registry's settings."""

    model_config = SettingsConfigDict(env_prefix="REGISTRY_", frozen=True, extra="ignore")

    catalog_target: str = Field(
        default="localhost:7000", description="Where the catalog tells what there is, and what was deleted."
    )
    mock_url_template: str = Field(
        default=f"http://localhost:8080/mocks/{MOCK_ID}",
        description=f"Where a mock answers, with {MOCK_ID} in the place of its id: what callers are told as its URL.",
    )
    administrator_key: SecretStr | None = Field(
        default=None,
        description="An API key for the first administrator: 32 printable ASCII characters or more, without spaces.",
    )

    @field_validator("mock_url_template")
    @classmethod
    def _names_the_mock(cls, template: str) -> str:
        if MOCK_ID not in template or not template.startswith(("http://", "https://")):
            raise ValueError(f"must be an http:// or https:// URL that contains {MOCK_ID}, and is {template!r}")
        return template

    @field_validator("administrator_key")
    @classmethod
    def _can_be_a_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is None or not key.get_secret_value():
            return None
        try:
            check_chosen_key(key.get_secret_value(), "REGISTRY_ADMINISTRATOR_KEY")
        except InvalidInput as error:
            raise ValueError(error.message) from error
        return key
