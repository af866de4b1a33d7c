"""Bad input: a clear status that names the place and the remedy, nothing stored, never a fault of ours."""

import json
from collections.abc import AsyncIterator, Iterable
from itertools import count
from typing import Any

import grpc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from understudy.catalog.v1.collection_service_pb2 import ImportCollectionRequest, ListItemsRequest
from understudy.catalog.v1.collection_service_pb2_grpc import CollectionServiceStub

from services.catalog.upload import document_of
from services.core.errors import InvalidInput, NotFound, TooLarge, UnderstudyError
from services.core.ids import EnvironmentId
from services.core.postman.document import MAX_COLLECTION_BYTES
from services.core.postman.environment import Environment
from services.core.postman.variable import Variable
from services.wire.errors import error_of
from services.wire.paging import encode_page_token
from tests.builders import SCHEMA_2_1, a_collection, an_environment, an_example, an_item, document
from tests.services.catalog.documents import SHOP_ID, collection_ids, examples_of, new_example, shop
from tests.services.catalog.running import RunningCatalog
from tests.services.serving import AS_SERVICE

NO_COLLECTIONS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "document"),
    "no JSON": (b"GIF89a", "document"),
    "JSON broken in the middle": (shop()[:200], "document"),
    "invalid UTF-8": (shop().replace(b"Shop", b"\xff\xfe\xfd"), "document"),
    "10,000 levels deep": (b'{"item":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "document"),
    "NaN": (shop().replace(b'"code": 200', b'"code": NaN'), "document"),
    "a number": (b"42", ""),
    "an empty object": (b"{}", ""),
    "an environment": (document(an_environment()), "document"),
    "no info": (document({"item": []}), ""),
    "no schema": (document({"info": {"name": "Shop"}, "item": []}), "info"),
    "no item": (document({"info": {"name": "Shop", "schema": SCHEMA_2_1}}), ""),
    "item of the wrong type": (document(a_collection() | {"item": 3}), "item"),
    "name of the wrong type": (shop().replace(b'"Shop"', b"[1]"), "info.name"),
    "an unknown schema version": (shop(schema=SCHEMA_2_1.replace("v2.1.0", "v9.0.0")), "info.schema"),
    "format v1": (shop(schema=SCHEMA_2_1.replace("v2.1.0", "v1.0.0")), "info.schema"),
    "a NUL byte in the name": (shop(name="Sh\0op"), "info.name"),
    "a name of 100 kB": (shop(name="x" * 100_000), "info.name"),
}


async def test_what_is_no_collection_is_refused_with_the_field_and_nothing_is_stored(catalog: RunningCatalog) -> None:
    for what, (source, field) in NO_COLLECTIONS.items():
        with pytest.raises(InvalidInput) as refused:
            await catalog.editor.import_collection(source)

        assert field in {violation.field for violation in refused.value.violations}, what
        assert all(violation.problem for violation in refused.value.violations), what
        assert [] == await collection_ids(catalog.editor), what
    assert catalog.target.count("understudy_grpc_calls_total", grpc_method=IMPORT, code="INTERNAL") == 0


async def test_a_bad_document_leaves_the_stored_one_as_it_is(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())

    with pytest.raises(InvalidInput):
        await catalog.editor.import_collection(shop()[:300])

    assert shop() == (await catalog.editor.export_collection(SHOP_ID))[1]


async def test_odd_but_usable_examples_are_stored_and_listed(catalog: RunningCatalog) -> None:
    odd = [
        an_example(code=None),
        an_example(request={"method": "GET", "header": None}),
        an_example(name="Twice"),
        an_example(name="Twice"),
        an_example(body="a\0b", headers={"X-Long": "v" * 100_000}),
        an_example(url="{{baseUrl}}/" + "p" * 100_000),
        an_example(name="lone \ud800 surrogate", code=10**400),
        an_example(id="n\0ul"),
        an_example(id="x" * 100_000),
    ]
    source = shop(an_item(*odd, name="NUL \0 and \ud800"))

    imported = await catalog.editor.import_collection(source)

    examples = await examples_of(catalog.editor)
    assert imported.collection.example_count == len(odd) == len(examples)
    assert "a\0b" in {stored.example.body for stored in examples}
    assert ["NUL \0 and \N{REPLACEMENT CHARACTER}"] == [item.name async for item in catalog.editor.list_items(SHOP_ID)]
    for stored in examples:
        assert stored == await catalog.editor.get_example(SHOP_ID, stored.example.id)


