"""Reports that come due by the calendar: which periods have ended, and what is stated of them.

A deliverable is a case like any other, of kind `deliverable`. Nobody's system tells that it is
owed, so the engine states it itself, under `OWN_SOURCE`: once as the period ends, and again where
somebody says that the report arrived, or that it did not after all.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from heapq import merge

from monitor.cases.arrivals import OWN_SOURCE, after_all, in_order
from monitor.cases.observation import CaseKey, Observation
from monitor.cases.periods import Period
from monitor.contract.model import CaseKind, Status

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_REF = re.compile(r"[A-Z]+-(?P<period>\d{4}-(?:\d\d|T\d))(?:-(?P<account>.+))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """One report that a provider owes for each of its periods."""

    commitment: str
    provider: str
    prefix: str
    """What its references begin with: `FACT` in `FACT-2026-10`."""
    first: Period
    last: Period | None = None
    """None: no end in sight."""
    billing_day: int | None = None
    """The day of the month on which a period ends; None: the last one."""
    account: str | None = None
    organization: str | None = None

    def ref(self, period: Period) -> str:
        account = "" if self.account is None else f"-{self.account}"
        return f"{self.prefix}-{period}{account}"

    def periods(self, since: date) -> Iterator[Period]:
        """Those that end on `since` or later, in order; without end where the schedule has none."""
        period = max(self.first, Period.of(since, self.first.rhythm))
        while self.last is None or period <= self.last:
            if period.last_day(self.billing_day) >= since:
                yield period
            period = period.next()


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One report of one period. `order` is the order in which periods end, and unique."""

    schedule: Schedule
    period: Period
    ends_at: datetime
    """The end of its last day: from here on the report is owed."""

    @property
    def key(self) -> CaseKey:
        ref = self.schedule.ref(self.period)
        return CaseKey(self.schedule.provider, CaseKind.DELIVERABLE, ref)

    @property
    def received_at(self) -> datetime:
        """The receipt that clocks start from: the last second of the period.

        On the billing date or the quarter's last day, so that the day after may be day 1.
        """
        return self.ends_at - _SECOND

    @property
    def order(self) -> tuple[datetime, CaseKey]:
        return (self.ends_at, self.key)

    def opening(self, category: str, now: datetime) -> Observation:
        """The statement that it is owed and awaited."""
        return Observation(
            source=OWN_SOURCE,
            key=self.key,
            raw_status=Status.AWAITED.value,
            status=Status.AWAITED,
            received_at=self.received_at,
            changed_at=self.received_at,
            # What is stated later of the same period may date this back: see `build_timeline`.
            changed_after=self.received_at,
            observed_at=now,
            organization=self.schedule.organization,
            category=category,
            payload={
                "commitment": self.schedule.commitment,
                "period": str(self.period),
                "account": self.schedule.account,
            },
        )


def due_after(
    schedules: Iterable[Schedule], zone: tzinfo, *, after: tuple[datetime, CaseKey] | None
) -> Iterator[Due]:
    """What comes due after a place in the order, in order: without end. None: from the start."""
    since = date.min if after is None else after[0].astimezone(zone).date() - _DAY
    for due in merge(*(_dues(each, zone, since) for each in schedules), key=lambda due: due.order):
        if after is None or due.order > after:
            yield due


def _dues(schedule: Schedule, zone: tzinfo, since: date) -> Iterator[Due]:
    for period in schedule.periods(since):
        next_day = period.last_day(schedule.billing_day) + _DAY
        ends_at = datetime.combine(next_day, time(), zone).astimezone(UTC)
        yield Due(schedule=schedule, period=period, ends_at=ends_at)


def restated(opening: Observation, before: Sequence[Observation]) -> Observation | None:
    """The opening as it is to be stated of a case that was opened before; None: as it was.

    `before` is all that was stated of the case under `OWN_SOURCE`. A billing day or an organisation
    corrected in the settings corrects what the case is, and changes nothing that happened to it.
    """
    earlier = [each for each in in_order(before) if each.status is Status.AWAITED]
    if not earlier:
        return opening
    last = earlier[-1]
    if _facts(last) == _facts(opening):
        return None
    at = min(opening.changed_at, *(each.changed_at for each in before))
    return replace(
        opening,
        changed_at=at,
        changed_after=at,
        previous_id=last.id,
        observed_at=after_all(opening.observed_at, before),
    )


def _facts(observation: Observation) -> tuple[datetime, str | None, str | None]:
    return observation.received_at, observation.category, observation.organization


def named(ref: str) -> tuple[Period | None, str | None]:
    """The period and the account in a reference of ours; None where it has none."""
    found = _REF.fullmatch(ref)
    if found is None:
        return None, None
    try:
        return Period.parse(found["period"]), found["account"]
    except ValueError:
        return None, None
