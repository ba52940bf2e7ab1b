from datetime import datetime, timedelta, timezone

import pytest

from monitor.clock import Segment
from monitor.clock.segment import intersect, subtract, total, union
from tests.support.clocks import at, hours


def seg(start: int, end: int) -> Segment:
    midnight = at("2026-11-23 00:00")
    return Segment(midnight + hours(start), midnight + hours(end))


def test_the_start_belongs_and_the_end_does_not():
    segment = seg(8, 17)
    assert segment.start in segment
    assert segment.end not in segment
    assert segment.duration == hours(9)


def test_kept_in_utc_and_compared_as_instants():
    local = timezone(timedelta(hours=-5))
    segment = Segment(
        datetime(2026, 11, 23, 8, tzinfo=local), datetime(2026, 11, 23, 17, tzinfo=local)
    )
    assert segment == seg(8, 17)
    assert segment.start.utcoffset() == timedelta()


def test_refused():
    with pytest.raises(ValueError, match="runs forward"):
        seg(9, 8)
    with pytest.raises(ValueError, match="start has no time zone"):
        Segment(datetime(2026, 1, 1), datetime(2026, 1, 2))  # noqa: DTZ001 - what is refused


def test_one_with_another():
    assert seg(8, 12).intersect(seg(10, 17)) == seg(10, 12)
    assert seg(8, 12).intersect(seg(12, 17)) is None
    assert not seg(8, 8)


def test_union_joins_what_touches_and_drops_what_is_empty():
    assert union([seg(12, 13), seg(8, 10), seg(10, 12), seg(9, 11), seg(20, 20), seg(15, 16)]) == [
        seg(8, 13),
        seg(15, 16),
    ]


def test_intersect_and_subtract_are_two_parts_of_the_whole():
    left = [seg(0, 4), seg(6, 10), seg(12, 20)]
    right = [seg(2, 7), seg(8, 9), seg(19, 30)]
    assert intersect(left, right) == [seg(2, 4), seg(6, 7), seg(8, 9), seg(19, 20)]
    assert subtract(left, right) == [seg(0, 2), seg(7, 8), seg(9, 10), seg(12, 19)]
    assert total(intersect(left, right)) + total(subtract(left, right)) == total(left)


def test_an_instant_counts_once_in_a_total():
    assert total([seg(8, 12), seg(10, 14)]) == hours(6)
    assert total([]) == timedelta()
