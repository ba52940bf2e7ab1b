"""The engine over a real database, on a clock moved by hand: say, tick, read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Self

from sqlalchemy import Table, select

from monitor.alerts.escalation import Recipient
from monitor.alerts.outbox_store import Attempt, Claimed, Outcome, State
from monitor.alerts.policy import Policy
from monitor.cases.obligation import Obligation, Verdict
from monitor.cases.observation import CaseKey, Observation
from monitor.clock.wall import ManualClock
from monitor.collectors.base import Batch
from monitor.contract.book import ContractBook
from monitor.contract.loader import load_contract
from monitor.contract.model import CaseKind
from monitor.engine.ports import TickReport
from monitor.engine.rules import Rules
from monitor.engine.tick import tick_once
from monitor.store.database import Database
from monitor.store.obligations import Obligations
from monitor.store.observations import Observations
from monitor.store.outbox import Outbox
from monitor.store.readings import Readings
from monitor.store.tables import notification
from tests.support.cases import KEY, said, utc

SOURCE = "telus-tickets"
STALE_AFTER = timedelta(minutes=15)
MANAGER = Recipient(role="contract-manager", channel="mail", address="gestion@example.org")
DESK = Recipient(
    role="provider-desk", channel="mail", address="telus@example.com", provider="telus"
)


@cache
def shipped_contract() -> ContractBook:
    """Loaded once: it is immutable."""
    return load_contract("builtin:cspq-mobilite")


def rules(**changes: Any) -> Rules:
    """The shipped contract and the default ladder, told to two people."""
    return replace(
        Rules(book=shipped_contract(), policy=Policy(), recipients=(MANAGER, DESK)), **changes
    )


def ticket(ref: str) -> CaseKey:
    return replace(KEY, ref=ref)


def order(ref: str) -> CaseKey:
    return CaseKey("telus", CaseKind.ORDER, ref)


class World:
    """One database and one engine. Times are written in Québec's: `2026-11-23 09:00`."""

    def __init__(self, database: Database, judged_by: Rules | None = None) -> None:
        self.database = database
        self.rules = judged_by or rules()
        self.clock = ManualClock(utc("2026-11-23 08:00"))
        self.observations = Observations(database)
        self.obligations = Obligations(database)
        self.outbox = Outbox(database)
        self.readings = Readings(database)
        self.stale_after: dict[str, timedelta] = {SOURCE: STALE_AFTER}

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def at(self, text: str) -> Self:
        self.clock.move_to(utc(text))
        return self

    def polled(self, *observed: Observation, source: str = SOURCE, **changes: Any) -> None:
        """A complete poll, begun now, that found these."""
        batch = Batch(observations=observed, complete=True, **changes)
        self.observations.record(source, batch, at=self.now)

    def says(
        self, status: str, at: str | None = None, *, received_at: str, **changes: Any
    ) -> Observation:
        """A statement read by a complete poll now; it happened `at`, or now."""
        observed = replace(
            said(status, at or received_at, received_at=received_at),
            observed_at=self.now,
            **changes,
        )
        if at is None:
            observed = replace(observed, changed_at=self.now)
        self.polled(observed)
        return observed

    def tick(self, **changes: Any) -> TickReport:
        return tick_once(
            self.obligations, self.rules, stale_after=self.stale_after, now=self.now, **changes
        )

    def run_until(self, text: str) -> list[TickReport]:
        """Tick whenever time alone calls for it, until then, under sources that stay awake."""
        until = utc(text)
        patient = dict.fromkeys(self.stale_after, timedelta(days=365))
        reports = [self._tick(patient)]
        while (due := reports[-1].next_due_at) is not None and due <= until:
            self.clock.move_to(max(due, self.now))
            reports.append(self._tick(patient))
        self.clock.move_to(until)
        return [*reports, self.polled_tick()]

    def polled_tick(self) -> TickReport:
        """Tick after every source was polled and found to have nothing new."""
        for source in self.stale_after:
            self.polled(source=source)
        return self.tick()

    def _tick(self, stale_after: Mapping[str, timedelta]) -> TickReport:
        return tick_once(self.obligations, self.rules, stale_after=stale_after, now=self.now)

    def owed(self, commitment: str, key: CaseKey = KEY) -> Obligation:
        record = self.readings.case(key)
        assert record is not None
        (found,) = (o for o in record.obligations if o.commitment == commitment)
        return found

    def verdict(self, commitment: str = "incident-resolution", key: CaseKey = KEY) -> Verdict:
        return self.owed(commitment, key).evaluation.verdict

    def fired(self, key: CaseKey = KEY) -> list[str]:
        """The steps that fired, in order; those overtaken in brackets."""
        record = self.readings.case(key)
        assert record is not None
        return [
            each.step if each.notifications else f"({each.step})" for each in record.escalations
        ]

    def addressees(self, step: str, key: CaseKey = KEY) -> list[list[str]]:
        """Who was told by each firing of a step."""
        record = self.readings.case(key)
        assert record is not None
        return [
            sorted(n.address for n in each.notifications)
            for each in record.escalations
            if each.step == step
        ]

    def letters(self, step: str) -> list[Mapping[str, Any]]:
        """The messages of a step, as decided: subject, text, thread."""
        return [
            {**row["content"], "thread": row["thread"]}
            for row in self.rows(notification)
            if row["step"] == step
        ]

    def deliver(self, outcome: Outcome = Outcome.ACCEPTED) -> list[str]:
        """Deliver all that is due on the channel `mail`; the steps it told of."""
        steps = []
        while claimed := self.outbox.claim(
            "mail", owner="test", now=self.now, lease=timedelta(minutes=2), limit=1000
        ):
            for each in claimed:
                self.record(each, outcome)
            steps += [each.notification.step for each in claimed]
        return steps

    def record(self, claimed: Claimed, outcome: Outcome = Outcome.ACCEPTED) -> bool:
        attempt = Attempt(
            started_at=self.now, finished_at=self.now, outcome=outcome, detail="250 OK"
        )
        state = State.SENT if outcome is Outcome.ACCEPTED else State.DEAD
        return self.outbox.record(claimed, attempt, state, None)

    def rows(self, table: Table) -> list[Mapping[str, Any]]:
        with self.database.read() as connection:
            return [dict(row) for row in connection.execute(select(table)).mappings()]

    def contents(self, *tables: Table, without: Sequence[str] = ()) -> list[Any]:
        """All rows of these tables, less the columns that tell of the ticks themselves."""
        return [
            sorted(repr({k: v for k, v in row.items() if k not in without}) for row in self.rows(t))
            for t in tables
        ]
