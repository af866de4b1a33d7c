"""Which drafts of mocks and server responses are valid, and what changing some of their fields means.

The fields that a change may name are the rows of two tables, `MOCK_FIELDS` and `SERVER_RESPONSE_FIELDS`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from services.core.errors import FieldViolation
from services.core.labels import check, name_violations, text_violations
from services.core.masks import FieldTable, changed
from services.core.mocks import (
    DELAY_PRESETS,
    MAXIMUM_DELAY,
    MINIMUM_DELAY,
    Delay,
    Mock,
    MockDraft,
    ServerResponse,
    ServerResponseDraft,
)

SERVER_ERRORS = range(500, 600)
"""A server response simulates a failing server (Postman, "Simulate a 5xx server response")."""

LANGUAGES = ("", "text", "javascript", "json", "html", "xml")
"""What an editor may colour a body as; it has no part in the reply (API reference, "Create a server response")."""

MAXIMUM_HEADERS = 100
"""As many as the strictest common HTTP clients take."""

MAXIMUM_HEADER_VALUE_LENGTH = 8_192
"""Characters: what common servers and proxies allow for one header."""

MAXIMUM_BODY_BYTES = 5 * 1024 * 1024
"""Postman's advice for the bodies of examples ("Add examples"): an edge holds every active one in memory."""

MAXIMUM_SEED_LENGTH = 255
"""Characters: a word, a name or a version; what is longer was not meant as a seed."""

MAXIMUM_ID_LENGTH = 1_000
"""Characters: far more than any id or tag there is, few enough for an index."""

HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}")
"""A token of RFC 9110, section 5.6.2."""

HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
"""What RFC 9110, section 5.5, lets a field value hold: no line breaks, no control characters, one byte a character."""

MOCK_FIELDS: FieldTable = {
    "name": ("name",),
    "description": ("description",),
    "collection_id": ("collection_id",),
    "environment_id": ("environment_id",),
    "release_tag": ("release_tag",),
    "visibility": ("visibility",),
    "config": ("config",),
    "config.delay": ("config", "delay"),
    "config.server_response_id": ("config", "server_response_id"),
    "config.seed": ("config", "seed"),
    "config.match_headers": ("config", "match_settings", "match_headers"),
    "config.match_body": ("config", "match_settings", "match_body"),
    "config.ignore_query_params": ("config", "match_settings", "match_query_params"),
    "config.literal_wildcards": ("config", "match_settings", "match_wildcards"),
    "config.exact_paths": ("config", "match_settings", "fuzzy_paths"),
    "config.literal_placeholders": ("config", "match_settings", "placeholder_wildcards"),
    "config.exact_base_paths": ("config", "match_settings", "base_path_fallback"),
}

SERVER_RESPONSE_FIELDS: FieldTable = {
    "name": ("name",),
    "status_code": ("status_code",),
    "headers": ("headers",),
    "language": ("language",),
    "body": ("body",),
}


def settled(draft: MockDraft) -> MockDraft:
    """Return the draft with what follows from it: a preset sets the duration."""
    if draft.config.delay is None or (duration := DELAY_PRESETS.get(draft.config.delay.preset)) is None:
        return draft
    delay = replace(draft.config.delay, duration=duration)
    return replace(draft, config=replace(draft.config, delay=delay))


def check_mock(draft: MockDraft) -> None:
    """Raise InvalidInput, naming each wrong field, where a mock cannot be as the draft says."""
    check(mock_violations(draft))


def check_server_response(draft: ServerResponseDraft) -> None:
    """Raise InvalidInput, naming each wrong field, where a server response cannot be as the draft says."""
    check(server_response_violations(draft))


def mock_violations(draft: MockDraft) -> Iterator[FieldViolation]:
    """Yield what is wrong with a draft of a mock."""
    yield from name_violations("mock.name", draft.name)
    yield from text_violations("mock.description", draft.description)
    if not draft.collection_id:
        yield FieldViolation(
            field="mock.collection_id", problem="is missing.", remedy="Send the id or uid of a collection."
        )
    yield from id_violations(draft)
    yield from header_name_violations(
        "mock.config.match_headers", draft.config.match_settings.match_headers, what="header names"
    )
    yield from text_violations("mock.config.seed", draft.config.seed, longest=MAXIMUM_SEED_LENGTH)
    if draft.config.delay is not None:
        yield from delay_violations(draft.config.delay)


def id_violations(draft: MockDraft) -> Iterator[FieldViolation]:
    """Yield what is wrong with the ids and the tag that a draft names: whether there are such things, others know."""
    named = {
        "mock.collection_id": draft.collection_id,
        "mock.environment_id": draft.environment_id,
        "mock.release_tag": draft.release_tag,
        "mock.config.server_response_id": draft.config.server_response_id,
    }
    for field, value in named.items():
        yield from text_violations(field, value or "", longest=MAXIMUM_ID_LENGTH)


