"""The platform: what stands behind the edges, for whoever keeps it running."""

from charts.dashboards.panels import Dashboard, Panel, Query, Row, Unit, lines, quantile, quantiles, rate

UNARY = '{@, grpc_method!~".*/(Watch|Tail[A-Za-z]*)"}'
"""A stream that is watched lasts for as long as its watcher does; its length says nothing."""

FAILED = 'code=~"INTERNAL|UNKNOWN|DATA_LOSS|UNAVAILABLE|DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED"'
"""What is no caller's fault; a caller who leaves is CANCELLED."""

BY_SERVICE = (
    'sum by (grpc_service) (label_replace(rate(understudy_grpc_calls_total{@}[$__rate_interval]), "grpc_service", '
    '"$1", "grpc_method", "/([^/]+)/.*"))'
)

GRPC = Row(
    "gRPC",
    (
        Panel(
            title="Calls by service",
            description="gRPC calls that ended; a stream ends when its watcher leaves.",
            unit=Unit.PER_SECOND,
            queries=(Query(BY_SERVICE, "{{grpc_service}}"),),
            is_stacked=True,
        ),
        Panel(
            title="Calls by method",
            description="gRPC calls that ended, by service and method.",
            unit=Unit.PER_SECOND,
            queries=(Query(rate("understudy_grpc_calls_total", "grpc_method"), "{{grpc_method}}"),),
        ),
        Panel(
            title="Calls that did not end well",
            description="By code, the callers' faults included: UNAVAILABLE most often is the database, CANCELLED a "
            "caller who left.",
            unit=Unit.PER_SECOND,
            queries=(Query(rate("understudy_grpc_calls_total", "code", '{@, code!="OK"}'), "{{code}}"),),
        ),
        Panel(
            title="Failed calls by method",
            description="Calls that failed through no fault of their caller.",
            unit=Unit.PER_SECOND,
            queries=(
                Query(
                    rate("understudy_grpc_calls_total", "grpc_method, code", f"{{@, {FAILED}}}"),
                    "{{grpc_method}} {{code}}",
                ),
            ),
        ),
        Panel(
            title="Time by method, p99",
            description="Without streams that are watched.",
            unit=Unit.SECONDS,
            queries=(Query(quantile(0.99, "understudy_grpc_call_seconds", "grpc_method", UNARY), "{{grpc_method}}"),),
        ),
        Panel(
            title="In flight",
            description="Calls being handled, open watches and tails among them.",
            unit=Unit.COUNT,
            queries=(Query("sum by (grpc_method) (understudy_grpc_calls_in_flight{@})", "{{grpc_method}}"),),
        ),
    ),
)

POSTGRESQL = Row(
    "PostgreSQL",
    (
        Panel(
            title="Connections in use",
            description="Of each pool, beside its bound.",
            unit=Unit.COUNT,
            queries=(
                Query('sum by (service) (understudy_database_connections{@, state="in_use"})', "{{service}}"),
                Query("sum by (service) (understudy_database_connections_limit{@})", "{{service}}, bound"),
            ),
        ),
        Panel(
            title="Connections open",
            description="In use and idle: what PostgreSQL's max_connections must have room for, beside one connection "
            "of each catalog and registry for notifications.",
            unit=Unit.COUNT,
            queries=(Query("sum by (service, state) (understudy_database_connections{@})", "{{service}} {{state}}"),),
            is_stacked=True,
        ),
        Panel(
            title="Callers that wait for a connection",
            description="More than none for long means a pool that is too small or a database that is too slow.",
            unit=Unit.COUNT,
            queries=(Query("sum by (service) (understudy_database_waiting{@})", "{{service}}"),),
        ),
        Panel(
            title="Until a connection is there, p99",
            description="Waiting for a free one, making it where there is none, and seeing that it works.",
            unit=Unit.SECONDS,
            queries=(Query(quantile(0.99, "understudy_database_checkout_seconds", "service"), "{{service}}"),),
        ),
        Panel(
            title="Uses of the database",
            description="Connections taken from the pool, about one for each transaction.",
            unit=Unit.EVENTS_PER_SECOND,
            queries=(Query(rate("understudy_database_checkout_seconds_count", "service"), "{{service}}"),),
        ),
        Panel(
            title="Failures",
            description="exhausted: no connection came free in time. away: none could be made. lost: one broke in use.",
            unit=Unit.EVENTS_PER_SECOND,
            queries=(Query(rate("understudy_database_failures_total", "service, reason"), "{{service}} {{reason}}"),),
        ),
    ),
)

