"""Everything in which we mean to read otherwise than Postman's libraries: what they do, what we do, and why.

Each table is complete: the tests hold every input that they can find, real and generated, against the libraries, and an
input may be read otherwise if, and only if, a row says so.

A row's `rewrite` turns an input into the one for which Postman's library gives our answer: it writes out what we read
between the lines. It returns what it does not concern as it is. Where nothing can be written out, a row has `concerns`
instead, which tells whether an input is one of those that are read otherwise.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.core.postman.document import json_text

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlDifference:
    """A kind of URL that is cut in other places; parts are base, path and query."""

    postman: str
    ours: str
    reason: str
    concerns: Callable[[str], bool]
    example: str
    their_parts: tuple[str, str, list[tuple[str, str | None]]]
    our_parts: tuple[str, str, list[tuple[str, str | None]]]


_TOKEN: Final = re.compile(r"\{\{[^{}]*\}\}")


def _outside_tokens(text: str) -> str:
    return _TOKEN.sub(lambda token: "_" * len(token[0]), text)


def _before_query(text: str) -> str:
    return re.split(r"[#?]", _outside_tokens(text))[0]


def _query_of(text: str) -> str:
    """Return the query of a URL's text with its tokens."""
    shape = _outside_tokens(text).partition("#")[0]
    return text[shape.index("?") + 1 : len(shape)] if "?" in shape else ""


def _has_scheme_in_path(text: str) -> bool:
    start, scheme, _ = _before_query(text.lstrip()).replace("\\", "/").partition("://")
    return bool(scheme) and "/" in start


def _has_equals_in_token(text: str) -> bool:
    parameters = _outside_tokens(_query_of(text)).split("&")
    position = 0
    for parameter in parameters:
        written = _query_of(text)[position : position + len(parameter)]
        position += len(parameter) + 1
        if written.find("=") != parameter.find("="):
            return True
    return False


