"""What came due in a period, found by its deadline; the cases of one public body."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _deadlines()


def _deadlines() -> None:
    op.create_index(
        "ix_standing_due",
        "standing",
        ["due_at", "obligation_id", "judged_at"],
        unique=False,
        sqlite_where=sa.text("due_at IS NOT NULL"),
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_case__organization"), "case_", ["organization"], unique=False)
