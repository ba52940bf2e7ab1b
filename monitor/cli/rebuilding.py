"""What working everything out again found, for people and for programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import click

from monitor.cli.faults import show_warning
from monitor.cli.output import show_table
from monitor.cli.progress import progress
from monitor.cli.stored import opened_database
from monitor.cli.words import gettext, ngettext, spoken
from monitor.clock import zone
from monitor.clock.wall import SystemClock
from monitor.configuration import load_configuration
from monitor.engine.rebuild import Difference, Rebuilt, rebuild
from monitor.engine.rules import Rules
from monitor.errors import InputError
from monitor.locale import N_
from monitor.shown.at_work import RulesAtWork
from monitor.shown.instants import written
from monitor.store.database import Database
from monitor.store.lock import sole_daemon
from monitor.store.rebuilding import Rebuilding
from monitor.store.rulebook import Rulebook


@dataclass(slots=True)
class Outcome:
    """Sums, and the first differences of all."""

    rebuilt: Rebuilt
    mended: bool
    local: tzinfo
    listed: list[Difference] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        sums = self.rebuilt
        return {
            "identical": sums.identical,
            "cases": sums.cases,
            "obligations": sums.obligations,
            "waiting": sums.waiting,
            "differing": sums.differing,
            "differences": sums.differences,
            "mended": self.mended and not sums.identical,
            "listed": [_difference(each, self.local) for each in self.listed],
        }


def rebuilt_database(path: Path | None, *, check: bool, limit: int, hidden: bool) -> Outcome:
    """Work out again all that the database of this configuration holds; `check`: only compare.

    At most `limit` differences are listed. A bar is drawn on a terminal, unless `hidden`.

    Raises:
        InputError: the configuration or the database cannot be used, a daemon holds it, or its
            rules were not applied to the end.
    """
    configuration = load_configuration(path)
    now = SystemClock().now()
    with opened_database(configuration.settings) as database, _held(database, now, check=check):
        at_work = RulesAtWork(Rulebook(database), configuration.book)
        _require_applied(at_work)
        listed: list[Difference] = []

        def told(found: Difference) -> None:
            if len(listed) < limit:
                listed.append(found)

        store = Rebuilding(database)
        with progress(gettext("Judging cases again"), store.last_case_id(), hidden=hidden) as done:
            rebuilt = rebuild(
                store,
                Rules(book=at_work.book, policy=configuration.settings.policy),
                now=now,
                mend=not check,
                told=told,
                progress=done,
            )
    local = zone(at_work.book.versions[-1].zone)
    return Outcome(rebuilt=rebuilt, mended=not check, local=local, listed=listed)


@contextmanager
def _held(database: Database, now: datetime, *, check: bool) -> Iterator[None]:
    """The database, for this process alone where it is to be changed."""
    if check:
        yield
        return
    with sole_daemon(database, now=now):
        yield


def _require_applied(at_work: RulesAtWork) -> None:
    """Refuse rules that do not reach all cases yet; warn of others in vigie.yaml."""
    if at_work.applied is not None and not at_work.applied.finished:
        raise InputError(
            gettext(
                "the rules applied last do not reach every case yet: start 'vigie run' once, which"
                " finishes applying them"
            )
        )
    if not at_work.configured_too:
        show_warning(
            gettext(
                "vigie.yaml has other rules than the figures rest on; they are worked out again by"
                " the ones applied last"
            )
        )


def show_rebuilt(outcome: Outcome) -> None:
    sums = outcome.rebuilt
    if outcome.listed:
        show_table(
            tuple(map(gettext, (N_("Case"), N_("Of"), N_("Field"), N_("Stored"), N_("Rebuilt")))),
            [_row(each, outcome.local) for each in outcome.listed],
        )
    if hidden := sums.differences - len(outcome.listed):
        more = ngettext("… and {number} more difference", "… and {number} more differences", hidden)
        click.echo(more.format(number=spoken().number(hidden)))
    judged = ngettext("{number} case judged again", "{number} cases judged again", sums.cases)
    lines = [judged.format(number=spoken().number(sums.cases))]
    if sums.waiting:
        waiting = ngettext(
            "{number} left to the daemon's next look",
            "{number} left to the daemon's next look",
            sums.waiting,
        )
        lines.append(waiting.format(number=spoken().number(sums.waiting)))
    lines.append(_verdict(outcome))
    click.echo(gettext("; ").join(lines) + ".")


def _verdict(outcome: Outcome) -> str:
    if outcome.rebuilt.identical:
        return gettext("all is as stored")
    count = outcome.rebuilt.differences
    if outcome.mended:
        text = ngettext("{number} difference put right", "{number} differences put right", count)
    else:
        text = ngettext("{number} difference", "{number} differences", count)
    return text.format(number=spoken().number(count))


def _row(found: Difference, local: tzinfo) -> tuple[str, ...]:
    case = gettext("(count)") if found.case is None else str(found.case)
    kept, rebuilt = (_shown(value, local) for value in (found.kept, found.rebuilt))
    return (case, found.subject, found.field, kept, rebuilt)


def _shown(value: object, local: tzinfo) -> str:
    if value is None:
        return "–"
    return str(_plain(value, local))


def _difference(found: Difference, local: tzinfo) -> dict[str, Any]:
    key = found.case
    return {
        "case": key and key.ref,
        "provider": key and key.provider,
        "kind": key and key.kind.value,
        "commitment": found.subject or None,
        "field": found.field,
        "kept": _plain(found.kept, local),
        "rebuilt": _plain(found.rebuilt, local),
    }


def _plain(value: object, local: tzinfo) -> Any:
    if isinstance(value, datetime):
        return written(value, local)
    return value if value is None or isinstance(value, bool | int) else str(value)
