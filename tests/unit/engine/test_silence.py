from datetime import UTC, datetime, timedelta

import pytest

from monitor.cases.evaluate import AN_INSTANT
from monitor.cases.records import SourceRecord
from monitor.engine.silence import silence_of

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
PATIENCE = timedelta(minutes=15)


def source(
    confirmed: timedelta | None, *, stale: bool = False, first_seen: timedelta = timedelta(days=1)
) -> SourceRecord:
    """One whose last complete poll began so long before `NOW`."""
    return SourceRecord(
        name="tickets",
        first_seen_at=NOW - first_seen,
        confirmed_at=None if confirmed is None else NOW - confirmed,
        last_attempt_at=None,
        failures=0,
        fault_kind=None,
        fault=None,
        not_before=None,
        stale_since=NOW if stale else None,
        observations=0,
    )


@pytest.mark.parametrize(
    ("record", "stale"),
    [
        (source(timedelta(minutes=1)), False),
        (source(PATIENCE), False),
        (source(PATIENCE + AN_INSTANT), True),
        (source(-timedelta(hours=1)), False),  # the clock has stepped back since
        (source(None, first_seen=timedelta(minutes=1)), False),
        (source(None), True),
    ],
)
def test_a_source_is_stale_past_its_patience(record: SourceRecord, *, stale: bool) -> None:
    silence = silence_of([record], {"tickets": PATIENCE}, NOW)
    assert silence.stale == {"tickets": stale}
    assert silence.since == ({"tickets": record.vouched_until} if stale else {})
    assert silence.changed == ({"tickets": record.vouched_until} if stale else {})


def test_what_is_stored_already_is_no_change() -> None:
    fallen = source(timedelta(hours=1), stale=True)
    assert silence_of([fallen], {"tickets": PATIENCE}, NOW).changed == {}
    returned = source(timedelta(minutes=1), stale=True)
    assert silence_of([returned], {"tickets": PATIENCE}, NOW).changed == {"tickets": None}


def test_the_next_look_is_when_one_falls_silent() -> None:
    record = source(timedelta(minutes=5))
    at = silence_of([record], {"tickets": PATIENCE}, NOW).next_at
    assert at == NOW + timedelta(minutes=10) + AN_INSTANT
    assert silence_of([record], {"tickets": PATIENCE}, at).stale == {"tickets": True}
    assert silence_of([record], {"tickets": PATIENCE}, at).next_at is None


def test_who_is_not_configured_vouches_only_for_its_last_poll() -> None:
    silence = silence_of([source(timedelta(seconds=1))], {}, NOW)
    assert silence.stale == {"tickets": True}
