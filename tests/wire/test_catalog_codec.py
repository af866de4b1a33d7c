"""The catalog's nouns survive the wire, as far as UTF-8 can carry them."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from understudy.catalog.v1 import watch_service_pb2

from services.core.catalog import (
    ImportedCollection,
    ReleaseTag,
    StoredCollection,
    StoredEnvironment,
    StoredExample,
    StoredItem,
)
from services.core.changes import CatalogChange, CatalogSubject, ChangeKind, Watched
from services.core.ids import AccountId, CollectionId, EnvironmentId, Etag, ExampleId, ItemId, Revision, UserId
from services.core.postman.collection import Body, BodyMode, Example, FormField, Header, PathVariable, Request, Url
from services.core.postman.report import Finding, FindingKind, ImportReport
from services.core.postman.urls import parse_url
from services.core.postman.variable import Variable
from services.wire import catalog_codec as codec

NOON = datetime(2026, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)

COLLECTION = StoredCollection(
    account_id=AccountId(7),
    id=CollectionId("c"),
    name="Shop",
    schema_version="2.1",
    etag=Etag("e"),
    create_time=NOON,
    update_time=NOON,
    description="For tests",
    item_count=1,
    example_count=2,
    size_bytes=2**40,
    updated_by=UserId(9),
)


def an_example(*, body: str | bytes = "text", request: Request | None = None) -> Example:
    return Example(
        id=ExampleId("x"),
        item_id=ItemId("i"),
        place=("Users", "Get user"),
        position=3,
        name="OK",
        request=request or Request(method="PUT", url=parse_url("{{baseUrl}}/users/:id?full=1&bare")),
        code=201,
        status="Created",
        headers=(Header(key="X-A", value="1"), Header(key="X-A", value="2", is_disabled=True)),
        body=body,
        preview_language="json",
    )


def test_a_collection_survives_and_has_its_uid() -> None:
    message = codec.collection_message(COLLECTION)

    assert message.uid == "7-c"
    assert COLLECTION == codec.collection_of(message)


def test_what_an_import_found_survives() -> None:
    findings = tuple(
        Finding(kind=kind, place=("Users", kind.value), pointer="/item/0", reason="is odd", example_id=example_id)
        for kind, example_id in zip(FindingKind, (None, ExampleId("x"), None), strict=True)
    )
    report = ImportReport(item_count=1, example_count=2, findings=findings, omitted_count=4)
    imported = ImportedCollection(collection=COLLECTION, report=report, is_new=True, revision=Revision(5))

    message = codec.imported_message(imported)

    assert message.report.finding_count == 7
    assert imported == codec.imported_of(message)


def test_a_report_of_very_many_findings_lists_the_first_and_counts_all() -> None:
    finding = Finding(kind=FindingKind.WARNING, place=(), pointer="", reason="")
    report = ImportReport(item_count=0, example_count=0, findings=(finding,) * (codec.MAXIMUM_FINDINGS + 1))

    read = codec.report_of(codec.report_message(report))

    assert (codec.MAXIMUM_FINDINGS, 1) == (len(read.findings), read.omitted_count)


def test_items_tags_and_environments_survive() -> None:
    item = StoredItem(id=ItemId("i"), name="n", folders=("a", "b"), method="GET", url="{{u}}/x", example_count=2)
    tag = ReleaseTag(
        collection_id=CollectionId("c"), name="v1", document_etag=Etag("e"), create_time=NOON, created_by=UserId(9)
    )
    environment = StoredEnvironment(
        account_id=AccountId(7),
        id=EnvironmentId("e"),
        name="Staging",
        etag=Etag("e"),
        create_time=NOON,
        update_time=NOON,
        variables=(Variable(key="k", value="v\0", type="secret", is_enabled=False, description="d"),),
        updated_by=UserId(9),
    )

    assert item == codec.item_of(codec.item_message(item))
    assert tag == codec.release_tag_of(codec.release_tag_message(tag))
    assert environment == codec.environment_of(codec.environment_message(environment))


def test_an_example_survives_with_text_and_with_bytes() -> None:
    for body in ("", "text \0 ünïcode", b"\xff\xfe"):
        stored = StoredExample(
            collection_id=CollectionId("c"), collection_etag=Etag("e"), example=an_example(body=body)
        )

        assert stored == codec.stored_example_of(codec.stored_example_message(stored))


def test_path_variables_survive_and_those_without_a_value_are_left_out() -> None:
    variables = (PathVariable(key="id", value="7"), PathVariable(key="none", value=None))
    request = Request(method="GET", url=Url(base="{{u}}", path="/:id", path_variables=variables))

    read = codec.example_of(codec.example_message(an_example(request=request)))

    assert variables[:1] == read.request.url.path_variables


def test_a_raw_request_body_travels_as_text_and_a_form_not_at_all() -> None:
    raw = Body(mode=BodyMode.RAW, raw="{}")
    form = Body(mode=BodyMode.URLENCODED, fields=(FormField(key="a", value="b"),))
    url = parse_url("/x")

    assert (
        raw
        == codec.example_of(
            codec.example_message(an_example(request=Request(method="POST", url=url, body=raw)))
        ).request.body
    )
    assert (
        codec.example_of(
            codec.example_message(an_example(request=Request(method="POST", url=url, body=form)))
        ).request.body
        is None
    )


@given(st.text(st.characters()))
def test_no_text_is_too_odd_for_the_wire(text: str) -> None:
    request = Request(method=text, url=parse_url(text), headers=(Header(key=text, value=text),))
    message = codec.example_message(an_example(body=text, request=request))

    read = codec.example_of(type(message).FromString(message.SerializeToString()))

    assert read.body == "".join("\N{REPLACEMENT CHARACTER}" if "\ud800" <= char <= "\udfff" else char for char in text)


def test_changes_and_bookmarks_survive() -> None:
    for kind in ChangeKind:
        for subject in CatalogSubject:
            change = CatalogChange(
                kind=kind, subject=subject, account_id=AccountId(7), id="c", change_time=NOON, release_tag="v1"
            )
            watched = Watched(Revision(8), change)

            assert watched == codec.watched_of(codec.watched_message(watched))
    assert Watched(Revision(9)) == codec.watched_of(codec.watched_message(Watched(Revision(9))))


def test_a_change_that_only_a_newer_catalog_knows_counts_as_a_bookmark() -> None:
    message = watch_service_pb2.WatchResponse(
        revision=8,
        change=watch_service_pb2.WatchResponse.Change(kind=watch_service_pb2.CHANGE_KIND_WRITTEN, id="c"),
    )

    assert Watched(Revision(8)) == codec.watched_of(message)
