"""What came due in a period, as it was held at an instant: read along the index of deadlines."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    false,
    func,
    or_,
    select,
)

from monitor.cases.obligation import Reason, Verdict
from monitor.engine.ports import Docket
from monitor.reports.entry import Entry, Outcome, outcome_of
from monitor.reports.figures import CellKey
from monitor.reports.scope import EVERYTHING, Scope
from monitor.store.claimed import read_dockets
from monitor.store.database import Database
from monitor.store.tables import case, evidence, hold, obligation, standing

_AT_ONCE = 2000
"""Rows fetched at a time: memory stays flat however many come due."""
_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """Due after `start` and by `end`, as was held at `known_at`."""

    start: datetime
    end: datetime
    known_at: datetime
    scope: Scope = EVERYTHING
    outside: frozenset[str] = frozenset()
    """The facts that set a case apart: hors conditions."""
    changed: tuple[datetime, datetime] | None = None
    """Only of what something else was held after the first instant and by the second."""


class Deadlines:
    """Reads of one snapshot each. Every row is the last that was held of its obligation by then."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def entries(self, within: Within) -> Iterator[Entry]:
        """One by one, by deadline and then by case; the same rows in the same order each time."""
        later = standing.alias()
        query = (
            select(
                obligation.c.provider,
                case.c.kind,
                case.c.ref,
                obligation.c.commitment,
                standing.c.region,
                standing.c.region_provisional,
                case.c.organization,
                standing.c.contract_version,
                standing.c.calendar,
                standing.c.unit,
                standing.c.amount_seconds,
                standing.c.received_at,
                standing.c.due_at,
                standing.c.verdict,
                standing.c.reason,
                standing.c.stopped_at,
                standing.c.elapsed_seconds,
                standing.c.episode,
                _held(within.known_at),
                _states(within.outside, within.known_at),
            )
            .select_from(standing)
            .join(obligation, obligation.c.id == standing.c.obligation_id)
            .join(case, case.c.id == obligation.c.case_id)
            .where(*_within(within), ~_superseded(later, within.known_at))
            .order_by(standing.c.due_at, standing.c.obligation_id)
        )
        with self._database.read() as connection:
            for row in _streamed(connection, query):
                yield Entry._make(
                    (
                        *row[:13],
                        Verdict(row[13]),
                        Reason(row[14]),
                        *row[15:18],
                        bool(row[18]),
                        bool(row[19]),
                    )
                )

    def counts(self, within: Within) -> Iterator[tuple[CellKey, Outcome, int]]:
        """How many came due, by cell and outcome, counted by the database."""
        later = standing.alias()
        held = _held(within.known_at).label("held")
        outside = _states(within.outside, within.known_at).label("outside")
        groups = (
            obligation.c.provider,
            obligation.c.commitment,
            standing.c.region,
            case.c.organization,
            standing.c.verdict,
            held,
            outside,
        )
        query = (
            select(*groups, func.count())
            .select_from(standing)
            .join(obligation, obligation.c.id == standing.c.obligation_id)
            .join(case, case.c.id == obligation.c.case_id)
            .where(*_within(within), ~_superseded(later, within.known_at))
            .group_by(*groups)
        )
        with self._database.read() as connection:
            for row in connection.execute(query):
                outcome = outcome_of(Verdict(row[4]), held=bool(row[5]), outside=bool(row[6]))
                yield CellKey._make(row[:4]), outcome, row[7]

    def evidence(self, within: Within) -> dict[tuple[str, str], set[str]]:
        """What operators' files say of the cases on which something came due, by provider and ref.

        Only of these, so that it is as much as the period has.
        """
        query = (
            select(case.c.provider, case.c.ref, evidence.c.name)
            .select_from(standing)
            .join(obligation, obligation.c.id == standing.c.obligation_id)
            .join(case, case.c.id == obligation.c.case_id)
            .join(evidence, _about_the_case(within.known_at))
            .where(*_within(within))
            .distinct()
        )
        found: dict[tuple[str, str], set[str]] = {}
        with self._database.read() as connection:
            for provider, ref, name in _streamed(connection, query):
                found.setdefault((provider, ref), set()).add(name)
        return found

    def case_ids(self, within: Within) -> list[int]:
        """The cases on which something came due, by ascending id."""
        later = standing.alias()
        query = (
            select(obligation.c.case_id)
            .select_from(standing)
            .join(obligation, obligation.c.id == standing.c.obligation_id)
            .join(case, case.c.id == obligation.c.case_id)
            .where(*_within(within), ~_superseded(later, within.known_at))
            .distinct()
        )
        with self._database.read() as connection:
            return sorted(connection.scalars(query))

    def dockets(self, within: Within, only: Collection[int] | None = None) -> Iterator[Docket]:
        """The same, whole: with all that was ever stated of each; of some of them, with `only`."""
        ids = self.case_ids(within) if only is None else sorted(only)
        for start in range(0, len(ids), _PAGE):
            with self._database.read() as connection:
                dockets = list(read_dockets(connection, ids[start : start + _PAGE]))
            yield from dockets


