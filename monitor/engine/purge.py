"""What has been kept long enough leaves, a lot at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

LOT = 500
"""Rows or cases taken away in one transaction: some hundredths of a second's work."""

ENCLOSED_FOR = timedelta(days=1)
"""How long a file that goes out with messages is kept at least, also where all have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """For how many whole months each kind of data is kept, up to 1,200; None: for ever."""

    payloads: int | None
    """Records as received from the sources, those in quarantine that were resolved included."""
    figures: int | None
    """Closed cases, with all that was stated, concluded and told of them; and what became of the
    messages that brought reports."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purged:
    """What left, or would."""

    payloads: int = 0
    quarantined: int = 0
    cases: int = 0
    letters: int = 0
    """Messages that brought reports."""
    enclosures: int = 0
    """Files that went out with such messages."""

    @property
    def total(self) -> int:
        return sum((self.payloads, self.quarantined, self.cases, self.letters, self.enclosures))

    def __add__(self, other: "Purged") -> "Purged":
        return Purged(
            payloads=self.payloads + other.payloads,
            quarantined=self.quarantined + other.quarantined,
            cases=self.cases + other.cases,
            letters=self.letters + other.letters,
            enclosures=self.enclosures + other.enclosures,
        )


class PurgeStore(Protocol):
    """What purging needs of the store. Each call that takes something away is one transaction."""

    def old_payloads(self, before: datetime) -> int:
        """How many records as received are of the months before this one's."""

    def purge_payloads(self, before: datetime, limit: int) -> int:
        """Take away so many of them, the oldest first; how many went."""

    def old_quarantined(self, before: datetime) -> int:
        """How many resolved records in quarantine were last seen before."""

    def purge_quarantined(self, before: datetime, limit: int) -> int: ...

    def old_cases(self, before: datetime) -> int:
        """How many closed cases neither changed nor were seen since."""

    def purge_cases(self, before: datetime, limit: int) -> int: ...

    def old_letters(self, before: datetime) -> int:
        """How many messages that brought reports were finished with before."""

    def purge_letters(self, before: datetime, limit: int) -> int: ...

    def old_enclosures(self, before: datetime) -> int:
        """How many files were put there before, and no message needs any more."""

    def purge_enclosures(self, before: datetime, limit: int) -> int: ...


_FILES = 20
"""Of some hundred kilobytes each."""


def months_before(at: datetime, months: int) -> datetime:
    """The first instant of the month that lies so many before the one of `at`, in UTC.

    Whole months leave, so that nothing leaves early: a day is kept for up to a month longer.
    """
    utc = at.astimezone(UTC)
    index = utc.year * 12 + utc.month - 1 - months
    return datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC)


def old(store: PurgeStore, retention: Retention, now: datetime) -> Purged:
    """What `purge_once`, called again and again, would take away by now."""
    payloads, figures = _limits(retention, now)
    return Purged(
        payloads=0 if payloads is None else store.old_payloads(payloads),
        quarantined=0 if payloads is None else store.old_quarantined(payloads),
        cases=0 if figures is None else store.old_cases(figures),
        letters=0 if figures is None else store.old_letters(figures),
        enclosures=store.old_enclosures(now - ENCLOSED_FOR),
    )


def purge_once(store: PurgeStore, retention: Retention, now: datetime) -> Purged:
    """Take one lot away of what is kept longer than it must be; nothing: none is left.

    Bounded, so that whoever wants to write meanwhile waits for no more than one lot.
    """
    payloads, figures = _limits(retention, now)
    if payloads is not None:
        if gone := store.purge_payloads(payloads, LOT):
            return Purged(payloads=gone)
        if gone := store.purge_quarantined(payloads, LOT):
            return Purged(quarantined=gone)
    if figures is not None:
        if gone := store.purge_cases(figures, LOT):
            return Purged(cases=gone)
        if gone := store.purge_letters(figures, LOT):
            return Purged(letters=gone)
    return Purged(enclosures=store.purge_enclosures(now - ENCLOSED_FOR, _FILES))


def purge_all(
    store: PurgeStore, retention: Retention, now: datetime, progress: Callable[[int], None]
) -> Purged:
    """Lot after lot, until none is left; `progress` is told how much went so far."""
    gone = Purged()
    while (lot := purge_once(store, retention, now)).total:
        gone += lot
        progress(gone.total)
    return gone


def _limits(retention: Retention, now: datetime) -> tuple[datetime | None, datetime | None]:
    """The instants before which records, and closed cases, are old; None: they never are."""
    payloads, figures = (
        None if months is None else months_before(now, months)
        for months in (retention.payloads, retention.figures)
    )
    return payloads, figures
