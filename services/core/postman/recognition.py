"""Telling what a document is: the thing to read, or another one that deserves a better answer than "invalid"."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from services.core.errors import FieldViolation, InvalidInput
from services.core.postman.document import JsonObject, JsonValue, read_json
from services.core.postman.findings import Notes
from services.core.postman.v1.convert import convert_v1, is_v1
from services.core.postman.values import object_of, text_of

MAX_ENVIRONMENT_BYTES: Final = 30 * 1024 * 1024
"""The largest environment that is accepted: thousands of times what people keep in one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The version of the collection format that a file is in, "1.0", "2.0" or "2.1"; `draft` is a draft's full name."""

    version: str
    draft: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionFile:
    """A document that is a collection: `path` leads from its `root` to the collection's `tree`.

    Of a document in format v1, root and tree are what it is in format v2.1, under the same path.

    notes: what was found while opening it; whoever goes on reading adds to them.
    """

    root: JsonValue
    path: tuple[str, ...]
    tree: JsonObject
    info: JsonObject
    schema: Schema
    notes: Notes = field(default_factory=Notes, compare=False, repr=False)


def open_collection(document: bytes) -> CollectionFile:
    """Return the collection of a document, bare or in the wrapper of Postman's API, `{"collection": {…}}`.

    Raises TooLarge, and InvalidInput with a violation for each fault, in the words of Postman's API ("Create a
    collection": `info: must have required property 'schema'`).
    """
    return recognise_collection(read_json(document))


def recognise_collection(root: JsonValue) -> CollectionFile:
    """Return the collection of a document's tree; raises InvalidInput as `open_collection` does."""
    tree, path = _unwrap(root, "collection")
    if isinstance(tree, dict) and is_v1(tree):
        return _converted(root, path, _checked(tree, "collection", _COLLECTION_V1))
    collection = _checked(tree, "collection", _COLLECTION)
    info = object_of(collection.get("info"))
    schema = _read_schema(text_of(info.get("schema")))
    return CollectionFile(root=root, path=path, tree=collection, info=info, schema=schema)


def _converted(root: JsonValue, path: tuple[str, ...], tree: JsonObject) -> CollectionFile:
    converted = convert_v1(tree, path)
    return CollectionFile(
        root={**root, path[0]: converted.tree} if path and isinstance(root, dict) else converted.tree,
        path=path,
        tree=converted.tree,
        info=object_of(converted.tree["info"]),
        schema=Schema(version="1.0"),
        notes=converted.notes,
    )


def open_environment(document: bytes) -> JsonObject:
    """Return the tree of an environment, bare or in the wrapper of Postman's API, `{"environment": {…}}`.

    Raises TooLarge, and InvalidInput with a violation for each fault.
    """
    tree, _ = _unwrap(read_json(document, max_bytes=MAX_ENVIRONMENT_BYTES), "environment")
    return _checked(tree, "environment", _ENVIRONMENT)


@dataclass(frozen=True, slots=True)
class _Property:
    """A property that a document must have: the object it stands in ("" for the outermost), its name and its type."""

    parent: str
    name: str
    kind: type[dict[str, JsonValue]] | type[list[JsonValue]] | type[str]

    @property
    def field(self) -> str:
        return f"{self.parent}.{self.name}" if self.parent else self.name


_COLLECTION: Final = (
    _Property("", "info", dict),
    _Property("info", "name", str),
    _Property("info", "schema", str),
    _Property("", "item", list),
)
_COLLECTION_V1: Final = (_Property("", "name", str), _Property("", "requests", list))
_ENVIRONMENT: Final = (_Property("", "name", str), _Property("", "values", list))
_TYPES: Final = {dict: "object", list: "array", str: "string"}


