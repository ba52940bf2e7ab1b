"""What came due in a period, read from both databases: once, as held at an instant, by an index."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from monitor.alerts.interventions import Act, Via
from monitor.reports.entry import Entry, Outcome
from monitor.reports.figures import Cells
from monitor.reports.period import PeriodKind, ReportPeriod
from monitor.reports.scope import Scope
from monitor.store.database import Database
from monitor.store.deadlines import Deadlines, Within
from monitor.store.interventions import Interventions
from tests.support.cases import KEY, QUEBEC, utc
from tests.support.entries import lateness
from tests.support.world import World, ticket

RECEIVED = "2026-10-30 09:00"
"""A Friday: due the same day at 16:00."""


@pytest.fixture
def world(database: Database) -> World:
    return World(database).at("2026-10-30 09:05")


def within(known_at: str, month: str = "2026-10", **scope: str) -> Within:
    start, end = ReportPeriod.parse(PeriodKind.MONTH, month).instants(QUEBEC)
    return Within(
        start=start,
        end=end,
        known_at=utc(known_at),
        scope=Scope(**scope),
        outside=frozenset({"email-sync-without-device-management"}),
    )


def entries(world: World, *arguments: Any, **scope: str) -> list[Entry]:
    return list(Deadlines(world.database).entries(within(*arguments, **scope)))


def outcomes(world: World, known_at: str) -> list[Outcome]:
    return [entry.outcome for entry in entries(world, known_at)]


def test_each_instant_has_what_was_held_at_it(world: World) -> None:
    world.says("received", RECEIVED, received_at=RECEIVED)
    world.tick()
    world.at("2026-10-30 16:30").polled_tick()
    world.at("2026-11-03 10:00").says("resolved", "2026-10-30 15:00", received_at=RECEIVED)
    world.tick()
    assert outcomes(world, "2026-10-30 09:00") == []
    assert outcomes(world, "2026-10-30 09:05") == [Outcome.NOT_YET_DUE]
    assert outcomes(world, "2026-11-02 08:00") == [Outcome.OPEN_LATE]
    # It was learned after the month that it had been done in time.
    assert outcomes(world, "2026-11-03 10:00") == [Outcome.MET]
    assert entries(world, "2026-11-03 10:00", "2026-11") == []


def test_a_case_that_spans_two_months_is_counted_where_its_deadline_falls(world: World) -> None:
    late = "2026-10-30 16:00"
    world.at("2026-10-30 16:05").says("received", late, received_at=late)
    world.tick()
    assert entries(world, "2026-11-01 00:00") == []
    (found,) = entries(world, "2026-11-01 00:00", "2026-11")
    assert found.due_at == utc("2026-11-02 14:00")


def test_a_hold_counts_from_when_it_was_placed_until_it_is_released(world: World) -> None:
    world.says("received", RECEIVED, received_at=RECEIVED)
    world.tick()
    desk = Interventions(world.database)
    act = Act.of("qa", "en litige", Via.CLI)
    desk.hold(KEY, act, at=utc("2026-10-30 10:00"))
    desk.release(KEY, act, at=utc("2026-10-30 12:00"))
    assert outcomes(world, "2026-10-30 09:59") == [Outcome.NOT_YET_DUE]
    assert outcomes(world, "2026-10-30 11:00") == [Outcome.HELD]
    assert outcomes(world, "2026-10-30 12:00") == [Outcome.NOT_YET_DUE]


def test_counting_in_the_database_agrees_with_counting_one_by_one(world: World) -> None:
    for number in range(6):
        key = ticket(f"INC-{number}")
        organization = f"ORG-{number % 2}"
        world.says("received", RECEIVED, received_at=RECEIVED, key=key, organization=organization)
        if number % 3:
            world.says(
                "resolved", "2026-10-30 09:04", received_at=RECEIVED, key=key,
                organization=organization,
            )  # fmt: skip
    world.tick()
    for scope in ({}, {"organization": "ORG-1"}, {"provider": "rogers"}):
        asked = within("2026-10-30 17:00", **scope)
        counted, taken = Cells(), Cells()
        for cell, outcome, many in Deadlines(world.database).counts(asked):
            counted.count(cell, outcome, many)
        for entry in Deadlines(world.database).entries(asked):
            taken.take(entry, lateness)
        by_cell = [
            {key: line.cell.counts for key, line in cells.by(lambda key: key).items()}
            for cells in (counted, taken)
        ]
        assert by_cell[0] == by_cell[1]


@pytest.fixture
def plans(database: Database) -> Iterator[list[str]]:
    """How SQLite goes about each statement."""
    if not database.is_sqlite:
        pytest.skip("SQLite tells its plans in words")
    found: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            plan = connection.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found.extend(row[3] for row in plan)

    event.listen(database._engine, "before_cursor_execute", explain)
    yield found
    event.remove(database._engine, "before_cursor_execute", explain)


def test_a_month_is_found_along_the_index_in_its_order(world: World, plans: list[str]) -> None:
    entries(world, "2026-11-01 00:00")
    assert any(
        "standing USING INDEX ix_standing_due (due_at>? AND due_at<?)" in step for step in plans
    )
    # The last hold of a case is sorted out of its few; what came due is not sorted.
    assert sum("TEMP B-TREE" in step for step in plans) <= 1
    tables = ("standing", "obligation", "case_", "hold", "evidence")
    assert not [step for step in plans if step.startswith(tuple(f"SCAN {name}" for name in tables))]


def test_a_month_is_whole_to_the_microsecond(world: World) -> None:
    # A delivery ends with its day: this one with the month.
    received = "2026-10-27 09:00"
    world.at("2026-10-27 09:05").says(
        "received", received, received_at=received, key=ticket("CMD-1"), category="delivery",
        place="Québec",
    )  # fmt: skip
    world.tick()
    (found,) = entries(world, "2026-10-28 00:00")
    assert found.due_at == utc("2026-10-31 00:00")
    midnight = found.due_at
    for start, end, number in (
        (midnight, midnight + timedelta(days=1), 0),
        (midnight - timedelta(microseconds=1), midnight, 1),
    ):
        asked = Within(start=start, end=end, known_at=utc("2026-10-28 00:00"))
        assert len(list(Deadlines(world.database).entries(asked))) == number
