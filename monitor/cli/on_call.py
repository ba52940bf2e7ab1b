"""What the commands of an operator on call share: who acts, on which case, told in which words."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import click

from monitor.alerts.interventions import Act, MuteKind, Via
from monitor.cases.observation import CaseKey
from monitor.cli.command import config_path
from monitor.cli.finding import find_case
from monitor.cli.moments import read_moment
from monitor.cli.output import show_json, show_table
from monitor.cli.stored import opened_database
from monitor.cli.words import gettext, spoken
from monitor.clock import zone
from monitor.clock.wall import SystemClock
from monitor.configuration import contract_of
from monitor.settings import load_settings
from monitor.shown.instants import written, written_if_any
from monitor.shown.mutes import mute_json
from monitor.store.audit import AuditLog
from monitor.store.interventions import Interventions
from monitor.store.oncall import MutedObligation, OnCall
from monitor.store.readings import Readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where an operator works: the stored cases, and the instant."""

    interventions: Interventions
    on_call: OnCall
    audit: AuditLog
    readings: Readings
    now: datetime
    zone: tzinfo
    """The contract's."""

    def key_of(self, name: str) -> CaseKey:
        """The case that a reference means.

        Raises:
            InputError: none, or several.
        """
        return find_case(self.readings, name.strip()).key

    def moment(self, text: str) -> datetime:
        """As `read_moment`, by this desk's clock and zone."""
        return read_moment(text, self.zone, self.now)

    def shown(self, at: datetime | None) -> str:
        return "" if at is None else spoken().short_instant(at, self.zone)

    def written(self, at: datetime | None) -> str | None:
        return written_if_any(at, self.zone)


@contextmanager
def desk(ctx: click.Context) -> Iterator[Desk]:
    """The desk of the configuration in use.

    Raises:
        InputError: the settings, the contract or the database cannot be used.
    """
    settings = load_settings(config_path(ctx))
    book = contract_of(settings)
    with opened_database(settings) as database:
        yield Desk(
            interventions=Interventions(database),
            on_call=OnCall(database),
            audit=AuditLog(database),
            readings=Readings(database),
            now=SystemClock().now(),
            zone=zone(book.versions[-1].zone),
        )


def act_of(by: str | None, why: str) -> Act:
    """What is done at this terminal; by the user logged in, unless told otherwise.

    Raises:
        InputError: a text that cannot be kept.
    """
    return Act.of(by or getpass.getuser(), why, Via.CLI)


def show_muted(at: Desk, kind: MuteKind, *, as_json: bool) -> None:
    """The open obligations of which nobody is told now, for one of the reasons."""
    muted = [each for each in at.on_call.muted(at.now) if each.mute.kind is kind]
    if as_json:
        show_json([_as_json(each, at) for each in muted])
        return
    if not muted:
        click.echo(gettext("None."))
        return
    language = spoken()
    show_table(
        (
            gettext("Case"),
            gettext("Provider"),
            gettext("Commitment"),
            gettext("Verdict"),
            gettext("Since"),
            gettext("Until"),
            gettext("By"),
            gettext("Why"),
        ),
        [
            (
                each.key.ref,
                each.key.provider,
                each.commitment,
                language.verdict(each.verdict),
                at.shown(each.mute.start),
                at.shown(each.mute.end),
                each.mute.by,
                each.mute.why,
            )
            for each in muted
        ],
    )


def _as_json(muted: MutedObligation, at: Desk) -> dict[str, Any]:
    return {
        "case": muted.key.ref,
        "provider": muted.key.provider,
        "kind": muted.key.kind.value,
        "commitment": muted.commitment,
        "verdict": muted.verdict.value,
        "muted": mute_json(muted.mute, at.zone),
    }


def done(at: Desk, text: str, result: dict[str, Any], *, as_json: bool) -> None:
    """Say what was done."""
    if as_json:
        show_json({"at": written(at.now, at.zone), **result})
    else:
        click.echo(text)
