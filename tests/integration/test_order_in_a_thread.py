"""A thread is told in the order of its decisions: nothing overtakes what is still queued."""

import itertools
import random
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from monitor.alerts.channels.pagerduty import PagerDutyChannel
from monitor.alerts.escalation import Recipient
from monitor.alerts.fallback import Fallback
from monitor.alerts.notification import DeliveryFault, Notification, Receipt
from monitor.alerts.outbox import Handling, deliver_once
from monitor.alerts.outbox_store import Arranger, Attempt, Claimed, Outcome, State
from monitor.store.database import Database
from monitor.store.outbox_desk import OutboxDesk, Which
from tests.support.carriers import courier, to_people
from tests.support.channels import close_posters, poster
from tests.support.outbox import ScriptedChannel
from tests.support.receivers import Receiver, answer
from tests.support.threads import Threads
from tests.support.world import World

LEASE = timedelta(minutes=2)
LATER = DeliveryFault("451 later", permanent=False)
NEVER = DeliveryFault("550 never", permanent=True)


@pytest.fixture
def world(database: Database) -> World:
    return World(database).at("2026-11-23 09:05")


@pytest.fixture
def threads(world: World) -> Threads:
    return Threads(world)


def claim(world: World, owner: str = "one", limit: int = 50, **options: Arranger) -> list[Claimed]:
    found = world.outbox.claim(
        "mail", owner=owner, now=world.now, lease=LEASE, limit=limit, **options
    )
    return list(found)


def numbers(claimed: list[Claimed]) -> list[int]:
    return [int(each.notification.key, 16) for each in claimed]


def record(world: World, claimed: Claimed, state: State, after: timedelta | None = None) -> None:
    outcome = Outcome.ACCEPTED if state is State.SENT else Outcome.FAILED
    attempt = Attempt(started_at=world.now, finished_at=world.now, outcome=outcome, detail="-")
    world.outbox.record(claimed, attempt, state, None if after is None else world.now + after)


@pytest.mark.parametrize("end", [State.SENT, State.DEAD])
def test_one_goes_when_the_one_before_it_has_ended(world: World, threads: Threads, end: State):
    threads.decide("a")
    threads.decide("a")
    threads.decide("a", address="someone@example.org")
    threads.decide("b")
    first, *others = claim(world)
    assert numbers([first, *others]) == [1, 3, 4]
    assert claim(world, "two") == []
    assert world.outbox.waiting(world.now) == set(), "what waits in line keeps nobody awake"
    record(world, first, State.QUEUED, timedelta(seconds=5))
    world.clock.advance(timedelta(seconds=5))
    (again,) = claim(world)
    assert numbers([again]) == [1]
    record(world, again, end)
    assert numbers(claim(world)) == [2]


def test_the_dead_holders_message_is_taken_over_before_the_next(world: World, threads: Threads):
    threads.decide("a")
    threads.decide("a")
    assert numbers(claim(world, "dead")) == [1]
    world.clock.advance(LEASE)
    (taken,) = claim(world, "alive")
    assert numbers([taken]) == [1]
    record(world, taken, State.SENT)
    assert numbers(claim(world, "alive")) == [2]


def test_what_waits_long_is_looked_at_as_seldom_as_the_first(world: World, threads: Threads):
    threads.decide("a")
    threads.decide("a")
    (first,) = claim(world)
    record(world, first, State.QUEUED, timedelta(hours=1))
    world.clock.advance(LEASE)
    assert claim(world) == []
    assert threads.next_attempts()[2] == threads.next_attempts()[1]


@pytest.mark.parametrize("act", ["discard", "elsewhere"])
def test_an_operator_who_takes_the_first_away_lets_the_next_go(
    world: World, threads: Threads, act: str
):
    threads.decide("a")
    threads.decide("a")
    (first,) = claim(world)
    record(world, first, State.QUEUED, timedelta(days=1))
    desk = OutboxDesk(world.database)
    (letter, _) = desk.letters(Which(states=[State.QUEUED]), 10)
    if act == "discard":
        desk.discard([letter], why="told by telephone", now=world.now)
    else:
        desk.retry([letter], why="moved", now=world.now, channel="pager")
    assert numbers(claim(world)) == [2]


def test_what_follows_one_in_a_digest_waits_for_the_digest(world: World, threads: Threads):
    arranger = to_people(more_than=1).arranger
    assert arranger is not None
    threads.decide("a", role="x")
    threads.decide("b", role="x")
    threads.decide("a", role="x")
    (digest,) = claim(world, arranger=arranger)
    assert digest.carries == 2
    record(world, digest, State.QUEUED, timedelta(seconds=5))
    world.clock.advance(timedelta(seconds=5))
    (again,) = claim(world, arranger=arranger)
    assert again.id == digest.id
    record(world, again, State.SENT)
    # Soon after a digest of its kind it has to wait for the next; and none is lost in that.
    world.clock.advance(timedelta(minutes=5))
    assert numbers(claim(world, arranger=arranger)) == [3]


