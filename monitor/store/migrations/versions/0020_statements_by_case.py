"""Statements lie by their cases: those of one are found at once, new ones written together."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0018"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COLUMNS = (
    "case_id, id, source, raw_status, status, received_at, changed_at, changed_after, previous_id,"
    " observed_at, organization, category, place, severity"
)


def upgrade() -> None:
    op.drop_index("ix_observation_case_id_changed_at", table_name="observation")
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint("pk_observation", "observation", type_="primary")
        op.create_primary_key("pk_observation", "observation", ["case_id", "id"])
        return
    # They go with the table they are on.
    indexes = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master"
        " WHERE type = 'index' AND tbl_name = 'observation' AND sql IS NOT NULL"
    )
    kept = [row[0] for row in indexes]
    op.create_table(
        "observation_by_case",
        sa.Column("case_id", _ID, autoincrement=False, nullable=False),
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("raw_status", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=32)),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_after", sa.BigInteger()),
        sa.Column("previous_id", sa.String(length=32)),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("organization", sa.String(length=200)),
        sa.Column("category", sa.String(length=64)),
        sa.Column("place", sa.String(length=200)),
        sa.Column("severity", sa.String(length=64)),
        sa.ForeignKeyConstraint(
            ["case_id"], ["case_.id"], name=op.f("fk_observation_case_id_case_")
        ),
        sa.PrimaryKeyConstraint("case_id", "id", name=op.f("pk_observation")),
        sqlite_with_rowid=False,
    )
    op.execute(
        f"INSERT INTO observation_by_case ({_COLUMNS})"  # noqa: S608 - no input in it
        f" SELECT {_COLUMNS} FROM observation ORDER BY case_id, id"
    )
    op.drop_table("observation")
    op.rename_table("observation_by_case", "observation")
    for statement in kept:
        op.execute(statement)
