"""Which daemons share the work, and which of them polls each source."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, String, Table

from monitor.store.columns import Instant, RowId, metadata

replica = Table(
    "replica",
    metadata,
    # Its id is never given again: what one replica held, none after it holds by accident.
    Column("id", RowId, primary_key=True),
    Column("name", String, nullable=False, unique=True),  # as leases of the outbox have it
    Column("session", String),  # its connections, as a PostgreSQL server knows them
    Column("sources", JSON, nullable=False),  # those its configuration has
    Column("started_at", Instant, nullable=False),
    Column("beats", BigInteger, nullable=False),  # grows while it lives
    Column("seen_at", Instant, nullable=False),  # of its last beat, by the database's own clock
    sqlite_autoincrement=True,
)

poll_lease = Table(
    "poll_lease",
    metadata,
    Column("source", String, primary_key=True),
    # A replica that goes lets go of its sources; None: whose turn it is takes it.
    Column("holder", RowId, ForeignKey("replica.id", ondelete="SET NULL")),
    Column("epoch", BigInteger, nullable=False),  # one more with each holder
    Index(None, "holder"),
)
