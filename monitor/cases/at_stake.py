"""Which stored cases a change of the rules can touch; all others keep their figures as they are."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.cases.obligation import Obligation
from monitor.contract.model import ContractVersion
from monitor.contract.rule_changes import Era, RuleChanges


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAtStake:
    """A stored case, as far as a change of the rules asks of it."""

    id: int
    received_at: datetime
    categories: frozenset[str]
    """All it ever had; may be left empty where the change `asks_for_categories` of no case."""
    faulty: bool
    """It could not be judged, or is owed nothing: other rules may well say otherwise."""
    owed: Sequence[Obligation]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Where to look for cases that may be touched: a coarse sieve, for a store to put to its rows.

    With an obligation received in `[received_from, received_until)`, under one of `commitments`,
    and open or with a deadline or a stop after `reaching`; None: whenever, any, whatever.
    """

    received_from: datetime
    received_until: datetime | None = None
    reaching: datetime | None = None
    commitments: frozenset[str] | None = None


def bounds(changes: RuleChanges) -> list[Bound]:
    """The sieve: no case outside of every bound is touched, but for faulty ones."""
    return list(_bounds(changes))


def _bounds(changes: RuleChanges) -> Iterator[Bound]:
    for era in changes.eras:
        if era.everything or era.categories or era.places_differ or era.after_breach:
            yield Bound(received_from=era.start, received_until=era.end)
            continue
        if era.commitments:
            yield Bound(
                received_from=era.start, received_until=era.end, commitments=era.commitments
            )
        if era.days:
            yield _bound_of_days(era)


def _bound_of_days(era: Era) -> Bound:
    """Received before the last of the time that differs, and reaching into the first."""
    stretches = [change for days in era.days.values() for change in days]
    starts = [change.start for change in stretches if change.start is not None]
    ends = [change.end for change in stretches if change.end is not None]
    last = max(ends) if len(ends) == len(stretches) else None
    return Bound(
        received_from=era.start,
        received_until=min((at for at in (era.end, last) if at is not None), default=None),
        reaching=min(starts) if len(starts) == len(stretches) else None,
    )


def asks_for_categories(changes: RuleChanges) -> bool:
    """Whether `touched` reads the categories of cases."""
    return any(era.categories for era in changes.eras)


def touched(changes: RuleChanges, case: CaseAtStake, now: datetime) -> bool:
    """Whether a case has to be judged again after a change of the rules.

    It has where another version governs it, where a promise owed on it differs, where its delivery
    place leads to another region, or where time counts differently within the span of one of its
    obligations: from its receipt to its deadline or its stop, whichever is later, and for an open
    one to `now` or to its next wake-up at least. Judging a case that is not touched would change
    none of its figures.
    """
    if case.faulty:
        return bool(changes)
    era = changes.era(case.received_at)
    if era is not None and era.categories & case.categories:
        return True
    return any(_obligation_touched(changes, owed, now) for owed in case.owed)


def _obligation_touched(changes: RuleChanges, owed: Obligation, now: datetime) -> bool:
    era = changes.era(owed.received_at)
    if era is None:
        return False
    is_open = owed.evaluation.is_open
    return (
        era.everything
        or owed.commitment in era.commitments
        or (is_open and era.after_breach)
        or (era.places_differ and _region_differs(changes, era, owed))
        or _time_differs(era, owed, now)
    )


def _region_differs(changes: RuleChanges, era: Era, owed: Obligation) -> bool:
    if owed.region is None or era.before is None or era.after is None:
        return False
    if changes.before.places != changes.after.places:
        # The directory itself differs, and only the new one is at hand.
        return True
    received_at = owed.received_at
    old = changes.before.book.region_of(era.before, owed.place, received_at)
    new = changes.after.book.region_of(era.after, owed.place, received_at)
    return (
        old is None
        or new is None
        or (old.region, old.provisional)
        != (
            new.region,
            new.provisional,
        )
    )


def _time_differs(era: Era, owed: Obligation, now: datetime) -> bool:
    found = owed.evaluation
    instants = [found.due_at, found.stopped_at]
    calendars = {owed.calendar}
    if found.is_open:
        instants += [found.next_wakeup_at, now]
        # The steps after a breach wait on these.
        calendars |= _after_breach(era.before)
    until = max((at for at in instants if at is not None), default=now)
    return any(
        change.within(owed.received_at, until)
        for name in calendars
        for change in era.days.get(name, ())
    )


def _after_breach(version: ContractVersion | None) -> set[str]:
    return set() if version is None else {version.support_hours, version.business_days}
