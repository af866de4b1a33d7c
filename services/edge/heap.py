"""What a large collection does to a process's memory, and what is done about it once it is loaded.

Python's garbage collector looks through all objects that have lived for a while, again and again; among them are a
million of a large collection, none of which it ever could free: they hold no cycles. A look takes a tenth of a second,
in which no call is answered. Frozen, they are left alone; they are still freed when the last reference goes.

And a parsed document leaves behind a lot of free memory that the C library keeps for later; a worker is better off
giving it back.
"""

import ctypes
import gc
from functools import cache
from typing import Final

LARGE: Final = 500
"""Examples from which on it is worth it; below, a look at all of them takes a few milliseconds."""

THAW_EVERY: Final = 16
"""What dies in a cycle while it is frozen (a connection that was open then) is never freed. So every so often
everything is thawed, looked through and frozen again."""


YOUNG_OBJECTS: Final = 20_000
"""New objects between two looks at the young ones (Python: 700). A call makes some hundred and leaves none behind, so
looking thirty times as often finds nothing more; a worker holds perhaps ten megabytes more for it."""


def look_less_often() -> None:
    """Have the garbage collector look at young objects less often."""
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)


class Heap:
    """Settles memory after loads. One a process."""

    def __init__(self) -> None:
        """Begin with nothing frozen."""
        self._loads = 0

    def settle(self, example_count: int) -> None:
        """Freeze what has just been loaded, and give back what loading it needed; a matter for the loading thread."""
        if example_count < LARGE:
            return
        self._loads += 1
        if self._loads % THAW_EVERY == 0:
            gc.unfreeze()
            gc.collect()
        gc.freeze()
        trim = _malloc_trim()
        if trim is not None:
            trim(0)


@cache
def _malloc_trim() -> "ctypes._FuncPointer | None":
    """Return glibc's function that gives free memory back to the system; None with another C library."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
