"""Saved bodies with variables in them: each takes whatever value stands in its place.

All that is around the variables must be equal. So a pattern is taken apart into questions about the sent body, one for
each object or array on the way to a variable: what is in it beside the values on that way? The pattern fits where each
answer is what it is in the saved body.

Patterns with variables in the same places ask the same questions. However many there are, the questions are put once,
and the answers looked up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from services.core.matching.body_formats import Content, Format
from services.core.matching.json_trees import Place, digest_of, spelling_of
from services.core.postman.document import JsonValue
from services.core.rendering.template import TOKEN

MAX_STEPS: Final = 10_000
"""How long the ways to all variables of a body may be together. A body with more is compared as it stands: it is no
template that a person wrote, and comparing with it would take long."""


class Question(NamedTuple):
    """Asks what is in an object or array, apart from some values in it that must be there."""

    place: Place
    apart_from: tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyPattern:
    """A saved body with variables: what it asks, the answers that fit, and where its variables stand, in order."""

    format: Format
    questions: tuple[Question, ...]
    answers: tuple[bytes | None, ...]
    names: tuple[tuple[Place, str], ...]


def pattern_of(content: Content) -> BodyPattern | None:
    """Return the pattern of what counts of a saved body; None where it has no variables, or too many."""
    names = _variables(content)
    if not names or content.format is None:
        return None
    questions = tuple(_questions(names))
    answers = tuple(answer(content.tree, question) for question in questions)
    return BodyPattern(format=content.format, questions=questions, answers=answers, names=tuple(names.items()))


def anything(format_: Format) -> BodyPattern:
    """Return the pattern that fits every body of a format that is not empty."""
    return BodyPattern(format=format_, questions=(), answers=(), names=())


def answer(tree: JsonValue, question: Question) -> bytes | None:
    """Return the answer of a tree; None where it has nothing that could be asked."""
    node = _at(tree, question.place)
    apart = question.apart_from
    if isinstance(node, dict):
        if not all(key in node for key in apart):
            return None
        hidden = frozenset(apart)
        return digest_of(spelling_of({key: value for key, value in node.items() if key not in hidden}))
    if isinstance(node, list):
        rest = list(node)
        for number in apart:
            if not isinstance(number, int) or number >= len(rest):
                return None
            rest[number] = None
        return digest_of(spelling_of(rest))
    return None


def values_at(tree: JsonValue, names: tuple[tuple[Place, str], ...]) -> Iterator[tuple[str, JsonValue]]:
    """Yield what each variable takes from a tree that fits."""
    return ((name, _at(tree, place)) for place, name in names)


def _at(tree: JsonValue, place: Place) -> JsonValue:
    """Return the value in a place, null where there is none."""
    node = tree
    for key in place:
        if isinstance(node, dict) and isinstance(key, str):
            node = node.get(key)
        elif isinstance(node, list) and isinstance(key, int) and key < len(node):
            node = node[key]
        else:
            return None
    return node


def _questions(names: Mapping[Place, str]) -> Iterator[Question]:
    """Yield the questions that a body with variables in these places asks, from the outside to the inside."""
    ways: dict[Place, dict[str | int, None]] = {}
    for place in names:
        for depth, key in enumerate(place):
            ways.setdefault(place[:depth], {})[key] = None
    for place in sorted(ways, key=_order):
        yield Question(place, tuple(sorted(ways[place], key=_key_order)))


def _order(place: Place) -> tuple[int, tuple[tuple[int, str], ...]]:
    return len(place), tuple(map(_key_order, place))


def _key_order(key: str | int) -> tuple[int, str]:
    return (key, "") if isinstance(key, int) else (-1, key)


def _variables(content: Content) -> dict[Place, str]:
    """Return where variables stand alone, in order, and their names; nothing where there are too many."""
    names: dict[Place, str] = {}
    steps = 0
    for place, name in _found(content) if content.format in _ROOTS else ():
        names[place] = name
        steps += len(place)
        if steps > MAX_STEPS:
            return {}
    return names


def _found(content: Content) -> Iterator[tuple[Place, str]]:
    """Yield each variable; a field of a form must have that one value."""
    if content.format in {Format.FORM, Format.MULTIPART} and isinstance(content.tree, dict):
        for key, values in content.tree.items():
            if isinstance(values, list) and _is_alone(values):
                yield from _tokens(values[-1], (key, len(values) - 1))
    else:
        root = _ROOTS[content.format]
        yield from _tokens(_at(content.tree, root), root)


_ROOTS: Final[Mapping[Format | None, Place]] = {
    Format.JSON: (),
    Format.GRAPHQL: ("variables",),
    Format.FORM: (),
    Format.MULTIPART: (),
}
"""The formats that may have variables, and in which part of the tree."""


def _is_alone(values: list[JsonValue]) -> bool:
    """Tell whether a field has one value: `["1"]` in a form, `[0, "1"]` (no file, one text) in a form of parts."""
    return len(values) == 1 or (len(values) == 2 and values[0] == 0)  # noqa: PLR2004 - The number and the text.


def _tokens(tree: JsonValue, root: Place) -> Iterator[tuple[Place, str]]:
    """Yield the texts in a tree that are one token, in order, by the place that `root` and the way to them make."""
    waiting: list[tuple[_Way, JsonValue]] = [(None, tree)]
    while waiting:
        way, node = waiting.pop()
        if isinstance(node, str):
            token = TOKEN.fullmatch(node)
            if token:
                yield root + _place(way), token[1]
        elif isinstance(node, dict):
            waiting.extend(((way, key), child) for key, child in reversed(node.items()))
        elif isinstance(node, list):
            waiting.extend(((way, number), node[number]) for number in reversed(range(len(node))))


_Way = tuple[Any, str | int] | None
"""A place as its last key and the way to it, which is of this type itself: a step costs the same however deep it is."""


def _place(way: _Way) -> Place:
    keys: list[str | int] = []
    while way is not None:
        way, key = way
        keys.append(key)
    return tuple(reversed(keys))
