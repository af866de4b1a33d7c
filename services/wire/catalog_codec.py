"""The catalog's nouns between dataclasses and protobuf: `x_message` makes a message, `x_of` reads one.

Protobuf's strings are UTF-8, so text from documents loses its lone surrogates on the way; bodies travel as bytes.
"""

from collections.abc import Mapping

from understudy.catalog.v1 import (
    collection_pb2,
    collection_service_pb2,
    environment_pb2,
    example_pb2,
    watch_service_pb2,
)

from services.core.catalog import (
    ImportedCollection,
    ImportMode,
    ReleaseTag,
    StoredCollection,
    StoredEnvironment,
    StoredExample,
    StoredItem,
)
from services.core.changes import CatalogChange, CatalogSubject, ChangeKind, Watched
from services.core.ids import (
    AccountId,
    CollectionId,
    EnvironmentId,
    Etag,
    ExampleId,
    ItemId,
    Revision,
    UserId,
    uid_of,
)
from services.core.postman.collection import Body, BodyMode, Example, Header, PathVariable, Request, Url
from services.core.postman.environment import Environment
from services.core.postman.report import Finding, FindingKind, ImportReport
from services.core.postman.urls import parse_url, url_text
from services.core.postman.variable import Variable
from services.wire.text import wire_bytes, wire_text
from services.wire.times import time_of, timestamp_of

MAXIMUM_FINDINGS = 10_000
"""More findings than this are counted and not listed: the report must fit a message, and nobody reads so far."""

IMPORT_MODES: Mapping[int, ImportMode] = {
    collection_service_pb2.IMPORT_MODE_UNSPECIFIED: ImportMode.UPSERT,
    collection_service_pb2.IMPORT_MODE_UPSERT: ImportMode.UPSERT,
    collection_service_pb2.IMPORT_MODE_CREATE: ImportMode.CREATE,
    collection_service_pb2.IMPORT_MODE_REPLACE: ImportMode.REPLACE,
}
IMPORT_MODE_NUMBERS: Mapping[ImportMode, collection_service_pb2.ImportMode.ValueType] = {
    ImportMode.UPSERT: collection_service_pb2.IMPORT_MODE_UPSERT,
    ImportMode.CREATE: collection_service_pb2.IMPORT_MODE_CREATE,
    ImportMode.REPLACE: collection_service_pb2.IMPORT_MODE_REPLACE,
}
FINDING_KIND_NUMBERS: Mapping[FindingKind, collection_pb2.FindingKind.ValueType] = {
    FindingKind.CANNOT_BE_MOCKED: collection_pb2.FINDING_KIND_CANNOT_BE_MOCKED,
    FindingKind.SELECTOR_ONLY: collection_pb2.FINDING_KIND_SELECTOR_ONLY,
    FindingKind.WARNING: collection_pb2.FINDING_KIND_WARNING,
}
FINDING_KINDS: Mapping[int, FindingKind] = {number: kind for kind, number in FINDING_KIND_NUMBERS.items()}
CHANGE_KIND_NUMBERS: Mapping[ChangeKind, watch_service_pb2.ChangeKind.ValueType] = {
    ChangeKind.WRITTEN: watch_service_pb2.CHANGE_KIND_WRITTEN,
    ChangeKind.DELETED: watch_service_pb2.CHANGE_KIND_DELETED,
}
CHANGE_KINDS: Mapping[int, ChangeKind] = {number: kind for kind, number in CHANGE_KIND_NUMBERS.items()}
SUBJECT_NUMBERS: Mapping[CatalogSubject, watch_service_pb2.Subject.ValueType] = {
    CatalogSubject.COLLECTION: watch_service_pb2.SUBJECT_COLLECTION,
    CatalogSubject.ENVIRONMENT: watch_service_pb2.SUBJECT_ENVIRONMENT,
    CatalogSubject.RELEASE_TAG: watch_service_pb2.SUBJECT_RELEASE_TAG,
}
SUBJECTS: Mapping[int, CatalogSubject] = {number: subject for subject, number in SUBJECT_NUMBERS.items()}


def collection_message(collection: StoredCollection) -> collection_pb2.Collection:
    """Return the message of a collection."""
    return collection_pb2.Collection(
        account_id=collection.account_id,
        id=collection.id,
        uid=uid_of(collection.account_id, collection.id),
        name=wire_text(collection.name),
        description=wire_text(collection.description),
        schema_version=collection.schema_version,
        item_count=collection.item_count,
        example_count=collection.example_count,
        size_bytes=collection.size_bytes,
        updated_by=collection.updated_by,
        etag=collection.etag,
        create_time=timestamp_of(collection.create_time),
        update_time=timestamp_of(collection.update_time),
    )


def collection_of(message: collection_pb2.Collection) -> StoredCollection:
    """Return the collection of a message."""
    return StoredCollection(
        account_id=AccountId(message.account_id),
        id=CollectionId(message.id),
        name=message.name,
        description=message.description,
        schema_version=message.schema_version,
        item_count=message.item_count,
        example_count=message.example_count,
        size_bytes=message.size_bytes,
        updated_by=UserId(message.updated_by),
        etag=Etag(message.etag),
        create_time=time_of(message.create_time),
        update_time=time_of(message.update_time),
    )


