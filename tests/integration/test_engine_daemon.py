"""The daemon's threads over a real database: real time, short waits, nothing sleeps to see it."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random

import pytest
from structlog.testing import capture_logs

from monitor.alerts.notification import Notification, Receipt
from monitor.alerts.outbox import Courier, DeliveryReport, DeliveryTerms, deliver_once
from monitor.cases.obligation import Verdict
from monitor.cases.observation import Observation
from monitor.cases.records import SourceRecord
from monitor.clock.wall import ScaledClock, SystemClock, WallClock
from monitor.collectors.base import Batch, PollWindow, SourceFault
from monitor.collectors.poller import PollResult, poll_once
from monitor.engine.daemon import Daemon
from monitor.engine.loop import Loop
from monitor.engine.polling import Polling
from monitor.engine.ports import TickReport
from monitor.engine.replicas import LeaseLostError
from monitor.engine.tick import tick_once
from monitor.store.database import Database
from tests.support.cases import said, utc
from tests.support.world import SOURCE, World

RECEIVED = "2026-11-23 09:00"
PATIENCE = 30.0


class Script:
    """A source that says what the test puts in it, and fails when the test says so."""

    name = SOURCE

    def __init__(self) -> None:
        self.statements: list[Observation] = []
        self.fault: SourceFault | None = None
        self.gate = threading.Event()
        self.gate.set()

    def check(self) -> str:
        return "ok"

    def fetch(self, window: PollWindow) -> Iterator[Batch]:
        assert self.gate.wait(PATIENCE)
        if self.fault:
            raise self.fault
        yield Batch(observations=list(self.statements), complete=True)

    def refresh(self, refs: Sequence[str], window: PollWindow) -> Iterator[Batch]:
        yield from ()

    def close(self) -> None:
        """Nothing to close."""


class Mailbox:
    """A channel that keeps what it is given."""

    name = "mail"

    def __init__(self) -> None:
        self.received: list[Notification] = []
        self.arrived = threading.Condition()

    def send(self, notification: Notification) -> Receipt:
        with self.arrived:
            self.received.append(notification)
            self.arrived.notify_all()
        return Receipt("250 OK")

    def close(self) -> None:
        """Nothing to close."""

    def wait_for(self, steps: set[str]) -> list[str]:
        with self.arrived:
            assert self.arrived.wait_for(
                lambda: steps <= {sent.step for sent in self.received}, PATIENCE
            ), [sent.step for sent in self.received]
            return [sent.step for sent in self.received]


class Counts:
    """What the loops said they did."""

    def __init__(self) -> None:
        self.polls: list[str] = []
        self.ticks = 0
        self.steps: list[str] = []
        self.deliveries: list[tuple[str, timedelta | None]] = []
        self.changed = threading.Condition()

    def polled(self, source: str, outcome: str) -> None:
        with self.changed:
            self.polls.append(outcome)
            self.changed.notify_all()

    def ticked(self, *, at: datetime, seconds: float) -> None:
        with self.changed:
            self.ticks += 1
            self.changed.notify_all()

    def escalated(self, provider: str, commitment: str, step: str) -> None:
        self.steps.append(step)

    def poll_took(self, source: str, seconds: float) -> None:
        assert seconds >= 0

    def closed(self, provider: str, commitment: str, used: float) -> None:
        """Not looked at here."""

    def fell_back(self, channel: str) -> None:
        """Not looked at here."""

    def delivered(self, channel: str, outcome: str, latency: timedelta | None = None) -> None:
        self.deliveries.append((outcome, latency))

    def wait(self, reached: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(reached, PATIENCE)


class Crew:
    """The steps of a daemon, over a world's store."""

    def __init__(self, world: World, clock: WallClock) -> None:
        self.world = world
        self.clock = clock
        self.script = Script()
        self.mailbox = Mailbox()
        self.tick_fault: Exception | None = None
        self.random = Random(1)
        self.holds_lease = True
        self.lease_fault: LeaseLostError | None = None
        self.awaited = False

    def poll(self, source: str) -> PollResult | None:
        if self.lease_fault:
            raise self.lease_fault
        if not self.holds_lease:
            return None
        return poll_once(self.script, self.world.observations, self.clock.now())

    def tick(self) -> TickReport:
        if self.tick_fault:
            raise self.tick_fault
        return tick_once(
            self.world.obligations,
            self.world.rules,
            stale_after=self.world.stale_after,
            now=self.clock.now(),
        )

    def deliver(self, channel: str | None) -> DeliveryReport:
        courier = Courier(
            store=self.world.outbox,
            channels={"mail": self.mailbox},
            terms=DeliveryTerms(),
            now=self.clock.now,
            random=self.random.random,
            owner="crew",
        )
        return deliver_once(courier, only=channel)

    def record_of(self, source: str) -> SourceRecord | None:
        return next(iter(self.world.obligations.sources()), None)

    def awaits_others(self) -> bool:
        return self.awaited

    def next_delivery_at(self, channel: str | None) -> datetime | None:
        return self.world.outbox.next_due_at(channel)


