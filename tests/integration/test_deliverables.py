"""Reports that come due by the calendar, through the real engine and store."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from monitor.cases.arrivals import Arrival, statements_of
from monitor.cases.deliverables import Schedule
from monitor.cases.obligation import Obligation, Verdict
from monitor.cases.observation import CaseKey, Observation
from monitor.cases.periods import Period
from monitor.cli.demo_reports import ReportClerk
from monitor.contract.model import CaseKind, ContractVersion, Status
from monitor.engine.openings import OpeningReport, Place, open_once
from monitor.store.database import Database
from monitor.store.deliverables import Deliverables
from monitor.store.tables import case, escalation, notification, obligation, observation
from tests.support.cases import utc
from tests.support.rulings import apply, book, promising, version, without
from tests.support.world import World

BILLING = Schedule(
    commitment="billing-report",
    provider="telus",
    prefix="FACT",
    first=Period.parse("2026-10"),
    billing_day=15,
)
QUARTERLY = Schedule(
    commitment="quarterly-report",
    provider="telus",
    prefix="TRIM",
    first=Period.parse("2026-T3"),
)
STOPS = frozenset({Status.DELIVERED, Status.COMPLETED, Status.CLOSED})
TABLES = (case, observation, obligation, escalation, notification)


def due(ref: str, provider: str = "telus") -> CaseKey:
    return CaseKey(provider, CaseKind.DELIVERABLE, ref)


OCTOBER = due("FACT-2026-10")
"""Owed from the end of Thursday 15 October, due at the end of Thursday 12 November."""


class Desk(World):
    """A world whose engine opens reports as the daemon's does: before each tick."""

    def __init__(self, database: Database, *schedules: Schedule) -> None:
        # Nobody polls anything here.
        super().__init__(database)
        self.stale_after = {}
        self.schedules: Sequence[Schedule] = schedules or (BILLING,)
        self.deliverables = Deliverables(database)
        self.seen: Place | None = None

    def open(self, limit: int = 500) -> OpeningReport:
        report = open_once(
            self.deliverables,
            self.schedules,
            self.rules.book,
            seen=self.seen,
            now=self.now,
            limit=limit,
        )
        self.seen = report.seen
        return report

    def go_on_until(self, text: str) -> list[datetime]:
        """Open and tick whenever time calls for it, as the daemon; when it did."""
        until = utc(text)
        rounds = []
        while True:
            rounds.append(self.now)
            opening, ticked = self.open(), self.tick()
            instants = [at for at in (opening.next_due_at, ticked.next_due_at) if at is not None]
            if not instants or min(instants) > until:
                break
            self.clock.move_to(max(min(instants), self.now))
        self.clock.move_to(until)
        return rounds

    def arrives(self, at: str | None, key: CaseKey = OCTOBER) -> Sequence[Observation]:
        """Somebody says, now, that it arrived then, or that it did not."""
        arrival = Arrival(
            at=None if at is None else utc(at), status=Status.DELIVERED, stops=STOPS, proof={}
        )
        return self.deliverables.state(
            key, lambda stated: statements_of(arrival, stated, self.now), at=self.now
        )

    def report(self, key: CaseKey = OCTOBER) -> Obligation:
        record = self.readings.case(key)
        assert record is not None
        (found,) = record.obligations
        return found


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_it_is_owed_from_the_instant_its_period_ends(desk: Desk) -> None:
    desk.at("2026-10-15 23:59:59")
    report = desk.open()
    assert (report.opened, report.next_due_at) == ((), utc("2026-10-16 00:00"))
    assert desk.rows(case) == []
    desk.at("2026-10-16 00:00")
    report = desk.open()
    assert (report.opened, report.next_due_at) == ([OCTOBER], utc("2026-11-16 00:00"))
    desk.tick()
    owed = desk.report()
    assert owed.evaluation.verdict is Verdict.PENDING
    assert owed.evaluation.starts_at == utc("2026-10-16 00:00")
    assert owed.evaluation.due_at == utc("2026-11-13 00:00")
    assert (owed.commitment, owed.key.kind) == ("billing-report", CaseKind.DELIVERABLE)


def test_received_in_time_is_met_and_those_who_were_told_are_told(desk: Desk) -> None:
    desk.at("2026-10-16 00:00").go_on_until("2026-11-11 09:00")
    assert desk.report().evaluation.verdict is Verdict.AT_RISK
    assert desk.fired(OCTOBER) == ["half", "warning"]
    desk.arrives("2026-11-11 08:30")
    desk.tick()
    found = desk.report().evaluation
    assert (found.verdict, found.stopped_at) == (Verdict.MET, utc("2026-11-11 08:30"))
    assert desk.fired(OCTOBER) == ["half", "warning", "closed"]


