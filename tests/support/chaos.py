"""A month of two providers by script, and daemons that may be killed at any moment of it.

The clock stands still until the daemons have done all that was to be done at an instant; then it
moves to the next event, the next wake-up, or half a day on. So what an undisturbed run comes to is
known to the last message, however often, and wherever, another run is interrupted.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.exc import OperationalError

from monitor.app import Station
from monitor.cases.observation import CaseKey
from monitor.clock.wall import ManualClock, WallClock
from monitor.configuration import load_configuration
from monitor.contract.model import CaseKind
from monitor.simulator import ProviderServer, SimulatedProvider
from monitor.simulator.fates import Outcome as Fate
from monitor.simulator.fates import Step
from monitor.simulator.smtp_sink import SmtpSink
from monitor.simulator.traffic import ALL_AS_TICKETS, Traffic
from monitor.store.database import Database, open_database
from monitor.store.obligations import Obligations
from monitor.store.schema import migrate
from monitor.store.tables import case, escalation, notification, obligation
from tests.support.cases import utc
from tests.support.scripted_clock import ScriptedClock
from tests.support.world import shipped_contract
from tests.support.zygote import Daemon, Zygote

PATIENCE_SECONDS = 60
"""How long a daemon may take over one instant of the script, its own start included."""

_LONGEST_STEP = timedelta(days=2)
_CONFIGURATION = """\
database: {database}
http: {{port: 0}}
sources:
  - {{name: telus-tickets, provider: telus, kind: tmf621-v4, mapping: tmf621, url: "{telus_tickets}",
     every: 1 min, stale_after: 20 d}}
  - {{name: telus-orders, provider: telus, kind: tmf622-v4, mapping: tmf622, url: "{telus_orders}",
     every: 1 min, stale_after: 20 d}}
  - {{name: rogers-tickets, provider: rogers, kind: tmf621-v5, mapping: tmf621, url: "{rogers}",
     every: 1 min, stale_after: 20 d}}
channels:
  mail: {{type: smtp, host: 127.0.0.1, port: {smtp}, security: none, sender: vigie@example.org}}
recipients:
  - {{role: contract-manager, channel: mail, address: gestion@example.org}}
  - {{role: provider-desk, channel: mail, address: comptoir@example.com, provider: telus, lang: en}}
  - {{role: cspq-adviser, channel: mail, address: conseil@example.org}}
