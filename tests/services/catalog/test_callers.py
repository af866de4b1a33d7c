"""Who may do what: a row for each method of the contract."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from understudy.catalog.v1 import (
    collection_service_pb2,
    environment_service_pb2,
    example_service_pb2,
    watch_service_pb2,
)

from services.core.errors import NotFound, PermissionDenied, Unauthenticated
from services.core.ids import EnvironmentId
from services.core.postman.environment import Environment
from services.wire.authentication import credentials_of, service_credentials
from services.wire.catalog_client import CatalogClient
from tests.services.catalog.documents import SHOP_ID, a_full_document, new_example, shop
from tests.services.catalog.running import RunningCatalog

Call = Callable[[CatalogClient], Awaitable[Any]]


async def drained(stream: Any) -> list[Any]:
    return [row async for row in stream]


async def first(stream: Any) -> Any:
    return await anext(stream)


ENVIRONMENT = Environment(id=EnvironmentId("new"), name="New")

READS: dict[str, Call] = {
    "GetCollection": lambda client: client.get_collection(SHOP_ID),
    "ListCollections": lambda client: drained(client.list_collections()),
    "ExportCollection": lambda client: client.export_collection(SHOP_ID),
    "ListItems": lambda client: drained(client.list_items(SHOP_ID)),
    "GetReleaseTag": lambda client: client.get_release_tag(SHOP_ID, "v1"),
    "ListReleaseTags": lambda client: drained(client.list_release_tags(SHOP_ID)),
    "ListExamples": lambda client: drained(client.list_examples(SHOP_ID)),
    "GetExample": lambda client: client.get_example(SHOP_ID, "example-0"),
    "GetEnvironment": lambda client: client.get_environment("staging"),
    "ListEnvironments": lambda client: drained(client.list_environments()),
    "Watch": lambda client: first(client.watch(None)),
}

WRITES: dict[str, Call] = {
    "ImportCollection": lambda client: client.import_collection(shop(id="another")),
    "UpdateCollection": lambda client: client.update_collection(SHOP_ID, name="New"),
    "CreateReleaseTag": lambda client: client.create_release_tag(SHOP_ID, "v2"),
    "CreateExample": lambda client: client.create_example(SHOP_ID, new_example()),
    "UpdateExample": lambda client: client.update_example(SHOP_ID, "example-0", new_example(), fields=["name"]),
    "DeleteExample": lambda client: client.delete_example(SHOP_ID, "example-0"),
    "CreateEnvironment": lambda client: client.create_environment(ENVIRONMENT),
    "UpdateEnvironment": lambda client: client.update_environment("staging", name="New"),
    "DeleteReleaseTag": lambda client: client.delete_release_tag(SHOP_ID, "v1"),
    "DeleteEnvironment": lambda client: client.delete_environment("staging"),
    "DeleteCollection": lambda client: client.delete_collection(SHOP_ID),
}

OF_ANOTHER_ACCOUNT = {"ListCollections", "ListEnvironments", "Watch", "ImportCollection", "CreateEnvironment"}
"""What names no thing of another account: it concerns the caller's own."""


async def fill(catalog: RunningCatalog) -> None:
    await catalog.editor.import_collection(a_full_document())
    await catalog.editor.create_release_tag(SHOP_ID, "v1")
    await catalog.editor.create_environment(Environment(id=EnvironmentId("staging"), name="Staging"))


def test_every_method_of_the_contract_has_its_row() -> None:
    contracts = (collection_service_pb2, example_service_pb2, environment_service_pb2, watch_service_pb2)
    methods = {
        method.name
        for contract in contracts
        for service in contract.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    }

    assert {*READS, *WRITES} == methods


async def test_viewers_read_everything_and_write_nothing(catalog: RunningCatalog) -> None:
    await fill(catalog)
    before = await catalog.viewer.export_collection(SHOP_ID)

    for call in READS.values():
        await call(catalog.viewer)
    for name, call in WRITES.items():
        with pytest.raises(PermissionDenied) as refused:
            await call(catalog.viewer)
        assert "editor" in refused.value.message, name
    assert before == await catalog.viewer.export_collection(SHOP_ID)


async def test_editors_do_everything(catalog: RunningCatalog) -> None:
    await fill(catalog)

    for call in (READS | WRITES).values():
        await call(catalog.editor)


async def test_nobody_reaches_another_accounts_things(catalog: RunningCatalog) -> None:
    await fill(catalog)

    for name, call in (READS | WRITES).items():
        if name not in OF_ANOTHER_ACCOUNT:
            with pytest.raises(NotFound):
                await call(catalog.stranger)
    assert [] == await drained(catalog.stranger.list_collections())
    assert [] == await drained(catalog.stranger.list_environments())


async def test_callers_without_a_valid_key_or_token_are_refused(catalog: RunningCatalog) -> None:
    for credentials in (
        (),
        credentials_of("USK-unknown"),
        service_credentials("wrong"),
        (("authorization", "Basic x"),),
    ):
        nobody = catalog.editor.acting_as(credentials)

        for call in (READS | WRITES).values():
            with pytest.raises(Unauthenticated):
                await call(nobody)
