"""Cases claimed for a tick, in its transaction: read whole, then their rulings stored whole."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, and_, select
from sqlalchemy.exc import OperationalError, StatementError

from monitor.alerts.escalation import CLOSED, Recipient
from monitor.alerts.policy.decision import Fired
from monitor.cases.observation import CaseKey, Observation
from monitor.contract.model import CaseKind
from monitor.engine.ports import RETRY_AFTER, CaseFault, Docket, FaultKind, Owed, Ruling
from monitor.store.insertion import chunks
from monitor.store.rows import (
    as_obligation,
    as_observation,
    select_obligations,
    select_observations,
)
from monitor.store.rulings import store_rulings
from monitor.store.tables import case, escalation, notification, obligation, observation


class ClaimedWork:
    """The cases of `case_ids`, locked by the transaction of `connection`.

    `silent` names the sources that are so now.
    """

    def __init__(
        self, connection: Connection, case_ids: Sequence[int], silent: frozenset[str], *, more: bool
    ) -> None:
        self._connection = connection
        self._case_ids = case_ids
        self._silent = silent
        self.more = more

    @cached_property
    def dockets(self) -> Sequence[Docket]:
        return [
            docket
            for chunk in chunks(self._case_ids)
            for docket in read_dockets(self._connection, chunk)
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


def read_dockets(connection: Connection, case_ids: Sequence[int]) -> Iterator[Docket]:
    """Cases whole, in the order of their ids given."""
    query = select(case.c.id, case.c.provider, case.c.kind, case.c.ref, case.c.told_from)
    rows = connection.execute(query.where(case.c.id.in_(case_ids))).all()
    keys = {row.id: CaseKey(row.provider, CaseKind(row.kind), row.ref) for row in rows}
    told_from = {row.id: row.told_from for row in rows}
    observations = _observations(connection, keys)
    owed = _owed(connection, case_ids)
    for case_id in case_ids:
        yield Docket(
            case_id=case_id,
            key=keys[case_id],
            observations=observations[case_id],
            owed=owed[case_id],
            told_from=told_from[case_id],
        )


def _observations(
    connection: Connection, keys: Mapping[int, CaseKey]
) -> Mapping[int, list[Observation]]:
    found: dict[int, list[Observation]] = defaultdict(list)
    query = select_observations(payload=False).where(observation.c.case_id.in_(keys))
    for row in connection.execute(query):
        found[row.case_id].append(as_observation(row, keys[row.case_id]))
    return found


def _owed(connection: Connection, case_ids: Sequence[int]) -> Mapping[int, dict[str, Owed]]:
    owed: dict[int, dict[str, Owed]] = defaultdict(dict)
    fired, told = _told(connection, case_ids)
    query = select_obligations().where(obligation.c.case_id.in_(case_ids))
    for row in connection.execute(query.order_by(obligation.c.id)):
        owed[row.case_id][row.commitment] = Owed(
            obligation=as_obligation(row), fired=fired[row.id], told=told[row.id]
        )
    return owed


def _told(
    connection: Connection, case_ids: Sequence[int]
) -> tuple[Mapping[int, list[Fired]], Mapping[int, list[Recipient]]]:
    """By obligation, the steps that fired, and who was told since it was last told closed."""
    fired: dict[int, list[Fired]] = defaultdict(list)
    told: dict[int, list[Recipient]] = defaultdict(list)
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
        .where(obligation.c.case_id.in_(case_ids))
        # What was told together with a close was told of it.
        .order_by(escalation.c.fired_at, escalation.c.step == CLOSED, escalation.c.id)
    )  # fmt: skip
    for row in connection.execute(query):
        step = Fired(row.step, row.episode, row.stood_at)
        if step not in fired[row.obligation_id]:
            fired[row.obligation_id].append(step)
        if row.step == CLOSED:
            told[row.obligation_id].clear()
        elif row.address is not None:
            told[row.obligation_id].append(
                Recipient(role=row.role, channel=row.channel, address=row.address, lang=row.lang)
            )
    return fired, told