outbox: {{lease: 30 d}}
"""


class DatedTraffic(Traffic):
    """Without the changes that only polls can date: orders reopened, which show no time for it.

    What they come to depends on when the polls were, to the instant.
    """

    def _fate(self, outcome: Fate, kind: CaseKind, *rest: Any) -> list[Step]:
        steps = super()._fate(outcome, kind, *rest)
        return [*steps[:1], *steps[-1:]] if kind is CaseKind.ORDER else steps


@dataclass(frozen=True)
class Outcome:
    """What a run came to, by what does not depend on who did it when."""

    escalations: frozenset[tuple[str, str, str, int, datetime, str]]
    keys: frozenset[str]
    verdicts: frozenset[tuple[str, str, str]]
    mails: frozenset[str]
    """Message-IDs, each once."""
    repeated: int = field(default=0, compare=False)
    """Mails that came again, under an ID that had come."""
    steps: int = field(default=0, compare=False)
    """Instants at which something happened."""


class Script:
    """Two providers' month and a mailbox, on a clock that the script moves."""

    def __init__(
        self, folder: Path, clock: ManualClock | ScriptedClock, database: str, *,
        days: int, per_hour: float, seed: int, stack: ExitStack,
    ) -> None:  # fmt: skip
        self.folder = folder
        self.clock = clock
        self.steps = 0
        self.ends_at = clock.now() + timedelta(days=days)
        telus, rogers = SimulatedProvider("telus", clock), SimulatedProvider("rogers", clock)
        self._providers = (telus, rogers)
        telus_server = stack.enter_context(ProviderServer(telus))
        rogers_server = stack.enter_context(ProviderServer(rogers))
        book = shipped_contract()
        self._traffic = (
            DatedTraffic(telus, book, seed=seed, start=clock.now(), per_hour=per_hour),
            DatedTraffic(rogers, book, seed=seed + 1, start=clock.now(), per_hour=per_hour / 2,
                    tickets=ALL_AS_TICKETS, orders={}),
        )  # fmt: skip
        self.mailbox = stack.enter_context(SmtpSink(keep=100_000))
        self.path = folder / "vigie.yaml"
        text = _CONFIGURATION.format(
            database=database,
            telus_tickets=telus_server.url("tmf621-v4"),
            telus_orders=telus_server.url("tmf622-v4"),
            rogers=rogers_server.url("tmf621-v5"),
            smtp=self.mailbox.port,
        )
        self.path.write_text(text, encoding="utf-8")
        self.database: Database = open_database(database)
        stack.callback(self.database.close)
        migrate(self.database)
        self._obligations = Obligations(self.database)

    @property
    def is_over(self) -> bool:
        """Whether the clock stands at the end of the month: there is no further step."""
        return self.clock.now() >= self.ends_at

    def step(self) -> bool:
        """Move on to the next instant at which anything happens; False once the month is over."""
        now = self.clock.now()
        if self.is_over:
            return False
        self.steps += 1
        instants = [traffic.next_at for traffic in self._traffic]
        due = self._obligations.next_due_at()
        if due is not None:
            # Nothing may come due while something is stated: who is first would be chance.
            assert due not in instants
            instants.append(due)
        self.clock.move_to(min(*instants, now + _LONGEST_STEP, self.ends_at))
        for traffic in self._traffic:
            traffic.step(self.clock.now())
        return True

    def is_quiet_until(self, instant: datetime) -> bool:
        """Whether nothing comes due, and nothing is stated, by then."""
        due = self._obligations.next_due_at()
        ahead = [traffic.next_at for traffic in self._traffic]
        return all(at > instant for at in ahead) and (due is None or due > instant)

    def is_polled(self) -> bool:
        """Whether every source was polled to the end as of now."""
        now = self.clock.now()
        return all(record.confirmed_at == now for record in self._obligations.sources())

    def is_settled(self) -> bool:
        """Whether all that was stated is stored, judged and told, as of now."""
        try:
            return self._is_settled()
        except OperationalError:
            # A test has taken the database away.
            return False

    def unsettled(self) -> str:
        """What it waits for, for whoever has waited too long."""
        tables = (
            select(case.c.ref, case.c.raw_status, case.c.marked_at),
            select(obligation.c.case_id, obligation.c.commitment, obligation.c.next_wakeup_at),
            select(
                notification.c.id, notification.c.step, notification.c.state,
                notification.c.attempts, notification.c.next_attempt_at,
                notification.c.lease_owner, notification.c.bundle_id,
            ).where(notification.c.state == "queued"),
        )  # fmt: skip
        with self.database.read() as connection:
            rows = [str(row) for query in tables for row in connection.execute(query)]
        return "\n".join(rows)

    def _is_settled(self) -> bool:
        now = self.clock.now()
        columns = (case.c.provider, case.c.kind, case.c.ref, case.c.raw_status)
        waiting = (
            select(func.count()).select_from(case).where(case.c.marked_at.is_not(None)),
            select(func.count()).select_from(obligation).where(obligation.c.next_wakeup_at <= now),
            select(func.count()).select_from(notification).where(notification.c.state == "queued"),
        )
        with self.database.read() as connection:
            if any(connection.scalar(query) for query in waiting):
                return False
            stored = {
                CaseKey(row.provider, CaseKind(row.kind), row.ref): row.raw_status
                for row in connection.execute(select(*columns))
            }
        stated = {
            CaseKey(provider.name, kind, each.ref): each.status
            for provider in self._providers
            for kind in CaseKind
            for each in provider.cases(kind)
        }
        return stored == stated

    def outcome(self) -> Outcome:
        named = and_(obligation.c.case_id == case.c.id)
        fired = (
            select(
                case.c.ref, obligation.c.commitment, escalation.c.step, escalation.c.episode,
                escalation.c.stood_at, escalation.c.reason,
            )
            .join(obligation, obligation.c.id == escalation.c.obligation_id)
            .join(case, named)
        )  # fmt: skip
        judged = select(case.c.ref, obligation.c.commitment, obligation.c.verdict).join(case, named)
        with self.database.read() as connection:
            escalations = [tuple(row) for row in connection.execute(fired)]
            assert len(escalations) == len(set(escalations)), "a step fired twice"
            keys = list(connection.scalars(select(notification.c.key)))
            verdicts = [tuple(row) for row in connection.execute(judged)]
        mails = Counter(str(mail.message["Message-ID"]) for mail in self.mailbox.received)
        return Outcome(
            escalations=frozenset(escalations),
            keys=frozenset(keys),
            verdicts=frozenset(verdicts),
            mails=frozenset(mails),
            repeated=mails.total() - len(mails),
            steps=self.steps,
        )


