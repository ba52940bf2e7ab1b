"""Cost follows what is due: no statement of a tick, a scrape or a status page walks a table."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from monitor.alerts.interventions import Act, Via
from monitor.cases.deliverables import Schedule, due_after
from monitor.cases.obligation import Verdict
from monitor.cases.periods import Period
from monitor.cases.records import Sought
from monitor.contract.model import CaseKind, Status
from monitor.engine.purge import Retention, old, purge_all
from monitor.store.corrections import Corrections
from monitor.store.database import Database, open_database
from monitor.store.deliverables import Deliverables
from monitor.store.purging import Purging
from tests.support.cases import QUEBEC, utc
from tests.support.world import SOURCE, World, ticket

RECEIVED = "2026-11-23 09:00"
REPORT = next(
    due_after(
        [
            Schedule(
                commitment="billing-report",
                provider="telus",
                prefix="FACT",
                first=Period.parse("2026-10"),
                billing_day=15,
            )
        ],
        QUEBEC,
        after=None,
    )
).opening("billing-report", utc("2026-10-16 00:00"))
NARROW = Sought(
    provider="telus",
    commitment="incident-resolution",
    organization="ORG-1",
    kind=CaseKind.TICKET,
    verdicts=frozenset({Verdict.PENDING, Verdict.MET}),
)
LARGE = {
    "case_",
    "observation",
    "payload",
    "quarantine",
    "obligation",
    "standing",
    "escalation",
    "notification",
    "delivery",
}


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    database = open_database(sqlite_url)
    world = World(database)
    world.at("2026-11-23 09:05")
    for number in range(3):
        world.says("received", RECEIVED, received_at=RECEIVED, key=ticket(f"INC-{number}0"))
    world.tick()
    yield world
    database.close()


@contextmanager
def statements(database: Database) -> Iterator[list[tuple[str, Any]]]:
    seen: list[tuple[str, Any]] = []

    def note(_c: Any, _k: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:  # noqa: FBT001 - as SQLAlchemy calls it
        one = parameters[0] if many and isinstance(parameters[0], tuple) else parameters
        seen.append((statement, one))

    event.listen(database._engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database._engine, "before_cursor_execute", note)


def walks(database: Database, seen: list[tuple[str, Any]]) -> list[str]:
    """The walks over large tables, whole or through an index that holds every row."""
    found = []
    with database.read() as connection:
        for statement, parameters in seen:
            if not re.match(r"(SELECT|UPDATE|INSERT|DELETE)", statement):
                continue
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(parameters))
            for *_, detail in plan:
                walked = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", detail)
                if walked and walked[1] in LARGE and not _partial(connection, walked[2]):
                    found.append(f"{detail}: {statement}")
                sorts = "USE TEMP B-TREE FOR ORDER BY" in detail
                if sorts and re.search(r"LIMIT \?( OFFSET \?)?$", statement):
                    found.append(f"{detail}: {statement}")
    return found


def _partial(connection: Any, index: str | None) -> bool:
    """Whether an index holds only the rows that matter."""
    query = "SELECT sql FROM sqlite_master WHERE name = ?"
    sql = connection.exec_driver_sql(query, (index,)).scalar()
    return bool(sql and " WHERE " in sql)


ONE: dict[str, Any] = {
    "owner": "one",
    "now": utc("2026-11-23 16:30"),
    "lease": timedelta(minutes=2),
    "limit": 1,
}
SHORT = Retention(payloads=1, figures=1)
READERS: list[tuple[str, Callable[[World], Any]]] = [
    ("idle tick", lambda world: world.tick()),
    ("silence", lambda world: world.at("2026-11-23 10:00").tick()),
    ("tick", lambda world: world.at("2026-11-23 16:30").polled_tick()),
    ("poll", lambda world: world.says("resolved", received_at=RECEIVED)),
    ("window", lambda world: list(world.observations.load_window("telus-tickets").known)),
    ("claim", lambda world: (world.at("2026-11-23 16:30").polled_tick(), world.deliver())),
    (
        "claim of what stands in line",
        lambda world: (
            world.at("2026-11-23 16:30").polled_tick(),
            world.outbox.claim("mail", **ONE),
            world.says("resolved", received_at=RECEIVED, key=ticket("INC-10")),
            world.tick(),
            [world.outbox.behind(each) for each in world.outbox.claim("mail", **ONE)],
        ),
    ),
    ("next delivery", lambda world: world.outbox.next_due_at("mail")),
    ("waiting", lambda world: world.outbox.waiting(world.now)),
    ("tally", lambda world: world.readings.tally()),
    ("due", lambda world: world.readings.due_counts(world.now, world.now)),
    ("bodies", lambda world: world.readings.organization_counts()),
    ("open", lambda world: world.readings.open_obligations(2)),
    ("settled", lambda world: world.readings.settled_obligations(2)),
    ("open, narrowed", lambda world: world.readings.open_obligations(2, sought=NARROW)),
    ("settled, narrowed", lambda world: world.readings.settled_obligations(2, sought=NARROW)),
    ("outbox", lambda world: world.readings.outbox()),
    ("sources", lambda world: world.readings.sources()),
    ("quarantine", lambda world: world.readings.quarantine_counts()),
    ("faults", lambda world: (world.readings.fault_counts(), world.readings.faulty_cases(5))),
    ("unknown words", lambda world: world.readings.unknown_statuses()),
    ("cases of unknown words", lambda world: Corrections(world.database).cases_of_unknown()),
    (
        "correction",
        lambda world: (
            world.says("shelved", received_at=RECEIVED, key=ticket("INC-10")),
            Corrections(world.database).correct(
                SOURCE,
                "shelved",
                Status.HELD,
                Act(by="olivier", why="x", via=Via.CLI),
                at=world.now,
            ),
        ),
    ),
    ("places", lambda world: world.readings.provisional_places()),
    ("old", lambda world: old(Purging(world.database), SHORT, world.at("2027-11-23 09:00").now)),
    (
        "purge",
        lambda world: purge_all(
            Purging(world.database), SHORT, world.at("2027-11-23 09:00").now, lambda _: None
        ),
    ),
    ("case", lambda world: world.readings.case(ticket("INC-10"))),
    ("reports due", lambda world: Deliverables(world.database).listed(limit=5)),
    (
        "reports of a time",
        lambda world: Deliverables(world.database).listed(
            limit=5, since=world.now, until=world.now
        ),
    ),
    ("report", lambda world: Deliverables(world.database).find("FACT-2026-10")),
    ("opening", lambda world: Deliverables(world.database).open([REPORT], at=world.now)),
    (
        "opening again",
        lambda world: [
            Deliverables(world.database).open([each], at=world.now)
            for each in (REPORT, replace(REPORT, organization="1001"))
        ],
    ),
    (
        "stating",
        lambda world: [
            Deliverables(world.database).open([REPORT], at=world.now),
            Deliverables(world.database).state(REPORT.key, lambda stated: stated, at=world.now),
        ],
    ),
    ("held", lambda world: list(world.readings.past.held(world.now))),
    ("name", lambda world: world.readings.cases_named("telus:ticket:INC-10")),
]


@pytest.mark.parametrize(("name", "read"), READERS, ids=[name for name, _ in READERS])
def test_no_statement_walks_a_table(world: World, name: str, read: Callable[[World], Any]) -> None:
    with statements(world.database) as seen:
        read(world)
    assert seen
    assert walks(world.database, seen) == []


def test_the_test_would_see_a_walk(world: World) -> None:
    seen = [("SELECT id FROM obligation WHERE elapsed_seconds > ?", (1,))]
    assert len(walks(world.database, seen)) == 1


def test_statistics_make_no_tick_walk_over_what_is_open(world: World) -> None:
    with world.database.write() as connection:
        connection.exec_driver_sql("ANALYZE")
        # As of a hundred thousand of one source, none of them judged while it was silent.
        for stat, chosen in (("100000 1 1 1", "<>"), ("100000 100000 100000", "=")):
            connection.exec_driver_sql(
                f"UPDATE sqlite_stat1 SET stat = '{stat}' WHERE idx {chosen} 'ix_obligation_silent'"
            )
    # Each connection reads the statistics as it opens.
    world.database.close()
    with statements(world.database) as seen:
        world.tick()
    assert walks(world.database, seen) == []
