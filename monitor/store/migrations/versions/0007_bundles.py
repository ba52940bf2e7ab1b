"""Digests in the outbox, and what incident channels have standing."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("notification", sa.Column("group_key", sa.String(), nullable=True))
    op.add_column("notification", sa.Column("bundle_id", _ID, nullable=True))
    op.add_column("notification", sa.Column("carries", sa.Integer(), nullable=True))
    op.add_column("notification", sa.Column("uncertain", sa.Boolean(), nullable=True))
    _index("ix_notification_bundle", ["bundle_id"], "bundle_id IS NOT NULL")
    _index(
        "ix_notification_told",
        ["channel", "address", "finished_at"],
        "finished_at IS NOT NULL AND bundle_id IS NULL",
    )
    _index("ix_notification_digest", ["channel", "address", "created_at"], "carries IS NOT NULL")
    op.create_table(
        "standing_alert",
        sa.Column("id", _ID, nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("notification_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["notification_id"],
            ["notification.id"],
            name=op.f("fk_standing_alert_notification_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing_alert")),
        sa.UniqueConstraint(
            "channel",
            "thread",
            "address",
            name=op.f("uq_standing_alert_channel_thread_address"),
        ),
    )


def _index(name: str, columns: list[str], where: str) -> None:
    op.create_index(
        name,
        "notification",
        columns,
        unique=False,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
