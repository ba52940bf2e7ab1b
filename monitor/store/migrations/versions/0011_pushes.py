"""Pushes that name themselves, and records in quarantine that an operator gave up."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "push",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("taken_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_push")),
    )
    op.create_index(op.f("ix_push_source_taken_at"), "push", ["source", "taken_at"], unique=False)
    op.add_column("quarantine", sa.Column("discarded_by", sa.String(80), nullable=True))
    op.add_column("quarantine", sa.Column("discarded_why", sa.String(500), nullable=True))
