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
    parser.addoption(
        "--all-walks",
        action="store_true",
        help="walk a thousand times among concurrent edits in each test that does, not a few times",
    )


_ALL_WALKS, _FEW_WALKS = 1000, 200


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`@pytest.mark.walks(12)`: as many seeds, or a thousand with `--all-walks`."""
    marker = metafunc.definition.get_closest_marker("walks")
    if marker is not None:
        (few,) = marker.args
        asked_for_all = metafunc.config.getoption("all_walks")
        metafunc.parametrize("seed", range(_ALL_WALKS if asked_for_all else few))


@pytest.fixture(scope="session")
def walks(request: pytest.FixtureRequest) -> range:
    """Seeds of walks so quick that one test makes them all."""
    return range(_ALL_WALKS if request.config.getoption("all_walks") else _FEW_WALKS)


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
