"""Scripted timelines through the real engine and store: at this time, this; expect that."""

from dataclasses import replace
from typing import Any

import pytest

from monitor.cases.evaluate import AN_INSTANT
from monitor.cases.obligation import Reason, Verdict
from monitor.engine.ports import Closing
from monitor.store.database import Database
from tests.support.cases import KEY, utc
from tests.support.world import DESK, MANAGER, World, order, rules, ticket

RECEIVED = "2026-11-23 09:00"
"""A Monday. 7 business hours end at 16:00, 50% at 12:30, 80% at 14:36."""


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def test_on_time_tells_nobody(world: World) -> None:
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.run_until("2026-11-23 12:00")
    assert world.verdict() is Verdict.PENDING
    world.says("resolved", received_at=RECEIVED)
    world.tick()
    assert world.verdict() is Verdict.MET
    assert world.fired() == []
    assert world.tick().next_due_at == world.now + world.stale_after["telus-tickets"] + AN_INSTANT


def test_at_risk_then_met_tells_those_who_were_told(world: World) -> None:
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.run_until("2026-11-23 15:00")
    assert world.verdict() is Verdict.AT_RISK
    assert world.fired() == ["half", "warning"]
    world.at("2026-11-23 15:30").says("resolved", received_at=RECEIVED)
    world.tick()
    assert world.verdict() is Verdict.MET
    assert world.fired() == ["half", "warning", "closed"]
    record = world.readings.case(KEY)
    assert record
    told = {n.address for n in record.escalations[-1].notifications}
    assert told == {MANAGER.address, DESK.address}


def test_each_step_fires_at_its_instant(world: World) -> None:
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.run_until("2026-11-26 12:00")
    record = world.readings.case(KEY)
    assert record
    assert [(each.step, each.fired_at) for each in record.escalations] == [
        ("half", utc("2026-11-23 12:30")),
        ("warning", utc("2026-11-23 14:36")),
        ("breach", utc("2026-11-23 16:00") + AN_INSTANT),
        # 4 business hours past 16:00: one until closing, three the next morning.
        ("complaint", utc("2026-11-24 11:00")),
        # 2 business days, counted in whole days of 24 h, from 16:00.
        ("adviser", utc("2026-11-25 16:00")),
    ]
    assert world.verdict() is Verdict.BREACHED


def test_breached_then_closed_late_is_missed(world: World) -> None:
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.run_until("2026-11-23 16:30")
    world.says("resolved", received_at=RECEIVED)
    world.tick()
    owed = world.owed("incident-resolution")
    assert owed.evaluation.verdict is Verdict.MISSED
    assert owed.evaluation.remaining_seconds == -1800
    assert world.fired()[-2:] == ["breach", "closed"]


def test_exactly_at_the_deadline_is_met(world: World) -> None:
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.run_until("2026-11-23 16:00")
    assert world.verdict() is Verdict.AT_RISK
    world.says("resolved", received_at=RECEIVED)
    world.tick()
    assert world.verdict() is Verdict.MET


def test_received_outside_hours_starts_at_the_next_opening(world: World) -> None:
    friday_evening = "2026-11-20 20:00"
    world.at("2026-11-20 20:05").says("received", friday_evening, received_at=friday_evening)
    world.tick()
    owed = world.owed("incident-resolution")
    assert (owed.evaluation.verdict, owed.evaluation.reason) == (
        Verdict.PENDING, Reason.NOT_STARTED,
    )  # fmt: skip
    assert owed.evaluation.due_at == utc("2026-11-23 15:00")
    world.run_until("2026-11-23 08:00")
    assert world.owed("incident-resolution").evaluation.reason is Reason.WITHIN_TIME


