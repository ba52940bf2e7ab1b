"""Why a record is in quarantine, and a source at fault, so that readers can be told in theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What stands there already is told in English, until its source tells of it again.
    op.add_column("quarantine", sa.Column("said", sa.JSON(), nullable=True))
    op.add_column("source", sa.Column("fault_said", sa.JSON(), nullable=True))
