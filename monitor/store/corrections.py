"""Operators' corrections of a source's words: kept, and heeded wherever statements are stored."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from monitor.alerts.interventions import Act
from monitor.cases.correction import Correction, fold, in_force
from monitor.cases.observation import CaseKey, Observation
from monitor.collectors.base import Batch, Reread
from monitor.contract.model import CaseKind, Status
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.store.audit import append
from monitor.store.database import Database
from monitor.store.insertion import chunks
from monitor.store.intake import count_unknown, read_anew
from monitor.store.tables import case, correction, observation, unknown_status

_WORDS = 0x776F7264  # any number all replicas share


class Corrections:
    """Each act is one transaction: the entry, its audit line, and the statements it concerns."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, source: str | None = None) -> Sequence[Correction]:
        """All that were ever made, in order: a handful a year."""
        with self._database.read() as connection:
            return _entries(connection, source)

    def standing(self) -> Sequence[Correction]:
        """Those in force, by source and word."""
        found = in_force(self.entries())
        return [found[name] for name in sorted(found)]

    def cases_of_unknown(self) -> Mapping[tuple[str, str], int]:
        """How many cases ever had each unknown word, by source and word; by their index alone."""
        words = (observation.c.source, observation.c.raw_status)
        number = func.count(observation.c.case_id.distinct())
        query = select(*words, number.label("cases")).where(observation.c.status.is_(None))
        with self._database.read() as connection:
            rows = connection.execute(query.group_by(*words))
            return {(row.source, row.raw_status): row.cases for row in rows}

    def correct(
        self, source: str, word: str, status: Status | None, act: Act, *, at: datetime
    ) -> Correction:
        """Read a word so from now on, and the statements that have it; None: take that back.

        What the mapping leads anywhere is for the caller to refuse: the store does not know it.

        Raises:
            InputError: the source never stated the word, or it is read so already.
        """
        with self._database.write() as connection:
            _take_turn(connection, source, alone=True)
            standing = in_force(_entries(connection, source)).get((source, fold(word)))
            if (None if standing is None else standing.status) is status:
                raise InputError(
                    N_("'{word}' of {source} is read so already: nothing changes"),
                    word=word,
                    source=source,
                )
            before = None if standing is None else standing.status
            raw = _spellings(connection, source, word, before)
            if not raw:
                raise InputError(
                    N_("{source} never stated the status '{word}': write it as it does"),
                    word=word,
                    source=source,
                )
            changed = _statements(connection, source, raw, before, status)
            read_anew(connection, changed, at)
            unknown = [each for each in changed if each.status is None]
            known = [each for each in changed if each.before is None]
            count_unknown(connection, unknown, known, at)
            row: dict[str, Any] = {
                "source": source,
                "word": word,
                "status": status,
                "statements": len(changed),
                "by": act.by,
                "why": act.why,
                "at": at,
            }
            id_ = connection.scalar(insert(correction).values(row).returning(correction.c.id))
            details = {
                "source": source,
                "word": word,
                "status": status,
                "statements": len(changed),
                "cases": len({each.key for each in changed}),
            }
            append(connection, act, "correct mapping", details, at)
        return _correction({**row, "id": id_})


def heeding(connection: Connection, source: str, batch: Batch) -> tuple[Batch, Collection[str]]:
    """A batch whose unknown words are read as corrected, and which those are.

    The first thing that the transaction of a batch does.
    """
    _take_turn(connection, source, alone=False)
    words = {
        name: entry.status
        for (_, name), entry in in_force(_entries(connection, source)).items()
        if entry.status is not None
    }
    if not words:
        return batch, ()
    reread = [_reread(one, words) for one in batch.reread]
    heeded = replace(
        batch,
        observations=[_observed(one, words) for one in batch.observations],
        reread=[one for one in reread if one.status != one.before],
    )
    return heeded, [raw for raw in batch.unknown_statuses if fold(raw) in words]


def _observed(one: Observation, words: Mapping[str, Status]) -> Observation:
    if one.status is not None or (status := words.get(fold(one.raw_status))) is None:
        return one
    return replace(one, status=status)


def _reread(one: Reread, words: Mapping[str, Status]) -> Reread:
    return one if one.status is not None else replace(one, status=words.get(fold(one.raw_status)))


def _take_turn(connection: Connection, source: str, *, alone: bool) -> None:
    """Nothing of a source is stored while its words are corrected: none would be left behind.

    Those that store go side by side.
    """
    if connection.dialect.name != "sqlite":
        lock = func.pg_advisory_xact_lock if alone else func.pg_advisory_xact_lock_shared
        connection.execute(select(lock(_WORDS, func.hashtext(source))))


def _spellings(
    connection: Connection, source: str, word: str, before: Status | None
) -> Sequence[str]:
    """As the source wrote a word, in all its ways."""
    if before is None:
        query = select(unknown_status.c.raw_status).where(unknown_status.c.source == source)
    else:
        # A walk over the source's statements: taking back is rare.
        query = select(observation.c.raw_status).distinct()
        query = query.where(observation.c.source == source, observation.c.status == before)
    return [raw for raw in connection.scalars(query) if fold(raw) == fold(word)]


def _statements(
    connection: Connection,
    source: str,
    raw: Collection[str],
    before: Status | None,
    status: Status | None,
) -> Sequence[Reread]:
    """Those that have the word and were read as before."""
    query = (
        select(observation.c.id, observation.c.raw_status, case.c.provider, case.c.kind, case.c.ref)
        .join(case, case.c.id == observation.c.case_id)
        .where(
            observation.c.source == source,
            # As the index over unknown words has it.
            observation.c.status.is_(None) if before is None else observation.c.status == before,
        )
        .order_by(observation.c.id)
    )
    return [
        Reread(
            id=row.id,
            source=source,
            key=CaseKey(row.provider, CaseKind(row.kind), row.ref),
            raw_status=row.raw_status,
            status=status,
            before=before,
        )
        for some in chunks(sorted(raw))
        for row in connection.execute(query.where(observation.c.raw_status.in_(some)))
    ]


def _entries(connection: Connection, source: str | None) -> Sequence[Correction]:
    query = select(correction).order_by(correction.c.id)
    if source is not None:
        query = query.where(correction.c.source == source)
    return [_correction(dict(row)) for row in connection.execute(query).mappings()]


def _correction(row: Mapping[str, Any]) -> Correction:
    status = row["status"]
    return Correction(**{**row, "status": None if status is None else Status(status)})
