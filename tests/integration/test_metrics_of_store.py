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
from tests.support.world import World, order, shipped_contract


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
            book=shipped_contract(),
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


def test_the_month_of_a_deadline_is_the_contracts(
    registry: CollectorRegistry, database: Database
) -> None:
    world = World(database).at("2026-11-25 09:00")
    # Due at the end of the last day of November: the first instant of December, to the clock.
    for ref, place in (("CMD-1", "Québec"), ("CMD-2", "Québec"), ("CMD-3", "Kuujjuaq")):
        world.says(
            "received", "2026-11-25 09:00", received_at="2026-11-25 09:00", key=order(ref),
            category="delivery", place=place, organization="MSSS",
        )  # fmt: skip
    world.tick()
    world.at("2026-11-26 09:00").says(
        "delivered", received_at="2026-11-25 09:00", key=order("CMD-1"), category="delivery",
        place="Québec", organization="MSSS",
    )  # fmt: skip
    world.tick()
    told = by_name(lines(registry))
    for verdict, current in (("met", 1.0), ("pending", 1.0), ("missed", 0.0)):
        for month, obligations in (("current", current), ("previous", 0.0)):
            labels = (
                f'commitment="delivery-local",month="{month}",provider="telus",region="local"'
                f',verdict="{verdict}"'
            )
            assert f"vigie_month_obligations{{{labels}}} {obligations}" in told
    body = 'organization="MSSS",provider="telus",verdict="pending"'
    assert f"vigie_organization_obligations{{{body}}} 2.0" in told
    # Seven business days later is December.
    assert not [line for line in told if "delivery-remote" in line and "month=" in line]


def by_name(told: list[str]) -> set[str]:
    """The lines with their labels in the order of their names."""
    found = set()
    for line in told:
        name, brace, rest = line.partition("{")
        labels, _, value = rest.rpartition("}")
        ordered = ",".join(sorted(labels.split(",")))
        found.add(f"{name}{brace}{ordered}}}{value}" if brace else line)
    return found


def test_a_database_that_goes_away_takes_only_its_own_figures(
    registry: CollectorRegistry, database: Database
) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("DROP TABLE tally")
    told = lines(registry)
    assert "vigie_stored_readable 0.0" in told
    assert not [line for line in told if line.startswith("vigie_outbox_depth")]
    assert [line for line in told if line.startswith("vigie_build_info{")]
