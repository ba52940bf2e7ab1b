"""The tables. Instants are UTC microseconds, so that SQLite and PostgreSQL compare them alike."""

from monitor.store.columns import metadata
from monitor.store.tables.cases import (
    backfill,
    case,
    observation,
    organization,
    quarantine,
    source,
    subscription,
    unknown_status,
)
from monitor.store.tables.owed import obligation, standing, tally
from monitor.store.tables.rules import applied_rules
from monitor.store.tables.told import delivery, escalation, notification

__all__ = [
    "applied_rules",
    "backfill",
    "case",
    "delivery",
    "escalation",
    "metadata",
    "notification",
    "obligation",
    "observation",
    "organization",
    "quarantine",
    "source",
    "standing",
    "subscription",
    "tally",
    "unknown_status",
]
