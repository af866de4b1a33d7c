"""The oracle's part for headers and bodies: by the rules, one pair after the other, in the plainest way.

Nothing is made comparable beforehand, no key and no hash: two bodies are read, and walked side by side.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from email import message_from_bytes
from email.message import Message
from typing import Any

from services.core.matching.call import Call
from services.core.matching.settings import MatchSettings
from services.core.postman.collection import Body, BodyMode, GraphQL, Request

TOKEN = re.compile(r"\{\{([^{}]*)\}\}")

Captures = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number of JSON: equal by value, and spelled as it was sent."""

    value: Decimal
    text: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)


class HeadersAndBodies:
    """The rules of step 6, for one mock."""

    def __init__(self, settings: MatchSettings, resolve: Callable[[str], str], decode: Callable[[str], str]) -> None:
        self.settings = settings
        self.resolve = resolve
        self.decode = decode

    def is_body_required(self, call: Call) -> bool:
        """Tell whether bodies must be equal."""
        said = (call.header("x-mock-match-request-body") or "").strip(" \t").lower()
        return self.settings.match_body if said not in {"true", "false"} else said == "true"

    def listed(self, call: Call) -> list[str]:
        """Return the names of the headers that must be equal."""
        said = call.header("x-mock-match-request-headers")
        names = self.settings.match_headers if said is None else said.split(",")
        lowered = [name.strip().lower() for name in names]
        return [n for n in dict.fromkeys(lowered) if n and n != "x-api-key" and not n.startswith("x-mock-")]

    def headers_captured(self, call: Call, request: Request) -> Captures | None:
        """Return what the listed headers capture, None where they are not equal."""
        captures: Captures = {}
        for name in self.listed(call):
            sent = joined(value for key, value in call.headers if key == name)
            saved = joined(
                self.resolve(header.value)
                for header in request.headers
                if not header.is_disabled and header.key.strip().lower() == name
            )
            if saved is not None and self.is_open(saved):
                if not sent:
                    return None
                captures.setdefault(saved[2:-2], as_utf_8(sent))
            elif saved is None or sent is None:
                if saved != sent:
                    return None
            elif saved not in {sent, as_utf_8(sent)}:
                return None
        return captures

    def is_open(self, text: object) -> bool:
        """Tell whether a saved text is a variable that takes anything."""
        return self.settings.match_wildcards and isinstance(text, str) and TOKEN.fullmatch(text) is not None

    def body_captured(self, call: Call, request: Request) -> Captures | None:
        """Return what the body's variables capture, None where the bodies are not equal."""
        body = request.body
        sent_type = call.header("content-type") or ""
        is_sent_empty = not call.body or (format_of(sent_type) != "binary" and not text_of(call.body))
        if body is None or self.is_empty(body):
            return {} if is_sent_empty else None
        if not call.body:
            return None
        return COMPARISONS[body.mode](self, body, call, request)

    def is_empty(self, body: Body) -> bool:
        """Tell whether a saved body is empty."""
        graphql = body.graphql or GraphQL()
        match body.mode:
            case BodyMode.RAW:
                return not self.resolve(body.raw).strip()
            case BodyMode.URLENCODED | BodyMode.FORMDATA:
                return not any(self.resolve(field.key) for field in body.fields if not field.is_disabled)
            case BodyMode.GRAPHQL:
                given = self.variables(self.resolve(graphql.variables))
                return not (self.resolve(graphql.query).split() or given or self.resolve(graphql.operation_name))
            case BodyMode.FILE:
                return not (body.raw or body.source)

    def raw(self, body: Body, call: Call, request: Request) -> Captures | None:
        """Compare a saved text, in the format that one of the sides says."""
        saved = self.resolve(body.raw)
        told = body.language.strip().lower()
        types = [h.value for h in request.headers if not h.is_disabled and h.key.strip().lower() == "content-type"]
        own = format_of(self.resolve(types[0])) if types else None
        name = told if told in {"json", "xml"} else format_of(call.header("content-type") or "") or own or "text"
        if name == "binary":
            return {} if saved.encode(errors="surrogatepass") == call.body else None
        sent = text_of(call.body)
        trimmed = saved.replace("\r\n", "\n").strip()
        if name == "json":
            return self.json(trimmed, sent)
        if name == "form":
            return self.form_text(trimmed, sent)
        if name == "xml":
            trimmed, sent = (re.sub(r">\s+<", "><", text) for text in (trimmed, sent))
        return {} if trimmed == sent else None

    def json(self, saved: str, sent: str) -> Captures | None:
        """Compare as JSON, or as text where one of them is none."""
        ours, theirs = self.parsed_saved(saved), parsed(sent)
        if ours is None or theirs is None:
            return {} if saved == sent else None
        captures: Captures = {}
        return captures if self.same(ours[0], theirs[0], captures) else None

    def parsed_saved(self, text: str) -> list[Any] | None:
        """Parse saved JSON, in which variables may stand without quotes."""
        quoted = STRING_OR_TOKEN.sub(lambda found: json.dumps(found[0]) if found[1] is not None else found[0], text)
        return parsed(quoted if self.settings.match_wildcards else text)

    def same(self, saved: Any, sent: Any, captures: Captures) -> bool:
        """Walk two trees side by side."""
        if self.is_open(saved):
            captures.setdefault(saved[2:-2], inserted(sent))
            return True
        if isinstance(saved, dict) and isinstance(sent, dict):
            return saved.keys() == sent.keys() and all(self.same(saved[key], sent[key], captures) for key in saved)
        if isinstance(saved, list) and isinstance(sent, list):
            return len(saved) == len(sent) and all(
                self.same(one, other, captures) for one, other in zip(saved, sent, strict=True)
            )
        return type(saved) is type(sent) and bool(saved == sent)

    def form_text(self, saved: str, sent: str) -> Captures | None:
        """Compare two texts of a form, or as text where one of them has no pair."""
        ours, theirs = self.pairs(saved), self.pairs(sent)
        if not ours or not theirs:
            return {} if saved == sent else None
        return self.fields(ours, theirs)

    def urlencoded(self, body: Body, call: Call, _: Request) -> Captures | None:
        """Compare the fields of a form, as typed or else as encoded."""
        typed = [(self.resolve(f.key), self.resolve(f.value)) for f in body.fields if not f.is_disabled]
        decoded = [(self.decode(key), self.decode(value)) for key, value in typed]
        sent = self.pairs(text_of(call.body))
        for saved in (typed, decoded):
            captures = self.fields([(key, plain(value)) for key, value in saved if key], sent)
            if captures is not None:
                return captures
        return None

    def pairs(self, text: str) -> list[tuple[str, str]]:
        """Return the decoded pairs of a form."""
        cut = [pair.partition("=") for pair in text.split("&")]
        return [(self.decode(key), plain(self.decode(value))) for key, _, value in cut if self.decode(key)]

    def fields(self, saved: Iterable[tuple[str, Any]], sent: Iterable[tuple[str, Any]]) -> Captures | None:
        """Compare fields by name; one that is saved once may be a variable. A value that is no text is a file."""
        ours, theirs = grouped(saved), grouped(sent)
        if ours.keys() != theirs.keys():
            return None
        captures: Captures = {}
        for name, values in ours.items():
            if len(values) == 1 and self.is_open(values[0]):
                if len(theirs[name]) != 1 or not isinstance(theirs[name][0], str):
                    return None
                captures.setdefault(values[0][2:-2], theirs[name][0])
            elif Counter(values) != Counter(theirs[name]):
                return None
        return captures

    def formdata(self, body: Body, call: Call, _: Request) -> Captures | None:
        """Compare parts: texts by what they say, files by the name of their part."""
        saved = [
            (self.resolve(f.key), FILE if f.is_file else plain(self.resolve(f.value)))
            for f in body.fields
            if not f.is_disabled and self.resolve(f.key)
        ]
        sent = parts_of(call)
        return None if sent is None else self.fields(saved, sent)

    def graphql(self, body: Body, call: Call, _: Request) -> Captures | None:
        """Compare the query with its blanks folded, the variables, and the name of the operation."""
        graphql = body.graphql or GraphQL()
        sent = parsed(text_of(call.body))
        if (call.header("content-type") or "").partition(";")[0].strip().lower() == "application/graphql":
            sent = [{"query": text_of(call.body)}]
        if sent is None or not isinstance(sent[0], dict):
            return None
        query, variables, name = (sent[0].get(key) for key in ("query", "variables", "operationName"))
        query, name = (value if isinstance(value, str) else "" for value in (query, name))
        if isinstance(variables, str):
            variables = (parsed(variables) or [variables])[0]
        if self.resolve(graphql.query).split() != query.split() or self.resolve(graphql.operation_name) != name:
            return None
        captures: Captures = {}
        ours = self.variables(self.resolve(graphql.variables))
        return captures if self.same(ours, nothing_if_empty(variables), captures) else None

    def variables(self, text: str) -> Any:
        """Return saved variables of GraphQL."""
        return nothing_if_empty((self.parsed_saved(text) or [text])[0])

    def file(self, body: Body, call: Call, _: Request) -> Captures | None:
        """Compare bytes, where the collection holds them."""
        return {} if not body.raw or body.raw.encode(errors="surrogatepass") == call.body else None


