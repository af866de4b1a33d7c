"""An answer: what a call gets, and what the call log says of how it came about."""

from typing import Final, NamedTuple

from services.core.call_log import Outcome
from services.core.ids import ExampleId
from services.core.matching.call import Call
from services.core.matching.explain import diagnostics
from services.core.matching.index import MockIndex
from services.core.matching.match import Match, NoMatch, NoMatchReason
from services.core.mocks import ServerResponse
from services.core.rendering.reply import Reply, render
from services.core.rendering.sources import Sources
from services.core.serving.errors import NO_EXAMPLES, NO_MATCHING_REQUEST, EdgeError, error_reply
from services.core.serving.server_responses import without_body

CLIENT_LEFT: Final = Reply(status=499, headers=(), body=b"")
"""Logged for a call whose client left before the reply: no standard has such a status, nginx made this one known."""


class Answer(NamedTuple):
    """A reply and where it comes from. Named tuples are what is cheapest to make.

    response_name: the name of the example or server response, or the error's message.
    no_match: why no example answers; empty where one does, or where none was asked for.
    """

    reply: Reply
    outcome: Outcome
    response_name: str
    example_id: ExampleId | None = None
    match_summary: str = ""
    no_match: str = ""

    @property
    def may_wait(self) -> bool:
        """Tell whether delays apply: to examples and server responses, never to errors."""
        return self.outcome.is_success


def example_answer(found: Match | NoMatch, index: MockIndex, call: Call, sources: Sources) -> Answer:
    """Return the answer of the example that was found, or the error that none was."""
    if isinstance(found, NoMatch):
        error = NO_EXAMPLES if found.reason is NoMatchReason.NO_EXAMPLES else NO_MATCHING_REQUEST
        return error_answer(error, call.method)._replace(match_summary=diagnostics(found), no_match=found.reason)
    example = found.example.example
    return Answer(render(found, index, call, sources), Outcome.MATCHED, example.name, example.id, diagnostics(found))


def server_response_answer(response: ServerResponse, reply: Reply, method: str) -> Answer:
    """Return the answer of a server response whose reply is ready."""
    return Answer(_for(method, reply), Outcome.SERVER_RESPONSE, response.name)


def error_answer(error: EdgeError, method: str) -> Answer:
    """Return the answer that tells of an error."""
    return Answer(_for(method, error_reply(error)), error.outcome, error.message)


def aborted(answer: Answer) -> Answer:
    """Return what is left of an answer whose client did not wait for it."""
    return answer._replace(reply=CLIENT_LEFT, outcome=Outcome.ABORTED)


def _for(method: str, reply: Reply) -> Reply:
    return without_body(reply) if method == "HEAD" else reply
