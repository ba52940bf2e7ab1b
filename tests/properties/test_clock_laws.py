"""Laws of business time, over spans too long to walk."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.clock import BusinessClock, ClockRangeError, SpanReason
from tests.support.calendars import calendars, instants

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def seconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(seconds=1)


@given(st.data(), calendars())
def test_elapsed_adds_up_over_any_split(data, calendar):
    clock = BusinessClock(calendar)
    cuts = sorted(data.draw(st.lists(instants(calendar), min_size=3, max_size=6)))
    pieces = [clock.elapsed(a, b) for a, b in pairwise(cuts)]
    assert sum(pieces, timedelta()) == clock.elapsed(cuts[0], cuts[-1])


@given(st.data(), calendars())
def test_a_deadline_is_the_first_instant_by_which_the_amount_has_passed(data, calendar):
    clock = BusinessClock(calendar)
    start = data.draw(instants(calendar))
    end = data.draw(instants(calendar).filter(lambda at: at >= start))
    amount = clock.elapsed(start, end)
    due = clock.deadline(start, amount)
    assert clock.elapsed(start, due) == amount
    assert due <= end
    assert due == start or clock.elapsed(start, due - TICK) < amount


@given(st.data(), calendars())
def test_an_amount_inside_a_skipped_hour_is_due_at_the_change(data, calendar):
    clock = BusinessClock(calendar)
    start = data.draw(instants(calendar))
    amount = timedelta(minutes=data.draw(st.integers(0, 60 * 24 * 20)))
    try:
        due = clock.deadline(start, amount)
    except ClockRangeError:
        return
    if clock.elapsed(start, due) != amount:
        assert calendar.measure == "days"
        assert clock.elapsed(start, due) < amount <= clock.elapsed(start, due + TICK)
    assert due == start or clock.elapsed(start, due - TICK) < amount


@given(st.data(), calendars())
def test_later_starts_and_larger_amounts_are_never_due_earlier(data, calendar):
    clock = BusinessClock(calendar)
    first, second = sorted(data.draw(st.tuples(instants(calendar), instants(calendar))))
    less, more = sorted(data.draw(st.tuples(*[st.timedeltas(timedelta(), timedelta(days=3))] * 2)))
    try:
        assert clock.deadline(first, more) <= clock.deadline(second, more)
        assert clock.deadline(first, less) <= clock.deadline(first, more)
    except ClockRangeError:
        pass


@given(st.data(), calendars())
def test_a_holiday_more_never_moves_a_deadline_earlier(data, calendar):
    start = data.draw(instants(calendar))
    amount = data.draw(st.timedeltas(timedelta(), timedelta(days=2)))
    day = (start + timedelta(days=data.draw(st.integers(-1, 9)))).date()
    closed = calendar.with_closed_days({day: "Congé décrété"})
    try:
        due, later = (BusinessClock(each).deadline(start, amount) for each in (calendar, closed))
    except ClockRangeError:
        return
    assert due <= later


@given(st.data(), calendars())
def test_spans_are_a_partition_that_sums_to_elapsed(data, calendar):
    clock = BusinessClock(calendar)
    start, end = sorted(data.draw(st.tuples(instants(calendar), instants(calendar))))
    end = min(end, start + timedelta(days=40))
    spans = clock.spans(start, end)
    assert sum((span.counted for span in spans), timedelta()) == clock.elapsed(start, end)
    assert [start, *(span.end for span in spans)] == [*(span.start for span in spans), end]
    assert all(span.start < span.end for span in spans)
    assert [s.segment for s in spans if s.reason is SpanReason.OPEN] == clock.segments(start, end)
    assert all(
        (left.reason, left.holiday) != (right.reason, right.holiday)
        for left, right in pairwise(spans)
    )


@given(st.data(), calendars(), st.sampled_from((1, 2)))
def test_arrays_say_what_scalars_say(data, calendar, threads):
    clock = BusinessClock(calendar)
    first, last = (seconds(at) for at in clock.covers)
    some = st.lists(st.integers(first, last), min_size=1, max_size=40)
    near = instants(calendar).map(seconds)
    starts = np.array(data.draw(some) + data.draw(st.lists(near, max_size=40)), dtype=np.int64)
    ends = np.maximum(starts, data.draw(near))
    counted = clock.elapsed_many(starts, ends, threads=threads)
    for start, end, amount in zip(starts.tolist(), ends.tolist(), counted.tolist(), strict=True):
        a, b = EPOCH + timedelta(seconds=start), EPOCH + timedelta(seconds=end)
        assert clock.elapsed(a, b) == timedelta(seconds=amount)
    amounts = counted * (np.arange(len(counted)) % 3) // 2  # None, half, and all of it.
    due = clock.deadlines(starts, amounts, threads=threads)
    for start, amount, end in zip(starts.tolist(), amounts.tolist(), due.tolist(), strict=True):
        scalar = clock.deadline(EPOCH + timedelta(seconds=start), timedelta(seconds=amount))
        assert seconds(scalar) == end


@given(st.data(), calendars())
def test_nothing_is_answered_beyond_the_covered_range(data, calendar):
    clock = BusinessClock(calendar)
    first, last = clock.covers
    inside = data.draw(instants(calendar))
    assume(clock.elapsed(inside, last))
    with pytest.raises(ClockRangeError, match=str(last.year)):
        clock.elapsed(inside, last + TICK)
    with pytest.raises(ClockRangeError):
        clock.is_open(first - TICK)
    with pytest.raises(ClockRangeError):
        clock.deadline(inside, clock.elapsed(inside, last) + TICK)
    assert clock.deadline(inside, clock.elapsed(inside, last)) <= last
    with pytest.raises(ClockRangeError):
        clock.elapsed_many([seconds(inside)], [seconds(last) + 1])
    with pytest.raises(ClockRangeError):
        clock.deadlines([seconds(first) - 1], 0)
    with pytest.raises(ClockRangeError):
        clock.deadlines(seconds(inside), seconds(last) - seconds(first) + 10**6)
