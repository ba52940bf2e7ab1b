"""Compliance reports for the pages: issued, handed out again, approved."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import PurePath

from monitor.alerts.interventions import Act
from monitor.app.issuing import Issuer
from monitor.app.reporting import Reporter
from monitor.app.station import Station
from monitor.app.timetables import LANGUAGES, Timekeeper, planned_of
from monitor.clock import zone
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.reports.form import Form
from monitor.reports.forms import Made, Wanted, made
from monitor.reports.issue import IssuedReport
from monitor.store.issued import IssuedReports
from monitor.store.report_runs import Run
from monitor.web.board.desks import Draft, ReportFile

_KEPT = 8
"""Files handed out of late: an issued report never changes."""
_PATIENCE_SECONDS = 3.0


class StationReports:
    """On the station's database, by its configuration; one file is made at a time: it is work."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._issued = IssuedReports(station.database)
        self._one = threading.Lock()
        self._made: dict[tuple[str, str], ReportFile] = {}

    def issued(
        self, limit: int, *, before: int | None = None, organization: str | None = None
    ) -> Sequence[IssuedReport]:
        return self._issued.listed(limit, before=before, organization=organization)

    def numbered(self, number: int, organization: str | None) -> IssuedReport | None:
        found = self._issued.numbered(number)
        is_theirs = found is not None and organization in (None, found.scope.organization)
        return found if is_theirs else None

    def file(self, report: IssuedReport, name: str) -> ReportFile:
        if name not in report.files:
            raise InputError(
                N_("report {number} was not issued as {name}; it was as {names}"),
                number=str(report.issue.number),
                name=name,
                names=", ".join(sorted(report.files)),
            )
        if _form_of(name) is Form.JSON:
            return ReportFile(name=name, content=report.content.encode(), is_as_issued=True)
        with self._turn():
            kept = self._made.get((report.digest, name))
            if kept is None:
                kept = self._remade(report, name)
                if len(self._made) >= _KEPT:
                    self._made.pop(next(iter(self._made)))
                self._made[report.digest, name] = kept
            return kept

    def drafts(self) -> Sequence[Draft]:
        keeper = self._keeper()
        return [
            Draft(
                name=run.name,
                period=run.period,
                due_at=run.due_at,
                made_at=run.made_at,
                forms=[form.value for form in keeper.forms_of(run)],
            )
            for run in keeper.drafts()
        ]

    def draft_files(self, name: str, period: str, form: str) -> Sequence[ReportFile]:
        keeper = self._keeper()
        draft = _meant(keeper, name, period)
        if form not in keeper.forms_of(draft):
            raise InputError(N_("'{name}' is not made as {form}"), name=name, form=form)
        with self._turn():
            return [
                ReportFile(name=each.name, content=each.content, is_as_issued=False)
                for each in keeper.shown(draft, Form(form))
            ]

    def approve(self, name: str, period: str, act: Act) -> Sequence[str]:
        keeper = self._keeper()
        with self._turn():
            draft = _meant(keeper, name, period)
            return [path.name for path in keeper.approve(draft, act, self._station.clock.now())]

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Pages have few threads: who would wait long for one file is told to come again."""
        if not self._one.acquire(timeout=_PATIENCE_SECONDS):
            raise InputError(N_("another report is being made just then; try again in a moment"))
        try:
            yield
        finally:
            self._one.release()

    def _remade(self, report: IssuedReport, name: str) -> ReportFile:
        again = self._issuer().remade(report)
        first: Made | None = None
        for wanted in self._ways(_form_of(name)):
            found = next((each for each in made(again, wanted) if each.name == name), None)
            if found is not None and sha256(found.content).hexdigest() == report.files[name]:
                return ReportFile(name=name, content=found.content, is_as_issued=True)
            first = first or found
        if first is None:
            raise InputError(N_("{name}: cannot be made any more"), name=name)
        path = PurePath(name)
        return ReportFile(
            name=f"{path.stem}-refait{path.suffix}", content=first.content, is_as_issued=False
        )

    def _ways(self, form: Form) -> Iterator[Wanted]:
        """In which languages, on which paper: that is not kept, and is as configured somewhere."""
        settings = self._station.parts.configuration.settings
        local = zone(self._station.parts.configuration.book.versions[-1].zone)
        ways = [planned_of(each, settings.lang, local).wanted for each in settings.reports]
        ways.append(Wanted(languages=LANGUAGES[settings.lang]))
        ways += [Wanted(languages=each) for each in LANGUAGES.values()]
        seen: list[Wanted] = []
        for way in ways:
            wanted = replace(way, forms=(form,))
            if wanted not in seen:
                seen.append(wanted)
                yield wanted

    def _issuer(self) -> Issuer:
        configuration = self._station.parts.configuration
        names = {each.id: each.name for each in configuration.settings.organizations}
        reporter = Reporter(self._station.database, configuration.book, names)
        return Issuer(self._station.database, reporter)

    def _keeper(self) -> Timekeeper:
        configuration = self._station.parts.configuration
        return Timekeeper(self._station.database, configuration.settings, configuration.book)


def _form_of(name: str) -> Form:
    return Form(PurePath(name).suffix.removeprefix("."))


def _meant(keeper: Timekeeper, name: str, period: str) -> Run:
    for run in keeper.drafts():
        if (run.name, run.period) == (name, period):
            return run
    raise InputError(
        N_("no draft '{name}' of {period} waits to be approved"), name=name, period=period
    )
