"""A list read in the order of a time, each page asked for from a time read before on.

It saves the server long offsets, and the reader the rows that slide across them. But it is only
true where the server honours both the filter and the order, so that has to be earned by what it
answers. A page is in order if no row is earlier than the one before. The next one is asked for not
from the last time read but from the one a score of times before it: a server that lists by age,
where few rows were ever edited, looks ordered too, until an edited one stands last on a page. And
two pages read by offset must first have followed on each other: some servers sort what they have
cut. What is not earned costs one request, and the reading goes on by offsets, which rest on none
of it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain, pairwise
from typing import Any, TypeGuard

from monitor.collectors.paging import Identity, identity_of

Row = Any
Page = Sequence[Row]

SECOND = timedelta(seconds=1)
"""What a query can say."""
_MARGIN = 20
"""Times that must follow on the one that is asked from next, each later than the one before."""


class OrderLost(Exception):
    """The order that was relied on does not hold: what was read cannot be known to be whole."""


class KeysetList:
    """One walk over what a list has from one time on."""

    def __init__(
        self,
        pages_since: Callable[[datetime], Iterator[Page]],
        time_of: Callable[[Row], datetime | None],
        *,
        until: datetime | None = None,
    ) -> None:
        """Prepare to walk.

        Args:
            pages_since: the pages of what has its time at or after an instant, read by offset.
            time_of: a row's time.
            until: of no interest are rows from here on; None: all are.
        """
        self._pages_since = pages_since
        self._time_of = time_of
        self._until = until
        self._confirmed = False
        """A page read by offset followed on the one before."""
        self._moving = True
        self._moved = False

    def pages(self, since: datetime) -> Iterator[Page]:
        """The rows not given yet, page by page; some may be given twice.

        Raises:
            OrderLost: the order ends after it was relied on.
            SourceFault: as reading by offset raises it.
        """
        bound = floor(since, SECOND)
        pages, edge = self._pages_since(since), frozenset[Identity]()
        candidate: datetime | None = None
        while (page := next(pages, None)) is not None:
            times = self._times(page)
            self._check(times, bound)
            yield [row for row in page if identity_of(row) not in edge]
            if self._is_past(times):
                return
            self._confirmed |= candidate is not None and _follows(times, candidate)
            candidate = _bound_of(times)
            if not self._may_move(candidate, bound):
                continue
            edge_after = self._edge(page, candidate)
            moved = self._moved_to(candidate, edge_after)
            if moved is not None:
                pages, bound, edge = moved, candidate, edge_after

    def _times(self, page: Page) -> list[datetime]:
        # A row whose time cannot be read says nothing.
        return [at for row in page if (at := self._time_of(row)) is not None]

    def _check(self, times: Sequence[datetime], bound: datetime) -> None:
        if self._moved and not (_ascends(times) and _follows(times, bound)):
            raise OrderLost

    def _is_past(self, times: Sequence[datetime]) -> bool:
        if self._until is None or not self._moved or not times:
            return False
        return times[0] >= self._until

    def _may_move(self, candidate: datetime | None, bound: datetime) -> TypeGuard[datetime]:
        return self._moving and self._confirmed and candidate is not None and candidate > bound

    def _edge(self, page: Page, bound: datetime) -> frozenset[Identity]:
        return frozenset(identity_of(row) for row in page if self._is_from(row, bound))

    def _moved_to(self, bound: datetime, edge: frozenset[Identity]) -> Iterator[Page] | None:
        """The pages from `bound` on, if they begin with the edge and have nothing before it."""
        pages = self._pages_since(bound)
        first = next(pages, ())
        known = any(identity_of(row) in edge for row in first)
        if known and _follows(self._times(first), bound):
            self._moved = True
            return chain([first], pages)
        # The edge was edited away, or the server does other than asked: not again in this walk.
        self._moving = False
        return None

    def _is_from(self, row: Row, bound: datetime) -> bool:
        at = self._time_of(row)
        return at is not None and at >= bound


def floor(at: datetime, granule: timedelta) -> datetime:
    """The start of the granule, of a second or a minute, that an instant falls into."""
    return at - (at - at.replace(hour=0, minute=0, second=0, microsecond=0)) % granule


def _ascends(times: Sequence[datetime]) -> bool:
    return all(before <= after for before, after in pairwise(times))


def _follows(times: Sequence[datetime], bound: datetime) -> bool:
    return all(at >= bound for at in times)


def _bound_of(times: Sequence[datetime]) -> datetime | None:
    """From where the next page could be asked for, by this one alone; None: from nowhere on it."""
    if not _ascends(times):
        return None
    instants = sorted(set(times))
    return floor(instants[-_MARGIN - 1], SECOND) if len(instants) > _MARGIN else None
