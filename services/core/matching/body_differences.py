"""Where a sent body differs from a saved one, in words: the place in the JSON, the field of the form, the character."""

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from rapidfuzz.distance import Indel

from services.core.matching.bodies import SentBody, Slot
from services.core.matching.body_formats import Content, Format
from services.core.matching.body_patterns import BodyPattern
from services.core.matching.body_preparation import BodyPreparation
from services.core.matching.json_trees import Place
from services.core.matching.tree_differences import Missing, Node, TreeDifference, tree_differences
from services.core.matching.wording import all_valued, is_secret, quoted, valued
from services.core.postman.collection import Body, Request
from services.core.postman.document import JsonValue, json_text
from services.core.rendering.template import TOKEN

NAMED: Final = 3
"""Places that are named of one body."""

COMPARED: Final = 512
"""Characters of a body by which the nearest of many is found."""

DETAILED: Final = 128 * 1024
"""Characters up to which bodies are compared place by place, which takes up to 100 milliseconds; longer ones are
compared as they were written."""

AROUND: Final = 24
"""Characters of a text that are quoted from where it differs on."""


def body_distance(request: Request, sent: SentBody) -> float:
    """Return how far a saved body seems to be from a sent one, from 0 to 1: by its text, variables and all."""
    text = _beginning(request.body) if request.body else ""
    return Indel.normalized_distance(text, sent.beginning(COMPARED))


def _beginning(body: Body) -> str:
    fields = "&".join(f"{field.key}={field.value}" for field in body.fields[:COMPARED] if not field.is_disabled)
    return (body.raw or (body.graphql.query if body.graphql else fields))[:COMPARED]


def body_differences(
    request: Request, sent: SentBody, resolved: Callable[[str], str], *, has_wildcards: bool
) -> list[str]:
    """Return where a sent body differs from that of a saved request, the first places of it."""
    if request.body is None:
        return ["body: saved none, sent one"]
    if sent.is_empty:
        return ["body: saved one, sent none"]
    if max(len(request.body.raw), sent.size) > DETAILED:
        return [_text_difference("body", request.body.raw, sent.beginning(sent.size), "character")]
    contents = BodyPreparation(resolved, has_wildcards=has_wildcards).contents(request)
    readings = [(slot, saved) for slot, saved in contents if sent.is_in(slot)]
    is_open = _is_variable if has_wildcards else _is_never
    found = (list(islice(_differences(slot, saved, sent, is_open), NAMED)) for slot, saved in readings)
    return min(found, key=len, default=["body: saved none, sent one"]) or ["body: differs"]


IsOpen = Callable[[JsonValue], bool]


def _is_variable(value: JsonValue) -> bool:
    return isinstance(value, str) and TOKEN.fullmatch(value) is not None


def _is_never(_: JsonValue) -> bool:
    return False


def _differences(slot: Slot, saved: Content | BodyPattern, sent: SentBody, is_open: IsOpen) -> Iterator[str]:
    if isinstance(saved, BodyPattern):
        yield f"body: saved {slot.format}"
        return
    theirs = sent.content(slot.format)
    if saved.format is not theirs.format:
        yield f"body: saved {_kind(saved)}, sent {_kind(theirs)}"
    elif isinstance(saved.tree, str) and isinstance(theirs.tree, str):
        unit = "byte" if saved.format is Format.BINARY else "character"
        yield _text_difference("body", saved.tree, theirs.tree, unit)
    elif saved.format in {Format.FORM, Format.MULTIPART}:
        yield from _field_differences(saved, theirs, is_open)
    else:
        name = "" if saved.format is Format.GRAPHQL else "$"
        yield from (_in_words(each, name) for each in tree_differences(saved.tree, theirs.tree, is_open=is_open))


def _kind(content: Content) -> str:
    return f"{content.format}" if content.format else "none"


def _text_difference(what: str, saved: str, sent: str, unit: str) -> str:
    place = _common(saved, sent)
    start = max(0, place - AROUND // 3)
    ours, theirs = saved[start : place + AROUND], sent[start : place + AROUND]
    return f"{what}: saved {quoted(ours)}, sent {quoted(theirs)} at {unit} {place + 1}"


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with in common."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (ours, theirs) in pairs if ours != theirs), min(len(one), len(other)))


def _field_differences(saved: Content, sent: Content, is_open: IsOpen) -> Iterator[str]:
    """Yield the fields of a form that differ; one with a variable takes any value."""
    ours, theirs = saved.tree, sent.tree
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        return
    for name in dict.fromkeys((*ours, *theirs)):
        values, given = ours.get(name), theirs.get(name)
        if values is None or given is None or next(tree_differences(values, given, is_open=is_open), None):
            yield f"body field {quoted(name)}: {_both(_fields(name, values, 'saved'), _fields(name, given, 'sent'))}"


def _both(saved: str, sent: str) -> str:
    """Return what is on either side: what is missing is told last."""
    return f"{sent}, {saved}" if saved.startswith("not") else f"{saved}, {sent}"


def _fields(name: str, values: JsonValue, verb: str) -> str:
    """Return the values of one field; in a form of parts, the first tells how many files there are."""
    if not isinstance(values, list):
        return f"not {verb}"
    texts = [value for value in values if isinstance(value, str)]
    files = sum(value for value in values if isinstance(value, int))
    return f"{verb} " + " and ".join(filter(None, (all_valued(name, texts), "a file" if files else "")))


def _in_words(difference: TreeDifference, root: str) -> str:
    place, saved, sent = difference
    where = f"body {_place(place, root)}"
    name = next((key for key in reversed(place) if isinstance(key, str)), "")
    if isinstance(saved, str) and isinstance(sent, str) and _are_long(saved, sent) and not is_secret(name):
        return _text_difference(where, saved, sent, "character")
    return f"{where}: {_both(_value(name, saved, 'saved'), _value(name, sent, 'sent'))}"


def _are_long(saved: str, sent: str) -> bool:
    return max(len(saved), len(sent)) > 2 * AROUND


def _value(name: str, value: Node, verb: str) -> str:
    match value:
        case Missing():
            return f"not {verb}"
        case dict():
            return f"{verb} an object"
        case list():
            return f"{verb} an array"
        case _:
            return f"{verb} {valued(name, json_text(value))}"


def _place(place: Place, root: str) -> str:
    """Return a place in a tree as JSONPath writes it: `$.items[2].name`."""
    return (root + "".join(map(_step, place))).removeprefix(".")


def _step(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if _NAME.fullmatch(key) else f"[{json_text(key)}]"


_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
