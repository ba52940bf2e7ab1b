"""Records as received in a table of their own, by month; closed cases in the order they leave."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MONTH = {
    "sqlite": "CAST(strftime('%Y%m', observed_at / 1000000, 'unixepoch') AS INTEGER)",
    # Whole seconds first: a float would round the last instant of a month up.
    "postgresql": "CAST(to_char(to_timestamp(observed_at / 1000000) AT TIME ZONE 'UTC', 'YYYYMM')"
    " AS INTEGER)",
}


def upgrade() -> None:
    op.create_table(
        "payload",
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        sa.Column("observation_id", sa.String(length=32), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("month", "case_id", "observation_id", name=op.f("pk_payload")),
        sqlite_with_rowid=False,
    )
    month = _MONTH[op.get_bind().dialect.name]
    op.execute(
        "INSERT INTO payload (month, case_id, observation_id, record)"  # noqa: S608 - no input in it
        f" SELECT {month} AS month, case_id, id, payload FROM observation ORDER BY 1, 2, 3"
    )
    op.execute("ALTER TABLE observation DROP COLUMN payload")
    op.create_index(
        "ix_case__closed",
        "case_",
        ["changed_at", "id"],
        unique=False,
        sqlite_where=sa.text("is_open = 0"),
        postgresql_where=sa.text("NOT is_open"),
    )
    op.create_index(
        "ix_quarantine_resolved",
        "quarantine",
        ["last_seen_at"],
        unique=False,
        sqlite_where=sa.text("resolved_at IS NOT NULL"),
        postgresql_where=sa.text("resolved_at IS NOT NULL"),
    )
