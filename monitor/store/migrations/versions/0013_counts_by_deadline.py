"""Counts of obligations by the hour of their deadline and region, and by public body."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_HOUR = 3_600_000_000


def upgrade() -> None:
    op.create_table(
        "due_tally",
        sa.Column("due_hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("commitment", sa.String(), nullable=False),
        sa.Column("region", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("obligations", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "due_hour", "provider", "commitment", "region", "verdict", name=op.f("pk_due_tally")
        ),
    )
    op.create_table(
        "organization_tally",
        sa.Column("organization", sa.String(length=200), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("obligations", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "organization", "provider", "verdict", name=op.f("pk_organization_tally")
        ),
    )
    op.execute(
        "INSERT INTO due_tally (due_hour, provider, commitment, region, verdict, obligations)"  # noqa: S608 - no input in it
        " SELECT hour_, provider, commitment, region_, verdict, count(*) FROM"
        f" (SELECT (due_at - 1) / {_HOUR} AS hour_, provider, commitment,"
        " coalesce(nullif(region, ''), 'none') AS region_, verdict"
        " FROM obligation WHERE due_at IS NOT NULL) AS owed"
        " GROUP BY hour_, provider, commitment, region_, verdict"
    )
    op.execute(
        "INSERT INTO organization_tally (organization, provider, verdict, obligations)"
        " SELECT body, provider, verdict, count(*) FROM"
        " (SELECT coalesce(nullif(organization, ''), 'none') AS body, provider, verdict"
        " FROM obligation) AS owed"
        " GROUP BY body, provider, verdict"
    )