def test_received_late_is_missed(desk: Desk) -> None:
    desk.at("2026-10-16 00:00").go_on_until("2026-11-13 09:00")
    assert desk.report().evaluation.verdict is Verdict.BREACHED
    desk.arrives("2026-11-13 00:00:01")
    desk.tick()
    assert desk.report().evaluation.verdict is Verdict.MISSED
    assert desk.fired(OCTOBER)[-2:] == ["breach", "closed"]


def test_never_received_goes_up_the_ladder_and_stays_breached(desk: Desk) -> None:
    rounds = desk.at("2026-10-16 00:00").go_on_until("2026-11-15 12:00")
    assert desk.fired(OCTOBER) == ["half", "warning", "breach", "complaint"]
    # Woken by what comes due and by nothing else: opening, half, at risk with its step, breach,
    # complaint.
    assert len(rounds) == 5
    desk.go_on_until("2027-03-01 12:00")
    assert desk.fired(OCTOBER) == ["half", "warning", "breach", "complaint", "adviser"]
    assert desk.report().evaluation.verdict is Verdict.BREACHED


def test_nobody_has_to_vouch_for_it(desk: Desk) -> None:
    """A source that nobody polls would be silent, and all it stated unknown."""
    desk.at("2026-10-16 00:00").open()
    desk.at("2026-11-10 00:00").tick()
    assert desk.report().evaluation.verdict is Verdict.AT_RISK
    assert desk.rows(escalation)[-1]["unconfirmed"] in (False, 0)
    assert desk.readings.sources() == []


def test_three_months_down_are_worked_through_in_order(database: Database) -> None:
    desk = Desk(database, BILLING, QUARTERLY)
    assert len(desk.at("2026-10-20 09:00").open().opened) == 2
    desk.tick()
    desk.at("2027-01-22 09:00")
    opened = desk.open().opened
    assert [key.ref for key in opened] == [
        "FACT-2026-11", "FACT-2026-12", "TRIM-2026-T4", "FACT-2027-01",
    ]  # fmt: skip
    desk.tick()
    received = {key.ref: desk.report(key).received_at for key in opened}
    assert received["FACT-2026-11"] == utc("2026-11-15 23:59:59")
    assert received["TRIM-2026-T4"] == utc("2026-12-31 23:59:59")
    assert desk.report(due("TRIM-2026-T3")).evaluation.due_at == utc("2026-10-23 00:00")
    assert desk.report(due("TRIM-2026-T4")).evaluation.due_at == utc("2027-01-26 00:00")
    # One message each, to the manager, that speaks for all the steps before it.
    fired = {
        ref: desk.fired(due(ref))
        for ref in (
            "TRIM-2026-T3",
            "FACT-2026-10",
            "FACT-2026-11",
            "TRIM-2026-T4",
            "FACT-2027-01",
        )
    }
    assert fired == {
        # Told at risk before the daemon went down, and of what came since in one.
        "TRIM-2026-T3": ["(half)", "warning", "(breach)", "(complaint)", "adviser"],
        "FACT-2026-10": ["(half)", "(warning)", "(breach)", "(complaint)", "adviser"],
        "FACT-2026-11": ["(half)", "(warning)", "(breach)", "(complaint)", "adviser"],
        "TRIM-2026-T4": ["(half)", "warning"],
        "FACT-2027-01": [],
    }


def test_opening_again_after_a_crash_adds_nothing(desk: Desk) -> None:
    desk.at("2026-12-20 09:00").open()
    desk.tick()
    before = desk.contents(*TABLES)
    for seen in (None, desk.seen):
        desk.seen = seen
        assert desk.open().opened in ([], ())
        assert desk.tick().cases == 0
    assert desk.contents(*TABLES) == before


def test_a_crash_in_mid_step_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.at("2026-12-20 09:00")

    def die(*_: object) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("monitor.store.deliverables._correct", die)
        with pytest.raises(OSError, match="killed"):
            desk.open()
    assert desk.rows(case) == []
    assert desk.seen is None
    assert len(desk.open().opened) == 3


def test_a_step_is_bounded_and_the_next_goes_on_where_it_stopped(database: Database) -> None:
    accounts = [replace(BILLING, account=f"C-{number}") for number in range(5)]
    desk = Desk(database, *accounts)
    desk.at("2026-11-20 09:00")
    opened: list[CaseKey] = []
    while (report := desk.open(limit=3)).more:
        assert len(report.opened) == 3
        opened += report.opened
    opened += report.opened
    assert [key.ref for key in opened] == [
        *(f"FACT-2026-10-C-{number}" for number in range(5)),
        *(f"FACT-2026-11-C-{number}" for number in range(5)),
    ]
    assert report.next_due_at == utc("2026-12-16 00:00")


