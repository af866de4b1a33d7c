"""Random collections and calls in which everything that matters to matching occurs, and often.

Words are few, so that paths collide, and come in variants: of case, with a typo, as an id, as a wildcard, escaped.
Calls are what the examples stand for, hurt a little. Every choice is made by the `Random` that is passed in: a
generator from a seed makes thousands a minute, one from hypothesis takes longer but finds the smallest world that shows
a failure.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from services.core.matching.call import Call
from services.core.matching.settings import MatchSettings
from services.core.postman.collection import Collection, Example, PathVariable, QueryParameter, Request, Url
from services.core.postman.environment import Environment
from tests.core.body_worlds import (
    body_switch,
    header_list,
    other_body,
    other_header,
    some_request,
    with_the_body_of,
)
from tests.core.nouns import a_collection, an_environment, an_example, with_request
from tests.replay import call_for

WORDS = (
    "users",
    "Users",
    "user",
    "usres",
    "items",
    "ITEMS",
    "orders",
    "a",
    "A",
    "b",
    "straße",
    "STRASSE",
    "é",
    "İ",
    "Σς",
)
UUIDS = ("4b0f1a52-9f0e-4c2a-8a34-0d5d2f3b9a01", "4B0F1A52-9F0E-1C2A-8A34-0D5D2F3B9A02")
IDS = ("1", "22", "٣", "x" * 255, "x" * 256, "é" * 256, *UUIDS)
ODDITIES = (
    "",
    "a b",
    "a%20b",
    "a%2Fb",
    "%zz",
    "%ff",
    "%C3%A9",
    "100%",
    "{{",
    "}}",
    "\ud800",
    "a+b",
    ".",
    "..",
    "~",
    "%",
)
WILDCARDS = (
    "{{id}}",
    "{{x}}",
    "{{known}}",
    "{{$guid}}",
    "{{a/b}}",
    ":id",
    ":id.json",
    ":filled",
    ":open.v2",
    ":empty",
    ":",
)
PATTERNS = (
    "item-{{id}}.json",
    "ITEM-{{x}}.json",
    "item-{{x}}",
    "{{a}}-{{b}}",
    "{{a}}{{b}}",
    "v{{n}}",
    "{{a}}x{{b}}",
    ":{{x}}",
)
RARELY_SAVED = (*ODDITIES, *PATTERNS, ":deep", ":two", "{{nested}}", "<string>")
RARELY_SENT = (
    *ODDITIES,
    *WILDCARDS,
    *PATTERNS,
    "item-5.json",
    "Item-5.JSON",
    "v1",
    "1-2",
    "1X2x3",
    "<string>",
    "%3Cstring%3E",
)

BASES = ("", "{{base}}", "{{host}}", "{{root}}", "{{unknown}}", "https://shop.example", "{{base}}/sub", "{{asked}}")
KEYS = ("page", "role", "Role", "q", "a b", "a+b", "{{x}}", "", "{{pair}}")
VALUES = (None, "", "1", "2", "admin", "a+b", "a%20b", "{{x}}", "{{y}}", "{{known}}", "{{pair}}")
METHODS = ("GET", "GET", "GET", "POST", "HEAD")
NAMES = ("one", "two", "two ", "Two", "Größe")
EXAMPLE_IDS = ("a", "A", "B", "b", "C", "d-1", "1-d", "E", "f", "00", "é", "12", "7-12", *(f"z{n}" for n in range(20)))

VARIABLES = {
    "base": "https://shop.example/v1",
    "root": "/",
    "host": "https://shop.example",
    "asked": "https://shop.example/v1?page=1",
    "known": "users",
    "pair": "page=1&role=admin",
    "loop": "{{loop}}{{loop}}",
    "nested": "{{kno{{wn}}",
    "wn": "wn}}",
}
PATH_VARIABLES = (
    PathVariable(key="filled", value="7"),
    PathVariable(key="open", value="<string>"),
    PathVariable(key="empty", value=""),
    PathVariable(key="deep", value="{{x}}"),
    PathVariable(key="two", value="a/b"),
)
QUERY_PIECES = (
    "page=1",
    "role=admin",
    "role=",
    "role",
    "q=%FF",
    "a+b=a%20b",
    "=",
    "Role=1",
    "q=1&q=2",
    "page=2&page=1",
    "",
)
SELECTORS = (
    ("x-mock-response-code", "404"),
    ("x-mock-response-code", "404"),
    ("x-mock-response-code", " 200 "),
    ("x-mock-response-code", "nonsense"),
    ("x-mock-response-code", "9" * 5_000),
    ("x-mock-response-id", "12"),
    ("x-mock-response-id", "4711-b"),
    ("x-mock-response-id", "nobody"),
    ("x-mock-response-name", "two"),
    ("x-mock-response-name", "Three"),
    ("x-mock-response-name", "Größe".encode().decode("latin-1")),
)


@dataclass(frozen=True, kw_only=True)
class World:
    """A mock, and calls to it."""

    collection: Collection
    environment: Environment | None
    settings: MatchSettings
    calls: tuple[Call, ...]


def a_world(random: Random, *, call_count: int) -> World:
    """Return a random world; most mocks have the usual settings."""
    collection = some_collection(random)
    environment = random.choice((None, an_environment(known="ITEMS", host="http://h/", x="7")))
    return World(
        collection=collection,
        environment=environment,
        settings=MatchSettings() if random.randint(0, 2) else some_settings(random),
        calls=tuple(some_call(random, collection, environment) for _ in range(call_count)),
    )


def a_narrow_world(random: Random, *, call_count: int) -> World:
    """Return a world whose examples have one path and one method, so that headers and bodies alone tell them apart."""
    url, count = some_url(random), random.choice((5, 15, 30))
    examples = (some_example(random, id_, url) for id_ in random.sample(EXAMPLE_IDS, count))
    collection = a_collection(*(with_request(example, method="POST") for example in examples), **VARIABLES)
    calls = []
    for _ in range(call_count):
        example = random.choice(list(collection.examples))
        call = with_the_body_of(random, call_for(example, collection), example.request)
        for _ in range(random.choice((0, 1, 2, 3))):
            call = random.choice(HEADER_AND_BODY_INJURIES)(random, call)
        calls.append(call)
    settings = some_settings(random) if random.randint(0, 1) else MatchSettings()
    return World(collection=collection, environment=None, settings=settings, calls=tuple(calls))


def some_settings(random: Random) -> MatchSettings:
    return MatchSettings(
        match_query_params=random.choice((True, False)),
        match_wildcards=random.choice((True, False)),
        fuzzy_paths=random.choice((True, False)),
        placeholder_wildcards=random.choice((True, False)),
        base_path_fallback=random.choice((True, False)),
        match_headers=random.choice(((), (), ("X-One",), ("x-two", "Accept"), ("x-api-key",))),
        match_body=random.choice((True, False)),
    )


def some_collection(random: Random) -> Collection:
    """Return a collection whose examples share URLs, and whose URLs share segments and queries."""
    urls = [some_url(random) for _ in range(random.randint(1, 6))]
    relatives = (with_other_query, with_other_saved_segment)
    urls += [random.choice(relatives)(random, random.choice(urls)) for _ in range(random.choice((0, 2, 4, 20)))]
    ids = random.sample(EXAMPLE_IDS, random.choice((0, 1, 2, 4, 4, 8, 8, 16, 16, 30, 30, 30)))
    return a_collection(*(some_example(random, id_, random.choice(urls)) for id_ in ids), **VARIABLES)


def some_example(random: Random, id_: str, url: Url) -> Example:
    example = an_example(id=id_, name=random.choice(NAMES), code=random.choice((200, 200, 201, 404)))
    request = Request(method=random.choice(METHODS), url=url)
    return replace(example, request=some_request(random, request) if random.randint(0, 3) else request)


def some_url(random: Random) -> Url:
    segments = [some_saved_segment(random) for _ in range(random.randint(0, 4))]
    return Url(
        base=random.choice(BASES),
        path="".join("/" + segment for segment in segments) + random.choice(("", "", "", "/", "//")),
        query=some_parameters(random),
        path_variables=random.choice(((), PATH_VARIABLES)),
    )


def some_parameters(random: Random) -> tuple[QueryParameter, ...]:
    return tuple(
        QueryParameter(key=random.choice(KEYS), value=random.choice(VALUES), is_disabled=not random.randint(0, 4))
        for _ in range(random.choice((0, 0, 1, 2, 3)))
    )


def some_saved_segment(random: Random) -> str:
    return random.choice(random.choice((WORDS, WORDS, WILDCARDS, WILDCARDS, IDS, RARELY_SAVED)))


def some_sent_segment(random: Random) -> str:
    return random.choice(random.choice((WORDS, WORDS, IDS, RARELY_SENT)))


def with_other_query(random: Random, url: Url) -> Url:
    return replace(url, query=some_parameters(random))


def with_other_saved_segment(random: Random, url: Url) -> Url:
    _, *segments = url.path.split("/") if url.path else ("", "")
    segments[random.randrange(len(segments))] = some_saved_segment(random)
    return replace(url, path="/" + "/".join(segments))


def some_call(random: Random, collection: Collection, environment: Environment | None) -> Call:
    """Return a call that one of the examples stands for, hurt up to three times; or one out of nowhere."""
    examples = list(collection.examples)
    if examples and random.randint(0, 9):
        example = random.choice(examples)
        call = with_the_body_of(random, call_for(example, collection, environment), example.request)
    else:
        path = "".join("/" + some_sent_segment(random) for _ in range(random.randint(0, 4)))
        call = Call(method=random.choice(METHODS), path=path, query="", headers=())
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        call = random.choice(INJURIES)(random, call)
    return call


def other_method(random: Random, call: Call) -> Call:
    return replace(call, method=random.choice((*METHODS, "PUT")))


def other_case(random: Random, call: Call) -> Call:
    return replace(call, path=random.choice((call.path.swapcase(), call.path.upper(), call.path.lower())))


def other_slashes(random: Random, call: Call) -> Call:
    return replace(
        call, path=random.choice((call.path + "/", call.path + "//", call.path.rstrip("/"), "/" + call.path))
    )


def other_segment(random: Random, call: Call) -> Call:
    segments = call.path.split("/")
    segments[random.randrange(len(segments))] = some_sent_segment(random)
    return replace(call, path="/".join(segments))


def more_or_fewer_segments(random: Random, call: Call) -> Call:
    segments = call.path.split("/")
    place = random.randrange(len(segments))
    segments[place : place + random.randint(0, 1)] = random.choice(([], [some_sent_segment(random)]))
    return replace(call, path="/".join(segments))


def swapped_segments(random: Random, call: Call) -> Call:
    segments = call.path.split("/")
    one, other = random.randrange(len(segments)), random.randrange(len(segments))
    segments[one], segments[other] = segments[other], segments[one]
    return replace(call, path="/".join(segments))


def other_ids(random: Random, call: Call) -> Call:
    segments = [random.choice(IDS) if segment in IDS else segment for segment in call.path.split("/")]
    return replace(call, path="/".join(segments))


def typo(random: Random, call: Call) -> Call:
    place, letter = random.randint(0, len(call.path)), random.choice(("", "x", "é", "%", "-", "/"))
    return replace(call, path=call.path[:place] + letter + call.path[place + random.randint(0, 1) :])


def other_query(random: Random, call: Call) -> Call:
    pairs = [*call.query.split("&"), *(random.choice(QUERY_PIECES) for _ in range(random.randint(0, 2)))]
    return replace(call, query="&".join(pair for pair in pairs if random.randint(0, 4)))


def header_list_and_header(random: Random, call: Call) -> Call:
    return other_header(random, header_list(random, call))


def selector(random: Random, call: Call) -> Call:
    return replace(call, headers=(*call.headers, random.choice(SELECTORS)))


HEADER_AND_BODY_INJURIES: tuple[Callable[[Random, Call], Call], ...] = (
    other_body,
    other_body,
    body_switch,
    header_list,
    other_header,
    header_list_and_header,
)
INJURIES: tuple[Callable[[Random, Call], Call], ...] = (
    *HEADER_AND_BODY_INJURIES,
    other_method,
    other_case,
    other_slashes,
    other_segment,
    other_segment,
    more_or_fewer_segments,
    swapped_segments,
    other_ids,
    other_ids,
    typo,
    other_query,
    other_query,
    selector,
)
