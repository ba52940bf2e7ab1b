"""Where two editions of a calendar, and of a contract, differ: by day and by receipt."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from monitor.clock import BusinessCalendar, Window, load_calendar
from monitor.clock.tzif import Regimes
from monitor.clock.windows import Holiday
from monitor.clock.zones import regimes
from monitor.contract.basis import Basis
from monitor.contract.calendar_changes import CalendarChange, CalendarChangeKind, calendar_changes
from monitor.contract.rule_changes import RuleChanges
from monitor.locale import language
from tests.support.cases import utc
from tests.support.rulings import book, changes, promising, version, without

SUPPORT = load_calendar("quebec-support")
RUNS = regimes("America/Toronto", 2000, 2100)
SUMMER_2027 = datetime(2027, 3, 14, 7, tzinfo=UTC), datetime(2027, 11, 7, 6, tzinfo=UTC)


def found(new: BusinessCalendar, old: BusinessCalendar = SUPPORT) -> list[CalendarChange]:
    return list(calendar_changes("quebec-support", old, new, (RUNS, RUNS)))


def kinds(new: BusinessCalendar, old: BusinessCalendar = SUPPORT) -> list[tuple[str, str]]:
    return [(change.kind.value, str(change.day)) for change in found(new, old)]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (SUPPORT, []),
        (SUPPORT.with_closed_days({date(2026, 11, 24): "Tempête"}), [("day_closed", "2026-11-24")]),
        # Already closed: by the week, or by another name.
        (SUPPORT.with_closed_days({date(2026, 11, 22): "Dimanche"}), []),
        (SUPPORT.with_closed_days({date(2026, 12, 25): "Autrement nommé"}), []),
        (SUPPORT.with_open_days([date(2026, 12, 24)]), [("day_opened", "2026-12-24")]),
        (SUPPORT.with_moved_days({date(2026, 12, 24): date(2026, 12, 23)}),
         [("day_closed", "2026-12-23"), ("day_opened", "2026-12-24")]),
        (SUPPORT.with_closed_days({date(2026, 11, 24): Holiday(date(2026, 11, 24), "Demi", "Half", (Window.parse("08:00-12:00"),))}),
         [("day_hours", "2026-11-24")]),
        # A window that is the day's own is no difference.
        (SUPPORT.with_closed_days({date(2026, 11, 24): Holiday(date(2026, 11, 24), "Rien", "None", (Window.parse("08:00-17:00"),))}), []),
        (replace(SUPPORT, week={0: (Window.parse("08:00-17:00"),)}), [("week", "None")]),
        (replace(SUPPORT, zone="America/Halifax"), [("week", "None")]),
        (replace(SUPPORT, label_en="Renamed"), []),
    ],
)  # fmt: skip
def test_days_differ_where_they_count_differently(
    new: BusinessCalendar, expected: list[tuple[str, str]]
) -> None:
    assert kinds(new) == expected


def test_a_day_is_local_from_midnight_to_midnight() -> None:
    (day,) = found(SUPPORT.with_closed_days({date(2027, 3, 15): "Lundi"}))
    assert (day.start, day.end) == (utc("2027-03-15 00:00"), utc("2027-03-16 00:00"))
    assert day.within(utc("2027-03-14 09:00"), utc("2027-03-15 00:01"))
    # Half-open, as all stretches: neither what ends as it begins, nor what begins as it ends.
    assert not day.within(utc("2027-03-14 09:00"), utc("2027-03-15 00:00"))
    assert not day.within(utc("2027-03-16 00:00"), utc("2027-03-17 00:00"))


def without_summer_from(year: int) -> Regimes:
    """The offsets, had the clock change been abolished that year."""
    kept = [
        run
        for run in zip(RUNS.starts, RUNS.offsets, strict=True)
        if run[0] < datetime(year, 1, 1, tzinfo=UTC).timestamp()
    ]
    return Regimes(tuple(start for start, _ in kept), tuple(offset for _, offset in kept))


def test_other_zone_data_differs_where_offsets_do() -> None:
    shifted = calendar_changes(
        "quebec-support", SUPPORT, SUPPORT, (RUNS, without_summer_from(2027))
    )
    assert {change.kind for change in shifted} == {CalendarChangeKind.ZONE_DATA}
    assert (shifted[0].start, shifted[0].end) == SUMMER_2027
    assert len(shifted) == 2101 - 2027
    days = load_calendar("quebec-days")
    wide = calendar_changes("quebec-days", days, days, (RUNS, without_summer_from(2027)))
    # A business day in which clocks change counts the same seconds over another length.
    assert (wide[0].start, wide[0].end) == (
        datetime(2027, 3, 13, 7, tzinfo=UTC), datetime(2027, 11, 8, 6, tzinfo=UTC),
    )  # fmt: skip


def test_new_zone_data_touches_only_the_time_it_changes() -> None:
    basis = Basis.of(book())
    later = replace(basis, tzdata="2027a", zones={"America/Toronto": without_summer_from(2027)})
    (era,) = RuleChanges.between(basis, later).eras
    assert not any((era.everything, era.commitments, era.places_differ, era.after_breach))
    assert era.days["quebec-support"][0].start == SUMMER_2027[0]
    # A release that changes other zones changes nothing here.
    assert not RuleChanges.between(basis, replace(basis, tzdata="2027a"))


def summary(found: RuleChanges) -> list[tuple[Any, ...]]:
    """When received, and the versions that govern before and after."""
    return [
        (era.start, era.end, *(each and each.version for each in (era.before, era.after)))
        for era in found.eras
    ]


def test_receipts_are_told_apart_by_the_versions_that_govern_them() -> None:
    first, second = version(version="1"), version(version="2", effective_from="2026-07-01")
    begins, turns = utc("2017-01-01 00:00"), utc("2026-07-01 00:00")
    assert summary(changes(book(first, second), book(first))) == [(turns, None, "1", "2")]
    assert summary(changes(book(first), book(first, second))) == [(turns, None, "2", "1")]
    later = version(version="1", effective_from="2026-07-01")
    assert summary(changes(book(later), book(first))) == [(begins, turns, "1", None)]
    assert summary(changes(book(first), book(later))) == [(begins, turns, None, "1")]
    assert summary(changes(book(second), book(first))) == [
        (begins, turns, "1", None), (turns, None, "1", "2"),
    ]  # fmt: skip


def test_an_era_knows_what_it_touches() -> None:
    (era,) = changes(book(version(promising("incident-resolution", amount="5 h")))).eras
    assert era.commitments == {"incident-resolution"}
    assert not any((era.everything, era.categories, era.days, era.after_breach))
    (era,) = changes(book(version(without("incident-resolution")))).eras
    assert era.categories == {"incident"}
    (era,) = changes(book(version(promising("incident-resolution", category="outage")))).eras
    assert era.categories == {"incident", "outage"}
    (era,) = changes(book(version(support_hours="24x7"))).eras
    assert era.after_breach
    assert not era.commitments


def test_what_lies_before_an_era_is_no_part_of_it() -> None:
    later = version(version="2", effective_from="2026-12-01")
    closed = book(version(), later, closed={"2026-11-24": "Tempête"})
    found = changes(closed, book(version(), later))
    assert [era.start for era in found.eras] == [utc("2017-01-01 00:00")]
    assert found.era(utc("2026-12-01 00:00")) is None
    assert found.era(utc("2026-11-30 23:59")) is found.eras[0]
    assert found.era(utc("2016-12-31 23:59")) is None


@pytest.mark.parametrize("kind", CalendarChangeKind)
def test_each_kind_of_change_has_its_sentence(kind: CalendarChangeKind) -> None:
    change = replace(found(SUPPORT.with_closed_days({date(2026, 11, 24): "Tempête"}))[0], kind=kind)
    english, french = change.sentence(language("en")), change.sentence(language("fr"))
    assert english.endswith(".")
    assert french.endswith(".")
    assert english != french


def test_a_day_off_is_told_by_its_name_and_date() -> None:
    (change,) = found(SUPPORT.with_closed_days({date(2026, 11, 24): "Tempête"}))
    assert change.sentence(language("en")) == "New day off: Tempête, Tuesday, November 24, 2026."
    french = change.sentence(language("fr")).replace("\N{NO-BREAK SPACE}", " ")
    assert french == "Nouveau jour de fermeture : Tempête, mardi 24 novembre 2026."
