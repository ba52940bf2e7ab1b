"""Reports that came due, for a command: found, listed, and stated to be there or not."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from monitor.cases.arrivals import Arrival, statements_of
from monitor.cases.deliverables import named
from monitor.cases.observation import Observation
from monitor.cases.periods import Period
from monitor.cases.records import DeliverableRecord
from monitor.cli.due_report import DueReport
from monitor.cli.instants import read_instant
from monitor.cli.stored import opened_database
from monitor.cli.words import gettext, spoken
from monitor.clock import zone
from monitor.clock.wall import SystemClock
from monitor.configuration import contract_of
from monitor.contract.book import ContractBook, NotInForceError
from monitor.contract.model import CaseKind, Status
from monitor.errors import InputError
from monitor.located_yaml.words import nearest
from monitor.logs.scrub import scrub_text
from monitor.settings import load_settings
from monitor.store.deliverables import Deliverables

_SEARCHED = 5000
"""How many of the latest reports are looked through for a period or a mistyped reference."""
_DAY = timedelta(days=1)
_LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """Which reports are meant, where several might be; None: any."""

    provider: str | None = None
    commitment: str | None = None
    account: str | None = None

    def takes(self, record: DeliverableRecord) -> bool:
        promised: set[str | None] = {each.commitment for each in record.obligations}
        promised = promised or {record.category}
        return (
            self.provider in (None, record.key.provider)
            and (self.commitment is None or self.commitment in promised)
            and self.account in (None, named(record.key.ref)[1])
        )


@contextmanager
def opened_reports(path: Path | None) -> Iterator["ReportDesk"]:
    """The reports that the daemon of a configuration has opened.

    Raises:
        InputError: the configuration, its contract or its database cannot be used.
    """
    settings = load_settings(path)
    book = contract_of(settings)
    with opened_database(settings) as database:
        yield ReportDesk(Deliverables(database), book, SystemClock().now())


class ReportDesk:
    """Looks reports up and states what is said of them, as of one instant."""

    def __init__(self, store: Deliverables, book: ContractBook, now: datetime) -> None:
        self._store = store
        self._book = book
        self._now = now
        self._zone = zone(book.versions[-1].zone)

    def listed(self, narrowing: Narrowing, *, only_open: bool, limit: int) -> Sequence[DueReport]:
        """The latest first."""
        narrowed = only_open or narrowing != Narrowing()
        records = self._store.listed(limit=_SEARCHED if narrowed else limit)
        rows = [
            row
            for record in records
            if narrowing.takes(record)
            for row in self._reports(record)
            if not only_open or row.arrived_at is None
        ]
        return rows[:limit]

    def say_received(
        self, name: str, narrowing: Narrowing, *, at: str | None, note: str | None
    ) -> DueReport:
        """State that a report arrived; the report, as it then stands.

        Raises:
            InputError: no report or several are meant, it is known to be there and no time is
                given, or the time is none or cannot be.
        """
        record = self._find(name, narrowing)
        known_at = self._arrived_at(record)
        if at is None and known_at is not None:
            # Run twice by mistake, it must not turn a report that was in time into a late one.
            raise InputError(
                gettext("{case}: received already, {at}; give --at to say otherwise").format(
                    case=record.key.ref, at=spoken().instant(known_at, self._zone)
                )
            )
        arrived_at = self._now if at is None else self._read_at(at)
        self._require_plausible(record, arrived_at)
        return self._say(record, arrived_at, {} if note is None else {"note": _kept(note)})

    def withdraw(self, name: str, narrowing: Narrowing) -> DueReport:
        """State that a report that was said to be there is not.

        Raises:
            InputError: no report or several are meant, or it is awaited anyway.
        """
        record = self._find(name, narrowing)
        if self._arrived_at(record) is None:
            raise InputError(
                gettext("{case}: nothing to withdraw; nobody said that it arrived").format(
                    case=record.key.ref
                )
            )
        return self._say(record, None, {})

    def _say(
        self, record: DeliverableRecord, at: datetime | None, proof: dict[str, Any]
    ) -> DueReport:
        stops = self._stops(record)
        arrival = Arrival(at=at, status=_best(stops), stops=stops, proof=proof)

        def decide(stated: Sequence[Observation]) -> Sequence[Observation]:
            return statements_of(arrival, stated, self._now)

        self._store.state(record.key, decide, at=self._now)
        same = (each for each in self._store.find(record.key.ref) if each.key == record.key)
        return self._reports(next(same))[0]

    def _reports(self, record: DeliverableRecord) -> list[DueReport]:
        """One for each obligation; one for all, where it was not judged yet."""
        arrived_at = self._arrived_at(record)
        return [
            DueReport(record=record, obligation=owed, arrived_at=arrived_at, zone=self._zone)
            for owed in record.obligations or (None,)
        ]

    def _arrived_at(self, record: DeliverableRecord) -> datetime | None:
        return record.changed_at if record.status in self._stops(record) else None

    def _stops(self, record: DeliverableRecord) -> frozenset[Status]:
        """What stops the clock of everything owed on it."""
        try:
            owed = self._book.in_force(record.received_at).owed_on(record.category or "", None)
        except NotInForceError:
            owed = ()
        kept = [each.stop_statuses for each in owed] or [frozenset({Status.DELIVERED})]
        return frozenset.intersection(*kept) or frozenset.union(*kept)

    def _read_at(self, text: str) -> datetime:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return read_instant(text, self._zone)
        # By the end of that day at the latest: days are what such reports are promised in.
        end = datetime.combine(day, time(23, 59, 59), self._zone).astimezone(UTC)
        today = self._now.astimezone(self._zone).date()
        return self._now if day == today else end

    def _require_plausible(self, record: DeliverableRecord, at: datetime) -> None:
        ended_on = record.received_at.astimezone(self._zone).date()
        if at > self._now:
            raise InputError(
                gettext("--at: {at} is yet to come; state it once the report is there").format(
                    at=spoken().instant(at, self._zone)
                )
            )
        if at.astimezone(self._zone).date() < ended_on:
            raise InputError(
                gettext(
                    "--at: {at} is before the period of {case} ended, on {day}; give the date on"
                    " which it came"
                ).format(
                    at=spoken().instant(at, self._zone),
                    case=record.key.ref,
                    day=spoken().date(ended_on),
                )
            )

    def _find(self, name: str, narrowing: Narrowing) -> DeliverableRecord:
        found = [each for each in self._named(name) if narrowing.takes(each)]
        if not found:
            raise InputError(self._no_such(name))
        if len(found) > 1:
            listed = ", ".join(str(each.key) for each in found)
            raise InputError(
                gettext(
                    "'{name}' means several reports: write one of {listed}, or narrow it by"
                    " --provider, --commitment or --account"
                ).format(name=name, listed=listed)
            )
        return found[0]

    def _named(self, name: str) -> Sequence[DeliverableRecord]:
        """Those that `name` may mean: a reference, PROVIDER:deliverable:REFERENCE, or a period."""
        try:
            period = Period.parse(name)
        except ValueError:
            provider, _, rest = name.partition(":")
            kind, _, ref = rest.partition(":")
            if kind == CaseKind.DELIVERABLE:
                return [each for each in self._store.find(ref) if each.key.provider == provider]
            return self._store.find(name)
        last = datetime.combine(period.last_day(), time(), UTC)
        since = last - _DAY * 366 / period.rhythm.a_year
        # A day on either side, wherever the contract is.
        around = self._store.listed(limit=_SEARCHED, since=since - _DAY, until=last + 2 * _DAY)
        return [each for each in around if named(each.key.ref)[0] == period]

    def _no_such(self, name: str) -> str:
        known = self._store.listed(limit=_SEARCHED)
        refs = {each.key.ref for each in known}
        periods = {str(period) for ref in refs if (period := named(ref)[0]) is not None}
        if not refs:
            return gettext(
                "'{name}': no report came due yet; the daemon opens each as its period ends"
            ).format(name=name)
        near = nearest(name.upper(), sorted(refs | periods))
        if near is None or near == name:
            latest = known[0].key
            return gettext("no report '{name}' came due; the latest is {latest}").format(
                name=name, latest=latest
            )
        return gettext("no report '{name}' came due: did you mean '{near}'?").format(
            name=name, near=near
        )


def _best(stops: frozenset[Status]) -> Status:
    """What a report that is there is called, by a contract that knows these words."""
    if Status.DELIVERED in stops:
        return Status.DELIVERED
    return next(status for status in Status if status in stops)


def _kept(note: str) -> str:
    text = " ".join(scrub_text(note).split())
    if len(text) > _LONGEST_NOTE:
        raise InputError(
            gettext("--note: it has {count} characters; keep within {limit}").format(
                count=len(text), limit=_LONGEST_NOTE
            )
        )
    return text
