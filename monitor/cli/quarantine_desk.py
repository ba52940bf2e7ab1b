"""What `vigie quarantine` does, on the database that vigie.yaml names."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import click

from monitor.alerts.interventions import Act
from monitor.app import Rereader
from monitor.cli.configured import configured_settings
from monitor.cli.instants import read_instant
from monitor.cli.output import show_json, show_table
from monitor.cli.progress import progress
from monitor.cli.stored import opened_database
from monitor.cli.words import gettext, ngettext, spoken
from monitor.clock import zone
from monitor.clock.wall import SystemClock
from monitor.configuration import contract_of
from monitor.errors import InputError
from monitor.locale import N_
from monitor.locale.marking import told
from monitor.settings import Settings
from monitor.shown.instants import written, written_if_any
from monitor.spans import parse_span
from monitor.store.quarantine_desk import (
    Attempt,
    Kept,
    KeptState,
    QuarantineDesk,
    Retried,
    Wanted,
)

_STATES = {
    KeptState.OPEN: N_("cannot be read"),
    KeptState.RESOLVED: N_("has become readable"),
    KeptState.DISCARDED: N_("discarded"),
}
_OUTCOMES = {
    Retried.STORED: N_("read, and stored"),
    Retried.KNOWN: N_("read: nothing new"),
    Retried.UNREADABLE: N_("stays"),
    Retried.ELSEWHERE: N_("stays"),
    Retried.GONE: N_("was seen to already"),
}
_STAY = (Retried.UNREADABLE, Retried.ELSEWHERE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """As written on the command line."""

    source: str | None
    reason: str | None
    since: str | None

    @property
    def given(self) -> bool:
        return any(each is not None for each in (self.source, self.reason, self.since))


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Where quarantine is seen to."""

    settings: Settings
    desk: QuarantineDesk
    now: datetime
    zone: tzinfo
    """The contract's."""

    def wanted(self, filters: Filters, state: str = "open") -> Wanted:
        """What the options ask for.

        Raises:
            InputError: `since` is no instant.
        """
        return Wanted(
            state=None if state == "all" else KeptState(state),
            source=filters.source,
            reason=filters.reason,
            since=None if filters.since is None else self._since(filters.since),
            told=_told,
        )

    def _since(self, text: str) -> datetime:
        try:
            return self.now - parse_span(text)
        except ValueError:
            return read_instant(text, self.zone)


@contextmanager
def opened(ctx: click.Context) -> Iterator[Opened]:
    """The quarantine of the configuration in use.

    Raises:
        InputError: the settings, the contract or the database cannot be used.
    """
    settings = configured_settings(ctx)
    local = zone(contract_of(settings).versions[-1].zone)
    with opened_database(settings) as database:
        yield Opened(
            settings=settings,
            desk=QuarantineDesk(database),
            now=SystemClock().now(),
            zone=local,
        )


def show_records(at: Opened, wanted: Wanted, limit: int, *, as_json: bool) -> None:
    """Print them; one word where there are none."""
    records = at.desk.records(wanted, limit)
    if as_json:
        show_json([_as_json(each, at.zone) for each in records])
    elif records:
        show_table(
            (
                gettext("Number"),
                gettext("Source"),
                gettext("Reference"),
                gettext("Last told of"),
                gettext("Reason"),
            ),
            [
                (
                    str(each.id),
                    each.source,
                    each.ref or "",
                    spoken().short_instant(each.last_seen_at, at.zone),
                    _told(each.reason),
                )
                for each in records
            ],
            right=(gettext("Number"),),
        )
    else:
        click.echo(gettext("None."))


