"""A backfill as it is asked for on the command line, window by window."""

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from pydantic import TypeAdapter, ValidationError

from monitor.app import collector_of
from monitor.cli.dates import read_day
from monitor.cli.faults import show_fault, show_warning
from monitor.cli.output import show_json
from monitor.cli.progress import progress
from monitor.cli.stored import opened_database
from monitor.cli.words import gettext, ngettext
from monitor.clock import zone
from monitor.clock.segment import Segment
from monitor.clock.wall import SystemClock
from monitor.collectors.backfill import Filled, Progress, fill_once, windows
from monitor.collectors.base import SourceFault
from monitor.configuration import contract_of
from monitor.errors import InputError
from monitor.locale import N_
from monitor.locale.marking import told
from monitor.located_yaml.words import one_of
from monitor.settings import ApiSource, Settings, load_settings
from monitor.shown.instants import written, written_if_any
from monitor.spans import Span
from monitor.store.backfills import Backfills
from monitor.store.observations import Observations


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """As written on the command line."""

    source: str
    first: str
    last: str | None
    window: str
    again: bool


@dataclass(slots=True)
class _Sum:
    """What came of all windows."""

    filled: Filled
    fault: SourceFault | None = None

    def add(self, one: Filled) -> None:
        before = self.filled
        self.filled = Filled(
            done_until=one.done_until,
            added=before.added + one.added,
            repeated=before.repeated + one.repeated,
            quarantined=before.quarantined + one.quarantined,
            warnings=tuple(dict.fromkeys((*before.warnings, *one.warnings))),
        )


def fill(path: Path | None, request: Request, *, as_json: bool) -> bool:
    """Fill in what is asked for, from where it was left; whether it came to its end.

    Raises:
        InputError: the source, the days or the database cannot be used.
    """
    settings = load_settings(path)
    source = _source(settings, request.source)
    size = _window(request.window)
    local = zone(contract_of(settings).versions[-1].zone)
    now = SystemClock().now()
    period = _period(request, local, now)
    with opened_database(settings) as database, closing(collector_of(source)) as collector:
        kept = Backfills(database)
        begun = Progress(period=period, done_until=period.start)
        if not request.again:
            begun = kept.load(source.name, period) or begun
        done = _Sum(Filled(done_until=begun.done_until))
        total = int((min(period.end, now) - period.start).total_seconds())
        with progress(gettext("Filling in"), total, hidden=as_json) as note:
            for window in windows(begun, size, now):
                try:
                    done.add(fill_once(collector, Observations(database), window, now))
                except SourceFault as fault:
                    done.fault = fault
                    break
                reached = replace(begun, done_until=window.end)
                if window.end == period.end:
                    reached = replace(reached, finished_at=now)
                kept.save(source.name, reached, at=now)
                note(int((window.end - period.start).total_seconds()))
    (_show_json if as_json else _show)(source.name, period, done, local)
    return done.fault is None


def _source(settings: Settings, name: str) -> ApiSource:
    for source in settings.sources:
        if source.name == name:
            if isinstance(source, ApiSource):
                return source
            raise InputError(
                N_(
                    "{name}: its past cannot be asked for, as it is read from what is delivered;"
                    " deliver the old files again"
                ),
                name=name,
            )
    raise InputError(
        N_("no source is named '{name}'; {remedy}"),
        name=name,
        remedy=one_of(name, [source.name for source in settings.sources]),
    )


def _window(text: str) -> timedelta:
    try:
        size: timedelta = TypeAdapter(Span).validate_python(text)
    except ValidationError:
        raise InputError(
            N_("--window: '{text}' is not a span of time; write '1 d', '7 d' or '6 h'"), text=text
        ) from None
    return size


def _period(request: Request, local: ZoneInfo, now: datetime) -> Segment:
    first = read_day(request.first, "--from")
    last = now.astimezone(local).date() if request.last is None else read_day(request.last, "--to")
    start = _midnight(first, local)
    if start >= now:
        raise InputError(N_("--from: {first} has not come yet; give a past day"), first=str(first))
    if last < first:
        raise InputError(
            N_("--to: {last} is before --from, {first}"), last=str(last), first=str(first)
        )
    return Segment(start, _midnight(last + timedelta(days=1), local))


def _midnight(day: date, local: ZoneInfo) -> datetime:
    return datetime.combine(day, time_of_day(), tzinfo=local)


def _show(name: str, period: Segment, done: _Sum, local: ZoneInfo) -> None:
    filled = done.filled
    for warning in filled.warnings:
        show_warning(f"{name}: {warning}")
    if filled.quarantined:
        show_warning(
            ngettext(
                "source {name}: {count} record cannot be read and is set aside",
                "source {name}: {count} records cannot be read and are set aside",
                filled.quarantined,
            ).format(name=name, count=filled.quarantined)
        )
    until = min(filled.done_until, period.end).astimezone(local)
    click.echo(
        ngettext(
            "{name}: filled in up to {until}: {count} statement that was not known",
            "{name}: filled in up to {until}: {count} statements that were not known",
            filled.added,
        ).format(name=name, until=f"{until:%Y-%m-%d %H:%M}", count=filled.added)
    )
    if done.fault is not None:
        show_fault([f"{name}: {told(done.fault.said, gettext)}"])
        click.echo(gettext("Give the same command again to go on from there."), err=True)


def _show_json(name: str, period: Segment, done: _Sum, local: ZoneInfo) -> None:
    filled, fault = done.filled, done.fault
    show_json(
        {
            "source": name,
            "from": written(period.start, local),
            "to": written(period.end, local),
            "done_until": written(filled.done_until, local),
            "added": filled.added,
            "repeated": filled.repeated,
            "quarantined": filled.quarantined,
            "warnings": list(filled.warnings),
            "fault_kind": None if fault is None else fault.kind,
            "fault": None if fault is None else str(fault),
            "not_before": None if fault is None else written_if_any(fault.not_before, local),
        }
    )
