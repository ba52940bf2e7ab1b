"""Judging only what a change of the rules touches comes to the same as judging everything."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from monitor.cases.obligation import Obligation, Reason
from monitor.cases.observation import CaseKey, Observation
from monitor.contract.basis import Basis
from monitor.contract.book import ContractBook
from monitor.contract.model import PlaceRuling
from monitor.contract.rule_changes import RuleChanges
from monitor.engine.apply import _EVERY_CASE
from monitor.engine.ports import Docket
from monitor.engine.preview import Preview
from monitor.engine.silence import silence_of
from monitor.store.database import open_database
from monitor.store.rulebook import Rulebook
from monitor.store.tables import case, escalation, notification, obligation
from tests.support.cases import said, utc
from tests.support.database import SqliteFiles
from tests.support.rulings import Edit, apply, book, promising, version, without
from tests.support.world import SOURCE, World, order, rules, ticket

START = utc("2026-11-19 08:00")
WEEK = 7 * 24 * 60
DAYS = [(date(2026, 11, 18) + timedelta(days=number)).isoformat() for number in range(12)]
STATUSES = ("in_progress", "waiting_client", "resolved", "reopened", "delivered", "cancelled")
PLACES = ("Gatineau", "Kuujjuaq", "Nowhere-on-Sea", None)
PROMISES = ("incident-resolution", "service-restoration", "delivery-local", "delivery-remote")

edits: st.SearchStrategy[Edit] = st.one_of(
    st.builds(lambda hours: promising("incident-resolution", amount=f"{hours} h"), st.integers(1, 20)),
    st.builds(lambda days: promising("delivery-local", amount=f"{days} d"), st.integers(1, 6)),
    st.builds(lambda share: promising("service-restoration", at_risk_percent=share), st.integers(1, 99)),
    st.just(promising("incident-resolution", calendar="24x7")),
    st.just(promising("incident-resolution", pause_statuses=["waiting_client"])),
    st.just(promising("incident-resolution", reopen_rule="restart")),
    st.just(promising("incident-resolution", category="outage")),
    st.just(promising("incident-resolution", effective_from="2026-11-23")),
    st.just(promising("service-restoration", start_rule="next_business_day")),
    st.just(promising("incident-resolution", stop_statuses=["in_progress"])),
    st.just(without("service-restoration")),
    st.just(without("delivery-remote")),
    st.just(lambda content: content.update(support_hours="24x7")),
    st.just(lambda content: content.update(zone="America/Halifax")),
    st.just(lambda content: content["regions"].update(unknown="remote")),
)  # fmt: skip


@st.composite
def books(draw: st.DrawFn) -> ContractBook:
    """The shipped contract with some days off, rulings and edits, maybe in two versions."""
    first = version(*draw(st.lists(edits, max_size=2)))
    versions = [first]
    if draw(st.booleans()):
        begins = draw(st.sampled_from(DAYS))
        edited = draw(st.lists(edits, max_size=2))
        versions.append(version(*edited, version="second", effective_from=begins))
    ruled = draw(st.sets(st.sampled_from(["Gatineau", "Nowhere-on-Sea"]), max_size=1))
    return book(
        *versions,
        closed=dict.fromkeys(draw(st.sets(st.sampled_from(DAYS), max_size=2)), "Tempête"),
        rulings=tuple(PlaceRuling(place=place, region="remote") for place in ruled),
    )


@st.composite
def statements(draw: st.DrawFn) -> list[Observation]:
    """Some tickets and orders over a week, each with some statements, in the order read."""
    told: list[Observation] = []
    for number in range(draw(st.integers(1, 4))):
        minutes = sorted(draw(st.sets(st.integers(0, WEEK), min_size=1, max_size=4)))
        received, *later = (START + timedelta(minutes=each) for each in minutes)
        is_order = draw(st.booleans())
        key = order(f"PO-{number}") if is_order else ticket(f"INC-{number}")
        place = draw(st.sampled_from(PLACES)) if is_order else None
        for at in (received, *later):
            status = "received" if at is received else draw(st.sampled_from(STATUSES))
            category = "delivery" if is_order else draw(st.sampled_from(["incident", "outage"]))
            told.append(
                replace(
                    said(status, "2026-11-23 08:00", received_at="2026-11-23 08:00"),
                    key=key, received_at=received, changed_at=at, observed_at=at,
                    category=category, place=place,
                )
            )  # fmt: skip
    return sorted(told, key=lambda observed: (observed.observed_at, observed.id))


def played(world: World, told: list[Observation], until: datetime) -> None:
    for observed in told:
        if observed.observed_at > until:
            break
        world.clock.move_to(observed.observed_at)
        world.polled(observed)
        settle(world)
    world.clock.move_to(until)
    settle(world)


def settle(world: World) -> None:
    while world.tick().more:
        pass


def standings(world: World) -> dict[tuple[int, str], dict[str, Any]]:
    """What is stored of each obligation, less what tells when it was judged.

    How much is used of an open one, or of one that the case has left, is of that instant.
    """
    moving = {"id", "evaluated_at"}
    of_now = {"elapsed_seconds", "remaining_seconds"}
    return {
        (row["case_id"], row["commitment"]): {
            name: value
            for name, value in row.items()
            if name not in moving and not (name in of_now and _counts_on(row))
        }
        for row in world.rows(obligation)
    }


def _counts_on(row: Mapping[str, Any]) -> bool:
    return bool(row["is_open"]) or row["reason"] == Reason.NO_LONGER_OWED


def dockets(world: World) -> Iterator[Docket]:
    with Rulebook(world.database).at_stake([_EVERY_CASE], after=0, limit=1000) as page:
        yield from page.dockets(page.ids)


def alike(world: World, preview: Preview) -> Mapping[int, int]:
    with Rulebook(world.database).at_stake([_EVERY_CASE], after=0, limit=1000) as page:
        return preview.alike(page.sheets(page.ids))


@settings(
    max_examples=15 * settings().max_examples // 60,
    deadline=None,
    # Shrinking would run thousands of ticks; a failing story of four cases can be read.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(told=statements(), before=books(), after=books(), minutes=st.integers(0, 2 * WEEK))
def test_touching_some_is_judging_all_and_a_preview_foresees_it(
    sqlite_files: SqliteFiles,
    told: list[Observation],
    before: ContractBook,
    after: ContractBook,
    minutes: int,
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_database(sqlite_files.new_in(Path(folder)))) as database,
    ):
        world = World(database, rules(book=before))
        # What is tested is not silence.
        world.stale_after[SOURCE] = timedelta(days=365)
        world.clock.move_to(told[0].observed_at)
        apply(world, before)
        played(world, told, max(told[0].observed_at, START + timedelta(minutes=minutes)))

        changes = RuleChanges.between(Basis.of(before), Basis.of(after))
        silence = silence_of(world.obligations.sources(), world.stale_after, world.now)
        preview = Preview(changes, silence, world.now)
        foreseen = {docket.key: preview.foresee(docket) for docket in dockets(world)}
        # What arrays find unchanged is what a look at each finds unchanged.
        unchanged = alike(world, preview)
        event(f"{len(unchanged)} of {len(foreseen)} in arrays")
        for docket in dockets(world):
            found = foreseen[docket.key]
            if docket.case_id in unchanged:
                assert not found.consequences
                assert not found.touched or found.judged == unchanged[docket.case_id]
        was, messages = standings(world), world.rows(notification)

        marked = apply(world, after)
        event(f"marked {marked} of {len(foreseen)}")
        assert marked == sum(each.touched for each in foreseen.values())
        settle(world)
        some = standings(world)
        with database.write() as connection:
            connection.execute(case.update().values(marked_at=world.now))
        settle(world)
        assert standings(world) == some

        # No message is lost or sent twice; a step is told once an episode.
        assert [row for row in world.rows(notification) if row in messages] == messages
        steps = [
            (row["obligation_id"], row["step"], row["episode"]) for row in world.rows(escalation)
        ]
        assert len(steps) == len(set(steps))

        # The preview foresaw each deadline and verdict that moved, and none that did not.
        keys: dict[int, CaseKey] = {docket.case_id: docket.key for docket in dockets(world)}
        moved = {
            (keys[id_], commitment): (was_so, is_so)
            for id_, commitment in {*was, *some}
            if (was_so := _standing(was.get((id_, commitment))))
            != (is_so := _standing(some.get((id_, commitment))))
        }
        told_of = {
            (key, each.commitment): (_foreseen(each.before), _foreseen(each.after))
            for key, found in foreseen.items()
            for each in found.consequences
        }
        assert told_of == moved
        said = [each for found in foreseen.values() for each in found.consequences]
        assert [each for each in said if not each.why] == []


def _standing(row: dict[str, Any] | None) -> Any:
    """As stored."""
    if row is None or row["reason"] == Reason.NO_LONGER_OWED:
        return None
    return row["verdict"], row["due_at"]


def _foreseen(owed: Obligation | None) -> Any:
    found = None if owed is None else owed.evaluation
    if found is None or found.reason is Reason.NO_LONGER_OWED:
        return None
    return found.verdict, found.due_at
