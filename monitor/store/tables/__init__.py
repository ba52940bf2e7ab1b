"""The tables. Instants are UTC microseconds, so that SQLite and PostgreSQL compare them alike."""

from monitor.store.columns import metadata
from monitor.store.tables.cases import (
    case,
    observation,
    organization,
    quarantine,
    source,
    unknown_status,
)
from monitor.store.tables.owed import obligation, tally
from monitor.store.tables.replicas import poll_lease, replica
from monitor.store.tables.rules import applied_rules
from monitor.store.tables.told import delivery, escalation, notification

__all__ = [
    "applied_rules",
    "case",
    "delivery",
    "escalation",
    "metadata",
    "notification",
    "obligation",
    "observation",
    "organization",
    "poll_lease",
    "quarantine",
    "replica",
    "source",
    "tally",
    "unknown_status",
]
