"""Reports once issued: numbered, frozen, each holding the hash of the one before. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from monitor.reports.entry import Entry, Outcome
from monitor.reports.period import ReportPeriod
from monitor.reports.scope import Scope

FIRST = "0" * 64
"""What the first report holds in place of a hash."""

Name = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """What makes a report an issued one."""

    number: int
    issued_by: str
    previous: str
    """The hash of the report issued before it, of whatever period and scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """A commitment of a period reported on before that would be counted otherwise today."""

    report: int
    """The number of the report in which it was counted, or should have been."""
    period: ReportPeriod
    before: Entry | None
    """As it was held when last reported; None: it did not come due in the period then."""
    after: Entry | None
    """As it is held now; None: it does not come due in the period any more."""

    @property
    def entry(self) -> Entry:
        """What it is about."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - one of the two there is
        return found

    @property
    def outcomes(self) -> tuple[Outcome | None, Outcome | None]:
        return (
            None if self.before is None else self.before.outcome,
            None if self.after is None else self.after.outcome,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedReport:
    """One as it is kept."""

    issue: Issue
    period: ReportPeriod
    scope: Scope
    known_at: datetime
    content: str
    """Its JSON, byte for byte."""
    files: Mapping[str, str]
    """SHA-256 of each file it was handed over as, by name."""
    digest: str

    @property
    def expected_digest(self) -> str:
        return chained(self.issue, self.content, self.files)


def chained(issue: Issue, content: str, files: Mapping[str, str]) -> str:
    """The hash of an issued report, which the next one holds."""
    parts = [
        str(issue.number),
        issue.issued_by,
        issue.previous,
        sha256(content.encode()).hexdigest(),
        *(f"{name}={digest}" for name, digest in sorted(files.items())),
    ]
    return sha256("\x1f".join(parts).encode()).hexdigest()


def subject_of(period: ReportPeriod, scope: Scope) -> str:
    """What a report is about, in one line: no two issued ones are about the same."""
    days = (period.first.isoformat(), period.last.isoformat())
    return "\x1f".join((*days, scope.provider or "", scope.organization or ""))


def adjustments_of(
    report: int, period: ReportPeriod, before: Iterable[Entry], after: Iterable[Entry]
) -> Sequence[Adjustment]:
    """What is counted otherwise, of what was held of a period at two instants; by name.

    What is counted as before is left out, however else it changed: the figures are the same.
    """
    then: dict[Name, Entry] = {entry.name: entry for entry in before}
    now: dict[Name, Entry] = {entry.name: entry for entry in after}
    found = [
        Adjustment(report=report, period=period, before=then.get(name), after=now.get(name))
        for name in sorted(then.keys() | now.keys())
    ]
    return [each for each in found if each.outcomes[0] is not each.outcomes[1]]
