"""What has been kept, for those who show it. Every list has an index to it and a bound."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, or_, select, tuple_

from monitor.alerts.interventions import Handling
from monitor.cases.obligation import Obligation, Verdict
from monitor.cases.observation import CaseKey
from monitor.cases.records import (
    ANY,
    CaseRecord,
    DueTallyRecord,
    EscalationRecord,
    NotificationRecord,
    OrganizationTallyRecord,
    Position,
    Sought,
    StatedTallyRecord,
    TallyRecord,
)
from monitor.contract.model import CaseKind
from monitor.engine.instants import micros
from monitor.store.claims import claims_of
from monitor.store.counts import HOUR
from monitor.store.evidence import EvidenceStore
from monitor.store.notes import notes_of
from monitor.store.oncall import MutedObligation, OnCall
from monitor.store.past import Past, history_of
from monitor.store.payloads import records_of
from monitor.store.rows import (
    as_case,
    as_obligation,
    as_observation,
    select_obligations,
    select_observations,
)
from monitor.store.statistics import database_bytes
from monitor.store.tables import (
    case,
    delivery,
    due_tally,
    escalation,
    evidence,
    notification,
    obligation,
    observation,
    organization_tally,
    tally,
)
from monitor.store.upkeep import Upkeep


class Readings(Upkeep):
    """Reads of one snapshot each; nothing here is judged again."""

    @property
    def past(self) -> Past:
        """What was held of all this, and when."""
        return Past(self._database)

    def open_obligations(
        self, limit: int, *, after: Position | None = None, sought: Sought = ANY
    ) -> Sequence[Obligation]:
        """The most urgent first: by deadline; those without one (paused) last.

        What is not sought is passed over on the way along the index, and never read.
        """
        found: list[Obligation] = []
        due = obligation.c.due_at
        with self._database.read() as connection:
            wanted = _sought(connection, sought)
            if after is None or after.at is not None:
                query = select_obligations().where(obligation.c.is_open, due.is_not(None), *wanted)
                if after is not None:
                    query = query.where(tuple_(due, obligation.c.id) > (after.at, after.id))
                found = _obligations(connection, query.order_by(due, obligation.c.id).limit(limit))
            if len(found) < limit:
                query = select_obligations().where(obligation.c.is_open, due.is_(None), *wanted)
                if after is not None and after.at is None:
                    query = query.where(obligation.c.id > after.id)
                query = query.order_by(obligation.c.id).limit(limit - len(found))
                found += _obligations(connection, query)
        return found

    def settled_obligations(
        self, limit: int, *, after: Position | None = None, sought: Sought = ANY
    ) -> Sequence[Obligation]:
        """Those no longer open, the latest judged first; a position is by `evaluated_at`."""
        order = (obligation.c.evaluated_at, obligation.c.id)
        query = select_obligations().where(~obligation.c.is_open)
        if after is not None:
            query = query.where(tuple_(*order) < (after.at, after.id))
        with self._database.read() as connection:
            query = query.where(*_sought(connection, sought))
            return _obligations(
                connection, query.order_by(*(column.desc() for column in order)).limit(limit)
            )

    def tally(self) -> Sequence[TallyRecord]:
        """Obligations by provider, commitment and verdict, open and settled; no zero."""
        query = select(tally).where(tally.c.obligations != 0)
        with self._database.read() as connection:
            return [
                TallyRecord(
                    provider=row.provider,
                    commitment=row.commitment,
                    verdict=Verdict(row.verdict),
                    obligations=row.obligations,
                )
                for row in connection.execute(
                    query.order_by(tally.c.provider, tally.c.commitment, tally.c.verdict)
                )
            ]

    def due_counts(self, since: datetime, until: datetime) -> Sequence[DueTallyRecord]:
        """Obligations whose deadline is after `since` and not after `until`: both whole hours.

        Those without a deadline (paused) are in no stretch of time; no zero.
        """
        hour = due_tally.c.due_hour
        by = [due_tally.c[name] for name in ("provider", "commitment", "region", "verdict")]
        query = (
            select(*by, func.sum(due_tally.c.obligations).label("obligations"))
            .where(hour >= micros(since) // HOUR, hour < micros(until) // HOUR)
            .group_by(*by)
            .order_by(*by)
        )
        with self._database.read() as connection:
            return [
                DueTallyRecord(
                    provider=row.provider,
                    commitment=row.commitment,
                    region=row.region,
                    verdict=Verdict(row.verdict),
                    obligations=int(row.obligations),
                )
                for row in connection.execute(query)
                if row.obligations
            ]

    def stated_counts(self, since: datetime, until: datetime) -> Sequence[StatedTallyRecord]:
        """Of obligations due then and not cancelled, those on whose cases a file states something.

        The walk is over what such files state, from there to its cases.
        """
        query = (
            select(obligation.c.id, obligation.c.provider, obligation.c.commitment, evidence.c.name)
            .select_from(evidence)
            .join(
                case,
                and_(
                    case.c.ref == evidence.c.ref,
                    evidence.c.provider.in_(("", case.c.provider)),
                ),
            )
            .join(obligation, obligation.c.case_id == case.c.id)
            .where(
                obligation.c.due_at > since,
                obligation.c.due_at <= until,
                obligation.c.verdict != Verdict.CANCELLED,
            )
        )
        stated: defaultdict[tuple[int, str, str], set[str]] = defaultdict(set)
        with self._database.read() as connection:
            for row in connection.execute(query):
                stated[row.id, row.provider, row.commitment].add(row.name)
        counted = Counter(
            (provider, commitment, frozenset(names))
            for (_, provider, commitment), names in stated.items()
        )
        return [
            StatedTallyRecord(
                provider=provider, commitment=commitment, names=names, obligations=number
            )
            for (provider, commitment, names), number in counted.items()
        ]

    def purchase_days(self, names: Collection[str], zone: tzinfo) -> Sequence[tuple[str, date]]:
        """Of purchases that files state under these names: the name and the day of each."""
        found = EvidenceStore(self._database).purchases(names, None, zone)
        return [(each.name, each.on) for each in found]

    def organization_counts(self) -> Sequence[OrganizationTallyRecord]:
        """Obligations by public body, provider and verdict, open and settled; no zero."""
        query = select(organization_tally).where(organization_tally.c.obligations != 0)
        order = (organization_tally.c.organization, organization_tally.c.provider)
        with self._database.read() as connection:
            return [
                OrganizationTallyRecord(
                    organization=row.organization,
                    provider=row.provider,
                    verdict=Verdict(row.verdict),
                    obligations=row.obligations,
                )
                for row in connection.execute(query.order_by(*order))
            ]

    def database_bytes(self) -> int:
        """As `statistics.database_bytes`."""
        return database_bytes(self._database)

    def count(self, table: Table) -> int:
        """How many rows a table has: a walk over all of them, for a summary."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(table)) or 0

    def cases_named(self, name: str) -> Sequence[CaseKey]:
        """The cases that `name` may mean: `REF`, or `PROVIDER:KIND:REF` where it is not enough."""
        query = select(case.c.provider, case.c.kind, case.c.ref)
        conditions = [case.c.ref == name]
        provider, _, rest = name.partition(":")
        kind, _, ref = rest.partition(":")
        if ref:
            conditions.append(
                and_(case.c.provider == provider, case.c.kind == kind, case.c.ref == ref)
            )
        with self._database.read() as connection:
            found = {
                CaseKey(row.provider, CaseKind(row.kind), row.ref)
                for condition in conditions
                for row in connection.execute(query.where(condition))
            }
        return sorted(found)

    def case(self, key: CaseKey) -> CaseRecord | None:
        """One case with its statements, what is owed on it and who was told; None: no such case."""
        with self._database.read() as connection:
            row = connection.execute(
                select(case).where(
                    case.c.provider == key.provider, case.c.kind == key.kind, case.c.ref == key.ref
                )
            ).one_or_none()
            return None if row is None else _case_record(connection, key, row)

    def muted(self, now: datetime, *, silenced: bool = True) -> Sequence[MutedObligation]:
        """As `OnCall.muted`."""
        return OnCall(self._database).muted(now, silenced=silenced)

    def handling(self, key: CaseKey, now: datetime) -> Handling:
        """As `OnCall.handling`."""
        return OnCall(self._database).handling(key, now)

    def silences_in_force(self, now: datetime) -> int:
        """How many silences last now."""
        lasting = OnCall(self._database).silencings(now=now)
        return sum(rule.starts_at <= now for rule in lasting)


