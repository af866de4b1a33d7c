"""From a match to the reply that goes out."""

from collections.abc import Hashable
from dataclasses import replace

from services.core.matching.call import Call
from services.core.matching.index import MockIndex
from services.core.matching.match import Match
from services.core.rendering.call_values import CallValues
from services.core.rendering.drafts import Reply, draft_reply
from services.core.rendering.gaps import Occasion
from services.core.rendering.seeds import settled
from services.core.rendering.sources import Sources

__all__ = ["Reply", "is_prepared", "render"]


def render(match: Match, index: MockIndex, call: Call, sources: Sources) -> Reply:
    """Return the reply of the example that answers: variables replaced, then captures, then templates.

    A reply that is the same for every call is the same object too. The reply to a HEAD call has the headers that the
    body would have had, its length included, and no body.
    """
    reply = _reply(match, index, call, sources)
    return replace(reply, body=b"") if match.is_head else reply


def is_prepared(reply: Reply, match: Match, index: MockIndex) -> bool:
    """Tell whether a match's reply is the one that every call gets which matches the same way."""
    return index.drafts.get(_key(match)) is reply


def _reply(match: Match, index: MockIndex, call: Call, sources: Sources) -> Reply:
    """Return the reply that is kept for the example and the names that were captured, or fill the draft that is."""
    key = _key(match)
    kept = index.drafts.get(key)
    if isinstance(kept, Reply):
        return kept
    draft = kept or draft_reply(match.example.example, index.variables, match.captures)
    reply = draft.fill(Occasion(match.captures, CallValues(call), settled(sources, call)))
    if kept is None:
        index.drafts.put(key, reply if draft.is_complete else draft)
    return reply


def _key(match: Match) -> Hashable:
    """Return what drafts are kept by: the example, and the names of what it took from the call."""
    return match.example.rank, tuple(match.captures)
