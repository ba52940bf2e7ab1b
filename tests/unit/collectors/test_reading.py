import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.collectors.base import Quarantined
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.reading import Facts, OutsideContract, Reading
from monitor.contract.model import Status

UNTIL = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
TICKETS = Reading(MappingSettings.model_validate("tmf621"))
ORDERS = Reading(MappingSettings.model_validate("tmf622"))


def ticket(**changes: Any) -> dict[str, Any]:
    return {
        "id": "TT-1",
        "creationDate": "2026-11-23T10:00:00-05:00",
        "lastUpdate": "2026-11-23T11:00:00-05:00",
        "status": "inProgress",
        "ticketType": "incident",
        **changes,
    }


def read(record: Any, reading: Reading = TICKETS) -> Facts:
    facts = reading.read(record, until=UNTIL)
    assert isinstance(facts, Facts), facts
    return facts


def refused(record: Any, reading: Reading = TICKETS) -> Quarantined:
    found = reading.read(record, until=UNTIL)
    assert isinstance(found, Quarantined), found
    return found


def test_the_least_a_ticket_may_say() -> None:
    facts = read(ticket())
    assert (facts.ref, facts.category, facts.place, facts.organization) == (
        "TT-1",
        "incident",
        None,
        None,
    )
    assert facts.received_at == datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    assert facts.updated_at == datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert facts.current.raw_status == "inProgress"
    assert facts.current.changed_at is None
    assert facts.history == ()


V4 = {
    "relatedParty": [
        {"id": "P-9", "role": "reporter", "name": "Jo Blo", "@referredType": "Individual"},
        {"id": "P-8", "role": "customer", "name": "Jo Blo", "@referredType": "Individual"},
        {"id": "ORG-7", "role": "customer", "name": "MX", "@referredType": "Organization"},
    ],
    "relatedEntity": [{"id": "L-1", "role": "place", "name": "Fermont", "@referredType": "Site"}],
    "statusChange": [
        {"status": "acknowledged", "changeDate": "2026-11-23T10:00:00-05:00"},
        {"status": "inProgress", "changeDate": "2026-11-23T10:20:00-05:00"},
    ],
}
V5 = {
    "relatedParty": [
        {
            "role": "customer",
            "partyOrPartyRole": {"id": "P-8", "name": "Jo", "@referredType": "Individual"},
        },
        {
            "role": "customer",
            "partyOrPartyRole": {"id": "ORG-7", "name": "MX", "@referredType": "Organization"},
        },
    ],
    "relatedEntity": [{"role": "place", "entity": {"id": "L-1", "name": "Fermont"}}],
    "statusChangeHistory": [
        {"status": "acknowledged", "statusChangeDate": "2026-11-23T15:00:00Z"},
        {"status": "inProgress", "statusChangeDate": "2026-11-23T15:20:00Z"},
    ],
}


@pytest.mark.parametrize("shape", [V4, V5], ids=["v4", "v5"])
def test_one_mapping_reads_both_versions(shape: dict[str, Any]) -> None:
    facts = read(ticket(**shape))
    assert (facts.organization, facts.place) == ("ORG-7", "Fermont")
    assert [(past.raw_status, past.changed_at) for past in facts.history] == [
        ("acknowledged", datetime(2026, 11, 23, 15, 0, tzinfo=UTC)),
        ("inProgress", datetime(2026, 11, 23, 15, 20, tzinfo=UTC)),
    ]


def test_a_history_with_the_newest_first_is_turned_round_even_within_one_second() -> None:
    history = [
        {"status": "closed", "changeDate": "2026-11-23T12:00:00-05:00"},
        {"status": "resolved", "changeDate": "2026-11-23T12:00:00-05:00"},
        {"status": "acknowledged", "changeDate": "2026-11-23T10:00:00-05:00"},
    ]
    facts = read(ticket(status="closed", statusChange=history))
    assert [past.raw_status for past in facts.history] == ["acknowledged", "resolved", "closed"]


