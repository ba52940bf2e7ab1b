"""Reports that were issued. Rows are only added: triggers refuse to change or delete one."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, String, Table, Text

from monitor.store.columns import Instant, metadata

issued_report = Table(
    "issued_report",
    metadata,
    # Each holds the hash of the one before.
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", String(500), nullable=False, unique=True),  # period and scope, issued once
    Column("kind", String(16), nullable=False),
    Column("first", String(10), nullable=False),
    Column("last", String(10), nullable=False),
    Column("provider", String),
    Column("organization", String(200)),
    Column("known_at", Instant, nullable=False),
    Column("issued_by", String(80), nullable=False),
    Column("content", Text, nullable=False),  # JSON, byte for byte as it was hashed
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
)

issued_file = Table(
    "issued_file",
    metadata,
    # What it was handed over as.
    Column("number", BigInteger, ForeignKey("issued_report.number"), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("sha256", String(64), nullable=False),
    Index(None, "sha256"),
)

report_run = Table(
    "report_run",
    metadata,
    # Reports made on schedule: each period of each once, however many daemons look.
    Column("name", String(64), primary_key=True),
    Column("period", String(32), primary_key=True),
    Column("state", String(16), nullable=False),  # draft, until approved; issued
    Column("due_at", Instant, nullable=False),
    Column("made_at", Instant, nullable=False),
)

evidence = Table(
    "evidence",
    metadata,
    # What an operator's file says of cases, for the conditions of the contract: the number of a
    # derogation or an authorisation, or a fact, under the name that the contract has for it. The
    # case may not be known yet. Rows are only added.
    Column("ref", String(200), primary_key=True),
    Column("provider", String, primary_key=True),  # empty: of any
    Column("name", String(64), primary_key=True),
    Column("value", String(200), primary_key=True),  # empty for a fact
    Column("stated_on", String(10)),
    Column("noted_at", Instant, nullable=False),
    Column("noted_by", String(80), nullable=False),
)
