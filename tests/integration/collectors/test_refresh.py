"""Single cases of a real API read at a hint: nothing is said of the rest."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from monitor.clock.wall import ManualClock
from monitor.collectors.poller import Outcome, poll_once, refresh_once
from monitor.simulator import ProviderServer, SimulatedProvider
from monitor.simulator import behaviours as does
from monitor.simulator.misbehaving import MisbehavingServer
from monitor.store.database import Database, open_database
from monitor.store.observations import Observations
from monitor.store.tables import case
from tests.support.sources import BODY, START, collector

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def telus(clock: ManualClock) -> SimulatedProvider:
    return SimulatedProvider("telus", clock)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = open_database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> Observations:
    return Observations(database)


def cases(database: Database):
    with database.read() as connection:
        return {row.ref: row for row in connection.execute(select(case))}


def test_a_case_is_read_at_once_and_the_cursor_stays(telus, clock, store, database) -> None:
    known, other = (telus.open_ticket("incident", BODY) for _ in range(2))
    with (
        MisbehavingServer(ProviderServer(telus)) as server,
        collector(server.url("tmf621-v4")) as tickets,
    ):
        poll_once(tickets, store, clock.now())
        before = store.load_window("test").cursor
        clock.advance(MINUTE)
        telus.change_status(known, "resolved")
        telus.change_status(other, "resolved")
        new = telus.open_ticket("outage", BODY)
        server.received.clear()
        result = refresh_once(tickets, store, [known, new], clock.now())
        assert [one.path.rpartition("/")[2] for one in server.received] == [known, new]
    assert (result.outcome, result.added) == (Outcome.REFRESHED, 2)
    assert {ref: row.raw_status for ref, row in cases(database).items()} == {
        known: "resolved",
        other: "acknowledged",
        new: "acknowledged",
    }
    assert store.load_window("test").cursor == before


def test_what_is_missing_is_named_and_counted_by_polls_alone(telus, clock, store, database) -> None:
    ref = telus.open_ticket("incident", BODY)
    with ProviderServer(telus) as server, collector(server.url("tmf621-v4")) as tickets:
        poll_once(tickets, store, clock.now())
        telus.remove(ref)
        for _ in range(3):
            result = refresh_once(tickets, store, [ref], clock.now())
            assert [key.ref for key in result.missing] == [ref]
    assert cases(database)[ref].missing_polls == 0


def test_a_source_that_asks_to_be_left_alone_is_left_alone_by_hints_too(
    telus, clock, store
) -> None:
    ref = telus.open_ticket("incident", BODY)
    with (
        MisbehavingServer(ProviderServer(telus)) as server,
        collector(server.url("tmf621-v4")) as tickets,
    ):
        server.will(does.status(429, {"Retry-After": "120"}))
        throttled = refresh_once(tickets, store, [ref], clock.now())
        assert (throttled.outcome, throttled.fault_kind) == (Outcome.FAULT, "throttled")
        asked = len(server.received)
        clock.advance(MINUTE)
        assert refresh_once(tickets, store, [ref], clock.now()).outcome is Outcome.WAITING
        assert poll_once(tickets, store, clock.now()).outcome is Outcome.WAITING
        assert len(server.received) == asked
