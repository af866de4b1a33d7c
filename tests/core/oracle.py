"""The oracle: who answers a call, by the rules taken one after the other over every example.

It is slow and plain on purpose, and shares nothing with the engine but the nouns, the parsing of URLs and the
replacement of variables. Paths are compared by walking the ladder, patterns are regular expressions, scores are
fractions, ties are sorted. What it says is right by definition: where it and the engine differ, one of them is wrong,
and the rules decide.
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction

from services.core.matching.call import Call
from services.core.matching.settings import MatchSettings
from services.core.postman.collection import Collection, Example, QueryParameter, Url
from services.core.postman.environment import Environment
from services.core.postman.urls import parse_query, parse_url
from services.core.rendering.template import substitute, variables_of
from tests.core.body_oracle import HeadersAndBodies, grouped

TOKEN = re.compile(r"\{\{([^{}]*)\}\}")


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Who answers: `example` None is nobody; `total` None is chosen by its id or name."""

    example: Example | None = None
    total: Fraction | None = None
    captures: dict[str, str] = field(default_factory=dict)


def judge(
    call: Call,
    collection: Collection,
    environment: Environment | None = None,
    settings: MatchSettings | None = None,
) -> Verdict:
    """Return who answers a call."""
    return Oracle(collection, environment, settings).judge(call)


