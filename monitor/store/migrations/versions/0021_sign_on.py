"""Accounts of a provider of identities, links for one account, and accounts that are disabled."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("issuer", sa.String(length=300), nullable=True))
    op.add_column("account", sa.Column("subject", sa.String(length=255), nullable=True))
    op.add_column("account", sa.Column("disabled_at", sa.BigInteger(), nullable=True))
    op.create_index("uq_account_identity", "account", ["issuer", "subject"], unique=True)
    op.add_column("invitation", sa.Column("account", sa.String(length=80), nullable=True))
    op.create_table(
        "sign_on",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("next", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_on")),
    )
