"""Structured logs: JSON lines for machines, aligned text for people, always on standard error."""

import logging
import sys

import structlog
from structlog.types import Processor

from services.runtime.settings import LogFormat


def configure_logging(*, level: str, log_format: LogFormat, service: str) -> None:
    """Send the logs of this process, ours and the libraries', to standard error in the wanted form."""
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    _send_standard_logging(level, structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=chain))
    structlog.contextvars.bind_contextvars(service=service)


def _send_standard_logging(level: str, formatter: logging.Formatter) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("hypercorn.access", "sqlalchemy.engine", "alembic", "grpc._cython.cygrpc", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
