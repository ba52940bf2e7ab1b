from datetime import date

import pytest

from monitor.clock import load_calendar
from monitor.settings import load_settings
from tests.support.command_line import run
from tests.support.contracts import changed


def test_a_year_is_told_with_its_holidays():
    year = run("calendar", "show", "--year", "2026", "--json").json
    assert (year["calendar"], year["year"], year["business_days"]) == ("quebec-days", 2026, 248)
    days = {each["date"]: each for each in year["holidays"]}
    assert list(days) == [
        h.date.isoformat() for h in load_calendar("quebec-days").holidays_in(2026)
    ]
    assert days["2026-12-28"]["nominal"] == "2026-12-26"
    assert days["2026-06-24"]["name"]["fr"] == "Fête nationale"
    assert year["week"]["monday"] == ["00:00-24:00"]


def test_business_days_are_those_of_an_independent_count():
    for year in (2024, 2026, 2028):
        told = run("calendar", "show", "--year", str(year), "--json").json
        holidays = {each["date"] for each in told["holidays"]}
        days = [
            date.fromordinal(n)
            for n in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal())
        ]
        assert told["business_days"] == sum(
            d.weekday() < 5 and d.isoformat() not in holidays for d in days
        )


def test_a_year_is_drawn_with_marks_that_need_no_colour():
    ran = run("calendar", "show", "--year", "2026", COLUMNS="80")
    assert "January" in ran.out
    assert "24*25*26 27" in ran.out
    assert "248 business days" in ran.out
    assert "* Monday, December 28, 2026: " in ran.out
    months = ran.out.splitlines()[3:38]
    assert max(map(len, months)) <= 80
    assert "\x1b" not in ran.out


@pytest.mark.parametrize(("columns", "abreast"), [("20", 1), ("45", 2), ("80", 3), ("200", 4)])
def test_as_many_months_stand_abreast_as_fit(columns, abreast):
    drawn = run("calendar", "show", "--year", "2026", COLUMNS=columns).out.splitlines()
    assert len(drawn[3].split()) == abreast
    assert sum(word in "\n".join(drawn) for word in ("January", "June", "December")) == 3


def test_a_year_is_drawn_in_french():
    ran = run("calendar", "show", "--year", "2026", "--lang", "fr")
    assert "Février" in ran.out
    assert "Fête nationale" in ran.out


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("calendar", ["quebec-support", "quebec-days"])
def test_no_line_of_a_year_is_wider_than_an_ordinary_terminal(calendar, language):
    arguments = ("--calendar", calendar, "--year", "2026", "--lang", language)
    drawn = run("calendar", "show", *arguments, COLUMNS="80").out
    assert f"{calendar}, America/Toronto, tzdata " in drawn
    assert max(map(len, drawn.splitlines())) <= 80


def test_a_day_off_of_the_operators_is_drawn(folder):
    (folder / "vigie.yaml").write_text("closed_days: {2026-12-23: Tempête}")
    year = run("calendar", "show", "--year", "2026", "--json").json
    assert "2026-12-23" in [each["date"] for each in year["holidays"]]
    assert year["business_days"] == 247


def test_a_day_of_fewer_hours_has_a_mark_of_its_own(folder):
    text = changed(
        "    closed:\n      2026-12-23: Fermeture\n",
        "    special:\n      2026-12-23: {name: Demi-journée, windows: ['08:00-12:00']}\n",
    )
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    (folder / "vigie.yaml").write_text("contracts: [mine.yaml]")
    ran = run("calendar", "show", "--calendar", "desk", "--year", "2026")
    assert "23~" in ran.out
    assert "~ Wednesday, December 23, 2026: Demi-journée, 08:00-12:00" in ran.out


def test_holidays_go_out_and_come_back_as_icalendar(folder):
    (folder / "2026.ics").write_bytes(
        run("calendar", "show", "--year", "2026", "--ics", "--lang", "fr").out.encode()
    )
    ran = run("calendar", "import", "2026.ics")
    assert ran.status == 0
    (folder / "vigie.yaml").write_text(ran.out, encoding="utf-8")
    closed = load_settings(folder / "vigie.yaml").closed_days
    assert set(closed) == {h.date for h in load_calendar("quebec-days").holidays_in(2026)}
    assert closed[date(2026, 6, 24)] == "Fête nationale"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("show", "--year", "2101"), "--year: calendar 'quebec-days' covers 2000 to 2100, not 2101"),
        (("show", "--year", "1999"), "--year: calendar 'quebec-days' covers 2000 to 2100, not 1999"),
        (("show", "--calendar", "quebec-day"), "--calendar: no calendar 'quebec-day'; did you mean 'quebec-days'?"),
        (("show", "--calendar", "zzz"), "--calendar: no calendar 'zzz'; write one of 24x7, quebec-days, quebec-support"),
        (("show", "--ics", "--json"), "--ics and --json are two formats: choose one"),
        (("show", "--year", "x"), "Invalid value for '--year': 'x' is not a valid integer."),
        (("import", "nowhere.ics"), "nowhere.ics: No such file or directory"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_one_line(arguments, message):
    ran = run("calendar", *arguments)
    assert ran.status == 2
    assert ran.error == message


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xfe"])
def test_a_file_that_is_no_calendar_is_one_line(folder, content):
    (folder / "x.ics").write_bytes(content)
    ran = run("calendar", "import", "x.ics")
    assert ran.status == 2
    assert ran.error.startswith("x.ics: ")


def test_what_is_wrong_with_a_calendar_is_said_in_french(folder):
    event = "UID:1\r\nSUMMARY:Réunion\r\nDTSTART:20260105T090000\r\nDTEND:20260105T100000"
    (folder / "jours.ics").write_text(
        f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        encoding="utf-8",
    )
    ran = run("--lang", "fr", "calendar", "import", "jours.ics")
    assert ran.status == 2
    assert " ".join(ran.err.split()).startswith(
        "Erreur : jours.ics: événement « Réunion » (1) : 2026-01-05T09:00:00 est une heure"
    )
