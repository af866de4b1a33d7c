"""Run the gateway alone in this process: `python -m services.gateway`."""

from services.gateway.app import gateway_service
from services.gateway.settings import GatewaySettings
from services.runtime.lifecycle import run, serve_until_stopped
from services.runtime.logging import configure_logging


def main() -> None:
    """Serve until SIGTERM or SIGINT, with the settings of the environment."""
    settings = GatewaySettings()
    configure_logging(level=settings.log_level, log_format=settings.log_format, service="gateway")
    run(serve_until_stopped(gateway_service(settings)))


if __name__ == "__main__":
    main()
