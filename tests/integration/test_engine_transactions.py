"""One transaction a tick: repeated, interrupted or shared, it adds nothing and loses nothing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from monitor.alerts.notification import Notification
from monitor.alerts.policy import decision
from monitor.cases.obligation import Verdict
from monitor.engine import judge as judging
from monitor.engine.ports import FaultKind, Work
from monitor.engine.rules import messages
from monitor.engine.silence import Silence
from monitor.store.database import Database, open_database
from monitor.store.obligations import Obligations
from monitor.store.tables import case, delivery, escalation, notification, obligation, tally
from tests.support.cases import KEY, said
from tests.support.database import PostgresServer
from tests.support.world import World, ticket

RECEIVED = "2026-11-23 09:00"
AWAKE = Silence(stale={}, since={}, vouched_until={}, changed={}, next_at=None)
EVERYTHING = (case, obligation, escalation, notification, tally)


@pytest.fixture
def world(database: Database) -> World:
    world = World(database)
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    return world


def test_a_repeated_tick_adds_nothing(world: World) -> None:
    world.tick()
    for at in ("2026-11-23 09:05", "2026-11-23 15:00", "2026-11-23 17:00"):
        world.at(at).polled()
        world.tick()
        before = world.contents(*EVERYTHING)
        report = world.tick()
        assert (report.cases, report.more) == (0, False)
        assert world.contents(*EVERYTHING) == before


def test_judging_again_with_nothing_new_adds_nothing(world: World) -> None:
    """As after a restart that marks everything."""
    world.run_until("2026-11-23 17:00")
    moving = ("evaluated_at", "elapsed_seconds", "remaining_seconds")
    before = world.contents(*EVERYTHING, without=moving)
    with world.database.write() as connection:
        connection.execute(case.update().values(marked_at=world.now))
    assert world.tick().cases == 1
    assert world.contents(*EVERYTHING, without=moving) == before


class Crash(Exception):
    """The process dies here."""


class DiesBeforeCommit(Obligations):
    """As a process that is killed once everything is written and nothing is committed."""

    @contextmanager
    def claim(self, *, now: datetime, stale: Mapping[str, bool], limit: int) -> Iterator[Work]:
        with super().claim(now=now, stale=stale, limit=limit) as work:
            yield work
            raise Crash


def test_a_crash_before_the_commit_leaves_nothing_and_the_tick_is_repeated(world: World) -> None:
    world.tick()
    world.at("2026-11-23 16:30").polled()
    before = world.contents(*EVERYTHING)
    sound = world.obligations
    world.obligations = DiesBeforeCommit(world.database)
    with pytest.raises(Crash):
        world.tick()
    assert world.contents(*EVERYTHING) == before
    world.obligations = sound
    assert [fire.step for fire in world.tick().fires] == ["half", "warning", "breach"]
    assert len(world.deliver()) == 2


def test_after_the_commit_the_message_waits_for_whoever_comes(world: World) -> None:
    world.tick()
    world.at("2026-11-23 16:30").polled()
    world.tick()
    restarted = World(world.database).at("2026-11-23 16:31")
    assert restarted.tick().fires == []
    assert restarted.deliver() == ["breach", "breach"]
    assert restarted.deliver() == []
    assert len(world.rows(delivery)) == 2


def test_a_case_that_cannot_be_judged_does_not_hold_up_the_others(world: World) -> None:
    world.tick()
    ancient, future = "1970-01-01 00:00", "2100-12-31 16:00"
    world.says("received", ancient, received_at=ancient, key=ticket("ANCIENT"))
    world.says("received", future, received_at=future, key=ticket("FUTURE"))
    world.says("received", RECEIVED, received_at=RECEIVED, key=ticket("ODD"), category="sundry")
    world.says("received", RECEIVED, received_at=RECEIVED, key=ticket("SOUND"))
    report = world.tick()
    assert world.verdict(key=ticket("SOUND")) is Verdict.PENDING
    assert {fault.key.ref: fault.kind for fault in report.faults} == {
        "ANCIENT": FaultKind.NOT_IN_FORCE,
        "FUTURE": FaultKind.OUT_OF_RANGE,
        "ODD": FaultKind.NO_COMMITMENT,
    }
    assert world.readings.fault_counts() == {
        "not_in_force": 1, "out_of_range": 1, "no_commitment": 1,
    }  # fmt: skip
    assert [record.key.ref for record in world.readings.faulty_cases(10)] == [
        "ODD", "ANCIENT", "FUTURE",
    ]  # fmt: skip
    # Not before an hour, and then once.
    assert world.tick().cases == 0
    world.at("2026-11-23 10:05").polled()
    assert world.tick().cases == 2
    assert world.tick().cases == 0
    assert world.obligations.retry_faulty() == 3
    assert world.tick().cases == 3


def test_a_case_that_can_be_judged_again_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.tick()
    sound = decision.decide

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(judging, "decide", broken)
    world.at("2026-11-23 16:30").polled()
    (fault,) = world.tick().faults
    assert fault.kind is FaultKind.UNEXPECTED
    assert isinstance(fault.cause, ZeroDivisionError)
    assert world.verdict() is Verdict.PENDING
    # Silence must not turn it into work that is due for ever.
    world.at("2026-11-23 17:00")
    assert world.tick().silenced
    assert world.tick().cases == 0
    monkeypatch.setattr(judging, "decide", sound)
    world.at("2026-11-23 18:00").polled()
    report = world.tick()
    assert [fire.step for fire in report.fires] == ["half", "warning", "breach"]
    assert world.readings.fault_counts() == {}


def test_what_the_database_refuses_costs_only_its_own_case(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_half_a_character(*arguments: object) -> list[Notification]:
        written = messages(*arguments)  # type: ignore[arg-type]  # passed on as they come
        return [
            replace(sent, address="\ud800") if sent.fields["case"] == KEY.ref else sent
            for sent in written
        ]

    world.says("received", RECEIVED, received_at=RECEIVED, key=ticket("SOUND"))
    world.tick()
    monkeypatch.setattr(judging, "messages", with_half_a_character)
    world.at("2026-11-23 16:30").polled()
    report = world.tick()
    assert [(fault.key, fault.kind) for fault in report.faults] == [(KEY, FaultKind.UNEXPECTED)]
    assert {fire.key.ref for fire in report.fires} == {"SOUND"}
    assert world.fired() == []
    assert world.verdict(key=ticket("SOUND")) is Verdict.BREACHED
    assert world.tick().cases == 0


def test_a_disk_that_is_full_is_loud_and_loses_nothing(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    world = World(database)
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    before = world.contents(*EVERYTHING)
    with database.write() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        connection.execute(text(f"PRAGMA max_page_count = {pages + 1}"))
    big = [
        replace(said("received", RECEIVED, received_at=RECEIVED), key=ticket(f"T-{n}"))
        for n in range(200)
    ]
    with pytest.raises(Exception, match="full"):
        world.polled(*big)
    assert world.contents(*EVERYTHING) == before
    with database.write() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    world.polled(*big)
    assert world.tick().cases == 201
    database.close()


def test_two_replicas_share_the_work(postgres_url: str) -> None:
    """What one has claimed the other passes over, and finds done afterwards."""
    first, second = (World(open_database(postgres_url)) for _ in range(2))
    first.at("2026-11-23 09:05")
    second.at("2026-11-23 09:05")
    for number in range(6):
        first.says("received", RECEIVED, received_at=RECEIVED, key=ticket(f"INC-{number}0"))
    stale = {"telus-tickets": False}
    with (
        first.obligations.claim(now=first.now, stale=stale, limit=4) as mine,
        second.obligations.claim(now=second.now, stale=stale, limit=4) as theirs,
    ):
        refs = [[docket.key.ref for docket in work.dockets] for work in (mine, theirs)]
        assert [len(each) for each in refs] == [4, 2]
        assert not set(refs[0]) & set(refs[1])
    assert [world.tick().cases for world in (first, second)] == [6, 0]
    for world in (first, second):
        world.database.close()


def test_a_server_that_restarts_costs_a_tick_and_nothing_else(
    postgres: PostgresServer, postgres_url: str
) -> None:
    database = open_database(postgres_url)
    world = World(database)
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.tick()
    world.at("2026-11-23 16:30").polled()
    stale = {"telus-tickets": False}

    def interrupted() -> None:
        with world.obligations.claim(now=world.now, stale=stale, limit=10) as work:
            rulings = [judging.judge(docket, world.rules, silence=AWAKE, now=world.now)
                       for docket in work.dockets]  # fmt: skip
            postgres.stop()
            postgres.start()
            work.save(rulings, now=world.now)

    with pytest.raises(OperationalError):
        interrupted()
    assert world.fired() == []
    assert [fire.step for fire in world.tick().fires] == ["half", "warning", "breach"]
    assert world.deliver() == ["breach", "breach"]
    database.close()
