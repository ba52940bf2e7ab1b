from datetime import UTC, datetime

import pytest

from monitor.cli.instants import read_instant, read_zone
from monitor.clock import zone
from monitor.errors import InputError

QUEBEC = zone("America/Toronto")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T15:30:00-05:00", "2026-11-23T20:30:00"),
        ("2026-11-23T15:30-05:00", "2026-11-23T20:30:00"),
        ("2026-11-23 15:30-0500", "2026-11-23T20:30:00"),
        ("2026-11-23T15:30-05", "2026-11-23T20:30:00"),
        ("2026-11-23T20:30Z", "2026-11-23T20:30:00"),
        ("2026-11-23t20:30:00z", "2026-11-23T20:30:00"),
        ("20261123T203000Z", "2026-11-23T20:30:00"),
        ("2026-11-23T20:30:00.250Z", "2026-11-23T20:30:00.250000"),
        ("2026-11-23T20:30:00,250Z", "2026-11-23T20:30:00.250000"),
        ("  2026-11-23T20:30Z\n", "2026-11-23T20:30:00"),
        ("2026-11-24T02:00+05:30", "2026-11-23T20:30:00"),
    ],
)
@pytest.mark.parametrize("local_zone", [None, QUEBEC])
def test_an_offset_decides_whatever_the_zone(text, expected, local_zone):
    assert read_instant(text, local_zone) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T15:30", "2026-11-23T20:30:00"),
        ("2026-07-02 15:30:01", "2026-07-02T19:30:01"),
        ("2026-11-01T00:59:59", "2026-11-01T04:59:59"),
        ("2026-11-01T02:00:00", "2026-11-01T07:00:00"),
        ("2026-03-08T01:59:59", "2026-03-08T06:59:59"),
        ("2026-03-08T03:00:00", "2026-03-08T07:00:00"),
    ],
)
def test_a_local_time_is_read_in_the_zone(text, expected):
    assert read_instant(text, QUEBEC) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-11-23",
        "15:30",
        "2026-11-23T",
        "2026-11-23x15:30Z",
        "23/11/2026 15:30",
        "2026-02-30T10:00Z",
        "2026-13-01T10:00Z",
        "2026-11-23T24:00Z",
        "2026-11-23T10:60Z",
        "2026-11-23T10:00:00+25:00",
        "2026-11-23T10:00 -05:00",
        "٢٠٢٦-11-23T10:00Z",
        "0000-01-01T00:00Z",
    ],
)
def test_what_is_no_date_and_time_is_refused_with_an_example(text):
    with pytest.raises(InputError, match="ISO 8601, as 2026-11-23T15:30-05:00"):
        read_instant(text, QUEBEC)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        ("2026-11-20T16:00", "as 2026-11-20T16:00:00-05:00, or --zone America/Toronto"),
        ("2026-07-20T16:00", "as 2026-07-20T16:00:00-04:00, or --zone America/Toronto"),
        ("2026-11-01T01:30", "as 2026-11-01T01:30:00-04:00 or 2026-11-01T01:30:00-05:00, or"),
    ],
)
def test_a_time_that_says_no_zone_is_refused_with_remedies_right_for_its_season(text, remedy):
    with pytest.raises(InputError) as caught:
        read_instant(text, None)
    assert remedy in str(caught.value)


@pytest.mark.parametrize(
    ("text", "what", "readings"),
    [
        (
            "2026-11-01T01:30",
            "occurs twice",
            ("2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"),
        ),
        (
            "2026-11-01T01:00",
            "occurs twice",
            ("2026-11-01T01:00:00-04:00", "2026-11-01T01:00:00-05:00"),
        ),
        (
            "2026-03-08T02:30",
            "does not exist",
            ("2026-03-08T01:30:00-05:00", "2026-03-08T03:30:00-04:00"),
        ),
        (
            "2026-03-08T02:00",
            "does not exist",
            ("2026-03-08T01:00:00-05:00", "2026-03-08T03:00:00-04:00"),
        ),
    ],
)
def test_a_local_time_without_one_meaning_is_refused_with_both_readings(text, what, readings):
    with pytest.raises(InputError, match=what) as caught:
        read_instant(text, QUEBEC)
    for reading in readings:
        assert reading in str(caught.value)


@pytest.mark.parametrize("text", ["9999-12-31T23:59-05:00", "0001-01-01T00:00+05:00"])
def test_an_instant_that_has_no_utc_reading_is_refused(text):
    with pytest.raises(InputError, match="beyond what the calendars cover, 2000-01-01 to 2100"):
        read_instant(text, None)


def test_a_zone_is_known_by_its_name():
    assert read_zone("America/Halifax") is zone("America/Halifax")
    assert read_zone(None) is None


@pytest.mark.parametrize("name", ["", "Quebec", "../etc/passwd", "America"])
def test_a_zone_that_is_none_is_refused(name):
    with pytest.raises(InputError, match="--zone"):
        read_zone(name)