JOURNAL = Row(
    "From the edges' journals to the call log",
    (
        Panel(
            title="Journals",
            description="What edges have written down and calllog does not have yet, beside the bound.",
            unit=Unit.BYTES,
            queries=(
                Query("sum by (instance) (understudy_journal_bytes{@})", "{{instance}}"),
                Query("max(understudy_journal_limit_bytes{@})", "bound of each worker"),
            ),
        ),
        Panel(
            title="Oldest call in a journal",
            description="For how long it has been waiting; moments, while calllog takes what it is sent.",
            unit=Unit.SECONDS,
            queries=(Query("max by (instance) (understudy_journal_oldest_seconds{@})", "{{instance}}"),),
        ),
        Panel(
            title="Lost calls",
            description="Answered calls that the log will never have: disk or journal full, or refused by calllog.",
            unit=Unit.EVENTS_PER_SECOND,
            queries=(Query(rate("understudy_journal_dropped_total", "instance"), "{{instance}}"),),
        ),
        Panel(
            title="Shipped and stored",
            description="Entries that edges had acknowledged, that calllog stored, had already, and deleted for age.",
            unit=Unit.EVENTS_PER_SECOND,
            queries=lines(
                {
                    "shipped": rate("understudy_shipped_total"),
                    "stored": rate("understudy_call_log_entries_stored_total"),
                    "had already": rate("understudy_call_log_entries_duplicate_total"),
                    "deleted for age": rate("understudy_call_log_entries_deleted_total"),
                }
            ),
        ),
        Panel(
            title="Storing a batch",
            description="What calllog and its database take for a batch of up to a thousand entries.",
            unit=Unit.SECONDS,
            queries=quantiles("understudy_call_log_append_seconds"),
        ),
        Panel(
            title="Behind the calls",
            description="From a batch's oldest call until it was stored, and can be found.",
            unit=Unit.SECONDS,
            queries=quantiles("understudy_call_log_lag_seconds"),
        ),
    ),
)

CHANGES = Row(
    "From a change until it is served",
    (
        Panel(
            title="Propagation",
            description="From a write until edges serve it; promised is a second.",
            unit=Unit.SECONDS,
            queries=quantiles("understudy_propagation_seconds"),
        ),
        Panel(
            title="Watches connected",
            description="No while a process hears of no changes: it goes on with what it knows.",
            unit=Unit.YES_NO,
            queries=(Query("min by (job, stream) (understudy_watch_connected{@})", "{{job}}: {{stream}}"),),
        ),
        Panel(
            title="Changes behind",
            description="How many revisions the slowest watcher is behind the service that it watches.",
            unit=Unit.COUNT,
            queries=lines(
                {
                    "catalog": "max(understudy_catalog_revision{@}) - "
                    'min(understudy_watch_revision{@, stream="catalog"})',
                    "registry": "max(understudy_registry_revision{@}) - "
                    'min(understudy_watch_revision{@, stream=~"registry.*"})',
                }
            ),
        ),
        Panel(
            title="Imports",
            description="How long the catalog took for a collection.",
            unit=Unit.SECONDS,
            queries=quantiles("understudy_import_seconds", (0.5, 0.95)),
            width=12,
        ),
        Panel(
            title="Imported documents",
            description="Sizes of the collections that were imported.",
            unit=Unit.BYTES,
            queries=quantiles("understudy_imported_document_bytes", (0.5, 0.95)),
            width=12,
        ),
    ),
)

