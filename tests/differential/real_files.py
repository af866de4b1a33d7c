"""The collections among real files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.core.errors import InvalidInput
from services.core.ids import AccountId
from services.core.postman.reader import CollectionReading, read_collection

ACCOUNT = AccountId(7)


def real_readings(files: list[Path], *versions: str) -> Iterator[tuple[Path, bytes, CollectionReading]]:
    """Yield every collection in one of the versions of the format."""
    for path in files:
        document = path.read_bytes()
        try:
            reading = read_collection(document, account_id=ACCOUNT)
        except InvalidInput:
            continue
        if reading.collection.schema_version in versions:
            yield path, document, reading


def real_trees(files: list[Path]) -> Iterator[Any]:
    """Yield the JSON of every collection in format v2."""
    yield from (reading.tree for _, _, reading in real_readings(files, "2.0", "2.1"))


def tree_of(document: bytes) -> Any:
    """Return the JSON of a document."""
    return json.loads(document.decode("utf-8-sig"))
