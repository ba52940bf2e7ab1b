"""The figures of a real database, SQLite and PostgreSQL, as a scrape tells them."""

from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from monitor.clock.wall import ManualClock
from monitor.collectors.base import Batch, Quarantined, SourceFault
from monitor.metrics import EventCounts, VigieCollector, make_registry
from monitor.store.database import Database
from monitor.store.observations import Observations
from monitor.store.readings import Readings
from tests.support.cases import said
from tests.support.stored_figures import NOW, RECEIVED, Reading, support_clock


@pytest.fixture
def registry(database: Database) -> CollectorRegistry:
    return make_registry(
        VigieCollector(
            counts=EventCounts(),
            reader=Readings(database),
            clock=ManualClock(NOW),
            clock_of=support_clock,
            workings=Reading(),
            urgent=20,
            contract="cspq-mobilite 2026",
        )
    )


def lines(registry: CollectorRegistry) -> list[str]:
    return generate_latest(registry).decode().splitlines()


def test_an_empty_database_is_readable(registry: CollectorRegistry) -> None:
    told = lines(registry)
    assert "vigie_stored_readable 1.0" in told
    assert 'vigie_outbox_depth{state="queued"} 0.0' in told
    assert "vigie_outbox_oldest_age_seconds 0.0" in told
    assert 'vigie_case_faults{kind="unexpected"} 0.0' in told


def test_what_a_source_stated(registry: CollectorRegistry, database: Database) -> None:
    store = Observations(database)
    polled_at = NOW - timedelta(minutes=2)
    store.watch(["telus-tickets", "rogers-orders"], at=polled_at)
    odd = Quarantined(ref="INC-9", reason="no receipt", payload={"id": "INC-9"})
    stated = [
        said("received", RECEIVED, received_at=RECEIVED),
        said("parked", "2026-11-23 10:00", received_at=RECEIVED),
    ]
    batch = Batch(observations=stated, quarantined=[odd], complete=True, cursor={"since": "x"})
    store.record("telus-tickets", batch, at=polled_at)
    fault = SourceFault("answered 500", kind="http_5xx")
    store.record_fault("rogers-orders", fault, at=NOW)
    told = lines(registry)
    for line in (
        'vigie_observations_total{source="telus-tickets"} 2.0',
        'vigie_observations_total{source="rogers-orders"} 0.0',
        'vigie_quarantine_records{source="telus-tickets"} 1.0',
        'vigie_unknown_status_observations{source="telus-tickets"} 1.0',
        'vigie_unknown_status_observations{source="rogers-orders"} 0.0',
        'vigie_source_last_success_timestamp_seconds{source="rogers-orders"} 0.0',
        'vigie_source_stale{source="telus-tickets"} 0.0',
    ):
        assert line in told
    last = 'vigie_source_last_success_timestamp_seconds{source="telus-tickets"} '
    (seen,) = [line.removeprefix(last) for line in told if line.startswith(last)]
    assert float(seen) == polled_at.timestamp()


def test_a_database_that_goes_away_takes_only_its_own_figures(
    registry: CollectorRegistry, database: Database
) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("DROP TABLE tally")
    told = lines(registry)
    assert "vigie_stored_readable 0.0" in told
    assert not [line for line in told if line.startswith("vigie_outbox_depth")]
    assert [line for line in told if line.startswith("vigie_build_info{")]
