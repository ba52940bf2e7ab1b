"""Why the clock counts so: the calendar, the start, and what is left out in between."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

from monitor.alerts.render.story import Story, clean
from monitor.cases.phases import PhaseKind
from monitor.clock import BusinessClock, SpanReason
from monitor.contract.model import CaseKind, StartRule
from monitor.locale import N_, Language


def why(story: Story, language: Language) -> tuple[str, ...]:
    """Three lines, and a fourth where the case was paused or stopped on the way."""
    return (
        _calendar(story, language),
        _start(story, language),
        _closed_days(story, language),
        *_interruptions(story, language),
    )


def _calendar(story: Story, language: Language) -> str:
    calendar = story.run.clock.calendar
    label = calendar.label_fr if language.code == "fr" else calendar.label_en
    return language.gettext("Calendar: {label}.").format(label=clean(label, 200))


def _start(story: Story, language: Language) -> str:
    run, zone = story.run, story.zone
    given_at = run.course.received_at
    starts = language.instant(run.starts_at, zone)
    if given_at != story.timeline.received_at:
        return language.gettext("The case was reopened: a new clock starts {at}.").format(at=starts)
    if story.commitment.start_rule is StartRule.NEXT_BUSINESS_DAY:
        rule = (
            N_("Day 1 is the first business day after the end of the period: {day}.")
            if story.timeline.key.kind is CaseKind.DELIVERABLE
            else N_("Day 1 is the first business day after the day of receipt: {day}.")
        )
        day = language.date(run.starts_at.astimezone(zone).date())
        return language.gettext(rule).format(day=day)
    if run.starts_at == given_at:
        return language.gettext("Received during opening hours: the clock starts at once.")
    return language.gettext(
        "Received outside opening hours: the clock starts at the next opening, {at}."
    ).format(at=starts)


def _closed_days(story: Story, language: Language) -> str:
    due_at = story.evaluation.due_at
    until = due_at or story.evaluation.stopped_at or story.now
    parts = _left_out(story.run.clock, story.run.starts_at, until, language)
    if not parts:
        return language.gettext("No weekend or holiday on the way.")
    days = ", ".join(parts)
    if due_at is None:
        return language.gettext("Left out since the start: {days}.").format(days=days)
    return language.gettext("Left out between the start and the deadline: {days}.").format(
        days=days
    )


# Many that come due together began together.
@lru_cache(maxsize=256)
def _left_out(
    clock: BusinessClock, start: datetime, until: datetime, language: Language
) -> tuple[str, ...]:
    spans = clock.spans(start, until) if start < until else []
    parts = []
    weekends = sum(span.reason is SpanReason.WEEKEND for span in spans)
    if weekends:
        text = language.ngettext("{n} weekend", "{n} weekends", weekends)
        parts.append(text.format(n=weekends))
    # By date: a holiday with hours of its own is closed before them and after.
    holidays = {span.holiday.date: span.holiday for span in spans if span.holiday is not None}
    for date, holiday in holidays.items():
        parts.append(f"{clean(holiday.name(language.code))} ({language.short_date(date)})")
    return tuple(parts)


def _interruptions(story: Story, language: Language) -> Iterator[str]:
    phases = story.run.course.phases
    paused = sum(phase.kind is PhaseKind.PAUSED for phase in phases)
    if paused:
        yield language.ngettext(
            "The clock was paused {n} time, as the contract provides.",
            "The clock was paused {n} times, as the contract provides.",
            paused,
        ).format(n=paused)
    reopened = story.run.course.episode
    if reopened:
        yield language.ngettext(
            "The case was reopened {n} time.", "The case was reopened {n} times.", reopened
        ).format(n=reopened)
