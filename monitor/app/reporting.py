"""Reports made from what is stored: one walk over what came due, however many are asked for."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from monitor import __version__
from monitor.cases.moment import Moment
from monitor.cases.obligation import Obligation, Reason
from monitor.clock import ClockRangeError, zone
from monitor.contract.basis import Basis as Rules
from monitor.contract.book import ContractBook
from monitor.contract.plain import plain_calendar
from monitor.engine.restate import restate
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.reports.conditions import Conditions, Purchase, facts_apart
from monitor.reports.entry import LATE, Entry, Lateness, Outcome
from monitor.reports.figures import Cells, Line
from monitor.reports.gathering import Gathered, Gathering
from monitor.reports.issue import Adjustment, IssuedReport, adjustments_of
from monitor.reports.period import ReportPeriod
from monitor.reports.report import Basis, Report, Restated
from monitor.reports.scope import EVERYTHING, Scope
from monitor.store.audit import AuditLog
from monitor.store.database import Database
from monitor.store.deadlines import Deadlines, Within
from monitor.store.evidence import EvidenceStore
from monitor.store.rulebook import Rulebook

MONTHS = 13
"""Of the trend: the same month of the year before is in it."""

_SECOND = timedelta(seconds=1)
_EVERY = 1000

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is to be reported on."""

    period: ReportPeriod
    known_at: datetime
    scope: Scope = EVERYTHING
    each_provider: bool = False
    """One report for each, within the scope."""
    each_organization: bool = False
    proof: bool = False
    """With the ledger of everything that was not kept."""


class Reporter:
    """Makes reports from one database; the rules are those at work when they are as of."""

    def __init__(
        self,
        database: Database,
        configured: ContractBook,
        organizations: Mapping[str, str] | None = None,
    ) -> None:
        """`configured` counts where a database was never judged by any rules."""
        self._deadlines = Deadlines(database)
        self._audit = AuditLog(database)
        self._evidence = EvidenceStore(database)
        self._rulebook = Rulebook(database)
        self._configured = configured
        self._organizations = dict(organizations or {})

    def expected(self, request: Request) -> int:
        """How many obligations `make` will go through: what progress is told against."""
        book = rules_at(self._rulebook, self._configured, request.known_at).book
        return self._counts(request.period, request, book).total().due

    def make(self, request: Request, progress: Progress = lambda _: None) -> Iterator[Report]:
        """One report, or one for each of what is asked for, in order of their names.

        `progress` is told how many obligations and months have been gone through.
        """
        rules = rules_at(self._rulebook, self._configured, request.known_at)
        book = rules.book
        local = zone(book.versions[-1].zone)
        lateness = lateness_at(book, request.known_at)
        gathering = self._gather(request, book, lateness, progress)
        months = {
            month: self._counts(month, request, book) for month in request.period.months(MONTHS)
        }
        before = request.period.before()
        previous = months.get(before) or self._counts(before, request, book)
        for scope in _scopes(request, gathering.cells):
            gathered = gathering.within(scope)
            yield Report(
                period=request.period,
                scope=scope,
                known_at=request.known_at,
                zone=local,
                book=book,
                basis=self._basis(rules, gathered, request.known_at),
                gathered=gathered,
                previous=previous.within(scope.takes),
                trend=[
                    (month, found.within(scope.takes).total()) for month, found in months.items()
                ],
                lateness=lateness,
                purchases=self._purchases(request, scope, book),
                organizations=self._organizations,
                ledger=self._ledger(request, scope, book) if request.proof else None,
            )

    def corrections(
        self, report: Report, issued: Sequence[IssuedReport]
    ) -> tuple[Sequence[Adjustment], Sequence[Restated]]:
        """What reports of the same kind and scope, issued before, would count otherwise now.

        What was told of in one of them is not told again: since the last of them, that is.
        """
        before = [each for each in issued if each.period.kind is report.period.kind]
        if not before:
            return (), ()
        told_at = max(each.known_at for each in before)
        found: list[Adjustment] = []
        restated: list[Restated] = []
        for each in before:
            then, now = (
                replace(
                    within_of(each.period, at, report.scope, report.book),
                    changed=(told_at, report.known_at),
                )
                for at in (told_at, report.known_at)
            )
            adjustments = adjustments_of(
                each.issue.number,
                each.period,
                self._deadlines.entries(then),
                self._deadlines.entries(now),
            )
            if adjustments:
                found += adjustments
                lines = [self._line(replace(within, changed=None)) for within in (then, now)]
                restated.append(
                    Restated(
                        report=each.issue.number,
                        period=each.period,
                        before=lines[0],
                        after=lines[1],
                    )
                )
        return found, restated

    def unfollowed(self, report: Report) -> tuple[int, list[str]]:
        """Hold a report's obligations against what was stated of their cases by then.

        Returns how many could be, and a line for each that does not follow. Of a source that was
        silent then, nothing can be told: for how long it was is not kept.
        """
        within = within_of(report.period, report.known_at, report.scope, report.book)
        stated = {
            (*_name(owed), owed.commitment): owed.evaluation
            for docket in self._deadlines.dockets(within)
            for owed in restate(
                docket, report.book, Moment(at=report.known_at, known_at=report.known_at), {}
            )
        }
        tested, wrong = 0, []
        for entry in self._deadlines.entries(within):
            if entry.reason is Reason.SOURCE_SILENT:
                continue
            tested += 1
            found = stated.get(entry.name)
            if found is None or (found.verdict, found.due_at, found.stopped_at) != (
                entry.verdict,
                entry.due_at,
                entry.stopped_at,
            ):
                follows = "–" if found is None else found.verdict.value
                wrong.append(f"{':'.join(entry.name)}: {entry.verdict.value} ≠ {follows}")
        return tested, wrong

    def _line(self, within: Within) -> Line:
        cells = Cells()
        for key, outcome, number in self._deadlines.counts(within):
            cells.count(key, outcome, number)
        return cells.total()

    def _gather(
        self, request: Request, book: ContractBook, lateness: Lateness, progress: Progress
    ) -> Gathering:
        within = within_of(request.period, request.known_at, request.scope, book)
        conditions = Conditions(book, self._deadlines.evidence(within))
        gathering = Gathering(lateness, zone(book.versions[-1].zone), conditions)
        taken = 0
        for taken, entry in enumerate(self._deadlines.entries(within), 1):
            gathering.take(entry)
            if taken % _EVERY == 0:
                progress(taken)
        progress(taken)
        return gathering

    def _ledger(self, request: Request, scope: Scope, book: ContractBook) -> Sequence[Entry]:
        within = within_of(request.period, request.known_at, scope, book)
        return [entry for entry in self._deadlines.entries(within) if entry.outcome in LATE]

    def _purchases(self, request: Request, scope: Scope, book: ContractBook) -> Sequence[Purchase]:
        """Of the period and the provider; such a file names no organisation."""
        conditions = [each for version in book.versions for each in version.conditions]
        names = {each.breach for each in conditions if each.breach is not None}
        if not names or scope.organization is not None:
            return ()
        local = zone(book.versions[-1].zone)
        return [
            each
            for each in self._evidence.purchases(names, request.known_at, local)
            if request.period.first <= each.on <= request.period.last
            and (scope.provider is None or each.provider in (None, scope.provider))
        ]

    def _counts(self, period: ReportPeriod, request: Request, book: ContractBook) -> Cells:
        cells = Cells()
        within = within_of(period, request.known_at, request.scope, book)
        for key, outcome, number in self._deadlines.counts(within):
            cells.count(key, outcome, number)
        return cells

    def _basis(self, rules: Rules, gathered: Gathered, at: datetime) -> Basis:
        book = rules.book
        known = {version.version: version for version in book.versions}
        calendars = {}
        for version, name in sorted(gathered.calendars):
            if version in known:
                content = plain_calendar(book.calendar(known[version], name))
                text = json.dumps(content, sort_keys=True, ensure_ascii=False)
                calendars[name] = sha256(text.encode()).hexdigest()
        return Basis(
            contract=book.id,
            versions=sorted(gathered.versions),
            rules=rules.digest,
            calendars=calendars,
            tzdata=rules.tzdata,
            program=__version__,
            audit_head=self._audit.head_at(at),
        )


