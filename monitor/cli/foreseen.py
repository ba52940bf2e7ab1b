"""A preview as tables, for people: what differs, how much changes, and the gravest changes."""

import heapq
import itertools
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import click

from monitor.cases.because import Because, Cause
from monitor.cases.obligation import Obligation, Verdict
from monitor.cli.foresight import Foresight, Sums
from monitor.cli.output import console, show_table
from monitor.cli.rule_words import sentences
from monitor.cli.words import gettext, ngettext, spoken
from monitor.clock import zone
from monitor.contract.rule_changes import Era
from monitor.engine.preview import Consequence, Move
from monitor.locale import N_

_AN_INSTANT = timedelta(microseconds=1)
_ROOMY = 110
"""Columns of a terminal that has room for the provider too."""
_GRAVE = frozenset({Verdict.BREACHED, Verdict.MISSED})
_MOVES = {
    Move.LATER: N_("Later"),
    Move.EARLIER: N_("Earlier"),
    Move.UNMOVED: N_("Verdict alone"),
    Move.LIFTED: N_("Held off by a pause"),
    Move.SET: N_("No longer held off"),
    Move.NEWLY_OWED: N_("Newly owed"),
    Move.NO_LONGER_OWED: N_("No longer owed"),
}


def show_foreseen(foresight: Foresight, found: Iterable[Consequence], limit: int) -> None:
    """The differences, the counts, and at most `limit` of the changes, the gravest first."""
    if not foresight.changes:
        click.echo(gettext("Nothing differs that a deadline or a verdict rests on."))
        return
    for era in foresight.changes.eras:
        click.echo(_title(era))
        for line in sentences(era):
            click.echo(f"  {line}")
    click.echo()
    gravest = _gravest(found, limit)
    sums = foresight.sums
    _show_sums(sums)
    causes: dict[str, str] = {}
    if gravest:
        click.echo()
        _show_changes(gravest, foresight, causes)
    if left := sums.changed - len(gravest):
        text = ngettext(
            "And {count} more: --limit lists more of them, --json all.",
            "And {count} more: --limit lists more of them, --json all.",
            left,
        )
        click.echo(text.format(count=spoken().number(left)))
    click.echo()
    for sentence, number in causes.items():
        click.echo(f"{number} {sentence}")
    if causes:
        click.echo()
    click.echo(gettext("Nothing was applied: 'vigie run' applies rules, as it starts or reloads."))


def _title(era: Era) -> str:
    language = spoken()
    version = era.after or era.before
    assert version is not None  # noqa: S101 - an era in which neither governs does not differ
    local = zone(version.zone)
    first = language.date(era.start.astimezone(local).date())
    if era.end is None:
        return gettext("Cases received from {first} on:").format(first=first)
    last = language.date((era.end - _AN_INSTANT).astimezone(local).date())
    return gettext("Cases received from {first} to {last}:").format(first=first, last=last)


def _show_sums(sums: Sums) -> None:
    language = spoken()
    text = ngettext(
        "{count} obligation would change, of {judged} judged again on {touched} cases.",
        "{count} obligations would change, of {judged} judged again on {touched} cases.",
        sums.changed,
    )
    click.echo(
        text.format(
            count=language.number(sums.changed),
            judged=language.number(sums.obligations),
            touched=language.number(sums.touched),
        )
    )
    for (before, after), number in sums.verdicts.most_common():
        turn = gettext("{before} → {after}: {count}")
        count = language.number(number)
        click.echo("  " + turn.format(before=_verdict(before), after=_verdict(after), count=count))
    if not sums.changed:
        return
    click.echo()
    moves = [move for move in Move if any(found is move for _, _, found in sums.moves)]
    titles = [gettext(_MOVES[move]) for move in moves]
    show_table(
        (gettext("Provider"), gettext("Commitment"), *titles),
        [
            (*promise, *(language.number(sums.moves[(*promise, move)]) for move in moves))
            for promise in sums.promises
        ],
        right=titles,
    )


def _show_changes(
    changes: Sequence[Consequence], foresight: Foresight, causes: dict[str, str]
) -> None:
    """A line a change; its causes, which many share, as numbers that go to `causes`."""
    columns = [
        gettext("Case"),
        gettext("Commitment"),
        gettext("Due"),
        gettext("Would be due"),
        gettext("Verdict"),
        gettext("Why"),
    ]
    rows = [
        [
            each.key.ref,
            each.commitment,
            _due(each.before, foresight),
            _due(each.after, foresight),
            _turn(each),
            " ".join(_numbered(because, causes) for because in _nearest(each.why)),
        ]
        for each in changes
    ]
    if console().width >= _ROOMY:
        columns.insert(1, gettext("Provider"))
        for row, each in zip(rows, changes, strict=True):
            row.insert(1, each.key.provider)
    show_table(columns, rows)


def _numbered(because: Because, causes: dict[str, str]) -> str:
    return causes.setdefault(because.sentence(spoken()), f"[{len(causes) + 1}]")


def _turn(found: Consequence) -> str:
    before, after = found.verdicts
    if before is after:
        return _verdict(before)
    return f"{_verdict(before)} → {_verdict(after)}"


def _due(owed: Obligation | None, foresight: Foresight) -> str:
    due_at = None if owed is None else owed.evaluation.due_at
    if due_at is None:
        return ""
    local = zone(foresight.changes.after.book.versions[-1].zone)

    def year(at: datetime) -> int:
        return at.astimezone(local).year

    shown = spoken().table_deadline(due_at, local)
    # At the end of a day the clock shows the next one already, maybe of another year.
    due_in = year(due_at - _AN_INSTANT)
    return shown if due_in == year(foresight.now) else f"{shown} ({due_in})"


def _verdict(verdict: Verdict | None) -> str:
    return gettext("Not owed") if verdict is None else spoken().verdict(verdict)


def _nearest(why: Sequence[Because]) -> Sequence[Because]:
    """The causes, less the version that all of its cases have in common where there is a nearer."""
    return [because for because in why if because.cause is not Cause.VERSION_CHANGED] or why


def _gravest(found: Iterable[Consequence], limit: int) -> list[Consequence]:
    """At most so many, without holding more."""
    order = itertools.count()
    ranked = ((_gravity(each), -next(order), each) for each in found)
    return [each for _, _, each in heapq.nlargest(limit, ranked)]


def _gravity(found: Consequence) -> tuple[int, timedelta]:
    before, after = found.verdicts
    turns_bad = after in _GRAVE and before not in _GRAVE
    return int(before is not after) + int(turns_bad), found.moved_by
