"""Policies played through on cases, stored or invented."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import click

from monitor.alerts.escalation import Recipient
from monitor.alerts.subject import Subject
from monitor.app import rules_of
from monitor.cases.evaluate import AN_INSTANT
from monitor.cases.obligation import Evaluation
from monitor.cases.observation import CaseKey, Observation
from monitor.cases.timeline import build_timeline
from monitor.cli.finding import find_case
from monitor.cli.moments import read_moment, read_moment_if_any
from monitor.cli.output import show_table
from monitor.cli.stored import opened_records
from monitor.cli.words import gettext, spoken
from monitor.clock import zone
from monitor.clock.wall import SystemClock
from monitor.configuration import load_configuration
from monitor.contract.model import Commitment, Status
from monitor.engine.simulation import Fate, Play, Simulated, simulate
from monitor.errors import InputError
from monitor.locale import N_
from monitor.shown.answers import Answerer, Question
from monitor.shown.instants import written, written_if_any
from monitor.shown.mutes import mute_json

_FATES = {
    Fate.FIRES: N_("told"),
    Fate.WAITS: N_("told once the hours of those it is for open"),
    Fate.OVERTAKEN: N_("a later step speaks for it"),
    Fate.ACKNOWLEDGED: N_("acknowledged by {by}: told to nobody"),
    Fate.SILENCED: N_("silenced by {by}: told to nobody"),
    Fate.HELD: N_("on hold by {by}: told to nobody"),
    Fate.CLOSED: N_("closed before"),
    Fate.NOBODY: N_("nobody holds its roles"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """A case as it is described."""

    commitment: str
    received: str
    provider: str
    place: str | None
    organization: str | None
    severity: str | None
    closed_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A policy played through on one commitment of a case."""

    case: str
    provider: str
    commitment: Commitment
    policy: str | None
    zone: tzinfo
    now: datetime
    steps: tuple[Simulated, ...]
    evaluation: Evaluation

    def as_json(self) -> dict[str, Any]:
        return {
            "case": self.case or None,
            "provider": self.provider,
            "commitment": self.commitment.id,
            "policy": self.policy,
            "due_at": written_if_any(self.evaluation.due_at, self.zone),
            "stopped_at": written_if_any(self.evaluation.stopped_at, self.zone),
            "steps": [self._step(step) for step in self.steps],
        }

    def _step(self, step: Simulated) -> dict[str, Any]:
        return {
            "step": step.step,
            "at": written(step.at, self.zone),
            "stands_at": written(step.stands_at, self.zone),
            "fate": step.fate.value,
            "to_come": step.at > self.now,
            "roles": list(step.roles),
            "recipients": [
                {"role": each.role, "channel": each.channel, "address": each.address}
                for each in step.recipients
            ],
            "because": None if step.because is None else mute_json(step.because, self.zone),
        }


def show_simulation(simulation: Simulation) -> None:
    """A table of the steps, under a line that says of what."""
    language, local = spoken(), simulation.zone
    due_at = simulation.evaluation.due_at
    due = gettext("while paused, no date") if due_at is None else language.deadline(due_at, local)
    label = language.label(simulation.commitment.label)
    name = simulation.case or gettext("(invented)")
    click.echo(
        gettext("{case} · {provider} · {commitment} · due {due}").format(
            case=name, provider=simulation.provider, commitment=label, due=due
        )
    )
    show_table(
        (gettext("Step"), gettext("When"), gettext("To"), gettext("Why")),
        [
            (
                step.step,
                _when(step, local, simulation),
                ", ".join(map(_recipient, step.recipients)),
                _why(step, simulation),
            )
            for step in simulation.steps
        ],
    )
    click.echo()


def _when(step: Simulated, local: tzinfo, simulation: Simulation) -> str:
    at, due_at = step.at, simulation.evaluation.due_at
    # The breach comes an instant after the deadline, and is spoken of by the deadline's name.
    named = due_at if due_at is not None and at - due_at == AN_INSTANT else at
    return spoken().table_deadline(named, local)


