"""values.yaml as a list of values, each with what stands above it.

A value is documented by the comment directly above its key; a line `# -- Title ---…` begins a chapter. A map that is
written out over several lines is a section, whose keys have comments of their own; one that is written on one line, and
those that hold Kubernetes' own words, are values.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

CHAPTER = re.compile(r"# -- (?P<title>.+?) -+$")

KUBERNETES_OWN = frozenset({"resources"})
"""Maps that are written over several lines, but whose keys Kubernetes documents."""

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A key of values.yaml: its path, what stands above it, and its default; `is_section`: it holds further values."""

    path: Path
    comment: str
    default: Any
    chapter: str
    is_section: bool

    @property
    def name(self) -> str:
        """The path as people write it."""
        return ".".join(self.path)


def read_values(text: str) -> list[Value]:
    """Return every value and section in the order of the file."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        raise TypeError("values.yaml holds no map")
    return list(_walk(root, (), text.splitlines()))


def _walk(mapping: yaml.MappingNode, above: Path, lines: list[str]) -> Iterator[Value]:
    for key, node in mapping.value:
        path = (*above, key.value)
        line = key.start_mark.line
        yield Value(
            path=path,
            comment=_comment_above(line, lines),
            default=yaml.safe_load(yaml.serialize(node)),
            chapter=_chapter_above(line, lines),
            is_section=_is_section(key.value, node),
        )
        if _is_section(key.value, node):
            yield from _walk(node, path, lines)


def _is_section(key: str, node: yaml.Node) -> bool:
    is_written_out = isinstance(node, yaml.MappingNode) and not node.flow_style
    return is_written_out and key not in KUBERNETES_OWN


def _comment_above(line: int, lines: list[str]) -> str:
    found: list[str] = []
    while line > 0 and lines[line - 1].lstrip().startswith("#"):
        line -= 1
        if CHAPTER.match(lines[line]):
            break
        found.insert(0, lines[line].strip().lstrip("#").strip())
    return " ".join(found)


def _chapter_above(line: int, lines: list[str]) -> str:
    for earlier in reversed(lines[:line]):
        if found := CHAPTER.match(earlier):
            return found["title"]
    return ""
