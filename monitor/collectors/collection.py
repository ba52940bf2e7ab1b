"""What a walk needs of an API: its records page by page in some order, and one by its reference."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Protocol

from monitor.collectors.base import BUDGET_SPENT, Cursor, SourceFault
from monitor.collectors.batches import Row

Rows = Sequence[Row]


@dataclass(frozen=True, slots=True)
class Page:
    rows: Rows
    sent_at: datetime | None
    """The server's clock."""
    says_more: bool = False
    """There are rows beside these, by what came with them."""
    next: str | None = None
    """Where the server says that the list goes on, there or elsewhere."""
    marks: Sequence[Any] = ()
    """What each row stands in order by, where rows alone do not say; None: it cannot be told."""


class Pages(Protocol):
    """The pages of one poll."""

    server_began_at: datetime | None
    """The server's own clock at the first answer: what changes later may not be listed."""
    place: Cursor | None
    """How far the present reading has come, as JSON; None: nobody could go on from there."""

    def everything(self, place: Cursor | None = None) -> Iterator[Rows]:
        """All there is; from `place` on, where a walk was cut there.

        Raises:
            HttpFault: a request came to nothing.
            SourceFault: the answer is no list, no reading of it is whole, or the budget is spent.
        """

    def since(self, earliest: datetime, *, before: datetime | None = None) -> Iterator[Rows]:
        """What has its time at or after `earliest`, and, if so asked, before an instant.

        Both are only asked for: rows of other times may come too.

        Raises:
            OrderLost: the server's order was relied on, and ended.
            HttpFault, SourceFault: as `everything`.
        """

    def changed_since(
        self, earliest: datetime, *, before: datetime | None = None
    ) -> Iterator[Rows]:
        """As `since`, relying on no order.

        Raises:
            HttpFault, SourceFault: as `everything`.
        """


class Collection(Protocol):
    """One list of records of one API."""

    granule: timedelta
    """How exactly a filter can name an instant: rows of the same granule come too."""

    def sample(self) -> str:
        """What the first record looks like, in a sentence.

        Raises:
            HttpFault, SourceFault: it cannot be read.
        """

    def first(self, *, deadline: float) -> Rows:
        """One record, whichever comes; empty: there is none.

        Raises:
            HttpFault, SourceFault: as `sample`.
        """

    def one(self, ref: str, *, deadline: float | None) -> Row | None:
        """One record by its reference; None: the source has no such record.

        Raises:
            HttpFault: the request came to nothing.
            SourceFault: the poll's budget is spent.
        """

    def pages(self, *, deadline: float, warn: Callable[[str], None]) -> Pages:
        """The pages of one poll. What the server does other than asked goes to `warn`."""


def left(deadline: float | None) -> float | None:
    """Seconds left to a poll; None: it has no end.

    Raises:
        SourceFault: none are.
    """
    if deadline is None:
        return None
    seconds = deadline - monotonic()
    if seconds <= 0:
        raise SourceFault(
            "the poll's budget of time is spent before everything was read; what was read is "
            "kept, and the next poll goes on with what was read longest ago",
            kind=BUDGET_SPENT,
        )
    return seconds
