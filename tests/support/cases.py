"""Commitments and observations in a few words, for tests of judgement."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.cases.observation import CaseKey, Observation
from monitor.cases.timeline import Timeline, build_timeline
from monitor.contract.model import (
    Amount,
    CaseKind,
    Commitment,
    Source,
    StartRule,
    Status,
    Text,
    Unit,
)

QUEBEC = ZoneInfo("America/Toronto")
KEY = CaseKey("telus", CaseKind.TICKET, "INC-1")


def quebec(text: str) -> datetime:
    """`2026-11-23 15:30` in Québec time."""
    return datetime.fromisoformat(text).replace(tzinfo=QUEBEC)


def commitment(amount: str = "7 h", **changes: Any) -> Commitment:
    """An incident resolved in 7 business hours, unless told otherwise."""
    parsed = Amount.parse(amount)
    days = parsed.unit is Unit.BUSINESS_DAYS
    return Commitment(
        **{
            "id": "incident-resolution",
            "label": Text(fr="Résoudre les incidents", en="Resolve incidents"),
            "case_kind": CaseKind.TICKET,
            "category": "incident",
            "amount": parsed,
            "calendar": "quebec-days" if days else "quebec-support",
            "start_rule": StartRule.NEXT_BUSINESS_DAY if days else StartRule.FROM_RECEIPT,
            "stop_statuses": frozenset({Status.RESOLVED, Status.CLOSED}),
            "source": Source(document="test", clause="1"),
        }
        | changes
    )


def said(
    raw_status: str,
    changed_at: str,
    *,
    received_at: str,
    observed_at: str | None = None,
    **changes: Any,
) -> Observation:
    """A statement whose raw status is one of our own words, or else unmapped."""
    known = raw_status in set(Status)
    stated: dict[str, Any] = {
        "source": "telus-tickets",
        "key": KEY,
        "raw_status": raw_status,
        "status": Status(raw_status) if known else None,
        "received_at": quebec(received_at),
        "changed_at": quebec(changed_at),
        "observed_at": quebec(observed_at or changed_at),
        "category": "incident",
    }
    return Observation(**(stated | changes))


def timeline(received_at: str, *statuses: tuple[str, str]) -> Timeline:
    """A case received at an instant, then each `(status, when)` in turn."""
    first = said("received", received_at, received_at=received_at)
    return build_timeline(
        [first, *(said(status, at, received_at=received_at) for status, at in statuses)]
    )


def utc(text: str) -> datetime:
    """The Québec reading of `text`, in UTC."""
    return quebec(text).astimezone(UTC)