COMPARISONS: dict[BodyMode, Callable[[HeadersAndBodies, Body, Call, Request], Captures | None]] = {
    BodyMode.RAW: HeadersAndBodies.raw,
    BodyMode.URLENCODED: HeadersAndBodies.urlencoded,
    BodyMode.FORMDATA: HeadersAndBodies.formdata,
    BodyMode.GRAPHQL: HeadersAndBodies.graphql,
    BodyMode.FILE: HeadersAndBodies.file,
}
FILE = ("file",)
STRING_OR_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\{\{([^{}]*)\}\}', re.DOTALL)


def joined(values: Iterable[str]) -> str | None:
    """Return several values of a header as one, None where there is none."""
    several = [value.strip() for value in values]
    return ", ".join(several) if several else None


def as_utf_8(value: str) -> str:
    """Return what the bytes of a header say in UTF-8, or what they say in Latin-1."""
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def format_of(content_type: str) -> str | None:
    """Return what a media type says of a body."""
    essence = content_type.partition(";")[0].strip().lower()
    if not essence:
        return None
    for pattern, name in MEDIA_TYPES.items():
        if re.fullmatch(pattern, essence):
            return name
    return "text"


MEDIA_TYPES = {
    r"(application|text)/json|.*\+json": "json",
    r"(application|text)/xml|.*\+xml": "xml",
    r"application/x-www-form-urlencoded": "form",
    r"application/(octet-stream|pdf|zip)|(image|audio|video|font)/.*": "binary",
}


