"""Builders of collections in format v1, and random ones: all in every form that such files have, some with faults."""

from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from tests.core.postman_trees import with_faults

Json = dict[str, Any]


def a_v1_collection(*requests: Json, folders: Any = (), **fields: Any) -> Json:
    """Return a collection of requests, all in `order` at the top unless `order` or a folder says otherwise."""
    listed = {id_ for folder in folders for id_ in folder.get("order", [])}
    return {
        "id": "c",
        "name": "Shop",
        "order": [request["id"] for request in requests if "id" in request and request["id"] not in listed],
        "folders": list(folders),
        "requests": list(requests),
    } | fields


def a_v1_folder(id_: str, *order: str, **fields: Any) -> Json:
    """Return a folder with the requests of these ids, called as its id in capitals."""
    return {"id": id_, "name": id_.upper(), "order": list(order)} | fields


def a_v1_request(id_: str = "r", *responses: Json, **fields: Any) -> Json:
    """Return a request, called as its id in capitals."""
    return {
        "id": id_,
        "name": id_.upper(),
        "method": "GET",
        "url": f"{{{{baseUrl}}}}/{id_}",
        "headers": "",
        "data": [],
        "dataMode": "params",
        "responses": list(responses),
    } | fields


def a_v1_response(id_: str = "e", **fields: Any) -> Json:
    """Return a response, called as its id in capitals."""
    return {
        "id": id_,
        "name": id_.upper(),
        "responseCode": {"code": 200, "name": "OK", "detail": ""},
        "headers": [{"name": "Content-Type", "key": "Content-Type", "value": "application/json"}],
        "text": '{"name": "Ada"}',
        "language": "json",
    } | fields


IDS = st.sampled_from(["a", "b", "c", "d"])
ID_LISTS = st.lists(IDS, max_size=4)
URLS = st.sampled_from(
    ["{{u}}/a/{{b}}?x=1&y", "https://x.y:8080/a/:id.json#f", "/a", "users/1", "", "//a/b?", "a\\b", "u:p@h/x"]
)
PAIRS = st.lists(
    st.fixed_dictionaries(
        {"key": st.sampled_from(["a", "b", "//c", ""])},
        optional={
            "value": st.sampled_from(["1", "", None, 5, ["f"]]),
            "enabled": st.booleans(),
            "disabled": st.booleans(),
            "equals": st.booleans(),
            "type": st.sampled_from(["text", "file"]),
            "description": st.sampled_from(["", "why", None]),
        },
    ),
    max_size=3,
)
REQUEST_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "headers": st.sampled_from(["", "A: 1\nB: 2\n", "// A: 1\r\nno header", None]) | PAIRS,
    "headerData": PAIRS,
    "queryParams": PAIRS,
    "pathVariables": st.sampled_from([None, {}, [], {"id": "5", "b": ""}]),
    "pathVariableData": PAIRS,
    "dataMode": st.sampled_from([None, "", "raw", "urlencoded", "params", "binary", "graphql", "other"]),
    "data": st.sampled_from([None, "text", "a=1&b=2"]) | PAIRS,
    "rawModeData": st.sampled_from([None, "", "text", ["text"], []]),
    "graphqlModeData": st.sampled_from([{}, {"query": "{a}", "variables": '{"b": 1}'}]),
    "dataOptions": st.sampled_from([{}, {"raw": {"language": "json"}, "params": {}}]),
    "dataDisabled": st.booleans(),
    "description": st.sampled_from(["", "why", None]),
}
SAVED_REQUESTS = st.fixed_dictionaries({"method": st.just("PUT"), "url": URLS}, optional=REQUEST_FIELDS)
REFERENCES = (
    st.sampled_from([None, "a", "b", "nobody", '"b"', '{"url": "/x", "method": "POST"}', "{", 5]) | SAVED_REQUESTS
)
RESPONSES = st.fixed_dictionaries(
    {"responseCode": st.sampled_from([None, {"code": 200, "name": "OK"}, {"code": "404"}, {"code": 0}])},
    optional={
        "id": IDS,
        "name": st.sampled_from(["n", "", None]),
        "request": REFERENCES,
        "requestObject": REFERENCES,
        "headers": st.sampled_from(
            [None, "A: 1", [{"name": "A", "key": "A", "value": "1"}, {"name": "B", "value": "2"}]]
        ),
        "text": st.sampled_from([None, "", "{{a}}", "\0\ud83d"]),
    },
)
REQUESTS = st.fixed_dictionaries(
    {"method": st.sampled_from(["GET", "post"]), "url": URLS},
    optional={
        **REQUEST_FIELDS,
        "id": IDS,
        "name": st.sampled_from(["n", "m"]),
        "folder": IDS,
        "responses": st.lists(RESPONSES, max_size=3),
        "responses_order": ID_LISTS,
    },
)
FOLDERS = st.fixed_dictionaries(
    {"name": st.sampled_from(["n", "m"])},
    optional={"id": IDS, "order": ID_LISTS, "folders_order": ID_LISTS, "folder": IDS},
)


def v1_collections() -> st.SearchStrategy[Any]:
    """Return collections whose ids repeat, and whose lists name what is there, what is not, and each other."""
    return st.fixed_dictionaries(
        {"name": st.just("x"), "requests": st.lists(REQUESTS, max_size=4).map(deepcopy)},
        optional={
            "id": st.just("c"),
            "order": ID_LISTS,
            "folders": st.lists(FOLDERS, max_size=4).map(deepcopy),
            "folders_order": ID_LISTS,
        },
    )


@st.composite
def faulty_v1_collections(draw: st.DrawFn) -> Any:
    """Return collections in which a few values below name and requests were replaced or taken away."""
    return with_faults(draw, draw(v1_collections()), "requests", "folders", "order")
