"""The nouns of a collection, as the rest of the house sees them.

A collection is a tree of folders and items; an item is a saved request with its saved examples. Matching never asks for
the tree, so items are kept flat, in document order, each with the names of the folders above it.

Text is kept as the file has it: `{{variables}}` unresolved, percent escapes untouched, lone surrogates included.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from services.core.ids import CollectionId, ExampleId, ItemId
from services.core.postman.variable import Variable


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """One header of a request or an example."""

    key: str
    value: str
    is_disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryParameter:
    """One query parameter; `value` None is a key without `=`."""

    key: str
    value: str | None = None
    is_disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PathVariable:
    """The stored value of a `:name` path segment."""

    key: str
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """A saved URL in parts, none of them decoded.

    base: all before the path, as written: `https://{{host}}:8080`, `{{baseUrl}}`, or empty.
    path: empty, or beginning with a slash.
    """

    base: str = ""
    path: str = ""
    query: tuple[QueryParameter, ...] = ()
    path_variables: tuple[PathVariable, ...] = ()


class BodyMode(StrEnum):
    """How a request's body is written down."""

    RAW = "raw"
    URLENCODED = "urlencoded"
    FORMDATA = "formdata"
    GRAPHQL = "graphql"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field of an urlencoded or multipart body; `source` names the file of a file field."""

    key: str
    value: str = ""
    is_file: bool = False
    source: str = ""
    is_disabled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphQL:
    """A GraphQL body: `variables` is JSON text."""

    query: str = ""
    variables: str = ""
    operation_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A saved request's body; which of the parts speaks depends on `mode`.

    raw: the text of a raw body, or the content of a file body where the collection holds it.
    source: the name of a file body's file.
    """

    mode: BodyMode
    raw: str = ""
    source: str = ""
    language: str = ""
    fields: tuple[FormField, ...] = ()
    graphql: GraphQL | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A saved request. `method` is upper case."""

    method: str
    url: Url
    headers: tuple[Header, ...] = ()
    body: Body | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A saved example: the request it answers, and what it answers with.

    place: the names on the way to it: folders, then the item.
    position: its number among all examples of the collection that can be mocked, from 0, in document order.
    body: text, or the decoded bytes of a Base64 body.
    """

    id: ExampleId
    item_id: ItemId
    place: tuple[str, ...]
    position: int
    name: str
    request: Request
    code: int
    status: str = ""
    headers: tuple[Header, ...] = ()
    body: str | bytes = ""
    preview_language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A saved request and its examples; `request` is None where it cannot be read."""

    id: ItemId
    name: str
    folders: tuple[str, ...]
    request: Request | None
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A collection. `schema_version` is "1.0", "2.0" or "2.1"."""

    id: CollectionId
    name: str
    schema_version: str
    description: str = ""
    variables: tuple[Variable, ...] = ()
    items: tuple[Item, ...] = ()

    @property
    def examples(self) -> Iterator[Example]:
        """Yield every example that can be mocked, in document order."""
        return (example for item in self.items for example in item.examples)
