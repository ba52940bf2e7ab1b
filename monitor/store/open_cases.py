"""What is known of a source's open cases, read page by page: there may be a million."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, or_, select

from monitor.cases.observation import CaseKey
from monitor.collectors.base import Known
from monitor.contract.model import CaseKind, Status
from monitor.store.tables import case

_PAGE = 5000


class OpenCases:
    """Read when somebody goes through them: sources that keep a history need none.

    No page is held while the next is read, and each is of its own moment.
    """

    def __init__(
        self, reading: Callable[[], AbstractContextManager[Connection]], name: str
    ) -> None:
        """Those of the source `name`, by the transactions that `reading` begins, one a page."""
        self._reading = reading
        self._open = select(case).where(case.c.source == name, case.c.is_open)

    def __iter__(self) -> Iterator[Known]:
        """In the order in which they came."""
        query = self._open.order_by(case.c.id)
        rows = self._page(query)
        while rows:
            yield from map(as_known, rows)
            rows = self._page(query.where(case.c.id > rows[-1].id))

    def unseen(self, by: datetime, since: datetime | None) -> Iterator[Known]:
        """As `PollWindow.unseen`, of the poll begun at `by`: what it sees is seen as of then.

        No index has the order: each page is a walk over all that are open.
        """
        last_seen = case.c.last_seen_at
        unseen = last_seen != by if since is None else last_seen < since
        query = self._open.where(unseen).order_by(last_seen, case.c.id)
        rows = self._page(query)
        while rows:
            yield from map(as_known, rows)
            at, id_ = rows[-1].last_seen_at, rows[-1].id
            later = or_(last_seen > at, and_(last_seen == at, case.c.id > id_))
            rows = self._page(query.where(later))

    def _page(self, query: Select[Any]) -> Sequence[Any]:
        with self._reading() as connection:
            return connection.execute(query.limit(_PAGE)).all()


def as_known(row: Any) -> Known:
    return Known(
        key=CaseKey(row.provider, CaseKind(row.kind), row.ref),
        last_observation_id=row.last_observation_id,
        raw_status=row.raw_status,
        received_at=row.received_at,
        confirmed_at=row.last_seen_at,
        organization=row.organization,
        category=row.category,
        place=row.place,
        severity=row.severity,
        status=None if row.status is None else Status(row.status),
    )
