"""The page for users about how an example is chosen, made from the tables of the rules and from the engine itself.

Every row of points is computed: what the page says is what a mock does.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from services.core.ids import CollectionId, ExampleId, ItemId
from services.core.matching.body_formats import FORMATS
from services.core.matching.call import Call
from services.core.matching.headers import RULES
from services.core.matching.index import compile_index
from services.core.matching.match import Match, match
from services.core.matching.queries import TERMS
from services.core.matching.scoring import LADDER, STEPS
from services.core.postman.collection import Body, BodyMode, Collection, Example, Header, Item, Request
from services.core.postman.urls import parse_url

INTRODUCTION: Final = """\
<!-- Made by `make docs` from the tables in services/core/matching. Change those, not this page. -->

# How an example is chosen

A mock answers a call with the saved example that has the most points. The rules are those that Postman documents for
its mock servers; where it documents none,
[decision 3](../../decisions/0003-matching-where-postman-is-silent.md) says what holds here. The header
`x-mock-explain: true` has a mock tell how it came by an answer.
"""

PATH_TERMS: Final = """\
A *wildcard* is a variable in the saved URL that neither the collection nor the environment gives a value, or a path
variable without one. What it stands for may be used in the reply, by its name. An *id* is a number or a UUID, or a
segment of 256 characters and more.
"""

QUERY_TERMS: Final = """\
## Query

Parameters are compared by key, decoded: a *match* has the same values, a *partial* others, and what is on one side only
is *missing*. Disabled parameters do not exist.
"""

HEADER_TERMS: Final = """\
## Headers

Headers count where they are listed: by the call, in `x-mock-match-request-headers: X-Tenant, Accept`, or else by the
mock. An empty list switches the step off. Names are compared without case. `x-api-key` and `x-mock-…` never take part.
"""

BODY_TERMS: Final = """\
## Body

`x-mock-match-request-body: true` has examples with another body drop out, `false` has them stay; without it the mock's
setting counts. Where bodies need not be equal, an equal one gives 5 points. There is no in between.

A body is compared in the format that the saved body says (a form, GraphQL, a file; JSON or XML as set in the editor),
else in that of the call's `Content-Type`, else in that of the example's. No body is an empty body, and two empty bodies
are equal. In JSON and forms, a variable without a value takes any value in its place.
"""

PATHS: Final = (
    ("/users", "/users"),
    ("/caf%C3%A9", "/café"),
    ("/users", "/users/"),
    ("/users", "/Users"),
    ("/users", "/USERS/"),
    ("/users/{{userId}}", "/users/ada"),
    ("/users/:userId", "/users/ada"),
    ("/files/report-{{year}}.pdf", "/files/report-2024.pdf"),
    ("/users/1", "/users/2"),
    ("/users/{{userId}}", "/USERS/ada/"),
    ("/users/1/posts", "/users/2/posts/"),
    ("/users/1/posts", "/users/posts/1"),
    ("/sales/europe", "/sales/eurospe"),
    ("/users", "/orders"),
    ("/accounts", "/accounts/7"),
    ("/users/{{userId}}", "/users"),
)
QUERIES: Final = (
    ("", ""),
    ("role=admin", "role=admin"),
    ("a=1&b=2", "b=2&a=1"),
    ("q=a+b", "q=a%20b"),
    ("role={{role}}", "role=guest"),
    ("role=admin", "role=admin&page=2"),
    ("a=1&b=2&c=3", "a=1"),
    ("role=admin", "role=guest"),
    ("role=admin", ""),
    ("", "page=2"),
    ("Role=admin", "role=admin"),
    ("tag=a&tag=b", "tag=b&tag=a"),
    ("tag=a&tag=b", "tag=a"),
)
BODIES: Final = (
    ("json", '{"a": 1, "b": [1, 2]}', '{"b":[1.0,2],"a":1}'),
    ("json", '{"a": [1, 2]}', '{"a": [2, 1]}'),
    ("json", '{"a": 1}', '{"a": 1, "b": 2}'),
    ("json", '{"a": 1}', '{"a": "1"}'),
    ("json", '{"name": "{{name}}", "age": {{age}}}', '{"name": "Ada", "age": 36}'),
    ("xml", "<a>\\n  <b>1</b>\\n</a>", "<a><b>1</b></a>"),
    ("text", "two\\nlines", "two\\r\\nlines\\n"),
    ("text", "Ada", "ada"),
    ("", "", ""),
)
SWITCHES: Final = (
    ("match_headers", "`config.headers`", "names of headers that must be equal"),
    ("match_body", "`config.matchBody`", "bodies must be equal"),
    ("match_query_params", "`config.matchQueryParams`", "off: the query step is left out"),
    ("match_wildcards", "`config.matchWildcards`", "off: variables without a value are plain text"),
    ("fuzzy_paths", "Understudy's own", "off: the last rung is left out"),
    ("placeholder_wildcards", "Understudy's own", "off: a path variable saved as `<string>` is that very text"),
    ("base_path_fallback", "Understudy's own", "off: the path in a base URL must be called"),
)


class Row(NamedTuple):
    """A saved request and a call, held against each other by the engine."""

    saved: Request
    sent: Call


def algorithm_page() -> str:
    """Return the page, in Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    yield from _table(("step", "rule", "points"), ((f"{n}. {s.name}", s.rule, s.gives) for n, s in enumerate(STEPS, 1)))
    yield from _about_paths()
    yield from _about_queries()
    yield from _about_headers()
    yield from _about_bodies()
    yield "## What a mock can be set to\n"
    yield from _table(
        ("setting", "in Postman's API", "rule"), ((f"`{name}`", api, says) for name, api, says in SWITCHES)
    )


