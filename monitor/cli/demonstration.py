"""A demonstration from curtain to curtain: the stage, the daemon, the screen, the summary."""

import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from random import Random
from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from monitor.app import Service
from monitor.cases.records import ANY
from monitor.cli.demo_reports import ReportClerk
from monitor.cli.demo_screen import GRAVEST_FIRST, Snapshot, open_screen
from monitor.cli.output import show_json
from monitor.cli.standing import Selection, Standing
from monitor.cli.words import gettext, ngettext, spoken
from monitor.clock import zone
from monitor.clock.wall import ScaledClock
from monitor.configuration import load_configuration
from monitor.contract.loader import load_contract
from monitor.errors import InputError
from monitor.logs import configure_logging
from monitor.shutdown import Signals
from monitor.simulator.stage import Stage, open_stage
from monitor.spans import Span
from monitor.store.tables import case, escalation

_START = datetime(2026, 11, 23, 8, 0)  # noqa: DTZ001 - a Monday, in the contract's zone, below
_STEP_SECONDS = 0.05
_REDRAW_SECONDS = 0.5
_ROWS = 40
"""More than most terminals are high."""


def read_span(text: str | None) -> timedelta | None:
    """What `--for` says, in real time.

    Raises:
        InputError: it is no span.
    """
    if text is None:
        return None
    try:
        return TypeAdapter(Span).validate_python(text)
    except ValidationError:
        raise InputError(
            gettext("--for: '{text}' is not a span of time; write 30s, 2min or 1h").format(
                text=text
            )
        ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    speed: float
    seed: int
    port: int
    as_json: bool

    def run(self, lasting: timedelta | None) -> None:
        """Play until the time is over or somebody ends it, then sum up.

        Raises:
            InputError: the port is in use.
        """
        book = load_contract("builtin:cspq-mobilite")
        contract_zone = zone(book.versions[-1].zone)
        clock = ScaledClock(_START.replace(tzinfo=contract_zone), self.speed)
        started_at = clock.now()
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vigie-demo-")))
            log = stack.enter_context((folder / "demo.log").open("w", encoding="utf-8"))
            configure_logging(stream=log)
            stage = stack.enter_context(
                open_stage(clock, book, seed=self.seed, lang=spoken().code, http_port=self.port)
            )
            path = folder / "vigie.yaml"
            path.write_text(stage.configuration, encoding="utf-8")
            service = Service(load_configuration(path), clock, Random(self.seed))  # noqa: S311 - repeatable
            clerk = ReportClerk(service.station.deliverables, stage.reports)
            with service, _playing(stage, clerk, clock):
                self._watch(service, stage, started_at, lasting)
            summary = _Summary.of(service, stage, started_at)
            service.close()
        self._show(summary)

    def _watch(
        self, service: Service, stage: Stage, started_at: datetime, lasting: timedelta | None
    ) -> None:
        ends_at = None if lasting is None else time.monotonic() + lasting.total_seconds()
        url = f"{service.url}/metrics"
        with (
            Signals((signal.SIGINT, signal.SIGTERM)) as signals,
            open_screen(url=url, speed=self.speed, quiet=self.as_json) as screen,
        ):
            while ends_at is None or time.monotonic() < ends_at:
                screen.show(_snapshot(service, stage, started_at))
                left = _REDRAW_SECONDS if ends_at is None else ends_at - time.monotonic()
                if signals.wait(max(0.0, min(_REDRAW_SECONDS, left))):
                    break

    def _show(self, summary: "_Summary") -> None:
        if self.as_json:
            show_json(summary.as_json())
        else:
            for line in summary.lines():
                click.echo(line)


@contextmanager
def _playing(stage: Stage, clerk: ReportClerk, clock: ScaledClock) -> Iterator[None]:
    """Let the providers' days go by in a thread, and the clerk's."""
    over = threading.Event()

    def play() -> None:
        while not over.wait(_STEP_SECONDS):
            stage.step(clock)
            clerk.step(clock.now())

    thread = threading.Thread(target=play, name="traffic", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _snapshot(service: Service, stage: Stage, started_at: datetime) -> Snapshot:
    station = service.station
    configuration = station.parts.configuration
    standing = Standing.read(
        station.readings,
        configuration.settings,
        configuration.book,
        Selection(settled=False, sought=ANY, limit=_ROWS),
        station.clock.now(),
    )
    return Snapshot(
        standing=standing,
        verdicts=_verdicts(service),
        mails=stage.mailbox.received,
        mail_count=stage.mailbox.count,
        started_at=started_at,
    )


def _verdicts(service: Service) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for row in service.station.readings.tally():
        counts[row.verdict.value] += row.obligations
    return dict(sorted(counts.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Summary:
    started_at: datetime
    ended_at: datetime
    zone: tzinfo
    cases: int
    obligations: dict[str, int]
    escalations: int
    emails: int

    @classmethod
    def of(cls, service: Service, stage: Stage, started_at: datetime) -> "_Summary":
        station = service.station
        return cls(
            started_at=started_at,
            ended_at=station.clock.now(),
            zone=zone(station.parts.configuration.book.versions[-1].zone),
            cases=station.readings.count(case),
            obligations=_verdicts(service),
            escalations=station.readings.count(escalation),
            emails=stage.mailbox.count,
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "simulated": {
                "from": self.started_at.astimezone(self.zone).isoformat(),
                "to": self.ended_at.astimezone(self.zone).isoformat(),
            },
            "cases": self.cases,
            "obligations": self.obligations,
            "escalations": self.escalations,
            "emails": self.emails,
        }

    def lines(self) -> Iterator[str]:
        language = spoken()
        yield gettext("Simulated time, from {start} to {end}:").format(
            start=language.short_instant(self.started_at, self.zone),
            end=language.short_instant(self.ended_at, self.zone),
        )
        yield "  " + ngettext("{count} case", "{count} cases", self.cases).format(count=self.cases)
        total = sum(self.obligations.values())
        by_verdict = ", ".join(
            f"{language.verdict(verdict)} {self.obligations[verdict]}"
            for verdict in GRAVEST_FIRST
            if verdict in self.obligations
        )
        yield "  " + ngettext(
            "{count} obligation: {verdicts}", "{count} obligations: {verdicts}", total
        ).format(count=total, verdicts=by_verdict)
        yield "  " + ngettext("{count} escalation", "{count} escalations", self.escalations).format(
            count=self.escalations
        )
        yield "  " + ngettext(
            "{count} e-mail received by the mailbox",
            "{count} e-mails received by the mailbox",
            self.emails,
        ).format(count=self.emails)
