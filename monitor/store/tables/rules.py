"""What figures rest on."""

from sqlalchemy import Column, String, Table, Text

from monitor.store.columns import Instant, RowId, metadata

applied_rules = Table(
    "applied_rules",
    metadata,
    # What figures rest on: contract, calendars, rulings on places and zone data, as first applied.
    Column("id", RowId, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("basis", Text, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("finished_at", Instant),  # None: not every case they touch is marked yet
)
