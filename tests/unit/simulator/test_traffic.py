from datetime import UTC, datetime, timedelta

import pytest

from monitor.cases.evaluate import Judgement, evaluate
from monitor.cases.obligation import Verdict
from monitor.cases.observation import CaseKey, Observation
from monitor.cases.timeline import build_timeline
from monitor.clock.wall import ManualClock
from monitor.collectors.mapping import MappingSettings
from monitor.contract.book import ContractBook
from monitor.contract.loader import load_contract
from monitor.contract.model import CaseKind
from monitor.simulator.book import SimulatedCase, SimulatedProvider, count_open
from monitor.simulator.traffic import ALL_AS_TICKETS, Traffic

# A Monday, 7:00 in Québec.
START = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def book() -> ContractBook:
    return load_contract("builtin:cspq-mobilite")


def made(book: ContractBook, **settings) -> tuple[SimulatedProvider, Traffic, ManualClock]:
    clock = ManualClock(START)
    provider = SimulatedProvider("telus", clock)
    return provider, Traffic(provider, book, start=START, **{"seed": 7, **settings}), clock


def cases(provider: SimulatedProvider) -> list[SimulatedCase]:
    return provider.cases(CaseKind.TICKET) + provider.cases(CaseKind.ORDER)


def test_equal_seeds_make_equal_traffic_however_it_is_stepped(book) -> None:
    coarse, all_at_once, _ = made(book)
    fine, often, clock = made(book)
    all_at_once.step(START + 5 * DAY)
    while clock.now() < START + 5 * DAY:
        clock.advance(timedelta(minutes=11))
        often.step(min(clock.now(), START + 5 * DAY))
    assert cases(coarse) == cases(fine)
    other, different, _ = made(book, seed=8)
    different.step(START + 5 * DAY)
    assert cases(other) != cases(coarse)


def test_nothing_happens_before_it_is_due(book) -> None:
    provider, traffic, _ = made(book)
    assert traffic.next_at > START
    assert traffic.step(traffic.next_at - timedelta(microseconds=1)) == 0
    assert cases(provider) == []
    assert traffic.step(traffic.next_at) > 0


def test_changes_are_dated_when_they_were_due_and_in_order(book) -> None:
    provider, traffic, _ = made(book)
    traffic.step(START + 10 * DAY)
    for case in cases(provider):
        times = [case.received_at, *(change.at for change in case.changes)]
        assert times == sorted(times)
        assert times[0] >= START
        assert times[-1] <= START + 10 * DAY


def test_two_providers_keep_some_thirty_cases_open_at_the_pace_of_business(book) -> None:
    telus, orders_and_tickets, _ = made(book, per_hour=2.0)
    rogers, tickets, _ = made(book, per_hour=1.0, tickets=ALL_AS_TICKETS, orders={})
    counts = []
    for day in range(7, 25):
        for traffic in (orders_and_tickets, tickets):
            traffic.step(START + day * DAY + timedelta(hours=5))
        counts.append(count_open(cases(telus)) + count_open(cases(rogers)))
    assert min(counts) > 15
    assert max(counts) < 55
    assert rogers.cases(CaseKind.ORDER) == []


def judged(book: ContractBook, case: SimulatedCase, now: datetime) -> Verdict:
    """The verdict on a case, by its own statuses and what the contract owes."""
    words = MappingSettings.model_validate(
        "tmf621" if case.kind is CaseKind.TICKET else "tmf622"
    ).status_map
    changes = [
        Observation(
            source="s",
            key=CaseKey("telus", case.kind, case.ref),
            raw_status=change.status,
            status=words[change.status],
            received_at=case.received_at,
            changed_at=(
                case.ended_at if change is case.changes[-1] and case.ended_at else change.at
            ),
            observed_at=change.at,
            category=case.category,
            place=case.place,
        )
        for change in case.changes
    ]
    version = book.in_force(case.received_at)
    answer = book.region_of(version, case.place, case.received_at)
    assert answer is not None
    (commitment,) = version.owed_on(case.category, answer.region)
    clock = book.clock(version, commitment.calendar)
    judgement = Judgement(now=now)
    return evaluate(commitment, build_timeline(changes), clock, judgement).verdict


def test_every_verdict_comes_up_and_most_promises_are_kept(book) -> None:
    provider, traffic, _ = made(book, per_hour=4.0)
    now = START + 25 * DAY
    traffic.step(now)
    verdicts = [judged(book, case, now) for case in cases(provider)]
    closed = [verdict for verdict in verdicts if verdict in (Verdict.MET, Verdict.MISSED)]
    assert {Verdict.PENDING, Verdict.MET, Verdict.MISSED, Verdict.CANCELLED} <= set(verdicts)
    assert 0.05 < closed.count(Verdict.MISSED) / len(closed) < 0.25
    # At some moment of some day, something is about to be late and something else is.
    live = set()
    for hour in range(48):
        provider, traffic, _ = made(book)
        at = START + 8 * DAY + timedelta(hours=hour)
        traffic.step(at)
        live |= {judged(book, case, at) for case in cases(provider) if count_open([case])}
    assert {Verdict.AT_RISK, Verdict.BREACHED, Verdict.PENDING} <= live


def test_cases_are_of_every_kind_and_place(book) -> None:
    provider, traffic, _ = made(book, per_hour=4.0)
    traffic.step(START + 12 * DAY)
    everything = cases(provider)
    assert {case.category for case in everything} == set(ALL_AS_TICKETS)
    version = book.in_force(START)
    regions = set()
    for case in everything:
        if case.place is not None:
            answer = book.region_of(version, case.place, case.received_at)
            assert answer is not None
            assert answer.known, case.place
            regions.add(answer.region)
    assert regions == {"local", "remote"}
    assert any(
        len({change.status for change in case.changes}) < len(case.changes) for case in everything
    )
    # Some things are entered a while after they happened.
    late = [case.changes[-1].at - case.ended_at for case in everything if case.ended_at]
    assert timedelta() in late
    assert max(late) > timedelta(minutes=10)
