"""Where walks that were cut go on, the past that was asked for, and subscriptions to hubs."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("checkpoint", sa.JSON(), nullable=True))
    op.add_column("case_", sa.Column("told_from", sa.BigInteger(), nullable=True))
    op.create_table(
        "backfill",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("from_at", sa.BigInteger(), nullable=False),
        sa.Column("to_at", sa.BigInteger(), nullable=False),
        sa.Column("done_until", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("source", "from_at", "to_at", name=op.f("pk_backfill")),
    )
    op.create_table(
        "subscription",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("hub_id", sa.String(length=200), nullable=False),
        sa.Column("callback_digest", sa.String(length=64), nullable=False),
        sa.Column("subscribed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_subscription")),
    )
