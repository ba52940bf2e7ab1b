"""What was held when somebody was told, and at every instant; which cases are gone."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("case_", sa.Column("gone_since", sa.BigInteger(), nullable=True))
    op.add_column("escalation", sa.Column("verdict", sa.String(length=16), nullable=True))
    op.add_column("escalation", sa.Column("verdict_reason", sa.String(length=32), nullable=True))
    op.add_column("escalation", sa.Column("due_at", sa.BigInteger(), nullable=True))
    op.add_column("escalation", sa.Column("stopped_at", sa.BigInteger(), nullable=True))
    op.add_column("escalation", sa.Column("reopened", sa.Integer(), nullable=True))
    op.create_table(
        "standing",
        sa.Column("id", _ID, nullable=False),
        sa.Column("obligation_id", _ID, nullable=False),
        sa.Column("judged_at", sa.BigInteger(), nullable=False),
        sa.Column("contract_version", sa.String(), nullable=False),
        sa.Column("calendar", sa.String(), nullable=False),
        sa.Column("unit", sa.String(length=16), nullable=False),
        sa.Column("amount_seconds", sa.BigInteger(), nullable=False),
        sa.Column("region", sa.String(), nullable=True),
        sa.Column("region_provisional", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("elapsed_seconds", sa.BigInteger(), nullable=False),
        sa.Column("remaining_seconds", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["obligation_id"], ["obligation.id"], name=op.f("fk_standing_obligation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standing")),
    )
    op.create_index(
        op.f("ix_standing_obligation_id_judged_at"),
        "standing",
        ["obligation_id", "judged_at"],
        unique=False,
    )
    # What is held now has been held at least since it was judged last.
    op.execute(
        """
        INSERT INTO standing (
            obligation_id, judged_at, contract_version, calendar, unit, amount_seconds, region,
            region_provisional, received_at, starts_at, due_at, elapsed_seconds, remaining_seconds,
            verdict, reason, stopped_at, episode, silent
        )
        SELECT
            id, evaluated_at, contract_version, calendar, unit, amount_seconds, region,
            region_provisional, received_at, starts_at, due_at, elapsed_seconds, remaining_seconds,
            verdict, reason, stopped_at, episode, silent
        FROM obligation ORDER BY id
        """
    )
