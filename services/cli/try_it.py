"""A call to try: the line that a person can paste to see a mock answer."""

import re
import shlex
from collections.abc import Iterable
from urllib.parse import quote

from services.core.access.visibility import Visibility
from services.core.mocks import Mock
from services.core.postman.collection import Example, Url

SAMPLE = "42"
"""What stands for a wildcard: any text would do, and a number is a likely id."""

TOKEN = re.compile(r"\{\{[^{}]*\}\}")

SAFE_IN_PATH = "/%:@!$&'()*+,;=-._~"


def curl_line(mock: Mock, examples: Iterable[Example], api_key: str) -> str:
    """Return a curl command that the mock answers with an example, of those given the plainest one."""
    url = mock.url + next(map(call_path, sorted(examples, key=_effort)), "/")
    key = f" -H {shlex.quote(f'x-api-key: {api_key}')}" if mock.visibility is Visibility.PRIVATE else ""
    return f"curl{key} {shlex.quote(url)}"


def call_path(example: Example) -> str:
    """Return the path and query of a call that fits the example's saved request."""
    url = example.request.url
    path = "/".join(_segment(url, segment) for segment in (url.path or "/").split("/"))
    pairs = [
        f"{parameter.key}={parameter.value or ''}"
        for parameter in url.query
        if not parameter.is_disabled and not _has_token(parameter.key + (parameter.value or ""))
    ]
    return quote(path, safe=SAFE_IN_PATH) + ("?" + quote("&".join(pairs), safe=SAFE_IN_PATH + "?") if pairs else "")


def _segment(url: Url, segment: str) -> str:
    if segment.startswith(":"):
        stored = next((each.value for each in url.path_variables if each.key == segment[1:]), None)
        segment = stored if stored and not stored.startswith("<") else SAMPLE
    return TOKEN.sub(SAMPLE, segment)


def _effort(example: Example) -> tuple[bool, bool, bool, int]:
    """Order examples by what a person needs to know to call them: first a plain GET that succeeds."""
    request = example.request
    return request.method != "GET", example.code != 200, _has_token(request.url.path), len(request.url.query)  # noqa: PLR2004 -- OK


def _has_token(text: str) -> bool:
    return TOKEN.search(text) is not None or "/:" in text
