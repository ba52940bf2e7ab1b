"""A source that keeps failing: probed with one record, and asked for all once that succeeds."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from monitor.cases.circuit import OPENS_AFTER, Circuit, circuit_of
from monitor.clock.wall import ManualClock
from monitor.collectors.poller import Outcome, poll_once, refresh_once
from monitor.simulator import ProviderServer, SimulatedProvider
from monitor.simulator import behaviours as does
from monitor.simulator.misbehaving import MisbehavingServer
from monitor.store.database import open_database
from monitor.store.observations import Observations
from tests.support.sources import BODY, START, collector

MINUTE = timedelta(minutes=1)


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Observations]:
    opened = open_database(sqlite_url)
    yield Observations(opened)
    opened.close()


def test_the_circuit_opens_probes_and_closes(store: Observations) -> None:
    clock = ManualClock(START)
    telus = SimulatedProvider("telus", clock)
    refs = [telus.open_ticket("incident", BODY) for _ in range(3)]
    with (
        MisbehavingServer(ProviderServer(telus), otherwise=does.status(500)) as server,
        collector(server.url("tmf621-v4")) as source,
    ):

        def poll():
            server.received.clear()
            result = poll_once(source, store, clock.now())
            clock.advance(MINUTE)
            return result, [one.query.get("limit") for one in server.received]

        for failures in range(1, OPENS_AFTER + 1):
            result, asked = poll()
            assert (result.failures, asked) == (failures, ["100"])
        assert circuit_of(store.load_window("test").failures) is Circuit.OPEN

        # The probe is one record; while it fails, nothing else is asked, at no hint either.
        assert poll()[1] == ["1"]
        assert refresh_once(source, store, refs, clock.now()).outcome is Outcome.WAITING

        # A probe that succeeds is no walk that does.
        server.will(does.well)
        result, asked = poll()
        assert (result.failures, asked) == (OPENS_AFTER + 2, ["1", "100"])

        server.otherwise = does.well
        result, asked = poll()
        assert (result.outcome, result.added, asked[0]) == (Outcome.COMPLETE, 3, "1")
        assert circuit_of(store.load_window("test").failures) is Circuit.CLOSED
        assert poll()[1][0] == "100"
