"""The clock says what a walk of every minute says."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import BusinessClock
from tests.support.calendars import calendars, instants
from tests.support.clock_oracle import Oracle


@given(st.data(), calendars())
def test_elapsed(data, calendar):
    start = data.draw(instants(calendar))
    end = start + timedelta(seconds=data.draw(st.integers(0, 5 * 86_400)))
    assert BusinessClock(calendar).elapsed(start, end) == Oracle(calendar).elapsed(start, end)


@given(st.data(), calendars())
def test_deadline(data, calendar):
    clock, oracle = BusinessClock(calendar), Oracle(calendar)
    start = data.draw(instants(calendar))
    # An amount that comes due within days, so that the walk stays short; often a round one, to
    # fall on closing times.
    end = start + timedelta(hours=data.draw(st.integers(0, 5 * 24)))
    amount = oracle.elapsed(start, end)
    if data.draw(st.booleans()):
        amount = amount // timedelta(hours=1) * timedelta(hours=1)
    assert clock.deadline(start, amount) == oracle.deadline(start, amount)


@given(st.data(), calendars())
def test_open_or_not(data, calendar):
    clock, oracle = BusinessClock(calendar), Oracle(calendar)
    at = data.draw(instants(calendar))
    assert clock.is_open(at) == oracle.is_open(at)
    if clock.next_opening(at) < at + timedelta(days=5):
        assert clock.next_opening(at) == oracle.next_opening(at)
    assert clock.day_after(at) == oracle.day_after(at)