@contextmanager
def daemon_of(crew: Crew, counts: Counts, *, every: timedelta) -> Iterator[Daemon]:
    daemon = Daemon(
        crew, crew.clock, counts, every={SOURCE: every}, channels=["mail"], random=Random(1)
    )
    daemon.start()
    try:
        yield daemon
    finally:
        crew.script.gate.set()
        assert daemon.stop()


@pytest.fixture
def counts() -> Counts:
    return Counts()


def test_a_deadline_passes_by_itself(database: Database, counts: Counts) -> None:
    """The last while before a deadline, then past it: told, the close too, nothing twice."""
    world = World(database)
    crew = Crew(world, ScaledClock(utc("2026-11-23 15:50"), speed=600))
    crew.script.statements = [
        said("received", RECEIVED, received_at=RECEIVED),
        said("resolved", "2026-11-23 16:00:01", received_at=RECEIVED),
    ]
    # What happens later is not read before.
    late = crew.script.statements.pop()
    with daemon_of(crew, counts, every=timedelta(seconds=30)) as daemon:
        crew.mailbox.wait_for({"warning", "breach"})
        crew.script.statements.append(late)
        steps = crew.mailbox.wait_for({"closed"})
        counts.wait(lambda: world.verdict() is Verdict.MISSED)
        assert daemon.ready
        assert not [pulse for pulse in daemon.pulses if pulse.stalled]
        assert {pulse.name for pulse in daemon.pulses} == {
            "tick", "deliver mail", f"poll {SOURCE}",
        }  # fmt: skip
    assert len({sent.key for sent in crew.mailbox.received}) == len(crew.mailbox.received)
    assert "breach" in steps
    assert set(counts.steps) >= {"breach", "closed"}
    assert {outcome for outcome, _ in counts.deliveries} == {"accepted"}
    latencies = [latency for _, latency in counts.deliveries]
    assert all(latency is not None and latency >= timedelta() for latency in latencies)


def test_a_source_that_fails_is_asked_again_and_holds_up_nothing(
    database: Database, counts: Counts
) -> None:
    crew = Crew(World(database), SystemClock())
    crew.script.fault = SourceFault("answered 500", kind="http_5xx")
    with daemon_of(crew, counts, every=timedelta(milliseconds=50)) as daemon:
        counts.wait(lambda: len(counts.polls) >= 2 and counts.ticks >= 1)
        assert set(counts.polls) == {"http_5xx"}
        assert daemon.ready
        crew.script.fault = None
        counts.wait(lambda: "complete" in counts.polls)


def test_the_first_tick_waits_for_the_first_polls(database: Database, counts: Counts) -> None:
    crew = Crew(World(database), SystemClock())
    crew.script.gate.clear()
    with daemon_of(crew, counts, every=timedelta(minutes=5)) as daemon:
        assert not daemon.ready
        assert counts.ticks == 0
        crew.script.gate.set()
        counts.wait(lambda: counts.ticks >= 1)


def test_a_source_taken_over_is_polled_when_it_is_due_and_not_before(
    database: Database, counts: Counts
) -> None:
    crew = Crew(World(database), SystemClock())
    crew.holds_lease = False
    crew.world.observations.record(SOURCE, Batch(complete=True), at=crew.clock.now())
    with daemon_of(crew, counts, every=timedelta(hours=1)) as daemon:
        counts.wait(lambda: counts.ticks >= 1)
        crew.holds_lease = True
        daemon.took([SOURCE])
        (due_in,) = (each.due - time.monotonic() for each in daemon._polling._rounds.values())
        assert 3000 < due_in <= 3600
        assert counts.polls == []
        # An hour ago it would be due now.
        long_ago = crew.clock.now() - timedelta(hours=2)
        crew.world.observations.record(SOURCE, Batch(complete=True), at=long_ago)
        daemon.took([SOURCE, "of another configuration"])
        counts.wait(lambda: counts.polls == ["complete"])


