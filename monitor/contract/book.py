"""All versions of one contract: which is in force, and the clocks its promises run on."""

import threading
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypeAlias

from monitor.clock import BusinessCalendar, BusinessClock, load_calendar, zone
from monitor.contract.calendars import build_calendar, government_days_in
from monitor.contract.model import ContractVersion, PlaceRuling
from monitor.contract.regions import PlaceDirectory, RegionAnswer, shipped_places

CalendarKey: TypeAlias = tuple[str, str]
"""A version's name, empty for a shipped calendar, and the calendar's name in it."""


class NotInForceError(ValueError):
    """A case received before the first version: the contract promised nothing yet."""


class ContractBook:
    """The versions of one contract, by date, with what an operator adds to them.

    Immutable once made, and safe to share between threads; calendars, clocks and places are made
    when first asked for, and kept.
    """

    def __init__(
        self,
        versions: Sequence[ContractVersion],
        *,
        closed_days: Mapping[date, str] | None = None,
        rulings: Sequence[PlaceRuling] = (),
        calendars: Mapping[CalendarKey, BusinessCalendar] | None = None,
    ) -> None:
        """Take versions of one contract, with distinct dates and version names.

        Args:
            versions: In any order.
            closed_days: The operator's ad hoc days off, by local date, with their names; every
                calendar that keeps the government's holidays is closed on them.
            rulings: The operator's decisions on places; they go before the contract's.
            calendars: Calendars as another book had them `in_use`, in place of those that its
                versions and this program's shipped ones would give.
        """
        self.versions = tuple(sorted(versions, key=lambda version: version.effective_from))
        self.id = self.versions[0].id
        self._by_name = {version.version: version for version in self.versions}
        self._closed_days = dict(closed_days or {})
        self.rulings = tuple(rulings)
        self._calendars = dict(calendars or {})
        self._clocks: dict[CalendarKey, BusinessClock] = {}
        self._places: dict[str, PlaceDirectory] = {}
        self._lock = threading.Lock()

    def in_force(self, received_at: datetime) -> ContractVersion:
        """The version that governs a case received at this instant, for as long as it lives.

        Versions change at 00:00, local time of the contract that follows.

        Raises:
            NotInForceError: the instant is before the first version.
            ValueError: the instant has no time zone.
        """
        if received_at.tzinfo is None:
            raise ValueError(f"received_at has no time zone: {received_at.isoformat()}")
        for version in reversed(self.versions):
            if local_date(version, received_at) >= version.effective_from:
                return version
        first = self.versions[0]
        raise NotInForceError(
            f"no version of contract '{self.id}' was in force at {received_at.isoformat()};"
            f" the first is {first.version}, from {first.effective_from}"
        )

    def version(self, name: str) -> ContractVersion:
        """The version of this name, as stored obligations hold it.

        Raises:
            KeyError: no such version.
        """
        return self._by_name[name]

    def calendar(self, version: ContractVersion, name: str) -> BusinessCalendar:
        """The calendar that `name` means in this version: its own, or else a shipped one.

        Raises:
            ValueError: neither has it.
        """
        key = self._key(version, name)
        with self._lock:
            if key not in self._calendars:
                self._calendars[key] = self._make_calendar(version, name)
            return self._calendars[key]

    def clock(self, version: ContractVersion, name: str) -> BusinessClock:
        """The clock compiled from `calendar(version, name)`.

        Raises:
            ValueError: no such calendar.
        """
        key = self._key(version, name)
        calendar = self.calendar(version, name)
        with self._lock:
            if key not in self._clocks:
                self._clocks[key] = BusinessClock(calendar)
            return self._clocks[key]

    def in_use(self) -> dict[CalendarKey, BusinessCalendar]:
        """Every calendar that a promise of a version counts on, or the time after its breach."""
        return {
            self._key(version, name): self.calendar(version, name)
            for version in self.versions
            for name in sorted(version.calendar_names)
        }

    def places(self, version: ContractVersion) -> PlaceDirectory | None:
        """Where to look up a delivery place; None where no promise depends on it."""
        rule = version.regions
        if rule is None:
            return None
        with self._lock:
            if version.version not in self._places:
                self._places[version.version] = shipped_places().ruled(
                    unknown=rule.unknown, rulings=(*self.rulings, *rule.rulings)
                )
            return self._places[version.version]

    def region_of(
        self, version: ContractVersion, place: str | None, received_at: datetime
    ) -> RegionAnswer | None:
        """The region of a case's delivery place, as it stands on the local date of receipt.

        None where no promise of the version depends on a place.
        """
        places = self.places(version)
        return None if places is None else places.region_of(place, local_date(version, received_at))

    def _key(self, version: ContractVersion, name: str) -> CalendarKey:
        # A shipped calendar is one and the same in every version.
        return (version.version if name in version.calendars else "", name)

    def _make_calendar(self, version: ContractVersion, name: str) -> BusinessCalendar:
        spec = version.calendars.get(name)
        calendar = load_calendar(name) if spec is None else build_calendar(name, spec, version.zone)
        if self._closed_days and government_days_in(calendar, spec):
            return calendar.with_closed_days(self._closed_days)
        return calendar


def local_date(version: ContractVersion, at: datetime) -> date:
    """The date of an instant where the contract is."""
    return at.astimezone(zone(version.zone)).date()
