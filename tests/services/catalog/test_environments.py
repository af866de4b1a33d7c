"""Environments: created, read, listed, changed and deleted."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from services.core.catalog import StoredEnvironment
from services.core.errors import AlreadyExists, InvalidInput, NotFound, StaleEtag
from services.core.ids import EnvironmentId
from services.core.postman.environment import Environment
from services.core.postman.variable import Variable
from services.wire.catalog_client import CatalogClient
from tests.services.catalog.running import EDITOR_ID, RunningCatalog

VARIABLES = (
    Variable(key="baseUrl", value="https://staging.example"),
    Variable(key="token", value="s3cret\0", type="secret", is_enabled=False, description="For tests"),
    Variable(key="baseUrl", value="twice"),
    Variable(key="", value=""),
)


def new_environment(name: str = "Staging", *, environment_id: str = "") -> Environment:
    return Environment(id=EnvironmentId(environment_id), name=name, variables=VARIABLES)


async def names(client: CatalogClient, **filters: str) -> list[str]:
    return [environment.name async for environment in client.list_environments(**filters)]  # type: ignore[arg-type] # the one filter is a text


async def test_a_created_environment_keeps_its_variables_in_order_duplicates_included(catalog: RunningCatalog) -> None:
    created = await catalog.editor.create_environment(new_environment())

    assert (1, "Staging", VARIABLES, EDITOR_ID) == (
        created.account_id,
        created.name,
        created.variables,
        created.updated_by,
    )
    assert created == await catalog.viewer.get_environment(created.id)
    assert created == await catalog.viewer.get_environment(f"1-{created.id}")
    assert created == await catalog.service.get_environment(created.id, account_id=1)


async def test_the_variables_are_left_out_where_they_are_not_wanted(catalog: RunningCatalog) -> None:
    created = await catalog.editor.create_environment(new_environment())

    assert replace(created, variables=()) == await catalog.viewer.get_environment(created.id, omit_variables=True)
    with pytest.raises(NotFound):
        await catalog.stranger.get_environment(created.id, omit_variables=True)


async def test_variables_that_are_left_out_are_not_read(catalog: RunningCatalog, database_url: str) -> None:
    created = await catalog.editor.create_environment(new_environment())
    connection = await asyncpg.connect(database_url)
    await connection.execute("UPDATE catalog.environments SET variables = 'no JSON'")
    await connection.close()

    assert replace(created, variables=()) == await catalog.viewer.get_environment(created.id, omit_variables=True)


async def test_an_environment_without_an_id_gets_a_new_one_each_time(catalog: RunningCatalog) -> None:
    first = await catalog.editor.create_environment(new_environment())
    second = await catalog.editor.create_environment(new_environment())

    assert first.id
    assert first.id != second.id


async def test_a_given_id_is_taken_once_an_account(catalog: RunningCatalog) -> None:
    created = await catalog.editor.create_environment(new_environment(environment_id="1-mine"))

    assert created.id == "mine"
    with pytest.raises(AlreadyExists):
        await catalog.editor.create_environment(new_environment(environment_id="mine"))
    assert (await catalog.stranger.create_environment(new_environment(environment_id="mine"))).id == "mine"


async def test_another_accounts_environment_is_not_found(catalog: RunningCatalog) -> None:
    created = await catalog.editor.create_environment(new_environment())

    for call in (
        catalog.stranger.get_environment(created.id),
        catalog.stranger.update_environment(created.id, name="Mine"),
        catalog.stranger.delete_environment(created.id),
    ):
        with pytest.raises(NotFound):
            await call
    assert [] == await names(catalog.stranger)


async def test_a_repeated_request_answers_with_the_first_environment(catalog: RunningCatalog) -> None:
    created = await asyncio.gather(
        *(catalog.editor.create_environment(new_environment(), request_id="r1") for _ in range(4))
    )

    assert len({environment.id for environment in created}) == 1
    with pytest.raises(InvalidInput):
        await catalog.editor.create_environment(new_environment("Other"), request_id="r1")


async def test_lists_are_by_name_in_pages_and_without_variables(catalog: RunningCatalog) -> None:
    for number in range(130):
        await catalog.editor.create_environment(new_environment(f"E{number:03}"))
    await catalog.editor.create_environment(new_environment("E000"))

    listed = [environment async for environment in catalog.viewer.list_environments()]

    assert sorted(["E000", *(f"E{number:03}" for number in range(130))]) == [found.name for found in listed]
    assert {()} == {found.variables for found in listed}
    assert ["E000", "E000"] == await names(catalog.viewer, name="E000")


async def test_an_update_changes_what_it_names_alone(catalog: RunningCatalog) -> None:
    created = await catalog.editor.create_environment(new_environment())

    renamed = await catalog.editor.update_environment(created.id, name="Production", etag=created.etag)
    emptied = await catalog.editor.update_environment(created.id, variables=[], etag=renamed.etag)

    assert ("Production", VARIABLES) == (renamed.name, renamed.variables)
    assert ("Production", ()) == (emptied.name, emptied.variables)
    assert len({created.etag, renamed.etag, emptied.etag}) == 3
    assert emptied == await catalog.viewer.get_environment(created.id)


async def test_a_lone_surrogate_in_a_name_becomes_a_replacement_character(catalog: RunningCatalog) -> None:
    created = await catalog.editor.create_environment(new_environment())

    renamed = await catalog.editor.update_environment(created.id, name="half \ud800")

    assert renamed.name == "half \N{REPLACEMENT CHARACTER}"
    assert [renamed.name] == await names(catalog.editor, name="half \ud800")


async def test_an_update_that_changes_nothing_writes_nothing(catalog: RunningCatalog) -> None:
    created = await catalog.editor.create_environment(new_environment())

    assert created == await catalog.editor.update_environment(created.id, name="Staging", variables=VARIABLES)


async def test_writes_with_a_stale_etag_are_refused(catalog: RunningCatalog) -> None:
    created = await catalog.editor.create_environment(new_environment())
    changed = await catalog.editor.update_environment(created.id, name="Changed")

    with pytest.raises(StaleEtag):
        await catalog.editor.update_environment(created.id, name="Again", etag=created.etag)
    with pytest.raises(StaleEtag):
        await catalog.editor.delete_environment(created.id, etag=created.etag)
    assert changed == await catalog.viewer.get_environment(created.id)


async def test_of_writers_with_the_same_etag_one_wins(catalog: RunningCatalog) -> None:
    created = await catalog.editor.create_environment(new_environment())

    answers = await asyncio.gather(
        *(catalog.editor.update_environment(created.id, name=f"N{number}", etag=created.etag) for number in range(8)),
        return_exceptions=True,
    )

    (winner,) = (answer for answer in answers if isinstance(answer, StoredEnvironment))
    assert [StaleEtag] * 7 == [type(answer) for answer in answers if answer is not winner]
    assert winner == await catalog.viewer.get_environment(created.id)


async def test_a_deleted_environment_is_gone(catalog: RunningCatalog) -> None:
    created = await catalog.editor.create_environment(new_environment())

    await catalog.editor.delete_environment(created.id, etag=created.etag)

    for call in (
        catalog.editor.get_environment(created.id),
        catalog.editor.update_environment(created.id, name="Again"),
        catalog.editor.delete_environment(created.id),
    ):
        with pytest.raises(NotFound):
            await call
    assert [] == await names(catalog.editor)


async def test_a_bad_environment_is_refused_with_its_field(catalog: RunningCatalog) -> None:
    for wrong, field in (
        (new_environment(""), "environment.name"),
        (new_environment("x" * 256), "environment.name"),
        (new_environment("\0"), "environment.name"),
        (new_environment(environment_id="\0"), "environment.id"),
        (new_environment(environment_id="x" * 256), "environment.id"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await catalog.editor.create_environment(wrong)
        assert [field] == [violation.field for violation in refused.value.violations]
    created = await catalog.editor.create_environment(replace(new_environment(), variables=()))
    with pytest.raises(InvalidInput):
        await catalog.editor.update_environment(created.id)
    with pytest.raises(InvalidInput):
        await catalog.editor.update_environment(created.id, name="")