def _sought(connection: Connection, sought: Sought) -> list[ColumnElement[bool]]:
    columns = {
        obligation.c.provider: sought.provider,
        obligation.c.commitment: sought.commitment,
        obligation.c.organization: sought.organization,
        case.c.kind: sought.kind,
        obligation.c.region: sought.region,
    }
    conditions = [column == value for column, value in columns.items() if value is not None]
    if sought.verdicts:
        conditions.append(obligation.c.verdict.in_(sorted(sought.verdicts)))
    if sought.due is not None:
        after, until = sought.due
        conditions += [obligation.c.due_at > after, obligation.c.due_at <= until]
    if sought.text is not None:
        conditions.append(_speaking_of(connection, sought.text))
    return conditions


def _speaking_of(connection: Connection, text: str) -> ColumnElement[bool]:
    """A whole reference is looked up, and means its case; anything else is walked past."""
    named = connection.scalars(select(case.c.id).where(case.c.ref == text)).all()
    if named:
        return obligation.c.case_id.in_(named)
    words = (case.c.ref, obligation.c.organization, obligation.c.place)
    return or_(*(word.icontains(text, autoescape=True) for word in words))


def _obligations(connection: Connection, query: Any) -> list[Obligation]:
    return [as_obligation(row) for row in connection.execute(query)]