def test_a_poll_that_lost_its_lease_is_told_and_left_to_the_other(
    database: Database, counts: Counts
) -> None:
    crew = Crew(World(database), SystemClock())
    crew.lease_fault = LeaseLostError(SOURCE)
    with capture_logs() as logs, daemon_of(crew, counts, every=timedelta(milliseconds=10)):
        counts.wait(lambda: counts.ticks >= 1)
        assert counts.polls == ["lease_lost"]
    assert [entry for entry in logs if entry["event"] == "poll_superseded"]
    assert not [entry for entry in logs if entry["log_level"] == "error"]


def test_the_first_tick_waits_for_what_other_replicas_have_yet_to_ask(
    database: Database, counts: Counts
) -> None:
    crew = Crew(World(database), SystemClock())
    crew.awaited = True
    with daemon_of(crew, counts, every=timedelta(minutes=5)) as daemon:
        counts.wait(lambda: counts.polls == ["complete"])
        assert not daemon.ready
        crew.awaited = False
        counts.wait(lambda: counts.ticks >= 1)


def test_a_tick_that_raises_is_logged_and_tried_again(database: Database, counts: Counts) -> None:
    crew = Crew(World(database), SystemClock())
    crew.tick_fault = OSError("no space left on device")
    with capture_logs() as logs, daemon_of(crew, counts, every=timedelta(minutes=5)) as daemon:
        deadline = time.monotonic() + PATIENCE
        while not [p for p in daemon.pulses if p.failures > 1] and time.monotonic() < deadline:
            counts.wait(lambda: True)
        crew.tick_fault = None
        counts.wait(lambda: counts.ticks >= 1)
    failed = [entry for entry in logs if entry["event"] == "loop_failed"]
    assert failed
    assert failed[0]["loop"] == "tick"
    assert failed[0]["log_level"] == "error"


def test_stopping_does_not_wait_for_a_poll_that_hangs(database: Database, counts: Counts) -> None:
    crew = Crew(World(database), SystemClock())
    crew.script.gate.clear()
    daemon = Daemon(
        crew, crew.clock, counts, every={SOURCE: timedelta(minutes=1)}, channels=["mail"],
        random=Random(1),
    )  # fmt: skip
    daemon.start()
    began = time.monotonic()
    with capture_logs() as logs:
        assert not daemon.stop(0.3)
    assert time.monotonic() - began < 2
    assert [entry["still_running"] for entry in logs] == [["polls"]]
    crew.script.gate.set()
    assert daemon.stop()


def test_a_loop_is_woken_at_once_and_again_if_woken_while_it_runs() -> None:
    ran = threading.Semaphore(0)
    go = threading.Semaphore(0)

    def step() -> float:
        ran.release()
        assert go.acquire(timeout=PATIENCE)
        return 3600.0

    loop = Loop("test", step, SystemClock())
    loop.start()
    assert ran.acquire(timeout=PATIENCE)
    loop.wake()
    go.release()
    assert ran.acquire(timeout=PATIENCE)
    assert loop.pulse().last_seen_at is not None
    go.release()
    # Woken once, it comes round once.
    assert not ran.acquire(timeout=0.05)
    loop.stop()
    assert loop.join(PATIENCE)
    assert loop.pulse().stalled


def test_polls_overslept_by_the_scheduler_are_revived() -> None:
    """As when the machine's clock steps back: the scheduler's date lies an hour ahead."""
    polled = threading.Semaphore(0)

    def poll(source: str) -> float:
        polled.release()
        return 3600.0

    polling = Polling([SOURCE], poll, SystemClock(), polled=lambda: None)
    polling.start()
    assert polled.acquire(timeout=PATIENCE)
    assert polling.join(PATIENCE)
    polling.revive()
    assert not polled.acquire(timeout=0.05)
    polling._rounds[SOURCE].due -= 3700
    assert [pulse.stalled for pulse in polling.pulses()] == [False]
    polling.revive()
    assert polled.acquire(timeout=PATIENCE)
    polling.stop()
    assert polling.join(PATIENCE)


def test_a_poll_that_raises_is_tried_again() -> None:
    tried = threading.Semaphore(0)

    def poll(source: str) -> float:
        tried.release()
        raise OSError("database or disk is full")

    polling = Polling([SOURCE], poll, SystemClock(), polled=lambda: None)
    with capture_logs() as logs:
        polling.start()
        for _ in range(2):
            assert tried.acquire(timeout=PATIENCE)
        polling.stop()
        assert polling.join(PATIENCE)
    assert {entry["event"] for entry in logs} == {"poll_failed"}
    assert polling.pulses()[0].failures >= 1
