"""Deliverables listed by their periods."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_case__deliverable",
        "case_",
        ["received_at", "id"],
        unique=False,
        sqlite_where=sa.text("kind = 'deliverable'"),
        postgresql_where=sa.text("kind = 'deliverable'"),
    )
