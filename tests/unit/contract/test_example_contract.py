"""The shipped example differs from the shipped contract in everything, and all of it works."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.cases.evaluate import Judgement, evaluate
from monitor.cases.obligation import Evaluation, Reason, Verdict
from monitor.cases.observation import CaseKey, Observation
from monitor.cases.timeline import Timeline, build_timeline
from monitor.contract.book import ContractBook
from monitor.contract.loader import load_contract
from monitor.contract.model import CaseKind, ContractVersion, ReopenRule, Status

# Atlantic standard time, all year.
ZONE = ZoneInfo("America/Blanc-Sablon")
KEY = CaseKey("reseau-nord", CaseKind.TICKET, "P-7")


@pytest.fixture(scope="module")
def book() -> ContractBook:
    return load_contract("builtin:exemple-municipalite")


@pytest.fixture(scope="module")
def version(book: ContractBook) -> ContractVersion:
    return book.versions[0]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def case(category: str, *said: tuple[str, Status]) -> Timeline:
    received_at = at(said[0][0])
    return build_timeline(
        Observation(
            source="tickets",
            key=KEY,
            raw_status=status.value,
            status=status,
            received_at=received_at,
            changed_at=at(when),
            observed_at=at(when),
            category=category,
        )
        for when, status in said
    )


def judged(book: ContractBook, name: str, timeline: Timeline, now: str) -> Evaluation:
    version = book.in_force(timeline.received_at)
    level = version.by_id[name]
    clock = book.clock(version, level.calendar)
    return evaluate(level, timeline, clock, Judgement(now=at(now)))


def test_it_shares_nothing_with_the_shipped_contract(version: ContractVersion) -> None:
    other = load_contract("builtin:cspq-mobilite").versions[0]
    assert version.zone != other.zone
    assert not version.by_id.keys() & other.by_id.keys()
    assert not version.ranks.keys() & other.ranks.keys()
    assert not {c.calendar for c in version.commitments} & {c.calendar for c in other.commitments}
    assert {c.at_risk_percent for c in version.commitments}.isdisjoint(
        c.at_risk_percent for c in other.commitments
    )


def test_nothing_depends_on_a_place(book: ContractBook, version: ContractVersion) -> None:
    assert version.regions is None
    assert book.region_of(version, "Fermont", at("2026-11-23T12:00")) is None
    assert all(level.region is None for level in version.commitments)


def test_two_promises_are_owed_on_one_case(version: ContractVersion) -> None:
    assert [c.id for c in version.owed_on("outage", None)] == [
        "outage-response",
        "outage-restoration",
    ]


def test_the_night_of_a_weekend_counts_around_the_clock(book: ContractBook) -> None:
    outage = case("outage", ("2026-11-22T02:00", Status.RECEIVED))
    response = judged(book, "outage-response", outage, "2026-11-22T02:20")
    assert response.due_at == at("2026-11-22T02:30")
    assert (response.verdict, response.reason) == (Verdict.AT_RISK, Reason.THRESHOLD_PASSED)
    restoration = judged(book, "outage-restoration", outage, "2026-11-22T02:20")
    assert restoration.due_at == at("2026-11-22T10:00")
    assert restoration.verdict is Verdict.PENDING


def test_each_promise_has_its_own_warning_threshold(book: ContractBook) -> None:
    outage = case("outage", ("2026-11-22T02:00", Status.RECEIVED))
    for name, before, after in (
        ("outage-response", "2026-11-22T02:14", "2026-11-22T02:15"),
        ("outage-restoration", "2026-11-22T06:47", "2026-11-22T06:48"),
    ):
        assert judged(book, name, outage, before).verdict is Verdict.PENDING
        assert judged(book, name, outage, after).verdict is Verdict.AT_RISK


def test_waiting_for_the_client_pauses_one_and_keeps_the_other_met(book: ContractBook) -> None:
    outage = case(
        "outage",
        ("2026-11-22T02:00", Status.RECEIVED),
        ("2026-11-22T02:25", Status.ACKNOWLEDGED),
        ("2026-11-22T04:00", Status.WAITING_CLIENT),
        ("2026-11-22T07:00", Status.IN_PROGRESS),
        ("2026-11-22T12:59", Status.RESTORED),
    )
    response = judged(book, "outage-response", outage, "2026-11-23T00:00")
    assert (response.verdict, response.elapsed_seconds) == (Verdict.MET, 25 * 60)
    restoration = judged(book, "outage-restoration", outage, "2026-11-23T00:00")
    assert restoration.verdict is Verdict.MET
    assert restoration.elapsed_seconds == (2 * 60 + 5 * 60 + 59) * 60


def test_the_counter_keeps_its_own_hours(book: ContractBook) -> None:
    # Thursday 19:00, open until 20:00; then Friday morning.
    request = case("counter-request", ("2026-11-26T19:00", Status.RECEIVED))
    assert judged(book, "request-response", request, "2026-11-26T19:00").due_at == at(
        "2026-11-27T09:30"
    )


def test_a_special_day_and_a_break_are_kept(book: ContractBook) -> None:
    # Wednesday the 23rd closes at noon; then Christmas and its eve, its morrow kept on Monday,
    # and a day off.
    request = case("counter-request", ("2026-12-23T11:00", Status.RECEIVED))
    assert judged(book, "request-response", request, "2026-12-23T11:00").due_at == at("2026-12-30T09:30")  # fmt: skip


def test_a_reopened_request_starts_anew(book: ContractBook, version: ContractVersion) -> None:
    assert version.by_id["request-resolution"].reopen_rule is ReopenRule.RESTART
    request = case(
        "counter-request",
        ("2026-11-23T08:30", Status.RECEIVED),
        ("2026-11-23T15:30", Status.RESOLVED),
        ("2026-11-24T08:30", Status.REOPENED),
    )
    again = judged(book, "request-resolution", request, "2026-11-24T08:30")
    assert (again.episode, again.elapsed_seconds) == (1, 0)
    assert again.due_at == at("2026-11-25T16:30")


def test_equipment_is_due_in_business_days_of_its_own_calendar(
    book: ContractBook, version: ContractVersion
) -> None:
    order = case("equipment", ("2026-12-21T10:00", Status.RECEIVED))
    # 22nd, 23rd, 30th, 5th, 6th: the 24th, 25th, 28th, 31st, 1st and 4th are holidays, the 29th
    # is a day off.
    assert judged(book, "equipment-order", order, "2026-12-21T10:00").due_at == at(
        "2027-01-07T00:00"
    )
    assert (
        book.clock(version, "jours-municipaux").elapsed(
            at("2026-12-29T00:00"), at("2026-12-30T00:00")
        )
        == timedelta()
    )


def test_targets_are_those_of_the_text(version: ContractVersion) -> None:
    targets = {level.id: level.target_percent for level in version.commitments}
    assert targets["outage-restoration"] == 97.5
    assert targets["equipment-order"] is None
