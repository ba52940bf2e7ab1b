"""Obligations as reports count them, in a few words."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from monitor.cases.obligation import Reason, Verdict
from monitor.reports.entry import Entry

DUE = datetime(2026, 10, 15, 20, tzinfo=UTC)


def entry(**changes: Any) -> Entry:
    """An incident at TELUS, kept, unless told otherwise."""
    known: dict[str, Any] = {
        "provider": "telus",
        "kind": "ticket",
        "ref": "INC-1",
        "commitment": "incident-resolution",
        "region": None,
        "region_provisional": False,
        "organization": "ORG-1",
        "contract_version": "2019-12-11",
        "calendar": "quebec-support",
        "unit": "business_hours",
        "amount_seconds": 7 * 3600,
        "received_at": DUE - timedelta(hours=7),
        "due_at": DUE,
        "verdict": Verdict.MET,
        "reason": Reason.STOPPED_IN_TIME,
        "stopped_at": DUE,
        "elapsed_seconds": 7 * 3600,
        "episode": 0,
        "held": False,
        "outside": False,
    }
    return Entry(**(known | changes))


def lateness(one: Entry) -> int:
    """As stated: what was used beyond the amount."""
    return max(one.elapsed_seconds - one.amount_seconds, 0)


entries = st.lists(
    st.builds(
        entry,
        provider=st.sampled_from(["telus", "rogers"]),
        commitment=st.sampled_from(["incident-resolution", "delivery-local"]),
        ref=st.integers(0, 10**6).map("INC-{}".format),
        region=st.sampled_from([None, "local", "remote"]),
        organization=st.sampled_from([None, "ORG-1", "ORG-2"]),
        unit=st.sampled_from(["business_hours", "business_days"]),
        amount_seconds=st.sampled_from([4 * 3600, 3 * 86400]),
        elapsed_seconds=st.integers(0, 10**6),
        verdict=st.sampled_from(list(Verdict)),
        episode=st.integers(0, 2),
        held=st.booleans(),
        outside=st.booleans(),
        region_provisional=st.booleans(),
        due_at=st.integers(0, 10**6).map(lambda seconds: DUE + timedelta(seconds=seconds)),
    ),
    max_size=25,
)
