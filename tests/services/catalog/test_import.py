"""Importing: all or nothing, safe to repeat, and honest about what it found."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from understudy.catalog.v1.collection_service_pb2 import ImportCollectionRequest
from understudy.catalog.v1.collection_service_pb2_grpc import CollectionServiceStub

from services.catalog.store import CatalogStore
from services.core.catalog import ImportMode
from services.core.errors import AlreadyExists, InvalidInput, NotFound, StaleEtag
from services.core.postman.report import FindingKind
from services.runtime.database import database
from services.runtime.revisions import RevisionLog
from tests.builders import a_collection, a_folder, an_example, an_item, document
from tests.services.catalog.documents import SHOP_ID, collection_ids, examples_of, shop
from tests.services.catalog.running import EDITOR_ID, RunningCatalog, running_catalog
from tests.services.serving import AS_SERVICE


async def test_an_imported_collection_is_stored_with_its_counts_and_its_writer(catalog: RunningCatalog) -> None:
    source = shop(a_folder(an_item(an_example(), an_example(code=404))), name="Shop", description=None)

    imported = await catalog.editor.import_collection(source)

    stored = imported.collection
    assert imported.is_new
    assert (1, SHOP_ID, "Shop", "2.1") == (stored.account_id, stored.id, stored.name, stored.schema_version)
    assert (1, 2, len(source)) == (stored.item_count, stored.example_count, stored.size_bytes)
    assert stored.updated_by == EDITOR_ID
    assert abs(stored.create_time - datetime.now(UTC)) < timedelta(minutes=1)
    assert stored == await catalog.editor.get_collection(SHOP_ID)


async def test_a_document_comes_back_byte_for_byte_whatever_its_spelling(catalog: RunningCatalog) -> None:
    for number, source in enumerate(
        (
            b"\xef\xbb\xbf" + shop(),
            json.dumps(a_collection()).encode("utf-16"),
            document(a_collection(an_item(an_example(body="\ud800 \0 \u2028")), name="Lone")).replace(b"\t", b"  "),
        )
    ):
        await catalog.editor.import_collection(source, collection_id=SHOP_ID)
        _, exported = await catalog.editor.export_collection(SHOP_ID)

        assert source == exported, number


async def test_the_progress_of_an_upload_is_told_up_to_its_end(catalog: RunningCatalog) -> None:
    source = shop(an_item(an_example(body="x" * 2_500_000)))
    sent: list[int] = []

    await catalog.editor.import_collection(source, on_progress=sent.append)

    assert [1024 * 1024, 2 * 1024 * 1024, len(source)] == sent


async def test_the_report_names_what_cannot_be_mocked_and_the_neighbours_are_kept(catalog: RunningCatalog) -> None:
    source = shop(an_item(an_example(name="Good"), an_example(name="Odd", code="nonsense"), name="Users"), None)  # type: ignore[arg-type] # on purpose

    report = (await catalog.editor.import_collection(source)).report

    assert {FindingKind.CANNOT_BE_MOCKED, FindingKind.WARNING} <= {finding.kind for finding in report.findings}
    assert "/item/1" in {finding.pointer for finding in report.findings}
    assert report.example_count == 2
    assert ["Good", "Odd"] == [stored.example.name for stored in await examples_of(catalog.editor)]


async def test_a_file_without_an_id_updates_the_same_collection_each_time(catalog: RunningCatalog) -> None:
    first = await catalog.editor.import_collection(shop(id=None))
    second = await catalog.editor.import_collection(shop(an_item(name="Other"), id=None))

    assert first.collection.id == second.collection.id
    assert [first.collection.id] == await collection_ids(catalog.editor)


async def test_a_given_id_is_written_into_the_document(catalog: RunningCatalog) -> None:
    imported = await catalog.editor.import_collection(shop(), collection_id="1-another")

    _, exported = await catalog.editor.export_collection("another")
    assert imported.collection.id == "another"
    assert json.loads(exported)["info"]["_postman_id"] == "another"


async def test_an_upsert_creates_and_then_replaces(catalog: RunningCatalog) -> None:
    first = await catalog.editor.import_collection(shop())
    second = await catalog.editor.import_collection(shop(name="Shop 2"))

    assert (True, False) == (first.is_new, second.is_new)
    assert first.collection.etag != second.collection.etag
    assert first.revision + 1 == second.revision
    assert first.collection.create_time == second.collection.create_time
    assert second.collection.update_time > first.collection.update_time


async def test_the_same_document_again_writes_nothing(catalog: RunningCatalog) -> None:
    first = await catalog.editor.import_collection(shop())
    second = await catalog.editor.import_collection(shop())

    assert not second.is_new
    assert (first.collection, first.report, first.revision) == (second.collection, second.report, second.revision)


async def test_create_refuses_a_collection_that_is_there(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop(), mode=ImportMode.CREATE)

    with pytest.raises(AlreadyExists) as refused:
        await catalog.editor.import_collection(shop(name="Other"), mode=ImportMode.CREATE)

    assert ("collection", SHOP_ID) == (refused.value.kind, refused.value.identity)
    assert (await catalog.editor.get_collection(SHOP_ID)).name == "Shop"


async def test_replace_refuses_a_collection_that_is_not_there(catalog: RunningCatalog) -> None:
    with pytest.raises(NotFound):
        await catalog.editor.import_collection(shop(), mode=ImportMode.REPLACE)

    assert [] == await collection_ids(catalog.editor)


async def test_a_stale_etag_is_refused_and_the_present_one_is_taken(catalog: RunningCatalog) -> None:
    with pytest.raises(StaleEtag):
        await catalog.editor.import_collection(shop(), etag="of nothing")
    etag = (await catalog.editor.import_collection(shop())).collection.etag
    await catalog.editor.import_collection(shop(name="Second"), etag=etag)

    with pytest.raises(StaleEtag):
        await catalog.editor.import_collection(shop(name="Third"), etag=etag)

    assert (await catalog.editor.get_collection(SHOP_ID)).name == "Second"


async def test_a_repeated_request_answers_with_the_first_result(catalog: RunningCatalog) -> None:
    first = await catalog.editor.import_collection(shop(), mode=ImportMode.CREATE, request_id="r1")
    again = await catalog.editor.import_collection(shop(), mode=ImportMode.CREATE, request_id="r1")

    assert first == again


async def test_of_two_equal_requests_at_once_one_writes_and_both_succeed(catalog: RunningCatalog) -> None:
    answers = await asyncio.gather(
        *(catalog.editor.import_collection(shop(), mode=ImportMode.CREATE, request_id="r1") for _ in range(6))
    )

    assert {(True, SHOP_ID, 1)} == {(answer.is_new, answer.collection.id, answer.revision) for answer in answers}


async def test_a_request_id_of_another_call_is_refused(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop(), request_id="r1")

    with pytest.raises(InvalidInput) as refused:
        await catalog.editor.import_collection(shop(name="Other"), request_id="r1")

    assert ["request_id"] == [violation.field for violation in refused.value.violations]


async def test_a_failed_request_does_not_use_its_id_up(catalog: RunningCatalog) -> None:
    with pytest.raises(NotFound):
        await catalog.editor.import_collection(shop(), mode=ImportMode.REPLACE, request_id="r1")
    await catalog.editor.import_collection(shop(name="Older"))

    replaced = await catalog.editor.import_collection(shop(), mode=ImportMode.REPLACE, request_id="r1")

    assert replaced.collection.name == "Shop"


async def test_a_request_id_may_be_used_anew_after_a_day(catalog: RunningCatalog, database_url: str) -> None:
    await catalog.editor.import_collection(shop(), request_id="r1")
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE catalog.request_ids SET create_time = create_time - interval '25 hours'")
    await connection.close()

    imported = await catalog.editor.import_collection(shop(name="Other"), request_id="r1")

    assert imported.collection.name == "Other"


async def test_only_one_of_many_creates_of_the_same_collection_wins(catalog: RunningCatalog) -> None:
    answers = await asyncio.gather(
        *(catalog.editor.import_collection(shop(name=f"Shop {number}"), mode=ImportMode.CREATE) for number in range(8)),
        return_exceptions=True,
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["AlreadyExists"] * 7 + ["ImportedCollection"]


async def test_accounts_keep_collections_of_the_same_id_apart(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop(name="Mine"))
    await catalog.stranger.import_collection(shop(name="Theirs"))

    assert (await catalog.editor.get_collection(SHOP_ID)).name == "Mine"
    assert (await catalog.stranger.get_collection(SHOP_ID)).name == "Theirs"


async def test_a_service_imports_for_the_account_it_names_and_must_name_one(catalog: RunningCatalog) -> None:
    await catalog.service.import_collection(shop(), account_id=1)

    assert [SHOP_ID] == await collection_ids(catalog.editor)
    with pytest.raises(InvalidInput) as refused:
        await catalog.service.import_collection(shop())
    assert ["account_id"] == [violation.field for violation in refused.value.violations]


async def test_more_uploads_than_are_received_at_once_wait_and_succeed(database_url: str) -> None:
    async with running_catalog(database_url, uploads_at_once=2, documents_at_once=1) as catalog:
        await asyncio.gather(*(catalog.editor.import_collection(shop(id=f"id-{number}")) for number in range(30)))

        assert {f"id-{number}" for number in range(30)} == set(await collection_ids(catalog.editor))


async def test_an_upload_that_is_broken_off_stores_nothing_and_makes_room_for_the_next(database_url: str) -> None:
    async with running_catalog(database_url, uploads_at_once=1) as catalog:
        for _ in range(3):
            sent = asyncio.Event()
            upload = CollectionServiceStub(catalog.target.channel).ImportCollection(
                half_of_it(sent), metadata=AS_SERVICE
            )
            await sent.wait()
            upload.cancel()

        assert [] == await collection_ids(catalog.editor)
        assert (await catalog.editor.import_collection(shop())).is_new


async def half_of_it(sent: asyncio.Event) -> AsyncIterator[ImportCollectionRequest]:
    """Yield the first half of an upload, and then nothing for as long as anybody waits."""
    yield ImportCollectionRequest(header=ImportCollectionRequest.Header(account_id=1))
    yield ImportCollectionRequest(chunk=shop()[:100])
    sent.set()
    await asyncio.Event().wait()


async def test_old_request_ids_are_forgotten_and_young_ones_kept(catalog: RunningCatalog, database_url: str) -> None:
    await catalog.editor.import_collection(shop(), request_id="old")
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE catalog.request_ids SET create_time = create_time - interval '25 hours'")
    await catalog.editor.import_collection(shop(), request_id="young")

    async with database(database_url, pool_size=1, service="test") as engine:
        await CatalogStore(engine, RevisionLog(engine, "catalog")).forget_old_request_ids()

    left = await connection.fetch("SELECT request_id FROM catalog.request_ids")
    await connection.close()
    assert ["young"] == [row["request_id"] for row in left]


async def test_imports_are_counted(catalog: RunningCatalog) -> None:
    source = shop(an_item(an_example(), an_example()))
    await catalog.editor.import_collection(source)

    assert catalog.count("understudy_imported_collections_total") == 1
    assert catalog.count("understudy_imported_examples_total") == 2
    assert catalog.count("understudy_import_findings_total", kind="selector_only") == 1
    assert catalog.count("understudy_import_seconds_count") == 1
    assert catalog.count("understudy_imported_document_bytes_sum") == len(source)


async def test_ten_thousand_examples_are_imported_within_seconds(catalog: RunningCatalog) -> None:
    source = shop(
        *(an_item(an_example(url=f"/{number}", body="x" * 1024), name=str(number)) for number in range(10_000))
    )

    async with asyncio.timeout(20):
        imported = await catalog.editor.import_collection(source)

    assert imported.collection.example_count == 10_000
    assert list(range(10_000)) == [stored.example.position for stored in await examples_of(catalog.editor)]
