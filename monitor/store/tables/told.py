"""Who is told: escalations, the outbox, and what came of each delivery."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from monitor.store.columns import Instant, RowId, metadata, partial_index

escalation = Table(
    "escalation",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("obligation_id", RowId, ForeignKey("obligation.id"), nullable=False),
    Column("step", String, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("stood_at", Instant, nullable=False),  # the instant the step stood for
    Column("fired_at", Instant, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("unconfirmed", Boolean, nullable=False),
    Column("because", JSON(none_as_null=True)),  # what an operator did that keeps it quiet
    # How the obligation stood then, which is what was told; none where it fired before it was kept.
    Column("verdict", String(16)),
    Column("verdict_reason", String(32)),
    Column("due_at", Instant),
    Column("stopped_at", Instant),
    Column("reopened", Integer),
    UniqueConstraint("obligation_id", "step", "episode"),
    partial_index("ix_escalation_silenced", "obligation_id", sqlite="reason = 'silenced'"),
)

notification = Table(
    "notification",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    # What it came of, one of the two; what stands for several, or goes instead, of the same.
    Column("escalation_id", RowId, ForeignKey("escalation.id")),
    Column("report_number", BigInteger, ForeignKey("issued_report.number")),
    CheckConstraint(
        "(escalation_id IS NULL) <> (report_number IS NULL)", name="ck_notification_origin"
    ),
    Column("channel", String, nullable=False),
    Column("address", String, nullable=False),
    Column("role", String, nullable=False),
    Column("lang", String(8), nullable=False),
    Column("step", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("due_at", Instant),
    Column("stood_at", Instant),
    Column("content", JSON, nullable=False),  # subject, text, html and fields, as decided
    Column("created_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),  # queued, sent, dead
    Column("next_attempt_at", Instant),  # while claimed, the end of the lease; None once finished
    Column("lease_owner", String),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False),
    Column("finished_at", Instant),
    Column("group_key", String),  # what it may travel with; None: with nothing
    Column("bundle_id", RowId),  # the digest it travels in, a row of this table
    Column("carries", Integer),  # how many travel in it; None: it is no digest or notice
    Column("uncertain", Boolean),  # an attempt may have arrived: never to travel under another key
    Index(None, "escalation_id"),
    partial_index("ix_notification_report", "report_number", sqlite="report_number IS NOT NULL"),
    partial_index("ix_notification_bundle", "bundle_id", sqlite="bundle_id IS NOT NULL"),
    partial_index(
        "ix_notification_told",
        "channel",
        "address",
        "finished_at",
        sqlite="finished_at IS NOT NULL AND bundle_id IS NULL",
    ),
    partial_index(
        "ix_notification_digest", "channel", "address", "created_at", sqlite="carries IS NOT NULL"
    ),
    partial_index(
        "ix_notification_due",
        "channel",
        "next_attempt_at",
        "id",
        sqlite="next_attempt_at IS NOT NULL",
    ),
    partial_index(
        "ix_notification_line",
        "channel",
        "address",
        "thread",
        "escalation_id",
        "id",
        sqlite="state = 'queued' AND carries IS NULL",
    ),
    partial_index(
        "ix_notification_unsent", "state", "channel", "created_at", sqlite="state <> 'sent'"
    ),
)

enclosure = Table(
    "enclosure",
    metadata,
    # What files of an issued report hold that are on their way to somebody: each once, however
    # many it goes to, and no longer than it may still be sent.
    Column("report_number", BigInteger, ForeignKey("issued_report.number"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("put_at", Instant, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("notification_id", RowId, ForeignKey("notification.id"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant, nullable=False),
    Column("outcome", String(16), nullable=False),  # accepted, refused, failed
    Column("detail", Text, nullable=False),
    Index(None, "notification_id"),
)

standing_alert = Table(
    "standing_alert",
    metadata,
    # What a receiver that forgets holds now: told again until the obligation closes.
    Column("id", RowId, primary_key=True),
    Column("channel", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("address", String, nullable=False),
    Column("notification_id", RowId, ForeignKey("notification.id"), nullable=False),
    UniqueConstraint("channel", "thread", "address"),
    Index(None, "notification_id"),
)
