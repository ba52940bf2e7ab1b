"""What of a thread is queued to whom, in the order of its decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    queued = sa.text("state = 'queued' AND carries IS NULL")
    op.create_index(
        "ix_notification_line",
        "notification",
        ["channel", "address", "thread", "escalation_id", "id"],
        unique=False,
        sqlite_where=queued,
        postgresql_where=queued,
    )