URL_DIFFERENCES: Final = (
    UrlDifference(
        postman="takes all before the first `://` for the protocol, even where a slash stands before that",
        ours="it belongs to the path",
        reason="A URL in a path, as in `/redirect/http://…`, is common; no protocol has a slash in it.",
        concerns=_has_scheme_in_path,
        example="{{baseUrl}}/to/http://x.y/z",
        their_parts=("{{baseUrl}}/to/http://x.y", "/z", []),
        our_parts=("{{baseUrl}}", "/to/http://x.y/z", []),
    ),
    UrlDifference(
        postman="cuts a parameter at its first `=`, also inside of `{{…}}`",
        ours="a token is one piece",
        reason="The SDK protects a token from every other delimiter; that it forgets this one loses the variable.",
        concerns=_has_equals_in_token,
        example="/a?{{k=v}}",
        their_parts=("", "/a", [("{{k", "v}}")]),
        our_parts=("", "/a", [("{{k=v}}", None)]),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Difference:
    """Something that we read and Postman's library does not, or reads otherwise; `rewrite` writes it out.

    kind: what `rewrite` is given: a collection's "item" or "example", a "request", "url" or "body", or a "variable".
    is_in_corpus: whether any real collection has it.
    """

    kind: str
    postman: str
    ours: str
    reason: str
    rewrite: Callable[[Json, Json], Json]
    example: Json
    is_in_corpus: bool = False


def _with_code(example: Json, _: Json) -> Json:
    code = example.get("code")
    if code is None:
        return {**example, "code": 200}
    return {**example, "code": int(code)} if isinstance(code, str) and code.isdigit() else example


def _with_original_request(example: Json, item: Json) -> Json:
    return example if example.get("originalRequest") is not None else {**example, "originalRequest": item["request"]}


def _without_nameless_headers(node: Json, _: Json) -> Json:
    headers = node.get("header")
    if not isinstance(headers, list):
        return node
    named = [header for header in headers if not isinstance(header, dict) or header.get("key")]
    return node if len(named) == len(headers) else {**node, "header": named}


def _with_one_space_in_headers(node: Json, _: Json) -> Json:
    """Write each `Name : value` and `Name:value` of a header text as `Name: value`, folded lines as one."""
    text = node.get("header")
    if not isinstance(text, str):
        return node
    pairs = [
        line.split(":", 1) for line in re.split(r"\r\n?|\n", re.sub(r"(\r\n?|\n)[ \t]+", " ", text)) if ":" in line
    ]
    written = "\n".join(f"{name.strip()}: {value.strip()}" for name, value in pairs)
    return node if written == text else {**node, "header": written}


def _without_a_request(item: Json, _: Json) -> Json:
    request = item.get("request")
    if not isinstance(request, dict) or request.get("url") is not None:
        return item
    if request.get("method", "GET") == "GET" and not (request.get("header") or request.get("body")):
        return item  # A GET of nothing is also how the library shows that there is no request.
    return {key: value for key, value in item.items() if key != "request"}


def _with_raw_as_url(request: Json, _: Json) -> Json:
    url = request.get("url")
    if not isinstance(url, dict) or any(url.get(part) for part in ("host", "path", "query")) or not url.get("raw"):
        return request
    if not url.get("variable"):
        return {**request, "url": url["raw"]}
    base, slash, path = url["raw"].partition("/")
    return {**request, "url": {**url, "host": base, "path": slash + path}}


def _with_plain_segments(url: Json, _: Json) -> Json:
    path = url.get("path")
    if not isinstance(path, list) or not any(isinstance(segment, dict) for segment in path):
        return url
    plain = [segment.get("value") if isinstance(segment, dict) else segment for segment in path]
    return {**url, "path": plain}


def _with_variables_as_text(body: Json, _: Json) -> Json:
    graphql = body.get("graphql")
    if not isinstance(graphql, dict) or not isinstance(graphql.get("variables"), dict | list):
        return body
    return {**body, "graphql": {**graphql, "variables": json_text(graphql["variables"])}}


def _with_mode(body: Json, _: Json) -> Json:
    known = [mode for mode in ("raw", "urlencoded", "formdata", "graphql", "file") if body.get(mode) is not None]
    return body if body.get("mode") or not known else {**body, "mode": known[0]}


COLLECTION_DIFFERENCES: Final = (
    Difference(
        kind="example",
        postman="leaves an example without `originalRequest` without a request",
        ours="it answers its item's request",
        reason="There is nothing else that it could answer, and a mock can answer with it.",
        rewrite=_with_original_request,
        example={"name": "a", "request": "/a", "response": [{"name": "x", "code": 200}]},
        is_in_corpus=True,
    ),
    Difference(
        kind="example",
        postman="leaves `code` as it is, missing or text",
        ours="a missing one is 200, digits are a number",
        reason="A reply must have a status, and a call may ask for a code by number.",
        rewrite=_with_code,
        example={"name": "a", "request": "/a", "response": [{"name": "x", "originalRequest": "/a", "code": "404"}]},
        is_in_corpus=True,
    ),
    Difference(
        kind="item",
        postman="makes a request without a URL a GET of nothing",
        ours="it is no request",
        reason="No call can be meant by it; the import report says so.",
        rewrite=_without_a_request,
        example={"name": "a", "request": {"method": "POST", "header": []}},
    ),
    Difference(
        kind="headers",
        postman="keeps headers without a name",
        ours="they are left out",
        reason="They cannot be sent, matched or named; the app keeps one where a row was left empty.",
        rewrite=_without_nameless_headers,
        example={"name": "a", "request": {"url": "/a", "header": [{"key": "", "value": ""}]}},
        is_in_corpus=True,
    ),
    Difference(
        kind="headers",
        postman="of a text of headers, cuts a line at its last colon before a blank, and drops `Name : value`",
        ours="a line is cut at its first colon, blanks around it do not count",
        reason="That is what HTTP says; the URL in `Location:http://…` is otherwise cut in two.",
        rewrite=_with_one_space_in_headers,
        example={"name": "a", "request": {"url": "/a", "header": "Location:http://x.y\nA : 1\nB: 2\n 3"}},
    ),
    Difference(
        kind="request",
        postman="never reads `raw` of a URL object",
        ours="it is the URL where host, path and query are all missing",
        reason='A hand-written `{"raw": "…"}` would mean `/`.',
        rewrite=_with_raw_as_url,
        example={"name": "a", "request": {"url": {"raw": "{{u}}/a?x=1"}}},
    ),
    Difference(
        kind="url",
        postman="reads a path segment that is an object as `[object Object]`",
        ours="it is its `value`",
        reason="The format's description allows `{type, value}` there, and says that `value` is the segment.",
        rewrite=_with_plain_segments,
        example={"name": "a", "request": {"url": {"path": ["a", {"type": "string", "value": ":id"}]}}},
    ),
    Difference(
        kind="body",
        postman="passes on GraphQL variables that are JSON as JSON",
        ours="they are text, as the format has them",
        reason="So that all bodies can be compared in one way; the text says the same.",
        rewrite=_with_variables_as_text,
        example={
            "name": "a",
            "request": {"url": "/a", "body": {"mode": "graphql", "graphql": {"query": "{a}", "variables": {"b": 1}}}},
        },
    ),
    Difference(
        kind="body",
        postman="takes a body without `mode` for none",
        ours="it is of the mode whose content it has",
        reason="Nothing else can be meant by it.",
        rewrite=_with_mode,
        example={"name": "a", "request": {"url": "/a", "body": {"raw": "text"}}},
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class V1Difference:
    """Something of a collection in format v1 that Postman's transformer loses; `rewrite` writes it out."""

    postman: str
    ours: str
    reason: str
    rewrite: Callable[[Json], Json]
    example: Json
    is_in_corpus: bool = False


def _with_ids(tree: Json) -> Json:
    """Give every folder, request and response an id of its own."""
    requests = [
        {**request, "responses": _identified(request["responses"], f"{number} ")} if "responses" in request else request
        for number, request in enumerate(_identified(tree["requests"]))
    ]
    return _changed(tree, requests=requests, folders=_identified(tree.get("folders", [])))


def _identified(nodes: list[Json], prefix: str = "") -> list[Json]:
    taken: set[str] = set()
    identified = []
    for number, node in enumerate(nodes):
        own = node.get("id")
        id_ = f"new {prefix}{number}" if own is None or own in taken else own
        taken.add(id_)
        identified.append({**node, "id": id_})
    return identified


def _with_everything_named(tree: Json) -> Json:
    """Name every request and folder in an order: of the folder that it says it is in, else at the top."""
    return _name_all(_name_all(tree, "folders", "folders_order"), "requests", "order")


def _name_all(tree: Json, nodes: str, order: str) -> Json:
    named = {id_ for holder in (tree, *tree.get("folders", [])) for id_ in holder.get(order, [])}
    missing = [node for node in tree.get(nodes, []) if node["id"] not in named]
    if nodes == "folders" and order not in tree and not any(folder.get("folder") for folder in missing):
        return tree  # Then all folders are at the top, in both readings.
    folders = {folder["id"]: [*folder.get(order, [])] for folder in tree.get("folders", [])}
    top = [*tree.get(order, [])]
    for node in missing:
        folders.get(node.get("folder"), top).append(node["id"])
    written = [{**folder, order: folders[folder["id"]]} for folder in tree.get("folders", [])]
    return _changed(tree, **{order: top}, folders=written) if missing else tree


def _with_requests_named_once(tree: Json) -> Json:
    """Take a request out of all orders but the first that names it."""
    seen: set[str] = set()
    folders = [{**folder, "order": _new(folder.get("order", []), seen)} for folder in tree.get("folders", [])]
    return _changed(tree, folders=folders, order=_new(tree.get("order", []), seen))


def _new(ids: list[str], seen: set[str]) -> list[str]:
    fresh = [id_ for id_ in dict.fromkeys(ids) if id_ not in seen]
    seen.update(fresh)
    return fresh


def _with_every_response_named(tree: Json) -> Json:
    """Name every response in an order that names any."""
    requests = [
        {**request, "responses_order": [*dict.fromkeys([*order, *(one["id"] for one in request["responses"])])]}
        if (order := request.get("responses_order"))
        else request
        for request in tree["requests"]
    ]
    return _changed(tree, requests=requests)


def _with_switched_off_headers(request: Json) -> Json:
    headers = request.get("headers")
    if not isinstance(headers, list) or not any(header["key"].startswith("//") for header in headers):
        return request
    written = [
        {**header, "key": header["key"][2:].strip(), "disabled": True} if header["key"].startswith("//") else header
        for header in headers
    ]
    return {**request, "headers": written}


def _with_empty_values(request: Json) -> Json:
    query = request.get("queryParams", [])
    if all("value" in parameter or not parameter.get("equals") for parameter in query):
        return request
    return {
        **request,
        "queryParams": [{"value": "", **parameter} if parameter.get("equals") else parameter for parameter in query],
    }


def _without_unknown_mode(request: Json) -> Json:
    return {**request, "dataMode": None} if request.get("dataMode") == "other" else request


def _with_fields_for_text(request: Json) -> Json:
    text = request.get("data") or request.get("rawModeData")
    if request.get("dataMode") != "urlencoded" or not text or not isinstance(text, str) or request.get("data") == []:
        return request
    pairs = [pair.partition("=") for pair in text.split("&")]
    return {**request, "data": [{"key": key, "value": value} for key, _, value in pairs]}


def _in_each_request(rewrite: Callable[[Json], Json]) -> Callable[[Json], Json]:
    return lambda tree: _changed(tree, requests=[rewrite(request) for request in tree["requests"]])


def _changed(tree: Json, **fields: Any) -> Json:
    """Return the tree with other fields; the very same one where they say the same."""
    same = all(value == tree.get(field, type(value)()) for field, value in fields.items())
    return tree if same else {**tree, **fields}


V1_DIFFERENCES: Final = (
    V1Difference(
        postman="keeps the last of several with the same id, and one of those without",
        ours="all are kept, and get ids of their own",
        reason="An example that is there can answer.",
        rewrite=_with_ids,
        example={"requests": [{"id": "a", "name": "a", "url": "/1"}, {"id": "a", "name": "b", "url": "/2"}]},
        is_in_corpus=True,
    ),
    V1Difference(
        postman="drops a request or folder that no order names",
        ours="it is put where it says it belongs, and else at the end",
        reason="An example that is there can answer; the import report says where it was put.",
        rewrite=_with_everything_named,
        example={"requests": [{"id": "a", "name": "a", "url": "/1"}], "order": []},
        is_in_corpus=True,
    ),
    V1Difference(
        postman="puts a request wherever an order names it, under the same id",
        ours="it stands where the first order has it",
        reason="An id must be one request's.",
        rewrite=_with_requests_named_once,
        example={
            "requests": [{"id": "a", "name": "a", "url": "/1"}],
            "folders": [{"id": "f", "name": "f", "order": ["a"]}],
            "order": ["a"],
        },
        is_in_corpus=True,
    ),
    V1Difference(
        postman="drops a response that `responses_order` does not name, if that names any",
        ours="it comes behind the others",
        reason="An example that is there can answer.",
        rewrite=_with_every_response_named,
        example={
            "requests": [
                {
                    "id": "a",
                    "url": "/1",
                    "responses": [{"id": "x"}, {"id": "y"}],
                    "responses_order": ["y"],
                }
            ],
            "order": ["a"],
        },
    ),
    V1Difference(
        postman="takes the `//` before a name in a list of headers for a part of it",
        ours="the header is switched off, as it is in a text of headers",
        reason="No header's name has slashes.",
        rewrite=_in_each_request(_with_switched_off_headers),
        example={"requests": [{"id": "a", "url": "/1", "headers": [{"key": "// A", "value": "1"}]}], "order": ["a"]},
    ),
    V1Difference(
        postman="of a parameter that has `equals` and no value, takes none",
        ours="it is empty",
        reason="`equals` says that it is written with a `=`.",
        rewrite=_in_each_request(_with_empty_values),
        example={"requests": [{"id": "a", "url": "/1", "queryParams": [{"key": "a", "equals": True}]}], "order": ["a"]},
    ),
    V1Difference(
        postman="guesses the mode of a body from its data where `dataMode` is a word that it does not know",
        ours="the body counts as empty, and the import report says so",
        reason="A later version of the format would mean something else by it.",
        rewrite=_in_each_request(_without_unknown_mode),
        example={"requests": [{"id": "a", "url": "/1", "dataMode": "other", "data": "x"}], "order": ["a"]},
    ),
    V1Difference(
        postman="drops the body of an urlencoded request whose data is text",
        ours="its fields are read",
        reason="Format v2.1 allows the text, and it says the same.",
        rewrite=_in_each_request(_with_fields_for_text),
        example={"requests": [{"id": "a", "url": "/1", "dataMode": "urlencoded", "data": "x=1&y="}], "order": ["a"]},
    ),
)


def rewritten_v1(tree: Json) -> tuple[Json, set[V1Difference]]:
    """Return a collection in format v1 with all that the differences write out, and those of them that it has."""
    found: set[V1Difference] = set()
    for difference in V1_DIFFERENCES:
        written = difference.rewrite(tree)
        found |= {difference} if written is not tree else set()
        tree = written
    return tree, found


def rewritten_collection(tree: Json, differences: Sequence[Difference]) -> tuple[Json, set[Difference]]:
    """Return a collection with all that the differences write out, and those of them that it has."""
    writer = _Writer(differences)
    return {**tree, "item": [writer.node(node) for node in tree["item"]]}, writer.found


class _Writer:
    """Rewrites a collection; `found` are the differences that changed anything."""

    def __init__(self, differences: Sequence[Difference]) -> None:
        self._differences = differences
        self.found: set[Difference] = set()

    def node(self, node: Any) -> Any:
        """Return a folder or an item rewritten."""
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("item"), list):
            return {**node, "item": [self.node(child) for child in node["item"]]}
        item = self._rewritten("item", node)
        examples = item.get("response")
        return {
            **item,
            **({"request": self._request(item["request"])} if "request" in item else {}),
            **({"response": [self._example(example, item) for example in examples]} if examples else {}),
        }

    def _example(self, example: Json, item: Json) -> Json:
        example = self._rewritten("headers", self._rewritten("example", example, item))
        request = example.get("originalRequest")
        return example if request is None else {**example, "originalRequest": self._request(request)}

    def _request(self, request: Any) -> Any:
        if not isinstance(request, dict):
            return request
        written = self._rewritten("request", self._rewritten("headers", request))
        for field in ("url", "body"):
            if isinstance(written.get(field), dict):
                written = {**written, field: self._rewritten(field, written[field])}
        return written

    def _rewritten(self, kind: str, node: Json, around: Json | None = None) -> Json:
        for difference in self._differences:
            if difference.kind == kind:
                written = difference.rewrite(node, around or {})
                self.found |= {difference} if written is not node else set()
                node = written
        return node


def _with_key(variable: Json, _: Json) -> Json:
    if variable.get("key") is not None or "id" not in variable:
        return variable
    return {**variable, "key": variable["id"]}


def _without_type(variable: Json, _: Json) -> Json:
    kind = str(variable.get("type") or "").lower()
    is_cast = kind in {"boolean", "number", "array", "object"} or (kind == "string" and "value" not in variable)
    return {**variable, "type": "any"} if is_cast else variable


def _with_disabled(variable: Json, _: Json) -> Json:
    return {**variable, "disabled": True} if variable.get("enabled") is False else variable


VARIABLE_DIFFERENCES: Final = (
    Difference(
        kind="variable",
        postman="does not know a variable whose name stands under `id`",
        ours="`id` is its name where it has no `key`",
        reason="The format's description allows either, and older files have the one.",
        rewrite=_with_key,
        example={"id": "a", "value": "1"},
    ),
    Difference(
        kind="variable",
        postman='turns the value into its `type`: `"false"` of type boolean into `true`, `"x"` of number into `NaN`',
        ours="what was written is inserted",
        reason="A variable stands for text; nobody who writes `false` wants `true`.",
        rewrite=_without_type,
        example={"key": "a", "value": "false", "type": "boolean"},
    ),
    Difference(
        kind="variable",
        postman="does not look at `enabled`, which environments have; the app translates it",
        ours="`enabled: false` switches a variable off, as `disabled: true` does",
        reason="Collections have the one, environments the other, and tools that copy between them have both.",
        rewrite=_with_disabled,
        example={"key": "a", "value": "1", "enabled": False},
    ),
)
