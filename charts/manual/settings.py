"""The settings of the services as values of the chart: `edge.settings.maximumBodyBytes` is EDGE_MAXIMUM_BODY_BYTES.

Every field of a settings class is either reached by a value of its own (REACHED), or none of the user's business, with
the reason (FIXED), or open in `<component>.settings`.
"""

import re
from collections.abc import Mapping
from typing import Any

from pydantic_settings import BaseSettings

from services.calllog.settings import CallLogSettings
from services.catalog.settings import CatalogSettings
from services.edge.settings import EdgeSettings
from services.gateway.settings import GatewaySettings
from services.registry.settings import RegistrySettings

SETTINGS: Mapping[str, type[BaseSettings]] = {
    "catalog": CatalogSettings,
    "registry": RegistrySettings,
    "calllog": CallLogSettings,
    "edge": EdgeSettings,
    "gateway": GatewaySettings,
}
"""The settings class of each component."""

REACHED: Mapping[str, str] = {
    "log_level": "log.level",
    "log_format": "log.format",
    "service_token": "secrets.keys.serviceToken",
    "administrator_key": "secrets.keys.administratorKey",
    "linger_seconds": "defaults.lingerSeconds",
    "drain_seconds": "defaults.drainSeconds",
    "tls_certificate_file": "tls.enabled",
    "tls_key_file": "tls.enabled",
    "tls_authority_file": "tls.enabled",
    "tracing_endpoint": "tracing.endpoint",
    "tracing_ratio": "tracing.ratio",
    "database_url": "database.external.urlsSecret",
    "database_host": "database.external.host",
    "database_port": "database.external.port",
    "database_name": "database.external.name",
    "database_user": "database.external.users",
    "database_password": "database.external.existingSecret",
    "database_tls": "database.external.tls.mode",
    "database_authority_file": "database.external.tls.authoritySecret",
    "mock_domain": "mocks.domain",
    "mock_url_template": "mocks.urlTemplate",
    "journal_bytes": "edge.journal.bytes",
}
"""Fields that have a value of their own."""

FIXED: Mapping[str, str] = {
    "metrics_port": "Services, probes and network policies name it.",
    "grpc_port": "Services, probes and network policies name it.",
    "health_port": "Probes name it.",
    "port": "Services, probes and network policies name it.",
    "catalog_target": "The chart's own Service.",
    "registry_target": "The chart's own Service.",
    "calllog_target": "The chart's own Service.",
    "journal_dir": "Where the chart mounts the journal's volume.",
    "listen_fd": "Handed down by `understudy up`.",
    "parent_fd": "Handed down by `understudy up`.",
}
"""Fields that nobody has a reason to change in a cluster."""

NOT_OF_JSON_SCHEMA = ("title", "default", "env_names", "format", "writeOnly")
"""What pydantic adds to a field's schema, and Helm does not read."""


def open_settings(component: str) -> dict[str, dict[str, Any]]:
    """Return the JSON schema of each field that `<component>.settings` takes, by its name in the values."""
    properties = SETTINGS[component].model_json_schema()["properties"]
    return {
        camel_case(field): _described(schema)
        for field, schema in properties.items()
        if field not in REACHED and field not in FIXED
    }


def variable(component: str, name: str) -> str:
    """Return the environment variable of a setting, by its name in the values or in its class."""
    words = re.sub("([A-Z])", r"_\1", name)
    return f"{component}_{words}".upper()


def camel_case(field: str) -> str:
    """Return the name in the values of a field: maximum_body_bytes is maximumBodyBytes."""
    first, *rest = field.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _described(schema: dict[str, Any]) -> dict[str, Any]:
    described = {key: value for key, value in schema.items() if key not in NOT_OF_JSON_SCHEMA}
    default = schema.get("default")
    if default is not None:
        described["description"] = f"{schema.get('description', '')} Default: {default}.".strip()
    return described
