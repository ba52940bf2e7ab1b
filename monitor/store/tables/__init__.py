"""The tables. Instants are UTC microseconds, so that SQLite and PostgreSQL compare them alike."""

from monitor.store.columns import metadata
from monitor.store.tables.access import access_token, account, invitation, sign_on, web_session
from monitor.store.tables.cases import (
    backfill,
    case,
    claim,
    correction,
    observation,
    organization,
    payload,
    push,
    quarantine,
    source,
    subscription,
    unknown_status,
)
from monitor.store.tables.interventions import (
    acknowledgement,
    audit,
    case_note,
    hold,
    link_use,
    own_secret,
    silencing,
    silencing_end,
    silencing_notice,
)
from monitor.store.tables.owed import (
    due_tally,
    obligation,
    organization_tally,
    standing,
    tally,
)
from monitor.store.tables.replicas import poll_lease, replica
from monitor.store.tables.reports import evidence, issued_file, issued_report, report_run
from monitor.store.tables.rules import applied_rules
from monitor.store.tables.told import (
    delivery,
    enclosure,
    escalation,
    notification,
    standing_alert,
)

__all__ = [
    "access_token",
    "account",
    "acknowledgement",
    "applied_rules",
    "audit",
    "backfill",
    "case",
    "case_note",
    "claim",
    "correction",
    "delivery",
    "due_tally",
    "enclosure",
    "escalation",
    "evidence",
    "hold",
    "invitation",
    "issued_file",
    "issued_report",
    "link_use",
    "metadata",
    "notification",
    "obligation",
    "observation",
    "organization",
    "organization_tally",
    "own_secret",
    "payload",
    "poll_lease",
    "push",
    "quarantine",
    "replica",
    "report_run",
    "sign_on",
    "silencing",
    "silencing_end",
    "silencing_notice",
    "source",
    "standing",
    "standing_alert",
    "subscription",
    "tally",
    "unknown_status",
    "web_session",
]
