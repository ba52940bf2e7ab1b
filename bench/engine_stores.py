"""Databases for measuring: files under a folder, and a PostgreSQL server that syncs to disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from monitor.store.database import open_database
from monitor.store.schema import migrate
from tests.support.database import PostgresServer, postgres_server


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    """The URL of a fresh database; the file is removed afterwards."""
    path = folder / "vigie.db"
    try:
        yield _migrated(f"sqlite:///{path}")
    finally:
        for each in folder.glob("vigie.db*"):
            each.unlink()


@contextmanager
def postgresql(server: PostgresServer) -> Iterator[str]:
    """The URL of a fresh database; it is dropped afterwards."""
    with server.new(empty=True) as url:
        yield _migrated(url)


@contextmanager
def server() -> Iterator[PostgresServer]:
    """A server of its own on loopback, as tests have it, but one that loses nothing."""
    with postgres_server() as started:
        # Tests do without syncing; what is measured must not.
        started.stop("fast")
        started.options = "-c shared_buffers=512MB -c max_wal_size=4GB"
        started.start()
        yield started


def _migrated(url: str) -> str:
    database = open_database(url)
    migrate(database)
    database.close()
    return url
