"""The recorder: gives each call its id, writes it to the journal and counts it."""

import secrets
import uuid
from collections.abc import Callable
from typing import Final

from services.core.call_log import Outcome
from services.core.ids import CallLogEntryId
from services.core.serving.served_call import ServedCall
from services.edge.metrics import CallMetrics

NANOSECOND: Final = 1e-9

COUNTER_SPACE: Final = 16**12

Encode = Callable[[ServedCall], bytes]


class EntryIds:
    """Makes ids of call log entries: a UUID, a dash and four digits, as Postman's are.

    The UUID's front is random, made once for each worker; its last twelve digits count up from a random number. That
    is as unique as a random one each time (106 random bits at the start), costs a tenth, and keeps the database's index
    in order.
    """

    def __init__(self) -> None:
        """Draw the random part."""
        self._front = str(uuid.uuid4())[:24]
        self._number = secrets.randbelow(COUNTER_SPACE)

    def next(self) -> CallLogEntryId:
        """Return a new id."""
        self._number = number = (self._number + 1) % COUNTER_SPACE
        return CallLogEntryId(f"{self._front}{number:012x}-{number % 10_000:04d}")


class Recorder:
    """Records calls: journal first, so that what was answered is in the log whatever happens next."""

    def __init__(self, append: Callable[[bytes], None], encode: Encode, metrics: CallMetrics) -> None:
        """Take the journal's `append`, what turns a call into an entry's bytes, and the metrics."""
        self._append = append
        self._encode = encode
        self._metrics = metrics
        self.new_id = EntryIds().next

    def record(self, served: ServedCall) -> None:
        """Write a call down and count it."""
        self._append(self._encode(served))
        self.count(served.answer.outcome, served.method, served.answer.reply.status)
        self._metrics.observe_overhead(served.overhead_ns * NANOSECOND)
        if served.delay_ns:
            self._metrics.observe_delay(served.delay_ns * NANOSECOND)

    def count(self, outcome: Outcome, method: str, status: int) -> None:
        """Count a call that is nobody's, and so in nobody's log."""
        self._metrics.call_ended(outcome, method, status)
