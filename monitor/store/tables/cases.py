"""What sources state: cases, their observations, and what could not be read."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from monitor.store.columns import Instant, RowId, metadata, partial_index

source = Table(
    "source",
    metadata,
    Column("name", String, primary_key=True),
    Column("first_seen_at", Instant, nullable=False),
    Column("cursor", JSON(none_as_null=True)),
    Column("checkpoint", JSON(none_as_null=True)),  # how far a walk that was cut had come
    Column("confirmed_at", Instant),  # start of the last complete poll
    Column("last_attempt_at", Instant),
    Column("failures", Integer, nullable=False),  # in a row
    Column("fault_kind", String(32)),
    Column("fault", Text),
    Column("fault_said", JSON(none_as_null=True)),  # its template and fields, to tell it by
    Column("not_before_at", Instant),
    Column("stale_since", Instant),  # set while its open obligations are judged unknown
    Column("observations", BigInteger, nullable=False),
)

case = Table(
    "case_",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("provider", String, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("ref", String(200), nullable=False),
    Column("source", String, nullable=False),
    Column("organization", String(200)),
    Column("category", String(64)),
    Column("place", String(200)),
    Column("severity", String(64)),
    Column("received_at", Instant, nullable=False),
    Column("raw_status", String(200), nullable=False),
    Column("status", String(32)),
    Column("changed_at", Instant, nullable=False),  # since when it has this status
    Column("last_observation_id", String(32), nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("missing_since", Instant),  # asked for by reference, and the source has it no more
    Column("missing_polls", Integer, nullable=False),  # in a row, of a source that is not silent
    Column("gone_since", Instant),  # as missing_since, once enough polls agree that it is gone
    Column("is_open", Boolean, nullable=False),
    Column("marked_at", Instant),  # new observations wait to be judged
    Column("fault_kind", String(32)),  # why it could not be judged, or is owed nothing
    Column("fault", Text),
    Column("retry_at", Instant),  # when a case that could not be judged is tried again
    Column("told_from", Instant),  # filled in from the past: what was before is told to nobody
    UniqueConstraint("provider", "kind", "ref"),
    Index(None, "ref"),
    Index(None, "organization"),
    partial_index("ix_case__marked", "marked_at", sqlite="marked_at IS NOT NULL"),
    partial_index("ix_case__retry", "retry_at", sqlite="retry_at IS NOT NULL"),
    partial_index("ix_case__open", "source", "id", sqlite="is_open = 1", postgresql="is_open"),
    partial_index("ix_case__fault", "fault_kind", "id", sqlite="fault_kind IS NOT NULL"),
    partial_index("ix_case__deliverable", "received_at", "id", sqlite="kind = 'deliverable'"),
    # Closed cases in the order in which they leave.
    partial_index(
        "ix_case__closed", "changed_at", "id", sqlite="is_open = 0", postgresql="NOT is_open"
    ),
)

observation = Table(
    "observation",
    metadata,
    # By case, whose statements are read together. The id is a hash and falls anywhere: an index
    # that begins with it has another page to read and write for every statement.
    Column("case_id", RowId, ForeignKey("case_.id"), primary_key=True, autoincrement=False),
    Column("id", String(32), primary_key=True),
    Column("source", String, nullable=False),
    Column("raw_status", String(200), nullable=False),
    Column("status", String(32)),
    Column("received_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_after", Instant),
    Column("previous_id", String(32)),
    Column("observed_at", Instant, nullable=False),
    Column("organization", String(200)),
    Column("category", String(64)),
    Column("place", String(200)),
    Column("severity", String(64)),
    partial_index(
        "ix_observation_unknown", "source", "raw_status", "case_id", sqlite="status IS NULL"
    ),
    sqlite_with_rowid=False,
)

payload = Table(
    "payload",
    metadata,
    # Records as received, kept for less long than what was read from them. In the order of their
    # months, so that the oldest lie side by side and go at the cost of their number alone.
    Column("month", Integer, primary_key=True, autoincrement=False),  # of observed_at, as 202611
    # Before the id, which falls anywhere: what is written together lies together.
    Column("case_id", RowId, primary_key=True, autoincrement=False),
    Column("observation_id", String(32), primary_key=True),
    Column("record", JSON, nullable=False),
    sqlite_with_rowid=False,
)

claim = Table(
    "claim",
    metadata,
    # What a source said last of the provider's own levels: beside obligations, deciding nothing.
    Column("case_id", RowId, ForeignKey("case_.id"), primary_key=True, autoincrement=False),
    Column("source", String, primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("breached", Boolean),
    Column("due_at", Instant),
    Column("stopped_at", Instant),
    Column("remaining", BigInteger),  # seconds by the provider's calendar, as of stated_at
    Column("stated_at", Instant, nullable=False),
)

backfill = Table(
    "backfill",
    metadata,
    # Past that was asked for: how far each request has come, under a cursor of its own.
    Column("source", String, primary_key=True),
    Column("from_at", Instant, primary_key=True),
    Column("to_at", Instant, primary_key=True),
    Column("done_until", Instant, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("finished_at", Instant),
)

subscription = Table(
    "subscription",
    metadata,
    # Hubs that promised to tell of changes; which callback they were given, without its secret.
    Column("source", String, primary_key=True),
    Column("hub_id", String(200), nullable=False),
    Column("callback_digest", String(64), nullable=False),
    Column("subscribed_at", Instant, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),  # the same bad record is kept once
    Column("source", String, nullable=False),
    Column("ref", String(200)),
    Column("reason", Text, nullable=False),
    Column("said", JSON(none_as_null=True)),  # the reason's template and fields, to tell it by
    Column("payload", JSON, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("resolved_at", Instant),  # the source has since stated the same case readably
    Column("discarded_by", String(80)),  # an operator gave it up: seen again, it stays resolved
    Column("discarded_why", String(500)),
    partial_index("ix_quarantine_unresolved", "source", "ref", sqlite="resolved_at IS NULL"),
    partial_index("ix_quarantine_resolved", "last_seen_at", sqlite="resolved_at IS NOT NULL"),
)

push = Table(
    "push",
    metadata,
    # What was answered to pushes that named themselves, so that one sent again is answered alike.
    Column("source", String, primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("digest", String(64), nullable=False),  # of the body
    Column("answer", JSON, nullable=False),
    Column("taken_at", Instant, nullable=False),
    Index(None, "source", "taken_at"),
)

unknown_status = Table(
    "unknown_status",
    metadata,
    # Statuses no mapping leads anywhere, counted as they are stored: listing never scans cases.
    Column("source", String, primary_key=True),
    Column("raw_status", String(200), primary_key=True),
    Column("observations", BigInteger, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
)

correction = Table(
    "correction",
    metadata,
    # What an operator said an unknown word means. Rows are only added: the latest of a word counts.
    Column("id", RowId, primary_key=True),
    Column("source", String, nullable=False),
    Column("word", String(200), nullable=False),
    Column("status", String(32)),  # None: taken back
    Column("statements", BigInteger, nullable=False),  # read otherwise at once
    Column("by", String(80), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "source"),
)

organization = Table(
    "organization",
    metadata,
    # Every organisation ever stated; those the configuration does not list are shown.
    Column("name", String, primary_key=True),
    Column("first_seen_at", Instant, nullable=False),
)
