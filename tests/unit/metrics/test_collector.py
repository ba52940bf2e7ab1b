from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from prometheus_client import CollectorRegistry

from monitor import __version__
from monitor.cases.obligation import Obligation, Verdict
from monitor.cases.records import OutboxRecord, StatedTallyRecord
from monitor.clock import BusinessClock, tzdata_version, zone
from monitor.contract.book import ContractBook
from monitor.metrics import EventCounts, make_registry
from monitor.metrics.catalogue import LABELS, METRICS
from monitor.metrics.metric import Kind
from monitor.metrics.tallied import Months
from tests.support.cases import utc
from tests.support.stored_figures import (
    NOW,
    Reading,
    a_collector,
    a_due,
    a_tally,
    an_obligation,
)
from tests.support.world import shipped_contract


def values(registry: CollectorRegistry, name: str) -> dict[tuple[str, ...], float]:
    """The samples of one name by the values of their labels, in the labels' order."""
    return {
        tuple(sample.labels.values()): sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == name
    }


@pytest.fixture
def reading() -> Reading:
    return Reading()


@pytest.fixture
def counts() -> EventCounts:
    return EventCounts()


@pytest.fixture
def registry(reading: Reading, counts: EventCounts) -> CollectorRegistry:
    return make_registry(a_collector(reading, counts))


def test_registering_reads_nothing(reading: Reading, registry: CollectorRegistry) -> None:
    assert reading.reads == 0


def test_obligations_by_provider_commitment_and_verdict(registry: CollectorRegistry) -> None:
    told = values(registry, "vigie_obligations")
    assert {labels: value for labels, value in told.items() if value} == {
        ("telus", "incident-resolution", "pending"): 3,
        ("telus", "incident-resolution", "breached"): 1,
        ("rogers", "delivery-local", "met"): 40,
    }
    assert told["telus", "incident-resolution", "met"] == 0
    assert len(told) == 2 * len(Verdict)


def test_the_most_urgent_have_what_remains_now_not_when_judged(registry: CollectorRegistry) -> None:
    name = "vigie_urgent_remaining_business_seconds"
    labels = ("telus", "incident-resolution", "telus:ticket:INC-1")
    assert values(registry, name) == {labels: 5400}


def test_one_whose_contract_is_gone_has_no_figure(reading: Reading) -> None:
    collector = a_collector(reading)

    def gone(obligation: Obligation) -> BusinessClock:
        raise KeyError(obligation.contract_version)

    collector._clock_of = gone
    assert values(make_registry(collector), "vigie_urgent_remaining_business_seconds") == {}


def test_never_more_urgent_ones_than_asked_for(reading: Reading) -> None:
    key = an_obligation().key
    reading.open = [replace(an_obligation(), key=replace(key, ref=f"INC-{n}")) for n in range(30)]
    for urgent in (5, 0):
        registry = make_registry(a_collector(reading, urgent=urgent))
        assert len(values(registry, "vigie_urgent_remaining_business_seconds")) == urgent


def test_outbox_with_the_age_of_its_oldest(registry: CollectorRegistry) -> None:
    assert values(registry, "vigie_outbox_depth") == {("queued",): 2, ("dead",): 1}
    assert values(registry, "vigie_outbox_oldest_age_seconds") == {(): 180}


@pytest.mark.parametrize("oldest_at", [None, NOW + timedelta(hours=1)])
def test_an_age_is_never_negative(
    reading: Reading, registry: CollectorRegistry, oldest_at: datetime | None
) -> None:
    reading.held = OutboxRecord(queued=1, dead=0, oldest_at=oldest_at)
    assert values(registry, "vigie_outbox_oldest_age_seconds") == {(): 0}


def test_cases_that_are_not_watched_by_every_reason(registry: CollectorRegistry) -> None:
    assert values(registry, "vigie_case_faults") == {
        ("no_commitment",): 0,
        ("not_in_force",): 1,
        ("out_of_range",): 0,
        ("unexpected",): 0,
    }


def test_sources(registry: CollectorRegistry) -> None:
    expected: Mapping[str, Mapping[tuple[str, ...], float]] = {
        "vigie_source_last_success_timestamp_seconds": {
            ("telus-tickets",): 1795462140,
            ("rogers-orders",): 0,
        },
        "vigie_source_stale": {("telus-tickets",): 0, ("rogers-orders",): 1},
        "vigie_source_circuit": {
            ("telus-tickets", "closed"): 1,
            ("telus-tickets", "open"): 0,
            ("rogers-orders", "closed"): 0,
            ("rogers-orders", "open"): 1,
        },
        "vigie_observations_total": {("telus-tickets",): 120, ("rogers-orders",): 0},
        "vigie_quarantine_records": {("telus-tickets",): 2, ("rogers-orders",): 0},
        "vigie_unknown_status_observations": {("telus-tickets",): 5, ("rogers-orders",): 0},
    }
    for name, series in expected.items():
        assert values(registry, name) == series, name


