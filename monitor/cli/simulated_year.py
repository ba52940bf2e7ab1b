"""A simulated year from its invention to its comparison."""

import signal
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random

import click

from monitor.app import Station
from monitor.cli.output import show_json
from monitor.cli.progress import progress
from monitor.cli.words import gettext, spoken
from monitor.cli.year_compared import Difference, Message, differences, read_messages
from monitor.cli.year_played import Played
from monitor.cli.year_told import Result, Tallies, read_month
from monitor.clock import zone
from monitor.clock.wall import ManualClock
from monitor.configuration import load_configuration
from monitor.contract.loader import load_contract
from monitor.cycles import search_seldom
from monitor.errors import InputError
from monitor.locale import N_
from monitor.locale.marking import Said
from monitor.logs import configure_logging
from monitor.reports.form import Form
from monitor.shutdown import Signals
from monitor.simulator.year.almanac import Almanac
from monitor.simulator.year.bodies import invented_bodies
from monitor.simulator.year.casting import invent
from monitor.simulator.year.plan import Plan
from monitor.simulator.year.plot import Invented
from monitor.simulator.year.settings import MESSAGES, REPORTS, settings_text
from monitor.simulator.year.theatre import opened
from monitor.store.database import open_database
from monitor.store.schema import migrate
from monitor.store.tables import escalation, observation

DIFFERS = 1
INTERRUPTED = 130
"""Exit statuses, beside 0."""
CASES_A_YEAR = 10
"""Of each organisation, where nobody says how many."""

_CONFIGURATION = "vigie.yaml"
_LOG = "vigie.log"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedYear:
    """What is to be played, and where it is left."""

    seed: int
    year: int
    months: int
    organizations: int
    cases: int | None
    out: Path
    forms: Sequence[str]
    as_json: bool

    def run(self) -> int:
        """Invent, play, compare, and say what came of it; the exit status.

        Raises:
            InputError: the folder is not empty or cannot be written.
        """
        plan, invented = self.invent()
        self._make_folders()
        tallies = self.play(plan, invented)
        if tallies is None:
            click.echo(gettext("Interrupted: nothing was compared."), err=True)
            return INTERRUPTED
        result = self._result(plan, invented, tallies)
        if self.as_json:
            show_json(result.as_json())
        else:
            result.show()
        return DIFFERS if result.differences else 0

    def invent(self) -> tuple[Plan, Invented]:
        """The year's timetable, and all that happens in it."""
        book = load_contract("builtin:cspq-mobilite")
        plan = Plan(Almanac(zone(book.versions[-1].zone)), self.year, self.months)
        usual = max(1, round(CASES_A_YEAR * self.organizations * self.months / 12))
        return plan, invent(
            plan,
            seed=self.seed,
            cases=usual if self.cases is None else self.cases,
            bodies=invented_bodies(self.organizations),
        )

    def play(self, plan: Plan, invented: Invented) -> Tallies | None:
        """Play it in the folder, to its end; None: somebody ended it before."""
        clock = ManualClock(plan.starts_at)
        search_seldom()
        with ExitStack() as stack:
            log = stack.enter_context((self.out / _LOG).open("w", encoding="utf-8"))
            configure_logging(stream=log)
            theatre = stack.enter_context(opened(plan, invented, clock))
            path = self.out / _CONFIGURATION
            text = settings_text(
                year=self.year,
                urls=theatre.urls,
                bodies=invented_bodies(self.organizations),
                forms=self._all_forms,
                lang=spoken().code,
            )
            path.write_text(text, encoding="utf-8")
            configuration = load_configuration(path)
            database = open_database(configuration.settings.database)
            migrate(database)
            station = Station(configuration, database, clock, Random(self.seed))  # noqa: S311 - repeatable
            stack.callback(station.close)
            played = Played(station, theatre, plan, invented, clock)
            if not self._played(played, plan, stack):
                return None
            return Tallies(
                observations=station.readings.count(observation),
                escalations=station.readings.count(escalation),
                quarantined=played.quarantined(),
            )

    def compare(
        self, plan: Plan, invented: Invented, messages: list[Message], quarantined: int
    ) -> list[Difference]:
        """Every figure that is not what was invented."""
        return list(
            differences(
                plan,
                invented,
                reports=self.out / REPORTS,
                messages=messages,
                quarantined=quarantined,
            )
        )

    @property
    def _all_forms(self) -> list[str]:
        # What is compared is read from the files, as anybody would.
        return list(dict.fromkeys((*self.forms, Form.JSON.value)))

    def _played(self, played: Played, plan: Plan, stack: ExitStack) -> bool:
        signals = stack.enter_context(Signals((signal.SIGINT, signal.SIGTERM)))
        days = (plan.ends_at - plan.starts_at).days
        with progress(gettext("days of the year"), days, hidden=self.as_json) as done:
            for now in played.rounds():
                done(min((now - plan.starts_at).days, days - 1))
                if signals.wait(0) is not None:
                    return False
            done(days)
        return True

    def _make_folders(self) -> None:
        try:
            if self.out.exists() and any(self.out.iterdir()):
                raise InputError(
                    N_("--out: {path} is not empty; name a folder that is new, or empty"),
                    path=str(self.out),
                )
            for name in (REPORTS, MESSAGES):
                (self.out / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                N_("--out: {path} cannot be used: {reason}"),
                path=str(self.out),
                reason=Said(error.strerror or ""),
            ) from None

    def _result(self, plan: Plan, invented: Invented, tallies: Tallies) -> Result:
        messages = read_messages(self.out / MESSAGES)
        return Result(
            seed=self.seed,
            organizations=self.organizations,
            out=self.out,
            configuration=self.out / _CONFIGURATION,
            plan=plan,
            invented=invented,
            tallies=tallies,
            months=[
                read_month(self.out / REPORTS, report)
                for report in plan.reports
                if report.kind == "month"
            ],
            messages=messages,
            differences=self.compare(plan, invented, messages, tallies.quarantined),
        )