def _about_paths() -> Iterator[str]:
    yield "## Path\n"
    rungs = ((f"{rung.number}", rung.says, f"{rung.points}") for rung in LADDER)
    yield from _table(("rung", "the paths are equal", "points"), rungs)
    yield PATH_TERMS
    rows = ((saved, sent, _path_points(saved, sent)) for saved, sent in PATHS)
    yield from _table(
        ("saved", "called", "points"), ((_code(one), _code(other), points) for one, other, points in rows)
    )


def _about_queries() -> Iterator[str]:
    yield QUERY_TERMS
    yield from _table(("the parameters", "points"), TERMS)
    rows = ((saved, sent, _query_points(saved, sent)) for saved, sent in QUERIES)
    yield from _table(("saved", "sent", "points"), ((_code(one), _code(other), points) for one, other, points in rows))


def _about_headers() -> Iterator[str]:
    yield HEADER_TERMS
    yield from _table(("a listed header", "is"), RULES)


def _about_bodies() -> Iterator[str]:
    yield BODY_TERMS
    yield from _table(("format", "what must be equal"), ((f"{name}", says) for name, says in FORMATS.items()))
    rows = (
        (_code(saved), _code(sent), _body_points(language, _text(saved), _text(sent)))
        for language, saved, sent in BODIES
    )
    yield from _table(("saved", "sent", "points"), rows)


def _text(shown: str) -> str:
    """Return the text that is shown with its line ends spelled out."""
    return shown.replace("\\r", "\r").replace("\\n", "\n")


def _path_points(saved: str, sent: str) -> str:
    found = _matched(Row(_get("{{baseUrl}}" + saved), _call(sent)))
    return f"{found.score.path_points}" if found else "none"


def _query_points(saved: str, sent: str) -> str:
    found = _matched(Row(_get("{{baseUrl}}/" + (saved and f"?{saved}")), _call("/", query=sent)))
    return f"{round(found.score.query_points, 2) or 0:+g}".replace("+0", "0") if found else "none"


def _body_points(language: str, saved: str, sent: str) -> str:
    body = Body(mode=BodyMode.RAW, raw=saved, language=language)
    found = _matched(Row(Request(method="GET", url=parse_url("{{baseUrl}}/"), body=body), _call("/", body=sent)))
    return f"+{found.score.body_points}" if found and found.score.body_points else "0"


def _matched(row: Row) -> Match | None:
    example = Example(
        id=ExampleId("example"), item_id=ItemId("item"), place=(), position=0, name="", request=row.saved, code=200
    )
    item = Item(id=ItemId("item"), name="", folders=(), request=None, examples=(example,))
    collection = Collection(id=CollectionId("page"), name="", schema_version="2.1", items=(item,))
    found = match(row.sent, compile_index(collection))
    return found if isinstance(found, Match) else None


def _get(url: str) -> Request:
    return Request(method="GET", url=parse_url(url), headers=(Header(key="Accept", value="*/*"),))


def _call(path: str, *, query: str = "", body: str = "") -> Call:
    return Call(method="GET", path=path, query=query, headers=(), body=body.encode())


def _code(text: str) -> str:
    return f"`{text}`" if text else "nothing"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a table, and an empty line behind it."""
    for cells in (headings, ["---"] * len(headings), *rows):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""
