"""A TM Forum collection page by page, whatever its server goes along with."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus

from monitor.collectors.base import Cursor
from monitor.collectors.batches import ref_of
from monitor.collectors.collection import Page, Rows
from monitor.collectors.http_faults import HttpFault
from monitor.collectors.keyset import KeysetList
from monitor.collectors.mapping import CursorSettings
from monitor.collectors.paging import Place, SlidingList
from monitor.collectors.paging_links import LinkedList, leads_by_links
from monitor.collectors.reading import Reading
from monitor.collectors.tmf_listing import Listing

_REFUSALS = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_IMPLEMENTED}
)


class TmfPages:
    """The pages of one poll. What the server does other than asked goes to `warn`."""

    def __init__(
        self,
        listing: Listing,
        settings: CursorSettings,
        reading: Reading,
        *,
        deadline: float,
        warn: Callable[[str], None],
    ) -> None:
        self._listing = listing
        self._settings = settings
        self._reading = reading
        self._deadline = deadline
        self._warn = warn
        self.server_began_at: datetime | None = None
        """The server's own clock at the first answer: what changes later may not be listed."""
        self.place: Cursor | None = None
        """How far the present reading has come; None: nobody could go on from there."""

    def everything(self, place: Cursor | None = None) -> Iterator[Rows]:
        """All there is, read by offset; from `place` on, where a walk was cut there.

        Raises:
            HttpFault: a request came to nothing.
            SourceFault: the answer is no list, no reading of it is whole, or the budget is spent.
        """
        yield from self._read({}, None if place is None else Place.load(place))

    def changed_since(
        self, earliest: datetime, *, before: datetime | None = None
    ) -> Iterator[Rows]:
        """As `since`, relying on no order.

        Raises:
            HttpFault, SourceFault: as `everything`.
        """
        yield from self._read(self._between(earliest, before), None)

    def since(self, earliest: datetime, *, before: datetime | None = None) -> Iterator[Rows]:
        """What has its time at or after `earliest`, and, if so asked, before an instant.

        Both are only asked for: rows of other times may come too.

        Raises:
            OrderLost: the server's order was relied on, and ended.
            HttpFault, SourceFault: as `everything`.
        """
        walked = KeysetList(
            lambda bound: self._read(self._between(bound, before), None),
            lambda row: (
                self._reading.time_in(row, self._settings.field) if isinstance(row, dict) else None
            ),
            until=before,
        )
        yield from walked.pages(earliest)

    def _between(self, earliest: datetime, before: datetime | None) -> dict[str, str]:
        name = self._settings.filter
        query = {name: _written(earliest)}
        if before is not None and name.endswith(".gte"):
            query[f"{name.removesuffix('.gte')}.lt"] = _written(before)
        return query

    def _read(self, query: dict[str, str], place: Place | None) -> Iterator[Rows]:
        if self._settings.sort is not None:
            query["sort"] = self._settings.sort
        asked = _Asked(self._listing, query, self._deadline, self._warn)
        whole = SlidingList(asked.page_at, is_partial=asked.is_cut, place=place)
        for rows in whole.pages():
            self._note_time(asked)
            self.place = whole.place.dump()
            yield rows
            if asked.latest is not None and leads_by_links(asked.latest):
                self.place = None
                yield from self._linked(asked)
                return
        self._note_time(asked)
        if whole.offset_ignored:
            self._warn("offset is ignored: what comes at once is taken for all there is")

    def _linked(self, asked: "_Asked") -> Iterator[Rows]:
        begun_with = asked.latest
        if begun_with is None:
            return
        follow = partial(self._listing.follow, deadline=self._deadline)
        pages = LinkedList(lambda: asked.read(0), follow, ref_of).pages(begun_with)
        next(pages)  # given already
        yield from pages

    def _note_time(self, asked: "_Asked") -> None:
        self.server_began_at = self.server_began_at or asked.first_sent_at


class _Asked:
    """The requests of one reading; parameters that are refused are done without."""

    def __init__(
        self,
        listing: Listing,
        query: dict[str, str],
        deadline: float,
        warn: Callable[[str], None],
    ) -> None:
        self._listing = listing
        self._query = query
        self._deadline = deadline
        self._warn = warn
        self._answered = False
        self.latest: Page | None = None
        self.first_sent_at: datetime | None = None

    def page_at(self, offset: int) -> Rows:
        return self.read(offset).rows

    def read(self, offset: int) -> Page:
        try:
            page = self._listing.page(offset, self._query, deadline=self._deadline)
        except HttpFault as fault:
            if self._answered or not self._query or fault.status not in _REFUSALS:
                raise
            self._warn(
                f"{' and '.join(self._query)} is refused ({fault.status}): every poll reads "
                "everything, in whatever order it comes"
            )
            self._query.clear()
            page = self._listing.page(offset, self._query, deadline=self._deadline)
        self._answered = True
        self.first_sent_at = self.first_sent_at or page.sent_at
        self.latest = page
        return page

    def is_cut(self) -> bool:
        return self.latest is None or self._listing.is_cut(
            self.latest, self._query, deadline=self._deadline
        )


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