def imported_message(imported: ImportedCollection) -> collection_service_pb2.ImportCollectionResponse:
    """Return the answer to an import."""
    return collection_service_pb2.ImportCollectionResponse(
        collection=collection_message(imported.collection),
        report=report_message(imported.report),
        created=imported.is_new,
        revision=imported.revision,
    )


def imported_of(message: collection_service_pb2.ImportCollectionResponse) -> ImportedCollection:
    """Return what an import answered."""
    return ImportedCollection(
        collection=collection_of(message.collection),
        report=report_of(message.report),
        is_new=message.created,
        revision=Revision(message.revision),
    )


def report_message(report: ImportReport) -> collection_pb2.ImportReport:
    """Return the message of a report; of very many findings, the first."""
    return collection_pb2.ImportReport(
        item_count=report.item_count,
        example_count=report.example_count,
        findings=[_finding_message(finding) for finding in report.findings[:MAXIMUM_FINDINGS]],
        finding_count=len(report.findings) + report.omitted_count,
    )


def report_of(message: collection_pb2.ImportReport) -> ImportReport:
    """Return the report of a message, with the findings that it lists."""
    return ImportReport(
        item_count=message.item_count,
        example_count=message.example_count,
        findings=tuple(_finding_of(finding) for finding in message.findings),
        omitted_count=message.finding_count - len(message.findings),
    )


def _finding_message(finding: Finding) -> collection_pb2.Finding:
    return collection_pb2.Finding(
        kind=FINDING_KIND_NUMBERS[finding.kind],
        place=[wire_text(name) for name in finding.place],
        pointer=wire_text(finding.pointer),
        reason=wire_text(finding.reason),
        example_id=finding.example_id or "",
    )


def _finding_of(message: collection_pb2.Finding) -> Finding:
    return Finding(
        kind=FINDING_KINDS.get(message.kind, FindingKind.WARNING),
        place=tuple(message.place),
        pointer=message.pointer,
        reason=message.reason,
        example_id=ExampleId(message.example_id) if message.example_id else None,
    )


def item_message(item: StoredItem) -> collection_pb2.Item:
    """Return the message of a saved request."""
    return collection_pb2.Item(
        id=item.id,
        name=wire_text(item.name),
        folders=[wire_text(name) for name in item.folders],
        method=wire_text(item.method),
        url=wire_text(item.url),
        example_count=item.example_count,
    )


def item_of(message: collection_pb2.Item) -> StoredItem:
    """Return the saved request of a message."""
    return StoredItem(
        id=ItemId(message.id),
        name=message.name,
        folders=tuple(message.folders),
        method=message.method,
        url=message.url,
        example_count=message.example_count,
    )


def release_tag_message(tag: ReleaseTag) -> collection_pb2.ReleaseTag:
    """Return the message of a release tag."""
    return collection_pb2.ReleaseTag(
        collection_id=tag.collection_id,
        name=tag.name,
        document_etag=tag.document_etag,
        created_by=tag.created_by,
        create_time=timestamp_of(tag.create_time),
    )


def release_tag_of(message: collection_pb2.ReleaseTag) -> ReleaseTag:
    """Return the release tag of a message."""
    return ReleaseTag(
        collection_id=CollectionId(message.collection_id),
        name=message.name,
        document_etag=Etag(message.document_etag),
        created_by=UserId(message.created_by),
        create_time=time_of(message.create_time),
    )


def stored_example_message(stored: StoredExample) -> example_pb2.Example:
    """Return the message of an example with the collection it was read from."""
    message = example_message(stored.example)
    message.collection_id = stored.collection_id
    message.collection_etag = stored.collection_etag
    return message


def stored_example_of(message: example_pb2.Example) -> StoredExample:
    """Return the example of a message with the collection it was read from."""
    return StoredExample(
        collection_id=CollectionId(message.collection_id),
        collection_etag=Etag(message.collection_etag),
        example=example_of(message),
    )


def example_message(example: Example) -> example_pb2.Example:
    """Return the message of an example."""
    return example_pb2.Example(
        id=example.id,
        item_id=example.item_id,
        place=[wire_text(name) for name in example.place],
        position=example.position,
        name=wire_text(example.name),
        request=_request_message(example.request),
        code=example.code,
        status=wire_text(example.status),
        headers=[_header_message(header) for header in example.headers],
        body=wire_bytes(example.body) if isinstance(example.body, str) else example.body,
        preview_language=wire_text(example.preview_language),
    )


def example_of(message: example_pb2.Example) -> Example:
    """Return the example of a message: its body as text where it is UTF-8, its code as sent (0 where there is none)."""
    return Example(
        id=ExampleId(message.id),
        item_id=ItemId(message.item_id),
        place=tuple(message.place),
        position=message.position,
        name=message.name,
        request=_request_of(message.request),
        code=message.code,
        status=message.status,
        headers=tuple(_header_of(header) for header in message.headers),
        body=_text_or_bytes(message.body),
        preview_language=message.preview_language,
    )


