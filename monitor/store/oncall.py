"""What is acknowledged, silenced and on hold now, for those who show it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy import String as SqlString
from sqlalchemy import cast as sql_cast

from monitor.alerts.interventions import Handling, Mute, Silencing, in_force
from monitor.alerts.subject import Subject
from monitor.cases.obligation import Verdict
from monitor.cases.observation import CaseKey
from monitor.contract.model import CaseKind
from monitor.store.database import Database
from monitor.store.handlings import read_handlings, read_silencings
from monitor.store.tables import (
    acknowledgement,
    case,
    escalation,
    hold,
    link_use,
    notification,
    obligation,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MutedObligation:
    """An open obligation of which nobody is told, and why."""

    key: CaseKey
    commitment: str
    verdict: Verdict
    mute: Mute


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """What a message's link leads to."""

    key: CaseKey
    commitment: str
    role: str
    lang: str
    due_at: datetime | None
    is_open: bool
    link_used: bool
    """The link acted already."""


class OnCall:
    """Reads of one snapshot each."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def silencings(self, *, now: datetime, past: bool = False) -> Sequence[Silencing]:
        """Those that last or are to come, by start; with `past`, those that ended too."""
        with self._database.read() as connection:
            return read_silencings(connection, None if past else now)

    def muted(self, now: datetime, *, silenced: bool = True) -> Sequence[MutedObligation]:
        """Open obligations of which nobody is told now: held, acknowledged, silenced.

        Without the `silenced` ones, which may be as many as are open, the cost follows what
        operators have in hand.
        """
        with self._database.read() as connection:
            rules = [rule for rule in read_silencings(connection, now) if rule.starts_at <= now]
            touched = select(acknowledgement.c.case_id).union(select(hold.c.case_id))
            conditions = [
                obligation.c.case_id.in_(touched),
                *(matching(rule.matchers) for rule in rules if silenced),
            ]
            found = {
                row.id: row
                for condition in conditions
                for row in connection.execute(_open_obligations().where(condition))
            }
            handlings = read_handlings(connection, {row.case_id for row in found.values()}, now)
        muted = []
        for row in found.values():
            subject = _subject(row)
            mute = in_force(handlings[row.case_id].mutes(subject), now)
            if mute is not None:
                muted.append(
                    MutedObligation(
                        key=_key(row),
                        commitment=row.commitment,
                        verdict=Verdict(row.verdict),
                        mute=mute,
                    )
                )
        return muted

    def mutes(self, obligation_ids: Collection[int], now: datetime) -> Mapping[int, Mute]:
        """Of these obligations, a page of them, the ones of which nobody is told now, and why."""
        query = select(obligation, case.c.kind, case.c.ref).join(
            case, case.c.id == obligation.c.case_id
        )
        with self._database.read() as connection:
            rows = connection.execute(query.where(obligation.c.id.in_(obligation_ids))).all()
            handlings = read_handlings(connection, {row.case_id for row in rows}, now)
        found = {row.id: in_force(handlings[row.case_id].mutes(_subject(row)), now) for row in rows}
        return {id_: mute for id_, mute in found.items() if mute is not None}

    def handling(self, key: CaseKey, now: datetime) -> Handling:
        """What operators did about a case; nothing where there is none."""
        query = select(case.c.id).where(
            case.c.provider == key.provider, case.c.kind == key.kind, case.c.ref == key.ref
        )
        with self._database.read() as connection:
            case_id: int | None = connection.scalar(query)
            if case_id is None:
                return Handling()
            return read_handlings(connection, [case_id], now)[case_id]

    def linked(self, notification_key: str, *, link: str) -> Linked | None:
        """What a message was about, by its key and its link's digest; None: no such message."""
        query = (
            select(
                case.c.provider,
                case.c.kind,
                case.c.ref,
                obligation.c.commitment,
                obligation.c.is_open,
                obligation.c.due_at,
                notification.c.role,
                notification.c.lang,
            )
            .select_from(notification)
            .join(escalation, escalation.c.id == notification.c.escalation_id)
            .join(obligation, obligation.c.id == escalation.c.obligation_id)
            .join(case, case.c.id == obligation.c.case_id)
            .where(notification.c.key == notification_key)
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
            used = connection.scalar(select(link_use.c.digest).where(link_use.c.digest == link))
        if row is None:
            return None
        return Linked(
            key=_key(row),
            commitment=row.commitment,
            role=row.role,
            lang=row.lang,
            due_at=row.due_at,
            is_open=row.is_open,
            link_used=used is not None,
        )


def _open_obligations() -> Select[Any]:
    return (
        select(obligation, case.c.kind, case.c.ref)
        .join(case, case.c.id == obligation.c.case_id)
        .where(obligation.c.is_open)
    )


def _subject(row: Any) -> Subject:
    return Subject(
        provider=row.provider,
        commitment=row.commitment,
        organization=row.organization,
        region=row.region,
        key=_key(row),
    )


def _key(row: Any) -> CaseKey:
    return CaseKey(row.provider, CaseKind(row.kind), row.ref)


def matching(matchers: Mapping[str, Sequence[str]]) -> Any:
    """The condition on obligations, with their cases, that a silence is about."""
    full = case.c.provider + ":" + sql_cast(case.c.kind, SqlString) + ":" + case.c.ref
    columns: dict[str, list[Any]] = {
        "provider": [obligation.c.provider],
        "commitment": [obligation.c.commitment],
        "case": [case.c.ref, full],
        "organization": [obligation.c.organization],
        "region": [obligation.c.region],
    }
    return and_(
        *(or_(*(c.in_(values) for c in columns[name])) for name, values in matchers.items())
    )
