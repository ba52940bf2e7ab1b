from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.cases.observation import CaseKey, Observation
from monitor.cases.timeline import build_timeline
from monitor.collectors.base import Known
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.reading import Facts, Reading
from monitor.collectors.statements import Origin, needs_known, observations_of
from monitor.contract.model import CaseKind, Status

POLL = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
BEFORE = POLL - timedelta(minutes=1)
TICKETS = Reading(MappingSettings.model_validate("tmf621"))
ORDERS = Reading(MappingSettings.model_validate("tmf622"))


def ticket(**changes: Any) -> dict[str, Any]:
    return {
        "id": "TT-1",
        "creationDate": "2026-11-23T15:00:00Z",
        "lastUpdate": "2026-11-23T19:59:30Z",
        "status": "resolved",
        "ticketType": "incident",
        **changes,
    }


def order(**changes: Any) -> dict[str, Any]:
    return {
        "id": "PO-1",
        "orderDate": "2026-11-23T15:00:00Z",
        "state": "inProgress",
        "category": "delivery",
        **changes,
    }


def facts_of(record: dict[str, Any], at: datetime) -> tuple[Facts, Origin, Reading]:
    reading = TICKETS if "ticketType" in record else ORDERS
    facts = reading.read(record, until=at)
    assert isinstance(facts, Facts), facts
    kind = CaseKind.TICKET if reading is TICKETS else CaseKind.ORDER
    return (
        facts,
        Origin(source="s", key=CaseKey("telus", kind, facts.ref), until=at, as_of=at),
        reading,
    )


def stated(
    record: dict[str, Any], known: Known | None = None, at: datetime = POLL
) -> list[Observation]:
    return list(observations_of(*facts_of(record, at), known))


def known(seen: Observation, confirmed_at: datetime = BEFORE) -> Known:
    return Known(
        key=seen.key,
        last_observation_id=seen.id,
        raw_status=seen.raw_status,
        received_at=seen.received_at,
        confirmed_at=confirmed_at,
        organization=seen.organization,
        category=seen.category,
        place=seen.place,
    )


HISTORY = [
    {"status": "acknowledged", "changeDate": "2026-11-23T15:00:00Z"},
    {"status": "inProgress", "changeDate": "2026-11-23T15:20:00Z"},
    {"status": "resolved", "changeDate": "2026-11-23T16:00:00Z"},
]


def test_a_history_gives_one_statement_a_transition_each_with_its_own_time() -> None:
    seen = stated(ticket(statusChange=HISTORY))
    assert [(one.raw_status, one.status, one.changed_at.strftime("%H:%M")) for one in seen] == [
        ("acknowledged", Status.ACKNOWLEDGED, "15:00"),
        ("inProgress", Status.IN_PROGRESS, "15:20"),
        ("resolved", Status.RESOLVED, "16:00"),
    ]
    assert {one.observed_at for one in seen} == {POLL}
    assert {one.changed_after for one in seen} == {None}
    assert [one.payload["status"] for one in seen] == ["acknowledged", "inProgress", "resolved"]
    assert [one.payload["changed_at"] for one in seen] == [past["changeDate"] for past in HISTORY]
    assert "history" not in seen[0].payload


def test_reading_a_ticket_again_says_nothing_new() -> None:
    first = stated(ticket(statusChange=HISTORY))
    again = stated(ticket(statusChange=HISTORY), at=POLL + timedelta(hours=1))
    assert [one.id for one in first] == [one.id for one in again]


def test_a_status_the_history_does_not_have_yet_is_stated_beside_it() -> None:
    seen = stated(
        ticket(statusChange=HISTORY[:2], statusChangeDate="2026-11-23T16:00:00Z"),
    )
    assert [one.raw_status for one in seen] == ["acknowledged", "inProgress", "resolved"]
    # Once the history has it too, it is the same statement.
    assert [one.id for one in seen] == [one.id for one in stated(ticket(statusChange=HISTORY))]


@pytest.mark.parametrize("order_of_list", [1, -1], ids=["oldest first", "newest first"])
def test_statuses_taken_within_one_second_keep_their_order_through_the_timeline(
    order_of_list: int,
) -> None:
    second = "2026-11-23T16:00:00Z"
    history = [
        {"status": "acknowledged", "changeDate": "2026-11-23T15:00:00Z"},
        *(
            {"status": status, "changeDate": second}
            for status in ("resolved", "inProgress", "held")
        ),
    ][::order_of_list]
    timeline = build_timeline(stated(ticket(status="held", statusChange=history)))
    assert [change.raw_status for change in timeline.changes] == [
        "acknowledged",
        "resolved",
        "inProgress",
        "held",
    ]
    assert timeline.changes[-1].at - timeline.changes[1].at < timedelta(milliseconds=1)


