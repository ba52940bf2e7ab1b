"""Reports issued: numbered, frozen, chained; and whether one still follows from what was stated."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from monitor.alerts.interventions import Act
from monitor.app.reporting import MONTHS, Progress, Reporter, Request
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.reports.as_json import as_json
from monitor.reports.form import Form
from monitor.reports.forms import Made, Wanted, made
from monitor.reports.issue import Issue, IssuedReport, chained
from monitor.reports.report import Report
from monitor.store.audit import FIRST as NONE_YET
from monitor.store.audit import AuditLog, Verification
from monitor.store.database import Database
from monitor.store.issued import Chain, IssuedReports, TakenError

_ATTEMPTS = 20
"""Others may issue at the same time; each then takes the next number."""
_WORDS = ("verdict",)
"""Keys of the JSON that a later program may word otherwise, the figures being the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A report that was issued just now, and its files."""

    report: IssuedReport
    shown: Report
    files: Sequence[Made]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Whether an issued report is what it was, and still follows."""

    report: IssuedReport
    chain: Chain
    audit: Verification
    differs: Sequence[str]
    """The keys of its JSON that the record gives otherwise today."""
    inputs: int
    """Obligations that came due."""
    tested: int
    """Obligations held against what was stated."""
    unfollowed: Sequence[str]
    """A line for each that does not follow from it."""

    @property
    def holds(self) -> bool:
        whole = self.chain.wrong is None and self.audit.wrong is None
        return whole and not self.differs and not self.unfollowed


class Issuer:
    """Issues reports of one database, and verifies them."""

    def __init__(self, database: Database, reporter: Reporter) -> None:
        self._reporter = reporter
        self._issued = IssuedReports(database)
        self._audit = AuditLog(database)

    def issue(
        self,
        request: Request,
        wanted: Wanted,
        act: Act,
        now: datetime,
        progress: Progress = lambda _: None,
    ) -> Iterator[Issued | IssuedReport]:
        """Issue what is asked for; one that was issued before comes as it is, and is left alone.

        Raises:
            InputError: the period is not over.
        """
        for report in self._reporter.make(request, progress):
            if report.is_provisional:
                raise InputError(
                    N_("{period} is not over: a report of it can be made, and not issued yet"),
                    period=str(report.period),
                )
            yield self._issue(report, wanted, act, now)

    def _issue(
        self, report: Report, wanted: Wanted, act: Act, now: datetime
    ) -> Issued | IssuedReport:
        for _ in range(_ATTEMPTS):
            if (before := self._issued.about(report.period, report.scope)) is not None:
                return before
            issue = self._issued.next_issue(act.by)
            found = self._frozen(report, issue, wanted)
            try:
                self._issued.add(found.report, act, now)
            except TakenError:
                continue
            return found
        raise InputError(N_("others keep issuing reports at the same time; try again"))

    def _frozen(self, report: Report, issue: Issue, wanted: Wanted) -> Issued:
        frozen = self._corrected(replace(report, issue=issue))
        # Its JSON is what is kept: it is made whether it was asked for or not.
        forms = tuple(dict.fromkeys((*wanted.forms, Form.JSON)))
        files = list(made(frozen, replace(wanted, forms=forms)))
        content = next(each.content for each in files if each.form is Form.JSON).decode()
        digests = {each.name: sha256(each.content).hexdigest() for each in files}
        kept = IssuedReport(
            issue=issue,
            period=report.period,
            scope=report.scope,
            known_at=report.known_at,
            content=content,
            files=digests,
            digest=chained(issue, content, digests),
        )
        return Issued(
            report=kept, shown=frozen, files=[each for each in files if each.form in wanted.forms]
        )

    def _corrected(self, report: Report) -> Report:
        """With what the reports before its number would count otherwise."""
        assert report.issue is not None  # noqa: S101 - given by the callers; narrows the type
        since = report.period.months(MONTHS)[0].first
        before = [
            each
            for each in self._issued.of_scope(report.scope, since)
            if each.issue.number < report.issue.number
        ]
        adjustments, restated = self._reporter.corrections(report, before)
        return replace(report, adjustments=adjustments, restated=restated)

    def again(self, kept: IssuedReport) -> Report:
        """An issued report as the record gives it today: the same, unless one of them changed."""
        content = json.loads(kept.content)
        ledger = content.get("ledger") is not None
        request = Request(
            period=kept.period, known_at=kept.known_at, scope=kept.scope, proof=ledger
        )
        (report,) = self._reporter.make(request)
        # The line of the log that tells of the issue itself came after it.
        basis = replace(report.basis, audit_head=content["basis"]["audit_head"])
        return self._corrected(replace(report, issue=kept.issue, basis=basis))

    def remade(self, kept: IssuedReport) -> Report:
        """As `again`, for whoever is to have it as it was issued.

        Raises:
            InputError: the record gives other figures today.
        """
        report = self.again(kept)
        if differs := _differing(json.loads(kept.content), as_json(report)):
            raise InputError(
                N_(
                    "the record gives other figures today than report {number} has: {keys}."
                    " 'vigie report verify {number}' tells more"
                ),
                number=str(kept.issue.number),
                keys=", ".join(differs),
            )
        return report

    def verify(self, kept: IssuedReport) -> Verified:
        """Recompute a report from the record, and the record from what was stated."""
        report = self.again(kept)
        noted = report.basis.audit_head
        tested, unfollowed = self._reporter.unfollowed(report)
        return Verified(
            report=kept,
            chain=self._issued.verify(),
            audit=self._audit.verify(None if noted == NONE_YET else noted),
            differs=_differing(json.loads(kept.content), as_json(report)),
            inputs=report.gathered.inputs,
            tested=tested,
            unfollowed=unfollowed,
        )


def _differing(kept: dict[str, Any], found: dict[str, Any]) -> list[str]:
    # By way of text, as one of them came.
    now = json.loads(json.dumps(found))
    for each in (kept, now):
        each["basis"].pop("program", None)
        for name in _WORDS:
            each.pop(name, None)
    return sorted(name for name in kept.keys() | now.keys() if kept.get(name) != now.get(name))
