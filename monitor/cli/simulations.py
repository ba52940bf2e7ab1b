"""Policies played through on cases, stored or invented, for a command."""

from dataclasses import dataclass
from pathlib import Path

import click

from monitor.alerts.escalation import Recipient
from monitor.app import rules_of
from monitor.cli.finding import find_case
from monitor.cli.moments import read_moment, read_moment_if_any
from monitor.cli.output import show_table
from monitor.cli.stored import opened_records
from monitor.cli.words import gettext, spoken
from monitor.clock import zone
from monitor.clock.wall import SystemClock
from monitor.configuration import load_configuration
from monitor.shown import simulation
from monitor.shown.simulation import Simulation


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """A case as it is described on the command line."""

    commitment: str
    received: str
    provider: str
    place: str | None
    organization: str | None
    severity: str | None
    closed_at: str | None


def show_simulation(played: Simulation) -> None:
    """A table of the steps, under a line that says of what."""
    language, local = spoken(), played.zone
    due_at = played.evaluation.due_at
    due = gettext("while paused, no date") if due_at is None else language.deadline(due_at, local)
    label = language.label(played.commitment.label)
    name = played.case or gettext("(invented)")
    click.echo(
        gettext("{case} · {provider} · {commitment} · due {due}").format(
            case=name, provider=played.provider, commitment=label, due=due
        )
    )
    show_table(
        (gettext("Step"), gettext("When"), gettext("To"), gettext("Why")),
        [
            (
                step.step,
                language.table_deadline(played.named_instant(step), local),
                ", ".join(map(_recipient, step.recipients)),
                played.why(step, language),
            )
            for step in played.steps
        ],
    )
    click.echo()


def _recipient(recipient: Recipient) -> str:
    return f"{recipient.address} ({spoken().role(recipient.role)})"


def stored_simulations(path: Path | None, case: str, only: str | None) -> list[Simulation]:
    """One for each commitment owed on a stored case, or for the one asked for.

    Raises:
        InputError: no such case, or it owes no such commitment.
    """
    configuration, now = load_configuration(path), SystemClock().now()
    with opened_records(configuration.settings) as (readings, at_work):
        record = find_case(readings, case)
        handling = readings.handling(record.key, now)
        rules = rules_of(configuration)
        return list(
            simulation.stored_simulations(record, handling, rules, at_work, now=now, only=only)
        )


def invented_simulation(path: Path | None, asked: Invented) -> Simulation:
    """One of a case as it is described.

    Raises:
        InputError: the description does not hold together.
    """
    configuration, now = load_configuration(path), SystemClock().now()
    local = zone(configuration.book.versions[-1].zone)
    described = simulation.Invented(
        commitment=asked.commitment,
        received_at=read_moment(asked.received, local, now),
        provider=asked.provider,
        place=asked.place,
        organization=asked.organization,
        severity=asked.severity,
        closed_at=read_moment_if_any(asked.closed_at, local, now),
    )
    return simulation.invented_simulation(described, rules_of(configuration), now)