class Oracle:
    """The rules, over one collection."""

    def __init__(
        self, collection: Collection, environment: Environment | None = None, settings: MatchSettings | None = None
    ) -> None:
        self.settings = settings or MatchSettings()
        self.variables = variables_of(collection, environment)
        self.examples = list(collection.examples)
        self.others = HeadersAndBodies(self.settings, lambda text: substitute(text, self.variables), form)

    def judge(self, call: Call) -> Verdict:
        """Return who answers a call; where nobody answers HEAD, that is who answers GET."""
        verdict = self.decide(call)
        if verdict.example is None and call.method == "HEAD":
            return self.decide(replace(call, method="GET"))
        return verdict

    def decide(self, call: Call) -> Verdict:
        """Take the steps in their order: method, selectors, path, query, headers and body, pick."""
        examples = [example for example in self.examples if example.request.method == call.method]
        code = call.header("x-mock-response-code")
        if code is not None:
            examples = [example for example in examples if str(example.code) == code.strip(" \t").lstrip("0")]
        for header, named in SELECTORS.items():
            value = call.header(header)
            if value is not None:
                return self.select(call, in_tie_order(named(examples, value.strip(" \t"))))
        return self.pick(call, examples)

    def select(self, call: Call, examples: list[Example]) -> Verdict:
        """Take the first of the named ones whose path fits, or else the first of all."""
        for example in examples:
            for path in self.paths(example):
                if path_points(path, sent_path(call), self.settings) is not None:
                    return Verdict(example=example, captures=self.captures(call, example, path))
        return Verdict(example=examples[0] if examples else None)

    def pick(self, call: Call, examples: list[Example]) -> Verdict:
        """Take the highest score; paths without their base path count only where no path with it does."""
        for variant in range(2):
            scores = list(self.scores(call, examples, variant))
            if scores:
                highest = max(total for _, total in scores)
                best = in_tie_order(example for example, total in scores if total == highest)[0]
                captures = self.captures(call, best, self.paths(best)[variant])
                return Verdict(example=best, total=highest, captures=captures)
        return Verdict()

    def top(self, call: Call) -> set[str]:
        """Return the ids of all examples that share the highest score."""
        examples = [example for example in self.examples if example.request.method == call.method]
        for variant in range(2):
            scores = list(self.scores(call, examples, variant))
            if scores:
                return {str(example.id) for example, total in scores if total == max(total for _, total in scores)}
        return set()

    def scores(self, call: Call, examples: Iterable[Example], variant: int) -> Iterator[tuple[Example, Fraction]]:
        """Yield the examples whose path fits, and whose headers and body do where they must, with their totals."""
        for example in examples:
            paths = self.paths(example)
            points = path_points(paths[variant], sent_path(call), self.settings) if variant < len(paths) else None
            has_equal_body = self.others.body_captured(call, example.request) is not None
            is_out = self.others.headers_captured(call, example.request) is None
            is_body_required = self.others.is_body_required(call)
            if points is not None and not is_out and (has_equal_body or not is_body_required):
                bonus = 5 if has_equal_body and not is_body_required else 0
                yield example, points + self.query_points(call, example) + bonus

    def paths(self, example: Example) -> list[list["Saved"]]:
        """Return the example's path, and its path without the base path, where that counts."""
        url = example.request.url
        base = substitute(url.base, self.variables)
        paths = [parse_url(substitute(url.base + url.path, self.variables)).path]
        if self.settings.base_path_fallback and base != url.base and parse_url(base).path:
            paths.append(parse_url(substitute(url.path, self.variables)).path)
        return [self.saved(path, url) for path in paths]

    def saved(self, path: str, url: Url) -> list["Saved"]:
        """Return the segments of a saved path."""
        return [saved for segment in cut(path.removeprefix("/")) for saved in self.filled(segment, url)]

    def filled(self, segment: str, url: Url) -> list["Saved"]:
        """Return what a segment stands for once its path variable is filled in."""
        if not segment.startswith(":") or "{" in (head := segment.partition(".")[0]) or "}" in head:
            return [Saved(segment, segment, self.settings)]
        name, dot, rest = segment[1:].partition(".")
        if not name:
            return [Saved(segment, segment, self.settings)]
        values = [variable.value or "" for variable in url.path_variables if variable.key == name]
        value = substitute(values[-1], self.variables) if values else ""
        is_placeholder = bool(re.fullmatch(r"<[^<>]*>", value)) and self.settings.placeholder_wildcards
        if value and not is_placeholder:
            return [Saved(piece, piece, self.settings) for piece in cut(value + dot + rest)]
        return [Saved((value or f":{name}") + dot + rest, f"{{{{{name}}}}}{dot}{rest}", self.settings)]

    def query(self, example: Example) -> dict[str, list[str]]:
        """Return the raw values of each key that counts, of the example's query."""
        url = example.request.url
        parameters = list(parse_url(substitute(url.base + url.path, self.variables)).query)
        for parameter in url.query:
            if not parameter.is_disabled:
                parameters += self.replaced(parameter)
        return grouped((form(p.key), p.value or "") for p in parameters if p.key and not TOKEN.fullmatch(p.key))

    def replaced(self, parameter: QueryParameter) -> list[QueryParameter]:
        """Return what a parameter is once its variables are replaced: as many as the text then has."""
        text = parameter.key + ("" if parameter.value is None else "=" + parameter.value)
        replaced = substitute(text, self.variables)
        return [parameter] if replaced == text else list(parse_query(replaced))

    def query_points(self, call: Call, example: Example) -> Fraction:
        """Return the points of the query step."""
        if not self.settings.match_query_params:
            return Fraction(0)
        saved, sent = self.query(example), sent_query(call)
        shared, every = saved.keys() & sent.keys(), saved.keys() | sent.keys()
        matches = sum(self.accepts(saved[key], sent[key]) for key in shared)
        if matches:
            return Fraction(10 * matches, len(every))
        return Fraction(-min(10, len(every) - len(shared))) if every else Fraction(10)

    def accepts(self, saved: list[str], sent: list[str]) -> bool:
        """Tell whether the values of a key match."""
        given = Counter(form(value) for value in saved if not self.is_open(value))
        return len(saved) == len(sent) and not given - Counter(sent)

    def is_open(self, value: str) -> bool:
        """Tell whether a saved value may be anything."""
        return self.settings.match_wildcards and TOKEN.fullmatch(value) is not None

    def captures(self, call: Call, example: Example, path: list["Saved"]) -> dict[str, str]:
        """Return what the wildcards take, of path, query, headers and body."""
        taken: dict[str, str] = {}
        for saved, sent in zip(path, sent_path(call), strict=False):
            for name, text in saved.captured(sent):
                taken.setdefault(name, text)
        sent_values = sent_query(call)
        for key, values in self.query(example).items():
            if key in sent_values and self.accepts(values, sent_values[key]):
                rest = list(sent_values[key])
                for value in values:
                    if not self.is_open(value):
                        rest.remove(form(value))
                names = [value[2:-2] for value in values if self.is_open(value)]
                for name, text in zip(names, rest, strict=True):
                    taken.setdefault(name, text)
        for captured in (self.others.headers_captured, self.others.body_captured):
            for name, text in (captured(call, example.request) or {}).items():
                taken.setdefault(name, text)
        return taken


