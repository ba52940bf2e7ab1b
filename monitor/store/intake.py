"""Rows of cases and observations, as statements come in. Callers hold the transaction."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from operator import attrgetter, itemgetter
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    String,
    Update,
    bindparam,
    func,
    literal,
    select,
    update,
)
from sqlalchemy import case as choose
from sqlalchemy.dialects import postgresql, sqlite

from monitor.cases.observation import CaseKey, Observation
from monitor.collectors.base import Reread
from monitor.store.columns import Instant
from monitor.store.insertion import Insert, among, execute_many, insert_into, insert_missing
from monitor.store.months import month_of
from monitor.store.tables import case, observation, organization, payload, unknown_status

_order = attrgetter("provider", "kind", "ref")
"""The order of keys; by themselves they take ten times as long to compare."""


def case_ids(connection: Connection, keys: Iterable[CaseKey]) -> dict[CaseKey, int]:
    """Of these cases, those stored already, with their ids."""
    return {key: row.id for key, row in stored_cases(connection, keys, case.c.id)}


def stated_of(connection: Connection, cases: Iterable[int]) -> dict[str, str | None]:
    """All statements on these cases, with the status they were read as."""
    query = select(observation.c.id, observation.c.status)
    found = connection.execute(query.where(among(connection, observation.c.case_id, cases)))
    return {row[0]: row[1] for row in found.all()}


def made_again(
    connection: Connection, given: Mapping[str, Observation], stored: Mapping[str, str | None]
) -> dict[str, Observation]:
    """By the id it is stored under, what was left since and is now stated anew.

    That is only what follows the very status that the case is in: a walk may read a record twice.
    """
    candidates = [
        observed
        for id_, observed in given.items()
        if id_ in stored and observed.previous_id is not None and observed.changed_after is None
    ]
    last = {
        key: row.last_observation_id
        for key, row in stored_cases(
            connection, [each.key for each in candidates], case.c.last_observation_id
        )
    }
    return {
        observed.id: observed.made_again()
        for observed in candidates
        if last.get(observed.key) == observed.previous_id
    }


def stored_cases(
    connection: Connection, keys: Iterable[CaseKey], *columns: Column[Any]
) -> Iterator[tuple[CaseKey, Any]]:
    """The stored cases among `keys`, with these columns beside `ref`, or all."""
    wanted = select(case.c.ref, *columns) if columns else select(case)
    ordered = sorted(set(keys), key=_order)
    for (provider, kind), group in groupby(ordered, lambda k: (k.provider, k.kind)):
        query = wanted.where(
            case.c.provider == provider,
            case.c.kind == kind,
            among(connection, case.c.ref, [key.ref for key in group]),
        )
        for row in connection.execute(query):
            yield CaseKey(provider, kind, row.ref), row


def add(
    connection: Connection,
    fresh: Sequence[Observation],
    at: datetime,
    *,
    known: Mapping[CaseKey, int] = MappingProxyType({}),
    seen_at: datetime | None = None,
    told_from: datetime | None = None,
) -> None:
    """Store new statements: learned at `at`, true as of `seen_at`, or of `at`.

    `known`: the ids of their cases, as far as they were looked up already. Of cases first met by
    them, nobody is told what was before `told_from`.
    """
    if not fresh:
        return
    _mark_cases(connection, fresh, at, seen_at=seen_at, told_from=told_from)
    unknown = [observed.key for observed in fresh if observed.key not in known]
    ids = {**known, **case_ids(connection, unknown)}
    # Neighbours in the table are written together: its pages are gone to once a batch.
    placed = sorted(
        ((ids[observed.key], observed.id, observed) for observed in fresh), key=itemgetter(0, 1)
    )
    insert_missing(
        connection,
        observation,
        [
            {
                "case_id": case_id,
                "id": id_,
                "source": observed.source,
                "raw_status": observed.raw_status,
                "status": observed.status,
                "received_at": observed.received_at,
                "changed_at": observed.changed_at,
                "changed_after": observed.changed_after,
                "previous_id": observed.previous_id,
                "observed_at": observed.observed_at,
                "organization": observed.organization,
                "category": observed.category,
                "place": observed.place,
                "severity": observed.severity,
            }
            for case_id, id_, observed in placed
        ],
    )
    insert_missing(
        connection,
        payload,
        [
            {
                "month": month_of(observed.observed_at),
                "case_id": case_id,
                "observation_id": id_,
                "record": dict(observed.payload),
            }
            for case_id, id_, observed in placed
        ],
    )
    named = {observed.organization for observed in fresh if observed.organization}
    insert_missing(
        connection, organization, [{"name": n, "first_seen_at": at} for n in sorted(named)]
    )


def _mark_cases(
    connection: Connection,
    fresh: Sequence[Observation],
    at: datetime,
    *,
    seen_at: datetime | None,
    told_from: datetime | None,
) -> None:
    """Open the cases of new statements, mark them to be judged, and take over what they now are.

    In the order of their keys: two polls that meet the same cases wait for one another in turn.
    """
    latest: dict[CaseKey, Observation] = {}
    for observed in sorted(fresh, key=lambda o: (o.changed_at, o.observed_at)):
        latest[observed.key] = observed
    _date_back(connection, latest.values())
    execute_many(
        connection,
        _case_or_news(connection.dialect.name, of_an_export=seen_at is not None),
        [
            {
                "provider": key.provider,
                "kind": key.kind,
                "ref": key.ref,
                "source": observed.source,
                "organization": observed.organization,
                "category": observed.category,
                "place": observed.place,
                "severity": observed.severity,
                "received_at": observed.received_at,
                "raw_status": observed.raw_status,
                "status": observed.status,
                "changed_at": observed.changed_at,
                "last_observation_id": observed.id,
                "last_seen_at": seen_at or at,
                "missing_polls": 0,
                "is_open": True,
                "marked_at": at,
                "told_from": told_from,
            }
            for key, observed in sorted(latest.items(), key=lambda item: _order(item[0]))
        ],
    )


_FACTS = (
    "source",
    "organization",
    "category",
    "place",
    "severity",
    "received_at",
    "raw_status",
    "status",
    "changed_at",
    "last_observation_id",
)


@cache
def _case_or_news(dialect: str, *, of_an_export: bool) -> Insert:
    """A new case; of one that is there, what is news."""
    insertion = sqlite.insert(case) if dialect == "sqlite" else postgresql.insert(case)
    given = insertion.excluded
    last_seen_at: ColumnElement[Any] = given.last_seen_at
    if of_an_export:
        # What an export shows may be older than what was seen since.
        seen_later = case.c.last_seen_at > given.last_seen_at
        last_seen_at = choose((seen_later, case.c.last_seen_at), else_=given.last_seen_at)
    # A statement about the past, arriving late, does not change what the case is now.
    is_news = given.changed_at >= case.c.changed_at
    news: dict[str, ColumnElement[Any]] = {
        name: choose((is_news, given[name]), else_=case.c[name]) for name in _FACTS
    }
    return insertion.on_conflict_do_update(
        index_elements=["provider", "kind", "ref"],
        set_={
            **news,
            "last_seen_at": last_seen_at,
            "missing_since": None,
            "missing_polls": 0,
            "gone_since": None,
            "is_open": True,
            "marked_at": func.coalesce(case.c.marked_at, given.marked_at),
        },
    )


def _date_back(connection: Connection, latest: Iterable[Observation]) -> None:
    """Let what a statement follows be no later than it: it is news, however far dated back."""
    followed = sorted((o for o in latest if o.previous_id is not None), key=lambda o: _order(o.key))
    if followed:
        execute_many(
            connection,
            _one_case()
            .where(
                case.c.last_observation_id == bindparam("before"),
                case.c.changed_at > bindparam("at"),
            )
            .values(changed_at=bindparam("at")),
            [{**_named(o.key), "before": o.previous_id, "at": o.changed_at} for o in followed],
        )


def read_anew(
    connection: Connection, changed: Sequence[Observation | Reread], at: datetime
) -> None:
    """Statements whose raw status now leads to another of our words: the mapping has learned."""
    if not changed:
        return
    ids = case_ids(connection, (observed.key for observed in changed))
    execute_many(
        connection,
        update(observation)
        .where(observation.c.case_id == bindparam("case_"), observation.c.id == bindparam("id_"))
        .values(status=bindparam("to")),
        [
            {"case_": ids[observed.key], "id_": observed.id, "to": observed.status}
            for observed in changed
            if observed.key in ids
        ],
    )
    is_latest = case.c.last_observation_id == bindparam("id_")
    execute_many(
        connection,
        _one_case().values(
            status=choose((is_latest, bindparam("to", type_=String)), else_=case.c.status),
            is_open=True,
            marked_at=_marked(at),
        ),
        [
            {**_named(observed.key), "id_": observed.id, "to": observed.status}
            for observed in sorted(changed, key=lambda o: _order(o.key))
        ],
    )


def count_unknown(
    connection: Connection,
    added: Iterable[Observation | Reread],
    learned: Iterable[Observation | Reread],
    at: datetime,
) -> None:
    """Count the statements whose status no mapping knows, up and down."""
    counts = Counter((o.source, o.raw_status) for o in added if o.status is None)
    counts.subtract((o.source, o.raw_status) for o in learned)
    if not counts:
        return
    insertion = insert_into(connection, unknown_status)
    connection.execute(
        insertion.on_conflict_do_update(
            index_elements=["source", "raw_status"],
            set_={
                "observations": unknown_status.c.observations + insertion.excluded.observations,
                "last_seen_at": insertion.excluded.last_seen_at,
            },
        ),
        [
            {
                "source": name,
                "raw_status": raw_status,
                "observations": count,
                "first_seen_at": at,
                "last_seen_at": at,
            }
            for (name, raw_status), count in sorted(counts.items())
        ],
    )


def saw(
    connection: Connection, keys: Collection[CaseKey], at: datetime, *, seen_at: datetime | None
) -> None:
    """These cases were there, in the state last stated; one that was gone is judged again.

    `seen_at`: as an export made then shows, which may be older than what was seen since, and then
    changes nothing. None: now.
    """
    if not keys:
        return
    was_gone = case.c.gone_since.is_not(None)
    statement = _one_case().values(
        last_seen_at=seen_at or at,
        missing_since=None,
        missing_polls=0,
        gone_since=None,
        is_open=choose((was_gone, True), else_=case.c.is_open),
        marked_at=choose((was_gone, _marked(at)), else_=case.c.marked_at),
    )
    if seen_at is not None:
        then = literal(seen_at, Instant)
        statement = statement.where(
            case.c.last_seen_at <= then,
            case.c.missing_since.is_(None) | (case.c.missing_since <= then),
        )
    execute_many(connection, statement, [_named(key) for key in sorted(set(keys), key=_order)])


def missed(
    connection: Connection, keys: Collection[CaseKey], at: datetime, *, gone_after: int | None
) -> None:
    """The source, asked for these cases, had them no more.

    After `gone_after` polls in a row that say so, they are gone, and judged as such. None: this
    poll does not count, as the source is not to be relied on.
    """
    if not keys:
        return
    since = func.coalesce(case.c.missing_since, literal(at, Instant))
    values: dict[str, Any] = {"missing_since": since}
    if gone_after is not None:
        polls = case.c.missing_polls + 1
        is_news = (polls >= gone_after) & case.c.gone_since.is_(None)
        values |= {
            "missing_polls": polls,
            "gone_since": choose((is_news, since), else_=case.c.gone_since),
            "marked_at": choose((is_news, _marked(at)), else_=case.c.marked_at),
        }
    rows = [_named(key) for key in sorted(set(keys), key=_order)]
    execute_many(connection, _one_case().values(values), rows)


def _marked(at: datetime) -> ColumnElement[Any]:
    return func.coalesce(case.c.marked_at, literal(at, Instant))


def _one_case() -> Update:
    return update(case).where(
        case.c.provider == bindparam("provider_"),
        case.c.kind == bindparam("kind_"),
        case.c.ref == bindparam("ref_"),
    )


def _named(key: CaseKey) -> dict[str, Any]:
    return {"provider_": key.provider, "kind_": key.kind, "ref_": key.ref}
