"""Daemons that share the work, and which of them polls each source."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "replica",
        sa.Column("id", _ID, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("session", sa.String(), nullable=True),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("beats", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replica")),
        sa.UniqueConstraint("name", name=op.f("uq_replica_name")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "poll_lease",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("holder", _ID, nullable=True),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["holder"],
            ["replica.id"],
            name=op.f("fk_poll_lease_holder"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_poll_lease")),
    )
    op.create_index(op.f("ix_poll_lease_holder"), "poll_lease", ["holder"], unique=False)
