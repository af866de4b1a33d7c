"""From a match to the reply that goes out."""

from dataclasses import replace

from services.core.matching.index import MockIndex
from services.core.matching.match import Match
from services.core.rendering.drafts import Draft, Reply, draft_reply

__all__ = ["Reply", "render"]


def render(match: Match, index: MockIndex) -> Reply:
    """Return the reply of the example that answers, its variables replaced and its captures filled in.

    The reply to a HEAD call has the headers that the body would have had, its length included, and no body.
    """
    draft = _draft(match, index)
    reply = draft.fill(match.captures) if isinstance(draft, Draft) else draft
    return replace(reply, body=b"") if match.is_head else reply


def _draft(match: Match, index: MockIndex) -> Draft | Reply:
    """Return the stored draft for the example and the names that were captured, or a new one."""
    key = match.example.rank, tuple(match.captures)
    stored = index.drafts.get(key)
    if stored is not None:
        return stored
    draft = draft_reply(match.example.example, index.variables, match.captures)
    made = draft.fill({}) if draft.is_complete else draft
    index.drafts.put(key, made)
    return made
