"""Random collections: sound ones in every form that Postman's files have, and sound ones with a few faults put in."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tests.builders import SCHEMA_2_0, SCHEMA_2_1, a_folder, a_raw_body, a_request, a_url, an_example

NAMES = st.sampled_from(["a", "b"])
IDS = st.sampled_from([None, None, None, "1", "2", "3"])

URLS = st.sampled_from(
    [
        *("{{baseUrl}}/users/{{id}}?x=1&y", "https://x.y:8080/a/:id.json#f", "/a", "users/1", "", "//a/b?"),
        a_url("/users/:id", query={"x": "1", "y": None}, variables={"id": "{{id}}"}),
        a_url("/", host=["api", "{{domain}}"], protocol="https", port="8080"),
        {"raw": "{{baseUrl}}/raw?x=1"},
        {"path": "a/b", "query": "x=1"},
        {"path": [{"type": "string", "value": ":id"}], "variable": [{"id": "id", "value": "5"}]},
    ]
)
HEADERS = st.sampled_from(
    [None, [], [{"key": "A", "value": "1"}], "A: 1\nB: 2", ["A: 1"], [{"key": "A", "disabled": 1}]]
)
BODIES = st.sampled_from(
    [
        None,
        a_raw_body('{"a": "{{b}}"}'),
        {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "1"}]},
        {"mode": "formdata", "formdata": [{"key": "f", "type": "file", "src": ["a", "b"]}, {"key": "t", "value": "1"}]},
        {"mode": "graphql", "graphql": {"query": "{a}", "variables": {"b": 1}}},
        {"mode": "file", "file": {"src": "a.bin"}, "disabled": True},
    ]
)
REQUESTS = st.builds(a_request, st.sampled_from(["GET", "post"]), URLS, header=HEADERS, body=BODIES) | st.just("/text")
EXAMPLES = st.builds(
    an_example,
    name=NAMES,
    id=IDS,
    request=REQUESTS,
    code=st.sampled_from([200, 200, 404, "500", None]),
    header=HEADERS,
    body=st.sampled_from(["", "{{a}}", None, "\0\ud83d", {"type": "Base64", "data": "AAH/"}]),
)
ITEMS = st.builds(
    lambda id_, **fields: fields | ({} if id_ is None else {"id": id_}),
    IDS,
    name=NAMES,
    request=REQUESTS,
    response=st.lists(EXAMPLES, max_size=3),
)
NODES = st.recursive(
    ITEMS, lambda nodes: st.builds(lambda name, items: a_folder(*items, name=name), NAMES, st.lists(nodes, max_size=3))
)


def sound_collections() -> st.SearchStrategy[Any]:
    """Return trees in which every example can be mocked; names and ids repeat on purpose."""
    return st.builds(
        lambda items, schema, ids: {"info": {"name": "x", "schema": schema} | ids, "item": deepcopy(items)},
        st.lists(NODES, min_size=1, max_size=3),
        st.sampled_from([SCHEMA_2_0, SCHEMA_2_1]),
        st.sampled_from([{}, {"_postman_id": "c"}]),
    )


FIELDS = st.sampled_from(
    [
        *("id", "_postman_id", "name", "item", "request", "response", "responses", "description", "variable"),
        *("originalRequest", "method", "url", "header", "body", "code", "status", "_postman_previewlanguage"),
        *("raw", "protocol", "host", "port", "path", "query", "key", "value", "disabled", "enabled", "type", "data"),
        *("mode", "urlencoded", "formdata", "graphql", "file", "src", "options", "language", "variables"),
    ]
)
SCALARS = (
    st.sampled_from([None, True, False, "", "\ud83d\0", "Base64", "raw", "1", 0, 200, 1e300, 10**30])
    | st.integers(-1, 700)
    | st.text(max_size=4)
)


def any_json() -> st.SearchStrategy[Any]:
    """Return anything that JSON can say, in the words of Postman's files."""
    return st.deferred(lambda: _ANY_JSON)  # Which keeps the strategies' representations short.


_ANY_JSON: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(FIELDS, values, max_size=3),
    max_leaves=6,
)


@st.composite
def faulty_collections(draw: st.DrawFn) -> Any:
    """Return sound collections of which a few values, anywhere below the root, were replaced or taken away."""
    return with_faults(draw, draw(sound_collections()), "item")


def with_faults(draw: st.DrawFn, tree: Any, *fields: str) -> Any:
    """Return a tree in which a few values below some of its fields were replaced or taken away."""
    for _ in range(draw(st.integers(0, 4), label="faults")):
        slots = [slot for field in fields for slot in _slots(tree.get(field))]
        if not slots:
            break
        container, key = slots[draw(st.integers(0, len(slots) - 1), label="slot")]
        if draw(st.booleans(), label="replace"):
            container[key] = draw(any_json(), label="value")
        else:
            del container[key]
    return tree


def _slots(node: Any) -> Any:
    """Yield (container, key) of every value below a node."""
    pairs = [*node.items()] if isinstance(node, dict) else [*enumerate(node)] if isinstance(node, list) else []
    for key, value in pairs:
        yield node, key
        yield from _slots(value)
