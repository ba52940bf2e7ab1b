"""What was told and turns out to be wrong is taken back, once, before those who were told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.alerts.escalation import Recipient
from monitor.cases.obligation import Reason, Verdict
from monitor.store.database import Database
from monitor.store.tables import escalation, notification
from tests.support.cases import said, utc
from tests.support.world import DESK, MANAGER, World, order, rules

RECEIVED = "2026-11-23 09:00"
"""A Monday. 7 business hours end at 16:00, 50% at 12:30, 80% at 14:36."""
COMPLAINTS = Recipient(role="provider-complaints", channel="mail", address="plaintes@example.com")
RESPONDENT = Recipient(role="organization-respondent", channel="mail", address="resp@example.org")
BOTH = sorted([MANAGER.address, DESK.address])


@pytest.fixture
def world(database: Database) -> World:
    world = World(database)
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    return world


def nothing_more(world: World) -> None:
    """Whatever is repeated now adds nothing."""
    told = world.contents(escalation, notification)
    world.tick()
    world.clock.advance(timedelta(minutes=1))
    world.polled_tick()
    assert world.contents(escalation, notification) == told


def test_a_breach_that_was_none_is_taken_back_once(world: World) -> None:
    world.run_until("2026-11-23 16:30")
    assert world.verdict() is Verdict.BREACHED
    world.at("2026-11-23 17:00").says("resolved", "2026-11-23 15:59", received_at=RECEIVED)
    world.tick()
    assert world.verdict() is Verdict.MET
    assert world.fired() == ["half", "warning", "breach", "(closed)", "correction"]
    assert world.addressees("correction") == [BOTH]
    breach, correction = world.letters("breach")[0], world.letters("correction")[0]
    assert correction["thread"] == breach["thread"]
    assert correction["subject"].startswith("[RECTIFICATION] TELUS")
    nothing_more(world)


def test_the_complaint_that_followed_is_taken_back_before_all_who_heard(world: World) -> None:
    world.rules = rules(recipients=(MANAGER, DESK, COMPLAINTS))
    world.run_until("2026-11-24 12:00")
    assert world.fired()[-1] == "complaint"
    world.says("resolved", "2026-11-23 15:59", received_at=RECEIVED)
    world.tick()
    assert world.addressees("correction") == [sorted([*BOTH, COMPLAINTS.address])]


def test_a_met_deadline_that_was_missed_is_corrected_and_news_to_others(world: World) -> None:
    world.rules = rules(recipients=(MANAGER, DESK, RESPONDENT))
    world.run_until("2026-11-23 15:00")
    world.says("resolved", "2026-11-23 15:00", received_at=RECEIVED)
    world.tick()
    assert world.verdict() is Verdict.MET
    # It had been taken up again within the minute, and was done on the next day.
    world.at("2026-11-24 10:00")
    world.polled(
        said(
            "in_progress", "2026-11-23 15:00", received_at=RECEIVED, observed_at="2026-11-24 10:00"
        ),
        said("resolved", "2026-11-24 09:00", received_at=RECEIVED, observed_at="2026-11-24 10:00"),
    )
    world.tick()
    assert world.verdict() is Verdict.MISSED
    assert world.addressees("correction") == [BOTH]
    # The breach itself is told to those who had not heard of the case at all.
    assert world.addressees("breach") == [[RESPONDENT.address]]
    nothing_more(world)


def test_a_second_flip_sends_a_second_correction(world: World) -> None:
    world.run_until("2026-11-23 16:30")
    world.at("2026-11-23 17:00").says("resolved", "2026-11-23 15:59", received_at=RECEIVED)
    world.tick()
    assert world.verdict() is Verdict.MET
    # No, it was reopened at once, and resolved late.
    world.at("2026-11-24 09:00")
    for status, at in (("reopened", "2026-11-23 15:59"), ("closed", "2026-11-23 16:40")):
        world.polled(said(status, at, received_at=RECEIVED, observed_at="2026-11-24 09:00"))
    world.tick()
    assert world.verdict() is Verdict.MISSED
    assert world.addressees("correction") == [BOTH, BOTH]
    assert len({row["key"] for row in world.rows(notification)}) == len(world.rows(notification))
    nothing_more(world)


def test_a_receipt_restated_takes_a_breach_back_and_the_clock_goes_on(world: World) -> None:
    world.run_until("2026-11-23 16:30")
    later = "2026-11-23 15:30"
    world.says("received", later, received_at=later)
    world.tick()
    owed = world.owed("incident-resolution").evaluation
    assert (owed.verdict, owed.due_at) == (Verdict.PENDING, utc("2026-11-24 13:30"))
    assert world.fired()[3:] == ["correction"]
    # The ladder is climbed again, by the true deadline, and its end told once.
    world.run_until("2026-11-24 14:00")
    assert world.fired()[4:] == ["half", "warning", "breach"]
    world.says("resolved", "2026-11-24 14:00", received_at=later)
    world.tick()
    assert world.fired()[7:] == ["closed"]
    nothing_more(world)


def test_those_corrected_about_an_open_case_hear_of_its_close(world: World) -> None:
    world.run_until("2026-11-23 16:30")
    later = "2026-11-23 15:30"
    world.says("received", later, received_at=later)
    world.tick()
    world.at("2026-11-23 16:45").says("resolved", received_at=later)
    world.tick()
    assert world.fired()[3:] == ["correction", "closed"]
    assert world.addressees("closed") == [BOTH]


def test_what_becomes_of_a_case_is_no_correction(world: World) -> None:
    world.run_until("2026-11-23 16:30")
    world.says("resolved", received_at=RECEIVED)
    world.tick()
    world.at("2026-11-24 09:00").says("reopened", received_at=RECEIVED)
    world.run_until("2026-11-25 09:00")
    world.says("cancelled", received_at=RECEIVED)
    world.tick()
    assert "correction" not in world.fired()


def test_a_close_told_before_the_correction_is_not_told_again(world: World) -> None:
    world.run_until("2026-11-23 16:30")
    world.says("resolved", "2026-11-23 16:20", received_at=RECEIVED)
    world.tick()
    assert world.fired()[-1] == "closed"
    world.at("2026-11-23 17:00").says("waiting_client", "2026-11-23 15:00", received_at=RECEIVED)
    # A status that does not pause changes nothing.
    world.tick()
    assert world.fired()[-1] == "closed"
    world.at("2026-11-23 17:10").says("closed", "2026-11-23 15:30", received_at=RECEIVED)
    world.polled(
        said("resolved", "2026-11-23 15:20", received_at=RECEIVED, observed_at="2026-11-23 17:10")
    )
    world.tick()
    assert world.verdict() is Verdict.MET
    assert world.fired()[-1] == "correction"
    assert world.addressees("correction") == [BOTH]
    nothing_more(world)


def test_an_unconfirmed_breach_that_was_met_is_taken_back(world: World) -> None:
    world.tick()
    world.at("2026-11-23 16:30").tick()
    assert world.verdict() is Verdict.UNKNOWN
    world.at("2026-11-23 17:00").says("resolved", "2026-11-23 15:00", received_at=RECEIVED)
    world.tick()
    assert world.verdict() is Verdict.MET
    (letter, _) = world.letters("correction")
    text = letter["text"].replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " ")
    assert "Ce qui a été dit : Indéterminé – échu le 23 nov. à 16 h" in text
    nothing_more(world)


def test_an_unconfirmed_breach_that_was_one_needs_no_correction(world: World) -> None:
    world.tick()
    world.at("2026-11-23 16:30").tick()
    world.at("2026-11-23 17:00").polled_tick()
    assert world.verdict() is Verdict.BREACHED
    world.at("2026-11-23 17:30").says("resolved", received_at=RECEIVED)
    world.tick()
    assert world.fired()[3:] == ["closed"]


def test_a_place_stated_after_the_breach_takes_it_back(database: Database) -> None:
    world = World(database)
    received = "2026-11-23 15:30"
    key = order("PO-1")
    facts: dict[str, Any] = {"received_at": received, "key": key, "category": "delivery"}
    world.at("2026-11-23 15:31").says("received", received, **facts)
    world.run_until("2026-11-27 08:00")
    assert world.verdict("delivery-local", key) is Verdict.BREACHED
    # Four more days were allowed there.
    world.says("received", received, place="Kuujjuaq", **facts)
    world.tick()
    assert world.owed("delivery-local", key).evaluation.reason is Reason.NO_LONGER_OWED
    assert world.addressees("correction", key) == [BOTH]
    assert world.addressees("closed", key) == [[]]
    nothing_more(world)


def test_what_the_correction_says(world: World) -> None:
    english = replace(MANAGER, address="en@example.org", lang="en")
    world.rules = rules(recipients=(english,))
    world.run_until("2026-11-23 16:30")
    world.at("2026-11-23 17:00").says("resolved", "2026-11-23 15:59", received_at=RECEIVED)
    world.tick()
    (letter,) = world.letters("correction")
    text = letter["text"].replace("\N{NO-BREAK SPACE}", " ").replace("\u202f", " ")
    for line in (
        "Correction of an earlier message. The work was done by the deadline.",
        "It was said on: Monday, November 23, 2026, 4 p.m.",
        "What was said: Breached – was due Nov 23 at 4 p.m.",
        "What is true: met, closed Nov 23 at 3:59 p.m.",
        "Why: the provider's statement “Resolved (resolved)”, dated Monday, November 23, 2026, 3:59",
        " p.m., learned Monday, November 23, 2026, 5 p.m.",
    ):
        assert line in text
    assert "What is corrected" in letter["html"]


def test_reasons_stay_named(world: World) -> None:
    world.run_until("2026-11-23 16:30")
    (row,) = [r for r in world.rows(escalation) if r["step"] == "breach"]
    assert (row["verdict"], row["verdict_reason"]) == (Verdict.BREACHED, Reason.DEADLINE_PASSED)
    assert (row["due_at"], row["stopped_at"]) == (utc("2026-11-23 16:00"), None)
