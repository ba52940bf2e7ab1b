"""Obligations counted by the month their deadlines fall into."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import case as sql_case
from sqlalchemy import func, select

from monitor.cases.obligation import Verdict
from monitor.store.database import Database
from monitor.store.tables import obligation

Counted: TypeAlias = Mapping[tuple[int, str, str], Mapping[Verdict, int]]
"""By the number of the stretch, provider and commitment."""


def counted_by_due(
    database: Database, edges: Sequence[datetime], organization: str | None = None
) -> Counted:
    """Verdicts of the deadlines in `[edges[n], edges[n + 1])`; one walk over all obligations."""
    due = obligation.c.due_at
    number = sql_case(*((due < edge, at) for at, edge in enumerate(edges[1:]))).label("number")
    query = (
        select(
            number,
            obligation.c.provider,
            obligation.c.commitment,
            obligation.c.verdict,
            func.count().label("obligations"),
        )
        .where(due >= edges[0], due < edges[-1])
        .group_by(number, obligation.c.provider, obligation.c.commitment, obligation.c.verdict)
    )
    if organization is not None:
        query = query.where(obligation.c.organization == organization)
    found: dict[tuple[int, str, str], dict[Verdict, int]] = defaultdict(dict)
    with database.read() as connection:
        for row in connection.execute(query):
            key = (row.number, row.provider, row.commitment)
            found[key][Verdict(row.verdict)] = row.obligations
    return found
