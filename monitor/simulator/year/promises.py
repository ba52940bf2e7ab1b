"""What the text promises, copied from it by hand: levels in hours and in days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from monitor.simulator.year.almanac import Almanac

LOCAL, REMOTE = "local", "remote"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """So many hours of support time from the receipt."""

    commitment: str
    amount: timedelta
    region: str | None = None

    def due(self, almanac: Almanac, received_at: datetime) -> datetime:
        return almanac.after(received_at, self.amount)

    def early(self, almanac: Almanac, received_at: datetime, random: Random) -> datetime:
        """Done with time to spare."""
        return self._used(almanac, received_at, random.uniform(0.15, 0.7))

    def close(self, almanac: Almanac, received_at: datetime, random: Random) -> datetime:
        """Done in the last fifth of the time."""
        return self._used(almanac, received_at, random.uniform(0.84, 0.98))

    def late(self, almanac: Almanac, received_at: datetime, random: Random) -> datetime:
        """Done late, within hours or a few days."""
        return self._used(almanac, received_at, random.uniform(1.1, 2.5))

    def _used(self, almanac: Almanac, received_at: datetime, share: float) -> datetime:
        seconds = round(self.amount.total_seconds() * share)
        return almanac.after(received_at, timedelta(seconds=seconds))


@dataclass(frozen=True, slots=True)
class Days:
    """By the end of the so-manieth working day after that of the receipt."""

    commitment: str
    amount: int
    region: str | None = None

    def due(self, almanac: Almanac, received_at: datetime) -> datetime:
        first = almanac.day_of(received_at) + _DAY
        return almanac.at(almanac.working_day(self.amount, first), 24)

    def early(self, almanac: Almanac, received_at: datetime, random: Random) -> datetime:
        """On a working day before the last one."""
        return self._on(almanac, received_at, random.randint(1, self.amount - 1), random)

    def close(self, almanac: Almanac, received_at: datetime, random: Random) -> datetime:
        """On the last day."""
        return self._on(almanac, received_at, self.amount, random)

    def late(self, almanac: Almanac, received_at: datetime, random: Random) -> datetime:
        """One to three working days after it."""
        return self._on(almanac, received_at, self.amount + random.randint(1, 3), random)

    def _on(self, almanac: Almanac, received_at: datetime, number: int, random: Random) -> datetime:
        day = almanac.working_day(number, almanac.day_of(received_at) + _DAY)
        return almanac.at(day, random.uniform(9, 16.8))


Promise = Hours | Days

PROMISES: Mapping[str, Promise] = {
    "password-reset": Hours("password-reset", timedelta(hours=4)),
    "information-request": Hours("information-request", timedelta(hours=4)),
    "incident": Hours("incident-resolution", timedelta(hours=7)),
    "number-change": Hours("number-change", timedelta(hours=7)),
    "outage": Hours("service-restoration", timedelta(hours=24)),
}
"""By category, where the region does not matter."""

DELIVERIES: Mapping[str, Days] = {
    LOCAL: Days("delivery-local", 3, LOCAL),
    REMOTE: Days("delivery-remote", 7, REMOTE),
}
BILLING = Days("billing-report", 20)
QUARTERLY = Days("quarterly-report", 15)
