"""What the pages ask of the daemon: stored figures, as the command line tells them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Protocol

from monitor.alerts.interventions import Act, AuditEntry, Silencing
from monitor.cases.moment import Moment
from monitor.cases.obligation import Verdict
from monitor.cases.observation import CaseKey
from monitor.cases.records import (
    OutboxRecord,
    Position,
    Sought,
)
from monitor.clock import BusinessCalendar
from monitor.contract.model import ContractVersion
from monitor.shown.answers import Answer, Question
from monitor.shown.ledger import Ledger
from monitor.shown.owed import Owed
from monitor.shown.picture import Picture
from monitor.shown.sources import SourceStanding
from monitor.web.board.desks import MendingDesk, Rehearsal, ReportDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An obligation in a list."""

    owed: Owed
    opens_at: datetime | None
    """Its clock stands still until then; None: it runs, or is held off by a pause or a stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """Whether business time goes by on a calendar."""

    calendar: BusinessCalendar
    is_open: bool
    changes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A case with the work behind each of its figures, and a picture of each."""

    ledger: Ledger
    pictures: Sequence[Picture]
    """In the order of the ledger's entries."""
    acknowledged: bool
    """Somebody has all or part of it in hand."""
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """A source, and how it is asked."""

    standing: SourceStanding
    kind: str
    """As configured; empty: it is not any more."""
    every: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterLine:
    """A message in the outbox."""

    number: int
    state: str
    channel: str
    role: str
    address: str
    subject: str
    created_at: datetime
    next_attempt_at: datetime | None
    attempts: int
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFigures:
    """The obligations of a provider and a commitment whose deadlines fall into one month."""

    month: date
    """Its first day, where the contract is."""
    provider: str
    commitment: str
    counts: Mapping[Verdict, int]


class Board(Protocol):
    """Answers from several threads. `organization` limits to what concerns that one, in queries."""

    @property
    def mending(self) -> MendingDesk: ...

    @property
    def reports(self) -> ReportDesk: ...

    @property
    def rehearsal(self) -> Rehearsal: ...

    def now(self) -> datetime: ...

    @property
    def zone(self) -> tzinfo:
        """The contract's."""

    @property
    def version(self) -> ContractVersion:
        """The contract's latest."""

    @property
    def organizations(self) -> Mapping[str, str]:
        """Names by id, as configured."""

    def open_rows(self, sought: Sought, after: Position | None, limit: int) -> Sequence[Row]:
        """The most urgent first; those without a deadline last."""

    def settled_rows(self, sought: Sought, after: Position | None, limit: int) -> Sequence[Row]:
        """The latest first."""

    def counts(self) -> Mapping[Verdict, int]:
        """Of all obligations, open and settled."""

    def clocks(self) -> Sequence[ClockState]:
        """Of the calendars that the contract's promises are counted on."""

    def stale_sources(self) -> Sequence[SourceStanding]:
        """Those whose figures cannot be relied on now."""

    def dossier(
        self, key: CaseKey, moment: Moment | None, organization: str | None
    ) -> Dossier | None:
        """A case; None: there is none, or it does not concern the organisation.

        Raises:
            InputError: there was no such case at the moment, or its rules are to be found no more.
        """

    def keys_named(self, name: str) -> Sequence[CaseKey]: ...

    def calendar(self, name: str) -> BusinessCalendar:
        """A calendar of the latest version.

        Raises:
            KeyError: it has none of this name.
        """

    def answer(self, question: Question) -> Answer:
        """When something would be due.

        Raises:
            InputError: it cannot be told.
        """

    def sources(self) -> Sequence[SourceLine]: ...

    def outbox(self) -> OutboxRecord: ...

    def letters(
        self, state: str, limit: int, after: Position | None = None
    ) -> Sequence[LetterLine]:
        """Messages of a state: those that wait the oldest first, others the latest first."""

    def retry(self, number: int, act: Act) -> bool:
        """Have a message tried anew; False: it is not one that could be."""

    def discard(self, number: int, act: Act) -> bool:
        """Give a message up; False: it is not one that could be."""

    def silencings(self) -> Sequence[Silencing]:
        """Silences that last or are to come."""

    def journal(self, limit: int, before: int | None) -> Sequence[AuditEntry]:
        """What operators did, the latest first, from before a number on."""

    def is_ending(self, seconds: float) -> bool:
        """Wait so long; at once and True where the daemon ends."""

    def months(self, since: date, organization: str | None) -> Sequence[MonthFigures]:
        """Counted by the month of their deadlines, from that month on."""