def _name(owed: Obligation) -> tuple[str, str, str]:
    return (owed.key.provider, owed.key.kind.value, owed.key.ref)


def lateness_at(book: ContractBook, at: datetime) -> Lateness:
    """How late each is in business time; of what is still open, by an instant."""
    known = {version.version: version for version in book.versions}

    def lateness(entry: Entry) -> int:
        if entry.outcome is Outcome.OPEN_LATE and entry.contract_version in known:
            clock = book.clock(known[entry.contract_version], entry.calendar)
            try:
                return clock.elapsed(entry.due_at, max(at, entry.due_at)) // _SECOND
            except ClockRangeError:
                # Judged by it, and beyond its calendar since: as it was last held.
                return max(entry.elapsed_seconds - entry.amount_seconds, 0)
        return max(entry.elapsed_seconds - entry.amount_seconds, 0)

    return lateness


def rules_at(rulebook: Rulebook, configured: ContractBook, at: datetime) -> Rules:
    """Those at work at an instant; before the first, the first; else the configured ones.

    Raises:
        InputError: a later program kept them, and this one cannot read them.
    """
    applied = next(reversed(rulebook.applied()), None)
    if applied is None:
        return Rules.of(configured)
    while applied.begun_at > at:
        earlier = rulebook.before(applied.id)
        if earlier is None:
            break
        applied = earlier
    try:
        return Rules.from_json(applied.basis)
    except ValueError:
        raise InputError(
            N_("the rules applied last were kept by a later program: use that one")
        ) from None


def within_of(period: ReportPeriod, known_at: datetime, scope: Scope, book: ContractBook) -> Within:
    """What a query of these has to know."""
    start, end = period.instants(zone(book.versions[-1].zone))
    conditions = [each for version in book.versions for each in version.conditions]
    return Within(
        start=start, end=end, known_at=known_at, scope=scope, outside=facts_apart(conditions)
    )


def _scopes(request: Request, cells: Cells) -> list[Scope]:
    if not request.each_provider and not request.each_organization:
        return [request.scope]
    found = cells.by(
        lambda key: (
            key.provider if request.each_provider else request.scope.provider,
            key.organization if request.each_organization else request.scope.organization,
        )
    )
    # What names no organisation is in the report of all, and in none of one.
    return sorted(
        Scope(provider=provider, organization=organization)
        for provider, organization in found
        if organization is not None or not request.each_organization
    )