def show_record(at: Opened, number: int, *, as_json: bool) -> None:
    """Print one with all that was kept of it.

    Raises:
        InputError: there is none of this number.
    """
    kept = _one(at, number)
    if as_json:
        show_json({**_as_json(kept, at.zone), "payload": kept.payload})
        return
    language = spoken()
    facts = [
        (gettext("Number"), str(kept.id)),
        (gettext("State"), gettext(_STATES[kept.state])),
        (gettext("Source"), kept.source),
        (gettext("Reference"), kept.ref or "–"),
        (gettext("Reason"), _told(kept.reason)),
        (gettext("First told of"), language.instant(kept.first_seen_at, at.zone)),
        (gettext("Last told of"), language.instant(kept.last_seen_at, at.zone)),
    ]
    if kept.discarded_by is not None:
        facts += [
            (gettext("Discarded by"), kept.discarded_by),
            (gettext("Why"), kept.discarded_why or ""),
        ]
    for label, value in facts:
        click.echo(gettext("{label}: {value}").format(label=label, value=value))
    click.echo()
    click.echo(json.dumps(kept.payload, ensure_ascii=False, indent=2))


def meant(
    at: Opened, numbers: Sequence[int], filters: Filters, *, everything: bool
) -> Sequence[Kept]:
    """The records that a command is to act on.

    Raises:
        InputError: neither numbers nor `--all`, or both; there is no such record.
    """
    if bool(numbers) == everything or (numbers and filters.given):
        raise InputError(
            N_(
                "name records by their numbers, or all of them by --all, narrowed by --source,"
                " --reason and --since"
            )
        )
    if everything:
        return at.desk.records(at.wanted(filters))
    return [_one(at, number) for number in dict.fromkeys(numbers)]


def retry_records(at: Opened, records: Sequence[Kept], *, as_json: bool) -> bool:
    """Read them anew one by one, and say what came of each; whether all have left."""
    read = Rereader(at.settings.sources).read
    attempts: list[tuple[Kept, Attempt]] = []
    with progress(gettext("Reading anew"), len(records), hidden=as_json) as note:
        for kept in records:
            attempts.append((kept, at.desk.retry(kept.id, read, at=at.now)))
            note(len(attempts))
    if as_json:
        show_json(
            [
                {
                    "id": kept.id,
                    "source": kept.source,
                    "ref": kept.ref,
                    "outcome": attempt.outcome.value,
                    "reason": attempt.reason and str(attempt.reason),
                }
                for kept, attempt in attempts
            ]
        )
    else:
        _show_attempts(attempts)
    return not any(attempt.outcome in _STAY for _, attempt in attempts)


def discard_records(at: Opened, records: Sequence[Kept], act: Act, *, as_json: bool) -> None:
    """Give them up, and say how many were."""
    done = at.desk.discard([each.id for each in records], act, at=at.now)
    if as_json:
        show_json({"at": written(at.now, at.zone), "discarded": list(done), "by": act.by})
        return
    text = ngettext("{n} record discarded", "{n} records discarded", len(done))
    click.echo(text.format(n=len(done)))
    if left := len(records) - len(done):
        text = ngettext(
            "{n} left alone: it was seen to already",
            "{n} left alone: they were seen to already",
            left,
        )
        click.echo(text.format(n=left))


def _show_attempts(attempts: Sequence[tuple[Kept, Attempt]]) -> None:
    if not attempts:
        click.echo(gettext("None."))
        return
    show_table(
        (gettext("Number"), gettext("Reference"), gettext("Outcome"), gettext("Reason")),
        [
            (
                str(kept.id),
                kept.ref or "",
                gettext(_OUTCOMES[attempt.outcome]),
                "" if attempt.reason is None else _told(attempt.reason),
            )
            for kept, attempt in attempts
        ],
        right=(gettext("Number"),),
    )


def _told(reason: str) -> str:
    return told(reason, gettext)


def _one(at: Opened, number: int) -> Kept:
    kept = at.desk.record(number)
    if kept is None:
        raise InputError(
            N_("no record {number} in quarantine: 'vigie quarantine list' has the numbers"),
            number=str(number),
        )
    return kept


def _as_json(kept: Kept, local: tzinfo) -> dict[str, Any]:
    return {
        "id": kept.id,
        "source": kept.source,
        "ref": kept.ref,
        "state": kept.state.value,
        "reason": kept.reason,
        "first_seen_at": written(kept.first_seen_at, local),
        "last_seen_at": written(kept.last_seen_at, local),
        "resolved_at": written_if_any(kept.resolved_at, local),
        "discarded_by": kept.discarded_by,
        "discarded_why": kept.discarded_why,
    }
