"""A whole list read by offset while others add, edit and delete in it: no row left out.

An edit may move a row, and then everything behind it slides across the offsets: the row that
stood on the edge between two pages is on neither. So pages overlap, and a page counts only if its
first row is one already read, as it was then. Whatever stood before that row had been read before
it, whatever stands behind is read from here: between the two nothing can have slipped through,
except rows edited meanwhile, and those belong to the next poll. Where the first row is new, the
list has slid, and the page is asked for again from further back.

All this needs of a server is that rows nobody touches keep their order. A server that answers with
the same rows whatever the offset is believed to give all it has, unless it says that there is more.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Self

from monitor.collectors.base import SourceFault

Row = Any
Page = Sequence[Row]
Identity = int
"""Equal for two readings of a row that nobody touched between them, today and tomorrow."""

_MOST_OVERLAP = 50
_REMEMBERED = 20_000
"""Rows remembered to recognise an edge by; further back the walk starts again from the top."""
_MOST_STEPS_BACK = 100
"""With nothing new read in between: the server has no order to rely on."""
_MOST_BARREN = 50
"""Pages in a row with nothing new, further on than there are rows: the list has no end."""
_MOST_RESTARTS = 100
"""Back at the top so often, with or without anything new: rows never look the same twice."""


def identity_of(row: Row) -> Identity:
    """A row's identity, by all that is kept of it; small, so that remembering many is cheap."""
    return int.from_bytes(blake2b(repr(row).encode(), digest_size=7).digest())


@dataclass(frozen=True, slots=True)
class Place:
    """How far a walk has come: where it asks next, and the rows it would know again there."""

    offset: int
    edge: tuple[Identity, ...]

    @classmethod
    def load(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `dump` wrote; anything else is the top of the list."""
        return cls(stored.get("offset", 0), tuple(stored.get("edge", ())))

    def dump(self) -> dict[str, Any]:
        return {"offset": self.offset, "edge": list(self.edge)}


class SlidingList:
    """One walk over one list."""

    def __init__(
        self,
        page_at: Callable[[int], Page],
        identity_of: Callable[[Row], Identity] = identity_of,
        *,
        is_partial: Callable[[], bool] = lambda: True,
        place: Place | None = None,
    ) -> None:
        """Prepare to walk.

        Args:
            page_at: the rows from an offset on, as many as the server likes to give; none at and
                beyond the end.
            identity_of: equal for two readings of a row that nobody touched between them.
            is_partial: whether the page last given may leave out rows, by what came with it; asked
                only of a server to which every offset is the same.
            place: where a walk that was cut had come to. If nothing there is known again, this one
                steps back, at last to the top.
        """
        self._page_at = page_at
        self._identity_of = identity_of
        self._is_partial = is_partial
        self.offset_ignored = False
        """Every offset gives the same rows; known once the walk is over."""
        self.place = place or Place(0, ())
        """After each page given: how far this walk has come."""
        self._read: OrderedDict[Identity, None] = OrderedDict.fromkeys(self.place.edge)
        self._largest = 1
        self._steps_back = 0
        self._restarts = 0
        self._given = self.place.offset
        self._barren = 0

    def pages(self) -> Iterator[Page]:
        """The rows not given yet, page by page, up to the end of the list.

        What the server says about totals is not asked, and how many rows it gives is up to it:
        the end is where nothing follows what was read.

        Raises:
            SourceFault: untouched rows do not keep their order, or the server gives the same part
                of them whatever is asked for.
        """
        offset, overlap = self.place.offset, 0
        # The page follows on the one before, overlapping it by `overlap` rows.
        adjoins = offset == 0
        before: list[Identity] = []
        while True:
            page, identities = self._read_at(offset)
            if identities and identities == before and self._is_same_anywhere(offset, identities):
                return
            before = identities
            if (overlap or not adjoins) and not self._is_edge(identities):
                offset, adjoins = self._back(offset), False
                if offset == 0:
                    overlap, adjoins = 0, True
                continue
            fresh = self._unread(page, identities)
            following = self._overlap(len(page))
            if fresh:
                self.place = Place(
                    offset + len(page) - following, tuple(identities[-_MOST_OVERLAP:])
                )
                yield fresh
            self._count(len(fresh), offset)
            if adjoins and len(page) <= overlap and self._is_end(offset + len(page), page):
                return
            overlap, adjoins = following, True
            offset += len(page) - overlap

    def _read_at(self, offset: int) -> tuple[Page, list[Identity]]:
        page = self._page_at(offset)
        return page, [self._identity_of(row) for row in page]

    def _is_same_anywhere(self, offset: int, identities: list[Identity]) -> bool:
        # A list may have slid by exactly what was stepped over; then it does not begin the same.
        if any(self._read_at(other)[1] != identities for other in (0, offset + 1)):
            return False
        self.offset_ignored = True
        if self._is_partial():
            raise SourceFault(
                f"the same {len(identities)} records come at every offset, and there may be more: "
                "nothing beyond them can be read; ask for more at a time with page_size",
                kind="unpaged",
            )
        return True

    def _is_end(self, following: int, page: Page) -> bool:
        # Some servers cut pages by size or filter them afterwards: a short one proves nothing.
        return not page or not self._page_at(following)

    def _is_edge(self, identities: Sequence[Identity]) -> bool:
        return bool(identities) and identities[0] in self._read

    def _unread(self, page: Page, identities: Sequence[Identity]) -> Page:
        fresh = []
        for row, identity in zip(page, identities, strict=True):
            if identity not in self._read:
                fresh.append(row)
                self._steps_back = 0
            self._read[identity] = None
            self._read.move_to_end(identity)
        while len(self._read) > _REMEMBERED:
            self._read.popitem(last=False)
        self._largest = max(self._largest, len(page))
        return fresh

    def _count(self, fresh: int, offset: int) -> None:
        self._given += fresh
        self._barren = 0 if fresh else self._barren + (offset > self._given)
        if self._barren > _MOST_BARREN:
            raise SourceFault(
                "beyond the end of the list its rows come again, so that no reading of it can be "
                "known to be whole; the source must answer with an empty list there",
                kind="unpaged",
            )

    def _overlap(self, rows: int) -> int:
        # One row at a time leaves no room for an edge.
        return min(rows - 1, _MOST_OVERLAP, max(1, rows // 10))

    def _back(self, offset: int) -> int:
        self._steps_back += 1
        step = max(1, self._overlap(self._largest)) << min(self._steps_back, 16)
        self._restarts += step >= offset
        if self._steps_back > _MOST_STEPS_BACK or self._restarts > _MOST_RESTARTS:
            raise SourceFault(
                "the list changes its order between two requests, so that no reading of it can "
                "be known to be whole; have it sorted, with cursor.sort in the mapping",
                kind="unstable",
            )
        return max(0, offset - step)
