"""New rules put to work: what they touch is judged again, nothing else, and nobody is told twice."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select

from monitor.cases.obligation import Reason, Verdict
from monitor.collectors.base import Batch
from monitor.contract.book import ContractBook
from monitor.contract.model import PlaceRuling
from monitor.engine.apply import apply_rules
from monitor.engine.ports import RulesReplacedError
from monitor.store.database import Database
from monitor.store.rulebook import Rulebook
from monitor.store.tables import applied_rules, case, escalation, notification
from tests.support.cases import KEY, said, utc
from tests.support.rulings import apply, book, promising, version, without
from tests.support.world import SOURCE, World, order, ticket

RECEIVED = "2026-11-23 09:00"
"""A Monday. 7 business hours end at 16:00."""


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def marked(world: World) -> list[str]:
    with world.database.read() as connection:
        query = select(case.c.ref).where(case.c.marked_at.is_not(None)).order_by(case.c.ref)
        return list(connection.scalars(query))


def test_the_first_rules_touch_all_there_is_and_the_same_ones_nothing(world: World) -> None:
    assert apply(world, book()) == 0
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.tick()
    assert apply(world, book()) == 0
    assert marked(world) == []
    with world.database.write() as connection:
        connection.execute(applied_rules.delete())
    # Of figures that rest on nobody knows what, all are judged again.
    assert apply(world, book()) == 1
    assert marked(world) == [KEY.ref]


def test_a_day_off_touches_the_spans_it_lies_in(world: World) -> None:
    apply(world, book())
    spans = {
        "BEFORE": ("2026-11-20 09:00", "2026-11-20 12:00"),
        "DONE-IN-TIME": (RECEIVED, "2026-11-23 12:00"),
        "OVER": (RECEIVED, "2026-11-25 12:00"),
        "RECEIVED-ON-IT": ("2026-11-24 10:00", "2026-11-24 11:00"),
        "AFTER": ("2026-11-25 09:00", "2026-11-25 10:00"),
    }
    for ref, (received, resolved) in spans.items():
        world.says("received", received, received_at=received, key=ticket(ref))
        world.says("resolved", resolved, received_at=received, key=ticket(ref))
    world.at("2026-11-26 08:00").says(
        "received", "2026-11-26 07:59", received_at="2026-11-26 07:59", key=ticket("OPEN")
    )
    world.tick()
    # DONE-IN-TIME was due on the 23rd at 16:00: Tuesday never mattered to it.
    assert apply(world, book(closed={"2026-11-24": "Tempête"})) == 2
    assert marked(world) == ["OVER", "RECEIVED-ON-IT"]
    world.tick()
    assert world.verdict(key=ticket("OVER")) is Verdict.MISSED
    assert world.owed("incident-resolution", ticket("RECEIVED-ON-IT")).evaluation.due_at == utc(
        "2026-11-25 15:00"
    )
    # And back again.
    assert apply(world, book()) == 2


def test_a_breach_that_the_rules_undo_is_taken_back_and_may_come_again(world: World) -> None:
    apply(world, book())
    received = "2026-11-23 13:00"
    world.at("2026-11-23 13:05").says("received", received, received_at=received)
    world.run_until("2026-11-24 12:00")
    assert world.verdict() is Verdict.BREACHED
    assert world.fired() == ["half", "warning", "breach"]
    # Tuesday was a day off after all: four of the seven hours are used.
    assert apply(world, book(closed={"2026-11-24": "Tempête"})) == 1
    assert [(fire.step, fire.told) for fire in world.tick().fires] == [
        ("correction", 2), ("half", 0),
    ]  # fmt: skip
    owed = world.owed("incident-resolution").evaluation
    assert (owed.verdict, owed.due_at) == (Verdict.PENDING, utc("2026-11-25 11:00"))
    # 80% and the deadline come a second time: those told of the first know that it was none.
    world.run_until("2026-11-25 14:59")
    assert world.verdict() is Verdict.BREACHED
    assert world.fired()[3:] == ["correction", "(half)", "warning", "breach"]


def test_a_moved_deadline_tells_nothing_again_where_the_verdict_stands(world: World) -> None:
    apply(world, book())
    received = "2026-11-23 13:00"
    world.at("2026-11-23 13:05").says("received", received, received_at=received)
    world.run_until("2026-11-25 14:00")
    assert world.fired() == ["half", "warning", "breach", "complaint"]
    # Due on Wednesday at 11 instead of Tuesday: late all the same.
    assert apply(world, book(closed={"2026-11-24": "Tempête"})) == 1
    assert world.tick().fires == []
    assert world.verdict() is Verdict.BREACHED
    world.run_until("2026-11-25 15:00")
    assert world.tick().fires == []


def test_a_miss_that_the_rules_undo_and_bring_back_is_corrected_each_time(world: World) -> None:
    apply(world, book())
    received = "2026-11-23 13:00"
    world.at("2026-11-23 13:05").says("received", received, received_at=received)
    world.run_until("2026-11-24 12:00")
    world.says("resolved", received_at=received)
    world.tick()
    assert (world.verdict(), world.fired()[-1]) == (Verdict.MISSED, "closed")
    steps = len(world.fired())
    apply(world, book(closed={"2026-11-24": "Tempête"}))
    world.tick()
    assert world.verdict() is Verdict.MET
    apply(world, book())
    world.tick()
    assert world.verdict() is Verdict.MISSED
    assert world.fired()[steps:] == ["correction", "correction"]
    told = world.contents(escalation, notification)
    world.polled_tick()
    assert world.contents(escalation, notification) == told


def test_a_deadline_brought_forward_tells_what_is_now_late_once(world: World) -> None:
    apply(world, book())
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.run_until("2026-11-23 12:00")
    assert world.fired() == []
    assert apply(world, book(version(promising("incident-resolution", amount="2 h")))) == 1
    world.tick()
    assert world.fired() == ["(half)", "(warning)", "breach"]
    assert world.tick().fires == []


def test_a_new_version_touches_what_is_received_from_its_date_on(world: World) -> None:
    apply(world, book())
    for ref, received in {"OLD": "2026-11-23 09:00", "NEW": "2026-11-24 09:00"}.items():
        world.at("2026-11-24 09:00").says(
            "received", received, received_at=received, key=ticket(ref)
        )
    world.tick()
    second = version(
        promising("incident-resolution", amount="5 h"), version="2", effective_from="2026-11-24"
    )
    assert apply(world, book(version(), second)) == 1
    world.tick()
    assert world.owed("incident-resolution", ticket("OLD")).contract_version == version().version
    new = world.owed("incident-resolution", ticket("NEW"))
    assert (new.contract_version, new.evaluation.due_at) == ("2", utc("2026-11-24 14:00"))


def test_words_and_people_touch_nothing(world: World) -> None:
    apply(world, book())
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.tick()
    other = version(
        promising("incident-resolution", label={"fr": "Autrement dit", "en": "Put differently"}),
        contacts=[], title={"fr": "Titre", "en": "Title"},
    )  # fmt: skip
    assert apply(world, book(other)) == 0
    # And yet it is kept: figures now rest on these words.
    assert len(world.rows(applied_rules)) == 2


def test_a_commitment_withdrawn_and_promised_again(world: World) -> None:
    apply(world, book())
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.says("received", RECEIVED, received_at=RECEIVED, category="outage", key=ticket("OUT"))
    world.tick()
    assert apply(world, book(version(without("incident-resolution")))) == 1
    world.tick()
    owed = world.owed("incident-resolution").evaluation
    assert (owed.verdict, owed.reason) == (Verdict.CANCELLED, Reason.NO_LONGER_OWED)
    # Nothing is promised on it now, and a case owed nothing is always asked about again.
    assert apply(world, book()) == 1
    world.tick()
    assert world.verdict() is Verdict.PENDING


def test_a_new_promise_reaches_cases_that_were_of_its_category_once(world: World) -> None:
    apply(world, book(version(without("service-restoration"))))
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED, category="outage")
    world.at("2026-11-23 09:30").says("received", RECEIVED, received_at=RECEIVED)
    world.says("received", RECEIVED, received_at=RECEIVED, key=ticket("OTHER"))
    world.tick()
    assert apply(world, book()) == 1
    assert marked(world) == [KEY.ref]
    world.tick()
    assert world.owed("service-restoration").evaluation.reason is Reason.NO_LONGER_OWED


def test_a_ruling_touches_the_cases_of_its_place(world: World) -> None:
    apply(world, book())
    for ref, place in {
        "PO-1": "Gatineau",
        "PO-2": "Nowhere-on-Sea",
        "PO-3": "nowhere on sea",
    }.items():
        world.at("2026-11-23 15:31").says(
            "received", "2026-11-23 15:30", received_at="2026-11-23 15:30",
            key=order(ref), category="delivery", place=place,
        )  # fmt: skip
    world.tick()
    ruled = book(rulings=(PlaceRuling(place="Nowhere-on-Sea", region="remote"),))
    assert apply(world, ruled) == 2
    world.tick()
    assert world.owed("delivery-remote", order("PO-3")).evaluation.due_at == utc("2026-12-03 00:00")
    assert world.readings.provisional_places() == {}


def test_rules_begun_before_a_crash_are_finished_at_the_next_start(world: World) -> None:
    apply(world, book())
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.tick()
    rulebook = Rulebook(world.database)
    closed = book(closed={"2026-11-23": "Tempête"})
    with pytest.raises(RuntimeError, match="killed"):
        apply_with(world, DiesMarking(world.database), closed)
    assert marked(world) == []
    assert [each.finished for each in rulebook.applied()] == [True, False]
    assert apply(world, closed) == 1
    assert [each.finished for each in rulebook.applied()] == [True]
    # Figures may rest on what was begun and given up, too.
    with pytest.raises(RuntimeError, match="killed"):
        apply_with(world, DiesMarking(world.database), book())
    assert apply(world, closed) == 1


class DiesMarking(Rulebook):
    """As a process that is killed when it comes to mark."""

    def mark(self, case_ids: Collection[int], at: datetime) -> None:
        raise RuntimeError("killed")


def apply_with(world: World, rulebook: Rulebook, after: ContractBook) -> int:
    return apply_rules(rulebook, after, now=world.now)


def test_a_replica_with_other_rules_judges_nothing_any_more(world: World) -> None:
    apply(world, book())
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.tick()
    behind = World(world.database)
    behind.clock.move_to(world.now)
    assert apply(world, book(closed={"2026-11-23": "Tempête"})) == 1
    with pytest.raises(RulesReplacedError, match="reload"):
        behind.tick()
    # What was marked is there still for those that have the rules.
    assert marked(world) == [KEY.ref]
    world.tick()
    assert world.owed("incident-resolution").evaluation.due_at == utc("2026-11-24 15:00")
    # With nothing to judge there is nothing to judge wrongly.
    assert behind.tick().cases == 0


def test_a_case_whose_mark_waits_keeps_its_place_in_the_queue(world: World) -> None:
    apply(world, book())
    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.tick()
    world.at("2026-11-23 09:10").says("in_progress", received_at=RECEIVED)
    waits_since = world.now
    world.at("2026-11-23 09:20")
    assert apply(world, book(closed={"2026-11-23": "Tempête"})) == 1
    assert [row["marked_at"] for row in world.rows(case)] == [waits_since]


def test_pages_are_walked_to_the_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.engine.apply.PAGE", 2)
    apply(world, book())
    refs = [f"T-{number}" for number in range(7)]
    for ref in refs:
        world.at("2026-11-23 09:05").says(
            "received", RECEIVED, received_at=RECEIVED, key=ticket(ref)
        )
    world.tick()
    assert apply(world, book(closed={"2026-11-23": "Tempête"})) == 7
    assert marked(world) == refs


def causes(world: World) -> set[str]:
    """What corrections say in French that they rest on."""
    return {
        line
        for row in world.rows(notification)
        if row["step"] == "correction"
        for line in row["content"]["text"].splitlines()
        if line.startswith("Pourquoi\N{NO-BREAK SPACE}:")
    }


def test_what_a_poll_under_way_learned_is_the_reason_and_no_rule(world: World) -> None:
    """It is dated by the poll's start, and stored after the message was decided."""
    apply(world, book())
    received = "2026-11-23 08:00"
    world.at("2026-11-23 08:05").says("received", received, received_at=received)
    world.run_until("2026-11-23 15:01")
    assert world.verdict() is Verdict.BREACHED
    late = replace(
        said("resolved", "2026-11-23 14:00", received_at=received),
        observed_at=utc("2026-11-23 14:59"),
    )
    world.observations.record(
        SOURCE, Batch(observations=[late], complete=True), at=utc("2026-11-23 14:59")
    )
    world.at("2026-11-23 15:02").tick()
    (cause,) = causes(world)
    assert "déclaration du prestataire" in cause


def test_rules_that_change_soon_after_a_statement_are_the_reason_themselves(world: World) -> None:
    apply(world, book())
    received = "2026-11-23 13:00"
    world.at("2026-11-23 13:05").says("received", received, received_at=received)
    world.run_until("2026-11-24 10:58")
    world.says("in_progress", received_at=received)
    world.run_until("2026-11-24 11:01")
    assert world.verdict() is Verdict.BREACHED
    apply(world, book(closed={"2026-11-24": "Tempête"}))
    world.tick()
    (cause,) = causes(world)
    assert "contrat" in cause
