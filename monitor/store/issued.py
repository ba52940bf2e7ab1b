"""Issued reports: added one after another, each holding the hash of the one before."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select
from sqlalchemy.exc import IntegrityError

from monitor.alerts.interventions import Act
from monitor.locale.marking import N_, Said
from monitor.reports.issue import FIRST, Issue, IssuedReport, subject_of
from monitor.reports.period import PeriodKind, ReportPeriod
from monitor.reports.scope import Scope
from monitor.store import audit
from monitor.store.database import Database
from monitor.store.tables import issued_file, issued_report


class TakenError(Exception):
    """Somebody issued another report meanwhile: the number is taken, or the very report is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """Whether the issued reports are whole."""

    reports: int
    head: str
    wrong: str | None
    """What is wrong with the first that is; None: nothing is."""


class IssuedReports:
    """Each read is of one snapshot."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_issue(self, by: str) -> Issue:
        """The number that comes next, and the hash it follows."""
        query = select(issued_report.c.number, issued_report.c.digest)
        with self._database.read() as connection:
            last = connection.execute(query.order_by(issued_report.c.number.desc())).first()
        if last is None:
            return Issue(number=1, issued_by=by, previous=FIRST)
        return Issue(number=last.number + 1, issued_by=by, previous=last.digest)

    def add(self, report: IssuedReport, act: Act, at: datetime) -> None:
        """Keep one, and add a line of it to the audit log, in one transaction.

        Raises:
            TakenError: its number or its subject is taken.
        """
        try:
            with self._database.write() as connection:
                connection.execute(insert(issued_report), [_row(report)])
                files = [
                    {"number": report.issue.number, "name": name, "sha256": digest}
                    for name, digest in sorted(report.files.items())
                ]
                if files:
                    connection.execute(insert(issued_file), files)
                details = {
                    "number": report.issue.number,
                    "period": str(report.period),
                    "provider": report.scope.provider,
                    "organization": report.scope.organization,
                    "hash": report.digest,
                }
                audit.append(connection, act, "report-issued", details, at)
        except IntegrityError as error:
            raise TakenError from error

    def listed(
        self,
        limit: int | None = None,
        *,
        before: int | None = None,
        organization: str | None = None,
    ) -> list[IssuedReport]:
        """The latest first; those before a number, and about one organisation, where so asked."""
        query = select(issued_report).order_by(issued_report.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(issued_report.c.number < before)
        if organization is not None:
            query = query.where(issued_report.c.organization == organization)
        return self._found(query)

    def numbered(self, number: int) -> IssuedReport | None:
        found = self._found(select(issued_report).where(issued_report.c.number == number))
        return found[0] if found else None

    def about(self, period: ReportPeriod, scope: Scope) -> IssuedReport | None:
        """The one of this period and scope; None: none was issued."""
        subject = subject_of(period, scope)
        found = self._found(select(issued_report).where(issued_report.c.subject == subject))
        return found[0] if found else None

    def of_scope(self, scope: Scope, since: date) -> list[IssuedReport]:
        """Those of a scope whose period ends on a day or later, the earliest issued first."""
        query = select(issued_report).where(
            issued_report.c.last >= since.isoformat(),
            *(
                column.is_(None) if value is None else column == value
                for column, value in (
                    (issued_report.c.provider, scope.provider),
                    (issued_report.c.organization, scope.organization),
                )
            ),
        )
        return self._found(query.order_by(issued_report.c.number))

    def holding(self, sha256: str) -> int | None:
        """The number of the report that was handed over as a file of this hash; None: none was."""
        query = select(issued_file.c.number).where(issued_file.c.sha256 == sha256).limit(1)
        with self._database.read() as connection:
            return connection.scalar(query)

    def verify(self) -> Chain:
        """Compute every hash anew."""
        previous, count = FIRST, 0
        with self._database.read() as connection:
            for report in _read(connection, select(issued_report).order_by(issued_report.c.number)):
                count += 1
                wrong = _wrong(report, count, previous)
                if wrong is not None:
                    return Chain(reports=count, head=previous, wrong=wrong)
                previous = report.digest
        return Chain(reports=count, head=previous, wrong=None)

    def _found(self, query: Select[Any]) -> list[IssuedReport]:
        with self._database.read() as connection:
            return list(_read(connection, query))


def _wrong(report: IssuedReport, number: int, previous: str) -> str | None:
    shown = str(number)
    if report.issue.number != number:
        return Said(N_("report {number} is missing"), number=shown)
    if report.issue.previous != previous:
        return Said(N_("report {number} does not follow the one before"), number=shown)
    if report.digest != report.expected_digest:
        return Said(N_("report {number} was changed"), number=shown)
    return None


def _read(connection: Connection, query: Select[Any]) -> Iterator[IssuedReport]:
    for row in connection.execute(query).all():
        named = select(issued_file.c.name, issued_file.c.sha256)
        files = connection.execute(named.where(issued_file.c.number == row.number))
        yield _report(row, {each.name: each.sha256 for each in files})


def _report(row: Any, files: dict[str, str]) -> IssuedReport:
    known_at: datetime = row.known_at
    return IssuedReport(
        issue=Issue(number=row.number, issued_by=row.issued_by, previous=row.previous),
        period=ReportPeriod(
            PeriodKind(row.kind), date.fromisoformat(row.first), date.fromisoformat(row.last)
        ),
        scope=Scope(provider=row.provider, organization=row.organization),
        known_at=known_at,
        content=row.content,
        files=files,
        digest=row.digest,
    )


def _row(report: IssuedReport) -> dict[str, Any]:
    return {
        "number": report.issue.number,
        "subject": subject_of(report.period, report.scope),
        "kind": report.period.kind.value,
        "first": report.period.first.isoformat(),
        "last": report.period.last.isoformat(),
        "provider": report.scope.provider,
        "organization": report.scope.organization,
        "known_at": report.known_at,
        "issued_by": report.issue.issued_by,
        "content": report.content,
        "previous": report.issue.previous,
        "digest": report.digest,
    }
