"""A case explained: the work behind each figure that is owed on it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from types import MappingProxyType
from typing import Any, Self

from monitor.alerts.interventions import Mute
from monitor.cases.arrivals import OWN_SOURCE
from monitor.cases.claim import StoredClaim
from monitor.cases.evaluate import Judgement
from monitor.cases.explain import Explanation, LedgerLine, explain
from monitor.cases.moment import Moment
from monitor.cases.obligation import Obligation, Reason
from monitor.cases.observation import Observation
from monitor.cases.records import CaseRecord, EscalationRecord, SourceRecord
from monitor.cases.timeline import Timeline, build_timeline
from monitor.clock import BusinessClock, tzdata_version, zone
from monitor.contract.book import ContractBook, NotInForceError
from monitor.contract.model import ContractVersion
from monitor.contract.regions import RegionAnswer
from monitor.engine.apply import AppliedRules
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.shown.at_work import RulesAtWork
from monitor.shown.instants import written, written_if_any
from monitor.shown.mutes import mute_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One obligation of the case, explained as of now."""

    obligation: Obligation
    version: ContractVersion
    clock: BusinessClock
    """The one it is counted on."""
    timeline: Timeline
    explanation: Explanation
    region: RegionAnswer | None
    """Where it is delivered, and how that is known; None where nothing depends on it."""
    mute: Mute | None = None
    """Why nobody is told of it now."""

    @property
    def zone(self) -> tzinfo:
        return zone(self.version.zone)

    def as_json(self) -> dict[str, Any]:
        commitment, evaluation = self.explanation.commitment, self.explanation.evaluation
        return {
            "commitment": commitment.id,
            "label": commitment.label.model_dump(),
            "clause": commitment.source.clause,
            "contract": self.version.id,
            "contract_version": self.version.version,
            "calendar": commitment.calendar,
            "start_rule": commitment.start_rule.value,
            "unit": commitment.amount.unit.value,
            "amount": commitment.amount.quantity,
            "region": self.obligation.region,
            "region_provisional": self.obligation.region_provisional,
            "region_reason": self.region and self.region.reason.model_dump(),
            "starts_at": written(evaluation.starts_at, self.zone),
            "due_at": self._written(evaluation.due_at),
            "stopped_at": self._written(evaluation.stopped_at),
            "elapsed": evaluation.elapsed_seconds,
            "remaining": evaluation.remaining_seconds,
            "verdict": evaluation.verdict.value,
            "reason": evaluation.reason.value,
            "muted": None if self.mute is None else mute_json(self.mute, self.zone),
            "segments": [self._line(line) for line in self.explanation.lines],
        }

    def _line(self, line: LedgerLine) -> dict[str, Any]:
        holiday = line.holiday
        return {
            "start": written(line.start, self.zone),
            "end": written(line.end, self.zone),
            "counted_seconds": line.counted_seconds,
            "total_seconds": line.total_seconds,
            "reason": line.reason.value,
            "holiday": holiday and {"fr": holiday.name_fr, "en": holiday.name_en},
            "status": line.status and line.status.value,
            "raw_status": line.raw_status,
            "observation": line.observation_id,
        }

    def _written(self, at: datetime | None) -> str | None:
        return None if at is None else written(at, self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A case, what is owed on it and why, as of an instant."""

    record: CaseRecord
    as_of: datetime
    zone: tzinfo
    applied: AppliedRules | None
    """The rules it rests on; None: never recorded, and those configured are taken for them."""
    entries: tuple[Entry, ...]
    moment: Moment | None = None
    """The instant of the past that was asked for."""

    @classmethod
    def of(
        cls,
        record: CaseRecord,
        source: SourceRecord | None,
        rules: RulesAtWork,
        now: datetime,
        muted: Mapping[str, Mute] = MappingProxyType({}),
    ) -> Self:
        """Explain what is stored, by the contract version it was judged by.

        `muted`, by commitment: why nobody is told of it now.

        Raises:
            InputError: that version is to be found no more.
        """
        silent = source is not None and source.stale_since is not None
        judgement = Judgement(
            now=now,
            silent_since=source.vouched_until if source is not None and silent else None,
            gone_since=record.gone_since,
        )
        return cls(
            record=record,
            as_of=now,
            zone=zone(governing(record, rules.book).zone),
            applied=rules.applied,
            entries=tuple(
                replace(entry, mute=muted.get(entry.obligation.commitment))
                for entry in _entries(record, rules, judgement)
            ),
        )

    def as_json(self) -> dict[str, Any]:
        record = self.record
        known_at = None if self.moment is None else self.moment.known_at
        return {
            "as_of": written(self.as_of, self.zone),
            "known_at": written_if_any(known_at, self.zone),
            "case": record.key.ref,
            "provider": record.key.provider,
            "kind": record.key.kind.value,
            "organization": record.organization,
            "category": record.category,
            "place": record.place,
            "received_at": written(record.received_at, self.zone),
            "status": record.status and record.status.value,
            "raw_status": record.raw_status,
            "gone_since": record.gone_since and written(record.gone_since, self.zone),
            "fault": record.fault,
            "tzdata": tzdata_version(),
            "rules": self.applied
            and {
                "digest": self.applied.digest,
                "applied_at": written(self.applied.begun_at, self.zone),
            },
            "obligations": [entry.as_json() for entry in self.entries],
            "observations": [
                {
                    "id": observation.id,
                    "status": observation.status and observation.status.value,
                    "raw_status": observation.raw_status,
                    "changed_at": written(observation.changed_at, self.zone),
                    "changed_after": observation.changed_after
                    and written(observation.changed_after, self.zone),
                    "observed_at": written(observation.observed_at, self.zone),
                    "note": note_of(observation),
                    "record_purged": observation.id in record.purged_records,
                }
                for observation in record.observations
            ],
            "escalations": [self._escalation(each) for each in record.escalations],
            "held": [self._held(each) for each in record.held],
            "notes": [
                {"at": written(each.at, self.zone), "by": each.by, "text": each.text}
                for each in record.notes
            ],
            "claims": [self._claim(each) for each in record.claims],
        }

    def _claim(self, stored: StoredClaim) -> dict[str, Any]:
        claim = stored.claim
        return {
            "name": claim.name,
            "source": stored.source,
            "stated_at": written(stored.stated_at, self.zone),
            "breached": claim.breached,
            "due_at": written_if_any(claim.due_at, self.zone),
            "stopped_at": written_if_any(claim.stopped_at, self.zone),
            "remaining": None if claim.remaining is None else int(claim.remaining.total_seconds()),
        }

    def _held(self, held: Obligation) -> dict[str, Any]:
        found = held.evaluation
        return {
            "commitment": held.commitment,
            "from": written(held.evaluated_at, self.zone),
            "verdict": found.verdict.value,
            "reason": found.reason.value,
            "due_at": written_if_any(found.due_at, self.zone),
            "stopped_at": written_if_any(found.stopped_at, self.zone),
        }

    def _escalation(self, escalation: EscalationRecord) -> dict[str, Any]:
        return {
            "commitment": escalation.commitment,
            "step": escalation.step,
            "episode": escalation.episode,
            "verdict": escalation.verdict and escalation.verdict.value,
            "stood_at": written(escalation.stood_at, self.zone),
            "fired_at": written(escalation.fired_at, self.zone),
            "reason": escalation.reason,
            "because": escalation.because,
            "notifications": [
                {"role": told.role, "channel": told.channel, "state": told.state}
                for told in escalation.notifications
            ],
        }


def note_of(observation: Observation) -> str | None:
    """What whoever stated it by hand knew it by."""
    if observation.source != OWN_SOURCE:
        return None
    note: str | None = observation.payload.get("note")
    return note


def governing(record: CaseRecord, book: ContractBook) -> ContractVersion:
    """The version in force at receipt; of a case received before them all, the first."""
    try:
        return book.in_force(record.received_at)
    except NotInForceError:
        return book.versions[0]


def _entries(record: CaseRecord, rules: RulesAtWork, judgement: Judgement) -> Iterator[Entry]:
    timeline = build_timeline(record.observations)
    for obligation in record.obligations:
        book = rules.book_of(obligation)
        if book is None:
            raise InputError(
                N_(
                    "'{commitment}' of contract version {version} is no longer configured;"
                    " list that version under contracts"
                ),
                commitment=obligation.commitment,
                version=obligation.contract_version,
            )
        yield entry_of(obligation, book, timeline, judgement)


def entry_of(
    obligation: Obligation, book: ContractBook, timeline: Timeline, judgement: Judgement
) -> Entry:
    """One obligation explained by the version that it was judged by, of a book that has it."""
    version = book.version(obligation.contract_version)
    stored = obligation.evaluation
    released = stored.reason is Reason.NO_LONGER_OWED
    clock = book.clock(version, obligation.calendar)
    explanation = explain(
        version.by_id[obligation.commitment],
        timeline,
        clock,
        # What is owed no more counts no further: its figures are those it was released with.
        replace(judgement, now=obligation.evaluated_at) if released else judgement,
    )
    if released:
        as_stored = replace(explanation.evaluation, verdict=stored.verdict, reason=stored.reason)
        explanation = replace(explanation, evaluation=as_stored)
    region = None
    if obligation.region is not None:
        region = book.region_of(version, obligation.place, obligation.received_at)
    return Entry(
        obligation=obligation,
        version=version,
        clock=clock,
        timeline=timeline,
        explanation=explanation,
        region=region,
    )
