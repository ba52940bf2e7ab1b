"""One poll of an API, from its cursor to its own start."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from monitor.collectors.base import Batch, PollWindow
from monitor.collectors.batches import BatchMaker
from monitor.collectors.collection import Collection, Rows
from monitor.collectors.keyset import OrderLost, floor
from monitor.collectors.mapping import CursorSettings
from monitor.collectors.reading import Reading
from monitor.collectors.reread import read_one_by_one
from monitor.collectors.sighting import Sighting
from monitor.collectors.walk_cursor import Cut, WalkCursor, is_due

_PAGE = 1000


class Walk:
    """Runs once."""

    def __init__(
        self,
        *,
        collection: Collection,
        reading: Reading,
        batches: BatchMaker,
        settings: CursorSettings,
        cursor: WalkCursor,
        cut: Cut | None,
        window: PollWindow,
        deadline: float,
    ) -> None:
        self._collection = collection
        self._reading = reading
        self._batches = batches
        self._settings = settings
        self._cursor = cursor
        self._cut = cut
        self._window = window
        self._deadline = deadline
        self._began_at = window.until if cut is None else cut.began_at
        """The start of the poll that began this walk, where another one was cut."""
        self._warnings: list[str] = []
        self._pages = collection.pages(deadline=deadline, warn=self._warnings.append)
        self._rereads = is_due(cursor.reread_at, settings.reread, window.until)
        self._sweep_due = is_due(cursor.swept_at, settings.sweep, window.until)
        self._asks = False
        """Whether what a listing leaves out is asked for by reference: it may be gone."""
        self._aside: set[str] = set()
        """What a listing brought that is not stored as seen, and need not be asked for."""

    def run(self) -> Iterator[Batch]:
        """Batch by batch; the last one is complete and has the next cursor.

        Raises:
            SourceFault: a request came to nothing, or the budget is spent.
        """
        self._asks = self._rereads or self._sweep_due
        seen = self._sighting()
        swept = self._cursor.since is None or self._sweep_due or self._cut is not None
        if not swept:
            try:
                yield from self._filtered(seen)
                swept = not self._is_trusted(seen)
            except OrderLost:
                swept = True
                self._warnings.append(
                    f"what comes is not in the order of {self._settings.order}, although it began "
                    "so: everything was read"
                )
        if swept:
            seen = self._sighting()
            yield from self._sweep(seen)
        yield from self._reread()
        cursor = self._next_cursor(seen, swept=swept)
        yield Batch(cursor=cursor.dump(), complete=True, warnings=self._warnings)

    def _sighting(self) -> Sighting:
        return Sighting(self._settings.field, self._cursor.witness)

    def _filtered(self, seen: Sighting) -> Iterator[Batch]:
        """What has its time after the cursor, less the overlap."""
        assert self._cursor.since is not None  # noqa: S101 - asked before; narrows the type
        earliest = self._cursor.since - self._settings.overlap
        seen.earliest = floor(earliest, self._collection.granule)
        yield from self._listed(self._pages.since(earliest), seen)

    def _is_trusted(self, seen: Sighting) -> bool:
        """Whether a filtered listing can be taken at its word.

        Servers that do not know a filter may ignore it, which costs time, or answer with nothing,
        which would look like a quiet day for ever. The case that had the latest time last time
        passes any filter that works.
        """
        if seen.some_too_old:
            self._warnings.append(
                f"the filter {self._settings.filter} is ignored: every poll reads everything"
            )
        if not seen.found:
            self._warnings.append(
                f"the filter {self._settings.filter} leaves out {self._cursor.witness}, which it "
                "should find: either the case is gone or the filter does not work, so everything "
                "was read"
            )
        return seen.found

    def _sweep(self, seen: Sighting) -> Iterator[Batch]:
        """Everything, from where a walk was cut on."""
        cut = self._cut
        if cut is not None:
            seen.latest, seen.witness, seen.some_undated = cut.latest, cut.witness, cut.some_undated
            self._pages.server_began_at = cut.server_began_at
        if cut is not None:
            # What changed since its first part was read; by offsets, which rest on no order.
            since = min(cut.began_at, cut.server_began_at or cut.began_at)
            changed = self._pages.changed_since(since - self._settings.overlap)
            yield from self._listed(changed, seen)
        place = None if cut is None else cut.place
        for batch in self._listed(self._pages.everything(place), seen):
            yield replace(batch, checkpoint=self._so_far(seen))

    def _so_far(self, seen: Sighting) -> dict[str, object] | None:
        if self._pages.place is None:
            return None
        return Cut(
            mapping=self._cursor.mapping,
            began_at=self._began_at,
            server_began_at=self._pages.server_began_at,
            place=self._pages.place,
            latest=seen.latest,
            witness=seen.witness,
            some_undated=seen.some_undated,
        ).dump()

    def _listed(self, pages: Iterable[Rows], seen: Sighting) -> Iterator[Batch]:
        for rows in pages:
            for row in rows:
                seen.note(row, self._reading)
            if not rows:
                continue
            batch = self._batches.batch(rows, self._window)
            if self._asks:
                self._aside.update(_set_aside(batch))
            yield batch

    def _reread(self) -> Iterator[Batch]:
        """The open cases the listing did not bring, those seen longest ago first."""
        if not self._asks:
            return
        unseen = iter(self._window.unseen(None if self._cut is None else self._began_at))
        while page := list(islice(unseen, _PAGE)):
            yield from read_one_by_one(
                [each.key.ref for each in page if each.key.ref not in self._aside],
                self._collection,
                self._batches,
                self._window,
                self._deadline,
            )

    def _next_cursor(self, seen: Sighting, *, swept: bool) -> WalkCursor:
        if seen.some_undated:
            self._warnings.append(
                f"some records have no {self._settings.field}, so no filter finds them: every "
                "poll reads everything"
            )
        since = None
        if seen.latest is not None and not seen.some_undated:
            # Our clock and the server's may differ: neither may carry the cursor past a change
            # that is yet to be stamped. What was really seen is in the server's own time.
            since = min(seen.latest, self._began_at, self._pages.server_began_at or seen.latest)
        return WalkCursor(
            mapping=self._cursor.mapping,
            since=since,
            witness=seen.witness,
            swept_at=self._began_at if swept else self._cursor.swept_at,
            reread_at=self._window.until if self._rereads else self._cursor.reread_at,
        )


def _set_aside(batch: Batch) -> Iterator[str]:
    """References of records that could not be read, or are passed over."""
    yield from (each.ref for each in batch.quarantined if each.ref is not None)
    yield from batch.outside_contract