@contextmanager
def script(
    folder: Path, clock: Callable[[datetime], Any], database: str, *,
    days: int = 30, per_hour: float = 0.08, seed: int = 1,
) -> Iterator[Script]:  # fmt: skip
    """A month from a Monday morning; equal seeds make equal months."""
    with ExitStack() as stack:
        start = clock(utc("2026-11-02 08:00"))
        yield Script(folder, start, database, days=days, per_hour=per_hour, seed=seed, stack=stack)


def scripted_clock(folder: Path) -> Callable[[datetime], ScriptedClock]:
    return lambda start: ScriptedClock(folder / "clock", start)


def undisturbed(folder: Path, **month: Any) -> Outcome:
    """What the month comes to, step by bounded step, in this process and with no thread."""
    folder.mkdir()
    with script(folder, ManualClock, f"sqlite:///{folder / 'vigie.db'}", **month) as played:
        configuration = load_configuration(played.path)
        clock: WallClock = played.clock
        station = Station(configuration, open_database(configuration.settings.database), clock,
                          Random(1))  # fmt: skip
        try:
            while played.step():
                for source in station.parts.collectors:
                    station.poll(source)
                while station.tick().more:
                    pass
                station.deliver()
                assert played.is_settled()
        finally:
            station.close()
        return played.outcome()


class Ordeal:
    """Daemons that play a script while a test does to them what it likes."""

    def __init__(self, played: Script, zygote: Zygote, replicas: int = 1, **pace: float) -> None:
        self.script = played
        self._zygote = zygote
        self._pace = pace
        self.daemons = [self.start() for _ in range(replicas)]
        self.steps = 0
        self.kills = 0

    def play(self, disturb: Callable[["Ordeal"], Iterator[float]] = lambda _: iter(())) -> Outcome:
        """Play to the end.

        `disturb` is asked at each step for what to do: it yields how many real seconds to let pass
        before it goes on, and the step is over once it has ended and all is settled.
        """
        while self.script.step():
            self.steps += 1
            self.settle(disturb(self))
        return self.script.outcome()

    def settle(self, disturbance: Iterator[float] | None = None) -> None:
        """Let the daemons do all that is to be done at this instant."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        disturbance = iter(()) if disturbance is None else disturbance
        resumes_at: float | None = 0.0
        while resumes_at is not None or not self.script.is_settled():
            if resumes_at is not None and time.monotonic() >= resumes_at:
                wait = next(disturbance, None)
                resumes_at = None if wait is None else time.monotonic() + wait
                continue
            if time.monotonic() > give_up_at:
                raise AssertionError(
                    f"stuck at {self.script.clock.now()}:\n{self.script.unsettled()}\n{self.logs()}"
                )
            time.sleep(0.01)

    def kill(self, number: int = 0) -> None:
        """End one at once, as it stands, and start another in its place."""
        self.kills += 1
        self.daemons[number].kill()
        self.daemons[number] = self.start()

    def end(self) -> None:
        for daemon in self.daemons:
            daemon.end()

    def logs(self) -> str:
        """The end of each daemon's log, and where its threads are."""
        return "\n".join(
            f"{daemon.log.name}:\n{_tail(daemon.log)}\n{daemon.threads()}"
            for daemon in self.daemons
            if daemon.log.exists()
        )

    def start(self) -> Daemon:
        return self._zygote.start(self.script.folder, **self._pace)


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8").splitlines()[-30:])


def kills(
    random: Random, count: int, steps: int, *, within: float = 0.25
) -> Callable[[Ordeal], Iterator[float]]:
    """So many kills, at random moments of random steps among `steps`, each of a random daemon.

    A month may come to fewer steps: what is left then comes at the last one.
    """
    at_step = Counter(random.randrange(1, steps + 1) for _ in range(count))

    def disturb(ordeal: Ordeal) -> Iterator[float]:
        left = count - ordeal.kills
        for _ in range(left if ordeal.script.is_over else at_step[ordeal.steps]):
            yield random.uniform(0.0, within)
            ordeal.kill(random.randrange(len(ordeal.daemons)))

    return disturb
