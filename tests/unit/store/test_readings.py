"""What has been kept, read back."""

from datetime import timedelta
from itertools import pairwise

import pytest

from monitor.cases.obligation import Obligation, Verdict
from monitor.cases.records import Position
from monitor.collectors.base import Batch, Quarantined
from monitor.contract.model import CaseKind
from monitor.store.database import Database
from tests.support.cases import KEY, utc
from tests.support.world import MANAGER, SOURCE, World, order, ticket

RECEIVED = "2026-11-23 09:00"


@pytest.fixture
def world(database: Database) -> World:
    return World(database).at("2026-11-23 09:05")


def test_open_obligations_come_most_urgent_first_a_page_at_a_time(world: World) -> None:
    for number, hour in enumerate((11, 8, 10, 8, 9)):
        received = f"2026-11-20 {hour:02}:00"
        world.says("received", received, received_at=received, key=ticket(f"T-{number}"))
    world.tick()
    paged: list[Obligation] = []
    after = None
    while page := world.readings.open_obligations(2, after=after):
        paged += page
        after = Position(at=page[-1].evaluation.due_at, id=page[-1].id)
    assert [owed.key.ref for owed in paged] == ["T-1", "T-3", "T-4", "T-2", "T-0"]
    assert paged == list(world.readings.open_obligations(100))


def test_those_without_a_deadline_come_last(world: World) -> None:
    for ref in ("T-0", "T-1", "T-2"):
        world.says("received", RECEIVED, received_at=RECEIVED, key=ticket(ref))
    world.tick()
    with world.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE obligation SET due_at = NULL WHERE case_id IN"
            " (SELECT id FROM case_ WHERE ref IN ('T-0', 'T-1'))"
        )
    first, *_ = world.readings.open_obligations(1)
    assert first.key.ref == "T-2"
    after = Position(at=first.evaluation.due_at, id=first.id)
    (second,) = world.readings.open_obligations(1, after=after)
    (third,) = world.readings.open_obligations(5, after=Position(at=None, id=second.id))
    assert {second.key.ref, third.key.ref} == {"T-0", "T-1"}
    assert [o.key.ref for o in world.readings.open_obligations(2)] == ["T-2", second.key.ref]


def test_settled_ones_come_the_latest_first(world: World) -> None:
    for minute in range(3):
        key = ticket(f"T-{minute}")
        world.at(f"2026-11-23 09:1{minute}").says(
            "received", RECEIVED, received_at=RECEIVED, key=key
        )
        world.says("resolved", received_at=RECEIVED, key=key)
        world.tick()
    settled = world.readings.settled_obligations(10)
    assert [owed.key.ref for owed in settled] == ["T-2", "T-1", "T-0"]
    assert all(a.evaluated_at > b.evaluated_at for a, b in pairwise(settled))
    after = Position(at=settled[0].evaluated_at, id=settled[0].id)
    assert world.readings.settled_obligations(1, after=after) == [settled[1]]
    assert world.readings.open_obligations(10) == []


def test_the_counts_are_what_counting_would_give(world: World) -> None:
    for number in range(4):
        world.says("received", RECEIVED, received_at=RECEIVED, key=ticket(f"T-{number}"))
    world.tick()
    world.says("resolved", received_at=RECEIVED, key=ticket("T-0"))
    world.at("2026-11-23 16:30").says("cancelled", "2026-11-23 10:00", received_at=RECEIVED,
                                      key=ticket("T-1"))  # fmt: skip
    world.tick()
    counts = {row.verdict: row.obligations for row in world.readings.tally()}
    assert counts == {Verdict.MET: 1, Verdict.CANCELLED: 1, Verdict.BREACHED: 2}


def test_a_case_is_found_by_its_reference_or_its_whole_name(world: World) -> None:
    for key in (KEY, order(KEY.ref), ticket("A:B:C")):
        world.says("received", RECEIVED, received_at=RECEIVED, key=key)
    assert world.readings.cases_named(KEY.ref) == [order(KEY.ref), KEY]
    assert world.readings.cases_named(f"telus:order:{KEY.ref}") == [order(KEY.ref)]
    assert world.readings.cases_named("A:B:C") == [ticket("A:B:C")]
    assert world.readings.cases_named("telus:ticket:A:B:C") == [ticket("A:B:C")]
    assert world.readings.cases_named("nothing") == []
    assert world.readings.case(ticket("nothing")) is None


def test_a_case_comes_with_all_that_is_known_of_it(world: World) -> None:
    world.says(
        "received", RECEIVED, received_at=RECEIVED, organization="MSSS", payload={"id": KEY.ref}
    )
    world.run_until("2026-11-23 12:45")
    world.deliver()
    record = world.readings.case(KEY)
    assert record
    assert (record.key.kind, record.organization, record.raw_status) == (
        CaseKind.TICKET, "MSSS", "received",
    )  # fmt: skip
    assert [o.payload for o in record.observations] == [{"id": KEY.ref}]
    assert [o.commitment for o in record.obligations] == ["incident-resolution"]
    (half,) = record.escalations
    assert (half.step, half.stood_at, half.fired_at) == (
        "half", utc("2026-11-23 12:30"), utc("2026-11-23 12:30"),
    )  # fmt: skip
    (sent,) = half.notifications
    assert (sent.address, sent.state, sent.attempts) == (MANAGER.address, "sent", 1)
    assert sent.detail == "250 OK"


def test_what_an_operator_must_see_to(world: World) -> None:
    world.says("parked", RECEIVED, received_at=RECEIVED, organization="MSSS")
    bad = Quarantined(ref="X", reason="no date", payload={"id": "X"})
    world.observations.record(SOURCE, Batch(quarantined=[bad]), at=world.now)
    world.tick()
    assert world.readings.organizations() == ["MSSS"]
    assert [(u.raw_status, u.observations) for u in world.readings.unknown_statuses()] == [
        ("parked", 1)
    ]
    assert world.readings.quarantine_counts() == {SOURCE: 1}
    (kept,) = world.readings.quarantined(5)
    assert (kept.ref, kept.reason) == ("X", "no date")
    (record,) = world.readings.sources()
    assert (record.name, record.observations, record.vouched_until) == (SOURCE, 1, world.now)


def test_the_outbox_tells_how_long_the_oldest_waits(world: World) -> None:
    empty = world.readings.outbox()
    assert (empty.queued, empty.dead, empty.oldest_at) == (0, 0, None)
    world.says("received", RECEIVED, received_at=RECEIVED)
    world.run_until("2026-11-23 16:00")
    waiting = world.readings.outbox()
    assert (waiting.queued, waiting.oldest_at) == (3, utc("2026-11-23 12:30"))
    world.clock.advance(timedelta(minutes=1))
    world.deliver()
    assert world.readings.outbox().queued == 0
