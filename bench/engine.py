"""The engine with ten thousand, a hundred thousand and a million obligations open.

    python bench/engine.py [--quick] [--json] [--sizes 10000,1000000] [--stores sqlite]

Each figure is real seconds, the best of several rounds, beside this process's own processor
seconds (the database server's not among them): on a machine with other work the second is the
steadier one. The ratio is to a plain engine that looks at every open obligation at each tick
(engine_peer.py), on the same database. The daemon is a process of its own; alerts are timed from
a deadline's instant to the message's arrival at a mail server on loopback.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prometheus_client import generate_latest
from sqlalchemy import func, select

from bench import engine_stores
from bench.engine_peer import ScanningEngine
from bench.engine_seed import SOURCE, seed, statement, statements
from monitor.alerts.escalation import Recipient
from monitor.alerts.policy import Policy
from monitor.cases.observation import Observation
from monitor.clock.wall import ManualClock
from monitor.collectors.base import Batch
from monitor.contract.loader import load_contract
from monitor.cycles import search_seldom
from monitor.engine.rebuild import rebuild
from monitor.engine.rules import Rules
from monitor.engine.tick import tick_once
from monitor.metrics import EventCounts, VigieCollector, make_registry
from monitor.simulator.smtp_sink import SmtpSink
from monitor.store.database import Database, open_database
from monitor.store.obligations import Obligations
from monitor.store.observations import Observations
from monitor.store.readings import Readings
from monitor.store.rebuilding import Rebuilding
from monitor.store.tables import notification, obligation

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
"""A Monday, 10:00 in Québec: of what `seed` opens, nothing comes due within half an hour."""

BREACHING = datetime(2026, 11, 20, 20, 5, 45, tzinfo=UTC)
"""Four business hours from this Friday afternoon are used up at `BREACHED`."""

BREACHED = datetime(2026, 11, 23, 15, 5, 45, tzinfo=UTC)

STALE_AFTER = {SOURCE: timedelta(days=365)}
DUE = 1000
SERVE = (
    "from monitor.cycles import search_seldom; search_seldom();"
    "from bench.engine_daemon import main; main()"
)

CONFIGURATION = """\
database: {url}
http: {{port: 0}}
sources:
  - {{name: telus-tickets, provider: telus, kind: tmf621-v4, mapping: tmf621,
      url: "http://127.0.0.1:1/none", every: 10 s, stale_after: 365 d}}
channels:
  mail: {{type: smtp, host: 127.0.0.1, port: {port}, security: none, sender: vigie@example.org,
         group: null, per_hour: null}}
recipients:
  - {{role: contract-manager, channel: mail, address: gestion@example.org}}
"""


class _Idle:
    """No daemon runs beside the scrape."""

    def polled_sources(self) -> Mapping[str, bool]:
        return {}

    def loop_failures(self) -> Mapping[str, int]:
        return {}


@dataclass(frozen=True)
class Effort:
    sizes: tuple[int, ...]
    rounds: int
    batches: int
    alerts: int
    peer_rounds: int


QUICK = Effort(sizes=(2_000,), rounds=3, batches=2, alerts=10, peer_rounds=1)
FULL = Effort(sizes=(10_000, 100_000, 1_000_000), rounds=7, batches=10, alerts=200, peer_rounds=2)


@dataclass
class Figure:
    """Seconds, unless the name says otherwise."""

    name: str
    real: float
    processor: float | None = None
    peer: float | None = None
    reach: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times as long the peer takes."""
        return None if self.peer is None else self.peer / self.real


@dataclass
class Result:
    store: str
    open: int
    load: float
    figures: list[Figure] = field(default_factory=list)

    def add(self, name: str, spent: "Spent", **more: Any) -> None:
        self.figures.append(Figure(name, spent.real, spent.processor, **more))


@dataclass(frozen=True)
class Spent:
    real: float
    processor: float


def timed(work: Callable[[], object]) -> Spent:
    real, processor = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - real, time.process_time() - processor)


def best(rounds: int, work: Callable[[], object]) -> Spent:
    return least([timed(work) for _ in range(rounds)])


def least(spent: list[Spent]) -> Spent:
    return Spent(min(each.real for each in spent), min(each.processor for each in spent))