def _recipient(recipient: Recipient) -> str:
    return f"{recipient.address} ({spoken().role(recipient.role)})"


def _why(step: Simulated, simulation: Simulation) -> str:
    by = "" if step.because is None else step.because.by
    words = gettext(_FATES[step.fate]).format(by=by)
    if step.at > simulation.now:
        words += f" ({gettext('to come, if nothing changes')})"
    return words


def stored_simulations(path: Path | None, case: str, only: str | None) -> list[Simulation]:
    """One for each commitment owed on a stored case, or for the one asked for.

    Raises:
        InputError: no such case, or it owes no such commitment.
    """
    configuration, now = load_configuration(path), SystemClock().now()
    found = []
    with opened_records(configuration.settings) as (readings, at_work):
        record = find_case(readings, case)
        timeline = build_timeline(record.observations)
        handling = readings.handling(record.key, now)
        for obligation in record.obligations:
            book = at_work.book_of(obligation)
            if only not in (None, obligation.commitment) or book is None:
                continue
            version = book.version(obligation.contract_version)
            play = Play(
                timeline=timeline,
                commitment=version.by_id[obligation.commitment],
                version=version,
                rules=replace(rules_of(configuration), book=book),
                region=obligation.region,
                handling=handling,
            )
            found.append(_played(play, now, case=record.key.ref))
    if not found:
        raise InputError(N_("'{case}' owes no '{commitment}'"), case=case, commitment=only or "?")
    return found


def invented_simulation(path: Path | None, asked: Invented) -> Simulation:
    """One of a case as it is described.

    Raises:
        InputError: the description does not hold together.
    """
    configuration, now = load_configuration(path), SystemClock().now()
    book = configuration.book
    local = zone(book.versions[-1].zone)
    received_at = read_moment(asked.received, local, now)
    closed_at = read_moment_if_any(asked.closed_at, local, now)
    providers = [provider.id for provider in book.versions[-1].providers]
    if asked.provider not in providers:
        raise InputError(
            N_("--provider: the contract has no provider '{name}'; write one of {known}"),
            name=asked.provider,
            known=", ".join(providers),
        )
    if closed_at is not None and closed_at < received_at:
        raise InputError(N_("--closed-at: is before the receipt; give a later instant"))
    question = Question(
        commitment=asked.commitment, received_at=received_at, at=received_at, place=asked.place
    )
    answer = Answerer(book).answer(question)
    play = Play(
        timeline=build_timeline(_statements(asked, answer.commitment, received_at, closed_at)),
        commitment=answer.commitment,
        version=answer.version,
        rules=rules_of(configuration),
        region=None if answer.commitment.region is None else answer.commitment.region,
    )
    return _played(play, now, case="")


def _statements(
    asked: Invented, commitment: Commitment, received_at: datetime, closed_at: datetime | None
) -> Iterator[Observation]:
    def said(status: Status, at: datetime) -> Observation:
        return Observation(
            source="",
            key=CaseKey(asked.provider, commitment.case_kind, "-"),
            raw_status=status,
            status=status,
            received_at=received_at,
            changed_at=at,
            observed_at=at,
            organization=asked.organization,
            category=commitment.category,
            place=asked.place,
            severity=asked.severity,
        )

    yield said(Status.RECEIVED, received_at)
    if closed_at is not None:
        yield said(min(commitment.stop_statuses), closed_at)


def _played(play: Play, now: datetime, *, case: str) -> Simulation:
    steps, evaluation = simulate(play, now)
    subject = Subject(
        provider=play.timeline.key.provider,
        commitment=play.commitment.id,
        organization=play.timeline.organization,
        region=play.region,
        severity=play.timeline.severity,
    )
    return Simulation(
        case=case,
        provider=play.timeline.key.provider,
        commitment=play.commitment,
        policy=play.rules.policy_for(subject).name,
        zone=zone(play.version.zone),
        now=now,
        steps=tuple(steps),
        evaluation=evaluation,
    )
