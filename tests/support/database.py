"""A migrated database for each test, SQLite and PostgreSQL alike, copied from a template."""

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from monitor.store.database import open_database
from monitor.store.schema import migrate
from tests.support.services import absent, free_port, require

_TEMPLATE = "vigie_template"
_BINARIES = "/usr/lib/postgresql/*/bin"


def _migrated(url: str) -> None:
    database = open_database(url)
    try:
        migrate(database)
    finally:
        database.close()


class SqliteFiles:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        _migrated(f"sqlite:///{self._template}")

    def new_in(self, folder: Path) -> str:
        """The URL of a fresh migrated database in `folder`."""
        path = folder / "vigie.db"
        shutil.copyfile(self._template, path)
        return f"sqlite:///{path}"


class PostgresServer:
    """A server of its own on loopback, with a migrated template."""

    def __init__(self, folder: Path, port: int, as_owner: list[str], binaries: Path) -> None:
        self.folder = folder
        self.port = port
        self._as_owner = as_owner
        self._binaries = binaries
        self._numbers = itertools.count()
        self._admin: psycopg.Connection | None = None
        self.options = "-c fsync=off -c full_page_writes=off"
        """What its next start adds to the command line: tests do without syncing."""

    def url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def run(self, program: str, *arguments: str) -> None:
        """One of PostgreSQL's own programs, as the user who owns the cluster."""
        subprocess.run(
            [*self._as_owner, str(self._binaries / program), *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )

    def start(self) -> None:
        options = (
            f"-p {self.port} -h 127.0.0.1 -k {self.folder} -c max_connections=200 {self.options}"
        )
        self.run("pg_ctl", "-w", "-D", str(self.folder / "cluster"), "-o", options,
                 "-l", str(self.folder / "log"), "start")  # fmt: skip

    def stop(self, mode: str = "immediate") -> None:
        self.close()
        self.run("pg_ctl", "-w", "-D", str(self.folder / "cluster"), "-m", mode, "stop")

    def execute(self, statement: str) -> None:
        if self._admin is None:
            self._admin = psycopg.connect(self.url("postgres"), autocommit=True)
        self._admin.execute(statement.encode())

    def close(self) -> None:
        if self._admin is not None:
            self._admin.close()
            self._admin = None

    def make_template(self) -> None:
        self.execute(f"CREATE DATABASE {_TEMPLATE}")
        _migrated(self.url(_TEMPLATE))

    @contextmanager
    def new(self, *, empty: bool = False) -> Iterator[str]:
        """The URL of a fresh database, migrated unless `empty`; dropped afterwards."""
        name = f"vigie_{next(self._numbers)}"
        template = "template0" if empty else _TEMPLATE
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A running server; the test is skipped, visibly, where PostgreSQL is not installed."""
    binaries = require("initdb", package="postgresql", under=_BINARIES).resolve().parent
    as_owner: list[str] = []
    folder = Path(tempfile.mkdtemp(prefix="vigie-postgres-", dir="/tmp"))
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        try:
            owner = pwd.getpwnam("postgres")
        except KeyError:
            shutil.rmtree(folder)
            absent("the user postgres is missing: apt-get install postgresql")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        as_owner = [str(require("runuser", package="util-linux")), "-u", "postgres", "--"]
    server = PostgresServer(folder, free_port(), as_owner, binaries)
    try:
        server.run("initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8",
                   "--no-locale", "-D", str(folder / "cluster"))  # fmt: skip
        server.start()
        try:
            server.make_template()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
