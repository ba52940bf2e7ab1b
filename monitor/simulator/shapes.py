"""Cases as the TM Forum's schemas have them, with everything a real answer holds beside.

Names and texts of people are there, invented, because real answers are full of them: what reads
these answers must show that it keeps none.
"""

from datetime import UTC, datetime
from typing import Any

from monitor.clock.zones import zone
from monitor.simulator.book import SimulatedCase

Record = dict[str, Any]

_REPORTER = "Camille Exemple"
_NOTE = "Joindre Camille Exemple au 418 555-0142, bureau 3.21"
_QUEBEC = zone("America/Toronto")


def ticket_v4(case: SimulatedCase, collection: str) -> Record:
    """A `TroubleTicket` of TMF621 v4, under the URL of its collection."""
    return {
        "id": case.ref,
        "href": f"{collection}/{case.ref}",
        "@type": "TroubleTicket",
        "name": "Demande de soutien",
        "description": _NOTE,
        "severity": "Major",
        "ticketType": case.category,
        "creationDate": _local(case.received_at),
        "lastUpdate": _local(case.updated_at),
        "status": case.status,
        "statusChangeDate": _local(case.changes[-1].at),
        "statusChangeReason": case.changes[-1].reason,
        "statusChange": [
            {
                "status": change.status,
                "changeDate": _local(change.at),
                "changeReason": change.reason,
            }
            for change in case.changes
        ],
        "relatedParty": [
            {"id": "P-1", "role": "reporter", "name": _REPORTER, "@referredType": "Individual"},
            {
                "id": case.body.id,
                "role": "customer",
                "name": case.body.name,
                "@referredType": "Organization",
            },
        ],
        "relatedEntity": [
            {"id": f"L-{case.place}", "role": "place", "name": case.place, "@referredType": _SITE}
            for _ in range(case.place is not None)
        ],
        "note": [{"id": "1", "author": _REPORTER, "text": _NOTE, "date": _local(case.received_at)}],
    }


def ticket_v5(case: SimulatedCase, collection: str) -> Record:
    """A `TroubleTicket` of TMF621 v5: names changed, references nested, every part typed."""
    return {
        "id": case.ref,
        "href": f"{collection}/{case.ref}",
        "@type": "TroubleTicket",
        "name": "Demande de soutien",
        "description": _NOTE,
        "severity": "Major",
        "ticketType": case.category,
        "creationDate": _universal(case.received_at),
        "lastUpdate": _universal(case.updated_at),
        "status": case.status,
        "statusChangeDate": _universal(case.changes[-1].at),
        "statusChangeReason": case.changes[-1].reason,
        "statusChangeHistory": [
            {
                "@type": "StatusChange",
                "status": change.status,
                "statusChangeDate": _universal(change.at),
                "statusChangeReason": change.reason,
            }
            for change in case.changes
        ],
        "relatedParty": [
            _party_v5("reporter", "P-1", _REPORTER, "Individual"),
            _party_v5("customer", case.body.id, case.body.name, "Organization"),
        ],
        "relatedEntity": [
            {
                "@type": "RelatedEntity",
                "role": "place",
                "entity": {
                    "@type": "EntityRef",
                    "id": f"L-{case.place}",
                    "name": case.place,
                    "@referredType": _SITE,
                },
            }
            for _ in range(case.place is not None)
        ],
        "note": [
            {
                "@type": "Note",
                "id": "1",
                "author": _REPORTER,
                "text": _NOTE,
                "date": _universal(case.received_at),
            }
        ],
    }


def order_v4(case: SimulatedCase, collection: str) -> Record:
    """A `ProductOrder` of TMF622 v4: no last update, no history."""
    record: Record = {
        "id": case.ref,
        "href": f"{collection}/{case.ref}",
        "@type": "ProductOrder",
        "category": case.category,
        "description": _NOTE,
        "notificationContact": "camille.exemple@example.org",
        "orderDate": _local(case.received_at),
        "requestedCompletionDate": _local(case.received_at),
        "state": case.status,
        "productOrderItem": [
            {
                "id": "01",
                "quantity": 1,
                "action": "add",
                "state": case.status if case.status != "partial" else "inProgress",
                "product": {
                    "name": "Téléphone intelligent",
                    "place": [_place_v4(case)] if case.place is not None else [],
                },
            }
        ],
        "relatedParty": _parties_v4(case),
    }
    if case.ended_at is not None:
        record[_END[case.status]] = _local(case.ended_at)
    return record


