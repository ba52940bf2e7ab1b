"""The store as a tick sees it: cases to judge, claimed; rulings on them, stored whole."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select, update

from monitor.cases.records import SourceRecord
from monitor.engine.ports import Work
from monitor.store.claimed import ClaimedWork
from monitor.store.database import Database
from monitor.store.rows import as_source
from monitor.store.tables import applied_rules, case, obligation, source


class Obligations:
    """What is owed, for the engine. Its cost follows what is due, never what is open."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sources(self) -> Sequence[SourceRecord]:
        with self._database.read() as connection:
            rows = connection.execute(select(source).order_by(source.c.name))
            return [as_source(row) for row in rows]

    def set_stale(self, since: Mapping[str, datetime | None]) -> None:
        with self._database.write() as connection:
            for name, silent_since in sorted(since.items()):
                statement = update(source).where(source.c.name == name)
                connection.execute(statement.values(stale_since=silent_since))

    @contextmanager
    def claim(self, *, now: datetime, stale: Mapping[str, bool], limit: int) -> Iterator[Work]:
        """Cases that wait to be judged, the caller's alone until the end of the block."""
        with self._database.write() as connection:
            waiting: dict[int, None] = {}
            more = False
            for query in _waiting(now, stale):
                found = _lock(connection, query, limit)
                more = more or len(found) == limit
                waiting.update(dict.fromkeys(found))
            silent = frozenset(name for name, is_stale in stale.items() if is_stale)
            yield ClaimedWork(connection, list(waiting), silent, more=more, now=now)

    def rules_at_work(self) -> str | None:
        """The digest of the rules that a daemon put to work last; None: none ever did."""
        query = select(applied_rules.c.digest).order_by(applied_rules.c.id.desc()).limit(1)
        with self._database.read() as connection:
            return connection.scalar(query)

    def next_due_at(self) -> datetime | None:
        with self._database.read() as connection:
            instants = [
                connection.scalar(select(func.min(column)).where(column.is_not(None)))
                for column in (obligation.c.next_wakeup_at, case.c.retry_at)
            ]
        return min((at for at in instants if at is not None), default=None)

    def retry_faulty(self) -> int:
        """Let cases that could not be judged, or were owed nothing, be judged at the next tick.

        For a start, and after the contract or the program has changed; returns how many.
        """
        with self._database.write() as connection:
            statement = update(case).where(case.c.fault_kind.is_not(None))
            return connection.execute(statement.values(marked_at=case.c.last_seen_at)).rowcount


def _waiting(now: datetime, stale: Mapping[str, bool]) -> Iterator[Select[Any]]:
    """The cases to judge, each sort by an index; the most urgent sort first."""
    of_obligation = select(case.c.id).join(obligation, obligation.c.case_id == case.c.id)
    yield of_obligation.where(obligation.c.next_wakeup_at <= now).order_by(
        obligation.c.next_wakeup_at
    )
    yield select(case.c.id).where(case.c.marked_at.is_not(None)).order_by(case.c.marked_at)
    yield select(case.c.id).where(case.c.retry_at <= now).order_by(case.c.retry_at)
    for name, is_stale in sorted(stale.items()):
        # Judged before the source fell silent, or before it spoke again: worked through in steps,
        # so that a million obligations of one source hold up nothing else.
        yield of_obligation.where(
            obligation.c.is_open,
            obligation.c.source == name,
            obligation.c.silent == (not is_stale),
        )


def _lock(connection: Connection, query: Select[Any], limit: int) -> list[int]:
    """Take the cases that no other replica has; SQLite has one writer at a time anyway."""
    return list(connection.scalars(query.limit(limit).with_for_update(of=case, skip_locked=True)))
