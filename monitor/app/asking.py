"""What the command line and a daemon at work agree on: by which key to ask, and what to answer."""

from typing import Any

from monitor.collectors.poller import PollResult
from monitor.store.database import Database
from monitor.store.own_secrets import own_key


def control_key(database: Database) -> str:
    """What a command shows to a daemon: who can read the database may ask it to poll."""
    return own_key(database, "control-key").hex()


def account_of(result: PollResult) -> dict[str, Any]:
    """What a poll did, as JSON."""
    return {
        "source": result.source,
        "at": result.at.isoformat(),
        "outcome": str(result.outcome),
        "batches": result.batches,
        "observations": result.added,
        "known": result.repeated + result.confirmed,
        "quarantined": result.quarantined,
        "outside_contract": result.outside_contract,
        "missing": [str(key) for key in result.missing],
        "unknown_statuses": dict(result.unknown_statuses),
        "warnings": list(result.warnings),
        "fault_kind": result.fault_kind,
        "fault": result.fault,
        "failures": result.failures,
        "not_before": result.not_before and result.not_before.isoformat(),
    }
