"""When a hub is subscribed to, and what becomes of its hints."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from monitor.clock.wall import ManualClock
from monitor.collectors.base import SourceFault
from monitor.collectors.poller import Outcome, PollResult
from monitor.engine.hints import Hints, Subscription
from monitor.engine.hub import Hub, HubKeeper

START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SOURCE = "telus-tickets"


class Bench:
    """A keeper between a hub and a store that a test looks into."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.hints = Hints()
        self.hints.serve({SOURCE: self.wake})
        self.woken = self.learned = 0
        self.busy = False
        self.fault: SourceFault | None = None
        self.subscribed: list[datetime] = []
        self.ended: list[str] = []
        self.read: list[list[str]] = []
        self.stored: Subscription | None = None
        self.added = 1
        self.keeper = self.make("https://vigie.example/tmf/listener/one")

    def make(self, callback: str) -> HubKeeper:
        return HubKeeper(
            SOURCE,
            hub=self.with_hub,
            refresh=self.refresh,
            learned=self.learn,
            hints=self.hints,
            kept=self,
            clock=self.clock,
            polled=lambda *_: None,
            callback=callback,
            renew=timedelta(hours=1),
        )

    def wake(self) -> None:
        self.woken += 1

    def learn(self) -> None:
        self.learned += 1

    def with_hub(self, act: Callable[[Hub], None]) -> bool:
        if not self.busy:
            act(self)
        return not self.busy

    def refresh(self, refs: Sequence[str]) -> PollResult | None:
        if self.busy:
            return None
        self.read.append(list(refs))
        now = self.clock.now()
        return PollResult(source=SOURCE, at=now, outcome=Outcome.REFRESHED, added=self.added)

    def subscribe(self, callback: str) -> str:
        if self.fault:
            raise self.fault
        self.subscribed.append(self.clock.now())
        return str(len(self.subscribed))

    def unsubscribe(self, hub_id: str) -> None:
        self.ended.append(hub_id)
        raise SourceFault("405", kind="http_4xx")

    def load(self, source: str) -> Subscription | None:
        return self.stored

    def save(self, source: str, subscription: Subscription) -> None:
        self.stored = subscription

    def step(self, after: timedelta = timedelta()) -> float:
        self.clock.advance(after)
        return self.keeper.step()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_it_subscribes_once_and_anew_every_hour(bench: Bench) -> None:
    for minutes in (0, 1, 58, 1, 30):
        bench.step(minutes * MINUTE)
    assert [at - START for at in bench.subscribed] == [timedelta(), timedelta(hours=1)]
    # The old one was given up first; that the hub cannot do so does no harm.
    assert bench.ended == ["1"]


def test_another_address_is_subscribed_at_once(bench: Bench) -> None:
    bench.step()
    bench.keeper = bench.make("https://vigie.example/tmf/listener/two")
    bench.step(MINUTE)
    assert len(bench.subscribed) == 2


def test_fault_19_a_subscription_that_seems_to_have_vanished_is_renewed(bench: Bench) -> None:
    bench.step()
    bench.hints.polled(SOURCE, found_news=True)
    bench.step(9 * MINUTE)
    assert len(bench.subscribed) == 1
    bench.step(MINUTE)
    assert len(bench.subscribed) == 2
    bench.step(20 * MINUTE)
    assert len(bench.subscribed) == 2


def test_news_that_was_told_of_or_no_news_is_no_reason_for_doubt(bench: Bench) -> None:
    bench.step()
    bench.hints.give(SOURCE, "INC-1")
    bench.hints.polled(SOURCE, found_news=True)
    bench.hints.polled(SOURCE, found_news=False)
    bench.step(20 * MINUTE)
    assert len(bench.subscribed) == 1


def test_a_hub_that_refuses_is_asked_again_a_little_later(bench: Bench) -> None:
    bench.fault = SourceFault("answered 500", kind="http_5xx")
    bench.step()
    bench.fault = None
    bench.step(MINUTE)
    assert bench.subscribed == []
    bench.step(5 * MINUTE)
    assert len(bench.subscribed) == 1


def test_hints_are_read_together_and_each_once(bench: Bench) -> None:
    for ref in ("INC-1", "INC-2", "INC-1", None):
        bench.hints.give(SOURCE, ref)
    bench.step()
    bench.step()
    assert bench.read == [["INC-1", "INC-2"]]
    assert (bench.woken, bench.learned) == (3, 1)


def test_nothing_new_wakes_nobody(bench: Bench) -> None:
    bench.added = 0
    bench.hints.give(SOURCE, "INC-1")
    bench.step()
    assert bench.learned == 0


def test_hints_wait_while_their_source_is_asked_and_none_is_lost(bench: Bench) -> None:
    bench.busy = True
    bench.hints.give(SOURCE, "INC-1")
    assert bench.step() == 1.0
    bench.hints.give(SOURCE, "INC-2")
    bench.busy = False
    bench.step()
    assert bench.read == [["INC-1", "INC-2"]]


def test_more_hints_than_a_poll_would_be_worth_are_left_to_the_poll(bench: Bench) -> None:
    for number in range(2000):
        bench.hints.give(SOURCE, f"INC-{number}")
    assert len(bench.hints.take(SOURCE)) == 1000


def test_hints_of_a_source_nobody_keeps_are_dropped(bench: Bench) -> None:
    bench.hints.give("another", "INC-1")
    assert bench.hints.take("another") == ()
    bench.hints.polled("another", found_news=True)
    assert not bench.hints.is_doubted("another")
