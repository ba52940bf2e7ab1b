"""Reports on schedule: made when they are due, once, written to their folders, and sent."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import structlog
from apscheduler.triggers.cron import CronTrigger

from monitor.alerts.escalation import Recipient
from monitor.alerts.interventions import Act, Via
from monitor.app.issuing import Issued, Issuer
from monitor.app.reporting import Reporter, Request
from monitor.app.sending import Addressing, Dispatch
from monitor.app.writing import write_file
from monitor.clock import BusinessClock, zone
from monitor.contract.book import ContractBook
from monitor.locale import LanguageCode
from monitor.reports.as_pdf import Paper
from monitor.reports.form import Form
from monitor.reports.forms import Made, Wanted, made
from monitor.reports.scope import Scope
from monitor.reports.timetable import DueReport, NextAfter, Timetable, due_reports
from monitor.settings import ReportSettings, Settings
from monitor.settings.reports import SendSettings
from monitor.store.database import Database
from monitor.store.report_runs import ReportRuns, Run, RunState

DRAFTS = "brouillons"
"""The folder, within a report's own, of what waits to be approved."""

PAPERS: Mapping[str, Paper] = {"letter": "us-letter", "a4": "a4"}
LANGUAGES: Mapping[str, Sequence[LanguageCode]] = {
    "fr": ("fr",),
    "en": ("en",),
    "both": ("fr", "en"),
}
_BY_SCHEDULE = Act(by="vigie", why="", via=Via.DAEMON)
_INSTANT = timedelta(microseconds=1)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One report on schedule, and how it is written."""

    timetable: Timetable
    wanted: Wanted
    folder: Path
    proof: bool
    send: SendSettings | None


class Timekeeper:
    """Makes the scheduled reports of one database that are due, and no other.

    Made twice, by a daemon that was killed midway or by two of them, a report is the same: what was
    issued stays, and its files are written again.
    """

    def __init__(self, database: Database, settings: Settings, book: ContractBook) -> None:
        names = {each.id: each.name for each in settings.organizations}
        self._reporter = Reporter(database, book, names)
        self._issuer = Issuer(database, self._reporter)
        self._runs = ReportRuns(database)
        recipients = [Recipient(**each.model_dump()) for each in settings.recipients]
        contacts = book.versions[-1].contacts
        self._dispatch = Dispatch(database, Addressing(recipients=recipients, contacts=contacts))
        version = book.versions[-1]
        self._zone = zone(version.zone)
        self._days: BusinessClock = book.clock(version, version.business_days)
        self._planned = {
            each.name: planned_of(each, settings.lang, self._zone) for each in settings.reports
        }

    def due(self, now: datetime) -> tuple[list[DueReport], datetime | None]:
        """Those to make now, and when the next is due; None: no report is on schedule."""
        timetables = [each.timetable for each in self._planned.values()]
        done = {(run.name, run.period) for run in self._runs.all()}
        return due_reports(timetables, done, self._days, self._zone, now)

    def make(self, due: DueReport, now: datetime) -> list[Path]:
        """Make one: issued, or a draft where it needs approval; the files written.

        Raises:
            InputError: a file cannot be written.
        """
        planned = self._planned[due.timetable.name]
        draft = due.timetable.needs_approval
        request = self._request(planned, due, now)
        written = self._draft(request, planned) if draft else self._issue(request, planned, now)
        state = RunState.DRAFT if draft else RunState.ISSUED
        self._runs.note(
            Run(
                name=due.timetable.name,
                period=str(due.period),
                state=state,
                due_at=due.due_at,
                made_at=now,
            )
        )
        _log.info(
            "report_made",
            report=due.timetable.name,
            period=str(due.period),
            state=state.value,
            files=len(written),
        )
        return written

    def drafts(self) -> list[Run]:
        """What waits to be approved."""
        return [
            run
            for run in self._runs.all()
            if run.state is RunState.DRAFT and run.name in self._planned
        ]

    def shown(self, draft: Run, form: Form) -> Iterator[Made]:
        """What a draft shows, in one form, made anew: one file for each report it comes to."""
        planned = self._planned[draft.name]
        request = self._request(planned, self._due_again(draft), draft.made_at)
        wanted = replace(planned.wanted, forms=(form,))
        for report in self._reporter.make(request):
            yield from made(report, wanted)

    def forms_of(self, draft: Run) -> Sequence[Form]:
        """Those that are configured."""
        return self._planned[draft.name].wanted.forms

    def approve(self, draft: Run, act: Act, now: datetime) -> list[Path]:
        """Issue what a draft showed, as it was held when the draft was made; the files written.

        It is sent to whom it is to be sent only now.

        Raises:
            InputError: a file cannot be written.
        """
        planned = self._planned[draft.name]
        request = self._request(planned, self._due_again(draft), draft.made_at)
        written = self._issue(request, planned, now, act)
        self._runs.approve(draft.name, draft.period)
        return written

    def step(self, now: datetime) -> timedelta | None:
        """Make the first that is due; how long to wait for the next. None: none is on schedule."""
        due, next_at = self.due(now)
        if due:
            self.make(due[0], now)
            return timedelta()
        return None if next_at is None else max(next_at - now, _INSTANT)

    def _due_again(self, draft: Run) -> DueReport:
        timetable = self._planned[draft.name].timetable
        period = next(each for each in timetable.periods() if str(each) == draft.period)
        return DueReport(timetable=timetable, period=period, due_at=draft.due_at)

    def _request(self, planned: Planned, due: DueReport, known_at: datetime) -> Request:
        return Request(
            period=due.period,
            known_at=known_at,
            scope=planned.timetable.scope,
            each_provider=planned.timetable.each_provider,
            each_organization=planned.timetable.each_organization,
            proof=planned.proof,
        )

    def _draft(self, request: Request, planned: Planned) -> list[Path]:
        return [
            write_file(planned.folder / DRAFTS, file)
            for report in self._reporter.make(request)
            for file in made(report, planned.wanted)
        ]

    def _issue(
        self, request: Request, planned: Planned, now: datetime, act: Act = _BY_SCHEDULE
    ) -> list[Path]:
        """Issue, write and send each; the files written.

        Where somebody was killed midway, what they did stands, and what they did not is done.
        """
        written: list[Path] = []
        for found in self._issuer.issue(request, planned.wanted, act, now):
            if isinstance(found, Issued):
                report, files = found.shown, found.files
            else:
                # Issued before, and perhaps killed before its files were written, or it was sent.
                report = self._issuer.again(found)
                files = list(made(report, planned.wanted))
            written += [write_file(planned.folder, file) for file in files]
            if planned.send is not None:
                name, folder = planned.timetable.name, str(planned.folder)
                self._dispatch.send(name, planned.send, report, files, folder=folder, now=now)
        return written


def planned_of(settings: ReportSettings, lang: LanguageCode, local: tzinfo) -> Planned:
    """What `vigie.yaml` says of one."""
    return Planned(
        timetable=Timetable(
            name=settings.name,
            first=settings.first_period,
            business_day=settings.business_day,
            at=settings.at,
            next_after=None if settings.cron is None else _cron(settings.cron, local),
            scope=Scope(provider=settings.provider, organization=settings.organization),
            each_provider="provider" in settings.each,
            each_organization="organization" in settings.each,
            needs_approval=settings.approval,
        ),
        wanted=Wanted(
            forms=settings.formats,
            languages=LANGUAGES[settings.lang or lang],
            paper=PAPERS[settings.paper],
            bom=settings.bom,
        ),
        folder=settings.folder,
        proof=settings.proof,
        send=settings.send,
    )


def _cron(expression: str, local: tzinfo) -> NextAfter:
    trigger = CronTrigger.from_crontab(expression, timezone=local)

    def next_after(instant: datetime) -> datetime | None:
        found: datetime | None = trigger.get_next_fire_time(None, instant.astimezone(local))
        return found

    return next_after