def delay_violations(delay: Delay) -> Iterator[FieldViolation]:
    """Yield what is wrong with a delay; one of a preset has the preset's duration, whatever it says itself."""
    if delay.preset and delay.preset not in DELAY_PRESETS:
        yield FieldViolation(
            field="mock.config.delay.preset",
            problem=f"{delay.preset!r} is no preset.",
            remedy='Send "1" (2G), "2" (3G), or leave it out.',
        )
    elif not delay.preset and not MINIMUM_DELAY <= delay.duration <= MAXIMUM_DELAY:
        yield FieldViolation(
            field="mock.config.delay.duration",
            problem=f"is {delay.duration.total_seconds() * 1000:,.3f} ms.",
            remedy="Send 1 to 180,000 ms, or leave the delay out.",
        )


def server_response_violations(draft: ServerResponseDraft) -> Iterator[FieldViolation]:
    """Yield what is wrong with a draft of a server response."""
    yield from name_violations("server_response.name", draft.name)
    if draft.status_code not in SERVER_ERRORS:
        yield FieldViolation(
            field="server_response.status_code", problem=f"is {draft.status_code}.", remedy="Send 500 to 599."
        )
    if draft.language not in LANGUAGES:
        yield FieldViolation(
            field="server_response.language",
            problem=f"{draft.language[:50]!r} is no language of the editor.",
            remedy=f"Send one of {', '.join(filter(None, LANGUAGES))}, or leave it out.",
        )
    if len(draft.body) > MAXIMUM_BODY_BYTES:
        yield FieldViolation(
            field="server_response.body", problem=f"has {len(draft.body):,} bytes.", remedy="Send at most 5 MiB."
        )
    yield from header_name_violations("server_response.headers", [key for key, _ in draft.headers], what="headers")
    yield from header_value_violations("server_response.headers", [value for _, value in draft.headers])


def header_name_violations(field: str, names: Sequence[str], *, what: str) -> Iterator[FieldViolation]:
    """Yield what is wrong with names of headers."""
    if len(names) > MAXIMUM_HEADERS:
        yield FieldViolation(
            field=field, problem=f"has {len(names):,} {what}.", remedy=f"Send at most {MAXIMUM_HEADERS}."
        )
    for position, name in enumerate(names):
        if not HEADER_NAME.fullmatch(name):
            yield FieldViolation(
                field=f"{field}[{position}]",
                problem=f"{name[:50]!r} is no name of a header.",
                remedy="Send letters, digits and !#$%&'*+-.^_`|~ only.",
            )


def header_value_violations(field: str, values: Sequence[str]) -> Iterator[FieldViolation]:
    """Yield what is wrong with values of headers."""
    for position, value in enumerate(values):
        if len(value) > MAXIMUM_HEADER_VALUE_LENGTH or not HEADER_VALUE.fullmatch(value):
            yield FieldViolation(
                field=f"{field}[{position}].value",
                problem="cannot travel as the value of a header.",
                remedy=f"Send at most {MAXIMUM_HEADER_VALUE_LENGTH:,} characters of ISO 8859-1 without line breaks.",
            )


def draft_of_mock(mock: Mock) -> MockDraft:
    """Return what the mock says now, as a draft to change."""
    return MockDraft(
        name=mock.name,
        description=mock.description,
        collection_id=mock.collection_id,
        environment_id=mock.environment_id,
        release_tag=mock.release_tag,
        visibility=mock.visibility,
        config=mock.config,
    )


def with_draft(mock: Mock, draft: MockDraft) -> Mock:
    """Return the mock as the draft says."""
    return replace(
        mock,
        name=draft.name,
        description=draft.description,
        collection_id=draft.collection_id,
        environment_id=draft.environment_id,
        release_tag=draft.release_tag,
        visibility=draft.visibility,
        config=draft.config,
    )


def draft_of_server_response(response: ServerResponse) -> ServerResponseDraft:
    """Return what the server response says now, as a draft to change."""
    return ServerResponseDraft(
        name=response.name,
        status_code=response.status_code,
        headers=response.headers,
        language=response.language,
        body=response.body,
    )


def changed_mock(mock: Mock, draft: MockDraft, fields: Sequence[str]) -> MockDraft:
    """Return what the mock says once the named fields are the draft's. Raises InvalidInput for a field that is none."""
    return settled(changed(draft_of_mock(mock), draft, fields, MOCK_FIELDS))


def changed_server_response(
    response: ServerResponse, draft: ServerResponseDraft, fields: Sequence[str]
) -> ServerResponseDraft:
    """Return what the server response says once the named fields are the draft's. Raises InvalidInput."""
    return changed(draft_of_server_response(response), draft, fields, SERVER_RESPONSE_FIELDS)