def _request_message(request: Request) -> example_pb2.SavedRequest:
    return example_pb2.SavedRequest(
        method=wire_text(request.method),
        url=wire_text(url_text(request.url)),
        headers=[_header_message(header) for header in request.headers],
        body=wire_bytes(request.body.raw) if request.body is not None else b"",
        path_variables={
            wire_text(variable.key): wire_text(variable.value)
            for variable in request.url.path_variables
            if variable.value is not None
        },
    )


def _request_of(message: example_pb2.SavedRequest) -> Request:
    return Request(
        method=message.method.strip().upper() or "GET",
        url=_url_of(message),
        headers=tuple(_header_of(header) for header in message.headers),
        body=Body(mode=BodyMode.RAW, raw=message.body.decode("utf-8", "replace")) if message.body else None,
    )


def _url_of(message: example_pb2.SavedRequest) -> Url:
    parsed = parse_url(message.url)
    return Url(
        base=parsed.base,
        path=parsed.path,
        query=parsed.query,
        path_variables=tuple(PathVariable(key=key, value=value) for key, value in message.path_variables.items()),
    )


def _header_message(header: Header) -> example_pb2.Header:
    return example_pb2.Header(key=wire_text(header.key), value=wire_text(header.value), disabled=header.is_disabled)


def _header_of(message: example_pb2.Header) -> Header:
    return Header(key=message.key, value=message.value, is_disabled=message.disabled)


def _text_or_bytes(body: bytes) -> str | bytes:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return body


def environment_message(environment: StoredEnvironment) -> environment_pb2.Environment:
    """Return the message of an environment."""
    return environment_pb2.Environment(
        account_id=environment.account_id,
        id=environment.id,
        uid=uid_of(environment.account_id, environment.id),
        name=wire_text(environment.name),
        variables=variable_messages(environment.variables),
        updated_by=environment.updated_by,
        etag=environment.etag,
        create_time=timestamp_of(environment.create_time),
        update_time=timestamp_of(environment.update_time),
    )


def environment_of(message: environment_pb2.Environment) -> StoredEnvironment:
    """Return the environment of a message."""
    return StoredEnvironment(
        account_id=AccountId(message.account_id),
        id=EnvironmentId(message.id),
        name=message.name,
        variables=variables_of(message),
        updated_by=UserId(message.updated_by),
        etag=Etag(message.etag),
        create_time=time_of(message.create_time),
        update_time=time_of(message.update_time),
    )


def new_environment_message(environment: Environment) -> environment_pb2.Environment:
    """Return the message of an environment that is to be created."""
    return environment_pb2.Environment(
        id=environment.id, name=wire_text(environment.name), variables=variable_messages(environment.variables)
    )


def new_environment_of(message: environment_pb2.Environment) -> Environment:
    """Return the environment to create: its id is empty where a new one is wanted."""
    return Environment(id=EnvironmentId(message.id), name=message.name, variables=variables_of(message))


def variable_messages(variables: tuple[Variable, ...]) -> list[environment_pb2.Variable]:
    """Return the messages of variables, in their order."""
    return [
        environment_pb2.Variable(
            key=wire_text(variable.key),
            value=wire_text(variable.value),
            type=wire_text(variable.type),
            disabled=not variable.is_enabled,
            description=wire_text(variable.description),
        )
        for variable in variables
    ]


def variables_of(message: environment_pb2.Environment) -> tuple[Variable, ...]:
    """Return the variables of an environment's message, in their order."""
    return tuple(
        Variable(
            key=variable.key,
            value=variable.value,
            type=variable.type or "default",
            is_enabled=not variable.disabled,
            description=variable.description,
        )
        for variable in message.variables
    )


def watched_message(watched: Watched[CatalogChange]) -> watch_service_pb2.WatchResponse:
    """Return a message of a watch stream; a bookmark has no change."""
    change = watched.change
    return watch_service_pb2.WatchResponse(
        revision=watched.revision, change=_change_message(change) if change is not None else None
    )


def watched_of(message: watch_service_pb2.WatchResponse) -> Watched[CatalogChange]:
    """Return what a message of a watch stream says.

    A change of a kind or subject that a newer catalog knows counts as a bookmark.
    """
    change = message.change
    if not message.HasField("change") or change.kind not in CHANGE_KINDS or change.subject not in SUBJECTS:
        return Watched(Revision(message.revision))
    return Watched(Revision(message.revision), _change_of(change))


def _change_message(change: CatalogChange) -> watch_service_pb2.WatchResponse.Change:
    return watch_service_pb2.WatchResponse.Change(
        kind=CHANGE_KIND_NUMBERS[change.kind],
        subject=SUBJECT_NUMBERS[change.subject],
        account_id=change.account_id,
        id=change.id,
        release_tag=change.release_tag,
        change_time=timestamp_of(change.change_time),
    )


def _change_of(message: watch_service_pb2.WatchResponse.Change) -> CatalogChange:
    return CatalogChange(
        kind=CHANGE_KINDS[message.kind],
        subject=SUBJECTS[message.subject],
        account_id=AccountId(message.account_id),
        id=message.id,
        release_tag=message.release_tag,
        change_time=time_of(message.change_time),
    )