def text_of(octets: bytes) -> str:
    return octets.decode("utf-8-sig", "surrogateescape").replace("\r\n", "\n").strip()


def plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def parsed(text: str) -> list[Any] | None:
    """Return the one value of a JSON text."""

    def number(digits: str) -> Number:
        return Number(value=Decimal(digits), text=digits)

    def no_number(name: str) -> None:
        raise ValueError(name)

    try:
        return [json.loads(text, parse_int=number, parse_float=number, parse_constant=no_number)]
    except ValueError:
        return None


def inserted(value: Any) -> str:
    """Return what a variable inserts: text as it is, everything else as compact JSON."""
    match value:
        case str():
            return value
        case Number(text=text):
            return "0" if text == "-0" else text
        case dict():
            return "{" + ",".join(f"{quoted(key)}:{nested(each)}" for key, each in value.items()) + "}"
        case list():
            return "[" + ",".join(map(nested, value)) + "]"
        case _:
            return json.dumps(value)


def nested(value: Any) -> str:
    return quoted(value) if isinstance(value, str) else inserted(value)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def nothing_if_empty(value: Any) -> Any:
    is_zero = isinstance(value, Number) and value.value == 0
    return {} if not value or is_zero else value


def grouped(fields: Iterable[tuple[str, Any]]) -> dict[str, list[Any]]:
    names: dict[str, list[Any]] = {}
    for name, value in fields:
        names.setdefault(name, []).append(value)
    return names


def parts_of(call: Call) -> list[tuple[str, Any]] | None:
    """Return the named parts of a multipart body, by the standard library's parser of mail."""
    content_type = call.header("content-type") or ""
    if "boundary=" not in content_type:
        return None
    mail = message_from_bytes(b"Content-Type: " + content_type.encode("latin-1") + b"\r\n\r\n" + call.body)
    if not mail.is_multipart():
        return None
    return [(name, value) for part in mail.walk() for name, value in [named_part(part)] if name]


def named_part(part: Message) -> tuple[str, Any]:
    """Return the name of a part and its text, or that it is a file."""
    said = dict(part.raw_items()).get("Content-Disposition", "").encode("ascii", "surrogateescape").decode(*UTF_8)
    name = re.search(r';\s*name="([^"]*)"', said)
    octets = part.get_payload(decode=True)
    text = octets.decode("utf-8-sig", "surrogateescape") if isinstance(octets, bytes) else ""
    return name[1] if name else "", FILE if "filename" in said else plain(text)


UTF_8 = ("utf-8", "surrogateescape")