def test_what_the_loops_tell(registry: CollectorRegistry, counts: EventCounts) -> None:
    counts.polled("telus-tickets", "complete")
    counts.polled("telus-tickets", "http_5xx")
    counts.ticked(at=NOW, seconds=0.03)
    counts.escalated("telus", "incident-resolution", "at-80-percent")
    counts.closed("telus", "incident-resolution", 0.8)
    counts.poll_took("telus-tickets", 0.4)
    counts.delivered("mail", "failed")
    counts.delivered("mail", "accepted", timedelta(seconds=42))
    counts.delivered("mail", "accepted", timedelta(hours=-1))
    assert values(registry, "vigie_source_polls_total") == {
        ("telus-tickets", "complete"): 1,
        ("telus-tickets", "http_5xx"): 1,
    }
    assert values(registry, "vigie_escalations_total") == {
        ("telus", "incident-resolution", "at-80-percent"): 1
    }
    assert values(registry, "vigie_notifications_total") == {
        ("mail", "failed"): 1,
        ("mail", "accepted"): 2,
    }
    latency = values(registry, "vigie_escalation_latency_seconds_bucket")
    assert [latency["mail", bound] for bound in ("0.1", "30.0", "60.0")] == [1, 1, 2]
    assert values(registry, "vigie_escalation_latency_seconds_sum") == {("mail",): 42}
    used = values(registry, "vigie_time_used_ratio_bucket")
    bounds = [used["telus", "incident-resolution", bound] for bound in ("0.75", "0.8")]
    assert bounds == [0, 1]
    assert values(registry, "vigie_source_poll_duration_seconds_sum") == {("telus-tickets",): 0.4}
    assert values(registry, "vigie_tick_duration_seconds_count") == {(): 1}
    assert values(registry, "vigie_tick_last_timestamp_seconds") == {(): NOW.timestamp()}


def test_what_is_declared_is_there_before_it_happens(
    registry: CollectorRegistry, counts: EventCounts
) -> None:
    counts.declare(sources=["telus-tickets"], channels=["mail"])
    assert values(registry, "vigie_source_polls_total") == {("telus-tickets", "complete"): 0}
    assert values(registry, "vigie_notifications_total") == {
        ("mail", outcome): 0 for outcome in ("accepted", "failed", "refused", "expired")
    }
    assert values(registry, "vigie_escalation_latency_seconds_count") == {("mail",): 0}


def test_a_database_out_of_reach_costs_only_its_own_figures(
    registry: CollectorRegistry, reading: Reading, counts: EventCounts
) -> None:
    counts.polled("telus-tickets", "complete")
    reading.fault = ConnectionError("no route")
    assert values(registry, "vigie_stored_readable") == {(): 0}
    assert values(registry, "vigie_obligations") == {}
    assert values(registry, "vigie_source_polls_total") == {("telus-tickets", "complete"): 1}
    reading.fault = None
    assert values(registry, "vigie_stored_readable") == {(): 1}


def test_the_two_months_by_deadline_each_with_every_verdict(registry: CollectorRegistry) -> None:
    told = values(registry, "vigie_month_obligations")
    assert {labels: value for labels, value in told.items() if value} == {
        ("current", "rogers", "delivery-local", "local", "met"): 7,
        ("previous", "rogers", "delivery-remote", "remote", "missed"): 2,
    }
    assert len(told) == 2 * 2 * len(Verdict)


def test_proofs_that_are_missing_are_told_by_condition(
    registry: CollectorRegistry, reading: Reading
) -> None:
    december = utc("2026-12-01 00:00")
    reading.due = {
        december: [
            a_due("delivery-local", Verdict.MET, 7),
            a_due("delivery-remote", Verdict.MISSED, 2),
            a_due("delivery-local", Verdict.CANCELLED, 5),
            a_due("incident-resolution", Verdict.MET, 9),
        ]
    }
    derogated, paid = frozenset({"derogation"}), frozenset({"device-cost-not-zero"})
    reading.stated = {
        december: [
            StatedTallyRecord(provider=provider, commitment=name, names=names, obligations=number)
            for provider, name, names, number in (
                ("rogers", "delivery-local", derogated, 4),
                ("rogers", "incident-resolution", derogated, 9),
                ("telus", "delivery-local", paid, 3),
                ("telus", "delivery-local", paid | {"authorization"}, 2),
            )
        ]
    }
    about = values(registry, "vigie_condition_commitments")
    unproven = values(registry, "vigie_condition_unproven")
    assert about.keys() == unproven.keys()
    # A first-rank provider needs no derogation; what is withdrawn needs none.
    assert ("current", "telus", "second-rank-derogation") not in about
    key = ("current", "rogers", "second-rank-derogation")
    assert (about[key], unproven[key]) == (9, 5)
    key = ("current", "telus", "paid-device-authorization")
    assert (about[key], unproven[key]) == (5, 3)
    assert set(unproven.values()) == {0, 3, 5}


def test_purchases_made_elsewhere_are_told(registry: CollectorRegistry) -> None:
    assert values(registry, "vigie_condition_purchases") == {
        ("current", "devices-from-provider"): 1,
        ("previous", "devices-from-provider"): 0,
    }