def _case_record(connection: Connection, key: CaseKey, row: Any) -> CaseRecord:
    stated = connection.execute(select_observations().where(observation.c.case_id == row.id)).all()
    records = records_of(connection, stated)
    owed = select_obligations().where(obligation.c.case_id == row.id)
    return replace(
        as_case(row),
        observations=[as_observation(each, key, records.get(each.id)) for each in stated],
        purged_records=frozenset(each.id for each in stated if each.id not in records),
        obligations=_obligations(connection, owed.order_by(obligation.c.id)),
        escalations=_escalations(connection, row.id),
        held=list(history_of(connection, row.id)),
        notes=notes_of(connection, row.id),
        claims=claims_of(connection, [row.id]).get(row.id, ()),
    )


def _escalations(connection: Connection, case_id: int) -> list[EscalationRecord]:
    told = defaultdict(list)
    for row in connection.execute(
        select(notification, _last_detail)
        .join(escalation, escalation.c.id == notification.c.escalation_id)
        .join(obligation, obligation.c.id == escalation.c.obligation_id)
        # A digest stands beside the messages that travel in it, and is about no case alone.
        .where(obligation.c.case_id == case_id, notification.c.carries.is_(None))
        .order_by(notification.c.id)
    ):
        told[row.escalation_id].append(
            NotificationRecord(
                key=row.key,
                role=row.role,
                channel=row.channel,
                address=row.address,
                state=row.state,
                attempts=row.attempts,
                created_at=row.created_at,
                finished_at=row.finished_at,
                detail=row.detail,
            )
        )
    fired = connection.execute(
        select(escalation, obligation.c.commitment)
        .join(obligation, obligation.c.id == escalation.c.obligation_id)
        .where(obligation.c.case_id == case_id)
        .order_by(escalation.c.fired_at, escalation.c.id)
    )
    return [
        EscalationRecord(
            commitment=row.commitment,
            step=row.step,
            episode=row.episode,
            stood_at=row.stood_at,
            fired_at=row.fired_at,
            notifications=told[row.id],
            reason=row.reason,
            because=row.because,
            verdict=None if row.verdict is None else Verdict(row.verdict),
        )
        for row in fired
    ]


_last_detail = (
    select(delivery.c.detail)
    .where(delivery.c.notification_id == notification.c.id)
    .order_by(delivery.c.id.desc())
    .limit(1)
    .scalar_subquery()
    .label("detail")
)
