"""What a large collection does to a process's memory, and what is done about it once it is loaded.

Python's garbage collector looks through all objects that have lived for a while, again and again; among them are a
million of a large collection, none of which it ever could free: they hold no cycles. A look takes a tenth of a second,
in which no call is answered. So it is kept away while a collection is loaded, and what was loaded is frozen before it
comes back. Frozen objects are left alone; they are still freed when the last reference goes.

And a parsed document leaves behind a lot of free memory that the C library keeps for later; a worker is better off
giving it back.
"""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Final

LARGE: Final = 500
"""Examples from which on it is worth it; below, a look at all of them takes a few milliseconds."""

STRAYS: Final = 300_000
"""What happens to live when a collection is frozen is frozen with it, and never freed if it dies in a cycle, as the
35 objects of a connection do. When that could be so many objects, some 80 MB, everything is thawed, looked through and
frozen again. Where 10,000 examples are held, that takes a third of a second: it must be rare."""

YOUNG_OBJECTS: Final = 20_000
"""New objects between two looks at the young ones (Python: 700). A call makes some hundred and leaves none behind, so
looking thirty times as often finds nothing more; a worker holds perhaps ten megabytes more for it."""


def look_less_often() -> None:
    """Have the garbage collector look at young objects less often, and never again at the program itself."""
    gc.set_threshold(YOUNG_OBJECTS, 10, 10)
    gc.freeze()


class Heap:
    """Looks after memory while collections are loaded, and settles it behind. One a process."""

    def __init__(self) -> None:
        """Begin with nothing loaded."""
        self._lock = Lock()
        self._loading = 0
        self._others = 0
        self._strays = 0

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Keep the garbage collector away while something is loaded; a matter for the loading thread."""
        with self._lock:
            self._loading += 1
            if self._loading == 1:
                gc.disable()
                self._others = len(gc.get_objects())
        try:
            yield
        finally:
            with self._lock:
                self._loading -= 1
                if not self._loading:
                    self._resume()

    def settle(self, example_count: int) -> None:
        """Freeze what has just been loaded, and give back what loading it needed; within `loading`."""
        if example_count < LARGE:
            return
        if self._strays > STRAYS:
            gc.unfreeze()
            gc.collect()
            self._strays = 0
        self._freeze()
        trim = _malloc_trim()
        if trim is not None:
            trim(0)

    def _resume(self) -> None:
        """Let the garbage collector come back; what is too much for one look is frozen before."""
        if gc.get_count()[0] > YOUNG_OBJECTS:
            self._freeze()
        gc.enable()

    def _freeze(self) -> None:
        self._strays += self._others
        self._others = 0
        gc.freeze()


@cache
def _malloc_trim() -> "ctypes._FuncPointer | None":
    """Return glibc's function that gives free memory back to the system; None with another C library."""
    return getattr(ctypes.CDLL(None), "malloc_trim", None)
