"""Rows as the values they stand for."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, select

from monitor.cases.obligation import Evaluation, Obligation, Reason, Verdict
from monitor.cases.observation import CaseKey, Observation
from monitor.cases.records import CaseRecord, SourceRecord
from monitor.contract.model import CaseKind, Status, Unit
from monitor.locale.marking import Said
from monitor.store.tables import case, obligation, observation, source


def select_obligations() -> Select[Any]:
    """All that `as_obligation` reads; add conditions and an order."""
    return (
        select(
            obligation,
            case.c.kind,
            case.c.ref,
            source.c.confirmed_at,
        )
        .join(case, case.c.id == obligation.c.case_id)
        .join(source, source.c.name == obligation.c.source, isouter=True)
    )


def as_obligation(row: Any) -> Obligation:
    return Obligation(
        id=row.id,
        key=CaseKey(row.provider, CaseKind(row.kind), row.ref),
        source=row.source,
        organization=row.organization,
        place=row.place,
        region=row.region,
        region_provisional=row.region_provisional,
        commitment=row.commitment,
        contract_version=row.contract_version,
        calendar=row.calendar,
        unit=Unit(row.unit),
        amount_seconds=row.amount_seconds,
        received_at=row.received_at,
        evaluated_at=row.evaluated_at,
        evaluation=Evaluation(
            verdict=Verdict(row.verdict),
            reason=Reason(row.reason),
            starts_at=row.starts_at,
            due_at=row.due_at,
            elapsed_seconds=row.elapsed_seconds,
            remaining_seconds=row.remaining_seconds,
            stopped_at=row.stopped_at,
            episode=row.episode,
            next_wakeup_at=row.next_wakeup_at,
        ),
        confirmed_at=row.confirmed_at,
        severity=row.severity,
    )


def select_observations() -> Select[Any]:
    """All that `as_observation` reads."""
    return select(observation).order_by(observation.c.case_id, observation.c.changed_at)


def as_observation(row: Any, key: CaseKey, record: Mapping[str, Any] | None = None) -> Observation:
    """The statement; its record as received is much, and only a reader wants it."""
    return Observation(
        source=row.source,
        key=key,
        raw_status=row.raw_status,
        status=None if row.status is None else Status(row.status),
        received_at=row.received_at,
        changed_at=row.changed_at,
        observed_at=row.observed_at,
        changed_after=row.changed_after,
        previous_id=row.previous_id,
        organization=row.organization,
        category=row.category,
        place=row.place,
        severity=row.severity,
        payload=record or {},
        stored_id=row.id,
    )


def as_source(row: Any) -> SourceRecord:
    return SourceRecord(
        name=row.name,
        first_seen_at=row.first_seen_at,
        confirmed_at=row.confirmed_at,
        last_attempt_at=row.last_attempt_at,
        failures=row.failures,
        fault_kind=row.fault_kind,
        fault=None if row.fault is None else Said.load(row.fault, row.fault_said),
        not_before=row.not_before_at,
        stale_since=row.stale_since,
        observations=row.observations,
    )


def as_case(row: Any) -> CaseRecord:
    """The case alone: without its statements, and what is owed on it."""
    return CaseRecord(
        key=CaseKey(row.provider, CaseKind(row.kind), row.ref),
        source=row.source,
        organization=row.organization,
        category=row.category,
        place=row.place,
        received_at=row.received_at,
        raw_status=row.raw_status,
        status=None if row.status is None else Status(row.status),
        last_seen_at=row.last_seen_at,
        missing_since=row.missing_since,
        gone_since=row.gone_since,
        fault_kind=row.fault_kind,
        fault=row.fault,
    )