def test_the_sources_own_date_dates_the_status() -> None:
    (seen,) = stated(ticket(statusChangeDate="2026-11-23T16:00:00Z"))
    assert seen.changed_at == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert seen.changed_after is None


def test_without_any_date_the_first_sight_is_bounded_by_receipt_and_last_update() -> None:
    (seen,) = stated(ticket())
    assert seen.changed_after == datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    assert seen.changed_at == datetime(2026, 11, 23, 19, 59, 30, tzinfo=UTC)


def test_an_orders_transition_is_bounded_by_two_polls() -> None:
    (first,) = stated(order(state="acknowledged"), at=BEFORE)
    (seen,) = stated(order(), known(first, BEFORE))
    assert (seen.changed_after, seen.changed_at) == (BEFORE, POLL)
    assert seen.previous_id == first.id
    # Whenever the next poll comes, it is this very statement until something else is said.
    (late,) = stated(order(), known(first, BEFORE), at=POLL + timedelta(hours=1))
    assert late.id == seen.id


def test_an_order_found_as_it_was_says_nothing() -> None:
    (first,) = stated(order())
    assert stated(order(), known(first), at=POLL + timedelta(hours=1)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"category": "number-change"},
        {"orderDate": "2026-11-23T14:00:00Z"},
        {"relatedParty": [{"id": "ORG-1", "role": "customer"}]},
        {"productOrderItem": [{"product": {"place": [{"city": "Fermont"}]}}]},
    ],
)
def test_what_a_case_is_can_change_while_its_status_stays(changes: dict[str, Any]) -> None:
    (first,) = stated(order())
    (seen,) = stated(order(**changes), known(first))
    assert seen.id != first.id
    assert seen.previous_id == first.id


def test_a_case_back_in_a_former_status_states_something_new() -> None:
    (first,) = stated(order(state="held"), at=BEFORE)
    (second,) = stated(order(), known(first))
    (third,) = stated(order(state="held"), known(second), at=POLL + timedelta(hours=1))
    assert len({first.id, second.id, third.id}) == 3


def test_completion_has_the_providers_date_and_says_what_it_followed() -> None:
    (first,) = stated(order(), at=BEFORE)
    done = order(state="completed", completionDate="2026-11-23T19:00:00Z")
    (seen,) = stated(done, known(first))
    assert (seen.changed_at.hour, seen.changed_after, seen.previous_id) == (19, None, first.id)
    # Seen again, now that it is what is known, it is the same statement.
    assert [one.id for one in stated(done, known(seen))] == [seen.id]


def test_a_clock_ahead_of_ours_does_not_turn_the_bounds_round() -> None:
    (seen,) = stated(order(orderDate="2026-11-23T20:05:00Z"))
    assert seen.changed_after == seen.changed_at == seen.received_at


def test_a_last_update_that_contradicts_what_was_seen_bounds_nothing() -> None:
    (first,) = stated(ticket(status="held"), at=BEFORE)
    record = ticket(lastUpdate="2026-11-23T19:00:00Z")
    (seen,) = stated(record, known(first, BEFORE))
    assert (seen.changed_after, seen.changed_at) == (BEFORE, POLL)


def test_the_store_is_asked_only_where_no_history_tells() -> None:
    told, *_ = facts_of(ticket(statusChange=HISTORY), POLL)
    assert not needs_known(told)
    assert needs_known(replace(told, history=told.history[:1]))
    assert needs_known(facts_of(order(), POLL)[0])


def test_what_changes_while_the_walk_goes_on_did_not_happen_before_it_began() -> None:
    (before,) = stated(ticket(status="inProgress", lastUpdate="2026-11-23T15:00:00Z"))
    late = POLL + timedelta(minutes=4)
    (closed,) = stated(ticket(lastUpdate=late.isoformat()), known(before))
    assert (closed.changed_after, closed.changed_at) == (BEFORE, late)
    # A clock that runs ahead by more than a walk can take dates nothing.
    (closed,) = stated(ticket(lastUpdate="2026-11-23T20:30:00Z"), known(before))
    assert closed.changed_at == POLL


def test_an_export_made_before_the_last_look_follows_nothing_seen_there() -> None:
    (first,) = stated(order(), at=BEFORE)
    done = order(state="completed", completionDate="2026-11-23T19:00:00Z")
    (seen,) = stated(done, known(first, POLL + timedelta(hours=1)))
    assert seen.previous_id is None
