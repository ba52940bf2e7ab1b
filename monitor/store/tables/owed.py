"""What is owed, as last judged, and how often each verdict stands."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from monitor.store.columns import Instant, RowId, metadata, partial_index

obligation = Table(
    "obligation",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("case_id", RowId, ForeignKey("case_.id"), nullable=False),
    Column("provider", String, nullable=False),
    Column("source", String, nullable=False),
    Column("organization", String(200)),
    Column("place", String(200)),  # as first stated: what its region was frozen by
    Column("severity", String(64)),
    Column("commitment", String, nullable=False),
    Column("contract_version", String, nullable=False),
    Column("calendar", String, nullable=False),
    Column("unit", String(16), nullable=False),
    Column("amount_seconds", BigInteger, nullable=False),
    Column("region", String),
    Column("region_provisional", Boolean, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("elapsed_seconds", BigInteger, nullable=False),
    Column("remaining_seconds", BigInteger, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("stopped_at", Instant),
    Column("episode", Integer, nullable=False),
    Column("evaluated_at", Instant, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("silent", Boolean, nullable=False),  # judged while its source was stale
    Column("next_wakeup_at", Instant),
    UniqueConstraint("case_id", "commitment"),
    partial_index("ix_obligation_wakeup", "next_wakeup_at", sqlite="next_wakeup_at IS NOT NULL"),
    partial_index(
        "ix_obligation_provisional",
        "place",
        sqlite="region_provisional = 1",
        postgresql="region_provisional",
    ),
    partial_index(
        "ix_obligation_urgent", "due_at", "id", sqlite="is_open = 1", postgresql="is_open"
    ),
    partial_index(
        "ix_obligation_silent", "source", "silent", sqlite="is_open = 1", postgresql="is_open"
    ),
    partial_index(
        "ix_obligation_settled",
        "evaluated_at",
        "id",
        sqlite="is_open = 0",
        postgresql="NOT is_open",
    ),
)

standing = Table(
    "standing",
    metadata,
    # What was held of an obligation from an instant on, until its next row. Only ever added to.
    Column("id", RowId, primary_key=True),
    Column("obligation_id", RowId, ForeignKey("obligation.id"), nullable=False),
    Column("judged_at", Instant, nullable=False),
    Column("contract_version", String, nullable=False),
    Column("calendar", String, nullable=False),
    Column("unit", String(16), nullable=False),
    Column("amount_seconds", BigInteger, nullable=False),
    Column("region", String),
    Column("region_provisional", Boolean, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("elapsed_seconds", BigInteger, nullable=False),
    Column("remaining_seconds", BigInteger, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("stopped_at", Instant),
    Column("episode", Integer, nullable=False),
    Column("silent", Boolean, nullable=False),  # judged while its source was stale
    Index(None, "obligation_id", "judged_at"),
)

tally = Table(
    "tally",
    metadata,
    # Kept in the transaction that changes a verdict: counting never scans obligations.
    Column("provider", String, primary_key=True),
    Column("commitment", String, primary_key=True),
    Column("verdict", String(16), primary_key=True),
    Column("obligations", BigInteger, nullable=False),
)

due_tally = Table(
    "due_tally",
    metadata,
    # As `tally`, by the hour in which the deadline lies: a month is a stretch of the key, whatever
    # the zone; and by region. As many rows as hours with deadlines, whatever their obligations.
    Column("due_hour", Integer, primary_key=True, autoincrement=False),  # since 1970
    Column("provider", String, primary_key=True),
    Column("commitment", String, primary_key=True),
    Column("region", String, primary_key=True),
    Column("verdict", String(16), primary_key=True),
    Column("obligations", BigInteger, nullable=False),
)

organization_tally = Table(
    "organization_tally",
    metadata,
    # As `tally`, by the public body that a case is of.
    Column("organization", String(200), primary_key=True),
    Column("provider", String, primary_key=True),
    Column("verdict", String(16), primary_key=True),
    Column("obligations", BigInteger, nullable=False),
)