def test_what_another_way_takes_over_keeps_its_place_there(world: World, threads: Threads):
    desk = Recipient(role="desk", channel="mail", address="gestion@example.org", lang="fr")
    threads.decide("a", channel="pager")
    world.clock.advance(timedelta(minutes=1))
    threads.decide("a")
    fallback = Handling(fallback=Fallback(resolve=lambda _: [desk]))
    channels = {"pager": ScriptedChannel("pager", script={1: NEVER}), "mail": ScriptedChannel()}
    deliver_once(courier(world, channels, handlings={"pager": fallback}), only="pager")
    (first,) = claim(world)
    assert first.notification.role == "desk"
    assert first.notification.created_at == world.now - timedelta(minutes=1)
    record(world, first, State.SENT)
    assert numbers(claim(world)) == [2]


def test_what_waits_in_line_too_long_is_told_another_way(world: World, threads: Threads):
    desk = Recipient(role="desk", channel="pager", address="reseau", lang="fr")
    threads.decide("a")
    threads.decide("a", step="step-2")
    handling = Handling(fallback=Fallback(resolve=lambda _: [desk], after=timedelta(minutes=15)))
    mail = ScriptedChannel("mail", script={1: LATER})
    carrier = courier(world, {"mail": mail, "pager": mail}, handlings={"mail": handling})
    assert deliver_once(carrier, only="mail").fallbacks == ()
    world.clock.advance(timedelta(minutes=20))
    # How many that were news to; a channel of their own waits to be woken for them.
    assert deliver_once(carrier, only="mail").fallbacks == ("mail", "mail")
    assert mail.tried == [1, 1]


PAGER = Recipient(role="on-call", channel="pager", address="reseau", lang="fr")


@pytest.mark.parametrize("after", [None, timedelta(minutes=15)], ids=["dead", "late"])
@pytest.mark.parametrize("close", ["closed", "correction", "acknowledged#1"])
def test_a_close_decided_before_its_alarm_went_another_way_follows_it(
    world: World, threads: Threads, close: str, after: timedelta | None
):
    threads.decide("a")
    world.clock.advance(timedelta(minutes=20))
    threads.decide("a", step=close)
    threads.decide("b", step=close)
    fault = NEVER if after is None else LATER
    mail, pager = ScriptedChannel("mail", script={1: fault}), ScriptedChannel("pager")
    handling = Handling(fallback=Fallback(resolve=lambda _: [PAGER], after=after))
    carrier = courier(world, {"mail": mail, "pager": pager}, handlings={"mail": handling})
    assert deliver_once(carrier, only="mail").elsewhere
    deliver_once(carrier, only="pager")
    assert pager.steps == ["breach"]
    mail.script.clear()
    world.clock.advance(timedelta(minutes=5))
    while mail.steps.count(close) < 2:
        assert deliver_once(carrier, only="mail").deliveries
    deliver_once(carrier, only="pager")
    assert pager.steps == ["breach", close], "and of the other thread it was told nothing"
    assert mail.steps[-1] == close
    deliver_once(carrier)
    assert pager.steps == ["breach", close]


def test_a_step_that_gets_through_goes_nowhere_else(world: World, threads: Threads):
    threads.decide("a")
    threads.decide("a")
    mail, pager = ScriptedChannel("mail", script={1: NEVER}), ScriptedChannel("pager")
    handling = Handling(fallback=Fallback(resolve=lambda _: [PAGER]))
    carrier = courier(world, {"mail": mail, "pager": pager}, handlings={"mail": handling})
    for _ in range(3):
        deliver_once(carrier)
    assert (mail.sent, pager.steps) == ([2], ["breach"])


def test_closes_in_a_digest_follow_their_alarms(world: World, threads: Threads):
    mail, pager = ScriptedChannel("mail", script={1: NEVER}), ScriptedChannel("pager")
    handling = to_people(Fallback(resolve=lambda _: [PAGER]), more_than=1)
    carrier = courier(world, {"mail": mail, "pager": pager}, handlings={"mail": handling})
    threads.decide("a")
    deliver_once(carrier)
    world.clock.advance(timedelta(minutes=10))
    threads.decide("a", step="closed", role="x")
    threads.decide("b", step="closed", role="x")
    deliver_once(carrier)
    assert mail.steps == ["digest"]
    deliver_once(carrier)
    assert pager.steps == ["breach", "closed"]


@pytest.fixture
def pagerduty() -> Iterator[Receiver]:
    with Receiver(answer(202)) as server:
        yield server
        close_posters()


def test_no_trigger_calls_again_after_its_acknowledgement_or_close(
    world: World, threads: Threads, pagerduty: Receiver
):
    pagerduty.will(answer(500), answer(500), answer(202), answer(500))
    channel = PagerDutyChannel("pager", url=pagerduty.url, routing_key="k", poster=poster())
    carrier = courier(world, {"pager": channel})
    threads.decide("a", channel="pager")
    deliver_once(carrier)
    threads.decide("a", channel="pager", step="acknowledged#1")
    deliver_once(carrier)
    threads.decide("a", channel="pager", step="closed", fields={"tone": "closed"})
    while (due := world.outbox.next_due_at()) is not None:
        world.clock.move_to(max(due, world.now))
        deliver_once(carrier)
    assert [each.json["event_action"] for each in pagerduty.posted] == [
        "trigger", "trigger", "trigger", "acknowledge", "acknowledge", "resolve",
    ]  # fmt: skip


