"""What pages ask of those who see to sources, messages and reports; each act is durable after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from monitor.alerts.interventions import Act
from monitor.cases.correction import Correction
from monitor.cases.observation import CaseKey
from monitor.contract.model import Status
from monitor.reports.issue import IssuedReport
from monitor.shown.simulation import Invented, Simulation


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLine:
    """A record in quarantine."""

    number: int
    source: str
    ref: str | None
    reason: str
    first_seen_at: datetime
    last_seen_at: datetime
    payload: Any


RETRIED = ("stored", "known", "unreadable", "elsewhere", "gone")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetriedLine:
    """What came of reading one anew."""

    outcome: str
    """One of `RETRIED`."""
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownWord:
    """A source's word that no mapping leads anywhere, nor any correction."""

    source: str
    word: str
    statements: int
    cases: int
    last_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedWord:
    """A correction in force, and what the mapping says of the word."""

    correction: Correction
    configured: Status | None
    """Where `vigie.yaml` leads the word by now, which holds; None: nowhere."""


class MendingDesk(Protocol):
    """Sources seen to: what could not be read, and words nobody knew."""

    def quarantined(
        self, limit: int, *, source: str | None = None, before: int | None = None
    ) -> Sequence[KeptLine]:
        """What cannot be read, the last to come first."""

    def retry(self, number: int, act: Act) -> RetriedLine:
        """Read a record anew by the mapping as it is now.

        Raises:
            InputError: there is none of this number.
        """

    def discard(self, number: int, act: Act) -> None:
        """Give a record up.

        Raises:
            InputError: there is none of this number that is open.
        """

    def unknown_words(self) -> Sequence[UnknownWord]:
        """The most frequent first."""

    def corrected_words(self) -> Sequence[CorrectedWord]: ...

    def correct(self, source: str, word: str, status: Status | None, act: Act) -> Correction:
        """Read a word so from now on, in what was stated too; None: take that back.

        Raises:
            InputError: `vigie.yaml` leads it somewhere, the source never stated it, or nothing
                would change.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A scheduled report that waits for approval."""

    name: str
    period: str
    due_at: datetime
    made_at: datetime
    forms: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFile:
    name: str
    content: bytes
    is_as_issued: bool
    """Byte for byte; else made anew from the record, with the same figures."""


class ReportDesk(Protocol):
    """Compliance reports: issued, and waiting to be. `organization` limits to that one's."""

    def issued(
        self, limit: int, *, before: int | None = None, organization: str | None = None
    ) -> Sequence[IssuedReport]:
        """The latest first."""

    def numbered(self, number: int, organization: str | None) -> IssuedReport | None: ...

    def file(self, report: IssuedReport, name: str) -> ReportFile:
        """One of the files that a report was handed over as.

        Raises:
            InputError: it has no such file, or the record gives other figures today.
        """

    def drafts(self) -> Sequence[Draft]: ...

    def draft_files(self, name: str, period: str, form: str) -> Sequence[ReportFile]:
        """What a draft shows, in one form; one file for each report that it comes to.

        Raises:
            InputError: no such draft waits, or it has no such form.
        """

    def approve(self, name: str, period: str, act: Act) -> Sequence[str]:
        """Issue what a draft showed; the names of the files written.

        Raises:
            InputError: no such draft waits, or a file cannot be written.
        """


class Rehearsal(Protocol):
    """Policies played through; nothing is sent."""

    def stored(self, key: CaseKey) -> Sequence[Simulation]:
        """One for each commitment owed on a case.

        Raises:
            InputError: nothing is owed on it, or there is no such case.
        """

    def invented(self, asked: Invented) -> Simulation:
        """Of a case as it is described.

        Raises:
            InputError: the description does not hold together.
        """
