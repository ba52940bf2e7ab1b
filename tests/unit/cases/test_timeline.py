import hashlib
import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.cases.timeline import build_timeline
from tests.support.cases import said, utc

RECEIVED = "2026-11-23 08:00"


def statement(status: str, at: str, seen: str | None = None, **changes):
    return said(status, at, received_at=RECEIVED, observed_at=seen, **changes)


def test_any_order_of_arrival_gives_the_same_timeline() -> None:
    spoken = [
        statement("received", RECEIVED),
        statement("in_progress", "2026-11-23 09:00", "2026-11-23 09:05"),
        statement("resolved", "2026-11-23 11:00", "2026-11-23 11:05"),
        # Learned last, happened before.
        statement("waiting_client", "2026-11-23 10:00", "2026-11-23 12:00"),
    ]
    timelines = {build_timeline(order) for order in itertools.permutations(spoken)}
    assert len(timelines) == 1
    assert [change.raw_status for change in timelines.pop().changes] == [
        "received", "in_progress", "waiting_client", "resolved",
    ]  # fmt: skip


def test_a_statement_read_twice_counts_once_from_when_it_was_first_read() -> None:
    once = statement("received", RECEIVED, "2026-11-23 08:05")
    again = statement("received", RECEIVED, "2026-11-23 09:05")
    assert once.id == again.id
    (change,) = build_timeline([again, once]).changes
    assert change.observed_at == utc("2026-11-23 08:05")


def test_a_repeated_status_is_one_status_from_its_first_instant() -> None:
    happened = build_timeline(
        [
            statement("received", RECEIVED),
            statement("in_progress", "2026-11-23 09:00"),
            statement("in_progress", "2026-11-23 10:00"),
        ]
    )
    assert [change.at for change in happened.changes] == [utc(RECEIVED), utc("2026-11-23 09:00")]


def test_the_place_is_frozen_at_the_first_statement_that_gives_one() -> None:
    happened = build_timeline(
        [
            statement("received", RECEIVED, place=None),
            statement("in_progress", "2026-11-23 09:00", place="Fermont"),
            statement("resolved", "2026-11-23 10:00", place="Québec"),
        ]
    )
    assert happened.place == "Fermont"


def test_what_the_case_is_follows_the_last_statement() -> None:
    happened = build_timeline(
        [
            statement("received", RECEIVED, organization="MTQ"),
            statement("in_progress", "2026-11-23 09:00", organization="SAAQ"),
            statement("resolved", "2026-11-23 10:00", organization=None),
        ]
    )
    assert happened.organization == "SAAQ"


@pytest.mark.parametrize("observations", [[], "mixed"])
def test_one_timeline_is_of_one_case(observations) -> None:
    if observations == "mixed":
        other = statement("received", RECEIVED)
        key = type(other.key)("rogers", other.key.kind, other.key.ref)
        observations = [other, statement("received", RECEIVED, key=key)]
    with pytest.raises(ValueError, match="timeline"):
        build_timeline(observations)


def test_a_severity_is_part_of_a_statement_and_its_absence_of_none() -> None:
    plain = statement("received", RECEIVED)
    grave = statement("received", RECEIVED, severity="critical")
    # As it was before there were severities: what is stored is not stated anew.
    parts = (
        "telus", "ticket", "INC-1", "received", "2026-11-23T13:00:00+00:00",
        "2026-11-23T13:00:00+00:00", "incident", "", "",
    )  # fmt: skip
    assert plain.id == hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
    assert grave.id != plain.id
    later = replace(grave, severity="minor", observed_at=grave.observed_at + timedelta(hours=1))
    assert build_timeline([grave, later]).severity == "minor"
