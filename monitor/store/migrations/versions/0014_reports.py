"""What came due in a period, found by its deadline; reports that were issued."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _deadlines()
    _issued()
    _evidence()
    _runs()


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


def _issued() -> None:
    op.create_table(
        "issued_report",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("first", sa.String(length=10), nullable=False),
        sa.Column("last", sa.String(length=10), nullable=False),
        sa.Column("provider", sa.String(), nullable=True),
        sa.Column("organization", sa.String(length=200), nullable=True),
        sa.Column("known_at", sa.BigInteger(), nullable=False),
        sa.Column("issued_by", sa.String(length=80), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_issued_report")),
        sa.UniqueConstraint("subject", name=op.f("uq_issued_report_subject")),
    )
    op.create_table(
        "issued_file",
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"], ["issued_report.number"], name=op.f("fk_issued_file_number")
        ),
        sa.PrimaryKeyConstraint("number", "name", name=op.f("pk_issued_file")),
    )
    op.create_index(op.f("ix_issued_file_sha256"), "issued_file", ["sha256"], unique=False)
    for table in ("issued_report", "issued_file"):
        _only_added_to(table)


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("provider", sa.String(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("stated_on", sa.String(length=10), nullable=True),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.Column("noted_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("ref", "provider", "name", "value", name=op.f("pk_evidence")),
    )


def _runs() -> None:
    op.create_table(
        "report_run",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("period", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "period", name=op.f("pk_report_run")),
    )


def _only_added_to(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN"
                " SELECT RAISE(ABORT, 'issued reports are only added to'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_added_to() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'issued reports are only added to'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_added_to()"
    )