def test_reports_that_are_owed_and_late_are_told(
    registry: CollectorRegistry, reading: Reading
) -> None:
    reading.due = {
        utc("2026-12-01 00:00"): [
            a_due("billing-report", Verdict.BREACHED, 1),
            a_due("billing-report", Verdict.MISSED, 1),
            a_due("billing-report", Verdict.MET, 3),
        ]
    }
    told = values(registry, "vigie_deliverables_late")
    assert {labels: value for labels, value in told.items() if value} == {
        ("current", "rogers", "billing-report"): 2
    }


@pytest.mark.parametrize(
    ("now", "first", "last"),
    [
        ("2026-11-23 14:30", "2026-11-01 00:00", "2026-12-01 00:00"),
        ("2026-11-30 23:59", "2026-11-01 00:00", "2026-12-01 00:00"),
        ("2026-12-01 00:00", "2026-12-01 00:00", "2027-01-01 00:00"),
        ("2027-01-01 00:00", "2027-01-01 00:00", "2027-02-01 00:00"),
    ],
)
def test_a_month_is_one_of_the_contracts_zone(now: str, first: str, last: str) -> None:
    months = Months.at(utc(now), zone("America/Toronto"))
    assert (months.current, months.following) == (utc(first), utc(last))
    assert Months.at(months.previous, zone("America/Toronto")).following == months.current


def test_the_largest_public_bodies_come_first(
    registry: CollectorRegistry, reading: Reading
) -> None:
    told = values(registry, "vigie_organization_obligations")
    assert next(iter(told))[0] == "none"
    assert told["MSSS", "telus", "met"] == 3
    assert told["MSSS", "telus", "missed"] == 0
    reading.bodies = [
        replace(reading.bodies[0], organization=f"body-{n}", obligations=n) for n in range(1, 500)
    ]
    many = values(make_registry(a_collector(reading)), "vigie_organization_obligations")
    assert len(many) == 500
    assert many["body-499", "telus", "met"] == 499
    assert ("body-1", "telus", "met") not in many
    assert sum(many.values()) == sum(range(1, 500))


def test_what_the_contract_allows(reading: Reading, registry: CollectorRegistry) -> None:
    name = "vigie_commitment_limit_business_seconds"
    limits = values(registry, name)
    assert (limits["delivery-local",], limits["service-restoration",]) == (3 * 86_400, 24 * 3600)
    assert set(values(registry, "vigie_commitment_at_risk_ratio").values()) == {0.8}
    assert values(registry, "vigie_commitment_target_ratio") == {}
    version = shipped_contract().versions[0]
    promise = version.commitments[0].model_copy(update={"target_percent": 95.0})
    book = ContractBook([version.model_copy(update={"commitments": (promise,)})])
    told = make_registry(a_collector(reading, book=book))
    assert values(told, "vigie_commitment_target_ratio") == {("delivery-local",): 0.95}


def test_tells_what_is_at_work_and_what_time_it_is(registry: CollectorRegistry) -> None:
    build = (__version__, tzdata_version(), "cspq-mobilite 2019-12-11")
    assert values(registry, "vigie_build_info") == {build: 1}
    assert values(registry, "vigie_clock_timestamp_seconds") == {(): NOW.timestamp()}


def test_more_label_sets_than_the_ceiling_fold_and_are_counted(
    registry: CollectorRegistry, reading: Reading
) -> None:
    reading.tallied = [a_tally("telus", f"promise-{n}", Verdict.MET, 2) for n in range(200)]
    obligations = values(registry, "vigie_obligations")
    assert len(obligations) == 1_000
    assert sum(obligations.values()) == 400
    assert obligations["other", "other", "other"] > 0
    # Seven verdicts of 200 promises, less the 999 that have a series: at each of two scrapes.
    assert values(registry, "vigie_label_sets_folded_total") == {("vigie_obligations",): 802}


def test_every_metric_of_the_catalogue_is_told_and_no_other(registry: CollectorRegistry) -> None:
    told = {family.name for family in registry.collect() if family.name.startswith("vigie_")}
    assert told == {metric.name.removesuffix("_total") for metric in METRICS}


def test_every_label_is_documented_and_none_is_about_a_person() -> None:
    used = {label for metric in METRICS for label in metric.labels}
    assert used == set(LABELS)


def test_every_metric_asks_a_question_under_a_conventional_name() -> None:
    for metric in METRICS:
        assert "?" in metric.question, metric.name
        assert metric.name.startswith("vigie_")
        assert metric.name.endswith("_total") == (metric.kind is Kind.COUNTER), metric.name
        assert bool(metric.buckets) == (metric.kind is Kind.HISTOGRAM), metric.name
        assert list(metric.buckets) == sorted(metric.buckets)
        assert metric.ceiling >= 2 or metric.labels in ((), ("version", "tzdata", "contract"))


def test_who_polls_what_and_which_loops_fail(registry: CollectorRegistry) -> None:
    assert values(registry, "vigie_replicas") == {(): 2}
    held = {("telus-tickets",): 1, ("rogers-orders",): 0}
    assert values(registry, "vigie_source_lease_held") == held
    assert values(registry, "vigie_loop_failures") == {("tick",): 0, ("replica",): 3}
