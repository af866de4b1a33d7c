"""Where a sent path differs from a saved one, in words: the segment, and why it does not pass for the other."""

from collections.abc import Iterator
from typing import Final

from rapidfuzz.distance import Levenshtein

from services.core.matching.alignment import Alignment, Likeness, Pair
from services.core.matching.segments import LONG, fold, is_id, is_similar
from services.core.matching.wording import quoted

NAMED: Final = 2
"""Segments of a path that are named as different; whoever mends those looks again."""


def path_differences(alignment: Alignment, *, is_fuzzy: bool) -> Iterator[str]:
    """Yield what of two paths is different, the first segments first; they must not be equal on any rung."""
    apart = [pair for pair in alignment.pairs if not pair.likeness.fits]
    forgiven = {Likeness.CASE, Likeness.ID} | ({Likeness.TYPO} if is_fuzzy else set())
    unforgiven = [pair for pair in apart if pair.likeness not in forgiven]
    if unforgiven:
        yield from (_in_words(pair, is_fuzzy=is_fuzzy) for pair in unforgiven[:NAMED])
        if len(unforgiven) > NAMED:
            yield f"and {len(unforgiven) - NAMED} more segments"
    elif apart:
        words = " and ".join(_in_words(pair, is_fuzzy=is_fuzzy) for pair in apart[:NAMED])
        yield f"{words}: not forgiven together"
    else:
        yield f"segments behind the first {len(alignment.pairs)}"


def _in_words(pair: Pair, *, is_fuzzy: bool) -> str:
    if pair.saved is None:
        return f"segment {pair.number}: sent {_segment(pair.sent)}, not saved"
    if pair.sent is None:
        return f"segment {pair.number}: saved {_segment(pair.saved)}, not sent"
    both = f"segment {pair.number}: saved {_segment(pair.saved)}, sent {_segment(pair.sent)}"
    return f"{both}: {_why(pair, is_fuzzy=is_fuzzy)}"


def _segment(text: str | None) -> str:
    return quoted(text) if text else "an empty segment"


def _why(pair: Pair, *, is_fuzzy: bool) -> str:
    """Return why a saved segment and a sent one do not pass for each other."""
    saved, sent = pair.saved or "", pair.sent or ""
    match pair.likeness:
        case Likeness.NO_FIT if not sent:
            return "a variable takes one character or more"
        case Likeness.OTHER if is_id(saved):
            return "no id"
        case Likeness.OTHER | Likeness.TYPO if not is_fuzzy or max(len(saved), len(sent)) >= LONG:
            return "must be equal"
        case Likeness.OTHER if is_similar(fold(sent), fold(saved)):
            return "a typo and another case"
        case Likeness.OTHER:
            return f"{similarity(sent, saved)} % similar, {NEEDED} % needed"
        case _:
            return str(pair.likeness.value)


NEEDED: Final = 75
"""How similar a segment must be, in percent (`segments.typo_limit`)."""


def similarity(sent: str, saved: str) -> int:
    """Return how similar a sent segment is to a saved one, in percent as the ladder counts: edits per letter sent."""
    if not sent:
        return 0
    edits = Levenshtein.distance(sent, saved)
    return max(0, (200 * (len(sent) - edits) + len(sent)) // (2 * len(sent)))
