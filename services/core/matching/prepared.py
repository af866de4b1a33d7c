"""Examples made ready for matching: variables replaced, the saved request taken apart (Postman's step 1)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.core.matching.bodies import NO_BODY, ExampleBody
from services.core.matching.body_preparation import BodyPreparation
from services.core.matching.headers import NO_HEADERS, ExampleHeaders, HeaderPreparation
from services.core.matching.paths import PathPattern
from services.core.matching.queries import ExampleQuery, prepare_query
from services.core.matching.segments import Segment, SegmentPattern, percent_decoded
from services.core.matching.settings import MatchSettings
from services.core.postman.collection import Example, PathVariable, QueryParameter, Url
from services.core.postman.urls import parse_query, parse_url
from services.core.rendering.template import TOKEN, substitute

OK: Final = 200
"""The code whose examples win a tie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedExample:
    """An example as the rules compare it.

    rank: its place among all examples when scores tie: those with code 200 first, then by id.
    paths: its path; then, where its base URL is a variable with a path in it, its path without that.
    """

    example: Example
    rank: int
    paths: tuple[PathPattern, ...]
    query: ExampleQuery
    headers: ExampleHeaders = NO_HEADERS
    body: ExampleBody = NO_BODY


MAX_URL_GROWTH: Final = 64 * 1024
"""The characters that variables may add to a saved URL. No client sends a longer one, and ten thousand examples whose
variables contain each other must not take an hour to compile."""

MAX_BODY_GROWTH: Final = 256 * 1024
"""The same for a saved body: a variable may hold a whole document, and ten thousand such still compile in a minute."""


class Preparation:
    """Prepares the examples of one collection; what examples have in common, a URL or a body, is made once."""

    def __init__(self, variables: Mapping[str, str], settings: MatchSettings) -> None:
        """Take the variables of collection and environment, and what the mock says about wildcards."""
        self._variables = variables
        self._settings = settings
        self._urls: dict[Url, tuple[tuple[PathPattern, ...], ExampleQuery]] = {}
        self._patterns: dict[PathPattern, PathPattern] = {}
        self._texts: dict[str, str] = {}
        self._headers = HeaderPreparation(self._resolved, has_wildcards=settings.match_wildcards)
        self._bodies = BodyPreparation(self._resolved_body, has_wildcards=settings.match_wildcards)

    def prepare(self, examples: Iterable[Example]) -> list[PreparedExample]:
        """Return the examples prepared, in the order of their rank."""
        return [self._prepare(rank, example) for rank, example in enumerate(sorted(examples, key=_tie_order))]

    def _prepare(self, rank: int, example: Example) -> PreparedExample:
        url = example.request.url
        if url not in self._urls:
            self._urls[url] = self._read(url)
        paths, query = self._urls[url]
        return PreparedExample(
            example=example,
            rank=rank,
            paths=paths,
            query=query,
            headers=self._headers.prepare(example.request.headers),
            body=self._bodies.prepare(example.request),
        )

    def _read(self, url: Url) -> tuple[tuple[PathPattern, ...], ExampleQuery]:
        """Return the paths of a saved URL, and its query.

        The replaced text is parsed anew, as Postman does: a variable may bring slashes and parameters along.
        """
        whole = parse_url(self._resolved(url.base + url.path))
        parameters = (*whole.query, *self._parameters(url.query))
        query = prepare_query(parameters, has_wildcards=self._settings.match_wildcards)
        paths = (whole.path, *self._path_without_base(url))
        return tuple(dict.fromkeys(self._pattern(path, url.path_variables) for path in paths)), query

    def _parameters(self, parameters: Iterable[QueryParameter]) -> Iterator[QueryParameter]:
        for parameter in parameters:
            text = parameter.key if parameter.value is None else f"{parameter.key}={parameter.value}"
            replaced = self._resolved(text)
            if replaced == text or parameter.is_disabled:
                yield parameter
            else:
                yield from parse_query(replaced)

    def _path_without_base(self, url: Url) -> Iterator[str]:
        """Yield the path alone where the base URL is a variable that brings a path of its own."""
        base = self._resolved(url.base)
        if self._settings.base_path_fallback and base != url.base and parse_url(base).path:
            yield parse_url(self._resolved(url.path)).path

    def _resolved(self, text: str) -> str:
        return substitute(text, self._variables, max_growth=MAX_URL_GROWTH)

    def _resolved_body(self, text: str) -> str:
        return substitute(text, self._variables, max_growth=MAX_BODY_GROWTH)

    def _pattern(self, path: str, path_variables: Sequence[PathVariable]) -> PathPattern:
        values = {variable.key: self._resolved(variable.value or "") for variable in path_variables}
        spelled = [pair for segment in _pieces(path.removeprefix("/")) for pair in self._spelled(segment, values)]
        literal = tuple(self._shared(_literal(text)) for text, _ in spelled)
        wildcards = [pattern for _, pattern in spelled] if self._settings.match_wildcards else ()
        pattern = _with_wildcards(literal, wildcards)
        return self._patterns.setdefault(pattern, pattern)

    def _spelled(self, segment: str, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield a raw segment twice: as text, and with a token for what is a wildcard though it does not look it.

        A `:name`, which runs up to the first dot, is replaced by its stored value, slashes and all. Without a value it
        is a wildcard, and so it is with a placeholder for one.
        """
        variable = _PATH_VARIABLE.fullmatch(segment)
        if variable is None:
            yield segment, segment
            return
        name, suffix = variable[1], variable[2] or ""
        value = values.get(name, "")
        if value and not (self._settings.placeholder_wildcards and _PLACEHOLDER.fullmatch(value)):
            yield from ((piece, piece) for piece in _pieces(value + suffix))
        else:
            yield (value + suffix if value else segment), f"{{{{{name}}}}}{suffix}"

    def _shared(self, text: str) -> str:
        """Return the one copy of a text that many paths have in common."""
        return self._texts.setdefault(text, text)


def _tie_order(example: Example) -> tuple[bool, str, str, int]:
    return example.code != OK, example.id.lower(), example.id, example.position


_PATH_VARIABLE: Final = re.compile(r":([^.{}]+)(\..*)?", re.DOTALL)
_PLACEHOLDER: Final = re.compile(r"<[^<>]*>")


def _pieces(text: str) -> Iterator[str]:
    """Yield the raw segments of a saved path; a slash in a token does not cut."""
    start = 0
    for piece in TOKEN.sub(lambda token: "_" * len(token[0]), text).split("/"):
        yield text[start : start + len(piece)]
        start += len(piece) + 1


def _literal(raw: str) -> str:
    """Return a raw segment decoded, its tokens as they are."""
    pieces = TOKEN.split(raw)
    return "".join(f"{{{{{piece}}}}}" if index % 2 else percent_decoded(piece) for index, piece in enumerate(pieces))


def _with_wildcards(literal: tuple[str, ...], raw: Sequence[str]) -> PathPattern:
    """Return the pattern of a path whose raw segments may hold tokens."""
    segments: list[Segment] = list(literal)
    names: list[tuple[int, tuple[str, ...]]] = []
    for position, text in enumerate(raw):
        pieces = TOKEN.split(text)
        if len(pieces) > 1:
            segments[position] = SegmentPattern(tuple(map(percent_decoded, pieces[::2])))
            names.append((position, tuple(pieces[1::2])))
    return PathPattern(literal=literal, segments=tuple(segments) if names else literal, names=tuple(names))
