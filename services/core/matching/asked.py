"""What a call asks of the examples that its path leads to."""

from typing import NamedTuple

from services.core.matching.bodies import NO_SENT_BODY, SentBody
from services.core.matching.headers import SentHeaders
from services.core.matching.queries import CallQuery


class Asked(NamedTuple):
    """The steps behind the path.

    query: None where the mock leaves queries out.
    code: the status code that the call selects, if any.
    headers: what the listed headers say, None where none is listed.
    is_body_required: whether an example with another body drops out; where it does not, an equal one gets points.
    """

    query: CallQuery | None
    code: int | None = None
    headers: SentHeaders | None = None
    body: SentBody = NO_SENT_BODY
    is_body_required: bool = False
