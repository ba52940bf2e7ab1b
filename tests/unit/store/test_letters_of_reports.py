"""The outbox of an earlier program takes the messages that bring reports, and loses nothing."""

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from monitor.store.database import open_database
from monitor.store.schema import migrate
from tests.support.database import PostgresServer
from tests.support.migrations import migrate_to_before

EARLIER = (
    (
        "INSERT INTO case_ (id, provider, kind, ref, source, received_at, raw_status, changed_at,"
        " last_observation_id, last_seen_at, missing_polls, is_open)"
        " VALUES (1, 'telus', 'ticket', 'R', 's', 0, 'x', 0, 'b', 0, 0, true)"
    ),
    (
        "INSERT INTO obligation (id, case_id, provider, source, commitment, contract_version, calendar,"
        " unit, amount_seconds, region_provisional, received_at, starts_at, elapsed_seconds,"
        " remaining_seconds, verdict, reason, episode, evaluated_at, is_open, silent)"
        " VALUES (1, 1, 'telus', 's', 'c', '1', 'k', 'u', 1, false, 0, 0, 0, 0, 'met', 'r', 0, 0,"
        " false, false)"
    ),
    (
        "INSERT INTO escalation (id, obligation_id, step, episode, stood_at, fired_at, reason,"
        " unconfirmed) VALUES (1, 1, 'breach', 0, 0, 0, 'reached', false)"
    ),
    (
        "INSERT INTO notification (id, key, escalation_id, channel, address, role, lang, step, thread,"
        " content, created_at, state, attempts) VALUES (1, 'k', 1, 'mail', 'a@example.org', 'desk',"
        " 'fr', 'breach', 't', '{}', 0, 'sent', 1)"
    ),
    (
        "INSERT INTO delivery (notification_id, attempt, started_at, finished_at, outcome, detail)"
        " VALUES (1, 1, 0, 0, 'accepted', '250')"
    ),
    (
        "INSERT INTO issued_report (number, subject, kind, first, last, known_at, issued_by, content,"
        " previous, digest) VALUES (1, 's', 'month', '2026-07-01', '2026-07-31', 0, 'vigie', '{}', '',"
        " '')"
    ),
)


def put(connection: Connection, key: str, escalation: str, report: str) -> None:
    connection.execute(
        text(
            "INSERT INTO notification (key, escalation_id, report_number, channel, address, role,"
            " lang, step, thread, content, created_at, state, attempts)"
            f" VALUES ('{key}', {escalation}, {report}, 'mail', 'a@example.org', 'desk', 'fr', 's',"
            " 't', '{}', 0, 'queued', 0)"
        )
    )


def test_what_was_in_the_outbox_stays_and_reports_are_taken(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer
) -> None:
    with postgres.new(empty=True) as postgres_url:
        for url in (f"sqlite:///{tmp_path_factory.mktemp('outbox')}/vigie.db", postgres_url):
            database = open_database(url)
            with database.write() as connection:
                migrate_to_before(connection, "0017")
                for statement in EARLIER:
                    connection.execute(text(statement))
            migrate(database)
            with database.write() as connection:
                if database.is_sqlite:
                    assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
                    assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
                kept = connection.execute(
                    text("SELECT n.key, d.detail FROM notification n JOIN delivery d"
                         " ON d.notification_id = n.id")
                ).all()  # fmt: skip
                assert kept == [("k", "250")]
                # PostgreSQL counts its ids by itself, and the first was given.
                if not database.is_sqlite:
                    connection.execute(
                        text("SELECT setval(pg_get_serial_sequence('notification', 'id'), 1)")
                    )
                put(connection, "r", "NULL", "1")
            # Of one of the two, and of one that is there.
            for escalation, report in (("NULL", "NULL"), ("1", "1"), ("NULL", "9")):
                with pytest.raises(IntegrityError), database.write() as connection:
                    put(connection, "x", escalation, report)
            database.close()
