"""Operators' corrections of a source's words, and their notes on cases."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _corrections()
    _notes()


def _corrections() -> None:
    op.create_table(
        "correction",
        sa.Column("id", _row_id(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("word", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=True),
        sa.Column("statements", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_source"), "correction", ["source"], unique=False)
    unknown = sa.text("status IS NULL")
    op.create_index(
        "ix_observation_unknown",
        "observation",
        ["source", "raw_status", "case_id"],
        unique=False,
        sqlite_where=unknown,
        postgresql_where=unknown,
    )


def _notes() -> None:
    op.create_table(
        "case_note",
        sa.Column("id", _row_id(), nullable=False),
        sa.Column("case_id", _row_id(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name=op.f("fk_case_note_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
    )
    op.create_index(op.f("ix_case_note_case_id"), "case_note", ["case_id"], unique=False)
    for table in ("correction", "case_note"):
        _never_changed(table)


def _row_id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _never_changed(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN"
            f" SELECT RAISE(ABORT, '{table}: rows are only added'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_is_added_to() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{table}: rows are only added'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_added_to()"
    )