def test_history_without_dates_is_left_out_and_counted_and_without_status_says_nothing() -> None:
    history = [
        {"status": "acknowledged", "changeDate": "2026-11-23T10:00:00-05:00"},
        {"status": "held"},
        {"changeReason": "note added", "changeDate": "2026-11-23T10:05:00-05:00"},
    ]
    facts = read(ticket(statusChange=history))
    assert [past.raw_status for past in facts.history] == ["acknowledged"]
    assert facts.undated == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"ticketType": "Plainte"}, "category 'Plainte' is mapped nowhere; add it to category_map"),
        ({"ticketType": None}, "no category: the expression for it finds nothing"),
        ({"id": None}, "no ref"),
        ({"id": ""}, "no ref"),
        ({"status": None}, "no status"),
        ({"creationDate": None}, "no received at"),
        ({"creationDate": "2026-11-23"}, "received_at: '2026-11-23' is not a date and time"),
        ({"creationDate": "2026-11-01T01:30:00"}, "received_at: has no offset, and .* twice"),
        ({"creationDate": "0001-01-01T00:00:00Z"}, "received_at: .* no time at all"),
        ({"creationDate": "2027-11-23T00:00:00Z"}, "received_at: .* in the future"),
        ({"statusChangeDate": "soon"}, "changed_at: 'soon' is not a date and time"),
        ({"statusChange": {"status": "held"}}, "history.items leads to an object, not to a list"),
        (
            {"statusChange": [{"status": "held", "changeDate": "x"}]},
            "history: 'x' is not a date and time",
        ),
        ({"ticketType": {"name": "incident"}}, "category leads to an object instead of a single"),
        ({"id": "x" * 201}, "ref has 201 characters; 200 at most"),
    ],
)
def test_what_cannot_be_read_is_set_aside_with_its_reason(
    changes: dict[str, Any], reason: str
) -> None:
    found = refused(ticket(**changes))
    assert re.search(reason, found.reason), found.reason


@pytest.mark.parametrize("record", [None, [], "TT-1", 7, True])
def test_what_is_no_record_is_set_aside(record: Any) -> None:
    assert "stands where a record is expected" in refused(record).reason


def test_an_unreadable_last_update_holds_nothing_up() -> None:
    assert read(ticket(lastUpdate="0001-01-01T00:00:00")).updated_at is None
    assert read(ticket(lastUpdate="2099-01-01T00:00:00Z")).updated_at is not None


def test_words_are_matched_whatever_their_case_and_blanks() -> None:
    facts = read(ticket(ticketType=" INCIDENT ", status="InProgress"))
    assert facts.category == "incident"
    assert TICKETS.status_of(facts.current.raw_status) is Status.IN_PROGRESS
    assert facts.current.raw_status == "InProgress"


def test_an_unknown_status_is_kept_raw() -> None:
    assert read(ticket(status="inProgress.onHold")).current.raw_status == "inProgress.onHold"
    assert TICKETS.status_of("inProgress.onHold") is None


def test_numbers_serve_as_references() -> None:
    assert read(ticket(id=3180)).ref == "3180"


def test_a_category_outside_the_contract_is_told_apart_from_an_unmapped_one() -> None:
    reading = Reading(
        MappingSettings.model_validate({"use": "tmf621", "outside_contract": ["Bill Dispute"]})
    )
    assert reading.read(ticket(ticketType="bill dispute"), until=UNTIL) == OutsideContract(
        "TT-1", "bill dispute"
    )


def test_an_expression_that_fails_on_one_record_fails_that_one_alone() -> None:
    reading = Reading(
        MappingSettings.model_validate({"use": "tmf621", "fields": {"place": "join('-', sites)"}})
    )
    assert "an expression fails" in refused(ticket(), reading).reason
    assert refused(ticket(), reading).ref == "TT-1"
    assert read(ticket(sites=["a", "b"]), reading).place == "a-b"


def test_only_what_the_mapping_names_is_kept() -> None:
    record = ticket(
        **V4,
        name="Téléphone de Jo Blo",
        description="Rappeler Jo Blo au 418 555-0142",
        note=[{"author": "Jo Blo", "text": "418 555-0142"}],
        channel={"name": "Jo Blo"},
    )
    kept = json.dumps(read(record).extract)
    for personal in ("Jo", "418", "Rappeler", "P-9", "P-8"):
        assert personal not in kept
    aside = refused({**record, "ticketType": "Plainte"})
    assert aside.ref == "TT-1"
    assert "Jo" not in json.dumps(aside.payload)


