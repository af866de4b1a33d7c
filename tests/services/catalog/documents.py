"""Documents that the catalog's tests import, and examples they create."""

from services.core.catalog import StoredExample
from services.core.ids import ExampleId, ItemId
from services.core.postman.collection import Example, Header, Request
from services.core.postman.urls import parse_url
from services.wire.catalog_client import CatalogClient
from tests.builders import Json, a_collection, an_example, an_item, document

SHOP_ID = "c0ffee00-0000-4000-8000-000000000001"
"""The id of the collection that `a_collection` builds."""


def shop(*items: Json, **fields: object) -> bytes:
    """Return the document of a collection, by default with one item and one example."""
    return document(a_collection(*items, **fields))  # type: ignore[arg-type] # fields are what a_collection takes


def a_full_document(example_count: int = 2) -> bytes:
    """Return a document with an item per example; ids are item-0, example-0 and so on."""
    return shop(*(an_item_with_id(number) for number in range(example_count)))


def an_item_with_id(number: int) -> Json:
    """Return an item with one example, which have ids."""
    example = an_example(id=f"example-{number}", name=f"Example {number}", url=f"{{{{baseUrl}}}}/users/{number}")
    return an_item(example, name=f"Item {number}", id=f"item-{number}")


def new_example(
    name: str = "Not found",
    *,
    example_id: str = "",
    code: int = 404,
    url: str = "{{baseUrl}}/users/9",
    body: str | bytes = "none",
) -> Example:
    """Return an example that a client creates."""
    return Example(
        id=ExampleId(example_id),
        item_id=ItemId(""),
        place=(),
        position=0,
        name=name,
        request=Request(method="GET", url=parse_url(url), headers=(Header(key="Accept", value="*/*"),)),
        code=code,
        status="Not Found",
        headers=(Header(key="Content-Type", value="text/plain"),),
        body=body,
        preview_language="text",
    )


async def examples_of(client: CatalogClient, collection_id: str = SHOP_ID) -> list[StoredExample]:
    """Return all examples of a collection."""
    return [stored async for stored in client.list_examples(collection_id)]


async def collection_ids(client: CatalogClient) -> list[str]:
    """Return the ids of all collections of the caller's account."""
    return [collection.id async for collection in client.list_collections()]