SNAPSHOTS = Row(
    "What edges hold of mocks",
    (
        Panel(
            title="Loaded mocks",
            description="Of each edge; a mock is loaded at its first call.",
            unit=Unit.COUNT,
            queries=(Query("sum by (instance) (understudy_snapshots{@})", "{{instance}}"),),
        ),
        Panel(
            title="Memory of loaded mocks",
            description="About what they take up, beside the bound (the edge's setting snapshotBytes).",
            unit=Unit.BYTES,
            queries=(
                Query("sum by (instance) (understudy_snapshot_bytes{@})", "{{instance}}"),
                Query("max(understudy_snapshot_limit_bytes{@})", "bound of each worker"),
            ),
        ),
        Panel(
            title="Calls that found their mock loaded",
            description="Share of calls; the others waited until it was.",
            unit=Unit.SHARE,
            queries=(
                Query(
                    f"1 - {rate('understudy_snapshot_misses_total', 'instance')} / "
                    f"{rate('understudy_calls_total', 'instance')}",
                    "{{instance}}",
                ),
            ),
        ),
        Panel(
            title="Loads",
            description="Mocks loaded, or brought up to date after a change. failed: registry or catalog is away.",
            unit=Unit.EVENTS_PER_SECOND,
            queries=(Query(rate("understudy_snapshot_loads_total", "result"), "{{result}}"),),
            width=12,
        ),
        Panel(
            title="Evictions",
            description="Mocks that had to make room; where it goes on, an edge has too little memory for its mocks.",
            unit=Unit.EVENTS_PER_SECOND,
            queries=(Query(rate("understudy_snapshot_evictions_total", "instance"), "{{instance}}"),),
            width=12,
        ),
    ),
)

PROCESSES = Row(
    "Processes",
    (
        Panel(
            title="Ready",
            description="Yes while a process can do its work; the services need their database, migrated.",
            unit=Unit.YES_NO,
            queries=(Query("min by (job, instance) (understudy_ready{@})", "{{job}} {{instance}}"),),
        ),
        Panel(
            title="Memory",
            description="Resident memory of each process.",
            unit=Unit.BYTES,
            queries=(Query("sum by (job, instance) (process_resident_memory_bytes{@})", "{{job}} {{instance}}"),),
        ),
        Panel(
            title="CPU",
            description="Seconds of processor time a second: 1 is one core, the most that a worker can use.",
            unit=Unit.COUNT,
            queries=(Query(rate("process_cpu_seconds_total", "job, instance"), "{{job}} {{instance}}"),),
        ),
        Panel(
            title="Event loop, late by (p99)",
            description="What each call waits beside its own work: processor, garbage collection, blocking.",
            unit=Unit.SECONDS,
            queries=(
                Query(quantile(0.99, "understudy_event_loop_lag_seconds", "job, instance"), "{{job}} {{instance}}"),
            ),
        ),
        Panel(
            title="Garbage collections",
            description="By generation; the oldest is rare, and takes longest.",
            unit=Unit.EVENTS_PER_SECOND,
            queries=(
                Query(rate("python_gc_collections_total", "job, generation"), "{{job}} generation {{generation}}"),
            ),
        ),
        Panel(
            title="Open files",
            description="Sockets among them, beside the limit.",
            unit=Unit.COUNT,
            queries=(
                Query("sum by (job, instance) (process_open_fds{@})", "{{job}} {{instance}}"),
                Query("min(process_max_fds{@})", "limit"),
            ),
        ),
        Panel(
            title="Certificates valid for",
            description="Until a process's own certificate expires, where the services speak TLS to each other. Files "
            "are read again when they are renewed.",
            unit=Unit.SECONDS,
            queries=(
                Query(
                    "min by (job, instance) (understudy_certificate_not_after_timestamp_seconds{@}) - time()",
                    "{{job}} {{instance}}",
                ),
            ),
        ),
        Panel(
            title="Lost spans",
            description="Spans of traces that the collector will not get, where tracing is on.",
            unit=Unit.EVENTS_PER_SECOND,
            queries=(Query(rate("understudy_spans_lost_total", "job"), "{{job}}"),),
        ),
        Panel(
            title="Starts",
            description="How often processes were started, in the chosen time: deployments, and what died.",
            unit=Unit.COUNT,
            queries=(
                Query(
                    "sum by (job) (changes(process_start_time_seconds{@}[$__rate_interval]))",
                    "{{job}}",
                ),
            ),
        ),
    ),
)

PLATFORM = Dashboard(
    uid="understudy-platform",
    title="Understudy / Platform",
    description="What stands behind mock traffic: gRPC, PostgreSQL, journals, propagation, snapshots and processes.",
    rows=(GRPC, POSTGRESQL, JOURNAL, CHANGES, SNAPSHOTS, PROCESSES),
)
