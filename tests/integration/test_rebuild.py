"""Whatever was concluded can be worked out again from what was stated, and comes out the same."""

import pytest
from sqlalchemy import Table, delete, update

from monitor.cases.obligation import Verdict
from monitor.engine.rebuild import Difference
from monitor.store.database import Database
from monitor.store.tables import (
    applied_rules,
    case,
    due_tally,
    escalation,
    notification,
    obligation,
    observation,
    organization_tally,
    standing,
    tally,
)
from tests.support.cases import KEY, utc
from tests.support.rebuilt import differences_of
from tests.support.world import World, order, ticket

RECEIVED = "2026-11-23 09:00"
STATE = (case, observation, obligation, tally, escalation, notification)
LATE = ticket("INC-LATE")
DONE = ticket("INC-DONE")
REOPENED = ticket("INC-AGAIN")
UNOWED = ticket("INC-NONE")
OUTAGE = ticket("INC-OUTAGE")
BOX = order("CMD-1")


@pytest.fixture
def world(database: Database) -> World:
    """Every kind of case: open, late, closed, reopened, reclassified, owed nothing, told of."""
    world = World(database).at("2026-11-23 09:05")
    for key in (KEY, LATE, DONE, REOPENED, OUTAGE):
        world.says("received", RECEIVED, received_at=RECEIVED, key=key)
    world.says("received", RECEIVED, received_at=RECEIVED, key=UNOWED, category="mystery")
    world.says(
        "received", RECEIVED, received_at=RECEIVED, key=BOX, category="delivery", place="Nulle Part"
    )
    world.tick()
    world.at("2026-11-23 10:00").says("resolved", received_at=RECEIVED, key=DONE)
    world.says("resolved", received_at=RECEIVED, key=REOPENED)
    world.says("received", received_at=RECEIVED, key=OUTAGE, category="outage")
    world.tick()
    world.at("2026-11-23 11:00").says("inProgress", received_at=RECEIVED, key=REOPENED)
    world.tick()
    world.run_until("2026-11-23 16:30")
    world.says("inProgress", received_at=RECEIVED, key=KEY)
    world.tick()
    return world


def check(world: World) -> list[Difference]:
    return differences_of(world.database, world.rules, world.now)


def mend(world: World) -> list[Difference]:
    return differences_of(world.database, world.rules, world.now, mend=True)


def change(world: World, statement: object) -> None:
    with world.database.write() as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def test_nothing_differs_and_nothing_is_changed(world: World) -> None:
    before = world.contents(*STATE)
    assert {world.verdict(key=LATE), world.verdict(key=DONE)} == {Verdict.BREACHED, Verdict.MET}
    assert check(world) == []
    assert mend(world) == []
    assert world.contents(*STATE) == before


def test_cases_of_a_silent_source_are_judged_as_such(world: World) -> None:
    world.at("2026-11-23 17:30").tick()
    assert world.verdict("delivery-local", key=BOX) is Verdict.UNKNOWN
    assert check(world) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("due_at", utc("2026-11-24 09:00")),
        ("starts_at", utc("2026-11-23 09:01")),
        ("elapsed_seconds", 1),
        ("remaining_seconds", 1),
        ("verdict", "met"),
        ("reason", "stopped_in_time"),
        ("stopped_at", utc("2026-11-23 09:30")),
        ("episode", 3),
        ("next_wakeup_at", utc("2027-01-01 09:00")),
        ("region", "remote"),
        ("amount_seconds", 1),
        ("organization", "ORG-X"),
        ("contract_version", "1999"),
        ("place", "Kuujjuaq"),
        ("received_at", utc("2026-11-20 09:00")),
    ],
)
def test_a_figure_that_is_not_right_is_told_and_put_right(
    world: World, field: str, value: object
) -> None:
    before = world.contents(*STATE)
    right = world.owed("incident-resolution", LATE)
    statement = update(obligation).where(obligation.c.id == right.id)
    change(world, statement.values({field: value}))
    # A verdict is counted, so that the count differs too.
    (found,) = (each for each in check(world) if each.case is not None)
    assert (found.case, found.subject, found.field) == (LATE, "incident-resolution", field)
    assert found.kept == value
    assert found in check(world)
    mend(world)
    assert check(world) == []
    assert world.contents(*STATE) == before


