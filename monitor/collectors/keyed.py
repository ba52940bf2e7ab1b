"""A list read in the order of a key that no two rows share, each page asked for from the last on.

Where the key never changes, no edit moves a row, and where it is the time of the last edit, an
edited row moves to the end, where it is met again: no row can be slid over. But that is only true
of a server that honours both the condition and the order, so each page is held against it. It must
ascend, begin nowhere before what was asked for, and begin with the row that the one before ended
with. If that row is not there, it is asked for by itself: one that is still as it was has been left
out, and then so may others be.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from monitor.collectors.collection import Page, Rows
from monitor.collectors.keyset import OrderLost

Key = tuple[str, ...]


class KeyedList:
    """One walk over one list, whose pages carry keys as `marks`."""

    def __init__(
        self,
        page_from: Callable[[Key | None, bool], Page],
        is_still: Callable[[Key], bool],
        *,
        key: Key | None = None,
        is_past: Callable[[Key], bool] = lambda _: False,
    ) -> None:
        """Prepare to walk.

        Args:
            page_from: the rows from a key on (None: from the first), as many as the server likes
                to give; with True, without the one that has it.
            is_still: whether the row that had this key has it still.
            key: where a walk that was cut had come to.
            is_past: whether from a key on nothing is wanted any more: who edits faster than it is
                read would never be done with.
        """
        self._page_from = page_from
        self._is_still = is_still
        self._is_past = is_past
        self.key = key
        """The last row's, after each page given."""
        self._largest = 0

    def pages(self) -> Iterator[Rows]:
        """The rows not given yet, page by page, up to where nothing follows.

        Raises:
            OrderLost: the server does other than asked: what was read may not be whole.
            SourceFault: as reading a page raises it.
        """
        beyond = False
        while True:
            page = self._page_from(self.key, beyond)
            keys = self._keys(page, beyond=beyond)
            self._largest = max(self._largest, len(page.rows))
            fresh = [
                row
                for row, key in zip(page.rows, page.marks, strict=True)
                if key is None or key != self.key
            ]
            moved = bool(keys) and keys[-1] != self.key
            if moved:
                self.key = keys[-1]
            if fresh:
                yield fresh
            if keys and self._is_past(keys[-1]):
                return
            # One row at a time leaves no room for what follows the last one.
            if not moved and (beyond or not keys or self._largest > 1):
                return
            beyond = not moved

    def _keys(self, page: Page, *, beyond: bool) -> Sequence[Key]:
        keys: list[Key] = [key for key in page.marks if key is not None]
        if page.rows and not keys:
            raise OrderLost
        if any(before >= after for before, after in pairwise(keys)):
            raise OrderLost
        if self.key is None:
            return keys
        if keys and (keys[0] < self.key or (beyond and keys[0] == self.key)):
            raise OrderLost
        if not beyond and keys[:1] != [self.key] and self._is_still(self.key):
            raise OrderLost
        return keys
