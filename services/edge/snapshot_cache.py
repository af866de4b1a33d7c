"""Snapshots by mock, the least recently used going first where they take up more than their bound."""

from collections import Counter, OrderedDict
from collections.abc import Iterator

from services.core.ids import MockId
from services.core.serving.answers import LIMIT_BYTES as ANSWERS_BYTES
from services.edge.snapshot import IndexKey, LoadedIndex, MockSnapshot

SNAPSHOT_BYTES = 4 * 1024
"""What a snapshot takes up beside its index, about."""


class SnapshotCache:
    """A bounded number of snapshots; an index that several of them share counts once."""

    def __init__(self, *, limit_bytes: int) -> None:
        """Take how many bytes they may take up; the one used last stays even where it is larger."""
        self._limit_bytes = limit_bytes
        self._snapshots: OrderedDict[MockId, MockSnapshot] = OrderedDict()
        self._users: Counter[IndexKey] = Counter()
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._snapshots)

    def __iter__(self) -> Iterator[MockSnapshot]:
        return iter(tuple(self._snapshots.values()))

    def peek(self, mock_id: MockId) -> MockSnapshot | None:
        """Return a mock's snapshot, without counting that as use."""
        return self._snapshots.get(mock_id)

    def get(self, mock_id: MockId) -> MockSnapshot | None:
        """Return a mock's snapshot."""
        snapshot = self._snapshots.get(mock_id)
        if snapshot is not None:
            self._snapshots.move_to_end(mock_id)
        return snapshot

    def put(self, snapshot: MockSnapshot, *, is_use: bool) -> int:
        """Take a mock's snapshot instead of the one before; unless it `is_use`, it keeps its place in the order.

        Return how many others had to make room.
        """
        evicted = 0
        self._release(self._snapshots.get(snapshot.mock.id))
        self._snapshots[snapshot.mock.id] = snapshot
        self._charge(snapshot)
        if is_use:
            self._snapshots.move_to_end(snapshot.mock.id)
        while self.size_bytes > self._limit_bytes and len(self._snapshots) > 1:
            _, oldest = self._snapshots.popitem(last=False)
            self._release(oldest)
            evicted += 1
        return evicted

    def remove(self, mock_id: MockId) -> None:
        """Forget a mock."""
        self._release(self._snapshots.pop(mock_id, None))

    def _charge(self, snapshot: MockSnapshot) -> None:
        self.size_bytes += SNAPSHOT_BYTES
        if snapshot.index is not None:
            self._users[snapshot.index.key] += 1
            if self._users[snapshot.index.key] == 1:
                self.size_bytes += _size_of(snapshot.index)

    def _release(self, snapshot: MockSnapshot | None) -> None:
        if snapshot is None:
            return
        self.size_bytes -= SNAPSHOT_BYTES
        if snapshot.index is not None:
            self._users[snapshot.index.key] -= 1
            if not self._users[snapshot.index.key]:
                del self._users[snapshot.index.key]
                self.size_bytes -= _size_of(snapshot.index)


def _size_of(loaded: LoadedIndex) -> int:
    """Return about what an index takes up with the answers that it gave; they rarely take up more than its examples."""
    size = loaded.index.size_bytes
    return size + min(size, ANSWERS_BYTES)
