"""Cases claimed for a tick, in its transaction: read whole, then their rulings stored whole."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, and_, select
from sqlalchemy.exc import OperationalError, StatementError

from monitor.alerts.escalation import (
    ACKNOWLEDGED,
    CLOSED,
    CORRECTION,
    FiringReason,
    Recipient,
    Told,
    base_step,
)
from monitor.alerts.interventions import Handling
from monitor.alerts.policy.situation import Fired
from monitor.cases.obligation import Reason, Verdict
from monitor.cases.observation import CaseKey, Observation
from monitor.contract.model import CaseKind
from monitor.engine.ports import RETRY_AFTER, CaseFault, Docket, FaultKind, Owed, Ruling
from monitor.store.handlings import read_handlings
from monitor.store.insertion import among, chunks
from monitor.store.rows import (
    as_obligation,
    as_observation,
    select_obligations,
    select_observations,
)
from monitor.store.rulings import store_rulings
from monitor.store.tables import case, escalation, notification, obligation, observation

_UNHANDLED = Handling()


class ClaimedWork:
    """The cases of `case_ids`, locked by the transaction of `connection`.

    `silent` names the sources that are so now.
    """

    def __init__(
        self,
        connection: Connection,
        case_ids: Sequence[int],
        silent: frozenset[str],
        *,
        more: bool,
        now: datetime,
    ) -> None:
        self._connection = connection
        self._case_ids = case_ids
        self._silent = silent
        self._now = now
        self.more = more

    @cached_property
    def dockets(self) -> Sequence[Docket]:
        connection, now = self._connection, self._now
        return [
            docket
            for chunk in chunks(self._case_ids)
            for docket in read_dockets(connection, chunk, read_handlings(connection, chunk, now))
        ]

    def save(self, rulings: Sequence[Ruling], *, now: datetime) -> Sequence[CaseFault]:
        """Store them together; where the database refuses, one by one, less what it refuses."""
        try:
            self._store(rulings, now)
        except OperationalError:
            # No ruling's fault: the disk is full or the server gone, and all is to be done again.
            raise
        except (StatementError, ValueError) as error:
            if len(rulings) > 1:
                return [fault for ruling in rulings for fault in self.save([ruling], now=now)]
            (ruling,) = rulings
            message = f"the database refuses it: {type(error).__name__}"
            fault = CaseFault(
                key=ruling.docket.key, kind=FaultKind.UNEXPECTED, message=message, cause=error
            )
            retry_at = now + RETRY_AFTER
            self._store([Ruling(docket=ruling.docket, fault=fault, retry_at=retry_at)], now)
            return [fault]
        return []

    def _store(self, rulings: Sequence[Ruling], now: datetime) -> None:
        with self._connection.begin_nested():
            store_rulings(self._connection, rulings, silent=self._silent, now=now)


def read_dockets(
    connection: Connection, case_ids: Sequence[int], handlings: Mapping[int, Handling] | None = None
) -> Iterator[Docket]:
    """Cases whole, in the order of their ids given; with `handlings`, where those matter."""
    columns = (case.c.provider, case.c.kind, case.c.ref, case.c.told_from, case.c.gone_since)
    query = select(case.c.id, *columns)
    rows = connection.execute(query.where(among(connection, case.c.id, case_ids))).all()
    keys = {row.id: CaseKey(row.provider, CaseKind(row.kind), row.ref) for row in rows}
    kept = {row.id: row for row in rows}
    observations = _observations(connection, keys)
    owed = _owed(connection, case_ids)
    for case_id in case_ids:
        yield Docket(
            case_id=case_id,
            key=keys[case_id],
            observations=observations[case_id],
            owed=owed[case_id],
            told_from=kept[case_id].told_from,
            gone_since=kept[case_id].gone_since,
            handling=_UNHANDLED if handlings is None else handlings[case_id],
        )


def _observations(
    connection: Connection, keys: Mapping[int, CaseKey]
) -> Mapping[int, list[Observation]]:
    found: dict[int, list[Observation]] = defaultdict(list)
    query = select_observations().where(among(connection, observation.c.case_id, keys))
    for row in connection.execute(query).all():
        found[row.case_id].append(as_observation(row, keys[row.case_id]))
    return found


def _owed(connection: Connection, case_ids: Sequence[int]) -> Mapping[int, dict[str, Owed]]:
    owed: dict[int, dict[str, Owed]] = defaultdict(dict)
    told = _told(connection, case_ids)
    query = select_obligations().where(among(connection, obligation.c.case_id, case_ids))
    for row in connection.execute(query.order_by(obligation.c.id)).all():
        history = told[row.id]
        owed[row.case_id][row.commitment] = Owed(
            obligation=as_obligation(row),
            fired=history.fired,
            told=history.told,
            heard=history.told or history.heard,
        )
    return owed


class _History:
    """What was told of an obligation, step by step."""

    def __init__(self) -> None:
        self._steps: list[tuple[int, Fired]] = []
        self.told: list[Recipient] = []
        """Since it was last told closed."""
        self.heard: list[Recipient] = []
        """Of that close, and of what came before it."""

    @property
    def fired(self) -> list[Fired]:
        """The steps in the order they fired, which their ids have: of one instant, too."""
        return [step for _, step in sorted(self._steps, key=itemgetter(0))]

    def add(self, id_: int, step: Fired, recipients: Sequence[Recipient]) -> None:
        self._steps.append((id_, step))
        self.told += recipients
        corrected = step.step == CORRECTION and not (step.told is None or step.told.is_open)
        if step.step == CLOSED or corrected:
            self.heard = self.told or self.heard
            self.told = []


def _told(connection: Connection, case_ids: Sequence[int]) -> Mapping[int, _History]:
    """By obligation, the steps that fired and who was told."""
    told: dict[int, _History] = defaultdict(_History)
    query = (
        select(escalation, notification.c.role, notification.c.channel, notification.c.address,
               notification.c.lang)
        .join(obligation, obligation.c.id == escalation.c.obligation_id)
        .join(
            notification,
            and_(
                notification.c.escalation_id == escalation.c.id,
                notification.c.carries.is_(None),
            ),
            isouter=True,
        )
        .where(among(connection, obligation.c.case_id, case_ids))
        # What was told together with a close was told of it.
        .order_by(escalation.c.fired_at, escalation.c.step == CLOSED, escalation.c.id)
    )  # fmt: skip
    for _, rows in groupby(connection.execute(query).all(), key=lambda row: row.id):
        messages = list(rows)
        recipients = [
            Recipient(role=row.role, channel=row.channel, address=row.address, lang=row.lang)
            for row in messages
            if row.address is not None
        ]
        row = messages[0]
        told[row.obligation_id].add(row.id, _fired(row, was_told=bool(recipients)), recipients)
    return told


def _fired(row: Any, *, was_told: bool) -> Fired:
    told = None
    # That somebody has it in hand says nothing of how it stands, which might be wrong.
    states = base_step(row.step) != ACKNOWLEDGED
    if was_told and states and row.verdict is not None:
        told = Told(
            at=row.fired_at,
            verdict=Verdict(row.verdict),
            reason=Reason(row.verdict_reason),
            due_at=row.due_at,
            stopped_at=row.stopped_at,
            reopened=row.reopened,
        )
    return Fired(row.step, row.episode, row.stood_at, told, FiringReason(row.reason), row.fired_at)
