"""Collections as nouns, for tests of rules that never see a file: each example in one line."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from services.core.ids import CollectionId, EnvironmentId, ExampleId, ItemId
from services.core.matching.call import Call
from services.core.postman.collection import Body, BodyMode, Collection, Example, Header, Item, PathVariable, Request
from services.core.postman.environment import Environment
from services.core.postman.urls import parse_url
from services.core.postman.variable import Variable


def an_example(
    request: str = "GET /users",
    *,
    id: str = "",  # noqa: A002 - the field's own name reads best in a test.
    name: str = "",
    code: int = 200,
    body: str | bytes = "",
    headers: Iterable[tuple[str, str]] = (),
    language: str = "",
    path_variables: Mapping[str, str | None] | None = None,
    saved_headers: Iterable[tuple[str, str]] = (),
    saved_body: Body | str | None = None,
) -> Example:
    """Return an example that answers `request`, a method and a URL; its id is the request unless given.

    saved_headers, saved_body: those of the request; a text is a raw body without a language.
    """
    method, _, url = request.partition(" ")
    variables = tuple(PathVariable(key=key, value=value) for key, value in (path_variables or {}).items())
    return Example(
        id=ExampleId(id or request),
        item_id=ItemId("item"),
        place=("Users", "Get user"),
        position=0,
        name=name or request,
        request=Request(
            method=method,
            url=replace(parse_url(url), path_variables=variables),
            headers=tuple(Header(key=key, value=value) for key, value in saved_headers),
            body=Body(mode=BodyMode.RAW, raw=saved_body) if isinstance(saved_body, str) else saved_body,
        ),
        code=code,
        headers=tuple(Header(key=key, value=value) for key, value in headers),
        body=body,
        preview_language=language,
    )


def with_request(example: Example, **changes: Any) -> Example:
    """Return the example with a few fields of its request changed."""
    return replace(example, request=replace(example.request, **changes))


def a_collection(*examples: Example, **variables: str) -> Collection:
    """Return a collection of examples, in their order, with variables."""
    numbered = tuple(replace(example, position=position) for position, example in enumerate(examples))
    return Collection(
        id=CollectionId("c0ffee00-0000-4000-8000-000000000001"),
        name="Shop",
        schema_version="2.1",
        variables=variables_from(variables),
        items=(Item(id=ItemId("item"), name="Get user", folders=("Users",), request=None, examples=numbered),),
    )


def an_environment(**variables: str) -> Environment:
    """Return an environment with variables."""
    return Environment(id=EnvironmentId("e0e0"), name="Staging", variables=variables_from(variables))


def variables_from(values: Mapping[str, str]) -> tuple[Variable, ...]:
    """Return variables, one for each value."""
    return tuple(Variable(key=key, value=value) for key, value in values.items())


def a_call(request: str = "GET /users", **headers: str) -> Call:
    """Return a call for `request`, a method and a path with query; `x_mock_response_id="1"` is a header."""
    method, _, target = request.partition(" ")
    path, _, query = target.partition("?")
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Call(method=method, path=path, query=query, headers=named)


def sending(body: bytes | str, content_type: str = "", request: str = "POST /users", **headers: str) -> Call:
    """Return a call that sends a body, and says its type where one is given."""
    typed = {"content_type": content_type} if content_type else {}
    return replace(a_call(request, **typed, **headers), body=body.encode() if isinstance(body, str) else body)
