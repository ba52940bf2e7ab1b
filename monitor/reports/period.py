"""The period a report is about: whole local days, and which deadlines fall in it."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from monitor.cases.periods import Period, Rhythm
from monitor.locale.marking import N_, Said

_DAY = timedelta(days=1)
_YEAR = re.compile(r"20\d\d", re.ASCII)


class PeriodKind(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    SPAN = "period"
    """From any day to any other."""


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """From the first day to the last, both whole, as the contract's zone counts days."""

    kind: PeriodKind
    first: date
    last: date

    @classmethod
    def parse(cls, kind: PeriodKind, text: str) -> "ReportPeriod":
        """Read `2026-10`, `2026-T3` or `2026`, as the kind has it.

        Raises:
            ValueError: it is none.
        """
        if kind is PeriodKind.YEAR:
            if not _YEAR.fullmatch(text.strip()):
                said = N_("'{text}' is no year; write it as 2026")
                raise ValueError(Said(said, text=text))
            year = int(text)
            return cls(kind, date(year, 1, 1), date(year, 12, 31))
        wanted = Rhythm.MONTH if kind is PeriodKind.MONTH else Rhythm.QUARTER
        period = Period.parse(text)
        if period.rhythm is not wanted:
            said = (
                N_("'{text}' is a quarter; write a month as 2026-10")
                if wanted is Rhythm.MONTH
                else N_("'{text}' is a month; write a quarter as 2026-T3")
            )
            raise ValueError(Said(said, text=text))
        return cls._of(kind, period)

    @classmethod
    def month_of(cls, day: date) -> "ReportPeriod":
        """The month that a day lies in."""
        return cls._of(PeriodKind.MONTH, Period.of(day, Rhythm.MONTH))

    @classmethod
    def between(cls, first: date, last: date) -> "ReportPeriod":
        """Any days, both included.

        Raises:
            ValueError: the last comes before the first.
        """
        if last < first:
            said = N_("{last} comes before {first}; write the earlier day first")
            raise ValueError(Said(said, last=last.isoformat(), first=first.isoformat()))
        return cls(PeriodKind.SPAN, first, last)

    @classmethod
    def _of(cls, kind: PeriodKind, period: Period) -> "ReportPeriod":
        last = period.last_day()
        months = 12 // period.rhythm.a_year
        year, month = divmod(last.year * 12 + last.month - months, 12)
        return cls(kind, date(year, month + 1, 1), last)

    def __str__(self) -> str:
        match self.kind:
            case PeriodKind.MONTH:
                return f"{self.first:%Y-%m}"
            case PeriodKind.QUARTER:
                return f"{self.first.year}-T{(self.first.month + 2) // 3}"
            case PeriodKind.YEAR:
                return str(self.first.year)
            case PeriodKind.SPAN:
                return f"{self.first}..{self.last}"

    def before(self) -> "ReportPeriod":
        """The one just before: of the same kind, or as many days."""
        eve = self.first - _DAY
        match self.kind:
            case PeriodKind.MONTH:
                return ReportPeriod.month_of(eve)
            case PeriodKind.QUARTER:
                return ReportPeriod._of(self.kind, Period.of(eve, Rhythm.QUARTER))
            case PeriodKind.YEAR:
                return ReportPeriod(self.kind, date(eve.year, 1, 1), eve)
            case PeriodKind.SPAN:
                return ReportPeriod(self.kind, eve - (self.last - self.first), eve)

    def after(self) -> "ReportPeriod":
        """The one just after: of the same kind, or as many days."""
        morrow = self.last + _DAY
        match self.kind:
            case PeriodKind.MONTH:
                return ReportPeriod.month_of(morrow)
            case PeriodKind.QUARTER:
                return ReportPeriod._of(self.kind, Period.of(morrow, Rhythm.QUARTER))
            case PeriodKind.YEAR:
                return ReportPeriod(self.kind, morrow, date(morrow.year, 12, 31))
            case PeriodKind.SPAN:
                return ReportPeriod(self.kind, morrow, morrow + (self.last - self.first))

    def months(self, number: int) -> "list[ReportPeriod]":
        """The so many months that end with the one its last day lies in, the earliest first."""
        found = [ReportPeriod.month_of(self.last)]
        while len(found) < number:
            found.append(found[-1].before())
        return found[::-1]

    def instants(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """The midnights around it, in UTC.

        A deadline belongs to the day that it ends: one at midnight is the end of the day before.
        What falls in the period is therefore due **after** the first and **by** the second.
        """
        start = datetime.combine(self.first, time(), zone)
        end = datetime.combine(self.last + _DAY, time(), zone)
        return start.astimezone(UTC), end.astimezone(UTC)

    def holds(self, due_at: datetime, zone: tzinfo) -> bool:
        """Whether a deadline falls in it."""
        start, end = self.instants(zone)
        return start < due_at <= end
