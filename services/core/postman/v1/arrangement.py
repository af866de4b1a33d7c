"""Where the folders and requests of format v1 go, by the lists of ids that its collection and folders hold.

`folders_order` names the folders in a folder or at the top, `order` the requests there; folders come before requests
(Postman's "Collection Format v1.0.0"). Files of the first years have no `folders_order`: all their folders are at the
top, in the order of the file. Each folder and request is put once, where the first list has it, so that folders that
contain each other, or one a million times, come to an end.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from services.core.postman.document import JsonObject
from services.core.postman.identity import id_in_file
from services.core.postman.v1.elements import Element, ids_in, numbers_by_id

TOP: Final = -1
"""What contains all that is in no folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrangement:
    """By number, in the order in which they are put: the folder, or TOP, that each folder and request is in.

    missing: how many ids in `order`, of each folder and at the TOP, name no request.
    unlisted: the requests that no list names.
    """

    folders: Mapping[int, int]
    requests: Mapping[int, int]
    missing: Mapping[int, int]
    unlisted: tuple[int, ...]


def arrange(tree: JsonObject, folders: dict[int, Element], requests: dict[int, Element]) -> Arrangement:
    """Return the arrangement of a collection's folders and requests."""
    folder_numbers = numbers_by_id(folders)
    claims, missing = _claims(_lists("order", tree, folders), numbers_by_id(requests))
    unlisted = tuple(number for number in requests if number not in claims)
    claims |= {number: _said_parent(requests[number], folder_numbers) for number in unlisted}
    parents = _arrange_folders(tree, folders, folder_numbers)
    return Arrangement(folders=parents, requests=claims, missing=missing, unlisted=unlisted)


def _arrange_folders(tree: JsonObject, folders: dict[int, Element], numbers: Mapping[str, int]) -> dict[int, int]:
    parents, _ = _claims(_lists("folders_order", tree, folders), numbers)
    parents |= {number: _said_parent(folder, numbers) for number, folder in folders.items() if number not in parents}
    return _without_circles(parents)


def _lists(field: str, tree: JsonObject, folders: dict[int, Element]) -> Iterable[tuple[int, list[str | None]]]:
    """Yield every list of ids and whose it is. What a folder names is not at the top, so that list comes last."""
    yield from ((number, ids_in(folder.json.get(field))) for number, folder in folders.items())
    yield TOP, ids_in(tree.get(field))


def _claims(
    lists: Iterable[tuple[int, list[str | None]]], numbers: Mapping[str, int]
) -> tuple[dict[int, int], Counter[int]]:
    """Return who is put where, and how many ids of each list name nothing."""
    parents: dict[int, int] = {}
    missing: Counter[int] = Counter()
    for parent, ids in lists:
        for id_ in ids:
            number = None if id_ is None else numbers.get(id_)
            if number is not None:
                parents.setdefault(number, parent)
            elif id_ is not None:
                missing[parent] += 1
    return parents, missing


def _said_parent(element: Element, folder_numbers: Mapping[str, int]) -> int:
    """Return the folder that an element itself says it is in."""
    said = id_in_file(element.json.get("folder"))
    return TOP if said is None else folder_numbers.get(said, TOP)


def _without_circles(parents: dict[int, int]) -> dict[int, int]:
    """Return the folders with one of each circle, which nothing at the top leads to, moved to the top."""
    safe = {TOP}
    for folder in [*parents]:
        way: dict[int, None] = {}
        step = folder
        while step not in safe and step not in way:
            way[step] = None
            step = parents[step]
        if step not in safe:
            del parents[step]
            parents[step] = TOP
        safe.update(way)
    return parents
