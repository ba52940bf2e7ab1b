"""Quarantine as an operator sees to it: what is there, tried anew, given up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Update, select, update

from monitor.alerts.interventions import Act
from monitor.cases.observation import CaseKey
from monitor.collectors.base import Batch, Known, PollWindow
from monitor.locale.marking import Said
from monitor.store.audit import append
from monitor.store.database import Database
from monitor.store.insertion import chunks
from monitor.store.quarantine import reason_columns, sift
from monitor.store.recording import known_of, record_batch, take_turn
from monitor.store.tables import quarantine


class KeptState(StrEnum):
    OPEN = "open"
    """It cannot be read, and nobody has seen to it."""
    RESOLVED = "resolved"
    """Its source has since told the same readably, or it was read anew."""
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A record in quarantine."""

    id: int
    source: str
    ref: str | None
    reason: str
    """In English; told in another language by `monitor.locale.marking.told`."""
    payload: Any
    first_seen_at: datetime
    last_seen_at: datetime
    resolved_at: datetime | None
    discarded_by: str | None
    discarded_why: str | None

    @property
    def state(self) -> KeptState:
        if self.discarded_by is not None:
            return KeptState.DISCARDED
        return KeptState.OPEN if self.resolved_at is None else KeptState.RESOLVED


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of them; None: any."""

    state: KeptState | None = KeptState.OPEN
    source: str | None = None
    reason: str | None = None
    """What the reason contains, in English or as `told` says it, whatever its case and blanks."""
    since: datetime | None = None
    """Those that their source told of since."""
    told: Callable[[str], str] = str
    """A reason as whoever asks reads it."""

    def fits(self, kept: Kept) -> bool:
        """Whether its reason is one of those asked for: languages are not the database's."""
        if self.reason is None:
            return True
        sought = _plain(self.reason)
        return sought in _plain(kept.reason) or sought in _plain(self.told(kept.reason))


class Retried(StrEnum):
    STORED = "stored"
    """It tells something new, and has left quarantine."""
    KNOWN = "known"
    """It tells nothing new, or is outside the contract, and has left quarantine."""
    UNREADABLE = "unreadable"
    ELSEWHERE = "elsewhere"
    """It cannot be read from what was kept; the reason says what to do."""
    GONE = "gone"
    """It left quarantine meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    outcome: Retried
    reason: str | None = None


class QuarantineDesk:
    """Each act is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def records(self, wanted: Wanted, limit: int | None = None) -> Sequence[Kept]:
        """Those asked for, in the order in which they came."""
        query = select(quarantine).where(*_conditions(wanted)).order_by(quarantine.c.id)
        return self._records(query, wanted, limit)

    def latest(self, wanted: Wanted, limit: int, *, before: int | None = None) -> Sequence[Kept]:
        """Those asked for, the last to come first; with `before`, what came before that number."""
        query = select(quarantine).where(*_conditions(wanted)).order_by(quarantine.c.id.desc())
        if before is not None:
            query = query.where(quarantine.c.id < before)
        return self._records(query, wanted, limit)

    def _records(self, query: Select[Any], wanted: Wanted, limit: int | None) -> Sequence[Kept]:
        if wanted.reason is None:
            query = query.limit(limit)
        with self._database.read() as connection:
            kept = map(_kept, connection.execute(query))
            return list(islice(filter(wanted.fits, kept), limit))

    def record(self, number: int) -> Kept | None:
        with self._database.read() as connection:
            return _one(connection, number)

    def retry(
        self,
        number: int,
        read: Callable[[Kept, PollWindow], Batch | str],
        *,
        at: datetime,
        act: Act | None = None,
    ) -> Attempt:
        """Read one anew; what it states is stored as it leaves quarantine, or neither happens.

        Args:
            number: its number.
            read: what it states, or what to do instead.
            at: now: when what it says is learned.
            act: who asked for it, for the audit log; None: nobody whose name is known.
        """
        with self._database.write() as connection:
            attempt = _retried(connection, number, read, at)
            if act is not None and attempt.outcome is not Retried.GONE:
                details = {"record": number, "outcome": attempt.outcome}
                append(connection, act, "retry from quarantine", details, at)
        return attempt

    def discard(self, numbers: Sequence[int], act: Act, *, at: datetime) -> Sequence[int]:
        """Give them up, told of again or not; those that were open, with one line of the log."""
        with self._database.write() as connection:
            done: list[int] = []
            for chunk in chunks(sorted(set(numbers))):
                statement = (
                    update(quarantine)
                    .where(quarantine.c.id.in_(chunk), quarantine.c.resolved_at.is_(None))
                    .values(resolved_at=at, discarded_by=act.by, discarded_why=act.why)
                    .returning(quarantine.c.id)
                )
                done += connection.scalars(statement)
            if done:
                details = {"records": sorted(done)}
                append(connection, act, "discard from quarantine", details, at)
        return sorted(done)


