"""Where two JSON trees differ."""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final, NamedTuple, TypeAlias

from services.core.matching.json_trees import Place, spelling_of
from services.core.postman.document import JsonValue

VISITED: Final = 20_000
"""Values that are compared. A body of 500 kB has a hundred thousand, and whoever reads an explanation waits for it."""


class Missing:
    """Stands for a value that one of the trees does not have."""


MISSING: Final = Missing()

Node: TypeAlias = "JsonValue | Missing"


class TreeDifference(NamedTuple):
    """A place in which two trees differ, and what each has there."""

    place: Place
    saved: Node
    sent: Node


def tree_differences(
    saved: JsonValue, sent: JsonValue, *, is_open: Callable[[JsonValue], bool]
) -> Iterator[TreeDifference]:
    """Yield where two trees differ, in the order of the saved one; what `is_open` in it takes any value."""
    waiting: list[Iterator[TreeDifference]] = [iter([TreeDifference((), saved, sent)])]
    for _ in range(VISITED):
        if not waiting:
            return
        pair = next(waiting[-1], None)
        if pair is None:
            waiting.pop()
        elif (children := _children(pair)) is not None:
            waiting.append(children)
        elif not _is_alike(pair, is_open):
            yield pair


def _children(pair: TreeDifference) -> Iterator[TreeDifference] | None:
    """Return what is in two objects or two arrays, side by side; None where there are no such two."""
    place, saved, sent = pair
    if isinstance(saved, dict) and isinstance(sent, dict):
        keys = chain(saved, (key for key in sent if key not in saved))
        return (TreeDifference((*place, key), saved.get(key, MISSING), sent.get(key, MISSING)) for key in keys)
    if isinstance(saved, list) and isinstance(sent, list):
        numbers = range(max(len(saved), len(sent)))
        return (TreeDifference((*place, number), _item(saved, number), _item(sent, number)) for number in numbers)
    return None


def _item(values: list[JsonValue], number: int) -> Node:
    return values[number] if number < len(values) else MISSING


def _is_alike(pair: TreeDifference, is_open: Callable[[JsonValue], bool]) -> bool:
    _, saved, sent = pair
    if isinstance(saved, Missing) or isinstance(sent, Missing):
        return False
    if is_open(saved):
        return True
    if type(saved) is type(sent) and saved == sent:
        return True
    return _is_scalar(saved) and _is_scalar(sent) and spelling_of(saved) == spelling_of(sent)


def _is_scalar(value: JsonValue) -> bool:
    return not isinstance(value, dict | list)
