"""Policies played through on cases, stored or invented: what would be told, to whom and when."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from monitor.alerts.interventions import Handling
from monitor.alerts.subject import Subject
from monitor.cases.evaluate import AN_INSTANT
from monitor.cases.obligation import Evaluation
from monitor.cases.observation import CaseKey, Observation
from monitor.cases.records import CaseRecord
from monitor.cases.timeline import build_timeline
from monitor.clock import zone
from monitor.contract.model import Commitment, Status
from monitor.engine.rules import Rules
from monitor.engine.simulation import Fate, Play, Simulated, simulate
from monitor.errors import InputError
from monitor.locale import N_, Language
from monitor.locale.marking import Said
from monitor.shown.answers import Answerer, Question
from monitor.shown.at_work import RulesAtWork
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
_TO_COME = N_("to come, if nothing changes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """A case as it is described."""

    commitment: str
    received_at: datetime
    provider: str
    place: str | None = None
    organization: str | None = None
    severity: str | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """A policy played through on one commitment of a case."""

    case: str
    """Empty: an invented one."""
    provider: str
    commitment: Commitment
    policy: str | None
    zone: tzinfo
    now: datetime
    steps: tuple[Simulated, ...]
    evaluation: Evaluation

    def named_instant(self, step: Simulated) -> datetime:
        """When it is told; the breach comes an instant after the deadline, and goes by its name."""
        at, due_at = step.at, self.evaluation.due_at
        return due_at if due_at is not None and at - due_at == AN_INSTANT else at

    def why(self, step: Simulated, language: Language) -> str:
        """What becomes of a step, in words."""
        by = "" if step.because is None else step.because.by
        words = language.gettext(_FATES[step.fate]).format(by=by)
        if step.at > self.now:
            words += f" ({language.gettext(_TO_COME)})"
        return words

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


def stored_simulations(
    record: CaseRecord,
    handling: Handling,
    rules: Rules,
    at_work: RulesAtWork,
    *,
    now: datetime,
    only: str | None = None,
) -> Sequence[Simulation]:
    """One for each commitment owed on a stored case, or for the one asked for.

    Raises:
        InputError: it owes no such commitment.
    """
    timeline = build_timeline(record.observations)
    found = []
    for obligation in record.obligations:
        book = at_work.book_of(obligation)
        if only not in (None, obligation.commitment) or book is None:
            continue
        version = book.version(obligation.contract_version)
        play = Play(
            timeline=timeline,
            commitment=version.by_id[obligation.commitment],
            version=version,
            rules=replace(rules, book=book),
            region=obligation.region,
            handling=handling,
        )
        found.append(_played(play, now, case=record.key.ref))
    if not found:
        case = record.key.ref
        raise InputError(N_("'{case}' owes no '{commitment}'"), case=case, commitment=only or "?")
    return found


def invented_simulation(asked: Invented, rules: Rules, now: datetime) -> Simulation:
    """One of a case as it is described.

    Raises:
        InputError: the description does not hold together.
    """
    book = rules.book
    providers = [provider.id for provider in book.versions[-1].providers]
    if asked.provider not in providers:
        raise InputError(
            N_("the contract has no provider '{name}'; those there are: {names}"),
            name=asked.provider,
            names=", ".join(providers),
        )
    if asked.closed_at is not None and asked.closed_at < asked.received_at:
        raise InputError(Said(N_("it is closed before it is received; give a later instant")))
    question = Question(
        commitment=asked.commitment,
        received_at=asked.received_at,
        at=asked.received_at,
        place=asked.place,
    )
    answer = Answerer(book).answer(question)
    play = Play(
        timeline=build_timeline(_statements(asked, answer.commitment)),
        commitment=answer.commitment,
        version=answer.version,
        rules=rules,
        region=None if answer.commitment.region is None else answer.commitment.region,
    )
    return _played(play, now, case="")


def _statements(asked: Invented, commitment: Commitment) -> Iterator[Observation]:
    def said(status: Status, at: datetime) -> Observation:
        return Observation(
            source="",
            key=CaseKey(asked.provider, commitment.case_kind, "-"),
            raw_status=status,
            status=status,
            received_at=asked.received_at,
            changed_at=at,
            observed_at=at,
            organization=asked.organization,
            category=commitment.category,
            place=asked.place,
            severity=asked.severity,
        )

    yield said(Status.RECEIVED, asked.received_at)
    if asked.closed_at is not None:
        yield said(min(commitment.stop_statuses), asked.closed_at)


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