class Bench:
    """One database, filled, and what is asked of it."""

    def __init__(self, database: Database, rules: Rules, effort: Effort, result: Result) -> None:
        self.database = database
        self.rules = rules
        self.effort = effort
        self.result = result
        self.observations = Observations(database)
        self.obligations = Obligations(database)
        self.peer = ScanningEngine(database, rules, STALE_AFTER)
        self.numbers = iter(range(10_000_000, 99_000_000, 10_000))

    def run(self, folder: Path, url: str) -> None:
        self.result.add("fill", timed(lambda: seed(self.database, self.rules, self._size, NOW)))
        self.require_like_a_tick()
        self.idle_tick()
        self.scrape()
        self.rebuild()
        self.due_tick()
        self.daemon(folder, url)
        self.intake()

    @property
    def _size(self) -> int:
        return self.result.open

    def tick(self, now: datetime) -> int:
        """Until nothing is left over; how many cases."""
        cases = 0
        while True:
            report = tick_once(self.obligations, self.rules, stale_after=STALE_AFTER, now=now)
            cases += report.cases
            if not report.more:
                return cases

    def record(self, said: list[Observation], now: datetime) -> None:
        self.observations.record(SOURCE, Batch(observations=said, complete=True), at=now)

    def require_like_a_tick(self) -> None:
        """What was filled in bulk is what polls and ticks would have stored."""
        if self._size > FULL.sizes[0]:
            return
        sample = list(statements(self._size, NOW))[:200]
        columns = [each for each in obligation.c if each.name not in {"id", "case_id"}]
        query = select(*columns).where(obligation.c.case_id <= len(sample))
        with self.database.read() as connection:
            filled = connection.execute(query).all()
        with (
            tempfile.TemporaryDirectory() as folder,
            engine_stores.sqlite(Path(folder)) as url,
            closing(open_database(url)) as database,
        ):
            Observations(database).record(SOURCE, Batch(observations=sample), at=NOW)
            Bench(database, self.rules, self.effort, self.result).tick(NOW)
            with database.read() as connection:
                ticked = connection.execute(query).all()
        assert sorted(map(repr, filled)) == sorted(map(repr, ticked)), "the filling is not a tick's"

    def idle_tick(self) -> None:
        now = NOW + timedelta(seconds=1)
        assert self.tick(now) == 0
        spent = best(self.effort.rounds * 3, lambda: self.tick(now))
        peer = best(self.effort.peer_rounds, lambda: self.peer.tick(now))
        self.result.add("idle tick", spent, peer=peer.real)

    def scrape(self) -> None:
        book = self.rules.book
        collector = VigieCollector(
            counts=EventCounts(),
            reader=Readings(self.database),
            clock=ManualClock(NOW + timedelta(seconds=1)),
            clock_of=lambda owed: book.clock(book.version(owed.contract_version), owed.calendar),
            workings=_Idle(),
            urgent=20,
            book=book,
        )
        registry = make_registry(collector)
        size = len(generate_latest(registry))
        spent = best(self.effort.rounds * 3, lambda: generate_latest(registry))
        peer = best(self.effort.peer_rounds, self.peer.scrape)
        self.result.add("scrape", spent, peer=peer.real)
        self.result.figures.append(Figure("scrape, bytes", float(size)))

    def rebuild(self) -> None:
        found: list[Any] = []

        def check() -> None:
            rebuild(Rebuilding(self.database), self.rules, now=NOW, mend=False, told=found.append)

        self.result.add("rebuild", timed(check), reach=120.0)
        assert found == [], found[:3]

    def due_tick(self) -> None:
        """A thousand that come due at one instant: a step each, and a message in the outbox."""
        rounds = []
        for turn in range(min(self.effort.rounds, 3)):
            received = NOW - timedelta(minutes=110) + timedelta(minutes=turn)
            self.record(self._alike(DUE, received), NOW)
            self.tick(NOW)
            now = received + timedelta(hours=2)
            before = self._messages()
            rounds.append(timed(lambda now=now: self.tick(now)))  # type: ignore[misc]
            assert self._messages() - before == DUE
        received = NOW - timedelta(minutes=105)
        self.record(self._alike(DUE, received), NOW)
        self.tick(NOW)
        peer = timed(lambda: self.peer.tick(received + timedelta(hours=2)))
        real, processor = (
            min(getattr(each, of) for each in rounds) for of in ("real", "processor")
        )
        spent = Spent(real, processor)
        self.result.add("tick, 1,000 due", spent, peer=peer.real, reach=1.0)

    def _alike(self, count: int, received: datetime) -> list[Observation]:
        """Requests that are promised within four hours, received at one instant."""
        first = next(self.numbers)
        first -= first % 6
        return [statement(first + 6 * n + 2, received, NOW) for n in range(count)]

    def _messages(self) -> int:
        with self.database.read() as connection:
            return connection.scalar(select(func.count()).select_from(notification)) or 0

    def daemon(self, folder: Path, url: str) -> None:
        """Start it beside what is stored, and time alerts through it."""
        alerts, step = self.effort.alerts, timedelta(milliseconds=100)
        first = next(self.numbers)
        first -= first % 6
        said = [statement(first + 6 * n + 2, BREACHING + n * step, NOW) for n in range(alerts)]
        self.record(said, NOW)
        self.tick(NOW)
        lead = timedelta(seconds=6 if self.effort is QUICK else 15)
        with SmtpSink(keep=100_000) as sink:
            path = folder / "bench.yaml"
            path.write_text(CONFIGURATION.format(url=url, port=sink.port), encoding="utf-8")
            began = time.monotonic()
            with subprocess.Popen(
                [sys.executable, "-c", SERVE, str(path), (BREACHED - lead).isoformat()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[1],
            ) as process:
                assert process.stdin
                assert process.stdout
                ready = json.loads(process.stdout.readline())
                # What turns this machine's steady clock into the daemon's.
                epoch = ready["at"] - ready["ready"]
                arrived = self._arrivals(sink, lead + alerts * step + timedelta(seconds=60), epoch)
                process.stdin.write("\n")
                process.stdin.flush()
                ended = json.loads(process.stdout.readline())
        # The daemon reads the clock once it is up: what fell due before that is no alert's delay.
        latencies = sorted(at - due for due, at in arrived if due > ready["at"])
        assert len(arrived) == alerts, f"{len(arrived)} of {alerts} alerts arrived"
        self.result.figures += [
            Figure("start to first tick", ready["ready"] - began, ready["cpu"], reach=3.0),
            Figure("daemon's memory, MB", ended["megabytes"], reach=400.0),
        ]
        if latencies:
            self.result.figures += [
                Figure("deadline to mail, median", latencies[len(latencies) // 2]),
                Figure("deadline to mail, p99", latencies[int(len(latencies) * 0.99)], reach=1.0),
            ]

    def _arrivals(
        self, sink: SmtpSink, patience: timedelta, epoch: float
    ) -> list[tuple[float, float]]:
        """Of each breach told, its deadline and when its message came in."""
        until = time.monotonic() + patience.total_seconds()
        came: dict[str, float] = {}
        due: dict[str, float] = {}
        while time.monotonic() < until and len(due) < self.effort.alerts:
            if sink.count == len(came):
                time.sleep(0.002)
                continue
            now = time.monotonic() + epoch
            for mail in sink.received[len(came) :]:
                key = mail.message["Message-ID"].strip("<>").partition("@")[0]
                came[key] = now
            due = {key: at for key, at in self._breaches().items() if key in came}
        return [(at, came[key]) for key, at in due.items()]

    def _breaches(self) -> dict[str, float]:
        """The deadlines of the breaches told, by the keys of their messages."""
        query = select(notification.c.key, notification.c.stood_at)
        with self.database.read() as connection:
            rows = connection.execute(query.where(notification.c.step == "breach")).all()
        return {row.key: row.stood_at.timestamp() for row in rows}

    def intake(self) -> None:
        spent = []
        now = NOW + timedelta(minutes=20)
        for _ in range(self.effort.batches):
            said = list(statements(1000, now, first=next(self.numbers)))
            spent.append(timed(lambda said=said: self.record(said, now)))  # type: ignore[misc]
        quickest = least(spent)
        rates = (1000 / quickest.real, 1000 / quickest.processor)
        self.result.figures.append(Figure("observations a second", *rates, reach=10_000.0))


def table(result: Result) -> None:
    print(f"\n{result.store}, {result.open:,} open obligations (load {result.load:.1f})")
    for each in result.figures:
        processor = "" if each.processor is None else f"processor {each.processor:12,.4f}"
        reach = "" if each.reach is None else f"reach {each.reach:,.0f}"
        ratio = "" if each.ratio is None else f"{each.ratio:,.0f} times as fast as the peer"
        print(f"  {each.name:<26}{each.real:14,.4f}   {processor:<24}{reach:<14}{ratio}")


def measured(store: str, size: int, effort: Effort, urls: Any) -> Result:
    rules = Rules(
        book=load_contract("builtin:cspq-mobilite"),
        policy=Policy(),
        recipients=[
            Recipient(role="contract-manager", channel="mail", address="gestion@example.org")
        ],
    )
    result = Result(store, size, os.getloadavg()[0])
    with (
        tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder,
        urls(Path(folder)) as url,
        closing(open_database(url)) as database,
    ):
        Bench(database, rules, effort, result).run(Path(folder), url)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--quick", action="store_true", help="seconds rather than many minutes")
    parser.add_argument("--sizes", help="how many obligations are open, by commas")
    parser.add_argument("--stores", default="sqlite,postgresql", help="which databases, by commas")
    options = parser.parse_args()
    effort = QUICK if options.quick else FULL
    sizes = [int(each) for each in options.sizes.split(",")] if options.sizes else effort.sizes
    results: list[Result] = []
    # As `vigie run` does.
    search_seldom()
    with ExitStack() as stack:
        for store in options.stores.split(","):
            urls: Any = engine_stores.sqlite
            if store == "postgresql":
                server = stack.enter_context(engine_stores.server())
                urls = lambda _folder: engine_stores.postgresql(server)  # noqa: E731, B023
            for size in sizes:
                results.append(measured(store, size, effort, urls))
                if not options.json:
                    table(results[-1])
    if options.json:
        machine = {"python": platform.python_version(), "cores": os.cpu_count()}
        print(json.dumps({"machine": machine, "results": [asdict(each) for each in results]}))


if __name__ == "__main__":
    main()
