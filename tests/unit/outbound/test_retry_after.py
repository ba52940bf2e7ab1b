from datetime import UTC, datetime, timedelta

import pytest

from monitor.outbound.retry_after import LONGEST, UNSAID, http_date, retry_after

SENT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        (None, None),
        ("120", timedelta(seconds=120)),
        (" 120 ", timedelta(seconds=120)),
        ("0", timedelta()),
        ("1.5", timedelta(seconds=1.5)),
        ("-5", timedelta()),
        ("31536000", LONGEST),
        ("1e99", LONGEST),
        ("inf", LONGEST),
        ("nan", UNSAID),
        ("soon", UNSAID),
        ("", UNSAID),
        ("Mon, 23 Nov 2026 15:00:30 GMT", timedelta(seconds=30)),
        ("Mon, 23 Nov 2026 14:00:00 GMT", timedelta()),
        ("Tue, 23 Nov 2027 15:00:00 GMT", LONGEST),
        ("Monday, 23-Nov-26 15:00:30 GMT", timedelta(seconds=30)),
        ("Mon, 99 Nov 2026 15:00:30 GMT", UNSAID),
    ],
)
def test_every_way_of_writing_it(value: str | None, wait: timedelta | None) -> None:
    assert retry_after(value, sent_at=SENT) == wait


def test_a_date_without_the_servers_clock_says_nothing() -> None:
    assert retry_after("Mon, 23 Nov 2026 15:00:30 GMT", sent_at=None) == UNSAID


@pytest.mark.parametrize("value", [None, "", "x", "2026-11-23"])
def test_what_is_no_http_date(value: str | None) -> None:
    assert http_date(value) is None
