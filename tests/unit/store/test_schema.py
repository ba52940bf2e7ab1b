from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text

from monitor.errors import InputError
from monitor.store.database import Database, open_database
from monitor.store.schema import (
    SchemaState,
    _config,
    current_revision,
    migrate,
    program_revision,
    require_current,
    schema_state,
    steps_ahead,
)
from monitor.store.tables import metadata, payload
from tests.support.database import PostgresServer


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


def _before(revision: str) -> str:
    """The revision that another one follows, wherever it stands among them."""
    script = ScriptDirectory.from_config(_config()).get_revision(revision)
    assert isinstance(script.down_revision, str)
    return script.down_revision


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
                config = _config()
                config.attributes["connection"] = connection
                config.attributes["applied"] = lambda _: None
                command.upgrade(config, _before("0006"))
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
