from datetime import UTC, datetime, timedelta
from operator import itemgetter

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from monitor.errors import InputError
from monitor.store.counts import TALLIES
from monitor.store.database import Database, open_database
from monitor.store.schema import (
    SchemaState,
    _config,
    _revisions,
    current_revision,
    migrate,
    program_revision,
    require_current,
    schema_state,
    steps_ahead,
)
from monitor.store.tables import due_tally, metadata, observation, payload
from tests.support.database import PostgresServer
from tests.support.migrations import migrate_to_before


def set_revision(database: Database, revision: str) -> None:
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


def test_the_migrations_make_the_tables_the_program_uses(database: Database) -> None:
    assert schema_state(database) is SchemaState.CURRENT
    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_an_empty_database_is_behind_and_migrated_once(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer
) -> None:
    with postgres.new(empty=True) as postgres_url:
        for url in (f"sqlite:///{tmp_path_factory.mktemp('empty')}/vigie.db", postgres_url):
            database = open_database(url)
            assert schema_state(database) is SchemaState.BEHIND
            with pytest.raises(InputError, match="bring it up to date"):
                require_current(database)
            assert migrate(database) == program_revision()
            assert migrate(database) == program_revision()
            require_current(database)
            database.close()


def test_a_database_newer_than_the_program_is_left_alone(database: Database) -> None:
    set_revision(database, "9999")
    assert schema_state(database) is SchemaState.NEWER
    for refuse in (migrate, require_current):
        with pytest.raises(InputError) as refused:
            refuse(database)
        message = str(refused.value)
        assert "9999" in message
        assert program_revision() in message
        assert "\n" not in message


def test_the_migrations_tell_their_order_without_alembic() -> None:
    scripts = ScriptDirectory.from_config(_config())
    assert [each.revision for each in scripts.walk_revisions()][::-1] == [*_revisions()]
    assert scripts.get_current_head() == program_revision()


def test_statements_are_moved_to_their_cases(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer
) -> None:
    with postgres.new(empty=True) as postgres_url:
        for url in (f"sqlite:///{tmp_path_factory.mktemp('scattered')}/vigie.db", postgres_url):
            database = open_database(url)
            with database.write() as connection:
                migrate_to_before(connection, "0020")
                for case_id in (1, 2):
                    connection.execute(text(
                        "INSERT INTO case_ (id, provider, kind, ref, source, received_at, raw_status,"
                        " changed_at, last_observation_id, last_seen_at, missing_polls, is_open)"
                        f" VALUES ({case_id}, 'telus', 'ticket', 'R{case_id}', 's', 0, 'x', 0, 'b',"
                        " 0, 0, true)"
                    ))  # fmt: skip
                columns = [each.name for each in observation.c]
                rows = [
                    dict.fromkeys(columns, f"{id_} of {case_id}")
                    | {"id": id_, "case_id": case_id, "severity": None}
                    | {name: number for number, name in enumerate(columns) if name[-3:] == "_at"}
                    | {"changed_after": 77}
                    for id_, case_id in (("c", 2), ("a", 2), ("b", 1))
                ]
                names = ", ".join(columns)
                values = ", ".join(f":{name}" for name in columns)
                connection.execute(
                    text(f"INSERT INTO observation ({names}) VALUES ({values})"), rows
                )
            migrate(database)
            with database.read() as connection:
                found = connection.execute(text(f"SELECT {names} FROM observation"))
                kept = sorted((dict(row) for row in found.mappings()), key=itemgetter("id"))
            assert kept == sorted(rows, key=itemgetter("id"))
            database.close()


def test_records_as_received_are_moved_to_their_months(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer
) -> None:
    # The first instant of a month, and the last one before it.
    at = datetime(2026, 11, 1, tzinfo=UTC)
    instants = [int(each.timestamp() * 1e6) for each in (at, at - timedelta(microseconds=1))]
    with postgres.new(empty=True) as postgres_url:
        for url in (f"sqlite:///{tmp_path_factory.mktemp('older')}/vigie.db", postgres_url):
            database = open_database(url)
            with database.write() as connection:
                migrate_to_before(connection, "0006")
                connection.execute(text(
                    "INSERT INTO case_ (id, provider, kind, ref, source, received_at, raw_status,"
                    " changed_at, last_observation_id, last_seen_at, missing_polls, is_open)"
                    " VALUES (1, 'telus', 'ticket', 'R', 's', 0, 'x', 0, 'b', 0, 0, true)"
                ))  # fmt: skip
                for id_, instant in zip("ab", instants, strict=True):
                    connection.execute(text(
                        "INSERT INTO observation (id, case_id, source, raw_status, received_at,"
                        " changed_at, observed_at, payload)"
                        f" VALUES ('{id_}', 1, 's', 'x', 0, 0, {instant}, '{{\"is\": \"{id_}\"}}')"
                    ))  # fmt: skip
            assert steps_ahead(database)[0].revision == "0006"
            reached: list[str] = []
            migrate(database, applied=reached.append)
            assert reached[-1] == program_revision() == current_revision(database)
            assert steps_ahead(database) == []
            with database.read() as connection:
                rows = connection.execute(select(payload).order_by(payload.c.month)).all()
            assert rows == [(202610, 1, "b", {"is": "b"}), (202611, 1, "a", {"is": "a"})]
            database.close()


def test_what_was_owed_before_is_counted_by_deadline_and_public_body(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer
) -> None:
    # Of the first instant of an hour, which belongs to the hour before; of no hour, while paused.
    due = [1_796_101_200_000_000, 1_796_101_200_000_001, None]
    with postgres.new(empty=True) as postgres_url:
        for url in (f"sqlite:///{tmp_path_factory.mktemp('uncounted')}/vigie.db", postgres_url):
            database = open_database(url)
            with database.write() as connection:
                migrate_to_before(connection, "0013")
                connection.execute(text(
                    "INSERT INTO case_ (id, provider, kind, ref, source, received_at, raw_status,"
                    " changed_at, last_observation_id, last_seen_at, missing_polls, is_open)"
                    " VALUES (1, 'telus', 'ticket', 'R', 's', 0, 'x', 0, 'b', 0, 0, true)"
                ))  # fmt: skip
                for number, due_at in enumerate(due):
                    connection.execute(text(
                        "INSERT INTO obligation (case_id, provider, source, organization,"
                        " commitment, contract_version, calendar, unit, amount_seconds, region,"
                        " region_provisional, received_at, starts_at, due_at, elapsed_seconds,"
                        " remaining_seconds, verdict, reason, episode, evaluated_at, is_open, silent)"
                        f" VALUES (1, 'telus', 's', {'NULL' if number else repr('MSSS')}, 'c{number}',"
                        " '1', 'k', 'u', 1, NULL, false, 0, 0, :due_at, 0, 0, 'met', 'r', 0, 0,"
                        " false, false)"
                    ), {"due_at": due_at})  # fmt: skip
            migrate(database)
            with database.read() as connection:
                for by in TALLIES[1:]:
                    kept = {tuple(row) for row in connection.execute(by.kept())}
                    assert kept == {tuple(row) for row in connection.execute(by.anew())}
                hours = connection.scalars(select(due_tally.c.due_hour)).all()
            assert sorted(hours) == [498_916, 498_917]
            database.close()
