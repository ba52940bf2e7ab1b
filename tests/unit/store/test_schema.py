import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from monitor.errors import InputError
from monitor.store.database import Database, open_database
from monitor.store.schema import (
    SchemaState,
    migrate,
    program_revision,
    require_current,
    schema_state,
)
from monitor.store.tables import metadata
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