@pytest.mark.parametrize(
    ("place", "commitment", "due_at", "provisional"),
    [
        ("Gatineau", "delivery-local", "2026-11-27 00:00", False),
        ("Blanc-Sablon", "delivery-remote", "2026-12-03 00:00", False),
        ("Nowhere-on-Sea", "delivery-local", "2026-11-27 00:00", True),
    ],
)
def test_where_it_is_delivered_decides_what_is_owed(
    world: World, place: str, commitment: str, due_at: str, *, provisional: bool
) -> None:
    received = "2026-11-23 15:30"
    key = order("PO-1")
    world.at("2026-11-23 15:31").says(
        "received", received, received_at=received, key=key, category="delivery", place=place
    )
    world.tick()
    owed = world.owed(commitment, key)
    assert owed.evaluation.due_at == utc(due_at)
    assert (owed.place, owed.region_provisional) == (place, provisional)
    assert list(world.readings.provisional_places()) == ([place] if provisional else [])


def test_a_reopened_case_resumes_and_may_be_told_again(world: World) -> None:
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.run_until("2026-11-23 13:00")
    world.says("resolved", received_at=RECEIVED)
    world.tick()
    world.at("2026-11-23 15:00").says("reopened", received_at=RECEIVED)
    world.run_until("2026-11-24 09:00")
    owed = world.owed("incident-resolution")
    # Two hours of stop do not count: 7 h end at 09:00 the next day.
    assert owed.evaluation.due_at == utc("2026-11-24 09:00")
    assert owed.evaluation.episode == 1
    assert owed.evaluation.verdict is Verdict.AT_RISK
    assert world.fired() == ["half", "closed", "half", "warning"]


def test_a_close_is_told_to_those_told_since_the_last_one(world: World) -> None:
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.run_until("2026-11-23 13:00")
    world.says("resolved", received_at=RECEIVED)
    world.tick()
    successor = replace(MANAGER, address="releve@example.org")
    world.rules = rules(recipients=(successor,))
    world.at("2026-11-23 15:00").says("reopened", received_at=RECEIVED)
    world.tick()
    world.at("2026-11-23 15:05").says("closed", received_at=RECEIVED)
    world.tick()
    record = world.readings.case(KEY)
    assert record
    told = [[n.address for n in each.notifications] for each in record.escalations]
    assert told == [[MANAGER.address]] * 2 + [[successor.address]] * 2


def test_a_reclassified_case_keeps_its_receipt_and_shows_both_clocks(world: World) -> None:
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.tick()
    world.at("2026-11-23 10:00").says("received", RECEIVED, received_at=RECEIVED, category="outage")
    world.tick()
    old = world.owed("incident-resolution").evaluation
    assert (old.verdict, old.reason) == (Verdict.CANCELLED, Reason.NO_LONGER_OWED)
    assert world.owed("service-restoration").evaluation.due_at == utc("2026-11-25 15:00")
    # And so it stays, when the case has ended long after the first deadline.
    world.at("2026-11-25 14:00").says("restored", received_at=RECEIVED, category="outage")
    world.tick()
    assert world.verdict() is Verdict.CANCELLED
    assert world.verdict("service-restoration") is Verdict.MET


def test_a_case_reclassified_after_its_deadline_has_missed_it(world: World) -> None:
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.run_until("2026-11-23 16:30")
    assert world.verdict() is Verdict.BREACHED
    world.at("2026-11-23 17:00").says("received", RECEIVED, received_at=RECEIVED, category="outage")
    world.tick()
    old = world.owed("incident-resolution").evaluation
    assert (old.verdict, old.reason) == (Verdict.MISSED, Reason.RECLASSIFIED_LATE)
    assert (old.stopped_at, old.remaining_seconds) == (utc("2026-11-23 17:00"), -3600)
    assert world.verdict("service-restoration") is Verdict.PENDING
    # The breach was told and was one: those told hear that its clock ended, nothing is taken back.
    assert world.fired() == ["half", "warning", "breach", "closed"]
    world.at("2026-11-25 14:00").says("restored", received_at=RECEIVED, category="outage")
    world.tick()
    assert world.verdict() is Verdict.MISSED
    assert world.verdict("service-restoration") is Verdict.MET


def test_a_case_reclassified_there_and_back_is_owed_again(world: World) -> None:
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.run_until("2026-11-23 13:00")
    world.says("in_progress", received_at=RECEIVED, category="outage")
    world.tick()
    assert world.fired() == ["half", "closed"]
    world.at("2026-11-23 14:00").says("acknowledged", received_at=RECEIVED)
    world.run_until("2026-11-23 17:00")
    assert world.verdict() is Verdict.BREACHED
    assert world.verdict("service-restoration") is Verdict.CANCELLED
    assert world.fired() == ["half", "closed", "warning", "breach"]


