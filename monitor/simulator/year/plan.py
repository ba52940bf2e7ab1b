"""When things are looked at in the year: the polls, the providers' outages, the reports."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from monitor.simulator.year.almanac import Almanac

PROVIDERS = ("telus", "rogers")
STALE_AFTER = timedelta(hours=26, minutes=10)
"""Longer than between any two polls, and no poll is ever exactly so old."""

_WORKING_POLLS = range(8, 19, 2)
_IDLE_POLLS = range(12, 13)
"""Hours of the day. A source that is to be asked every two hours is, while somebody works."""
_DAY = timedelta(days=1)
_SETTLED = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Outage:
    """A provider answers no request in `[start, end)`."""

    provider: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Reported:
    """One period's report, and when it is made."""

    name: str
    """As its files have it."""
    kind: str
    first: date
    last: date
    at: datetime

    @property
    def file(self) -> str:
        """The name of its JSON."""
        return f"conformite-{self.name}.json"


class Plan:
    """The year's timetable, for whoever writes its cases and whoever plays them."""

    def __init__(self, almanac: Almanac, year: int, months: int) -> None:
        self.almanac = almanac
        self.year = year
        self.first = date(year, 1, 1)
        self.last = _month_end(date(year, months, 1))
        self.reports = self._reports(months)
        self.starts_at = almanac.at(self.first, 0)
        self.ends_at = max(report.at for report in self.reports) + _SETTLED
        self.outages = self._outages(months)
        self.polls = self._polls()
        self._answered = {name: self._answered_polls(name) for name in PROVIDERS}

    def learned(self, provider: str, at: datetime) -> datetime:
        """The first poll that can have heard of what a provider entered at an instant.

        What no poll of the year hears of is learned after it.
        """
        polls = self._answered[provider]
        index = bisect_left(polls, at)
        return polls[index] if index < len(polls) else self.ends_at + _DAY

    def poll_before(self, provider: str, at: datetime) -> datetime | None:
        """The last answered poll before an instant."""
        polls = self._answered[provider]
        index = bisect_left(polls, at)
        return polls[index - 1] if index else None

    def first_poll(self, day: date) -> datetime:
        """Of a day: open cases are then asked for one by one."""
        hours = _WORKING_POLLS if self.almanac.is_working(day) else _IDLE_POLLS
        return self.almanac.at(day, hours[0])

    def silent_since(self, provider: str, at: datetime) -> datetime | None:
        """The last answered poll, where the provider counts as silent at an instant."""
        last = self.poll_before(provider, at + timedelta(microseconds=1))
        return last if last is not None and at - last > STALE_AFTER else None

    def is_out(self, provider: str, at: datetime) -> bool:
        return any(
            each.start <= at < each.end for each in self.outages if each.provider == provider
        )

    def is_calm(self, provider: str, start: datetime, end: datetime) -> bool:
        """Whether no outage touches a span, nor the day before and after it."""
        return not any(
            each.start - _DAY < end and start < each.end + _DAY
            for each in self.outages
            if each.provider == provider
        )

    def _reports(self, months: int) -> Sequence[Reported]:
        found = [
            self._reported(f"{self.year}-{month:02}", "month", month, month)
            for month in range(1, months + 1)
        ]
        found += [
            self._reported(f"{self.year}-T{last // 3}", "quarter", last - 2, last)
            for last in range(3, months + 1, 3)
        ]
        if months == 12:  # noqa: PLR2004 - a whole year
            found.append(self._reported(str(self.year), "year", 1, 12))
        return found

    def _reported(self, name: str, kind: str, first: int, last: int) -> Reported:
        end = _month_end(date(self.year, last, 1))
        day = self.almanac.working_day(REPORT_DAYS[kind], end + _DAY)
        return Reported(
            name, kind, date(self.year, first, 1), end, self.almanac.at(day, REPORT_HOUR)
        )

    def _outages(self, months: int) -> Sequence[Outage]:
        """One over a month's end and its report, which cannot tell of the last deadlines.

        The other lasts two days in the middle of a month.
        """
        over = self.reports[2 if months > 3 else 0]  # noqa: PLR2004 - one more has to follow
        last = max(self.almanac.working_days(over.first, over.last))
        middle = self.almanac.working_day(1, date(self.year, min(months, 6), 14))
        return (
            Outage("telus", self.almanac.at(last, 11), over.at + timedelta(hours=4)),
            Outage("rogers", self.almanac.at(middle, 9.5), self.almanac.at(middle + 2 * _DAY, 9.5)),
        )

    def _polls(self) -> Sequence[datetime]:
        found = []
        day = self.first
        while (midnight := self.almanac.at(day, 0)) <= self.ends_at:
            hours = _WORKING_POLLS if self.almanac.is_working(day) else _IDLE_POLLS
            found += [self.almanac.at(day, hour) for hour in hours]
            day = self.almanac.day_of(midnight + timedelta(hours=36))
        return [at for at in found if at <= self.ends_at]

    def _answered_polls(self, provider: str) -> Sequence[datetime]:
        return [at for at in self.polls if not self.is_out(provider, at)]


REPORT_DAYS: Mapping[str, int] = {"month": 2, "quarter": 3, "year": 4}
"""The working day after its period on which a report is made, at `REPORT_HOUR`."""
REPORT_HOUR = 8


def _month_end(first: date) -> date:
    return (first + 31 * _DAY).replace(day=1) - _DAY
