"""The rules that figures rest on, and the cases that other rules may touch."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from monitor.cases.at_stake import Bound, CaseAtStake
from monitor.cases.obligation import Obligation
from monitor.contract.basis import Basis
from monitor.engine.apply import AppliedRules
from monitor.engine.ports import Docket
from monitor.engine.sheets import Sheet
from monitor.store.claimed import read_dockets
from monitor.store.columns import Instant
from monitor.store.database import Database
from monitor.store.insertion import chunks
from monitor.store.rows import as_obligation, select_obligations
from monitor.store.sheets import read_sheets
from monitor.store.tables import applied_rules, case, obligation, observation


class Rulebook:
    """Pages of cases are each read from one snapshot; no page is held while the next is read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def applied(self) -> Sequence[AppliedRules]:
        """The last rules applied to the end, then those begun since; none: never any."""
        last = select(func.max(applied_rules.c.id)).where(applied_rules.c.finished_at.is_not(None))
        query = (
            select(applied_rules)
            .where(applied_rules.c.id >= func.coalesce(last.scalar_subquery(), 0))
            .order_by(applied_rules.c.id)
        )
        with self._database.read() as connection:
            return [_as_applied(row) for row in connection.execute(query)]

    def before(self, rules_id: int) -> AppliedRules | None:
        """The rules applied before these; None: they were the first."""
        query = select(applied_rules).where(applied_rules.c.id < rules_id)
        with self._database.read() as connection:
            row = connection.execute(query.order_by(applied_rules.c.id.desc()).limit(1)).first()
        return None if row is None else _as_applied(row)

    def begin(self, basis: Basis, at: datetime) -> int:
        """Keep a basis as the one that counts from now on; its id."""
        row = {"digest": basis.digest, "basis": basis.as_json, "begun_at": at}
        with self._database.write() as connection:
            statement = insert(applied_rules).values(row).returning(applied_rules.c.id)
            rules_id: int = connection.execute(statement).scalar_one()
        return rules_id

    def finish(self, rules_id: int, at: datetime) -> None:
        """Every case that they touch is marked."""
        with self._database.write() as connection:
            statement = update(applied_rules).where(applied_rules.c.id == rules_id)
            connection.execute(statement.values(finished_at=at))

    def cases_at_stake(
        self, sieve: Sequence[Bound], *, after: int, limit: int, categories: bool
    ) -> Sequence[CaseAtStake]:
        """Cases that pass the sieve, and faulty ones, by ascending id.

        `categories`: whether theirs are read too.
        """
        with self._database.read() as connection:
            ids = list(connection.scalars(_sieved(sieve, after, limit)))
            return _cases(connection, ids, categories=categories)

    @contextmanager
    def at_stake(
        self, sieve: Sequence[Bound], *, after: int, limit: int
    ) -> Iterator["CasesAtStake"]:
        """The same cases, for a preview, until the block ends."""
        with self._database.read() as connection:
            ids = list(connection.scalars(_sieved(sieve, after, limit)))
            yield CasesAtStake(connection, ids)

    def last_case_id(self) -> int:
        """The highest of all, to tell how far along a reading is; 0: there is no case."""
        with self._database.read() as connection:
            return connection.scalar(select(func.max(case.c.id))) or 0

    def mark(self, case_ids: Collection[int], at: datetime) -> None:
        """Let these cases be judged again, in one transaction."""
        with self._database.write() as connection:
            for chunk in chunks(case_ids):
                chosen = case.c.id.in_(chunk)
                # In the order in which polls take them: each waits for the other in turn.
                order = (case.c.provider, case.c.kind, case.c.ref)
                connection.execute(
                    select(case.c.id).where(chosen).order_by(*order).with_for_update()
                )
                marked_at = func.coalesce(case.c.marked_at, literal(at, Instant))
                connection.execute(update(case).where(chosen).values(marked_at=marked_at))


class CasesAtStake:
    """Some cases by ascending id, in the transaction of `connection`."""

    def __init__(self, connection: Connection, ids: Sequence[int]) -> None:
        self._connection = connection
        self.ids = ids

    def cases(self) -> Sequence[CaseAtStake]:
        return _cases(self._connection, self.ids, categories=True)

    def sheets(self, ids: Sequence[int]) -> Sequence[Sheet]:
        """Some of them in their rows."""
        return read_sheets(self._connection, ids)

    def dockets(self, ids: Sequence[int]) -> Sequence[Docket]:
        """Some of them whole."""
        return [each for chunk in chunks(ids) for each in read_dockets(self._connection, chunk)]


def _cases(
    connection: Connection, ids: Sequence[int], *, categories: bool
) -> Sequence[CaseAtStake]:
    owed = _owed(connection, ids)
    had = _categories(connection, ids) if categories else {}
    query = select(case.c.id, case.c.received_at, case.c.fault_kind).order_by(case.c.id)
    return [
        CaseAtStake(
            id=row.id,
            received_at=row.received_at,
            categories=frozenset(had.get(row.id, ())),
            faulty=row.fault_kind is not None,
            owed=owed[row.id],
        )
        for chunk in chunks(ids)
        for row in connection.execute(query.where(case.c.id.in_(chunk)))
    ]


def _as_applied(row: Any) -> AppliedRules:
    return AppliedRules(
        id=row.id,
        digest=row.digest,
        basis=row.basis,
        begun_at=row.begun_at,
        finished=row.finished_at is not None,
    )


def _sieved(sieve: Sequence[Bound], after: int, limit: int) -> Select[Any]:
    passes = exists().where(obligation.c.case_id == case.c.id, or_(*map(_passes, sieve)))
    return (
        select(case.c.id)
        .where(case.c.id > after, or_(case.c.fault_kind.is_not(None), passes))
        .order_by(case.c.id)
        .limit(limit)
    )


def _passes(bound: Bound) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [obligation.c.received_at >= bound.received_from]
    if bound.received_until is not None:
        conditions.append(obligation.c.received_at < bound.received_until)
    if bound.commitments is not None:
        conditions.append(obligation.c.commitment.in_(bound.commitments))
    if bound.reaching is not None:
        reaches = (
            column > bound.reaching for column in (obligation.c.due_at, obligation.c.stopped_at)
        )
        conditions.append(or_(obligation.c.is_open, *reaches))
    return and_(*conditions)


def _owed(connection: Connection, case_ids: Sequence[int]) -> Mapping[int, list[Obligation]]:
    owed: dict[int, list[Obligation]] = defaultdict(list)
    for chunk in chunks(case_ids):
        query = select_obligations().where(obligation.c.case_id.in_(chunk))
        for row in connection.execute(query):
            owed[row.case_id].append(as_obligation(row))
    return owed


def _categories(connection: Connection, case_ids: Sequence[int]) -> Mapping[int, set[str]]:
    had: dict[int, set[str]] = defaultdict(set)
    for chunk in chunks(case_ids):
        columns = (observation.c.case_id, observation.c.category)
        query = select(*columns).where(observation.c.case_id.in_(chunk)).distinct()
        for case_id, category in connection.execute(query):
            if category is not None:
                had[case_id].add(category)
    return had