def test_what_was_set_aside_is_read_again_once_the_mapping_knows_better() -> None:
    aside = refused(ticket(**V4, ticketType="Plainte"))
    wiser = Reading(
        MappingSettings.model_validate({"use": "tmf621", "category_map": {"plainte": "incident"}})
    )
    again = wiser.interpret(json.loads(json.dumps(aside.payload)), until=UNTIL)
    assert again == wiser.read(ticket(**V4, ticketType="Plainte"), until=UNTIL)
    assert isinstance(again, Facts)


def test_characters_no_database_takes_do_not_reach_one() -> None:
    facts = read(
        ticket(id="TT\x00-1\ud800", relatedEntity=[{"role": "place", "name": "Baie\n\tX"}])
    )
    assert facts.ref == "TT -1"
    assert facts.place == "Baie X"


ORDER = {
    "id": "PO-1",
    "orderDate": "2026-11-23T10:00:00-05:00",
    "state": "inProgress",
    "category": "delivery",
    "requestedCompletionDate": "2026-11-20T00:00:00Z",
    "completionDate": "2026-11-23T12:00:00-05:00",
    "productOrderItem": [
        {"id": "1", "action": "add"},
        {"id": "2", "product": {"place": [{"role": "x", "name": "Réception", "city": "Fermont"}]}},
    ],
    "relatedParty": [{"id": "ORG-7", "role": "customer", "@referredType": "Organization"}],
}


def test_an_order_is_read() -> None:
    facts = read(ORDER, ORDERS)
    assert (facts.place, facts.organization, facts.category) == ("Fermont", "ORG-7", "delivery")
    # Neither the wish nor a completion date on what is still in progress dates its status.
    assert facts.current.changed_at is None
    assert facts.updated_at is None


@pytest.mark.parametrize(
    ("state", "field"), [("completed", "completionDate"), ("cancelled", "cancellationDate")]
)
def test_an_orders_end_has_its_date(state: str, field: str) -> None:
    record = {**ORDER, "state": state, field: "2026-11-23T12:30:00-05:00"}
    assert read(record, ORDERS).current.changed_at == datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
    assert read({**record, field: None}, ORDERS).current.changed_at is None


def test_a_place_without_municipality_has_its_name() -> None:
    items = [{"product": {"place": [{"name": "Chisasibi"}]}}]
    assert read({**ORDER, "productOrderItem": items}, ORDERS).place == "Chisasibi"


SERVICE_ORDER = {
    **{key: value for key, value in ORDER.items() if key != "productOrderItem"},
    "serviceOrderItem": [{"service": {"place": [{"name": "Réception", "city": "Fermont"}]}}],
}
ORDER_V5 = {
    **{key: value for key, value in ORDER.items() if key != "orderDate"},
    "creationDate": "2026-11-23T15:00:00Z",
    "state": "inProgress.accepted",
    "productOrderItem": [
        {"product": {"place": [{"role": "x", "place": {"name": "Réception", "city": "Fermont"}}]}}
    ],
    "relatedParty": [
        {"role": "customer", "partyOrPartyRole": {"id": "P-1", "@referredType": "Individual"}},
        {"role": "customer", "partyOrPartyRole": {"id": "ORG-7"}},
    ],
}


@pytest.mark.parametrize(
    ("mapping", "record"), [("tmf641", SERVICE_ORDER), ("tmf622-v5", ORDER_V5)]
)
def test_orders_are_read_in_every_shape(mapping: str, record: dict[str, Any]) -> None:
    reading = Reading(MappingSettings.model_validate(mapping))
    facts = read(record, reading)
    assert (facts.place, facts.organization, facts.category) == ("Fermont", "ORG-7", "delivery")
    assert facts.received_at == datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
    assert reading.status_of(facts.current.raw_status) is Status.IN_PROGRESS
    ended = {**record, "state": "completed", "completionDate": "2026-11-23T12:30:00-05:00"}
    assert read(ended, reading).current.changed_at == datetime(2026, 11, 23, 17, 30, tzinfo=UTC)
