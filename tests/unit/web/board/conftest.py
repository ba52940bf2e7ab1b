from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.store.database import Database, open_database
from tests.support.board import BoardScene


@pytest.fixture
def sqlite(sqlite_url: str) -> Database:
    """What pages show does not hang on the kind of database, where no query of theirs does."""
    return open_database(sqlite_url)


@pytest.fixture
def scene(sqlite: Database, tmp_path: Path) -> Iterator[BoardScene]:
    made = BoardScene(sqlite, tmp_path)
    yield made
    made.close()


@pytest.fixture
def scene_anywhere(database: Database, tmp_path: Path) -> Iterator[BoardScene]:
    """On SQLite and PostgreSQL in turn."""
    made = BoardScene(database, tmp_path)
    yield made
    made.close()
