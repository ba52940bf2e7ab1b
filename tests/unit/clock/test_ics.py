from datetime import date

import pytest
from icalendar import Calendar

from monitor.clock import Holiday, Window, load_calendar
from monitor.clock.ics import closed_days, to_ics
from tests.support.clocks import calendar

SUPPORT = load_calendar("quebec-support")


def ics(*events: str) -> str:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_year_goes_out_and_comes_back(language):
    found = closed_days(to_ics(SUPPORT, 2026, language))
    assert found == {day.date: day.name(language) for day in SUPPORT.holidays_in(2026)}
    assert len(found) == 13


def test_the_text_is_the_same_each_time_and_well_formed():
    text = to_ics(SUPPORT, 2026)
    assert text == to_ics(SUPPORT, 2026)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    events = Calendar.from_ical(text).walk("VEVENT")
    assert len({str(event["uid"]) for event in events}) == 13
    assert all("dtstamp" in event for event in events)


def test_a_partial_day_tells_its_hours():
    eve = Holiday(date(2026, 12, 24), "Veille", "Eve", windows=(Window.parse("08:00-12:00"),))
    text = to_ics(calendar({0: "08:00-17:00"}, holidays=(eve,)), 2026)
    assert "DESCRIPTION:08:00-12:00" in text
    # Read back as closed all day, it would make the morning's four hours vanish.
    with pytest.raises(ValueError, match=r"event 'Veille' .*: its day is open 08:00-12:00"):
        closed_days(text)


def test_a_year_not_covered_is_refused():
    for year in (1999, 2101):
        with pytest.raises(ValueError, match=f"covers 2000-01-01 to 2101-01-01, not {year}"):
            to_ics(SUPPORT, year)


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("SUMMARY:Congé\nDTSTART;VALUE=DATE:20260102", {"2026-01-02": "Congé"}),
        ("DTSTART;VALUE=DATE:20260102", {"2026-01-02": "Closed"}),
        (
            "SUMMARY:A\nDTSTART;VALUE=DATE:20260102\nDTEND;VALUE=DATE:20260104",
            {"2026-01-02": "A", "2026-01-03": "A"},
        ),
        (
            "SUMMARY:A\nDTSTART;VALUE=DATE:20260102\nDURATION:P2D",
            {"2026-01-02": "A", "2026-01-03": "A"},
        ),
        ("SUMMARY:A\nDTSTART:20260102T000000\nDTEND:20260103T000000", {"2026-01-02": "A"}),
        ("SUMMARY:A\nDTSTART;VALUE=DATE:20260102\nSTATUS:CANCELLED", {}),
        ("SUMMARY:A\nDTSTART;VALUE=DATE:19990102", {}),
        ("SUMMARY:A\nDTSTART;VALUE=DATE:20991231\nDTEND;VALUE=DATE:99991231", None),
        (
            "SUMMARY:A\nDTSTART;VALUE=DATE:20260102\nRRULE:FREQ=YEARLY;UNTIL=20290102T000000Z\nEXDATE;VALUE=DATE:20270102",
            {"2026-01-02": "A", "2028-01-02": "A", "2029-01-02": "A"},
        ),
        (
            "SUMMARY:A\nDTSTART;VALUE=DATE:20260102\nRDATE;VALUE=DATE:20260302,20260402\nRDATE;VALUE=DATE:20260502",
            {"2026-01-02": "A", "2026-03-02": "A", "2026-04-02": "A", "2026-05-02": "A"},
        ),
    ],
)
def test_events_that_close_days(event, expected):
    found = {str(day): name for day, name in closed_days(ics(event)).items()}
    if expected is None:
        assert (len(found), min(found), max(found)) == (366, "2099-12-31", "2100-12-31")
    else:
        assert found == expected


def test_a_repeated_event_ends_where_the_calendar_does():
    found = closed_days(ics("SUMMARY:A\nDTSTART;VALUE=DATE:19500102\nRRULE:FREQ=YEARLY"))
    assert (len(found), min(found), max(found)) == (101, date(2000, 1, 2), date(2100, 1, 2))


def test_one_occurrence_may_be_moved():
    found = closed_days(
        ics(
            "UID:1\nSUMMARY:A\nDTSTART;VALUE=DATE:20260102\nRRULE:FREQ=YEARLY;COUNT=3",
            "UID:1\nSUMMARY:A moved\nRECURRENCE-ID;VALUE=DATE:20270102\nDTSTART;VALUE=DATE:20270104",
            "UID:1\nSTATUS:CANCELLED\nRECURRENCE-ID;VALUE=DATE:20280102\nDTSTART;VALUE=DATE:20280102",
        )
    )
    assert found == {date(2026, 1, 2): "A", date(2027, 1, 4): "A moved"}


def test_two_events_of_one_date_share_it():
    found = closed_days(ics(*(f"SUMMARY:{name}\nDTSTART;VALUE=DATE:20260102" for name in "ABA")))
    assert found == {date(2026, 1, 2): "A / B"}


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (
            "SUMMARY:Midi\nUID:7\nDTSTART:20260102T120000",
            "event 'Midi' .7.: 2026-01-02T12:00:00 is a time of day; a closed day is an all-day event",
        ),
        ("SUMMARY:A\nDTSTART:20260102T000000Z", "is a time of day"),
        ("SUMMARY:A\nDTSTART:2026", "event 'A' .no UID.: DTSTART: "),
        ("SUMMARY:A", "it has no DTSTART"),
        (
            "SUMMARY:A\nDTSTART;VALUE=DATE:20260102\nDTEND;VALUE=DATE:20260101",
            "ends on 2026-01-01, before it starts",
        ),
        (
            "SUMMARY:A\nDTSTART;VALUE=DATE:20260102\nRRULE:FREQ=HOURLY",
            "repeats more than once a day",
        ),
        ("SUMMARY:A\nDTSTART;VALUE=DATE:20260102\nRRULE:FREQ=NEVER", "RRULE: "),
    ],
)
def test_an_event_that_is_no_closed_day_is_refused_by_name(event, message):
    with pytest.raises(ValueError, match=message):
        closed_days(ics(event))


@pytest.mark.parametrize(
    "text",
    ["", "hello", "\0", "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", "<html></html>"],
)
def test_what_is_no_icalendar_is_refused(text):
    with pytest.raises(ValueError, match="this is no iCalendar text"):
        closed_days(text)