def _checked(tree: JsonValue, wanted: str, properties: tuple[_Property, ...]) -> JsonObject:
    """Return a tree that is the wanted kind of document and has these properties; raises InvalidInput otherwise."""
    if not isinstance(tree, dict):
        raise InvalidInput.of("", "must be object", _EXPORT_AGAIN)
    _refuse_other_kinds(tree, wanted)
    problems = [problem for wanted_property in properties for problem in _problems(tree, wanted_property)]
    if problems:
        raise InvalidInput(
            [FieldViolation(field=field, problem=text, remedy=_EXPORT_AGAIN) for field, text in problems]
        )
    return tree


def _problems(tree: JsonObject, wanted: _Property) -> Iterator[tuple[str, str]]:
    """Yield (field, problem) of one property; nothing where the object that should hold it is missing too."""
    holder = tree.get(wanted.parent) if wanted.parent else tree
    if not isinstance(holder, dict):
        return
    if wanted.name not in holder:
        yield wanted.parent, f"must have required property '{wanted.name}'"
    elif not isinstance(holder[wanted.name], wanted.kind):
        yield wanted.field, f"must be {_TYPES[wanted.kind]}"


_EXPORT_AGAIN: Final = "Export it from Postman again: a collection as Collection v2.1."


def _read_schema(text: str) -> Schema:
    found = _SCHEMA.search(text)
    if found is None or found["version"] not in {"1.0", "2.0", "2.1"}:
        raise InvalidInput.of("info.schema", f"names no known version of the format: {text!r}.", _EXPORT_AGAIN)
    if found["version"] == "1.0":
        raise InvalidInput.of("info.schema", "names format v1, which has no info and no item.", _EXPORT_AGAIN)
    return Schema(version=found["version"], draft=found["full"] if found["draft"] else "")


_SCHEMA: Final = re.compile(r"/collection/v(?P<full>(?P<version>\d+\.\d+)\.\d+(?P<draft>-[\w.-]+)?)(?:/|$)")


def _unwrap(root: JsonValue, name: str) -> tuple[JsonValue, tuple[str, ...]]:
    """Return what is inside of `{"<name>": {…}}` and the path to it; the root itself where that is no wrapper."""
    if isinstance(root, dict) and isinstance(root.get(name), dict) and not _NEVER_IN_A_WRAPPER & root.keys():
        return root[name], (name,)
    return root, ()


_NEVER_IN_A_WRAPPER: Final = frozenset({"info", "item", "requests", "values"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """A kind of document that people hold in their hands; `looks_so` is asked of objects alone."""

    name: str
    problem: str
    remedy: str
    looks_so: Callable[[JsonObject], bool]


_KINDS: Final = (
    _Kind(
        name="collection",
        problem="is a collection, not an environment.",
        remedy="Import it as a collection.",
        looks_so=lambda tree: (
            {"info", "item"} <= tree.keys() or isinstance(tree.get("collection"), dict) or is_v1(tree)
        ),
    ),
    _Kind(
        name="globals",
        problem="is a file of global variables, which mocks never use.",
        remedy="Put the variables into an environment, and import that.",
        looks_so=lambda tree: tree.get("_postman_variable_scope") == "globals",
    ),
    _Kind(
        name="environment",
        problem="is an environment, not a collection.",
        remedy="Import it as an environment.",
        looks_so=lambda tree: isinstance(tree.get("values"), list) or isinstance(tree.get("environment"), dict),
    ),
    _Kind(
        name="data dump",
        problem="is a data dump, which holds many collections and environments.",
        remedy="Import each of them as a file of its own.",
        looks_so=lambda tree: isinstance(tree.get("collections"), list),
    ),
    _Kind(
        name="API description",
        problem="is an OpenAPI description, not a collection.",
        remedy="Turn it into a collection first, with Postman's import or its tool openapi2postmanv2.",
        looks_so=lambda tree: "openapi" in tree or "swagger" in tree,
    ),
)
"""The first that fits says what a document is."""


def _refuse_other_kinds(tree: JsonObject, wanted: str) -> None:
    """Raise InvalidInput where the document is recognisably something else than is wanted."""
    kind = next((kind for kind in _KINDS if kind.looks_so(tree)), None)
    if kind is not None and kind.name != wanted:
        raise InvalidInput.of("document", kind.problem, kind.remedy)
