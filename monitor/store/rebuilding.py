"""Cases page by page, with what was concluded of them, to be worked out again."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Select, func, select

from monitor.cases.records import SourceRecord
from monitor.engine.ports import Ruling
from monitor.engine.rebuild import Difference, KeptCase
from monitor.store.claimed import read_dockets
from monitor.store.counts import Counted, move_counts
from monitor.store.database import Database
from monitor.store.rows import as_source
from monitor.store.rulings import store_rulings
from monitor.store.tables import case, obligation, source, tally


class Rebuilding:
    """The store as `rebuild` sees it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sources(self) -> Sequence[SourceRecord]:
        with self._database.read() as connection:
            return [as_source(row) for row in connection.execute(select(source))]

    def last_case_id(self) -> int:
        """The highest of all, to tell how far along the work is; 0: there is no case."""
        with self._database.read() as connection:
            return connection.scalar(select(func.max(case.c.id))) or 0

    @contextmanager
    def page(
        self, after: int, limit: int, *, silent: Mapping[str, bool], mend: bool
    ) -> Iterator["KeptPage"]:
        """The cases that follow `after`; to be mended, they are the caller's until the block ends.

        `silent` tells which sources are so.
        """
        opened = self._database.write() if mend else self._database.read()
        with opened as connection:
            ids = list(
                connection.scalars(
                    select(case.c.id).where(case.c.id > after).order_by(case.c.id).limit(limit)
                )
            )
            yield KeptPage(connection, ids, silent, mend=mend)

    def count_anew(self, *, mend: bool) -> Sequence[Difference]:
        """The kept counts of obligations that are not those of the obligations kept."""
        with self._database.read() as connection:
            kept = _counts(connection, select(tally))
            columns = (obligation.c.provider, obligation.c.commitment, obligation.c.verdict)
            counted = select(*columns, func.count().label("obligations")).group_by(*columns)
            rebuilt = _counts(connection, counted)
        wrong = {
            name: (kept.get(name, 0), rebuilt.get(name, 0))
            for name in sorted({*kept, *rebuilt})
            if kept.get(name, 0) != rebuilt.get(name, 0)
        }
        if mend and wrong:
            # Moved rather than set: replicas move them too, since these were counted.
            with self._database.write() as connection:
                move_counts(
                    connection, {name: after - before for name, (before, after) in wrong.items()}
                )
        return [
            Difference(
                case=None, subject=" ".join(name), field="obligations", kept=before, rebuilt=after
            )
            for name, (before, after) in wrong.items()
        ]


class KeptPage:
    """Some cases in a row, in the transaction of `connection`."""

    def __init__(
        self, connection: Connection, ids: Sequence[int], silent: Mapping[str, bool], *, mend: bool
    ) -> None:
        self._connection = connection
        self._silent = silent
        self.last_id = ids[-1] if ids else None
        self._settled = self._of_settled(ids, mend=mend)
        self.waiting = len(ids) - len(self._settled)

    def _of_settled(self, ids: Sequence[int], *, mend: bool) -> dict[int, Any]:
        """The cases that wait for nothing, by id: their flags, and whether judged in silence."""
        query = select(case.c.id, case.c.is_open, case.c.fault_kind).where(
            case.c.id.in_(ids), case.c.marked_at.is_(None), case.c.retry_at.is_(None)
        )
        if mend:
            # What another replica has is being judged: skipped, as waiting would be in vain.
            query = query.with_for_update(skip_locked=True)
        settled = {row.id: row for row in self._connection.execute(query.order_by(case.c.id))}
        for id_ in self._connection.scalars(self._judged_otherwise(ids)):
            settled.pop(id_, None)
        return settled

    def _judged_otherwise(self, ids: Sequence[int]) -> Select[Any]:
        """Cases judged while their source stood otherwise than it does now."""
        silent = [name for name, is_silent in self._silent.items() if is_silent]
        return select(obligation.c.case_id).where(
            obligation.c.case_id.in_(ids),
            obligation.c.is_open,
            obligation.c.silent != obligation.c.source.in_(silent),
        )

    @cached_property
    def cases(self) -> Sequence[KeptCase]:
        query = select(obligation.c.case_id).where(
            obligation.c.case_id.in_(self._settled), obligation.c.silent
        )
        in_silence = set(self._connection.scalars(query))
        return [
            KeptCase(
                docket=docket,
                is_open=self._settled[docket.case_id].is_open,
                fault_kind=self._settled[docket.case_id].fault_kind,
                silent=docket.case_id in in_silence,
            )
            for docket in read_dockets(self._connection, list(self._settled))
        ]

    def save(self, rulings: Sequence[Ruling], *, now: datetime) -> None:
        """Store these in place of what is kept of their cases, and move the counts along."""
        silent = frozenset(name for name, is_silent in self._silent.items() if is_silent)
        store_rulings(self._connection, rulings, silent=silent, now=now)


def _counts(connection: Connection, query: Select[Any]) -> dict[Counted, int]:
    return {
        (row.provider, row.commitment, row.verdict): row.obligations
        for row in connection.execute(query)
        if row.obligations
    }
