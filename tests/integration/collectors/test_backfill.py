"""The past of a real API, filled in window by window, beside the polls."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from monitor.clock.segment import Segment
from monitor.clock.wall import ManualClock
from monitor.collectors.backfill import AskedToWait, Progress, fill_once, windows
from monitor.collectors.base import SourceFault
from monitor.collectors.poller import poll_once
from monitor.simulator import ProviderServer, SimulatedProvider
from monitor.simulator import behaviours as does
from monitor.simulator.exchange import Behaviour
from monitor.simulator.misbehaving import MisbehavingServer
from monitor.store.backfills import Backfills
from monitor.store.database import Database, open_database
from monitor.store.observations import Observations
from monitor.store.tables import case
from tests.support.sources import BODY, START, collector

DAY = timedelta(days=1)
NOW = START + 10 * DAY
PERIOD = Segment(START, START + 3 * DAY)


@pytest.fixture
def telus() -> SimulatedProvider:
    """Ten tickets a day for ten days, the last change of each at its receipt."""
    clock = ManualClock(START)
    provider = SimulatedProvider("telus", clock)
    for _ in range(100):
        provider.open_ticket("incident", BODY)
        clock.advance(DAY / 10)
    return provider


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


def expected(telus: SimulatedProvider, period: Segment) -> set[str]:
    everything = [f"INC-{204_001 + number}" for number in range(100)]
    return {ref for ref in everything if telus.case(ref).updated_at in period}


@pytest.mark.parametrize(
    "behaviour",
    [
        does.well,
        does.ignoring("lastUpdate.gte", "lastUpdate.lt"),
        does.ignoring("lastUpdate.lt"),
        does.ignoring("sort"),
        does.refusing("lastUpdate.lt"),
        does.nothing_when_asked_for("lastUpdate.gte"),
        does.nothing_when_asked_for("lastUpdate.lt"),
        does.clamping(7),
    ],
)
def test_a_window_brings_what_is_dated_in_it_whatever_the_server_does(
    telus, store, database, behaviour: Behaviour
) -> None:
    with (
        MisbehavingServer(ProviderServer(telus), otherwise=behaviour) as server,
        collector(server.url("tmf621-v4"), page_size=20) as source,
    ):
        filled = fill_once(source, store, PERIOD, NOW)
    assert set(cases(database)) == expected(telus, PERIOD)
    assert filled.added == len(expected(telus, PERIOD)) == 30
    assert {row.told_from for row in cases(database).values()} == {NOW}


def test_a_filter_that_finds_nothing_is_believed_where_there_is_nothing(telus, store) -> None:
    with (
        MisbehavingServer(ProviderServer(telus)) as server,
        collector(server.url("tmf621-v4")) as source,
    ):
        before = Segment(START - 3 * DAY, START - DAY)
        filled = fill_once(source, store, before, NOW)
        assert (filled.added, filled.warnings) == (0, ())


def test_the_source_itself_stays_where_it_is(telus, store, database) -> None:
    with ProviderServer(telus) as server, collector(server.url("tmf621-v4")) as source:
        fill_once(source, store, PERIOD, NOW)
        state = store.load_window("test")
        assert (state.cursor, state.failures) == (None, 0)
        poll_once(source, store, NOW)
        before = store.load_window("test").cursor
        fill_once(source, store, PERIOD, NOW + DAY)
        assert store.load_window("test").cursor == before
    told = {row.told_from for ref, row in cases(database).items()}
    assert told == {None, NOW}


def test_a_fault_ends_a_window_and_keeps_what_was_read(telus, store, database) -> None:
    with (
        MisbehavingServer(ProviderServer(telus)) as server,
        collector(server.url("tmf621-v4"), page_size=10) as source,
    ):
        server.will(does.well, does.status(503, {"Retry-After": "120"}))
        with pytest.raises(SourceFault, match="503"):
            fill_once(source, store, PERIOD, NOW)
        assert len(cases(database)) == 10
        asked = len(server.received)
        with pytest.raises(AskedToWait):
            fill_once(source, store, PERIOD, NOW)
        assert len(server.received) == asked
        fill_once(source, store, PERIOD, NOW + DAY)
    assert len(cases(database)) == 30


def test_windows_are_what_is_left_up_to_now() -> None:
    progress = Progress(period=PERIOD, done_until=START + DAY)
    found = list(windows(progress, 2 * DAY, NOW))
    assert found == [Segment(START + DAY, START + 3 * DAY)]
    found = list(windows(progress, DAY, START + 1.5 * DAY))
    assert found == [Segment(START + DAY, START + 1.5 * DAY)]
    assert list(windows(progress, DAY, START)) == []


def test_progress_is_kept_by_source_and_period(database: Database) -> None:
    kept = Backfills(database)
    assert kept.load("test", PERIOD) is None
    for until, finished in ((START + DAY, None), (PERIOD.end, NOW)):
        progress = Progress(period=PERIOD, done_until=until, finished_at=finished)
        kept.save("test", progress, at=NOW)
        assert kept.load("test", PERIOD) == progress
    other = Segment(START, datetime(2027, 1, 1, tzinfo=START.tzinfo))
    assert kept.load("test", other) is None
