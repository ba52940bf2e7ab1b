"""Cases filled in from the past: judged as all others, and what is history told to nobody."""

import pytest

from monitor.cases.obligation import Verdict
from monitor.collectors.base import Batch
from monitor.store.database import Database
from tests.support.cases import said
from tests.support.world import SOURCE, World

RECEIVED = "2026-11-23 09:00"
"""A Monday. 7 business hours end at 16:00, 50% at 12:30, 80% at 14:36."""


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def filled_in(world: World, at: str, *statuses: tuple[str, str]) -> None:
    world.at(at)
    observed = [said(status, when, received_at=RECEIVED) for status, when in statuses]
    world.observations.record(SOURCE, Batch(observations=observed, history=True), at=world.now)
    world.polled_tick()


def test_a_breach_that_is_history_is_judged_and_told_to_nobody(world: World) -> None:
    filled_in(world, "2026-11-24 08:30", ("received", RECEIVED))
    assert world.verdict() is Verdict.BREACHED
    assert world.fired() == ["(half)", "(warning)", "(breach)"]


def test_a_case_closed_late_in_the_past_is_told_to_nobody(world: World) -> None:
    resolved = ("resolved", "2026-11-23 17:00")
    filled_in(world, "2026-11-24 08:30", ("received", RECEIVED), resolved)
    assert world.verdict() is Verdict.MISSED
    assert world.deliver() == []


def test_what_comes_due_after_it_was_filled_in_is_told(world: World) -> None:
    filled_in(world, "2026-11-23 13:00", ("received", RECEIVED))
    world.run_until("2026-11-23 14:40")
    assert world.fired() == ["(half)", "warning"]


def test_a_case_that_was_watched_already_goes_on_being_told(world: World) -> None:
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    filled_in(world, "2026-11-23 13:00", ("in_progress", "2026-11-23 09:30"))
    assert world.fired() == ["half"]


def test_once_it_closes_nobody_is_told_who_knew_nothing(world: World) -> None:
    filled_in(world, "2026-11-24 08:30", ("received", RECEIVED))
    world.at("2026-11-24 09:00").says("resolved", received_at=RECEIVED)
    world.tick()
    assert world.verdict() is Verdict.MISSED
    assert world.deliver() == []
