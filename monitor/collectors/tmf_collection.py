"""A TM Forum collection as a walk sees it."""

from collections.abc import Callable
from datetime import timedelta

from monitor.collectors.batches import Row
from monitor.collectors.collection import Rows
from monitor.collectors.keyset import SECOND
from monitor.collectors.mapping import CursorSettings
from monitor.collectors.reading import Reading
from monitor.collectors.tmf_listing import Listing
from monitor.collectors.tmf_pages import TmfPages


class TmfCollection:
    """One resource of one API, and how it is asked for what changed."""

    granule: timedelta = SECOND

    def __init__(self, listing: Listing, settings: CursorSettings, reading: Reading) -> None:
        self._listing = listing
        self._settings = settings
        self._reading = reading

    def sample(self) -> str:
        return self._listing.sample()

    def first(self, *, deadline: float) -> Rows:
        return self._listing.page(0, {}, deadline=deadline, limit=1).rows

    def one(self, ref: str, *, deadline: float | None) -> Row | None:
        return self._listing.one(ref, deadline=deadline)

    def pages(self, *, deadline: float, warn: Callable[[str], None]) -> TmfPages:
        return TmfPages(self._listing, self._settings, self._reading, deadline=deadline, warn=warn)
