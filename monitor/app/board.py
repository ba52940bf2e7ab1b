"""What the board shows, read from the station's database and told by the rules at work."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from monitor.alerts.interventions import Act, AuditEntry, Silencing, holds
from monitor.alerts.outbox_store import State
from monitor.app.mending import StationMending
from monitor.app.paperwork import StationReports
from monitor.app.parts import Parts
from monitor.app.rehearsing import StationRehearsal
from monitor.app.station import Station
from monitor.cases.moment import Moment
from monitor.cases.obligation import Obligation, Verdict
from monitor.cases.observation import CaseKey
from monitor.cases.records import (
    CaseRecord,
    OutboxRecord,
    Position,
    Sought,
    TallyRecord,
)
from monitor.clock import BusinessCalendar, BusinessClock, zone
from monitor.contract.model import ContractVersion
from monitor.engine.restate import silences
from monitor.shown.answers import Answer, Answerer, Question
from monitor.shown.at_work import RulesAtWork
from monitor.shown.ledger import Ledger
from monitor.shown.ledger_past import ledger_then
from monitor.shown.owed import owed_at
from monitor.shown.picture import Picture, picture_of
from monitor.shown.sources import ConfiguredSource, SourceStanding, sources_standing
from monitor.store.audit import AuditLog
from monitor.store.months_due import counted_by_due
from monitor.store.oncall import OnCall
from monitor.store.outbox_desk import Letter, OutboxDesk, Which
from monitor.web.board.reading import (
    ClockState,
    Dossier,
    LetterLine,
    MonthFigures,
    Row,
    SourceLine,
)

_KEPT_FOR = timedelta(minutes=1)
_KEPT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Months:
    """Counts by month, and what they were counted from."""

    tally: Sequence[TallyRecord]
    at: datetime
    found: Sequence[MonthFigures]


class StationBoard:
    """The board of one station; a reload of the configuration is heeded at the next question."""

    def __init__(self, station: Station, wake: Callable[[], None] = lambda: None) -> None:
        """`wake` has what somebody changed judged at once."""
        self._station = station
        self.mending = StationMending(station, wake)
        self.reports = StationReports(station)
        self.rehearsal = StationRehearsal(station, self._rules_at_work)
        self._on_call = OnCall(station.database)
        self._desk = OutboxDesk(station.database)
        self._audit = AuditLog(station.database)
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self._rules: tuple[Parts, RulesAtWork] | None = None
        self._months: dict[tuple[date, str | None], _Months] = {}

    def end(self) -> None:
        """Have those who wait for changes go."""
        self._ending.set()

    def is_ending(self, seconds: float) -> bool:
        return self._ending.wait(seconds)

    def now(self) -> datetime:
        return self._station.clock.now()

    @property
    def zone(self) -> tzinfo:
        return zone(self.version.zone)

    @property
    def version(self) -> ContractVersion:
        return self._station.parts.rules.book.versions[-1]

    @property
    def organizations(self) -> Mapping[str, str]:
        return self._station.parts.rules.organizations

    def open_rows(self, sought: Sought, after: Position | None, limit: int) -> Sequence[Row]:
        found = self._station.readings.open_obligations(limit, after=after, sought=sought)
        return list(self._rows(found))

    def settled_rows(self, sought: Sought, after: Position | None, limit: int) -> Sequence[Row]:
        found = self._station.readings.settled_obligations(limit, after=after, sought=sought)
        return list(self._rows(found))

    def _rows(self, found: Sequence[Obligation]) -> Iterator[Row]:
        now = self.now()
        book = self._station.parts.rules.book
        mutes = self._on_call.mutes([each.id for each in found], now)
        for each in found:
            yield Row(
                owed=owed_at(each, book, now, mutes.get(each.id)),
                opens_at=self._opens_at(each, now),
            )

    def _opens_at(self, owed: Obligation, now: datetime) -> datetime | None:
        evaluation = owed.evaluation
        if not evaluation.is_open or evaluation.due_at is None:
            return None
        try:
            clock = self._station.clock_of(owed)
        except KeyError:
            # Of a contract that is no longer configured.
            return None
        runs_from = max(now, evaluation.starts_at)
        opens_at = clock.next_opening(runs_from)
        return opens_at if opens_at > now else None

    def counts(self) -> Mapping[Verdict, int]:
        counts = dict.fromkeys(Verdict, 0)
        for row in self._station.readings.tally():
            counts[row.verdict] += row.obligations
        return counts

    def clocks(self) -> Sequence[ClockState]:
        now, book, version = self.now(), self._station.parts.rules.book, self.version
        names = sorted({commitment.calendar for commitment in version.commitments})
        return [_state_of(book.clock(version, name), now) for name in names]

    def stale_sources(self) -> Sequence[SourceStanding]:
        return [each for each in self._standing() if each.stale]

    def dossier(
        self, key: CaseKey, moment: Moment | None, organization: str | None
    ) -> Dossier | None:
        record = self._station.readings.case(key)
        if record is None or organization not in (None, record.organization):
            return None
        with self._lock:
            # What it reads of older rules it keeps, for whoever comes next.
            ledger = self._ledger(record, moment)
        now = self.now()
        handling = self._station.readings.handling(key, now)
        muted = [entry.mute for entry in ledger.entries if entry.mute is not None]
        return Dossier(
            ledger=ledger,
            pictures=list(self._pictures(ledger)),
            acknowledged=any(mute.kind == "acknowledged" for mute in muted),
            held=any(mute.end is None for mute in holds(handling.holds)),
        )

    def _ledger(self, record: CaseRecord, moment: Moment | None) -> Ledger:
        sources = self._station.readings.sources()
        rules = self._rules_at_work()
        if moment is not None:
            silent = silences(sources, self._station.parts.stale_after, moment)
            return ledger_then(record, rules, moment, silent)
        source = next((each for each in sources if each.name == record.source), None)
        now = self.now()
        ids = {each.id: each.commitment for each in record.obligations if each.evaluation.is_open}
        muted = {ids[id_]: mute for id_, mute in self._on_call.mutes(list(ids), now).items()}
        return Ledger.of(record, source, rules, now, muted)

    def _pictures(self, ledger: Ledger) -> Iterator[Picture]:
        record = ledger.record
        for entry in ledger.entries:
            yield picture_of(
                entry,
                ledger.as_of,
                observations=record.observations,
                escalations=record.escalations,
            )

    def _rules_at_work(self) -> RulesAtWork:
        parts = self._station.parts
        if self._rules is None or self._rules[0] is not parts:
            self._rules = (parts, RulesAtWork(self._station.rulebook, parts.configuration.book))
        return self._rules[1]

    def keys_named(self, name: str) -> Sequence[CaseKey]:
        return self._station.readings.cases_named(name)

    def calendar(self, name: str) -> BusinessCalendar:
        known = {commitment.calendar for commitment in self.version.commitments}
        if name not in {*known, self.version.business_days}:
            raise KeyError(name)
        return self._station.parts.rules.book.calendar(self.version, name)

    def answer(self, question: Question) -> Answer:
        return Answerer(self._station.parts.rules.book).answer(question)

    def sources(self) -> Sequence[SourceLine]:
        settings = {each.name: each for each in self._station.parts.configuration.settings.sources}
        return [
            SourceLine(
                standing=standing,
                kind="" if (own := settings.get(standing.name)) is None else own.kind,
                every=None if own is None else own.every,
            )
            for standing in self._standing()
        ]

    def _standing(self) -> Sequence[SourceStanding]:
        configured = [
            ConfiguredSource(name=each.name, provider=each.provider, stale_after=each.stale_after)
            for each in self._station.parts.configuration.settings.sources
        ]
        return list(sources_standing(self._station.readings, configured, self.now()))

    def outbox(self) -> OutboxRecord:
        return self._station.readings.outbox()

    def letters(
        self, state: str, limit: int, after: Position | None = None
    ) -> Sequence[LetterLine]:
        which = Which(states=(State(state),))
        latest = state != State.QUEUED
        found = self._desk.letters(which, limit, latest=latest, after=after)
        return [_line(letter) for letter in found]

    def retry(self, number: int, act: Act) -> bool:
        letters = self._desk.numbered(number)
        why = f"tried again by {act.by}: {act.why}"
        return bool(self._desk.retry(letters, why=why, now=self.now(), act=act))

    def discard(self, number: int, act: Act) -> bool:
        letters = self._desk.numbered(number)
        why = f"by {act.by}: {act.why}"
        return bool(self._desk.discard(letters, why=why, now=self.now(), act=act))

    def silencings(self) -> Sequence[Silencing]:
        return self._on_call.silencings(now=self.now())

    def journal(self, limit: int, before: int | None) -> Sequence[AuditEntry]:
        return self._audit.entries(limit, before=before)

    def months(self, since: date, organization: str | None) -> Sequence[MonthFigures]:
        # A walk over all obligations: done again once verdicts have changed, or a minute later.
        tally, now = tuple(self._station.readings.tally()), self.now()
        kept = self._months.get((since, organization))
        if kept is not None and kept.tally == tally and now - kept.at < _KEPT_FOR:
            return kept.found
        found = self._counted(since, organization)
        if len(self._months) >= _KEPT:
            self._months.clear()
        self._months[since, organization] = _Months(tally=tally, at=now, found=found)
        return found

    def _counted(self, since: date, organization: str | None) -> Sequence[MonthFigures]:
        local = self.zone
        today = self.now().astimezone(local).date()
        firsts = list(_months(since, _next_month(today)))
        edges = [datetime(each.year, each.month, 1, tzinfo=local) for each in firsts]
        # The end of a month's last day is 00:00 of the next month, and still that month's deadline.
        instant = timedelta(microseconds=1)
        found = counted_by_due(
            self._station.database, [edge + instant for edge in edges], organization
        )
        return [
            MonthFigures(
                month=firsts[number], provider=provider, commitment=commitment, counts=counts
            )
            for (number, provider, commitment), counts in sorted(found.items())
        ]


def _state_of(clock: BusinessClock, now: datetime) -> ClockState:
    calendar = clock.calendar
    if not clock.is_open(now):
        return ClockState(calendar=calendar, is_open=False, changes_at=clock.next_opening(now))
    # A calendar of days has days that touch: open until a day that is not.
    week = clock.segments(now, min(now + timedelta(days=14), clock.covers[1]))
    closes_at = week[0].end
    for segment in week[1:]:
        if segment.start != closes_at:
            break
        closes_at = segment.end
    return ClockState(calendar=calendar, is_open=True, changes_at=closes_at)


def _line(letter: Letter) -> LetterLine:
    return LetterLine(
        number=letter.id,
        state=letter.state.value,
        channel=letter.channel,
        role=letter.role,
        address=letter.address,
        subject=letter.subject,
        created_at=letter.created_at,
        next_attempt_at=letter.next_attempt_at,
        attempts=letter.attempts,
        detail=letter.detail,
    )


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def _months(first: date, last: date) -> Iterator[date]:
    """The first days of months, both included."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = _next_month(month)