def _within(within: Within) -> list[ColumnElement[bool]]:
    conditions = [
        standing.c.due_at > within.start,
        standing.c.due_at <= within.end,
        standing.c.judged_at <= within.known_at,
    ]
    if within.scope.provider is not None:
        conditions.append(obligation.c.provider == within.scope.provider)
    if within.scope.organization is not None:
        conditions.append(case.c.organization == within.scope.organization)
    if within.changed is not None:
        conditions.append(_changed(within.outside, *within.changed))
    return conditions


def _changed(facts: frozenset[str], after: datetime, by: datetime) -> ColumnElement[bool]:
    """Whether another verdict, a hold, or one of these facts came between two instants."""
    other = standing.alias()
    judged = exists().where(
        other.c.obligation_id == standing.c.obligation_id,
        other.c.judged_at > after,
        other.c.judged_at <= by,
    )
    handled = exists().where(
        hold.c.case_id == obligation.c.case_id, hold.c.at > after, hold.c.at <= by
    )
    stated = exists().where(
        _about_the_case(by), evidence.c.noted_at > after, evidence.c.name.in_(sorted(facts))
    )
    return or_(judged, handled, stated)


def _superseded(later: Any, known_at: datetime) -> ColumnElement[bool]:
    """Whether something else was held since, by then."""
    return exists().where(
        later.c.obligation_id == standing.c.obligation_id,
        later.c.judged_at <= known_at,
        or_(
            later.c.judged_at > standing.c.judged_at,
            and_(later.c.judged_at == standing.c.judged_at, later.c.id > standing.c.id),
        ),
    )


def _about_the_case(known_at: datetime) -> ColumnElement[bool]:
    return and_(
        evidence.c.ref == case.c.ref,
        evidence.c.provider.in_(("", case.c.provider)),
        evidence.c.noted_at <= known_at,
    )


def _states(facts: frozenset[str], known_at: datetime) -> ColumnElement[bool]:
    """Whether one of these facts is stated of the case."""
    return exists().where(_about_the_case(known_at), evidence.c.name.in_(sorted(facts)))


def _held(at: datetime) -> ColumnElement[bool]:
    """Whether the case was set apart then: its last hold has not been released."""
    last = (
        select(hold.c.begins)
        .where(hold.c.case_id == obligation.c.case_id, hold.c.at <= at)
        .order_by(hold.c.at.desc(), hold.c.id.desc())
        .limit(1)
        .correlate(obligation)
        .scalar_subquery()
    )
    return func.coalesce(last, false())


def _streamed(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    result = connection.execution_options(stream_results=True).execute(query)
    for lot in result.partitions(_AT_ONCE):
        yield from lot