def test_two_replicas_open_each_once(database: Database) -> None:
    one, other = Desk(database), Desk(database)
    for desk in (one, other):
        desk.at("2026-12-20 09:00").open()
    assert len(one.rows(case)) == len(one.rows(observation)) == 3


def test_a_corrected_billing_day_corrects_the_deadline(desk: Desk) -> None:
    desk.at("2026-10-20 09:00").open()
    desk.tick()
    # The settings are read anew, and looked at from the start.
    desk.schedules, desk.seen = [replace(BILLING, billing_day=5)], None
    assert desk.at("2026-10-21 09:00").open().opened == [OCTOBER]
    desk.tick()
    owed = desk.report()
    assert owed.received_at == utc("2026-10-05 23:59:59")
    assert owed.evaluation.due_at == utc("2026-11-04 00:00")
    record = desk.readings.case(OCTOBER)
    assert record is not None
    assert (record.received_at, len(record.observations)) == (owed.received_at, 2)


def test_a_corrected_organisation_reaches_a_case_that_is_closed(desk: Desk) -> None:
    desk.at("2026-10-20 09:00").open()
    desk.arrives("2026-10-20 08:00")
    desk.tick()
    desk.schedules, desk.seen = [replace(BILLING, organization="1001")], None
    desk.at("2026-10-21 09:00").open()
    desk.tick()
    owed = desk.report()
    assert (owed.organization, owed.evaluation.verdict) == ("1001", Verdict.MET)
    record = desk.readings.case(OCTOBER)
    assert record is not None
    assert record.organization == "1001"


@pytest.mark.parametrize(
    "versions",
    [
        [version(effective_from="2026-11-01")],
        [version(without("billing-report")), version(effective_from="2026-11-01", version="2")],
        [version(promising("billing-report", effective_from="2026-11-01"))],
    ],
)
def test_what_no_version_promises_is_not_opened(
    desk: Desk, versions: Sequence[ContractVersion]
) -> None:
    apply(desk, book(*versions))
    assert [key.ref for key in desk.at("2026-12-20 09:00").open().opened] == [
        "FACT-2026-11", "FACT-2026-12",
    ]  # fmt: skip
    desk.tick()
    assert desk.readings.fault_counts() == {}


def test_another_calendar_moves_it_as_any_case(desk: Desk) -> None:
    apply(desk, book())
    desk.at("2026-10-16 00:00").go_on_until("2026-11-01 09:00")
    assert apply(desk, book(closed={"2026-11-02": "Tempête"})) == 1
    desk.tick()
    assert desk.report().evaluation.due_at == utc("2026-11-14 00:00")


def test_a_statement_of_a_case_that_is_not_there_is_none(desk: Desk) -> None:
    assert desk.arrives("2026-10-20 08:00") == []
    assert desk.rows(case) == []


def test_they_are_listed_the_latest_first_with_what_is_owed(database: Database) -> None:
    desk = Desk(database, BILLING, replace(BILLING, provider="rogers"), QUARTERLY)
    desk.at("2026-11-20 09:00").open()
    desk.tick()
    listed = desk.deliverables.listed(limit=3)
    assert [(each.key.provider, each.key.ref) for each in listed] == [
        ("telus", "FACT-2026-11"), ("rogers", "FACT-2026-11"), ("telus", "FACT-2026-10"),
    ]  # fmt: skip
    assert [len(each.obligations) for each in listed] == [1, 1, 1]
    in_october = desk.deliverables.listed(
        limit=10, since=utc("2026-10-01 00:00"), until=utc("2026-11-01 00:00")
    )
    assert [each.key.ref for each in in_october] == ["FACT-2026-10", "FACT-2026-10"]
    assert len(desk.deliverables.find("FACT-2026-10")) == 2


def test_the_clerk_of_the_demonstration_states_each_once_it_is_open_and_there(desk: Desk) -> None:
    clerk = ReportClerk(desk.deliverables, [(OCTOBER, utc("2026-10-20 09:00"))])
    clerk.step(desk.at("2026-10-20 08:59").now)
    # Not open yet, whatever the clerk has in hand.
    clerk.step(desk.at("2026-10-20 10:00").now)
    assert desk.rows(observation) == []
    desk.open()
    for _ in range(2):
        clerk.step(desk.at("2026-10-20 11:00").now)
    desk.tick()
    assert desk.report().evaluation.stopped_at == utc("2026-10-20 09:00")
    assert len(desk.rows(observation)) == 2
