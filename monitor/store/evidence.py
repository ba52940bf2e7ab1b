"""What operators' files say of cases: derogations, authorisations, facts. Only added to."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import func, select

from monitor.alerts.interventions import Act
from monitor.reports.conditions import Purchase
from monitor.store import audit
from monitor.store.database import Database
from monitor.store.insertion import insert_missing
from monitor.store.tables import evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One line of such a file."""

    ref: str
    provider: str
    """Empty: of any."""
    name: str
    """The proof's or the fact's, as the contract has it."""
    value: str
    """The number of the proof; empty for a fact."""
    stated_on: date | None


class EvidenceStore:
    """Keeps them; reports read them along with what came due."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self, statements: Iterable[Statement], act: Act, *, at: datetime, file: str, sha256: str
    ) -> int:
        """Keep what is new, all of it or nothing, with a line of the audit log; how many were new.

        The same file again adds nothing: what was noted first stays.
        """
        rows = [
            {
                "ref": each.ref,
                "provider": each.provider,
                "name": each.name,
                "value": each.value,
                "stated_on": None if each.stated_on is None else each.stated_on.isoformat(),
                "noted_at": at,
                "noted_by": act.by,
            }
            for each in statements
        ]
        number = select(func.count()).select_from(evidence)
        with self._database.write() as connection:
            before = connection.scalar(number) or 0
            insert_missing(connection, evidence, rows)
            added = (connection.scalar(number) or 0) - before
            if added:
                details = {"file": file, "sha256": sha256, "added": added}
                audit.append(connection, act, "evidence-imported", details, at)
        return added

    def purchases(
        self, names: Collection[str], known_at: datetime | None, zone: tzinfo
    ) -> list[Purchase]:
        """What was stated by then, or ever, under these names, by day and reference.

        The day is the one stated, else that of the import.
        """
        query = select(evidence).where(evidence.c.name.in_(sorted(names)))
        if known_at is not None:
            query = query.where(evidence.c.noted_at <= known_at)
        with self._database.read() as connection:
            found = [
                Purchase(
                    ref=row.ref,
                    provider=row.provider or None,
                    name=row.name,
                    on=(
                        row.noted_at.astimezone(zone).date()
                        if row.stated_on is None
                        else date.fromisoformat(row.stated_on)
                    ),
                )
                for row in connection.execute(query)
            ]
        return sorted(found, key=lambda each: (each.on, each.ref, each.provider or "", each.name))
