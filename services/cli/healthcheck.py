"""Asks the process of a container whether it lives: `python -m services.cli.healthcheck`, the image's HEALTHCHECK.

It runs every few seconds beside the process it asks, and so imports nothing of the suite. Status 0 means alive.
"""

import http.client
import itertools
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

PORT = 9090
"""Where every process serves its metrics and probes unless told otherwise."""

PATIENCE_SECONDS = 2.0
"""Less than the image's own limit, so that it is we who say what is wrong."""

FIRST_PROCESS = Path("/proc/1/cmdline")
"""The container's command, arguments ended by NUL."""


def main() -> None:
    """End with status 0 where the container's process answers that it is alive, else with 1 and a sentence."""
    port = metrics_port(_arguments(FIRST_PROCESS), os.environ)
    if (trouble := trouble_at(port)) is not None:
        sys.exit(f"unhealthy: {trouble}")
    print("healthy")  # noqa: T201 -- Docker keeps the output of each check


def metrics_port(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Return the port of metrics and probes of a process that was started by such a command in such an environment.

    `serve SERVICE` takes it from the service's own variable, `up` from its option.
    """
    given = [words for words in itertools.pairwise((*command, "")) if words[0].partition("=")[0] == "--metrics-port"]
    for option, following in given:
        return int(option.partition("=")[2] or following)
    services = command[command.index("serve") + 1 :] if "serve" in command else []
    return next((int(environment[name]) for name in map(_variable, services) if environment.get(name)), PORT)


def trouble_at(port: int) -> str | None:
    """Return what keeps the process from being called alive; None for nothing."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("GET", "/livez")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"port {port} does not answer: {str(error) or type(error).__name__}."
    finally:
        connection.close()
    return None if status == http.HTTPStatus.OK else f"port {port} answers {status}."


def _variable(service: str) -> str:
    return f"{service.upper()}_METRICS_PORT"


def _arguments(process: Path) -> list[str]:
    return process.read_text(errors="replace").rstrip("\0").split("\0")


if __name__ == "__main__":
    main()
