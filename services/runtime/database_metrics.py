"""What is counted of a service's connections to PostgreSQL: how many are used, who waits, what failed.

Two things fail apart: a pool that is exhausted wants more connections or fewer callers, a database that is away wants
somebody to look at it. Callers get UNAVAILABLE for both.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import AsyncAdaptedQueuePool, PoolProxiedConnection

CHECKOUT_BUCKETS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
"""From a connection that lies ready to the longest that a caller waits for one."""

FAILURES: Final = ("exhausted", "away", "lost")
"""No connection came free in time; none could be made; one that was in use broke."""


class MeasuredPool(AsyncAdaptedQueuePool):
    """The pool of an engine, which tells how long each connection was waited for."""

    metrics: "PoolMetrics | None" = None

    def connect(self) -> PoolProxiedConnection:
        """Return a connection that works. Raises what the pool or the driver raises where there is none."""
        if self.metrics is None:
            return super().connect()
        with self.metrics.checkout():
            return super().connect()


def measure_database(engine: AsyncEngine, registry: CollectorRegistry, *, service: str) -> None:
    """Count what happens to the connections of an engine, from now on. The engine must have a `MeasuredPool`."""
    pool = engine.pool
    if not isinstance(pool, MeasuredPool):
        raise TypeError(f"the engine of {service} has a {type(pool).__name__} and no MeasuredPool")
    pool.metrics = PoolMetrics(pool, registry, service=service)
    event.listen(engine.sync_engine, "handle_error", pool.metrics.statement_failed)


class PoolMetrics:
    """The metrics of one pool."""

    def __init__(self, pool: AsyncAdaptedQueuePool, registry: CollectorRegistry, *, service: str) -> None:
        """Register the metrics, which bear the service's name: under `up` three pools share a process."""
        own = CollectorRegistry()
        registry.register(_Families(own))
        connections = Gauge(
            "understudy_database_connections",
            "Connections to PostgreSQL that are in use, or idle.",
            ["service", "state"],
            registry=own,
        )
        connections.labels(service, "in_use").set_function(pool.checkedout)
        connections.labels(service, "idle").set_function(pool.checkedin)
        Gauge(
            "understudy_database_connections_limit",
            "Connections that the pool keeps at most.",
            ["service"],
            registry=own,
        ).labels(service).set(pool.size())
        self._waiting = Gauge(
            "understudy_database_waiting", "Callers that wait for a connection just now.", ["service"], registry=own
        ).labels(service)
        self._seconds = Histogram(
            "understudy_database_checkout_seconds",
            "How long callers waited until they had a connection that works, or gave up.",
            ["service"],
            buckets=CHECKOUT_BUCKETS,
            registry=own,
        ).labels(service)
        failures = Counter(
            "understudy_database_failures",
            "Connections that did not come free in time (exhausted), could not be made (away) or broke in use (lost).",
            ["service", "reason"],
            registry=own,
        )
        self._failures = {reason: failures.labels(service, reason) for reason in FAILURES}

    @contextmanager
    def checkout(self) -> Iterator[None]:
        """Count and time the wait for one connection; a caller who leaves meanwhile is no failure."""
        began = time.perf_counter()
        self._waiting.inc()
        try:
            yield
        except PoolTimeout:
            self._failures["exhausted"].inc()
            raise
        except Exception:
            self._failures["away"].inc()
            raise
        finally:
            self._waiting.dec()
            self._seconds.observe(time.perf_counter() - began)

    def statement_failed(self, context: ExceptionContext) -> None:
        """Count a connection that broke in use; what else a statement can fail of says nothing about connections."""
        if context.is_disconnect and context.connection is not None and not context.is_pre_ping:
            self._failures["lost"].inc()


class _Families(Collector):
    """The families of one pool among those of its process, which may have families of the same names from others."""

    def __init__(self, own: CollectorRegistry) -> None:
        self._own = own

    def collect(self) -> Iterable[Metric]:
        return self._own.collect()
