"""What `up` lets its services hear of the environment that it was started in.

Every setting of a service can be told by a variable, and a shell, a pod or a file of variables may hold some for
services elsewhere: their certificates, databases and targets. What `up` settles itself, such as ports, it must not be
told twice; the rest (`CALLLOG_RETENTION_DAYS`, `EDGE_MOCK_DOMAIN` …) is for whoever wants it otherwise.
"""

import os
from typing import Final

PREFIXES: Final = ("CATALOG_", "REGISTRY_", "CALLLOG_", "EDGE_", "GATEWAY_")

SETTLED: Final = frozenset(
    {
        # Where the processes listen, and how they find each other.
        *("host", "port", "grpc_host", "grpc_port", "health_port", "metrics_host", "metrics_port"),
        *("listen_fd", "parent_fd", "catalog_target", "registry_target", "calllog_target", "mock_url_template"),
        # By what they know each other: nobody else is on the way between them.
        *("service_token", "administrator_key", "tls_certificate_file", "tls_key_file", "tls_authority_file"),
        # Where data are.
        *("database_url", "database_host", "database_port", "database_name", "database_user", "database_password"),
        *("database_tls", "database_authority_file", "journal_dir"),
        # How they tell what they do, and how they leave: Ctrl-C has no proxies to wait for.
        *("log_level", "log_format", "tracing_endpoint", "linger_seconds"),
    }
)
"""The fields of settings that `up` fills, or leaves as they are where it needs nothing there."""


def forget_settled() -> None:
    """Take the variables for what `up` settles from this process's environment, and so from its children's."""
    settled = {f"{prefix}{field}".upper() for prefix in PREFIXES for field in SETTLED}
    for name in [name for name in os.environ if name.upper() in settled]:
        del os.environ[name]
