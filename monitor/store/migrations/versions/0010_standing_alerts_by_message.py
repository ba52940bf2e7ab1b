"""What stands at a receiver, by the message that put it there: a purge looks it up."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_standing_alert_notification_id"),
        "standing_alert",
        ["notification_id"],
        unique=False,
    )