def _retried(
    connection: Connection,
    number: int,
    read: Callable[[Kept, PollWindow], Batch | str],
    at: datetime,
) -> Attempt:
    kept = _one(connection, number)
    if kept is None:
        return Attempt(outcome=Retried.GONE)
    source = kept.source
    take_turn(connection, source)
    kept = _one(connection, number)
    if kept is None or kept.state is not KeptState.OPEN:
        # A push, or somebody else, was first.
        return Attempt(outcome=Retried.GONE)

    def recall(keys: Sequence[CaseKey]) -> Sequence[Known]:
        return known_of(connection, source, keys)

    batch = read(kept, PollWindow(cursor=None, until=at, recall=recall))
    if isinstance(batch, str):
        return Attempt(outcome=Retried.ELSEWHERE, reason=batch)
    _, refused = sift(batch.observations)
    if wrong := [*batch.quarantined, *refused]:
        return _still(connection, number, wrong[0].reason)
    stored = record_batch(connection, source, batch, at=at)
    connection.execute(_row(number).values(resolved_at=at))
    return Attempt(outcome=Retried.STORED if stored.fresh else Retried.KNOWN)


def _still(connection: Connection, number: int, reason: str) -> Attempt:
    connection.execute(_row(number).values(reason_columns(reason)))
    return Attempt(outcome=Retried.UNREADABLE, reason=reason)


def _row(number: int) -> Update:
    return update(quarantine).where(quarantine.c.id == number)


def _one(connection: Connection, number: int) -> Kept | None:
    query = select(quarantine).where(quarantine.c.id == number)
    row = connection.execute(query).one_or_none()
    return None if row is None else _kept(row)


def _conditions(wanted: Wanted) -> Sequence[ColumnElement[bool]]:
    discarded = quarantine.c.discarded_by.is_not(None)
    states = {
        KeptState.OPEN: quarantine.c.resolved_at.is_(None),
        KeptState.RESOLVED: quarantine.c.resolved_at.is_not(None) & ~discarded,
        KeptState.DISCARDED: discarded,
    }
    found: list[ColumnElement[bool]] = [] if wanted.state is None else [states[wanted.state]]
    if wanted.source is not None:
        found.append(quarantine.c.source == wanted.source)
    if wanted.since is not None:
        found.append(quarantine.c.last_seen_at >= wanted.since)
    return found


def _kept(row: Any) -> Kept:
    return Kept(
        id=row.id,
        source=row.source,
        ref=row.ref,
        reason=Said.load(row.reason, row.said),
        payload=row.payload,
        first_seen_at=row.first_seen_at,
        last_seen_at=row.last_seen_at,
        resolved_at=row.resolved_at,
        discarded_by=row.discarded_by,
        discarded_why=row.discarded_why,
    )


def _plain(text: str) -> str:
    """As it is typed: French sets no-break spaces and its own apostrophe."""
    return " ".join(text.replace("’", "'").split()).casefold()
