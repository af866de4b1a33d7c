"""`python -m services.registry`: the registry as a process."""

from services.registry.app import registry_service
from services.registry.settings import RegistrySettings
from services.runtime.lifecycle import run, serve_until_stopped
from services.runtime.logging import configure_logging


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    settings = RegistrySettings()
    configure_logging(level=settings.log_level, log_format=settings.log_format, service="registry")
    run(serve_until_stopped(registry_service(settings)))


if __name__ == "__main__":
    main()