async def test_more_than_100_mb_is_refused_before_it_is_sent(catalog: RunningCatalog) -> None:
    announced = header(size_bytes=MAX_COLLECTION_BYTES + 1)

    refused = await upload(catalog, [announced])

    assert isinstance(refused, TooLarge)


async def test_more_than_100_mb_is_refused_while_it_is_received_though_less_was_announced(
    catalog: RunningCatalog,
) -> None:
    async def parts() -> AsyncIterator[ImportCollectionRequest]:
        yield header(size_bytes=1)
        for _ in range(101):
            yield ImportCollectionRequest(chunk=b"[" * (1024 * 1024))

    refused = await upload(catalog, parts())

    assert isinstance(refused, TooLarge)
    assert [] == await collection_ids(catalog.editor)


async def test_no_more_is_received_than_is_accepted() -> None:
    received: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        for number in count(1):
            received.append(number)
            yield b"[" * (1024 * 1024)

    with pytest.raises(TooLarge):
        await document_of(endless())

    assert len(received) == 101


async def test_the_header_comes_first_and_once_and_no_message_is_empty(catalog: RunningCatalog) -> None:
    chunk, empty = ImportCollectionRequest(chunk=b"{}"), ImportCollectionRequest()
    for parts, field in (
        ([], "header"),
        ([chunk], "header"),
        ([header(), header()], "header"),
        ([empty], "part"),
        ([header(), empty], "part"),
        ([header(mode=77)], "mode"),
        ([header(request_id="r" * 300)], "request_id"),
        ([header(request_id="\0")], "request_id"),
        ([header(collection_id="\0")], "collection_id"),
        ([header(collection_id="x" * 300)], "collection_id"),
    ):
        refused = await upload(catalog, parts)

        assert isinstance(refused, InvalidInput), parts
        assert [field] == [violation.field for violation in refused.violations]


async def test_ids_that_nothing_can_have_are_not_found(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())
    for nobody in ("", "\0", "x" * 100_000, "2-" + SHOP_ID, "' OR true --", "🐘"):
        for call in (
            catalog.editor.get_collection(nobody),
            catalog.editor.delete_collection(nobody),
            catalog.editor.update_collection(nobody, name="New"),
            catalog.editor.export_collection(nobody),
            catalog.editor.get_example(nobody, "some"),
            catalog.editor.get_example(SHOP_ID, nobody),
            catalog.editor.delete_example(SHOP_ID, nobody),
            catalog.editor.update_example(SHOP_ID, nobody, new_example(), fields=["name"]),
            catalog.editor.create_release_tag(nobody, "v1"),
            catalog.editor.get_release_tag(SHOP_ID, nobody),
            catalog.editor.delete_release_tag(SHOP_ID, nobody),
            catalog.editor.get_environment(nobody),
            catalog.editor.delete_environment(nobody),
            catalog.editor.update_environment(nobody, name="New"),
        ):
            with pytest.raises(NotFound):
                await call


async def test_page_tokens_and_sizes_that_are_none_are_refused(catalog: RunningCatalog) -> None:
    for token in ("nonsense", "=", "WzFd", "\0", "🐘", "W1tb" * 10_000, "x" * 100_000):
        for call in (
            catalog.editor.list_collections_page(page_token=token),
            catalog.editor.list_environments_page(page_token=token),
        ):
            with pytest.raises(InvalidInput) as refused:
                await call

            assert ["page_token"] == [violation.field for violation in refused.value.violations]
    with pytest.raises(InvalidInput) as refused:
        await catalog.editor.list_collections_page(page_size=-1)
    assert ["page_size"] == [violation.field for violation in refused.value.violations]
    with pytest.raises(InvalidInput):
        await catalog.editor.list_collections_page(name="\0")


