"""A call taken apart once: for matching, and for who looks at it beside one example after the other."""

from services.core.matching.bodies import sent_body
from services.core.matching.call import Call
from services.core.matching.headers import SentHeaders, listed_names, sent_headers
from services.core.matching.paths import CallPath, split_path
from services.core.matching.queries import CallQuery, read_call_query
from services.core.matching.selectors import (
    Selectors,
    headers_to_match,
    matching_headers,
    must_match_body,
    selectors_of,
)
from services.core.matching.settings import MatchSettings


class SentCall:
    """A call, taken apart once.

    is_head: whether the call wants the headers only.
    methods: those whose examples may answer: the call's own, and for HEAD also GET.
    scored_query: None where the mock leaves queries out.
    headers: what the headers say that must be equal; None where none must.
    is_body_required: whether the body must be equal.
    """

    __slots__ = (
        "body",
        "call",
        "headers",
        "is_body_required",
        "is_head",
        "methods",
        "path",
        "query",
        "scored_query",
        "selectors",
    )

    def __init__(self, call: Call, settings: MatchSettings) -> None:
        """Take a call apart."""
        said = matching_headers(call)
        self.call = call
        self.is_head = call.method == "HEAD"
        self.methods: tuple[str, ...] = ("HEAD", "GET") if self.is_head else (call.method,)
        self.path = CallPath(split_path(call.path))
        self.query: CallQuery = read_call_query(call.query)
        self.scored_query = self.query if settings.match_query_params else None
        self.selectors: Selectors = selectors_of(said)
        self.body = sent_body(call)
        self.headers: SentHeaders | None = None
        self.is_body_required = settings.match_body
        if said or settings.match_headers:
            self.headers = sent_headers(call, listed_names(headers_to_match(said, settings)))
            self.is_body_required = must_match_body(said, settings)

    def header(self, name: str) -> str:
        """Return the first value of a header without blanks around it; empty where it was not sent."""
        return (self.call.header(name) or "").strip(" \t")