class Saved:
    """A segment of a saved path: as text, and with its wildcards."""

    def __init__(self, literal: str, raw: str, settings: MatchSettings) -> None:
        pieces = TOKEN.split(raw)
        self.text = "".join("{{" + p + "}}" if i % 2 else decode(p) for i, p in enumerate(TOKEN.split(literal)))
        self.names = pieces[1::2] if settings.match_wildcards else []
        self.parts = [decode(piece) for piece in pieces[::2]]

    def pattern(self, change: Callable[[str], str]) -> re.Pattern[str]:
        """Return the regular expression of a segment with wildcards."""
        parts = [re.escape(change(part)) for part in self.parts]
        return re.compile("(.+?)".join(parts[:-1]) + "(.+)" + parts[-1], re.DOTALL)

    def fits(self, sent: str) -> bool:
        """Tell whether a wildcard segment fits, case included."""
        return self.pattern(str).fullmatch(sent) is not None

    def captured(self, sent: str) -> list[tuple[str, str]]:
        """Return what the wildcards take."""
        if not self.names:
            return []
        fit = self.pattern(str).fullmatch(sent) or self.pattern(caseless).fullmatch(caseless(sent))
        return [(name, sent[slice(*fit.span(i + 1))]) for i, name in enumerate(self.names)] if fit else []


def path_points(saved: list[Saved], sent: list[str], settings: MatchSettings) -> int | None:
    """Walk the ladder from the top; return the points of the first rung that fits."""
    texts = [segment.text for segment in saved]
    short_saved, short_sent = short(saved), no_slashes(sent)
    rungs: tuple[tuple[int, Callable[[], bool]], ...] = (
        (100, lambda: texts == sent),
        (95, lambda: no_slashes(texts) == short_sent),
        (90, lambda: [*map(caseless, texts)] == [*map(caseless, sent)]),
        (85, lambda: no_slashes(map(caseless, texts)) == no_slashes(map(caseless, sent))),
        (80, lambda: place_by_place(saved, sent, same, fits)),
        (79, lambda: place_by_place(saved, sent, same_or_ids, fits)),
        (75, lambda: place_by_place(short_saved, short_sent, same_but_case, fits_but_case)),
        (75, lambda: is_on_rung_7(saved, sent)),
        (70, lambda: settings.fuzzy_paths and place_by_place(short_saved, short_sent, passes_for, fits)),
    )
    return next((points for points, is_on_it in rungs if is_on_it()), None)


def is_on_rung_7(saved: list[Saved], sent: list[str]) -> bool:
    """Tell whether the paths are equal without ids; those with wildcards are compared place by place."""
    texts, kept = no_slashes(segment.text for segment in saved), no_slashes(sent)
    if len(texts) == len(kept) and without_ids(texts) == without_ids(kept):
        return True
    has_wildcards = any(segment.names for segment in saved)
    return has_wildcards and place_by_place(
        short(saved), kept, lambda one, other: same_but_case(one, other) or same_or_ids(one, other), fits_but_case
    )


def place_by_place(
    saved: list[Saved],
    sent: list[str],
    same: Callable[[str, str], bool],
    fits: Callable[[Saved, str], bool],
) -> bool:
    """Tell whether two paths are as long as each other, and every segment is the same or fits."""
    return len(saved) == len(sent) and all(
        fits(segment, text) if segment.names else same(segment.text, text)
        for segment, text in zip(saved, sent, strict=True)
    )


