"""A scenario of a simulated provider from its first answer to its last."""

import errno
import signal
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import click

from monitor.cli.demonstration import read_span
from monitor.cli.faults import system_words
from monitor.cli.output import json_line, show_json, show_table
from monitor.cli.words import gettext, ngettext
from monitor.clock.wall import ScaledClock, SystemClock, WallClock
from monitor.contract.loader import load_contract
from monitor.errors import InputError
from monitor.locale import N_
from monitor.located_yaml.words import one_of
from monitor.shutdown import Signals
from monitor.simulator.performance import Performance, Rank, perform
from monitor.simulator.scenarios import SCENARIOS

_STEP_SECONDS = 0.1


def list_scenarios(*, as_json: bool) -> None:
    """What can be played, on standard output."""
    if as_json:
        show_json(
            [
                {"scenario": name, "fault": each.fault, "what": gettext(each.what)}
                for name, each in SCENARIOS.items()
            ]
        )
        return
    show_table(
        [gettext("Scenario"), gettext("Fault"), gettext("What the provider does")],
        [
            [name, "" if each.fault is None else str(each.fault), gettext(each.what)]
            for name, each in SCENARIOS.items()
        ],
        right=[gettext("Fault")],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Playing:
    name: str
    rank: str
    seed: int
    speed: float
    port: int
    folder: Path | None
    as_json: bool

    def run(self, lasting: str | None) -> None:
        """Play until the time is over or somebody ends it.

        Raises:
            InputError: there is no such scenario, `lasting` is no span, the port is taken, or a
                folder is missing or of no use.
        """
        span = read_span(lasting)
        with ExitStack() as stack:
            performance = self._performed(stack)
            signals = stack.enter_context(Signals((signal.SIGINT, signal.SIGTERM)))
            self._show_start(performance)
            self._play(performance, span, signals)
        self._show_end(performance)

    def _performed(self, stack: ExitStack) -> Performance:
        scenario = SCENARIOS.get(self.name)
        if scenario is None:
            raise InputError(
                N_("--scenario: there is none named '{name}'; {remedy}"),
                name=self.name,
                remedy=one_of(self.name, SCENARIOS),
            )
        if scenario.leaving is not None and self.folder is None:
            raise InputError(
                N_("--folder: is missing; scenario '{name}' leaves files, so name a folder"),
                name=self.name,
            )
        if scenario.leaving is None and self.folder is not None:
            raise InputError(
                N_("--folder: scenario '{name}' leaves no files; drop it"), name=self.name
            )
        clock, book = self._clock(), load_contract("builtin:cspq-mobilite")
        opened = perform(
            scenario,
            clock,
            book,
            rank=Rank(self.rank),
            seed=self.seed,
            port=self.port,
            folder=self.folder,
        )
        try:
            return stack.enter_context(opened)
        except OSError as error:
            raise self._unopened(error) from None

    def _clock(self) -> WallClock:
        real = SystemClock()
        return real if self.speed == 1 else ScaledClock(real.now(), self.speed)

    def _unopened(self, error: OSError) -> InputError:
        if error.errno == errno.EADDRINUSE:
            return InputError(
                N_("--port: {port} is in use; end the other program or choose another port"),
                port=str(self.port),
            )
        if error.filename is not None:
            return InputError(
                N_("--folder: {path}: {reason}"),
                path=str(error.filename),
                reason=system_words(error),
            )
        return InputError(
            N_("--port: {port} cannot be used: {reason}"),
            port=str(self.port),
            reason=system_words(error),
        )

    def _play(self, performance: Performance, span: timedelta | None, signals: Signals) -> None:
        ends_at = None if span is None else time.monotonic() + span.total_seconds()
        while ends_at is None or time.monotonic() < ends_at:
            performance.step(performance.provider.now())
            left = _STEP_SECONDS if ends_at is None else ends_at - time.monotonic()
            if signals.wait(max(0.0, min(_STEP_SECONDS, left))):
                return

    def _show_start(self, performance: Performance) -> None:
        if self.as_json:
            line = {
                "event": "started",
                "scenario": self.name,
                "provider": performance.provider.name,
                "seed": self.seed,
                "cases": performance.cases,
                "urls": dict(performance.urls),
            }
            if self.folder is not None:
                line["folder"] = str(self.folder)
            click.echo(json_line(line))
            return
        click.echo(
            gettext("{scenario}: {provider} answers. Ctrl-C ends it.").format(
                scenario=self.name, provider=performance.provider.name
            )
        )
        widest = max(map(len, performance.urls))
        for kind, url in performance.urls.items():
            click.echo(f"{kind.ljust(widest)}  {url}")
        if self.folder is not None:
            click.echo(f"{'files'.ljust(widest)}  {self.folder / 'billets-*.csv'}")

    def _show_end(self, performance: Performance) -> None:
        requests, cases = performance.requests, performance.cases
        if self.as_json:
            click.echo(json_line({"event": "ended", "requests": requests, "cases": cases}))
            return
        answered = ngettext("{count} request answered", "{count} requests answered", requests)
        held = ngettext("{count} case", "{count} cases", cases)
        click.echo(f"{answered.format(count=requests)}, {held.format(count=cases)}")
