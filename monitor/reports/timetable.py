"""Reports made on schedule: when each period's is due, and which were not made yet. Pure."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from monitor.clock import BusinessClock, resolve_local
from monitor.reports.period import PeriodKind, ReportPeriod
from monitor.reports.scope import EVERYTHING, Scope

_DAY = timedelta(days=1)
_NOON = time(12)

NextAfter = Callable[[datetime], datetime | None]
"""The first instant of a cron expression after another; None: it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """One report that is made again and again."""

    name: str
    first: ReportPeriod
    """Periods before it are nobody's affair."""
    business_day: int = 2
    """Made on the so-manieth business day after its period."""
    at: time = time(8)
    next_after: NextAfter | None = None
    """In place of a business day: the first such instant after the period's end."""
    scope: Scope = EVERYTHING
    each_provider: bool = False
    each_organization: bool = False
    needs_approval: bool = False

    def due_at(self, period: ReportPeriod, days: BusinessClock, zone: tzinfo) -> datetime | None:
        """When the report of a period is due; None: never.

        `days` is the calendar that business days are counted on.
        """
        end = period.instants(zone)[1]
        if self.next_after is not None:
            return self.next_after(end)
        day = period.last
        left = self.business_day
        while left:
            day += _DAY
            left -= days.is_open(datetime.combine(day, _NOON, zone))
        return resolve_local(datetime.combine(day, self.at), zone)

    def periods(self) -> Iterator[ReportPeriod]:
        """From the first on, without end."""
        period = self.first
        while True:
            yield period
            period = period.after()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReport:
    """A report that is due."""

    timetable: Timetable
    period: ReportPeriod
    due_at: datetime


def due_reports(
    timetables: Sequence[Timetable],
    made: AbstractSet[tuple[str, str]],
    days: BusinessClock,
    zone: tzinfo,
    now: datetime,
) -> tuple[list[DueReport], datetime | None]:
    """Those due by `now` that were not made, by when they were due; and when the next one is.

    `made` has names and periods. What came due while nothing could run is due still, each for its
    own period.
    """
    found: list[DueReport] = []
    upcoming: list[datetime] = []
    for timetable in timetables:
        for period in timetable.periods():
            due_at = timetable.due_at(period, days, zone)
            if due_at is None:
                break
            if due_at > now:
                upcoming.append(due_at)
                break
            if (timetable.name, str(period)) not in made:
                found.append(DueReport(timetable=timetable, period=period, due_at=due_at))
    found.sort(key=lambda each: (each.due_at, each.timetable.name))
    return found, min(upcoming, default=None)


KINDS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
"""What may be on schedule."""
