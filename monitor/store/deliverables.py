"""Deliverables as cases: opened by the calendar, stated by people, listed by their periods."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, literal_column, select, update

from monitor.cases.arrivals import OWN_SOURCE
from monitor.cases.deliverables import restated
from monitor.cases.obligation import Obligation
from monitor.cases.observation import CaseKey, Observation
from monitor.cases.records import DeliverableRecord
from monitor.contract.model import CaseKind, Status
from monitor.store.database import Database
from monitor.store.insertion import chunks
from monitor.store.intake import add, case_ids
from monitor.store.payloads import records_of
from monitor.store.rows import (
    as_obligation,
    as_observation,
    select_obligations,
    select_observations,
)
from monitor.store.tables import case, obligation, observation

Decide = Callable[[Sequence[Observation]], Sequence[Observation]]
"""From all that was stated of a case to what is to be stated now."""


class Deliverables:
    """The cases of kind `deliverable`. Their source has no row of its own: nothing polls it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, openings: Sequence[Observation], *, at: datetime) -> Sequence[CaseKey]:
        """Store the openings of cases that have none, or had another; all of it or nothing."""
        with self._database.write() as connection:
            ids = case_ids(connection, (o.key for o in openings))
            before = _own_statements(connection, {id_: key for key, id_ in ids.items()})
            stated = [restated(each, before[each.key]) for each in openings]
            fresh = [each for each in stated if each is not None]
            add(connection, fresh, at, known=ids)
            _correct(connection, [each for each in fresh if each.previous_id is not None])
        return [each.key for each in fresh]

    def state(self, key: CaseKey, decide: Decide, *, at: datetime) -> Sequence[Observation]:
        """State what `decide` makes of all that was stated of the case; what was added.

        Nobody else states anything of it in between. A case that is not there gains nothing.
        """
        with self._database.write() as connection:
            query = select(case.c.id).where(
                case.c.provider == key.provider, case.c.kind == key.kind, case.c.ref == key.ref
            )
            case_id = connection.scalar(query.with_for_update())
            if case_id is None:
                return []
            statements = _statements(connection, {case_id: key})[key]
            fresh = decide(statements)
            add(connection, fresh, at, known={key: case_id})
        return fresh

    def listed(
        self,
        *,
        limit: int,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Sequence[DeliverableRecord]:
        """Those received in `[since, until]`, the latest first."""
        query = _deliverables()
        if since is not None:
            query = query.where(case.c.received_at >= since)
        if until is not None:
            query = query.where(case.c.received_at <= until)
        query = query.order_by(case.c.received_at.desc(), case.c.id.desc()).limit(limit)
        return self._records(query)

    def find(self, ref: str) -> Sequence[DeliverableRecord]:
        """Those of a reference: one for each provider that has it."""
        return self._records(_deliverables().where(case.c.ref == ref))

    def _records(self, query: Select[Any]) -> Sequence[DeliverableRecord]:
        with self._database.read() as connection:
            rows = list(connection.execute(query))
            owed = _owed(connection, [row.id for row in rows])
            notes = _notes(connection, {row.id: row.last_observation_id for row in rows})
        return [
            DeliverableRecord(
                key=CaseKey(row.provider, CaseKind(row.kind), row.ref),
                organization=row.organization,
                category=row.category,
                received_at=row.received_at,
                status=None if row.status is None else Status(row.status),
                changed_at=row.changed_at,
                fault=row.fault,
                note=notes.get(row.last_observation_id),
                obligations=owed[row.id],
            )
            for row in rows
        ]


def _deliverables() -> Select[Any]:
    # As the index over them has it, or the index would not be used.
    return select(case).where(case.c.kind == literal_column(f"'{CaseKind.DELIVERABLE.value}'"))


def _owed(connection: Connection, ids: Collection[int]) -> Mapping[int, list[Obligation]]:
    owed: dict[int, list[Obligation]] = defaultdict(list)
    for chunk in chunks(ids):
        query = select_obligations().where(obligation.c.case_id.in_(chunk))
        for row in connection.execute(query.order_by(obligation.c.id)):
            owed[row.case_id].append(as_obligation(row))
    return owed


def _notes(connection: Connection, last: Mapping[int, str]) -> Mapping[str, str | None]:
    """What those who made these statements, each the last on its case, by hand noted."""
    notes: dict[str, str | None] = {}
    for chunk in chunks(last):
        query = select(observation.c.id, observation.c.case_id, observation.c.observed_at).where(
            observation.c.case_id.in_(chunk), observation.c.source == OWN_SOURCE
        )
        stated = [row for row in connection.execute(query) if row.id == last[row.case_id]]
        records = records_of(connection, stated)
        notes.update((id_, record.get("note")) for id_, record in records.items())
    return notes


def _own_statements(
    connection: Connection, keys: Mapping[int, CaseKey]
) -> Mapping[CaseKey, list[Observation]]:
    stated: dict[CaseKey, list[Observation]] = defaultdict(list)
    for key, observations in _statements(connection, keys).items():
        stated[key] = [each for each in observations if each.source == OWN_SOURCE]
    return stated


def _statements(
    connection: Connection, keys: Mapping[int, CaseKey]
) -> Mapping[CaseKey, list[Observation]]:
    """All that was stated of these cases, in the order things happened."""
    stated: dict[CaseKey, list[Observation]] = defaultdict(list)
    for chunk in chunks(keys):
        query = select_observations().where(observation.c.case_id.in_(chunk))
        for row in connection.execute(query):
            key = keys[row.case_id]
            stated[key].append(as_observation(row, key))
    return stated


def _correct(connection: Connection, corrections: Sequence[Observation]) -> None:
    """What a case is, where a correction of it is older than the last thing that happened."""
    for each in corrections:
        connection.execute(
            update(case)
            .where(
                case.c.provider == each.key.provider,
                case.c.kind == each.key.kind,
                case.c.ref == each.key.ref,
            )
            .values(
                received_at=each.received_at,
                category=each.category,
                organization=each.organization,
            )
        )
