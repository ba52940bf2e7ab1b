"""One database, SQLite file or PostgreSQL: opened with care, read by snapshot, written in turn."""

import os
import secrets
import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from monitor.errors import InputError
from monitor.locale.marking import N_, Said
from monitor.store.json_text import to_json

BUSY_SECONDS = 5
"""How long a SQLite connection waits for another process that writes."""

_REMEDY = N_("write sqlite:///FILE or postgresql://USER@HOST/DATABASE")
_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgresql+psycopg": "postgresql+psycopg",
}
_POSTGRESQL = {
    "connect_timeout": 5,
    # A replica whose machine vanished lets go of what it had claimed.
    "options": "-c idle_in_transaction_session_timeout=60s -c lock_timeout=30s",
}


class Database:
    """Transactions on one database. Safe to share between threads.

    A failed transaction leaves nothing. `location` names the database without its password.
    """

    def __init__(
        self, engine: Engine, location: str, path: Path | None, session: str | None = None
    ) -> None:
        self._engine = engine
        self.location = location
        self.session = session
        """What the server knows its connections by, and no other's; None on SQLite."""
        self.path = path
        """The file, on SQLite."""
        # SQLite has one writer at a time and lets others poll for their turn; a lock wakes the
        # next of our threads at once.
        self._turn = threading.Lock() if path else nullcontext()

    def __repr__(self) -> str:
        return f"Database({self.location!r})"

    @property
    def is_sqlite(self) -> bool:
        return self.path is not None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state throughout and changes nothing."""
        options: dict[str, Any] = {}
        if not self.is_sqlite:
            options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with self._engine.connect() as connection:
            connection = connection.execution_options(**options)  # noqa: PLW2901 - the same one
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that commits at the end of the block, and rolls back on any exception."""
        with self._turn, self._engine.connect() as connection:
            connection = connection.execution_options(vigie_writes=True)  # noqa: PLW2901 - as above
            with connection.begin():
                yield connection

    def close(self) -> None:
        self._engine.dispose()


def open_database(url: str, *, create: bool = True) -> Database:
    """Open the database at `url` and make sure that it can be used.

    `create`: whether a SQLite file that does not exist is made.

    Raises:
        InputError: the URL is wrong, the file or folder missing or not writable, or the server
            refuses. The message never holds the password.
    """
    parsed = _parse(url)
    if parsed.drivername.startswith("sqlite"):
        return _open_sqlite(parsed, create=create)
    return _open_postgresql(parsed)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The cause may quote the URL, and with it the password.
        raise InputError(
            N_("database: the URL cannot be read: {remedy}"), remedy=Said(_REMEDY)
        ) from None
    driver = _DRIVERS.get(parsed.drivername)
    if driver is None:
        raise InputError(
            N_("database: no support for '{name}': {remedy}"),
            name=parsed.drivername,
            remedy=Said(_REMEDY),
        )
    if not parsed.database:
        raise InputError(N_("database: the URL names no database: {remedy}"), remedy=Said(_REMEDY))
    return parsed.set(drivername=driver)


def _open_sqlite(url: URL, *, create: bool) -> Database:
    name = url.database or ""
    if name == ":memory:" or name.startswith("file:"):
        raise InputError(
            N_("database: SQLite needs a plain file: write {example}"), example="sqlite:///FILE"
        )
    path = Path(name)
    if not path.parent.is_dir():
        raise InputError(
            N_("database {path}: the folder {folder} does not exist: create it"),
            path=str(path),
            folder=str(path.parent),
        )
    if not create and not path.exists():
        raise InputError(
            N_("database {path} does not exist: 'vigie run' creates it"), path=str(path)
        )
    # SQLite writes its journal beside the file, so the folder counts as much as the file.
    for place in (path.parent, path):
        if place.exists() and not os.access(place, os.W_OK):
            raise InputError(
                N_("database {path}: {place} is not writable by this user"),
                path=str(path),
                place=str(place),
            )
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
        hide_parameters=True,
        json_serializer=to_json,
        pool_size=10,
        max_overflow=20,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    database = Database(engine, str(path), path)
    try:
        with database.write() as connection:
            connection.exec_driver_sql("PRAGMA user_version")
    except DBAPIError as error:
        database.close()
        raise InputError(f"database {path}: {error.orig}") from None
    return database


def _open_postgresql(url: URL) -> Database:
    port = f":{url.port}" if url.port else ""
    location = f"postgresql://{url.host or ''}{port}/{url.database}"
    session = f"vigie {socket.gethostname()[:24]}:{os.getpid()}:{secrets.token_hex(4)}"
    engine = create_engine(
        url,
        connect_args={**_POSTGRESQL, "application_name": session},
        hide_parameters=True,
        json_serializer=to_json,
        pool_size=10,
        max_overflow=20,
        # A server that was restarted costs one new connection, not one failed tick.
        pool_pre_ping=True,
    )
    database = Database(engine, location, None, session)
    try:
        with database.read() as connection:
            connection.exec_driver_sql("SELECT 1")
    except OperationalError as error:
        database.close()
        first_line = str(error.orig).splitlines()[0]
        raise InputError(f"database {location}: {first_line}") from None
    return database


def _prepare_sqlite(dbapi_connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
    for pragma in (
        "journal_mode=WAL",
        # NORMAL could lose the last commits when power fails; FULL costs nothing in bulk.
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        # 16 MB a connection: each of the daemon's threads has one, and the system caches for all.
        "cache_size=-16384",
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later can find its snapshot outdated and fail at
    # once, without waiting; one that says from the start that it writes, waits for its turn.
    writes = connection.get_execution_options().get("vigie_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
