"""Rows of the catalog's tables as dataclasses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import RowMapping

from services.catalog.contents import ExampleRow
from services.core.catalog import ReleaseTag, StoredCollection, StoredEnvironment
from services.core.ids import AccountId, CollectionId, EnvironmentId, Etag, ExampleId, ItemId, UserId
from services.core.postman.document import JsonValue, read_json, write_json
from services.core.postman.recognition import MAX_ENVIRONMENT_BYTES
from services.core.postman.values import entries
from services.core.postman.variable import Variable
from services.core.postman.variables import read_variable, variable_to_json

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Slice(Generic[Item]):
    """Some rows of a list, in its order, and whether there are more behind them."""

    rows: tuple[Item, ...]
    has_more: bool


def collection_of(row: Mapping[str, Any] | RowMapping) -> StoredCollection:
    """Return the collection of a row of `collections`."""
    return StoredCollection(
        account_id=AccountId(row["account_id"]),
        id=CollectionId(row["id"]),
        name=row["name"],
        description=row["description"],
        schema_version=row["schema_version"],
        item_count=row["item_count"],
        example_count=row["example_count"],
        size_bytes=row["size_bytes"],
        etag=Etag(row["etag"]),
        updated_by=UserId(row["updated_by"]),
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


def example_row_of(row: Mapping[str, Any] | RowMapping) -> ExampleRow:
    """Return the example's row of a row of `examples`."""
    return ExampleRow(
        id=ExampleId(row["id"]), item_id=ItemId(row["item_id"]), position=row["position"], content=row["content"]
    )


def release_tag_of(row: Mapping[str, Any] | RowMapping) -> ReleaseTag:
    """Return the release tag of a row of `release_tags`."""
    return ReleaseTag(
        collection_id=CollectionId(row["collection_id"]),
        name=row["name"],
        document_etag=Etag(row["document_etag"]),
        created_by=UserId(row["created_by"]),
        create_time=row["create_time"],
    )


def environment_of(row: Mapping[str, Any] | RowMapping) -> StoredEnvironment:
    """Return the environment of a row of `environments`; without its variables where the query left them out."""
    return StoredEnvironment(
        account_id=AccountId(row["account_id"]),
        id=EnvironmentId(row["id"]),
        name=row["name"],
        variables=variables_of(row["variables"]) if "variables" in row else (),
        updated_by=UserId(row["updated_by"]),
        etag=Etag(row["etag"]),
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


def variables_of(content: bytes) -> tuple[Variable, ...]:
    """Return the variables of an environment's column."""
    return tuple(read_variable(entry) for entry in entries(read_json(content, max_bytes=MAX_ENVIRONMENT_BYTES)))


def variables_content(variables: tuple[Variable, ...]) -> bytes:
    """Return the column of an environment's variables. Raises TooLarge above 30 MB."""
    json: list[JsonValue] = [variable_to_json(variable) for variable in variables]
    return write_json(json, max_bytes=MAX_ENVIRONMENT_BYTES)
