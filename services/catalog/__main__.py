"""Runs the catalog: `python -m services.catalog`."""

from services.catalog.app import catalog_service
from services.catalog.settings import CatalogSettings
from services.runtime.lifecycle import run, serve_until_stopped
from services.runtime.logging import configure_logging


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    settings = CatalogSettings()
    configure_logging(level=settings.log_level, log_format=settings.log_format, service="catalog")
    run(serve_until_stopped(catalog_service(settings)))


if __name__ == "__main__":
    main()
