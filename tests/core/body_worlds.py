"""Headers and bodies for random worlds: few, so that they meet, and of all kinds, so that they meet in all ways."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random
from urllib.parse import quote_plus

from services.core.matching.call import Call
from services.core.postman.collection import Body, BodyMode, FormField, GraphQL, Header, Request

TEXTS = (
    "",
    "  \r\n",
    "plain text",
    "plain text\r\nin two lines",
    "plain text\nin two lines",
    "a=1&b=2",
    "b=2&a=1",
    "a=1&a=1&b=%7B%7Bx%7D%7D",
    "a=1&a=2",
    "a=a+b",
    "a=a%20b",
    "&=1",
    "a={{x}}&b=2",
    '{"a": 1, "b": [1, 2]}',
    '{"b":[1.0,2e0],"a":10e-1}',
    '{"a": 1, "b": [2, 1]}',
    '{"a": true, "b": [1, 2]}',
    '{"a": 1, "a": 2}',
    '{"a": 2}',
    '{"a": "2"}',
    '{"a": null}',
    "{}",
    "[]",
    "null",
    "0",
    "-0.0",
    "NaN",
    '{"n": 12345678901234567890}',
    '{"n": 12345678901234567891}',
    '{"n": 1.2345678901234567890e19}',
    '{"n": 1e999999999}',
    '{"n": 0.1}',
    '{"n": 0.10}',
    '{"open": ',
    '{"a": "{{x}}"}',
    '{"a": {{x}}}',
    '{"a": {{x}}, "b": "{{y}}"}',
    '{"a": {"b": {{x}}, "c": 1}, "d": [1, "{{y}}", {{x}}]}',
    '{"a": {"b": {"deep": [{}]}, "c": 1}, "d": [1, "seven", 7.50]}',
    '{"a": {"b": "other", "c": 2}, "d": [1, "seven", 7.50]}',
    '{"a": [[1, "x"], {"é": "\\ud800"}]}',
    "{{x}}",
    '"{{x}}"',
    '["{{known}}"]',
    '["users"]',
    '["a {{x}} b"]',
    "<a>\n  <b>1</b>\n</a>",
    "<a><b>1</b></a>",
    "<a><b> 1 </b></a>",
    "\ufeffplain text",
    "é\u00a0",
)
LANGUAGES = ("", "", "", "json", "json", "JSON", "xml", "text", "html")
TYPES = (
    "application/json",
    "application/json",
    "Application/JSON; charset=utf-8",
    "application/problem+json",
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded",
    "text/xml",
    "image/svg+xml",
    "text/plain",
    "application/octet-stream",
    "image/png",
    "multipart/form-data",
    "application/graphql",
    "{{known}}",
    "",
)
FIELDS = (
    ("a", "1"),
    ("a", "1"),
    ("a", "2"),
    ("b", "2"),
    ("b", "{{x}}"),
    ("b", "{{known}}"),
    ("b", "users"),
    ("c", "a b"),
    ("c", "a%20b"),
    ("c", "a\r\nb"),
    ("c", "a\nb"),
    ("", "nameless"),
    ("é", "ü"),
)
QUERIES = ("{ users }", "{\n  users\n}", "{ orders }", "")
VARIABLES = (
    "",
    "{}",
    "null",
    '{"id": 1}',
    '{"id": 1.0}',
    '{"id": {{x}}}',
    '{"id": "{{x}}", "n": 2}',
    '{"id": 7, "n": 2}',
    "no json",
)
OPERATIONS = ("", "", "Users")
FILES = (("", ""), ("", "cat.png"), ("plain text", ""), ("plain text", "/pictures/cat.png"))

HEADER_NAMES = ("X-One", "x-one", "X-Two", "Accept", "Authorization")
HEADER_VALUES = ("1", "1", " 1 ", "2", "", "{{x}}", "{{known}}", "users", "Users", "1, 1", "é", "a {{x}}")
SENT_VALUES = ("1", "1", "2", "", " ", "users", "1, 1", "é", "é".encode().decode("latin-1"), "{{x}}")
LISTS = (
    "X-One",
    "X-One",
    "x-one, X-Two",
    "X-ONE,,x-one",
    "",
    " , ",
    "Accept",
    "x-api-key",
    "X-Mock-Response-Code, X-One",
    "Authorization",
)
WORDS_FOR_BODY = ("true", "TRUE", " true ", "false", "False", "yes", "")


def some_request(random: Random, request: Request) -> Request:
    """Return the request with headers and a body, or without."""
    headers = [
        Header(
            key=random.choice(HEADER_NAMES), value=random.choice(HEADER_VALUES), is_disabled=not random.randint(0, 5)
        )
        for _ in range(random.choice((0, 0, 1, 2)))
    ]
    if random.randint(0, 2) == 0:
        headers.insert(0, Header(key="Content-Type", value=random.choice(TYPES), is_disabled=not random.randint(0, 5)))
    body = random.choice(BODIES)(random) if random.randint(0, 2) else None
    return replace(request, headers=tuple(headers), body=body)


def some_raw(random: Random) -> Body:
    return Body(mode=BodyMode.RAW, raw=random.choice(TEXTS), language=random.choice(LANGUAGES))


def some_urlencoded(random: Random) -> Body:
    return Body(mode=BodyMode.URLENCODED, fields=some_fields(random))


def some_formdata(random: Random) -> Body:
    count = random.choice((0, 0, 1, 2))
    files = (FormField(key=random.choice("af"), is_file=True, source="cat.png") for _ in range(count))
    return Body(mode=BodyMode.FORMDATA, fields=(*some_fields(random), *files))


def some_fields(random: Random) -> tuple[FormField, ...]:
    pairs = (random.choice(FIELDS) for _ in range(random.choice((0, 1, 1, 2, 3))))
    return tuple(FormField(key=key, value=value, is_disabled=not random.randint(0, 5)) for key, value in pairs)


def some_graphql(random: Random) -> Body:
    texts = {"query": random.choice(QUERIES), "variables": random.choice(VARIABLES)}
    return Body(mode=BodyMode.GRAPHQL, graphql=GraphQL(**texts, operation_name=random.choice(OPERATIONS)))


def some_file(random: Random) -> Body:
    raw, source = random.choice(FILES)
    return Body(mode=BodyMode.FILE, raw=raw, source=source)


BODIES: tuple[Callable[[Random], Body], ...] = (
    some_raw,
    some_raw,
    some_raw,
    some_raw,
    some_urlencoded,
    some_formdata,
    some_graphql,
    some_file,
)


def with_the_body_of(random: Random, call: Call, request: Request) -> Call:
    """Return the call with the body that a client would send for a saved request, and its type, or another."""
    body = request.body
    if body is None:
        return call
    content_type, octets = SENDERS[body.mode](random, body)
    types = [header.value for header in request.headers if header.key == "Content-Type" and not header.is_disabled]
    return with_body(call, octets, random.choice((content_type, *types)))


def send_raw(random: Random, body: Body) -> tuple[str, bytes]:
    text = body.raw.replace("{{x}}", random.choice(("7", "true", "[1, {}]")))
    return random.choice(TYPES), text.encode(errors="replace")


def send_urlencoded(random: Random, body: Body) -> tuple[str, bytes]:
    fields = [field for field in body.fields if not field.is_disabled]
    random.shuffle(fields)
    pairs = (f"{quote_plus(field.key)}={quote_plus(filled(field.value))}" for field in fields)
    return "application/x-www-form-urlencoded", "&".join(pairs).encode()


def send_formdata(random: Random, body: Body) -> tuple[str, bytes]:
    fields = [field for field in body.fields if not field.is_disabled]
    random.shuffle(fields)
    return "multipart/form-data; boundary=cut", multipart(
        (field.key, filled(field.value), "cat.png" if field.is_file else "") for field in fields
    )


def send_graphql(random: Random, body: Body) -> tuple[str, bytes]:
    graphql = body.graphql or GraphQL()
    query = f'"query": "{graphql.query}"'.replace("\n", "\\n")
    name = f', "operationName": "{graphql.operation_name}"' if graphql.operation_name else ""
    variables = graphql.variables.replace("{{x}}", "7")
    given = f', "variables": {variables}' if variables.strip() and random.randint(0, 3) else ""
    return "application/json", f"{{{query}{given}{name}}}".encode()


def send_file(random: Random, body: Body) -> tuple[str, bytes]:
    return random.choice(("application/octet-stream", "")), body.raw.encode() or b"\x89PNG"


SENDERS: dict[BodyMode, Callable[[Random, Body], tuple[str, bytes]]] = {
    BodyMode.RAW: send_raw,
    BodyMode.URLENCODED: send_urlencoded,
    BodyMode.FORMDATA: send_formdata,
    BodyMode.GRAPHQL: send_graphql,
    BodyMode.FILE: send_file,
}


def filled(value: str) -> str:
    return value.replace("{{x}}", "any").replace("{{known}}", "users")


def multipart(fields: Iterable[tuple[str, str, str]]) -> bytes:
    """Return a multipart body of (name, text, file name)."""
    parts = "".join(
        f'--cut\r\nContent-Disposition: form-data; name="{name}"{file and f"; filename={file}"}\r\n\r\n{text}\r\n'
        for name, text, file in fields
    )
    return f"{parts}--cut--\r\n".encode()


def with_body(call: Call, octets: bytes, content_type: str) -> Call:
    """Return the call with a body, and its type where it has one."""
    others = tuple(header for header in call.headers if header[0] != "content-type")
    own = (("content-type", content_type),) if content_type else ()
    return replace(call, headers=(*others, *own), body=octets)


def other_body(random: Random, call: Call) -> Call:
    kind = random.choice(SENDERS_OF_NOTHING_IN_PARTICULAR)
    return with_body(call, *kind(random))


def any_text(random: Random) -> tuple[bytes, str]:
    return random.choice(TEXTS).encode(errors="replace"), random.choice(TYPES)


def any_saved(random: Random) -> tuple[bytes, str]:
    body = random.choice(BODIES)(random)
    content_type, octets = SENDERS[body.mode](random, body)
    return octets, content_type


def any_octets(random: Random) -> tuple[bytes, str]:
    return random.choice((b"", b"\xff\xfe", b"\xef\xbb\xbf", b" \n", b"--cut--", b"\x00")), random.choice(TYPES)


SENDERS_OF_NOTHING_IN_PARTICULAR = (any_text, any_text, any_saved, any_saved, any_octets)


def body_switch(random: Random, call: Call) -> Call:
    return with_header(call, "x-mock-match-request-body", random.choice(WORDS_FOR_BODY))


def header_list(random: Random, call: Call) -> Call:
    return with_header(call, "x-mock-match-request-headers", random.choice(LISTS))


def other_header(random: Random, call: Call) -> Call:
    return with_header(call, random.choice(HEADER_NAMES).lower(), random.choice(SENT_VALUES))


def with_header(call: Call, name: str, value: str) -> Call:
    return replace(call, headers=(*call.headers, (name, value)))
