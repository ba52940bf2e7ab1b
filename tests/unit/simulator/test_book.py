from datetime import UTC, datetime

import pytest

from monitor.clock.wall import ManualClock
from monitor.simulator import Body, SimulatedProvider

BODY = Body("ORG-1", "Ministère des Exemples")


def references(name: str, number: int = 3) -> list[str]:
    provider = SimulatedProvider(name, ManualClock(datetime(2026, 11, 23, 13, tzinfo=UTC)))
    tickets = [provider.open_ticket("incident", BODY) for _ in range(number)]
    return tickets + [provider.place_order("delivery", BODY) for _ in range(number)]


def test_no_reference_of_one_provider_is_another_s() -> None:
    names = ("telus", "rogers", "somebody")
    found = [ref for name in names for ref in references(name, 200)]
    assert len(set(found)) == len(found) == len(names) * 400


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("telus", ["INC-204001", "INC-204002", "CMD-088001", "CMD-088002"]),
        ("rogers", ["R26-04501", "R26-04502", "B26-01201", "B26-01202"]),
        ("somebody", ["TT-000001", "TT-000002", "PO-000001", "PO-000002"]),
    ],
)
def test_references_read_as_the_provider_writes_them(name: str, expected: list[str]) -> None:
    assert references(name, 2) == expected
