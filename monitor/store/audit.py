"""The audit log: each line holds the hash of the one before, so that a change shows."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from monitor.alerts.interventions import Act, AuditEntry, Via, audit_digest
from monitor.locale.marking import N_, Said
from monitor.store.database import Database
from monitor.store.tables import audit

FIRST = "0" * 64
"""What the first line holds in place of a hash."""

_LOCK = 0x76617564  # any number all replicas share


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Whether the log is whole."""

    entries: int
    head: str
    """The last line's hash: noted elsewhere, it shows later whether lines were cut off the end."""
    wrong: str | None
    """What is wrong with the first line that is; None: nothing is."""


class AuditLog:
    """What operators did, to be read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, limit: int | None = None, *, before: int | None = None) -> list[AuditEntry]:
        """The latest first; with `before`, those that came before the line of this number."""
        query = select(audit).order_by(audit.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.number < before)
        with self._database.read() as connection:
            return [_as_entry(row) for row in connection.execute(query)]

    def latest(self) -> int:
        """The number of the last line; 0: there is none."""
        with self._database.read() as connection:
            return connection.scalar(select(func.max(audit.c.number))) or 0

    def after(self, number: int) -> list[AuditEntry]:
        """The lines that have come since that one, in order."""
        query = select(audit).where(audit.c.number > number).order_by(audit.c.number)
        with self._database.read() as connection:
            return [_as_entry(row) for row in connection.execute(query)]

    def head_at(self, at: datetime) -> str:
        """The hash of the last line added by an instant; of none, what the first line holds."""
        query = select(audit.c.digest).where(audit.c.at <= at).order_by(audit.c.number.desc())
        with self._database.read() as connection:
            return connection.scalar(query.limit(1)) or FIRST

    def verify(self, head: str | None = None) -> Verification:
        """Compute every hash anew; with `head`, that of a line that must still be there."""
        previous, count, seen = FIRST, 0, head is None
        with self._database.read() as connection:
            for row in _in_order(connection):
                count += 1
                wrong = _wrong(row, count, previous)
                if wrong is not None:
                    return Verification(entries=count, head=previous, wrong=wrong)
                previous = row.digest
                seen = seen or previous == head
        missing = None
        if not seen:
            missing = Said(
                N_("no line has the hash {head}: lines were taken away"), head=head or ""
            )
        return Verification(entries=count, head=previous, wrong=missing)


def _as_entry(row: Any) -> AuditEntry:
    return AuditEntry(
        number=row.number,
        at=row.at,
        who=row.who,
        how=Via(row.how),
        what=row.what,
        details=json.loads(row.details),
        digest=row.digest,
    )


def _in_order(connection: Connection) -> Iterator[Any]:
    yield from connection.execute(select(audit).order_by(audit.c.number))


def _wrong(row: Any, number: int, previous: str) -> str | None:
    if row.number != number:
        return Said(N_("line {number} is missing"), number=str(number))
    if row.previous != previous:
        return Said(N_("line {number} does not follow the one before"), number=str(number))
    if row.digest != audit_digest(row.number, row.previous, _statement(row)):
        return Said(N_("line {number} was changed"), number=str(number))
    return None


def append(
    connection: Connection, act: Act, what: str, details: Mapping[str, Any], at: datetime
) -> None:
    """Add a line, in the transaction that does what it tells of."""
    if connection.dialect.name != "sqlite":
        # One after another, or two would follow the same line.
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
    last = connection.execute(
        select(audit.c.number, audit.c.digest).order_by(audit.c.number.desc()).limit(1)
    ).first()
    number, previous = (1, FIRST) if last is None else (last.number + 1, last.digest)
    row = {
        "number": number,
        "at": at,
        "who": act.by,
        "how": act.via,
        "what": what,
        "details": json.dumps({"why": act.why, **details}, ensure_ascii=False, sort_keys=True),
        "previous": previous,
    }
    digest = audit_digest(number, previous, _line(row["at"], act.by, act.via, what, row["details"]))
    connection.execute(insert(audit), [{**row, "digest": digest}])


def _statement(row: Any) -> str:
    return _line(row.at, row.who, row.how, row.what, row.details)


def _line(at: Any, *parts: Any) -> str:
    return "\x1f".join((at.astimezone(UTC).isoformat(), *map(str, parts)))
