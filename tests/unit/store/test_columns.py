"""Instants as they are stored, one and by the column."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite

from monitor.store.columns import Instant, instants

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=-5)), timezone(timedelta(minutes=345))])
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=ZONES)  # noqa: DTZ001 - bounds without a zone, as Hypothesis wants them


@given(st.lists(st.none() | MOMENTS))
def test_a_column_is_stored_as_each_of_its_instants(values: list[datetime | None]) -> None:
    one = Instant()
    stored = instants([*values, *values])
    assert stored[: len(values)] == stored[len(values) :]
    for value, kept in zip(values, stored, strict=False):
        assert kept == one.process_bind_param(value, sqlite.dialect())
        if value is not None:
            assert kept == (value - EPOCH) // timedelta(microseconds=1)
            assert one.process_result_value(kept, sqlite.dialect()) == value


def test_a_naive_instant_is_refused_in_a_column_too() -> None:
    with pytest.raises(ValueError, match="a naive instant cannot be stored"):
        instants([EPOCH, datetime(2026, 11, 23)])  # noqa: DTZ001 - what is refused
