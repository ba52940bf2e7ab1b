"""Which scheduled reports were made, and which of them wait to be approved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update

from monitor.store.database import Database
from monitor.store.insertion import insert_missing
from monitor.store.tables import report_run


class RunState(StrEnum):
    DRAFT = "draft"
    """Made, and waits to be approved."""
    ISSUED = "issued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    name: str
    period: str
    state: RunState
    due_at: datetime
    made_at: datetime


class ReportRuns:
    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> Sequence[Run]:
        """By name and period: a few a month."""
        query = select(report_run).order_by(report_run.c.name, report_run.c.period)
        with self._database.read() as connection:
            return [
                Run(
                    name=row.name,
                    period=row.period,
                    state=RunState(row.state),
                    due_at=row.due_at,
                    made_at=row.made_at,
                )
                for row in connection.execute(query)
            ]

    def note(self, run: Run) -> None:
        """Note that one was made; where another daemon noted it first, that stands."""
        row = {
            "name": run.name,
            "period": run.period,
            "state": run.state.value,
            "due_at": run.due_at,
            "made_at": run.made_at,
        }
        with self._database.write() as connection:
            insert_missing(connection, report_run, [row])

    def approve(self, name: str, period: str) -> None:
        """A draft is issued now."""
        statement = update(report_run).where(
            report_run.c.name == name,
            report_run.c.period == period,
            report_run.c.state == RunState.DRAFT,
        )
        with self._database.write() as connection:
            connection.execute(statement.values(state=RunState.ISSUED.value))