@pytest.mark.parametrize(("field", "value"), [("is_open", False), ("fault_kind", "unexpected")])
def test_so_is_a_flag_of_a_case(world: World, field: str, value: object) -> None:
    change(world, update(case).where(case.c.ref == LATE.ref).values({field: value}))
    (found,) = mend(world)
    assert (found.case, found.subject, found.field, found.kept) == (LATE, "", field, value)
    assert check(world) == []


@pytest.mark.parametrize("counts", [tally, due_tally, organization_tally])
def test_so_are_the_counts(world: World, counts: Table) -> None:
    before = world.contents(counts)
    assert before
    change(world, update(counts).values(obligations=counts.c.obligations + 2))
    found = mend(world)
    assert {each.field for each in found} == {"obligations"}
    assert all(int(str(each.kept)) == int(str(each.rebuilt)) + 2 for each in found)
    assert world.contents(counts) == before


def test_a_verdict_changed_by_hand_leaves_the_counts_right_in_the_end(world: World) -> None:
    before = world.readings.tally()
    change(world, update(obligation).where(obligation.c.verdict == "met").values(verdict="missed"))
    mend(world)
    assert world.readings.tally() == before


def test_what_is_not_kept_at_all_comes_back_and_tells_what_is_due_once(world: World) -> None:
    told = len(world.rows(notification))
    lost = world.owed("incident-resolution", DONE)
    change(world, delete(standing).where(standing.c.obligation_id == lost.id))
    change(world, delete(obligation).where(obligation.c.id == lost.id))
    found = mend(world)
    assert (DONE, "incident-resolution", "verdict", None) in [
        (each.case, each.subject, each.field, each.kept) for each in found
    ]
    assert world.verdict(key=DONE) is Verdict.MET
    assert check(world) == []
    world.polled_tick()
    assert len(world.rows(notification)) == told


def test_a_step_that_should_have_fired_is_the_next_ticks(world: World) -> None:
    told = len(world.rows(notification))
    # Its escalations lost, as by a hand in the tables: nobody can tell any more who was told.
    gone = [row["id"] for row in world.rows(escalation)]
    change(world, delete(notification))
    change(world, delete(escalation).where(escalation.c.id.in_(gone)))
    found = mend(world)
    assert {each.field for each in found} == {"next_wakeup_at"}
    assert world.rows(notification) == []
    world.polled_tick()
    assert 0 < len(world.rows(notification)) <= told
    assert check(world) == []


def test_what_waits_for_the_next_tick_is_left_to_it(world: World) -> None:
    world.says("resolved", received_at=RECEIVED, key=LATE)
    statement = update(obligation).where(
        obligation.c.id == world.owed("incident-resolution", LATE).id
    )
    change(world, statement.values(elapsed_seconds=1))
    assert check(world) == []
    world.tick()
    assert world.verdict(key=LATE) is Verdict.MISSED
    assert check(world) == []


def test_a_kill_between_pages_leaves_nothing_half_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.engine.rebuild.PAGE", 2)
    before = world.contents(*STATE)
    change(world, update(obligation).values(elapsed_seconds=7))

    class Killed(BaseException):
        pass

    from monitor.engine import rebuild as engine  # noqa: PLC0415 - patched below

    real = engine.judge_again
    seen = []

    def dies(*arguments: object) -> object:
        seen.append(1)
        if len(seen) == 4:
            raise Killed
        return real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "judge_again", dies)
    with pytest.raises(Killed):
        mend(world)
    monkeypatch.setattr(engine, "judge_again", real)
    assert mend(world)
    assert world.contents(*STATE) == before


def test_rules_are_no_part_of_what_is_rebuilt(world: World) -> None:
    before = world.rows(applied_rules)
    mend(world)
    assert world.rows(applied_rules) == before