async def test_a_forged_token_of_a_number_that_no_row_has_ends_the_list(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(shop())
    token = encode_page_token([2**62], scope=f"items 1 {SHOP_ID}")
    stub = CollectionServiceStub(catalog.target.channel)
    request = ListItemsRequest(collection_id=SHOP_ID, account_id=1, page_token=token)

    page = await stub.ListItems(request, metadata=AS_SERVICE)

    assert ([], "") == (list(page.items), page.next_page_token)


async def test_an_example_that_fits_no_message_is_kept_and_exported_but_not_sent_alone(
    catalog: RunningCatalog,
) -> None:
    source = shop(an_item(an_example(id="huge", body="x" * 64_000_000)))
    await catalog.editor.import_collection(source)

    for call in (catalog.editor.get_example(SHOP_ID, "huge"), examples_of(catalog.editor)):
        with pytest.raises(TooLarge, match="export"):
            await call
    assert source == (await catalog.editor.export_collection(SHOP_ID))[1]


async def test_an_environment_over_30_mb_is_too_large(catalog: RunningCatalog) -> None:
    huge = Environment(id=EnvironmentId(""), name="Huge", variables=(Variable(key="v", value="x" * 32_000_000),))

    with pytest.raises(TooLarge):
        await catalog.editor.create_environment(huge)

    assert [] == [environment async for environment in catalog.editor.list_environments()]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_no_bytes_at_all_make_an_import_fail_with_a_fault(catalog: RunningCatalog, data: st.DataObject) -> None:
    source = data.draw(documents_of_all_kinds())

    with_domain_error_or_success = await settled(catalog.editor.import_collection(source))

    assert type(with_domain_error_or_success) is not UnderstudyError, source
    assert catalog.target.count("understudy_grpc_calls_total", grpc_method=IMPORT, code="INTERNAL") == 0


IMPORT = "/understudy.catalog.v1.CollectionService/ImportCollection"


def documents_of_all_kinds() -> st.SearchStrategy[bytes]:
    """Bytes, JSON, collections with JSON anywhere inside, and collections with bytes overwritten."""
    anything = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    )
    odd_example = st.dictionaries(st.sampled_from(EXAMPLE_FIELDS), anything).map(lambda fields: an_example() | fields)
    odd_item = st.builds(
        lambda example, fields: an_item(example) | fields, odd_example, json_fields(ITEM_FIELDS, anything)
    )
    odd_collection = st.builds(
        lambda items, fields: a_collection(*items) | fields,
        st.lists(odd_item, max_size=3),
        json_fields(TOP_FIELDS, anything),
    )
    return st.one_of(
        st.binary(max_size=300),
        anything.map(encoded),
        odd_collection.map(encoded),
        st.builds(overwritten, st.integers(0, len(shop()) - 1), st.binary(min_size=1, max_size=4)),
    )


EXAMPLE_FIELDS = ("id", "name", "originalRequest", "code", "status", "header", "body", "_postman_previewlanguage")
ITEM_FIELDS = ("id", "name", "request", "response", "item")
TOP_FIELDS = ("info", "item", "variable", "auth", "event")


def json_fields(names: Iterable[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(list(names)), values, max_size=2)


def encoded(tree: Any) -> bytes:
    return json.dumps(tree).encode()


def overwritten(position: int, garbage: bytes) -> bytes:
    source = shop()
    return source[:position] + garbage + source[position + len(garbage) :]


async def settled(call: Any) -> Any:
    """Return what a call returns, or the error it raises."""
    try:
        return await call
    except UnderstudyError as error:
        return error


def header(**fields: Any) -> ImportCollectionRequest:
    return ImportCollectionRequest(header=ImportCollectionRequest.Header(account_id=1, **fields))


async def upload(catalog: RunningCatalog, parts: Any) -> UnderstudyError:
    """Return the error that an upload of these messages ends with."""
    stub = CollectionServiceStub(catalog.target.channel)
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await stub.ImportCollection(iter(parts) if isinstance(parts, list) else parts, metadata=AS_SERVICE, timeout=60)
    return error_of(failure.value)