def order_v5(case: SimulatedCase, collection: str) -> Record:
    """A `ProductOrder` of TMF622 v5: references nested, every part typed."""
    place = {
        "@type": "RelatedPlaceRefOrValue",
        "role": "delivery",
        "place": {"@type": "GeographicAddress", "id": f"L-{case.place}", "city": case.place},
    }
    product: Record = {"@type": "Product", "name": "Téléphone intelligent"}
    if case.place is not None:
        product["place"] = [place]
    item = {
        "@type": "ProductOrderItem",
        "id": "01",
        "quantity": 1,
        "action": "add",
        "state": case.status if case.status != "partial" else "inProgress",
        "product": product,
    }
    record: Record = {
        "id": case.ref,
        "href": f"{collection}/{case.ref}",
        "@type": "ProductOrder",
        "category": case.category,
        "description": _NOTE,
        "notificationContact": "camille.exemple@example.org",
        "creationDate": _universal(case.received_at),
        "requestedCompletionDate": _universal(case.received_at),
        "state": case.status,
        "productOrderItem": [item],
        "relatedParty": [
            _party_v5("requester", "P-1", _REPORTER, "Individual"),
            _party_v5("customer", case.body.id, case.body.name, "Organization"),
        ],
    }
    if case.ended_at is not None:
        record[_END[case.status]] = _universal(case.ended_at)
    return record


def service_order(case: SimulatedCase, collection: str) -> Record:
    """A `ServiceOrder` of TMF641 v4.1: no last update, no history."""
    service: Record = {"name": "Ligne mobile", "@type": "Service"}
    if case.place is not None:
        service["place"] = [_place_v4(case)]
    record: Record = {
        "id": case.ref,
        "href": f"{collection}/{case.ref}",
        "@type": "ServiceOrder",
        "category": case.category,
        "description": _NOTE,
        "notificationContact": "camille.exemple@example.org",
        "orderDate": _local(case.received_at),
        "requestedCompletionDate": _local(case.received_at),
        "state": case.status,
        "serviceOrderItem": [
            {
                "id": "01",
                "quantity": 1,
                "action": "add",
                "state": case.status if case.status != "partial" else "inProgress",
                "service": service,
            }
        ],
        "relatedParty": [{**party, "@type": "RelatedParty"} for party in _parties_v4(case)],
    }
    if case.ended_at is not None:
        record[_END[case.status]] = _local(case.ended_at)
    return record


_SITE = "GeographicSite"
_END = {"completed": "completionDate", "cancelled": "cancellationDate"}


def _place_v4(case: SimulatedCase) -> Record:
    return {
        "id": f"L-{case.place}",
        "role": "delivery",
        "name": "Réception",
        "@type": "GeographicAddress",
        "@referredType": _SITE,
        "city": case.place,
    }


def _parties_v4(case: SimulatedCase) -> list[Record]:
    return [
        {"id": "P-1", "role": "requester", "name": _REPORTER, "@referredType": "Individual"},
        {
            "id": case.body.id,
            "role": "customer",
            "name": case.body.name,
            "@referredType": "Organization",
        },
    ]


def _party_v5(role: str, ref: str, name: str, referred: str) -> Record:
    return {
        "@type": "RelatedPartyRefOrPartyRoleRef",
        "role": role,
        "partyOrPartyRole": {
            "@type": "PartyRef",
            "id": ref,
            "name": name,
            "@referredType": referred,
        },
    }


def _local(at: datetime) -> str:
    return at.astimezone(_QUEBEC).isoformat(timespec="milliseconds")


def _universal(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