@dataclass
class Story:
    """Decisions, couriers that fail and die, and operators, in any order; told by a seed."""

    world: World
    threads: Threads
    chance: random.Random
    arranger: Arranger | None
    lines: dict[int, str] = field(default_factory=dict)
    arrived: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    held: dict[str, list[Claimed]] = field(default_factory=lambda: {"one": [], "two": []})

    def step(self) -> None:
        acts = (self.decide, self.claim, self.claim, *[self.send] * 4, self.die, self.wait)
        self.chance.choice(acts)()

    def decide(self) -> None:
        thread = f"{self.chance.random()}"[:3]
        self.lines[int(self.threads.decide(thread).key, 16)] = thread

    def claim(self) -> None:
        owner = self.chance.choice(("one", "two"))
        if not self.held[owner]:
            limit = self.chance.choice((1, 3, 50))
            options = {} if self.arranger is None else {"arranger": self.arranger}
            self.held[owner] = claim(self.world, owner, limit, **options)

    def send(self) -> None:
        held = self.held[self.chance.choice(("one", "two"))]
        if not held:
            return
        each = held.pop(0)
        if self.world.now > each.lease_until - LEASE / 2:
            return
        roll = self.chance.random()
        if roll < 0.5:
            self.arrive(each)
            if roll > 0.05:  # Else it dies before it is recorded.
                record(self.world, each, State.SENT)
        elif roll < 0.9:
            pause = timedelta(seconds=self.chance.randrange(300))
            record(self.world, each, State.QUEUED, pause)
        else:
            record(self.world, each, State.DEAD)

    def arrive(self, claimed: Claimed) -> None:
        if claimed.carries is None:
            (number,) = numbers([claimed])
            self.arrived[self.lines[number]].append(number)
        elif claimed.carries:
            (digest,) = OutboxDesk(self.world.database).named(str(claimed.id))
            members = OutboxDesk(self.world.database).members(digest)
            told = [int(each.key, 16) for each in members]
            assert len({self.lines[each] for each in told}) == len(told)
            for number in told:
                self.arrived[self.lines[number]].append(number)

    def die(self) -> None:
        self.held[self.chance.choice(("one", "two"))] = []

    def wait(self) -> None:
        self.world.clock.advance(timedelta(seconds=self.chance.choice((1, 20, 90))))

    def end(self) -> None:
        """Everything ends, though each may fail on."""
        for _ in range(2_000):
            self.claim()
            self.send()
            self.send()
            due = self.world.outbox.next_due_at()
            if due is None:
                return
            if not any(self.held.values()):
                self.world.clock.move_to(max(due, self.world.now))
        raise AssertionError(f"some are stuck: {self.threads.next_attempts()}")


@pytest.mark.parametrize("arranger", [None, to_people(more_than=2).arranger], ids=["each", "many"])
@pytest.mark.parametrize("seed", range(2))
def test_whatever_fails_each_thread_arrives_in_order_and_whole(
    world: World, threads: Threads, seed: int, arranger: Arranger | None
):
    story = Story(world, threads, random.Random(seed), arranger)
    for _ in range(120):
        story.step()
    story.end()
    told = set(itertools.chain.from_iterable(story.arrived.values()))
    states = threads.states()
    assert len(told) > len(story.lines) / 2
    for number in story.lines:
        # Whoever died before recording it may leave what arrived to be given up by the next.
        assert states[number] == "dead" or (states[number] == "sent" and number in told)
    for line in story.arrived.values():
        assert line == sorted(line)


class Flaky(ScriptedChannel):
    """Fails every third time, and keeps what arrived by thread."""

    def __init__(self, arrived: dict[str, list[int]]) -> None:
        super().__init__("mail")
        self._arrived = arrived
        self._turns = itertools.count()

    def send(self, told: Notification) -> Receipt:
        if next(self._turns) % 3 == 0:
            raise LATER
        self._arrived[told.thread].append(int(told.key, 16))
        return Receipt("250 OK")


def test_two_at_once_keep_every_line_and_call_everyone(world: World, threads: Threads):
    """The clock stands still: what nobody called would wait for the end of a lease."""
    arrived: dict[str, list[int]] = defaultdict(list)
    for number in range(60):
        threads.decide(f"{number % 12}")

    def work(owner: str) -> None:
        carrier = courier(world, {"mail": Flaky(arrived)}, owner=owner, first_retry=timedelta(0))
        for _ in range(500):
            deliver_once(carrier, limit=4)
            if set(threads.states().values()) == {"sent"}:
                return

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work, owner) for owner in ("one", "two")]:
            done.result()
    assert set(threads.states().values()) == {"sent"}
    assert sum(map(len, arrived.values())) == 60
    for line in arrived.values():
        assert line == sorted(line)
