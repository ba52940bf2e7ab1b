"""A list in the order of a time that queries can name only roughly, its pages led to by tokens.

Nothing is known of how a server cuts pages by its tokens: rows that move may slide between two. So
no token is followed where a query can do: the next page is asked for from the start of the granule,
a minute, that the last row falls into. The rows of that granule come again, and are known; that
they do is what shows that nothing was left out. Only where one granule holds more than a page are
tokens followed, and then as often as it takes until a reading of it brings nothing new.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice, pairwise

from monitor.collectors.collection import Page, Rows
from monitor.collectors.keyset import OrderLost, floor

Mark = tuple[str, datetime]
"""A row's id, and the time it stands in order by."""

_MOST_READINGS = 6
_ASKED_FOR = 5
"""Rows that did not come again and are asked for by themselves."""


class GranularList:
    """One walk over one list, whose pages carry marks."""

    def __init__(
        self,
        page_from: Callable[[datetime | None, str | None], Page],
        is_still: Callable[[Mark], bool],
        granule: timedelta,
        *,
        bound: datetime | None = None,
        is_past: Callable[[datetime], bool] = lambda _: False,
    ) -> None:
        """Prepare to walk.

        Args:
            page_from: the first page of what has its time from an instant on (None: of all), or,
                given the token of one of its pages, the page after that.
            is_still: whether the row that had this mark has it still.
            granule: how exactly a query can name an instant.
            bound: from where on to read; None: from the first.
            is_past: whether from an instant on nothing is wanted any more: who edits faster than
                it is read would never be done with.
        """
        self._page_from = page_from
        self._is_still = is_still
        self._granule = granule
        self._is_past = is_past
        self.bound = None if bound is None else floor(bound, granule)
        """From where on it asks next, and a walk that is cut here goes on."""
        self._edge: frozenset[Mark] = frozenset()
        """What is known already of what comes from there on."""
        self._ended = False

    def pages(self) -> Iterator[Rows]:
        """The rows not given yet, page by page.

        Raises:
            OrderLost: the server does other than asked: what was read may not be whole.
            SourceFault: as reading a page raises it.
        """
        while True:
            page = self._page_from(self.bound, None)
            marks = self._marks(page, self._edge)
            fresh = _unseen(page, self._edge)
            over = page.next is None or (bool(marks) and self._is_past(marks[0][1]))
            if over or self._move(marks):
                if fresh:
                    yield fresh
            else:
                yield from self._crowded(page)
            if over or self._ended:
                return

    def _move(self, marks: Sequence[Mark]) -> bool:
        """Go on from the granule of the last row, if it is beyond the present one."""
        ahead = floor(marks[-1][1], self._granule) if marks else None
        if ahead is None or (self.bound is not None and ahead <= self.bound):
            return False
        self.bound = ahead
        self._edge = frozenset(mark for mark in marks if mark[1] >= ahead)
        return True

    def _crowded(self, page: Page) -> Iterator[Rows]:
        """A granule of more than a page, by tokens, until a reading of it brings nothing new."""
        seen, last = set(self._edge), page
        for _ in range(_MOST_READINGS):
            known = len(seen)
            for last in self._by_tokens(page):
                fresh = _unseen(last, seen)
                seen |= set(self._marks(last, ()))
                if fresh:
                    yield fresh
            if len(seen) == known:
                self._ended = last.next is None
                self._move(self._marks(last, ()))
                return
            page = self._page_from(self.bound, None)
        raise OrderLost

    def _by_tokens(self, page: Page) -> Iterator[Page]:
        """Page after page, to the end of the list or the first row beyond the granule."""
        yield page
        while page.next is not None and not self._is_beyond(page):
            page = self._page_from(self.bound, page.next)
            yield page

    def _is_beyond(self, page: Page) -> bool:
        marks = self._marks(page, ())
        if not marks:
            return False
        return self.bound is None or floor(marks[-1][1], self._granule) > self.bound

    def _marks(self, page: Page, edge: Collection[Mark]) -> Sequence[Mark]:
        """The marks of a page, once it is seen to be as asked for."""
        marks: list[Mark] = [mark for mark in page.marks if mark is not None]
        if page.rows and not marks:
            raise OrderLost
        if any(before > after for (_, before), (_, after) in pairwise(marks)):
            raise OrderLost
        if self.bound is not None and marks and marks[0][1] < self.bound:
            raise OrderLost
        came_again = not edge or any(mark in edge for mark in marks)
        # Edited away, all of them, or left out?
        if not came_again and any(self._is_still(mark) for mark in islice(edge, _ASKED_FOR)):
            raise OrderLost
        return marks


def _unseen(page: Page, seen: Collection[Mark]) -> Rows:
    return [
        row
        for row, mark in zip(page.rows, page.marks, strict=True)
        if mark is None or mark not in seen
    ]
