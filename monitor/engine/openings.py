"""One bounded step of the engine: reports whose period has ended become cases."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.cases.deliverables import Due, Schedule, due_after
from monitor.cases.observation import CaseKey, Observation
from monitor.clock import zone
from monitor.contract.book import ContractBook, NotInForceError, local_date
from monitor.contract.model import CaseKind

BATCH = 500
"""Cases that one step opens, in one transaction."""

Place = tuple[datetime, CaseKey]
"""Where a walk through what comes due stands: all up to there, and itself, is seen to."""


def place_before(at: datetime) -> Place:
    """The place before all that ends at an instant or later."""
    return (at, CaseKey("", CaseKind.DELIVERABLE, ""))


class OpeningStore(Protocol):
    """What opening needs of the store."""

    def open(self, openings: Sequence[Observation], *, at: datetime) -> Sequence[CaseKey]:
        """Store the openings of cases that have none, or had another; all of it or nothing.

        Their cases are marked to be judged, and returned.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningReport:
    """What one step did."""

    opened: Sequence[CaseKey]
    seen: Place | None
    """Where the next step goes on."""
    more: bool
    """More has ended: the next step is due at once."""
    next_due_at: datetime | None
    """When the next period ends; None: none will."""


def open_once(
    store: OpeningStore,
    schedules: Iterable[Schedule],
    book: ContractBook,
    *,
    seen: Place | None,
    now: datetime,
    limit: int = BATCH,
) -> OpeningReport:
    """Open the cases of the periods that ended by `now`, in order, each with its own receipt.

    With `seen` as the step before left it, this looks at what has ended since and nothing else;
    None, as at start and after the settings changed, has every period looked at again. What is open
    as it should be is left alone, so that a crash, a repeated step or another replica does no harm.
    A period at whose end no version of the contract promises the report is owed to nobody.
    """
    openings: list[Observation] = []
    upcoming: Due | None = None
    dues = due_after(schedules, zone(book.versions[-1].zone), after=seen)
    for looked_at, due in enumerate(dues):
        if due.ends_at > now or looked_at == limit:
            upcoming = due
            break
        seen = due.order
        if (category := _category(book, due)) is not None:
            openings.append(due.opening(category, now))
    return OpeningReport(
        opened=store.open(openings, at=now) if openings else (),
        seen=seen,
        more=upcoming is not None and upcoming.ends_at <= now,
        next_due_at=None if upcoming is None else upcoming.ends_at,
    )


def _category(book: ContractBook, due: Due) -> str | None:
    """What the version in force at receipt calls such a report; None: it promises none yet."""
    try:
        version = book.in_force(due.received_at)
    except NotInForceError:
        return None
    commitment = version.by_id.get(due.schedule.commitment)
    if commitment is None:
        return None
    begins = commitment.effective_from
    promised = begins is None or begins <= local_date(version, due.received_at)
    return commitment.category if promised else None
