"""What was held of each obligation at an instant, and the cases whole to judge them anew."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, null, select

from monitor.cases.obligation import Obligation
from monitor.engine.ports import Docket
from monitor.store.claimed import read_dockets
from monitor.store.database import Database
from monitor.store.rows import as_obligation
from monitor.store.tables import case, obligation, standing

PAGE = 500
"""Read from one snapshot each; none is held while the next is read."""

_HELD = [column for column in standing.c if column.name not in ("id", "obligation_id", "judged_at")]


_NOTHING = null()


class Past:
    """Reads by ascending id, page by page: as much is held in memory however much there is."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def held(self, at: datetime) -> Iterator[Obligation]:
        """What was held at `at`, by its last row of then; those not judged by then are left out.

        Whose it is, and where, are as stated last; who vouched for it then is not kept.
        """
        after = 0
        while page := self._held(at, after):
            yield from page
            after = page[-1].id

    def _held(self, at: datetime, after: int) -> Sequence[Obligation]:
        query = _as_held(at).where(obligation.c.id > after).order_by(obligation.c.id).limit(PAGE)
        with self._database.read() as connection:
            return [as_obligation(row) for row in connection.execute(query)]

    def dockets(self) -> Iterator[Docket]:
        """Every case."""
        after = 0
        while page := self._dockets(after):
            yield from page
            after = page[-1].case_id

    def _dockets(self, after: int) -> Sequence[Docket]:
        query = select(case.c.id).where(case.c.id > after).order_by(case.c.id).limit(PAGE)
        with self._database.read() as connection:
            return list(read_dockets(connection, list(connection.scalars(query))))


def history_of(connection: Connection, case_id: int) -> Iterator[Obligation]:
    """All that was ever held on a case, the oldest first; each until the next of its commitment."""
    query = (
        _all_held()
        .join(standing, standing.c.obligation_id == obligation.c.id)
        .where(obligation.c.case_id == case_id)
        .order_by(standing.c.judged_at, standing.c.id)
    )
    for row in connection.execute(query):
        yield as_obligation(row)


def _as_held(at: datetime) -> Select[Any]:
    last = (
        select(standing.c.id)
        .where(standing.c.obligation_id == obligation.c.id, standing.c.judged_at <= at)
        .order_by(standing.c.judged_at.desc(), standing.c.id.desc())
        .limit(1)
        .correlate(obligation)
        .scalar_subquery()
    )
    return _all_held().join(standing, standing.c.id == last)


def _all_held() -> Select[Any]:
    """All that `as_obligation` reads."""
    return (
        select(
            obligation.c.id,
            obligation.c.provider,
            obligation.c.source,
            obligation.c.organization,
            obligation.c.place,
            obligation.c.severity,
            obligation.c.commitment,
            *_HELD,
            standing.c.judged_at.label("evaluated_at"),
            _NOTHING.label("next_wakeup_at"),
            _NOTHING.label("confirmed_at"),
            case.c.kind,
            case.c.ref,
        )
        .select_from(obligation)
        .join(case, case.c.id == obligation.c.case_id)
    )
