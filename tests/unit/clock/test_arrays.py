"""Many at once: the same answers, whatever the shape, the type, the threads or the calendar."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from monitor.clock import BusinessClock, ClockRangeError
from monitor.clock.arrays import Kernel
from monitor.clock.blocks import BLOCK
from monitor.clock.lookup import CompactLookup, GeneralLookup
from tests.support.clocks import at, calendar, shipped

WORK = range(5)
EVERY_OTHER_MINUTE = ",".join(
    f"{hour:02}:{minute:02}-{hour:02}:{minute + 1:02}"
    for hour in range(24)
    for minute in range(0, 58, 2)
)
THREE_YEARS = {"valid_from": date(2025, 1, 1), "valid_until": date(2028, 1, 1)}
TWO_CENTURIES = {"valid_from": date(1900, 1, 1), "valid_until": date(2100, 1, 1)}
CALENDARS = {
    "support": (shipped("quebec-support"), CompactLookup),
    "days": (shipped("quebec-days"), CompactLookup),
    "around": (shipped("24x7"), CompactLookup),
    "nights": (BusinessClock(calendar(dict.fromkeys(range(7), "22:00-06:00"))), CompactLookup),
    "one minute": (BusinessClock(calendar({2: "12:00-12:01"})), CompactLookup),
    "lunch": (
        BusinessClock(calendar(dict.fromkeys(WORK, "08:30-12:00,13:00-16:30"))),
        GeneralLookup,
    ),
    "minutes": (BusinessClock(calendar({2: EVERY_OTHER_MINUTE}, **THREE_YEARS)), GeneralLookup),
    "every day": (
        BusinessClock(calendar(dict.fromkeys(range(7), "00:00-24:00"), measure="days")),
        GeneralLookup,
    ),
    "two centuries": (
        BusinessClock(calendar(dict.fromkeys(WORK, "08:00-17:00"), **TWO_CENTURIES)),
        GeneralLookup,
    ),
    "one century": (
        BusinessClock(
            calendar(
                dict.fromkeys(WORK, "08:00-17:00"),
                valid_from=date(1910, 1, 1),
                valid_until=date(2030, 1, 1),
            )
        ),
        CompactLookup,
    ),
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(second: int) -> datetime:
    return EPOCH + timedelta(seconds=second)


def edges(clock: BusinessClock) -> np.ndarray:
    """Every second around openings and closings near clock changes and the ends of the range."""
    first, last = (int(edge.timestamp()) for edge in clock.covers)
    near = []
    for start in ("2026-03-06 12:00", "2026-10-30 12:00", "2026-12-22 12:00"):
        segments = clock.segments(at(start), at(start) + timedelta(days=8))[:40]
        near += [
            int(edge.timestamp()) for segment in segments for edge in (segment.start, segment.end)
        ]
    around = np.array(near)[:, None] + np.arange(-2, 3)
    return np.unique(np.clip(np.r_[around.ravel(), first, first + 1, last - 1, last], first, last))


@pytest.mark.parametrize("name", CALENDARS)
def test_arrays_agree_with_scalars_at_every_edge(name):
    clock, lookup = CALENDARS[name]
    assert type(clock._kernel._lookup) is lookup
    points = edges(clock)
    starts, ends = points[:-1], int(points[-1])
    counted = clock.elapsed_many(starts, ends)
    assert counted.tolist() == [
        clock.elapsed(instant(start), instant(ends)) // timedelta(seconds=1)
        for start in starts.tolist()
    ]
    amounts = np.minimum(np.arange(len(starts)) % 40 * 1801, counted)
    assert clock.deadlines(starts, amounts).tolist() == [
        int(clock.deadline(instant(start), timedelta(seconds=amount)).timestamp())
        for start, amount in zip(starts.tolist(), amounts.tolist(), strict=True)
    ]


@pytest.mark.parametrize("name", CALENDARS)
def test_both_lookups_agree_over_the_whole_range(name):
    clock, _ = CALENDARS[name]
    table = clock._table
    general = Kernel(table, clock.covers, name)
    general._lookup, general._total = GeneralLookup(table), table.counting.total
    rng = np.random.default_rng(20261123)
    starts = rng.integers(table.first, table.last, 200_000)
    ends = rng.integers(starts, table.last, endpoint=True)
    counted = clock.elapsed_many(starts, ends, threads=2)
    assert np.array_equal(counted, general.elapsed(starts, ends, 1, None))
    amounts = rng.integers(0, counted, endpoint=True)
    due = clock.deadlines(starts, amounts, threads=2)
    assert np.array_equal(due, general.deadlines(starts, amounts, 1, None))
    assert (due <= ends).all()


def test_shapes_broadcast():
    clock = shipped("quebec-support")
    start = int(at("2026-11-23 10:00").timestamp())
    starts = start + np.arange(3)[:, None] * 86_400
    due = clock.deadlines(starts, [3600, 7200])
    assert due.shape == (3, 2)
    assert np.array_equal(due, starts + np.array([3600, 7200]))
    assert clock.deadlines(start, 3600).shape == ()
    assert clock.elapsed_many(start, start + np.arange(4)).tolist() == [0, 1, 2, 3]
    assert clock.deadlines([], []).shape == (0,)
    assert clock.elapsed_many(np.empty((0, 3), np.int64), 5).shape == (0, 3)
    with pytest.raises(ValueError, match="broadcast"):
        clock.deadlines([1, 2, 3], [1, 2])


def test_other_integers_and_strides_are_taken():
    clock = shipped("quebec-support")
    starts = np.arange(1_790_000_000, 1_790_900_000, 1_000)
    expected = clock.deadlines(starts, 3600)
    assert np.array_equal(
        clock.deadlines(starts.astype(np.int32), np.uint8(60) * np.int16(60)), expected
    )
    assert np.array_equal(clock.deadlines(np.repeat(starts, 2)[::2], 3600), expected)
    assert np.array_equal(clock.deadlines(starts.tolist(), 3600), expected)
    assert np.array_equal(
        clock.deadlines(np.asfortranarray(starts.reshape(30, 30)), 3600), expected.reshape(30, 30)
    )


def test_threads_and_a_place_for_the_result_change_nothing():
    clock = shipped("quebec-support")
    starts = np.arange(5 * BLOCK + 7) * 500 + 1_700_000_000
    expected = clock.deadlines(starts, 25_200)
    for threads in (1, 2, 3, 100):
        out = np.zeros_like(starts)
        assert clock.deadlines(starts, 25_200, threads, out) is out
        assert np.array_equal(out, expected)
    with pytest.raises(
        ValueError, match=r"out is float64 of shape .3,.: give a contiguous int64 array"
    ):
        clock.deadlines(starts, 1, out=np.zeros(3))  # type: ignore[arg-type]  # What is refused.


@pytest.mark.parametrize(
    ("starts", "seconds", "message"),
    [
        ([1.5], 3600, "starts: whole numbers as integers are needed, not float64"),
        ([True], 3600, "starts: whole numbers as integers are needed, not bool"),
        ([1_790_000_000], [0.5], "whole numbers as integers are needed, not float64"),
    ],
)
def test_what_is_no_integer_is_refused(starts, seconds, message):
    clock = shipped("quebec-support")
    with pytest.raises(ValueError, match=message):
        clock.deadlines(starts, seconds)
    with pytest.raises(ValueError, match="whole numbers"):
        clock.elapsed_many(starts, seconds)


@pytest.mark.parametrize("name", CALENDARS)
def test_beyond_the_range_and_back_in_time_are_refused(name):
    clock, _ = CALENDARS[name]
    first, last = (int(edge.timestamp()) for edge in clock.covers)
    many = np.full(3 * BLOCK, first)
    late, early, negative = many.copy(), many.copy(), np.zeros_like(many)
    late[-1], early[-1], negative[-1] = last + 1, first - 1, -1
    for threads in (1, 2):
        with pytest.raises(
            ClockRangeError, match=f"ends: some instants are beyond .* to {clock.covers[1].year}"
        ):
            clock.elapsed_many(many, late, threads)
        with pytest.raises(ClockRangeError, match="starts: some instants are beyond"):
            clock.elapsed_many(early, last, threads)
        with pytest.raises(ClockRangeError, match="starts: some instants are beyond"):
            clock.deadlines(early, 0, threads)
        with pytest.raises(ValueError, match="amounts: some are negative"):
            clock.deadlines(many, negative, threads)
        with pytest.raises(ClockRangeError, match="amounts: some end beyond"):
            clock.deadlines(many, negative + 1 + clock._table.counting.total, threads)
        with pytest.raises(ValueError, match="ends: some are before their starts"):
            clock.elapsed_many(many + 1, many, threads)
    for far in (np.iinfo(np.int64).min, np.iinfo(np.int64).max):
        with pytest.raises(ValueError, match=r"beyond|negative"):
            clock.deadlines(first, far)
        with pytest.raises(ClockRangeError):
            clock.deadlines(far, 0)


def test_due_dates_are_numpys_where_numpy_has_an_answer():
    clock = shipped("quebec-days")
    rng = np.random.default_rng(3)
    received = np.datetime64("2000-01-01", "D") + rng.integers(0, 36_000, 100_000)
    days = rng.integers(1, 90, 100_000)
    closed = np.busdaycalendar(holidays=[day.date for day in clock.calendar.holidays])
    expected = np.busday_offset(received, days, roll="preceding", busdaycal=closed)
    assert np.array_equal(clock.due_dates(received, days, threads=2), expected)
    out = np.empty_like(expected)
    assert np.shares_memory(clock.due_dates(received, days, out=out), out)
    assert np.array_equal(out, expected)


def test_due_dates_are_the_deadlines_of_days():
    clock = shipped("quebec-days")
    for day in range(400):
        received = at("2026-01-01 12:00") + timedelta(days=day)
        start = clock.next_opening(clock.day_after(received))
        due = clock.due_dates(np.array([f"{received:%Y-%m-%d}"], "datetime64[D]"), 7)
        assert clock.deadline(start, timedelta(days=7)) == at(f"{due[0]} 24:00")


def test_due_dates_refuse_what_they_cannot_answer():
    clock = shipped("quebec-days")
    one = np.array(["2026-11-23"], "datetime64[D]")
    with pytest.raises(ValueError, match="day 1 is the first business day after"):
        clock.due_dates(one, 0)
    with pytest.raises(
        ValueError, match=r"received: local dates as datetime64.D. are needed, not datetime64.s."
    ):
        clock.due_dates(one.astype("datetime64[s]"), 1)
    with pytest.raises(ValueError, match="'quebec-support' counts hours"):
        shipped("quebec-support").due_dates(one, 1)
    for received, days in (
        ("1999-12-31", 1),
        ("2101-01-01", 1),
        ("2100-12-30", 1),
        ("NaT", 1),
        ("2026-01-01", 2**62),
    ):
        with pytest.raises(ClockRangeError, match="from 2000-01-01 to 2101-01-01 excluded"):
            clock.due_dates(np.array([received], "datetime64[D]"), days)
    assert str(clock.due_dates(np.array(["2100-12-29"], "datetime64[D]"), 1)[0]) == "2100-12-30"
