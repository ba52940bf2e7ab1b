"""A source that says nothing: unknown, never met; and settled when it speaks again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.cases.obligation import Reason, Verdict
from monitor.cases.observation import CaseKey
from monitor.collectors.base import SourceFault
from monitor.contract.model import CaseKind
from monitor.store.database import Database
from tests.support.cases import KEY, said, utc
from tests.support.world import SOURCE, STALE_AFTER, World, ticket

RECEIVED = "2026-11-23 09:00"


@pytest.fixture
def world(database: Database) -> World:
    world = World(database)
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.tick()
    return world


def test_a_source_is_silent_after_its_patience_and_not_before(world: World) -> None:
    confirmed_at = world.now
    report = world.tick()
    silent_at = confirmed_at + STALE_AFTER
    assert report.next_due_at == silent_at + timedelta(microseconds=1)
    world.clock.move_to(silent_at)
    assert world.tick().silenced == []
    assert world.verdict() is Verdict.PENDING
    assert report.next_due_at is not None
    world.clock.move_to(report.next_due_at)
    assert world.tick().silenced == [SOURCE]
    owed = world.owed("incident-resolution")
    assert (owed.evaluation.verdict, owed.evaluation.reason) == (
        Verdict.UNKNOWN, Reason.SOURCE_SILENT,
    )  # fmt: skip
    assert owed.confirmed_at == confirmed_at
    again = world.tick()
    assert (again.silenced, again.cases) == ([], 0)


def test_a_fault_does_not_confirm(world: World) -> None:
    world.at("2026-11-23 09:30")
    world.observations.record_fault(SOURCE, SourceFault("timed out", kind="timeout"), at=world.now)
    assert world.tick().silenced == [SOURCE]
    assert world.verdict() is Verdict.UNKNOWN


def test_a_deadline_that_passes_in_silence_is_told_unconfirmed_and_settles(world: World) -> None:
    world.at("2026-11-23 16:30").tick()
    assert world.verdict() is Verdict.UNKNOWN
    record = world.readings.case(KEY)
    assert record
    assert world.fired() == ["(half)", "(warning)", "breach"]
    claimed = world.outbox.claim(
        "mail", owner="test", now=world.now, lease=timedelta(minutes=1), limit=1
    )
    assert claimed[0].notification.fields["confirmed"] == "no"
    # It had been resolved in time; the provider only could not say so.
    world.at("2026-11-23 17:00").says("resolved", "2026-11-23 15:00", received_at=RECEIVED)
    report = world.tick()
    assert report.returned == [SOURCE]
    assert world.verdict() is Verdict.MET
    assert world.fired()[3:] == ["(closed)", "correction"]


def test_what_was_late_when_it_last_spoke_stays_breached(world: World) -> None:
    world.run_until("2026-11-23 16:30")
    assert world.verdict() is Verdict.BREACHED
    world.at("2026-11-23 18:00").tick()
    assert world.readings.sources()[0].stale_since == utc("2026-11-23 16:30")
    assert world.verdict() is Verdict.BREACHED


def test_only_the_silent_source_is_judged_again_and_settled_cases_are_left(world: World) -> None:
    key = CaseKey("rogers", CaseKind.TICKET, "R-1")
    world.stale_after["rogers-tickets"] = STALE_AFTER
    world.observations.watch(world.stale_after, at=world.now)
    rogers = replace(
        said("received", RECEIVED, received_at=RECEIVED), key=key, source="rogers-tickets"
    )
    world.polled(rogers, source="rogers-tickets")
    world.says("received", RECEIVED, received_at=RECEIVED, key=ticket("DONE"))
    world.says("resolved", "2026-11-23 09:01", received_at=RECEIVED, key=ticket("DONE"))
    world.tick()
    world.at("2026-11-23 09:30").polled(source="rogers-tickets")
    report = world.tick()
    assert (report.silenced, report.cases) == ([SOURCE], 1)
    assert world.verdict(key=key) is Verdict.PENDING
    assert world.verdict(key=ticket("DONE")) is Verdict.MET
    world.polled()
    report = world.tick()
    assert (report.returned, report.cases) == ([SOURCE], 1)
    assert world.verdict() is Verdict.PENDING


def test_many_obligations_of_a_silent_source_are_worked_through_in_steps(world: World) -> None:
    for number in range(5):
        world.says("received", RECEIVED, received_at=RECEIVED, key=ticket(f"INC-{number}0"))
    world.tick()
    world.at("2026-11-23 09:30")
    sizes = []
    while True:
        report = world.tick(limit=2)
        sizes.append(report.cases)
        if not report.more:
            break
    assert sizes == [2, 2, 2, 0]
    assert {row.verdict for row in world.readings.tally()} == {Verdict.UNKNOWN}


def test_a_source_never_polled_is_silent_from_when_it_was_known(database: Database) -> None:
    world = World(database)
    world.observations.watch([SOURCE], at=world.now)
    assert world.tick().silenced == []
    world.at("2026-11-23 08:20")
    world.observations.watch([SOURCE], at=world.now)
    assert world.tick().silenced == [SOURCE]


def test_a_source_no_longer_configured_vouches_for_nothing(world: World) -> None:
    world.stale_after.clear()
    world.at("2026-11-23 09:06")
    assert world.tick().silenced == [SOURCE]
    assert world.verdict() is Verdict.UNKNOWN


def test_a_clock_that_steps_back_silences_nobody(world: World) -> None:
    world.at("2026-11-23 10:05").polled()
    world.tick()
    world.at("2026-11-23 09:05")
    assert world.tick().silenced == []
    world.polled()
    world.at("2026-11-23 09:25")
    assert world.tick().silenced == [SOURCE]
