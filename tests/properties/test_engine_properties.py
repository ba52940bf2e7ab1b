"""What holds for any story a source may tell, through the real engine and store."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from monitor.alerts.escalation import CLOSED, CORRECTION
from monitor.cases.observation import Observation
from monitor.store.database import open_database
from monitor.store.tables import case, escalation, notification, obligation, standing, tally
from tests.support.cases import said, utc
from tests.support.database import SqliteFiles
from tests.support.world import SOURCE, World, ticket

START = utc("2026-11-23 08:00")
STATUSES = ("in_progress", "resolved", "reopened", "closed", "cancelled", "parked")
CATEGORIES = ("incident", "outage")
OF_THE_TICK = ("id", "obligation_id", "escalation_id", "case_id", "evaluated_at", "judged_at")


@st.composite
def stories(draw: st.DrawFn) -> list[Observation]:
    """Up to three tickets over a week, each with some statements, in the order they were read."""
    told: list[Observation] = []
    for number in range(draw(st.integers(1, 3))):
        minutes = sorted(draw(st.sets(st.integers(0, 7 * 24 * 60), min_size=1, max_size=5)))
        received, *later = (START + timedelta(minutes=each) for each in minutes)
        category = draw(st.sampled_from(CATEGORIES))
        for at in (received, *later):
            status = "received" if at is received else draw(st.sampled_from(STATUSES))
            # Now and then, a case is filed under something else.
            category = draw(st.sampled_from([category, category, category, *CATEGORIES]))
            told.append(
                replace(
                    said(status, "2026-11-23 08:00", received_at="2026-11-23 08:00"),
                    key=ticket(f"INC-{number}"),
                    received_at=received,
                    changed_at=at,
                    observed_at=at + timedelta(minutes=draw(st.integers(0, 600))),
                    category=category,
                    **_poll_before(draw, number, at),
                )
            )
    return sorted(told, key=lambda observed: (observed.observed_at, observed.id))


def _poll_before(draw: st.DrawFn, number: int, at: datetime) -> dict[str, Any]:
    """Now and then, the source gives no time: it happened between two polls."""
    minutes = draw(st.sampled_from([0, 0, 0, 1, 240]))
    if not minutes:
        return {}
    return {"changed_after": at - timedelta(minutes=minutes), "previous_id": f"{number}-{at}"[:32]}


@contextmanager
def worlds(files: SqliteFiles, count: int) -> Iterator[list[World]]:
    made = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            own = Path(folder, str(number))
            own.mkdir()
            made.append(World(open_database(files.new_in(own))))
            # What is tested is not silence.
            made[-1].stale_after[SOURCE] = timedelta(days=365)
        try:
            yield made
        finally:
            for world in made:
                world.database.close()


def live(world: World, story: Sequence[Observation], *, every: timedelta | None) -> None:
    """Poll each statement when it could be read, and tick whenever the engine asks for it.

    With `every`, also tick that often.
    """
    ends_at = START + timedelta(days=12)
    polls = [observed.observed_at for observed in story]
    world.clock.move_to(START)
    next_every = START
    while world.now < ends_at:
        told = [observed for observed in story if observed.observed_at == world.now]
        if told:
            world.polled(*told)
        due = world.tick().next_due_at
        while next_every <= world.now and every is not None:
            next_every += every
        instants = [ends_at, *(at for at in polls if at > world.now)]
        instants += [due] if due is not None else []
        instants += [next_every] if every is not None else []
        world.clock.move_to(min(instants))


def outcome(world: World, *, without: Sequence[str] = OF_THE_TICK) -> list[Any]:
    kept = (obligation, tally, escalation, notification, standing)
    return world.contents(*kept, without=without)


def stands(world: World) -> list[Any]:
    """How the obligations stand, whatever was told of them on the way.

    When to look again depends on what was told: a step below one that fired is never told.
    """
    without = (*OF_THE_TICK, "next_wakeup_at")
    return [*world.contents(obligation, without=without), world.readings.tally()]


SOME = settings(
    max_examples=12,
    deadline=None,
    # Shrinking would run thousands of ticks; a failing story of three tickets can be read.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@SOME
@given(story=stories())
def test_ticks_nobody_asked_for_change_nothing(
    sqlite_files: SqliteFiles, story: list[Observation]
) -> None:
    with worlds(sqlite_files, 2) as (asked, restless):
        live(asked, story, every=None)
        live(restless, story, every=timedelta(hours=3))
        assert outcome(asked, without=()) == outcome(restless, without=())


@SOME
@given(story=stories())
def test_one_tick_at_the_end_finds_what_many_found(
    sqlite_files: SqliteFiles, story: list[Observation]
) -> None:
    with worlds(sqlite_files, 2) as (many, once):
        live(many, story, every=None)
        once.clock.move_to(many.now)
        once.polled(*story)
        for world in (many, once):
            # Both judge all cases at one instant, so that the elapsed figures compare.
            with world.database.write() as connection:
                connection.execute(case.update().values(marked_at=world.now))
            world.tick()
        assert stands(many) == stands(once)


@SOME
@given(story=stories(), data=st.data())
def test_any_order_of_arrival_gives_the_same_state(
    sqlite_files: SqliteFiles, story: list[Observation], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(story))
    with worlds(sqlite_files, 2) as (ordered, other):
        at: datetime = START + timedelta(days=9)
        ordered.clock.move_to(at)
        other.clock.move_to(at)
        ordered.polled(*story)
        ordered.tick()
        for observed in shuffled:
            other.polled(observed)
            other.tick()
        assert stands(ordered) == stands(other)


@SOME
@given(story=stories())
def test_one_tick_at_the_end_records_the_steps_that_many_fired(
    sqlite_files: SqliteFiles, story: list[Observation]
) -> None:
    """Of what is open at the end, was never closed on the way, and needed no correction.

    Whatever was told of, or collapsed into one message: the steps and the instants they stood for.
    """
    with worlds(sqlite_files, 2) as (many, once):
        live(many, story, every=None)
        once.clock.move_to(many.now)
        once.polled(*story)
        once.tick()
        assert climbed(many, of=many) == climbed(once, of=many)


def climbed(world: World, *, of: World) -> dict[str, set[tuple[str, datetime]]]:
    """By obligation, of those that did nothing but grow old in the world `of`."""
    fired: dict[str, set[tuple[str, datetime]]] = {}
    for number in range(3):
        lived = of.readings.case(ticket(f"INC-{number}"))
        record = world.readings.case(ticket(f"INC-{number}"))
        if lived is None or record is None:
            continue
        taken_back = {
            each.commitment for each in lived.escalations if each.step in (CLOSED, CORRECTION)
        }
        for owed in lived.obligations:
            found = owed.evaluation
            if found.is_open and not found.episode and owed.commitment not in taken_back:
                fired[f"{number} {owed.commitment}"] = {
                    (each.step, each.stood_at)
                    for each in record.escalations
                    if each.commitment == owed.commitment
                }
    return fired


@SOME
@given(story=stories(), data=st.data())
def test_corrections_follow_from_what_was_told_and_what_is_known(
    sqlite_files: SqliteFiles, story: list[Observation], data: st.DataObject
) -> None:
    """Two that were told the same, and then learn the same in another order, tell the same."""
    cut = data.draw(st.integers(0, len(story)))
    rest = data.draw(st.permutations(story[cut:]))
    with worlds(sqlite_files, 2) as (ordered, other):
        for world, later in ((ordered, story[cut:]), (other, rest)):
            live(world, story[:cut], every=None)
            for observed in later:
                world.polled(observed)
            world.tick()
        assert outcome(ordered) == outcome(other)
        # And what is repeated adds nothing.
        told = ordered.contents(escalation, notification, standing)
        with ordered.database.write() as connection:
            connection.execute(case.update().values(marked_at=ordered.now))
        ordered.tick()
        assert ordered.contents(escalation, notification, standing) == told
