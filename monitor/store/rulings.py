"""What a tick decided, as rows: obligations, steps, outbox and counts together."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Update, bindparam, update

from monitor.alerts.interventions import Mute
from monitor.cases.obligation import Obligation
from monitor.engine.instants import micros
from monitor.engine.ports import Escalation, Judged, Ruling
from monitor.store.counts import Counted, counted_as, move_counts
from monitor.store.insertion import execute_many, insert_new, insertion_of
from monitor.store.letters import Origin, letter_row
from monitor.store.tables import case, escalation, notification, obligation, standing


def store_rulings(
    connection: Connection, rulings: Sequence[Ruling], *, silent: frozenset[str], now: datetime
) -> None:
    """Store them; the caller holds their cases and the transaction. `silent`: the stale sources."""
    judged = [(ruling, each) for ruling in rulings for each in ruling.judged]
    ids = _store_obligations(connection, judged)
    _record_standing(connection, zip(ids, judged, strict=True), now)
    escalated = [
        (id_, each, escalated)
        for id_, (_, each) in zip(ids, judged, strict=True)
        for escalated in each.escalations
    ]
    _store_escalations(connection, escalated, now)
    _count(connection, judged)
    _freeze(connection, [ruling for ruling in rulings if ruling.retry_at is not None], silent)
    _release_cases(connection, rulings)


def _store_obligations(
    connection: Connection, judged: Sequence[tuple[Ruling, Judged]]
) -> Sequence[int]:
    """The ids, in the order given."""
    known = [(each.obligation.id, _obligation_row(each)) for _, each in judged]
    fresh = [
        {**row, "case_id": ruling.docket.case_id}
        for (ruling, _), (id_, row) in zip(judged, known, strict=True)
        if not id_
    ]
    new_ids = iter(insert_new(connection, obligation, fresh))
    changed = [{**row, "id_": id_} for id_, row in known if id_]
    if changed:
        names = tuple(name for name in changed[0] if name != "id_")
        execute_many(connection, _change_of_obligations(names), changed)
    return [id_ or next(new_ids) for id_, _ in known]


@cache
def _change_of_obligations(names: tuple[str, ...]) -> Update:
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return update(obligation).where(obligation.c.id == bindparam("id_")).values(values)


def _record_standing(
    connection: Connection, judged: Iterable[tuple[int, tuple[Ruling, Judged]]], now: datetime
) -> None:
    """Add a row for each obligation that stands otherwise than it did."""
    rows = []
    for id_, (ruling, each) in judged:
        before = ruling.docket.owed.get(each.obligation.commitment)
        if before is None or _held(before.obligation) != _held(each.obligation):
            row = _obligation_row(each)
            kept = {name: row[name] for name in _KEPT}
            rows.append({"obligation_id": id_, "judged_at": now, **kept})
    execute_many(connection, insertion_of(standing), rows)


_KEPT = [
    column.name for column in standing.c if column.name not in ("id", "obligation_id", "judged_at")
]


def _held(owed: Obligation) -> tuple[Any, ...]:
    """What a row of `standing` stands for as long as it is the last; time used follows from it."""
    found = owed.evaluation
    return (
        found.verdict,
        found.reason,
        found.starts_at,
        found.due_at,
        found.stopped_at,
        found.episode,
        owed.received_at,
        owed.contract_version,
        owed.calendar,
        owed.amount_seconds,
        owed.region,
        owed.region_provisional,
    )


def _store_escalations(
    connection: Connection, escalated: Sequence[tuple[int, Judged, Escalation]], now: datetime
) -> None:
    ids = insert_new(
        connection,
        escalation,
        [
            {
                "obligation_id": obligation_id,
                "step": each.firing.step,
                "episode": each.firing.episode,
                "stood_at": each.firing.at,
                "fired_at": now,
                "reason": each.firing.reason,
                "unconfirmed": each.firing.unconfirmed,
                "because": _because(each.firing.because),
                "verdict": found.verdict,
                "verdict_reason": found.reason,
                "due_at": found.due_at,
                "stopped_at": found.stopped_at,
                "reopened": found.episode,
            }
            for obligation_id, found, each in [
                (id_, judged.obligation.evaluation, each) for id_, judged, each in escalated
            ]
        ],
    )
    rows = [
        letter_row(sent, Origin(escalation_id))
        for escalation_id, (_, _, each) in zip(ids, escalated, strict=True)
        for sent in each.notifications
    ]
    execute_many(connection, insertion_of(notification), rows)


def _because(mute: Mute | None) -> dict[str, Any] | None:
    if mute is None:
        return None
    return {"kind": mute.kind, "id": mute.id, "by": mute.by, "why": mute.why}


def _obligation_row(judged: Judged) -> dict[str, Any]:
    owed = judged.obligation
    found = owed.evaluation
    return {
        "provider": owed.key.provider,
        "source": owed.source,
        "organization": owed.organization,
        "place": owed.place,
        "severity": owed.severity,
        "commitment": owed.commitment,
        "contract_version": owed.contract_version,
        "calendar": owed.calendar,
        "unit": owed.unit,
        "amount_seconds": owed.amount_seconds,
        "region": owed.region,
        "region_provisional": owed.region_provisional,
        "received_at": owed.received_at,
        "starts_at": found.starts_at,
        "due_at": found.due_at,
        "elapsed_seconds": found.elapsed_seconds,
        "remaining_seconds": found.remaining_seconds,
        "verdict": found.verdict,
        "reason": found.reason,
        "stopped_at": found.stopped_at,
        "episode": found.episode,
        "evaluated_at": owed.evaluated_at,
        "is_open": found.is_open,
        "silent": judged.silent,
        "next_wakeup_at": found.next_wakeup_at,
    }


def _count(connection: Connection, judged: Sequence[tuple[Ruling, Judged]]) -> None:
    changes: Counter[Counted] = Counter()
    for ruling, each in judged:
        changes[_counted_as(each.obligation)] += 1
        before = ruling.docket.owed.get(each.obligation.commitment)
        if before is not None:
            changes[_counted_as(before.obligation)] -= 1
    move_counts(connection, changes)


def _counted_as(owed: Obligation) -> Counted:
    due_at = owed.evaluation.due_at
    return counted_as(
        owed.key.provider,
        owed.commitment,
        owed.evaluation.verdict,
        region=owed.region,
        organization=owed.organization,
        due_at=None if due_at is None else micros(due_at),
    )


def _freeze(connection: Connection, faulty: Sequence[Ruling], silent: frozenset[str]) -> None:
    """What a case that cannot be judged owes keeps its verdict, and asks for nothing until then."""
    frozen = [
        {"id_": owed.obligation.id, "silent_": owed.obligation.source in silent}
        for ruling in faulty
        for owed in ruling.docket.owed.values()
    ]
    if frozen:
        statement = update(obligation).where(obligation.c.id == bindparam("id_"))
        execute_many(
            connection, statement.values(next_wakeup_at=None, silent=bindparam("silent_")), frozen
        )


def _release_cases(connection: Connection, rulings: Sequence[Ruling]) -> None:
    """Take the marks away."""
    rows: list[Mapping[str, Any]] = [
        {
            "id_": ruling.docket.case_id,
            "is_open_": ruling.is_open,
            "fault_kind_": None if ruling.fault is None else ruling.fault.kind,
            "fault_": None if ruling.fault is None else ruling.fault.message,
            "retry_at_": ruling.retry_at,
        }
        for ruling in rulings
    ]
    execute_many(connection, _RELEASE, rows)


_RELEASE = (
    update(case)
    .where(case.c.id == bindparam("id_"))
    .values(
        marked_at=None,
        is_open=bindparam("is_open_"),
        fault_kind=bindparam("fault_kind_"),
        fault=bindparam("fault_"),
        retry_at=bindparam("retry_at_"),
    )
)
