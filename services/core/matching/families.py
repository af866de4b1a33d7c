"""Saved paths that are equal on the lowest rung that compares forms, and how close each of them is to a sent one.

`/users/1`, `/users/2/` and `/Users/3` are one family: whoever calls `/users/4` gets one of them. What the index looks
up is the family; the family looks up, rung by rung from the top, who of its members is that close.

Nearly every family has one member; of it only the path and a bucket is kept, and the forms are compared. A family with
many, like ten thousand users saved by their number, has a dictionary for each rung.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import Final, Protocol

from services.core.matching.buckets import Bucket, BucketFactory
from services.core.matching.paths import CallPath, Form, Segments
from services.core.matching.prepared import PreparedExample
from services.core.matching.scoring import LADDER, Rung
from services.core.matching.search import Search

Rungs = tuple[tuple[Rung, Form], ...]
"""The rungs that compare forms, and the form each compares, from the most points to the fewest."""

Members = Mapping[Segments, list[PreparedExample]]
"""The saved paths of a family, and the examples of each."""


def _points(row: tuple[Rung, Form]) -> int:
    return row[0].points


LITERAL_RUNGS: Final[Rungs] = tuple(
    sorted(((rung, rung.literal) for rung in LADDER if rung.literal), key=_points, reverse=True)
)
WILDCARD_RUNGS: Final[Rungs] = tuple(
    sorted(((rung, rung.wildcard) for rung in LADDER if rung.wildcard), key=_points, reverse=True)
)


class Family(Protocol):
    """What the index finds for a path."""

    def offer_to(self, search: Search, path: CallPath) -> None:
        """Offer the members that may change the search, as close as each is to the path."""


def make_family(members: Members, rungs: Rungs, buckets: BucketFactory) -> Family:
    """Return the family of saved paths, at least one, that have the same form on the last of the rungs."""
    if len(members) > 1:
        return _Many(members, rungs, buckets)
    [(segments, examples)] = members.items()
    return _Single(segments, rungs, buckets.bucket(examples))


class _Single:
    """A family of one path."""

    __slots__ = ("_bucket", "_rungs", "_segments")

    def __init__(self, segments: Segments, rungs: Rungs, bucket: Bucket) -> None:
        self._segments = segments
        self._rungs = rungs
        self._bucket = bucket

    def offer_to(self, search: Search, path: CallPath) -> None:
        for rung, form in self._rungs:
            if not search.may_change(rung):
                return
            if form(self._segments) == path.form(form):
                search.offer(rung, self._bucket)
                return


class _Many:
    """A family of several paths, found by their form on each rung."""

    __slots__ = ("_views",)

    def __init__(self, members: Members, rungs: Rungs, buckets: BucketFactory) -> None:
        views: dict[Rung, tuple[Form, dict[Hashable, Bucket]]] = {}
        for rung, form in rungs:
            views[rung] = form, _shared(_view(members, form, buckets), views.values())
        self._views = tuple(views.items())

    def offer_to(self, search: Search, path: CallPath) -> None:
        for rung, (form, view) in self._views:
            if not search.may_change(rung):
                return
            bucket = view.get(path.form(form))
            if bucket:
                search.offer(rung, bucket)


def _view(members: Members, form: Form, buckets: BucketFactory) -> dict[Hashable, Bucket]:
    """Return the bucket of each form."""
    examples: dict[Hashable, list[PreparedExample]] = {}
    for segments, own in members.items():
        examples.setdefault(form(segments), []).extend(own)
    return {key: buckets.bucket(those) for key, those in examples.items()}


def _shared(
    view: dict[Hashable, Bucket], others: Iterable[tuple[Form, dict[Hashable, Bucket]]]
) -> dict[Hashable, Bucket]:
    """Return an earlier view where it is equal: where no path has a trailing slash, trimming changes none."""
    return next((other for _, other in others if other == view), view)
