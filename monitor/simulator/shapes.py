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
    place = {
        "id": f"L-{case.place}",
        "role": "delivery",
        "name": "Réception",
        "@type": "GeographicAddress",
        "@referredType": _SITE,
        "city": case.place,
    }
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
                    "place": [place] if case.place is not None else [],
                },
            }
        ],
        "relatedParty": [
            {"id": "P-1", "role": "requester", "name": _REPORTER, "@referredType": "Individual"},
            {
                "id": case.body.id,
                "role": "customer",
                "name": case.body.name,
                "@referredType": "Organization",
            },
        ],
    }
    if case.ended_at is not None:
        name = "completionDate" if case.status == "completed" else "cancellationDate"
        record[name] = _local(case.ended_at)
    return record


_SITE = "GeographicSite"


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
