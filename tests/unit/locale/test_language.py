from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.alerts.escalation import Role
from monitor.cases.obligation import Reason, Verdict
from monitor.contract.model import CaseKind, Status, Unit
from monitor.locale import language, words

QUEBEC = ZoneInfo("America/Toronto")
FR, EN = language("fr"), language("en")


def plain(text: str) -> str:
    """Without the no-break spaces, which a test of their own looks at."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def at(year: int, month: int, day: int, hour: int, minute: int) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=QUEBEC).astimezone(UTC)


@pytest.mark.parametrize(
    ("instant", "french", "english"),
    [
        (
            at(2026, 11, 23, 15, 30),
            "lundi 23 novembre 2026, 15 h 30",
            "Monday, November 23, 2026, 3:30 p.m.",
        ),
        (
            at(2026, 11, 23, 9, 0),
            "lundi 23 novembre 2026, 9 h",
            "Monday, November 23, 2026, 9 a.m.",
        ),
        (
            at(2026, 12, 1, 13, 5),
            "mardi 1er décembre 2026, 13 h 05",
            "Tuesday, December 1, 2026, 1:05 p.m.",
        ),
        (at(2026, 8, 31, 12, 0), "lundi 31 août 2026, 12 h", "Monday, August 31, 2026, 12 p.m."),
    ],
)
def test_instants_are_written_in_the_zone_asked_for(instant, french, english):
    assert plain(FR.instant(instant, QUEBEC)) == french
    assert plain(EN.instant(instant, QUEBEC)) == english


@pytest.mark.parametrize(
    ("instant", "french", "english"),
    [
        (at(2026, 11, 23, 13, 0), "23 nov. à 13 h", "Nov 23 at 1 p.m."),
        (at(2026, 12, 1, 9, 30), "1er déc. à 9 h 30", "Dec 1 at 9:30 a.m."),
        (at(2026, 11, 27, 0, 0), "26 nov., fin de journée", "end of Nov 26"),
    ],
)
def test_short_deadlines(instant, french, english):
    assert plain(FR.short_deadline(instant, QUEBEC)) == french
    assert plain(EN.short_deadline(instant, QUEBEC)) == english


def test_midnight_is_the_end_of_a_day_only_as_a_deadline():
    midnight = at(2026, 11, 27, 0, 0)
    assert plain(FR.deadline(midnight, QUEBEC)) == "fin de journée jeudi 26 novembre 2026"
    assert plain(EN.deadline(midnight, QUEBEC)) == "end of Thursday, November 26, 2026"
    assert plain(FR.instant(midnight, QUEBEC)) == "vendredi 27 novembre 2026, 0 h"
    assert plain(FR.short_instant(midnight, QUEBEC)) == "27 nov. à 0 h"


def test_a_day_that_begins_at_one_o_clock_ends_the_one_before():
    # Clocks in Beirut go from 00:00 to 01:00: no clock ever shows the midnight that ends Saturday.
    ends = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
    assert EN.deadline(ends, ZoneInfo("Asia/Beirut")) == "end of Saturday, March 28, 2026"


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        FR.instant(datetime(2026, 11, 23, 15, 30), QUEBEC)  # noqa: DTZ001 - the point of the test


def test_spaces_do_not_break_where_french_wants_them_kept():
    assert FR.short_instant(at(2026, 11, 23, 15, 30), QUEBEC) == "23\xa0nov. à 15\xa0h\xa030"
    assert FR.business_time(12_000, Unit.BUSINESS_HOURS) == "3\xa0h\xa020\xa0min\xa0ouvrables"
    assert FR.percent(0.985) == "98,5\xa0%"


@pytest.mark.parametrize(
    ("seconds", "unit", "french", "english"),
    [
        (0, Unit.BUSINESS_HOURS, "0 heure ouvrable", "0 business hours"),
        (3600, Unit.BUSINESS_HOURS, "1 heure ouvrable", "1 business hour"),
        (86_400, Unit.BUSINESS_HOURS, "24 heures ouvrables", "24 business hours"),
        (12_000, Unit.BUSINESS_HOURS, "3 h 20 min ouvrables", "3 h 20 min of business time"),
        (3_659, Unit.BUSINESS_HOURS, "1 h ouvrables", "1 h of business time"),
        (60, Unit.BUSINESS_HOURS, "1 min ouvrable", "1 min of business time"),
        (59, Unit.BUSINESS_HOURS, "59 s ouvrables", "59 s of business time"),
        (0, Unit.BUSINESS_DAYS, "0 jour ouvrable", "0 business days"),
        (86_400, Unit.BUSINESS_DAYS, "1 jour ouvrable", "1 business day"),
        (100_800, Unit.BUSINESS_DAYS, "1 jour ouvrable 4 h", "1 business day 4 h"),
        (172_800, Unit.BUSINESS_DAYS, "2 jours ouvrables", "2 business days"),
        (172_830, Unit.BUSINESS_DAYS, "2 jours ouvrables", "2 business days"),
        (
            23_400,
            Unit.BUSINESS_DAYS,
            "6 h 30 min d’un jour ouvrable",
            "6 h 30 min of a business day",
        ),
    ],
)
def test_business_time(seconds, unit, french, english):
    assert plain(FR.business_time(seconds, unit)) == french
    assert plain(EN.business_time(seconds, unit)) == english
    assert FR.business_time(-seconds, unit) == FR.business_time(seconds, unit)


def test_a_margin_says_which_side_of_the_deadline():
    assert plain(FR.margin(12_000, Unit.BUSINESS_HOURS)) == "il reste 3 h 20 min ouvrables"
    assert plain(FR.margin(-7500, Unit.BUSINESS_HOURS)) == "en retard de 2 h 5 min ouvrables"
    assert plain(EN.margin(-7500, Unit.BUSINESS_HOURS)) == "late by 2 h 5 min of business time"


@pytest.mark.parametrize(
    ("seconds", "unit", "french", "english"),
    [
        (12_000, Unit.BUSINESS_HOURS, "3 h 20", "3 h 20"),
        (10_830, Unit.BUSINESS_HOURS, "3 h", "3 h"),
        (11_100, Unit.BUSINESS_HOURS, "3 h 05", "3 h 05"),
        (-7500, Unit.BUSINESS_HOURS, "−2 h 05", "−2 h 05"),
        (2700, Unit.BUSINESS_HOURS, "45 min", "45 min"),
        (30, Unit.BUSINESS_HOURS, "30 s", "30 s"),
        (0, Unit.BUSINESS_DAYS, "0 min", "0 min"),
        (259_200, Unit.BUSINESS_DAYS, "3 j", "3 d"),
        # Cut, not rounded: no more is shown as left than is.
        (259_199, Unit.BUSINESS_DAYS, "2,9 j", "2.9 d"),
        (-43_200, Unit.BUSINESS_DAYS, "−0,5 j", "−0.5 d"),
        (8640, Unit.BUSINESS_DAYS, "0,1 j", "0.1 d"),
        (8639, Unit.BUSINESS_DAYS, "2 h 23", "2 h 23"),
    ],
)
def test_short_business_time_fits_a_table(seconds, unit, french, english):
    assert plain(FR.short_business_time(seconds, unit)) == french
    assert plain(EN.short_business_time(seconds, unit)) == english


def test_a_deadline_in_a_table_is_shorter_still():
    assert plain(FR.table_deadline(at(2026, 11, 27, 0, 0), QUEBEC)) == "fin du 26 nov."
    assert plain(FR.table_deadline(at(2026, 12, 2, 0, 0), QUEBEC)) == "fin du 1er déc."
    assert plain(EN.table_deadline(at(2026, 11, 27, 0, 0), QUEBEC)) == "end of Nov 26"
    assert plain(FR.table_deadline(at(2026, 11, 23, 13, 0), QUEBEC)) == "23 nov. à 13 h"


@pytest.mark.parametrize(
    ("share", "french"),
    [(1.0, "100,0 %"), (0.9996, "99,9 %"), (0.0004, "0,1 %"), (0.0, "0,0 %"), (0.98549, "98,5 %")],
)
def test_a_share_short_of_all_never_shows_as_all(share, french):
    assert plain(FR.percent(share)) == french


def test_figures():
    assert plain(FR.number(1_234_567.5, 1)) == "1 234 567,5"
    assert EN.number(1_234_567.5, 1) == "1,234,567.5"
    assert plain(FR.date(date(2026, 11, 1))) == "dimanche 1er novembre 2026"


@pytest.mark.parametrize(
    ("terms", "known"),
    [
        (words.VERDICTS, Verdict),
        (words.REASONS, Reason),
        (words.STATUSES, Status),
        (words.CASE_KINDS, CaseKind),
        (words.UNITS, Unit),
        (words.ROLES, Role),
    ],
)
def test_every_term_has_words(terms, known):
    assert set(terms) == set(known)


def test_terms_are_said_in_the_language():
    assert (FR.verdict(Verdict.BREACHED), EN.verdict(Verdict.BREACHED)) == (
        "En manquement",
        "Breached",
    )
    assert FR.reason(Reason.STOPPED_LATE) == "Le travail a été fait après l’échéance."
    assert FR.status(Status.WAITING_CLIENT) == "En attente du client"
    assert FR.case_kind(CaseKind.TICKET) == "Billet"
    assert FR.role("cspq-adviser") == "conseiller du CSPQ"
    assert FR.role("contentieux") == "contentieux"
    assert FR.unit(Unit.BUSINESS_DAYS) == "jours ouvrables"
