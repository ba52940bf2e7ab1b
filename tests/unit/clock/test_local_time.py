from datetime import UTC, datetime

import pytest

from monitor.clock import (
    AmbiguousTimeError,
    LocalTimeError,
    NonexistentTimeError,
    resolve_local,
    zone,
)
from tests.support.clocks import at

TORONTO = zone("America/Toronto")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_an_ordinary_time_has_one_reading():
    found = resolve_local(local("2026-11-23 15:30"), TORONTO)
    assert found.isoformat() == "2026-11-23T15:30:00-05:00"
    assert found.tzinfo is TORONTO


def test_a_time_that_occurs_twice_is_refused_with_both():
    with pytest.raises(
        AmbiguousTimeError,
        match=r"occurs twice in America/Toronto.*01:30:00-04:00 or .*01:30:00-05:00",
    ) as error:
        resolve_local(local("2026-11-01 01:30"), TORONTO)
    assert [reading.astimezone(UTC) for reading in error.value.readings] == [
        datetime(2026, 11, 1, 5, 30, tzinfo=UTC),
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
    ]


def test_a_time_that_does_not_occur_is_refused_with_both():
    with pytest.raises(
        NonexistentTimeError, match=r"does not exist.*01:30:00-05:00 or .*03:30:00-04:00"
    ) as error:
        resolve_local(local("2026-03-08 02:30"), TORONTO)
    assert [reading.isoformat() for reading in error.value.readings] == [
        "2026-03-08T01:30:00-05:00",
        "2026-03-08T03:30:00-04:00",
    ]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("2026-03-08 01:59:59", False),
        ("2026-03-08 02:00", True),
        ("2026-03-08 02:59:59", True),
        ("2026-03-08 03:00", False),
        ("2026-11-01 00:59:59", False),
        ("2026-11-01 01:00", True),
        ("2026-11-01 01:59:59", True),
        ("2026-11-01 02:00", False),
    ],
)
def test_at_the_edges_of_a_change(text, refused):
    if refused:
        with pytest.raises(LocalTimeError):
            resolve_local(local(text), TORONTO)
    else:
        assert resolve_local(local(text), TORONTO).replace(tzinfo=None) == local(text)


def test_a_fold_chosen_by_the_caller_changes_nothing():
    with pytest.raises(AmbiguousTimeError):
        resolve_local(local("2026-11-01 01:30").replace(fold=1), TORONTO)
    assert resolve_local(local("2026-11-23 15:30").replace(fold=1), TORONTO) == at(
        "2026-11-23 15:30"
    )


def test_a_time_with_a_zone_is_refused():
    with pytest.raises(ValueError, match="already has a zone"):
        resolve_local(at("2026-11-23 15:30"), TORONTO)
