"""Examples that stand in the shadow of another: the same request, so that a call without selectors never reaches them.

Which of the twins answers is Postman's rule ("How a Postman mock server matches requests to saved examples"): of equal
scores, sorted by id, the first with code 200, and where none has it the first.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator

from services.core.postman.collection import Example, Header, Request, Url


def shadowed(examples: Iterable[Example]) -> Iterator[tuple[Example, Example]]:
    """Yield each example in the shadow of another, and that other, in the order of the twins' first."""
    twins: defaultdict[Hashable, list[Example]] = defaultdict(list)
    for example in examples:
        twins[_request_key(example.request)].append(example)
    for group in twins.values():
        answering = min(group, key=_precedence)
        yield from ((example, answering) for example in group if example is not answering)


def _precedence(example: Example) -> tuple[bool, str]:
    """Return a key that puts the answering example first."""
    return example.code != 200, example.id.lower()  # noqa: PLR2004 - the rule says 200.


def _request_key(request: Request) -> Hashable:
    """Return what two requests share exactly if no call can tell them apart. Texts are referred to, not copied."""
    return request.method, *_url_key(request.url), frozenset(_header_keys(request.headers)), request.body


def _url_key(url: Url) -> tuple[Hashable, ...]:
    """Return the base where a variable in it may carry a path, then path, path variables and enabled parameters."""
    return (
        url.base if "{{" in url.base else "",
        url.path or "/",
        frozenset((variable.key, variable.value) for variable in url.path_variables),
        tuple(sorted((item.key, item.value or "") for item in url.query if item.key and not item.is_disabled)),
    )


def _header_keys(headers: tuple[Header, ...]) -> Iterator[tuple[str, str]]:
    for header in headers:
        if not header.is_disabled:
            yield header.key.lower(), header.value.strip()
