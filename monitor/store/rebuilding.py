"""Cases page by page, with what was concluded of them, to be worked out again."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Select, func, select

from monitor.alerts.interventions import Handling
from monitor.cases.records import SourceRecord
from monitor.engine.ports import Docket, Ruling
from monitor.engine.rebuild import Difference, KeptCase
from monitor.engine.sheets import OwedRow, Sheet
from monitor.store.claimed import read_dockets
from monitor.store.counts import TALLIES, Key, Tally, counted_as, move_counts
from monitor.store.database import Database
from monitor.store.handlings import read_handlings
from monitor.store.rows import as_source
from monitor.store.rulings import store_rulings
from monitor.store.sheets import insert_owed, read_sheets
from monitor.store.tables import case, obligation, source


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
        return [each for by in TALLIES for each in self._count_anew(by, mend=mend)]

    def _count_anew(self, by: Tally, *, mend: bool) -> Iterator[Difference]:
        with self._database.read() as connection:
            kept = _counts(connection, by.kept())
            rebuilt = _counts(connection, by.anew())
        wrong = {
            key: (kept.get(key, 0), rebuilt.get(key, 0))
            for key in sorted({*kept, *rebuilt})
            if kept.get(key, 0) != rebuilt.get(key, 0)
        }
        if mend and wrong:
            # Moved rather than set: replicas move them too, since these were counted.
            with self._database.write() as connection:
                by.move(connection, {key: after - before for key, (before, after) in wrong.items()})
        for key, (before, after) in wrong.items():
            yield Difference(
                case=None,
                subject=" ".join(map(str, key)),
                field="obligations",
                kept=before,
                rebuilt=after,
            )


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
        """The cases that wait for nothing, by id, with their flags."""
        if not ids:
            return {}
        query = select(case.c.id, case.c.is_open, case.c.fault_kind).where(
            case.c.id.between(ids[0], ids[-1]),
            case.c.marked_at.is_(None),
            case.c.retry_at.is_(None),
        )
        if mend:
            # What another replica has is being judged: skipped, as waiting would be in vain.
            query = query.with_for_update(skip_locked=True)
        found = self._connection.execute(query.order_by(case.c.id)).all()
        settled = {row.id: row for row in found}
        for id_ in self._connection.scalars(self._judged_otherwise(ids)):
            settled.pop(id_, None)
        return settled

    def _judged_otherwise(self, ids: Sequence[int]) -> Select[Any]:
        """Cases judged while their source stood otherwise than it does now."""
        silent = [name for name, is_silent in self._silent.items() if is_silent]
        return select(obligation.c.case_id).where(
            obligation.c.case_id.between(ids[0], ids[-1]),
            obligation.c.is_open,
            obligation.c.silent != obligation.c.source.in_(silent),
        )

    @cached_property
    def sheets(self) -> Sequence[Sheet]:
        """Those that wait for nothing, in their rows."""
        return read_sheets(self._connection, list(self._settled))

    def cases(self, case_ids: Collection[int]) -> Sequence[KeptCase]:
        """Some of them whole."""
        ids = list(case_ids)
        query = select(obligation.c.case_id).where(
            obligation.c.case_id.in_(ids), obligation.c.silent
        )
        in_silence = set(self._connection.scalars(query))
        dockets = list(read_dockets(self._connection, ids))
        earliest = min((_judged_at(each) for each in dockets), default=_LONG_AGO)
        handlings = read_handlings(self._connection, ids, earliest)
        return [
            KeptCase(
                docket=replace(
                    docket, handling=_known_by(handlings[docket.case_id], _judged_at(docket))
                ),
                is_open=self._settled[docket.case_id].is_open,
                fault_kind=self._settled[docket.case_id].fault_kind,
                silent=docket.case_id in in_silence,
            )
            for docket in dockets
        ]

    def begin(self, owed: Mapping[int, Sequence[OwedRow]], *, now: datetime) -> None:
        """Store what is owed on cases of which nothing is kept; and count it."""
        insert_owed(self._connection, owed, now)
        counted = Counter(
            counted_as(
                row.provider,
                row.commitment,
                row.verdict,
                region=row.region,
                organization=row.organization,
                due_at=row.due_at,
            )
            for rows in owed.values()
            for row in rows
        )
        move_counts(self._connection, counted)

    def save(self, rulings: Sequence[Ruling], *, now: datetime) -> None:
        """Store these in place of what is kept of their cases, and move the counts along."""
        silent = frozenset(name for name, is_silent in self._silent.items() if is_silent)
        store_rulings(self._connection, rulings, silent=silent, now=now)


_LONG_AGO = datetime(1970, 2, 1, tzinfo=UTC)


def _judged_at(docket: Docket) -> datetime:
    """When it was last judged; one that never was, long ago."""
    owed = docket.owed.values()
    return max((each.obligation.evaluated_at for each in owed), default=_LONG_AGO)


def _known_by(handling: Handling, at: datetime) -> Handling:
    """What operators had done about a case by then; all of it, where it was never judged."""
    if at == _LONG_AGO:
        return handling
    return Handling(
        acknowledgements=[each for each in handling.acknowledgements if each.at <= at],
        holds=[each for each in handling.holds if each.at <= at],
        silencings=[each for each in handling.silencings if each.at <= at],
    )


def _counts(connection: Connection, query: Select[Any]) -> dict[Key, int]:
    return {tuple(row[:-1]): row[-1] for row in connection.execute(query)}