def same(one: str, other: str) -> bool:
    return one == other


def fits(segment: Saved, text: str) -> bool:
    return segment.fits(text)


def same_but_case(one: str, other: str) -> bool:
    return caseless(one) == caseless(other)


def fits_but_case(segment: Saved, text: str) -> bool:
    return segment.pattern(caseless).fullmatch(caseless(text)) is not None


def same_or_ids(one: str, other: str) -> bool:
    return one == other or (is_id(one) and is_id(other))


def without_ids(segments: list[str]) -> list[str]:
    return no_slashes(caseless(segment) for segment in segments if not is_id(segment))


def passes_for(saved: str, sent: str) -> bool:
    """Tell whether a sent segment is 75 % similar to a saved one; long ones must be equal."""
    if saved == sent:
        return True
    if not sent or len(sent) >= 256:
        return False
    similarity = Fraction(100 * (len(sent) - edits(sent, saved)), len(sent))
    return similarity + Fraction(1, 2) >= 75


def edits(one: str, other: str) -> int:
    """Return the Levenshtein distance, by the textbook."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


def is_id(text: str) -> bool:
    uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    return bool(re.fullmatch(rf"[0-9]+|{uuid}", text, re.IGNORECASE | re.ASCII)) or len(text) >= 256


def short(saved: list[Saved]) -> list[Saved]:
    """Return saved segments without the empty ones at the end."""
    return saved[: len(no_slashes(segment.text for segment in saved))]


def no_slashes(segments: Iterable[str]) -> list[str]:
    kept = list(segments)
    while kept and kept[-1] == "":
        kept.pop()
    return kept


def caseless(text: str) -> str:
    return "".join(c.casefold() if len(c.casefold()) == 1 else c for c in text)


def sent_path(call: Call) -> list[str]:
    return [decode(segment) for segment in call.path.removeprefix("/").split("/")]


def sent_query(call: Call) -> dict[str, list[str]]:
    pairs = [pair.partition("=") for pair in call.query.split("&")]
    return grouped((form(key), form(value)) for key, _, value in pairs if key)


def cut(path: str) -> list[str]:
    """Return the segments of a raw saved path; a slash inside of a token does not cut."""
    hidden = TOKEN.sub(lambda token: token[0].replace("/", "\0"), path)
    return [segment.replace("\0", "/") for segment in hidden.split("/")]


def form(text: str) -> str:
    return decode(text.replace("+", " "))


def decode(text: str) -> str:
    """Return the text with its escapes decoded once; an escape that is not UTF-8 stays."""
    return re.sub(
        r"(%[0-9A-Fa-f]{2})+", lambda run: bytes.fromhex(run[0].replace("%", "")).decode("utf-8", KEEP_ESCAPED), text
    )


def keep_escaped(error: UnicodeError) -> tuple[str, int]:
    """Put bytes that are not UTF-8 back as escapes."""
    assert isinstance(error, UnicodeDecodeError)
    return "".join(f"%{octet:02X}" for octet in error.object[error.start : error.end]), error.end


KEEP_ESCAPED = "understudy-oracle-keep-escaped"
codecs.register_error(KEEP_ESCAPED, keep_escaped)


def in_tie_order(examples: Iterable[Example]) -> list[Example]:
    return sorted(examples, key=lambda e: (e.code != 200, e.id.lower(), e.id, e.position))


def with_id(examples: list[Example], value: str) -> list[Example]:
    """Return the example with an id; failing that, the one whose uid this is."""
    return [e for e in examples if e.id == value] or [e for e in examples if e.id == re.sub("^[0-9]+-", "", value)]


def with_name(examples: list[Example], value: str) -> list[Example]:
    """Return the examples with a name; failing that, those whose name these bytes are in UTF-8."""
    try:
        reread = value.encode("latin-1").decode()
    except UnicodeError:
        reread = value
    return [e for e in examples if e.name == value] or [e for e in examples if e.name == reread]


SELECTORS = {"x-mock-response-id": with_id, "x-mock-response-name": with_name}
