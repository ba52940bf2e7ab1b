"""A case that vanishes from its source: confirmed over several polls, then gone, never resolved."""

import pytest

from monitor.cases.obligation import Reason, Verdict
from monitor.collectors.base import Batch, SourceFault
from monitor.store.database import Database
from tests.support.cases import KEY, said, utc
from tests.support.world import DESK, MANAGER, SOURCE, World

RECEIVED = "2026-11-23 09:00"
"""A Monday. 7 business hours end at 16:00, 50% at 12:30, 80% at 14:36."""
BOTH = sorted([MANAGER.address, DESK.address])


@pytest.fixture
def world(database: Database) -> World:
    world = World(database)
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    return world


def misses(world: World, *instants: str) -> None:
    """A complete poll at each of these does not find the case."""
    for at in instants:
        world.at(at).polled(missing=[KEY])
        world.tick()


def test_it_takes_three_polls_and_those_told_hear_of_it(world: World) -> None:
    world.run_until("2026-11-23 15:00")
    misses(world, "2026-11-23 15:01", "2026-11-23 15:02")
    assert world.verdict() is Verdict.AT_RISK
    misses(world, "2026-11-23 15:03")
    owed = world.owed("incident-resolution").evaluation
    assert (owed.verdict, owed.reason) == (Verdict.UNKNOWN, Reason.GONE)
    assert (owed.is_open, owed.stopped_at) == (False, utc("2026-11-23 15:01"))
    assert world.fired() == ["half", "warning", "closed"]
    letter = world.letters("closed")[0]
    assert letter["subject"].startswith("[INDÉTERMINÉ]")
    assert "disparu le 23\N{NO-BREAK SPACE}nov." in letter["subject"]
    record = world.readings.case(KEY)
    assert record is not None
    assert record.gone_since == utc("2026-11-23 15:01")
    # Nobody asks for it any more, and no deadline passes.
    assert list(world.observations.load_window(SOURCE).known) == []
    world.run_until("2026-11-24 15:00")
    assert world.fired() == ["half", "warning", "closed"]


def test_a_case_that_was_late_stays_missed(world: World) -> None:
    world.run_until("2026-11-23 16:30")
    misses(world, "2026-11-23 16:31", "2026-11-23 16:32", "2026-11-23 16:33")
    owed = world.owed("incident-resolution").evaluation
    assert (owed.verdict, owed.reason) == (Verdict.MISSED, Reason.GONE_LATE)
    assert owed.stopped_at == utc("2026-11-23 16:31")
    assert world.fired() == ["half", "warning", "breach", "closed"]


def test_one_that_shows_up_between_two_polls_was_never_gone(world: World) -> None:
    misses(world, "2026-11-23 10:00", "2026-11-23 10:01")
    world.at("2026-11-23 10:02").polled(confirmed=[KEY])
    misses(world, "2026-11-23 10:03", "2026-11-23 10:04")
    assert world.verdict() is Verdict.PENDING


def test_polls_of_a_silent_source_do_not_count(world: World) -> None:
    world.tick()
    for at in ("2026-11-23 10:00", "2026-11-23 10:01", "2026-11-23 10:02", "2026-11-23 10:03"):
        world.at(at).tick()
        world.observations.record_fault(SOURCE, SourceFault("cut", kind="reset"), at=world.now)
        assert world.verdict() is Verdict.UNKNOWN
        batch_cut_short(world)
    world.tick()
    assert world.owed("incident-resolution").evaluation.reason is Reason.SOURCE_SILENT
    misses(world, "2026-11-23 10:04", "2026-11-23 10:05", "2026-11-23 10:06")
    assert world.verdict() is Verdict.PENDING
    misses(world, "2026-11-23 10:07")
    assert world.owed("incident-resolution").evaluation.reason is Reason.GONE


def batch_cut_short(world: World) -> None:
    """A page that says the case is missing, of a poll that does not end well."""
    world.observations.record(SOURCE, Batch(missing=[KEY]), at=world.now)


def test_it_comes_back_unchanged_and_what_was_told_is_taken_back(world: World) -> None:
    world.run_until("2026-11-23 15:00")
    misses(world, "2026-11-23 15:01", "2026-11-23 15:02", "2026-11-23 15:03")
    world.at("2026-11-23 15:30").polled(confirmed=[KEY])
    world.tick()
    assert world.verdict() is Verdict.AT_RISK
    assert world.fired() == ["half", "warning", "closed", "(half)", "correction", "(warning)"]
    assert world.addressees("correction") == [BOTH]
    assert "est de nouveau dans le système du prestataire" in world.letters("correction")[0]["text"]
    assert [known.key for known in world.observations.load_window(SOURCE).known] == [KEY]
    world.run_until("2026-11-23 16:30")
    assert world.fired()[6:] == ["breach"]
    world.says("resolved", received_at=RECEIVED)
    world.tick()
    assert world.fired()[7:] == ["closed"]


def test_it_comes_back_resolved_in_time(world: World) -> None:
    world.run_until("2026-11-23 16:30")
    misses(world, "2026-11-23 16:31", "2026-11-23 16:32", "2026-11-23 16:33")
    world.at("2026-11-23 17:00").says("resolved", "2026-11-23 15:50", received_at=RECEIVED)
    world.tick()
    assert world.verdict() is Verdict.MET
    assert world.fired()[4:] == ["correction"]
    world.at("2026-11-23 17:01").polled(said("resolved", "2026-11-23 15:50", received_at=RECEIVED))
    assert world.tick().fires == []


def test_how_many_polls_it_takes_is_the_source_s(world: World) -> None:
    world.observations.gone_after = {SOURCE: 1}
    misses(world, "2026-11-23 10:00")
    assert world.owed("incident-resolution").evaluation.reason is Reason.GONE


def test_a_case_that_ended_before_it_vanished_stays_as_it_ended(world: World) -> None:
    world.at("2026-11-23 10:00").says("resolved", received_at=RECEIVED)
    misses(world, "2026-11-23 10:01", "2026-11-23 10:02", "2026-11-23 10:03")
    assert world.verdict() is Verdict.MET
