"""One poll of a TM Forum API, from its cursor to its own start."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from monitor.collectors.base import Batch, Known, PollWindow, Quarantined
from monitor.collectors.http_faults import HttpFault
from monitor.collectors.mapping import CursorSettings
from monitor.collectors.paging import SlidingList
from monitor.collectors.reading import Reading
from monitor.collectors.tmf_batches import BatchMaker, Row
from monitor.collectors.tmf_cursor import TmfCursor, is_due
from monitor.collectors.tmf_listing import Listing, Page
from monitor.collectors.tmf_reread import read_one_by_one

_REFUSALS = frozenset(
    {HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.NOT_IMPLEMENTED}
)


@dataclass(slots=True)
class _Sighting:
    """What a listing showed, for the next one to start from."""

    server_began_at: datetime | None = None
    """The server's own clock at the first answer: what changes later may not have been listed."""
    latest: datetime | None = None
    witness: str | None = None
    """The case with the latest time."""
    former_witness: bool = False
    """The last listing's witness was there."""
    some_undated: bool = False
    some_too_old: bool = False


class Walk:
    """Runs once."""

    def __init__(
        self,
        *,
        listing: Listing,
        reading: Reading,
        batches: BatchMaker,
        settings: CursorSettings,
        cursor: TmfCursor,
        window: PollWindow,
        deadline: float,
    ) -> None:
        self._listing = listing
        self._reading = reading
        self._batches = batches
        self._settings = settings
        self._cursor = cursor
        self._window = window
        self._deadline = deadline
        self._warnings: list[str] = []
        self._rereads = is_due(cursor.reread_at, settings.reread, window.until)
        self._due: dict[str, Known] = {}

    def run(self) -> Iterator[Batch]:
        """Batch by batch; the last one is complete and has the next cursor.

        Raises:
            SourceFault: a request came to nothing, or the budget is spent.
        """
        if self._rereads:
            self._due = {known.key.ref: known for known in self._window.known}
        seen = _Sighting()
        sweeps = self._sweeps()
        if not sweeps:
            yield from self._list(seen, self._cursor.since)
            sweeps = not self._is_trusted(seen)
        if sweeps:
            seen = _Sighting()
            yield from self._list(seen, None)
        yield from self._reread()
        cursor = self._next_cursor(seen, swept=sweeps)
        yield Batch(cursor=cursor.dump(), complete=True, warnings=self._warnings)

    def _sweeps(self) -> bool:
        return self._cursor.since is None or is_due(
            self._cursor.swept_at, self._settings.sweep, self._window.until
        )

    def _is_trusted(self, seen: _Sighting) -> bool:
        """Whether a filtered listing can be taken at its word.

        Servers that do not know a filter may ignore it, which costs time, or answer with nothing,
        which would look like a quiet day for ever. The case that had the latest time last time
        passes any filter that works.
        """
        if seen.some_too_old:
            self._warnings.append(
                f"the filter {self._settings.filter} is ignored: every poll reads everything"
            )
        if not seen.former_witness:
            self._warnings.append(
                f"the filter {self._settings.filter} leaves out {self._cursor.witness}, which it "
                "should find: either the case is gone or the filter does not work, so everything "
                "was read"
            )
        return seen.former_witness

    def _list(self, seen: _Sighting, since: datetime | None) -> Iterator[Batch]:
        """Everything, or what has its time after `since`, less the overlap."""
        earliest = None if since is None else since - self._settings.overlap
        query = self._query(earliest)

        latest: Page | None = None

        def page_at(offset: int) -> Sequence[Row]:
            nonlocal latest
            try:
                page = self._listing.page(offset, query, deadline=self._deadline)
            except HttpFault as fault:
                if offset or not query or fault.status not in _REFUSALS:
                    raise
                self._warnings.append(
                    f"{' and '.join(query)} is refused ({fault.status}): every poll reads "
                    "everything, in whatever order it comes"
                )
                query.clear()
                page = self._listing.page(offset, query, deadline=self._deadline)
            seen.server_began_at = seen.server_began_at or page.sent_at
            latest = page
            return page.rows

        whole = SlidingList(
            page_at,
            # Hashes, so that remembering many rows takes little room.
            lambda row: hash(repr(row)),
            is_partial=lambda: (
                latest is None or self._listing.is_cut(latest, query, deadline=self._deadline)
            ),
        )
        for rows in whole.pages():
            for row in rows:
                self._note(row, seen, earliest)
            yield self._batches.batch(rows, self._window)
        if whole.offset_ignored:
            self._warnings.append("offset is ignored: what comes at once is taken for all there is")

    def _query(self, earliest: datetime | None) -> dict[str, str]:
        query = {}
        if earliest is not None:
            query[self._settings.filter] = f"{earliest.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        if self._settings.sort is not None:
            query["sort"] = self._settings.sort
        return query

    def _note(self, row: Row, seen: _Sighting, earliest: datetime | None) -> None:
        if isinstance(row, Quarantined):
            return
        ref = row.get("ref")
        self._due.pop(str(ref), None)
        seen.former_witness |= ref == self._cursor.witness
        seen.some_undated |= self._settings.field not in row
        at = self._reading.time_in(row, self._settings.field)
        if at is None:
            return
        # The query says whole seconds.
        seen.some_too_old |= earliest is not None and at < earliest.replace(microsecond=0)
        if seen.latest is None or at > seen.latest:
            seen.latest, seen.witness = at, ref

    def _reread(self) -> Iterator[Batch]:
        """The open cases the listing did not bring, those seen longest ago first."""
        due = sorted(self._due.values(), key=lambda known: known.confirmed_at)
        refs = [known.key.ref for known in due]
        yield from read_one_by_one(refs, self._listing, self._batches, self._window, self._deadline)

    def _next_cursor(self, seen: _Sighting, *, swept: bool) -> TmfCursor:
        if seen.some_undated:
            self._warnings.append(
                f"some records have no {self._settings.field}, so no filter finds them: every "
                "poll reads everything"
            )
        since = None
        if seen.latest is not None and not seen.some_undated:
            # Our clock and the server's may differ: neither may carry the cursor past a change
            # that is yet to be stamped. What was really seen is in the server's own time.
            since = min(seen.latest, self._window.until, seen.server_began_at or seen.latest)
        return TmfCursor(
            mapping=self._cursor.mapping,
            since=since,
            witness=seen.witness,
            swept_at=self._window.until if swept else self._cursor.swept_at,
            reread_at=self._window.until if self._rereads else self._cursor.reread_at,
        )
