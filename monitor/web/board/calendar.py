"""Calendrier: a year of business days and holidays, and when something would be due."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, g, render_template, request
from werkzeug.exceptions import NotFound

from monitor.access import Role
from monitor.clock import BusinessCalendar, Holiday
from monitor.errors import InputError
from monitor.locale import N_
from monitor.locale.marking import Said
from monitor.shown.answers import Answer, Question
from monitor.web.board.guard import needs
from monitor.web.board.moments import read_instant
from monitor.web.board.reading import Board

_LONGEST_PLACE = 200


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    kind: str
    """`open`, `closed` or `holiday`; a holiday may have hours of its own."""
    holiday: Holiday | None


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    weeks: Sequence[Sequence[Day | None]]
    """From Monday to Sunday; None: of another month."""


def register(pages: Blueprint, board: Board) -> None:
    @pages.get("/calendar")
    @needs(Role.READER)
    def calendar() -> str:
        return _calendar_page(board)


def _calendar_page(board: Board) -> str:
    version = board.version
    name = request.args.get("calendar", "") or version.business_days
    try:
        calendar = board.calendar(name)
    except KeyError:
        raise NotFound from None
    today = board.now().astimezone(board.zone).date()
    first, last = calendar.valid_from.year, (calendar.valid_until - timedelta(days=1)).year
    year = request.args.get("year", today.year, type=int)
    if not first <= year <= last:
        raise NotFound
    answer, wrong = _answer(board)
    months = [_month(calendar, year, month) for month in range(1, 13)]
    return render_template(
        "board/calendar.html.j2",
        calendar=calendar,
        calendars=[
            board.calendar(each)
            for each in sorted({one.calendar for one in version.commitments} | {name})
        ],
        year=year,
        first=first,
        last=last,
        today=today,
        months=months,
        holidays=calendar.holidays_in(year),
        business_days=sum(
            day is not None and (day.kind == "open" or bool(day.holiday and day.holiday.windows))
            for month in months
            for week in month.weeks
            for day in week
        ),
        asked=request.args,
        answer=answer,
        wrong=wrong,
        commitments=version.commitments,
        takes_place=any(each.region for each in version.commitments),
    )


def _answer(board: Board) -> tuple[Answer | None, str | None]:
    """When what the address asks for would be due; or what is wrong with the question."""
    commitment = request.args.get("commitment", "").strip()
    if not commitment:
        return None, None
    place = request.args.get("place", "").strip()[:_LONGEST_PLACE] or None
    try:
        question = Question(
            commitment=commitment, received_at=_received(board), at=board.now(), place=place
        )
        return board.answer(question), None
    except InputError as error:
        return None, error.told(g.language.gettext)


def _received(board: Board) -> datetime:
    at = read_instant(request.args.get("received", ""), board.zone)
    if at is None:
        raise InputError(Said(N_("say when it was received")))
    return at


def _month(calendar: BusinessCalendar, year: int, month: int) -> Month:
    first = date(year, month, 1)
    monday = first - timedelta(days=first.weekday())
    return Month(first, [list(_week(calendar, monday, month, n)) for n in range(6)])


def _week(
    calendar: BusinessCalendar, monday: date, month: int, number: int
) -> Iterator[Day | None]:
    for weekday in range(7):
        day = monday + timedelta(days=7 * number + weekday)
        yield _day(calendar, day) if day.month == month else None


def _day(calendar: BusinessCalendar, day: date) -> Day:
    holiday = calendar.holidays_by_date.get(day)
    if holiday is not None:
        return Day(day, "holiday", holiday)
    return Day(day, "open" if calendar.day_windows[day.weekday()] else "closed", None)
