"""What operators did. Rows are only added: how things stand is read from the latest."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
)

from monitor.store.columns import Instant, RowId, metadata

acknowledgement = Table(
    "acknowledgement",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("case_id", RowId, ForeignKey("case_.id"), nullable=False),
    Column("commitment", String),  # None: all that is owed on the case
    Column("begins", Boolean, nullable=False),  # False: one is ended by hand
    Column("by", String(80), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant),
    Index(None, "case_id"),
)

hold = Table(
    "hold",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("case_id", RowId, ForeignKey("case_.id"), nullable=False),
    Column("begins", Boolean, nullable=False),  # False: the case is released
    Column("by", String(80), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "case_id"),
)

case_note = Table(
    "case_note",
    metadata,
    # What operators write down of a case. Triggers refuse to change one; it leaves with its case.
    Column("id", RowId, primary_key=True),
    Column("case_id", RowId, ForeignKey("case_.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "case_id"),
)

silencing = Table(
    "silencing",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("matchers", JSON, nullable=False),  # values by matcher
    Column("starts_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("by", String(80), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "ends_at"),
)

silencing_end = Table(
    "silencing_end",
    metadata,
    # A silence ended by hand, before its time.
    Column("silencing_id", RowId, ForeignKey("silencing.id"), primary_key=True),
    Column("by", String(80), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

silencing_notice = Table(
    "silencing_notice",
    metadata,
    # Silences whose end was announced.
    Column("silencing_id", RowId, ForeignKey("silencing.id"), primary_key=True),
    Column("at", Instant, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    # Each line holds the hash of the one before. Triggers refuse to change or delete one.
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("who", String(80), nullable=False),
    Column("how", String(8), nullable=False),  # cli, http, link
    Column("what", String(32), nullable=False),
    Column("details", Text, nullable=False),  # JSON, byte for byte as it was hashed
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)

link_use = Table(
    "link_use",
    metadata,
    # One-time links that acted.
    Column("digest", String(64), primary_key=True),
    Column("used_at", Instant, nullable=False),
)

own_secret = Table(
    "own_secret",
    metadata,
    # Keys Vigie made for itself, where the configuration gives none.
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),
)
