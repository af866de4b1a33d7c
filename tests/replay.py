"""Replaying a collection: for every saved example, the call that its own request stands for."""

import re
from collections.abc import Iterator
from urllib.parse import quote

from services.core.matching.call import Call
from services.core.postman.collection import Collection, Example, QueryParameter, Url
from services.core.postman.environment import Environment
from services.core.postman.urls import parse_query, parse_url
from services.core.rendering.template import TOKEN, substitute, variables_of

PLAIN_TEXT = "anything"
"""What is sent where the saved request has an unresolved variable, or a path variable without a value."""


def call_for(example: Example, collection: Collection, environment: Environment | None = None) -> Call:
    """Return the call that Postman's app would send for an example's request: a target that HTTP can carry."""
    variables = variables_of(collection, environment)
    url = example.request.url
    resolved = parse_url(substitute(url.base + url.path, variables))
    parameters = [*resolved.query, *_parameters(url, variables)]
    return Call(
        method=example.request.method,
        path=_path(resolved.path, url, variables),
        query="&".join(_encoded_parameter(parameter) for parameter in parameters if parameter.key),
        headers=(),
    )


def _path(path: str, url: Url, variables: dict[str, str]) -> str:
    values = {variable.key: substitute(variable.value or "", variables) for variable in url.path_variables}

    def value_of(segment: re.Match[str]) -> str:
        return values.get(segment[1]) or PLAIN_TEXT

    filled = re.sub(r"(?<=/):([^./{}]+)(?=[./]|$)", value_of, path)
    return "/" + _encoded(_without_tokens(filled).removeprefix("/"), safe="/%:@!$&'()*+,;=~")


def _parameters(url: Url, variables: dict[str, str]) -> Iterator[QueryParameter]:
    for parameter in url.query:
        text = parameter.key if parameter.value is None else f"{parameter.key}={parameter.value}"
        replaced = substitute(text, variables)
        if parameter.is_disabled or TOKEN.fullmatch(parameter.key):
            continue
        yield from [parameter] if replaced == text else parse_query(replaced)


def _encoded_parameter(parameter: QueryParameter) -> str:
    key = _encoded(_without_tokens(parameter.key), safe="%+")
    return key if parameter.value is None else f"{key}={_encoded(_without_tokens(parameter.value), safe='%+=')}"


def _without_tokens(text: str) -> str:
    return TOKEN.sub(PLAIN_TEXT, text)


def _encoded(text: str, *, safe: str) -> str:
    return quote(text, safe=safe, errors="replace")
