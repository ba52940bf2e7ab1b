"""Fixtures every test may ask for: one suite, over SQLite and PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.database import Database, open_database
from tests.support.database import PostgresServer, SqliteFiles, postgres_server


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--all-kills",
        action="store_true",
        help="kill a process at every boundary of the crash matrix, not at a few of each channel",
    )


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One server for the whole session; databases in it are a test's own."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def sqlite_url(sqlite_files: SqliteFiles, tmp_path: Path) -> str:
    return sqlite_files.new_in(tmp_path)


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    with postgres.new() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database of each kind in turn."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()
