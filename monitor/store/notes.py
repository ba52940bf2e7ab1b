"""What operators write down of cases: added with its line of the audit log, never changed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from monitor.alerts.interventions import Act
from monitor.cases.observation import CaseKey
from monitor.cases.records import NoteRecord
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.store.audit import append
from monitor.store.database import Database
from monitor.store.tables import case, case_note


class Notes:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: CaseKey, act: Act, *, at: datetime) -> None:
        """Keep what an act says of a case.

        Raises:
            InputError: no such case.
        """
        query = select(case.c.id).where(
            case.c.provider == key.provider, case.c.kind == key.kind, case.c.ref == key.ref
        )
        with self._database.write() as connection:
            case_id = connection.scalar(query)
            if case_id is None:
                raise InputError(N_("no case has the reference '{case}'"), case=str(key))
            row = {"case_id": case_id, "text": act.why, "by": act.by, "at": at}
            connection.execute(insert(case_note), [row])
            append(connection, act, "note", {"case": str(key)}, at)


def notes_of(connection: Connection, case_id: int) -> Sequence[NoteRecord]:
    """In the order they were written."""
    query = select(case_note).where(case_note.c.case_id == case_id).order_by(case_note.c.id)
    return [NoteRecord(text=row.text, by=row.by, at=row.at) for row in connection.execute(query)]
