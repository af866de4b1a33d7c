"""The call log of a mock ("Get a mock server's call logs")."""

from datetime import datetime, timedelta

from services.core.call_log import CallLogFilter
from services.core.errors import InvalidInput
from services.core.postman.document import JsonObject
from services.gateway.postman_api.api_call import ApiCall
from services.gateway.postman_api.call_log_json import PARTS, entry_json
from services.gateway.postman_api.faults import BeyondRetention, InvalidCursor, InvalidParameter, ParameterMissing
from services.gateway.postman_api.queries import Query

MAXIMUM_LIMIT = 100
"""Postman's, and its default; a page also ends at 6.5 MB, which the call log sees to."""

SMALLEST_STATUS, LARGEST_STATUS = 100, 999


async def list_call_logs(call: ApiCall, mock_id: str) -> JsonObject:
    """Return a page of a mock's entries, newest first unless asked otherwise."""
    included = call.query.choices("include", PARTS)
    kept = read_filter(call.query)
    oldest_first = is_oldest_first(call.query)
    limit = call.query.integer("limit", minimum=1, maximum=MAXIMUM_LIMIT) or MAXIMUM_LIMIT
    mock, _ = await call.suite.registry.get_mock(mock_id)
    try:
        page = await call.suite.calllog.list_entries_page(
            mock.id,
            filter=kept,
            oldest_first=oldest_first,
            page_size=limit,
            page_token=call.query.text("cursor") or "",
        )
    except InvalidInput as error:
        raise _told_of_cursor(error) from error
    check_retention(kept.since, call.now(), page.retention_days)
    return {
        "call-logs": [entry_json(entry, included) for entry in page.rows],
        "meta": {"nextCursor": page.next_page_token or None},
    }


def read_filter(query: Query) -> CallLogFilter:
    """Return which entries a query asks for. Raises InvalidParameter."""
    since, until = query.time("since"), query.time("until")
    if since is not None and until is not None and since > until:
        raise InvalidParameter.of("since", "must not be after until.")
    kind = query.choice("responseType", ("success", "error"))
    return CallLogFilter(
        since=since,
        until=until,
        status_code=query.integer("responseStatusCode", minimum=SMALLEST_STATUS, maximum=LARGEST_STATUS),
        is_success=None if kind is None else kind == "success",
        method=query.text("requestMethod"),
        path=query.text("requestPath"),
    )


def is_oldest_first(query: Query) -> bool:
    """Tell the order: `sort=servedAt` and `direction` need each other. Raises ParameterMissing, InvalidParameter."""
    sort = query.choice("sort", ("servedat",))
    direction = query.choice("direction", ("asc", "desc"))
    if sort is not None and direction is None:
        raise ParameterMissing(["direction"])
    if direction is not None and sort is None:
        raise ParameterMissing(["sort"])
    return direction == "asc"


def check_retention(since: datetime | None, now: datetime, days: int) -> None:
    """Raise BeyondRetention where `since` is before everything that is kept; 0 days are for ever."""
    if since is not None and days and since < now - timedelta(days=days):
        raise BeyondRetention("since", days)


def _told_of_cursor(error: InvalidInput) -> InvalidInput:
    """Return InvalidCursor where that is what the call log complains of."""
    return InvalidCursor() if any(each.field == "page_token" for each in error.violations) else error