def test_a_case_cancelled_late_and_taken_up_again_resumes_its_clock(world: World) -> None:
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.run_until("2026-11-23 16:30")
    world.says("cancelled", received_at=RECEIVED)
    world.tick()
    owed = world.owed("incident-resolution").evaluation
    assert (owed.verdict, owed.reason) == (Verdict.MISSED, Reason.CANCELLED_LATE)
    world.at("2026-11-24 09:00").says("in_progress", received_at=RECEIVED)
    world.tick()
    owed = world.owed("incident-resolution").evaluation
    assert (owed.verdict, owed.episode) == (Verdict.BREACHED, 1)
    assert owed.due_at == utc("2026-11-23 16:00")
    world.at("2026-11-24 09:30").says("cancelled", received_at=RECEIVED)
    world.tick()
    assert world.owed("incident-resolution").evaluation.reason is Reason.CANCELLED_LATE
    assert world.fired().count("closed") == 2


def test_a_corrected_place_moves_what_is_owed(world: World) -> None:
    key = order("PO-1")
    facts: dict[str, Any] = {
        "received_at": "2026-11-23 15:30", "key": key, "category": "delivery",
    }  # fmt: skip
    world.at("2026-11-23 15:31").says("received", "2026-11-23 15:30", **facts)
    world.tick()
    assert world.owed("delivery-local", key).region_provisional
    world.at("2026-11-24 09:00").says("received", "2026-11-23 15:30", place="Kuujjuaq", **facts)
    world.tick()
    assert world.owed("delivery-local", key).evaluation.reason is Reason.NO_LONGER_OWED
    assert world.owed("delivery-remote", key).evaluation.due_at == utc("2026-12-03 00:00")
    assert {(t.commitment, t.verdict): t.obligations for t in world.readings.tally()} == {
        ("delivery-local", Verdict.CANCELLED): 1,
        ("delivery-remote", Verdict.PENDING): 1,
    }


def test_what_came_due_while_down_is_one_message(world: World) -> None:
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.tick()
    world.at("2026-11-24 12:00").polled()
    world.tick()
    assert world.fired() == ["(half)", "(warning)", "(breach)", "complaint"]
    assert world.deliver().count("complaint") == 2


def test_an_unmapped_status_neither_stops_the_clock_nor_is_lost(world: World) -> None:
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.at("2026-11-23 10:00").says("parked", received_at=RECEIVED)
    world.run_until("2026-11-23 16:30")
    assert world.verdict() is Verdict.BREACHED
    (unknown,) = world.readings.unknown_statuses()
    assert (unknown.raw_status, unknown.observations) == ("parked", 1)


def test_the_first_reading_of_long_closed_cases_tells_nobody(world: World) -> None:
    received = "2026-10-01 09:00"
    world.says("received", received, received_at=received, key=ticket("OLD"))
    world.says("resolved", "2026-10-30 09:00", received_at=received, key=ticket("OLD"))
    world.tick()
    assert world.verdict(key=ticket("OLD")) is Verdict.MISSED
    assert world.fired(ticket("OLD")) == []


def test_a_close_is_told_once_with_the_share_of_the_time_used(world: World) -> None:
    """By a microsecond late is more than the whole, by whole seconds or not."""
    late = ticket("INC-LATE")
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.says("received", RECEIVED, received_at=RECEIVED, key=late)
    assert world.tick().closings == []
    world.at("2026-11-23 12:30").says("resolved", received_at=RECEIVED)
    assert world.tick().closings == [
        Closing(provider="telus", commitment="incident-resolution", used=0.5)
    ]
    world.clock.move_to(utc("2026-11-23 16:00") + AN_INSTANT)
    world.says("resolved", received_at=RECEIVED, key=late)
    (closing,) = world.tick().closings
    assert 1 < closing.used < 1.001
    world.says("closed", received_at=RECEIVED, key=late)
    assert world.tick().closings == []
