"""TM Forum APIs: trouble tickets (TMF621 v4, v5) and product orders (TMF622 v4).

What sets them apart is in the mapping; how they are walked is the same. TMF630 is the standard
for paging (`offset`, `limit`), filters (`lastUpdate.gte=…`) and order (`sort=…`). Filter and order
only save work: what is read is complete where a server ignores either.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

from monitor.collectors.base import Batch, PollWindow, SourceFault
from monitor.collectors.http import HttpClient
from monitor.collectors.http_faults import HttpFault
from monitor.collectors.hub import TmfHub
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.reading import Reading
from monitor.collectors.tmf_batches import BatchMaker
from monitor.collectors.tmf_cursor import Cut, TmfCursor
from monitor.collectors.tmf_listing import Listing
from monitor.collectors.tmf_period import PeriodWalk
from monitor.collectors.tmf_reread import read_one_by_one
from monitor.collectors.tmf_walk import Walk
from monitor.errors import InputError
from monitor.locale.marking import N_


class TmfCollector:
    """One resource of one provider's API. Used by one thread at a time."""

    def __init__(
        self,
        *,
        name: str,
        provider: str,
        client: HttpClient,
        mapping: MappingSettings,
        page_size: int = 100,
    ) -> None:
        """Prepare to read; nothing is sent yet. The client is closed with the collector.

        Raises:
            InputError: the mapping says not which resource to read, or not how to ask for changes.
        """
        if mapping.resource is None or mapping.cursor is None:
            missing = "resource" if mapping.resource is None else "cursor"
            raise InputError(
                N_(
                    "sources[{name}].mapping.{missing}: is missing; an API is read by it, see the"
                    " shipped tmf621"
                ),
                name=name,
                missing=missing,
            )
        self.name = name
        self._client = client
        self._digest = mapping.digest
        self._cursor = mapping.cursor
        self._reading = Reading(mapping)
        self._listing = Listing(client, mapping.resource, self._reading, page_size)
        self._batches = BatchMaker(
            source=name, provider=provider, kind=mapping.case_kind, reading=self._reading
        )

    def check(self) -> str:
        """Read the first record there is, without a filter."""
        return self._listing.sample()

    def fetch(self, window: PollWindow) -> Iterator[Batch]:
        """Walk what changed since the cursor, then the open cases that are due again."""
        started = monotonic()
        with _faults_dated(window, started):
            yield from self._walk(window, started + window.budget.total_seconds())

    def _walk(self, window: PollWindow, deadline: float) -> Iterator[Batch]:
        if window.period is not None:
            return PeriodWalk(
                listing=self._listing,
                reading=self._reading,
                batches=self._batches,
                settings=self._cursor,
                window=window,
                period=window.period,
                deadline=deadline,
            ).run()
        return Walk(
            listing=self._listing,
            reading=self._reading,
            batches=self._batches,
            settings=self._cursor,
            cursor=TmfCursor.load(window.cursor, self._digest),
            cut=Cut.load(window.checkpoint, self._digest),
            window=window,
            deadline=deadline,
        ).run()

    def refresh(self, refs: Sequence[str], window: PollWindow) -> Iterator[Batch]:
        """Read these records one by one."""
        started = monotonic()
        deadline = started + window.budget.total_seconds()
        with _faults_dated(window, started):
            yield from read_one_by_one(refs, self._listing, self._batches, window, deadline)

    def hub(self, *, typed: bool) -> TmfHub:
        """The provider's hub beside the collection; for the same thread, at other times."""
        return TmfHub(self._client, self._listing.resource, typed=typed)

    def close(self) -> None:
        self._client.close()


@contextmanager
def _faults_dated(window: PollWindow, started: float) -> Iterator[None]:
    """Turn how long a server wants to be left alone into the instant until which."""
    try:
        yield
    except HttpFault as fault:
        not_before = None
        if fault.wait is not None:
            # The window knows when the poll began; what passed since is real time.
            not_before = window.until + timedelta(seconds=monotonic() - started) + fault.wait
        raise SourceFault(str(fault), kind=fault.kind, not_before=not_before) from fault
