"""Sources that give no time: both polls around a stop have to be on one side of the deadline."""

from dataclasses import replace

import pytest

from monitor.cases.obligation import Reason, Verdict
from monitor.cases.observation import Observation
from monitor.store.database import Database
from tests.support.cases import said, utc
from tests.support.world import DESK, MANAGER, World

RECEIVED = "2026-11-23 09:00"
"""A Monday. 7 business hours end at 16:00, 50% at 12:30, 80% at 14:36."""


@pytest.fixture
def world(database: Database) -> World:
    world = World(database)
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    return world


def between(status: str, after: str, by: str) -> Observation:
    """A status taken after one poll and by the next, which saw it."""
    return replace(
        said(status, by, received_at=RECEIVED), changed_after=utc(after), previous_id="before"
    )


@pytest.mark.parametrize(
    ("after", "by", "verdict", "reason"),
    [
        ("2026-11-23 15:00", "2026-11-23 16:00", Verdict.MET, Reason.STOPPED_IN_TIME),
        ("2026-11-23 16:00", "2026-11-23 17:00", Verdict.MISSED, Reason.STOPPED_LATE),
        ("2026-11-23 15:59", "2026-11-23 16:01", Verdict.UNKNOWN, Reason.STOPPED_BETWEEN_POLLS),
    ],
)
def test_both_polls_decide(
    world: World, after: str, by: str, verdict: Verdict, reason: Reason
) -> None:
    world.at(by).polled(between("resolved", after, by))
    world.tick()
    owed = world.owed("incident-resolution").evaluation
    assert (owed.verdict, owed.reason) == (verdict, reason)
    assert owed.stopped_at == utc(by)


def test_a_cancellation_between_two_polls_is_as_uncertain(world: World) -> None:
    world.at("2026-11-23 17:00").polled(
        between("cancelled", "2026-11-23 15:00", "2026-11-23 17:00")
    )
    world.tick()
    assert world.owed("incident-resolution").evaluation.reason is Reason.STOPPED_BETWEEN_POLLS


def test_it_is_closed_for_good_and_told_as_such(world: World) -> None:
    world.run_until("2026-11-23 15:00")
    world.at("2026-11-23 16:10").polled(between("resolved", "2026-11-23 15:00", "2026-11-23 16:10"))
    world.tick()
    owed = world.owed("incident-resolution")
    assert not owed.evaluation.is_open
    assert owed.evaluation.next_wakeup_at is None
    assert world.readings.open_obligations(10) == []
    assert [each.id for each in world.readings.settled_obligations(10)] == [owed.id]
    assert world.fired() == ["half", "warning", "closed"]
    assert world.letters("closed")[0]["subject"].startswith("[INDÉTERMINÉ]")
    # A silence that begins afterwards does not touch it.
    world.at("2026-11-23 18:00")
    assert world.tick().cases == 0


def test_a_breach_that_was_told_and_nobody_can_tell_is_corrected(world: World) -> None:
    world.run_until("2026-11-23 16:30")
    assert world.verdict() is Verdict.BREACHED
    world.at("2026-11-23 16:40").polled(between("resolved", "2026-11-23 15:50", "2026-11-23 16:40"))
    world.tick()
    assert world.verdict() is Verdict.UNKNOWN
    assert world.addressees("correction") == [sorted([MANAGER.address, DESK.address])]
    # Once the source does say when, the verdict is settled, and that is told too.
    world.at("2026-11-23 17:00").says("closed", "2026-11-23 15:55", received_at=RECEIVED)
    world.polled(said("resolved", "2026-11-23 15:54", received_at=RECEIVED))
    world.tick()
    assert world.verdict() is Verdict.MET
    assert len(world.addressees("correction")) == 2
