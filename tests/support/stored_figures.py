"""A reading of the database as a test says it is, and the collector over it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from monitor.cases.evaluate import Judgement, evaluate
from monitor.cases.obligation import Obligation, Verdict
from monitor.cases.records import (
    DueTallyRecord,
    OrganizationTallyRecord,
    OutboxRecord,
    SourceRecord,
    StatedTallyRecord,
    TallyRecord,
    UnknownStatusRecord,
)
from monitor.clock import BusinessClock, load_calendar
from monitor.clock.wall import ManualClock
from monitor.contract.book import ContractBook
from monitor.metrics import EventCounts, VigieCollector
from monitor.store.oncall import MutedObligation
from tests.support.cases import KEY, commitment, timeline, utc
from tests.support.world import shipped_contract

RECEIVED = "2026-11-23 09:00"
"""A Monday: 7 business hours end at 16:00."""
NOW = utc("2026-11-23 14:30")


class Reading:
    """What the database holds: public, for a test to change."""

    def __init__(self) -> None:
        self.tallied = [
            a_tally("telus", "incident-resolution", Verdict.PENDING, 3),
            a_tally("telus", "incident-resolution", Verdict.BREACHED, 1),
            a_tally("rogers", "delivery-local", Verdict.MET, 40),
        ]
        self.open = [an_obligation()]
        self.due = {
            utc("2026-12-01 00:00"): [a_due("delivery-local", Verdict.MET, 7)],
            utc("2026-11-01 00:00"): [a_due("delivery-remote", Verdict.MISSED, 2)],
        }
        self.bought = [("device-bought-elsewhere", date(2026, 11, 1))]
        self.stated: dict[datetime, list[StatedTallyRecord]] = {}
        self.bodies = [
            OrganizationTallyRecord(
                organization=name, provider="telus", verdict=Verdict.MET, obligations=number
            )
            for name, number in (("MSSS", 3), ("none", 9))
        ]
        self.held = OutboxRecord(queued=2, dead=1, oldest_at=NOW - timedelta(minutes=3))
        self.quiet: list[MutedObligation] = []
        self.fault: Exception | None = None
        self.reads = 0

    def tally(self) -> Sequence[TallyRecord]:
        self.reads += 1
        if self.fault:
            raise self.fault
        return self.tallied

    def due_counts(self, since: datetime, until: datetime) -> Sequence[DueTallyRecord]:
        return self.due.get(until, [])

    def stated_counts(self, since: datetime, until: datetime) -> Sequence[StatedTallyRecord]:
        return self.stated.get(until, [])

    def purchase_days(self, names: Collection[str], zone: tzinfo) -> Sequence[tuple[str, date]]:
        return [each for each in self.bought if each[0] in names]

    def organization_counts(self) -> Sequence[OrganizationTallyRecord]:
        return self.bodies

    def database_bytes(self) -> int:
        return 4096

    def muted(self, now: datetime, *, silenced: bool) -> Sequence[MutedObligation]:
        return self.quiet

    def silences_in_force(self, now: datetime) -> int:
        return 1

    def open_obligations(self, limit: int) -> Sequence[Obligation]:
        return self.open[:limit]

    def outbox(self) -> OutboxRecord:
        return self.held

    def sources(self) -> Sequence[SourceRecord]:
        return [
            a_source("telus-tickets"),
            a_source(
                "rogers-orders", confirmed_at=None, stale_since=NOW, observations=0, failures=5
            ),
        ]

    def quarantine_counts(self) -> Mapping[str, int]:
        return {"telus-tickets": 2}

    def unknown_statuses(self) -> Sequence[UnknownStatusRecord]:
        return [
            UnknownStatusRecord(
                source="telus-tickets",
                raw_status=raw_status,
                observations=observations,
                first_seen_at=NOW,
                last_seen_at=NOW,
            )
            for raw_status, observations in (("parked", 3), ("parked again", 2))
        ]

    def replica_count(self) -> int:
        return 2

    def polled_sources(self) -> Mapping[str, bool]:
        return {"telus-tickets": True, "rogers-orders": False}

    def loop_failures(self) -> Mapping[str, int]:
        return {"tick": 0, "replica": 3}

    def fault_counts(self) -> Mapping[str, int]:
        return {"not_in_force": 1}


def support_clock(obligation: Obligation) -> BusinessClock:
    return BusinessClock(load_calendar(obligation.calendar))


def an_obligation() -> Obligation:
    """An incident received at `RECEIVED`, judged then and not since."""
    promise = commitment("7 h")
    received_at = utc(RECEIVED)
    judged = evaluate(
        promise,
        timeline(RECEIVED),
        BusinessClock(load_calendar(promise.calendar)),
        Judgement(now=received_at),
    )
    return Obligation(
        id=1,
        key=KEY,
        source="telus-tickets",
        organization=None,
        place=None,
        region=None,
        region_provisional=False,
        commitment=promise.id,
        contract_version="2026",
        calendar=promise.calendar,
        unit=promise.amount.unit,
        amount_seconds=promise.amount.seconds,
        received_at=received_at,
        evaluated_at=received_at,
        evaluation=judged,
        confirmed_at=NOW,
    )


def a_source(name: str, **changes: Any) -> SourceRecord:
    """One that was polled a minute ago and is well."""
    well: dict[str, Any] = {
        "name": name,
        "first_seen_at": utc(RECEIVED),
        "confirmed_at": NOW - timedelta(minutes=1),
        "last_attempt_at": NOW,
        "failures": 0,
        "fault_kind": None,
        "fault": None,
        "not_before": None,
        "stale_since": None,
        "observations": 120,
    }
    return SourceRecord(**(well | changes))


def a_tally(provider: str, commitment: str, verdict: Verdict, obligations: int) -> TallyRecord:
    return TallyRecord(
        provider=provider, commitment=commitment, verdict=verdict, obligations=obligations
    )


def a_due(commitment: str, verdict: Verdict, obligations: int) -> DueTallyRecord:
    region = commitment.removeprefix("delivery-")
    return DueTallyRecord(
        provider="rogers",
        commitment=commitment,
        region=region,
        verdict=verdict,
        obligations=obligations,
    )


def a_collector(
    reading: Reading,
    counts: EventCounts | None = None,
    *,
    urgent: int = 20,
    book: ContractBook | None = None,
) -> VigieCollector:
    return VigieCollector(
        counts=counts or EventCounts(),
        reader=reading,
        clock=ManualClock(NOW),
        clock_of=support_clock,
        workings=reading,
        urgent=urgent,
        book=book or shipped_contract(),
    )
