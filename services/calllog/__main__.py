"""`python -m services.calllog`: the calllog service as a process."""

from services.calllog.app import calllog_service
from services.calllog.settings import CallLogSettings
from services.runtime.lifecycle import run, serve_until_stopped
from services.runtime.logging import configure_logging


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    settings = CallLogSettings()
    configure_logging(level=settings.log_level, log_format=settings.log_format, service="calllog")
    run(serve_until_stopped(calllog_service(settings)))


if __name__ == "__main__":
    main()
