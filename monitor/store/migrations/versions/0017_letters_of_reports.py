"""Messages that bring an issued report, and the files that they enclose."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ORIGIN = "(escalation_id IS NULL) <> (report_number IS NULL)"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _on_sqlite()
    else:
        op.alter_column("notification", "escalation_id", nullable=True)
        op.add_column("notification", sa.Column("report_number", sa.BigInteger()))
        op.create_foreign_key(
            op.f("fk_notification_report_number"),
            "notification",
            "issued_report",
            ["report_number"],
            ["number"],
        )
        op.create_check_constraint(op.f("ck_notification_origin"), "notification", _ORIGIN)
    of_a_report = sa.text("report_number IS NOT NULL")
    op.create_index(
        "ix_notification_report",
        "notification",
        ["report_number"],
        unique=False,
        sqlite_where=of_a_report,
        postgresql_where=of_a_report,
    )
    op.create_table(
        "enclosure",
        sa.Column("report_number", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("put_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_number"], ["issued_report.number"], name=op.f("fk_enclosure_report_number")
        ),
        sa.PrimaryKeyConstraint("report_number", "sha256", name=op.f("pk_enclosure")),
    )


def _on_sqlite() -> None:
    """Have it take back the one NOT NULL where it stands: to copy the table, rows of others that
    point at it would have to go first. SQLite's documentation has this way for this case.
    """
    connection = op.get_bind()
    made = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'notification'"
    ).scalar_one()
    needed = "escalation_id INTEGER NOT NULL"
    if made.count(needed) != 1:
        raise RuntimeError(f"the table notification is not as it was made: {made}")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema=ON")
    connection.exec_driver_sql(
        "UPDATE sqlite_schema SET sql = ? WHERE type = 'table' AND name = 'notification'",
        (made.replace(needed, "escalation_id INTEGER"),),
    )
    connection.exec_driver_sql(f"PRAGMA schema_version={version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema=OFF")
    connection.exec_driver_sql(
        "ALTER TABLE notification ADD COLUMN report_number BIGINT"
        " CONSTRAINT fk_notification_report_number REFERENCES issued_report (number)"
        f" CONSTRAINT ck_notification_origin CHECK ({_ORIGIN})"
    )
