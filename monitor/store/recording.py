"""One batch of what a source states, stored within a transaction that is the caller's."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal, select, update
from sqlalchemy import case as choose

from monitor.cases.observation import CaseKey, Observation
from monitor.collectors.base import Batch, Known, Quarantined
from monitor.contract.model import CaseKind
from monitor.store.claims import keep_claims
from monitor.store.columns import Instant
from monitor.store.corrections import heeding
from monitor.store.insertion import insert_missing
from monitor.store.intake import (
    add,
    case_ids,
    count_unknown,
    made_again,
    missed,
    read_anew,
    saw,
    stated_of,
    stored_cases,
)
from monitor.store.open_cases import as_known
from monitor.store.quarantine import keep_aside, resolve, sift
from monitor.store.tables import source

_TURN = 0x70757368  # any number all replicas share
GONE_AFTER = 3
"""Polls in a row that miss a case, after which it is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What storing a batch changed."""

    fresh: Sequence[Observation]
    """Those not stored before."""
    repeated: int
    refused: Sequence[Quarantined]
    """Observations that no database could hold."""
    quarantined: int
    """Records that were not in quarantine yet."""
    corrected: Collection[str] = ()
    """Its unknown words that an operator said the meaning of."""


def record_batch(
    connection: Connection, name: str, batch: Batch, *, at: datetime, gone_after: int = GONE_AFTER
) -> Stored:
    """Store a batch of the source `name`, learned at `at`."""
    batch, corrected = heeding(connection, name, batch)
    storable_ones, refused = sift(batch.observations)
    given = {observed.id: observed for observed in reversed(storable_ones)}
    seen_at = None if batch.as_of is None else min(batch.as_of, at)
    know(connection, name, at)
    ids = case_ids(connection, (observed.key for observed in given.values()))
    stated = stated_of(connection, ids.values())
    if again := made_again(connection, given, stated):
        given = {one.id: one for one in (again.get(id_, given[id_]) for id_ in given)}
    stored = {id_: stated[id_] for id_ in given if id_ in stated}
    fresh = [observed for id_, observed in given.items() if id_ not in stored]
    reread = [given[id_] for id_, status in stored.items() if given[id_].status != status]
    learned = [observed for observed in reread if stored[observed.id] is None]
    told_from = at if batch.history else None
    add(connection, fresh, at, known=ids, seen_at=seen_at, told_from=told_from)
    read_anew(connection, [*reread, *batch.reread], at)
    learned_too = [one for one in batch.reread if one.before is None]
    count_unknown(connection, fresh, [*learned, *learned_too], at)
    seen = [*batch.confirmed, *(given[id_].key for id_ in stored)]
    saw(connection, seen, at, seen_at=seen_at)
    keep_claims(connection, name, batch.claims, at)
    counted = _unless_silent(connection, name, gone_after)
    missed(connection, batch.missing, seen_at or at, gone_after=counted)
    resolve(connection, name, _readable(batch, given.values()), at)
    quarantined = keep_aside(connection, name, [*batch.quarantined, *refused], at)
    _advance(connection, name, batch, len(fresh), at=at, seen_at=seen_at)
    return Stored(
        fresh=fresh,
        repeated=len(storable_ones) - len(fresh),
        refused=refused,
        quarantined=quarantined,
        corrected=corrected,
    )


def take_turn(connection: Connection, name: str) -> None:
    """One after another, for what is not polled under a lease; the first lock of a transaction.

    Not the source's row: polls lock that last, after their cases, and would wait in a circle.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(select(func.pg_advisory_xact_lock(_TURN, func.hashtext(name))))


def known_of(connection: Connection, name: str, keys: Sequence[CaseKey]) -> Sequence[Known]:
    """What is stored of these cases of a source, open or closed; others are left out."""
    # A deliverable is opened by the calendar; any source may tell that it came.
    return [
        as_known(row)
        for key, row in stored_cases(connection, keys)
        if row.source == name or key.kind is CaseKind.DELIVERABLE
    ]


def _unless_silent(connection: Connection, name: str, gone_after: int) -> int | None:
    """None while the source is silent: what it does not have, it may only fail to show."""
    silent = select(source.c.stale_since).where(source.c.name == name)
    return None if connection.scalar(silent) is not None else gone_after


def _readable(batch: Batch, observed: Iterable[Observation]) -> set[str]:
    """References of what this batch read well, or knows to pass over: no question remains."""
    return {
        *(one.key.ref for one in observed),
        *(key.ref for key in batch.confirmed),
        *batch.outside_contract,
        *batch.answered,
    }


def know(connection: Connection, name: str, at: datetime) -> None:
    row = {
        "name": name,
        "first_seen_at": at,
        "failures": 0,
        "observations": 0,
    }
    insert_missing(connection, source, [row])


def _advance(
    connection: Connection,
    name: str,
    batch: Batch,
    added: int,
    *,
    at: datetime,
    seen_at: datetime | None,
) -> None:
    """Move the source on: what it gave counts, and a whole walk vouches for what it saw."""
    values: dict[str, Any] = {
        "last_attempt_at": at,
        "observations": source.c.observations + added,
    }
    if batch.cursor is not None:
        values["cursor"] = dict(batch.cursor)
    if batch.checkpoint is not None:
        values["checkpoint"] = dict(batch.checkpoint)
    if batch.complete:
        values |= {
            "checkpoint": None,
            "failures": 0,
            "fault_kind": None,
            "fault": None,
            "fault_said": None,
            "not_before_at": None,
        }
    if batch.complete and batch.vouches:
        values["confirmed_at"] = at if seen_at is None else _no_earlier(seen_at, at)
    connection.execute(update(source).where(source.c.name == name).values(values))


def _no_earlier(seen_at: datetime, at: datetime) -> ColumnElement[Any]:
    """An export read late takes nothing back; but what lies ahead of a clock set back is void."""
    before = source.c.confirmed_at
    stands = (before > literal(seen_at, Instant)) & (before <= literal(at, Instant))
    return choose((stands, before), else_=literal(seen_at, Instant))
