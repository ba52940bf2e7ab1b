import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import DBAPIError

from monitor.errors import InputError
from monitor.store.database import Database, open_database
from monitor.store.lock import sole_daemon
from monitor.store.tables import organization

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Database]:
    database = open_database(sqlite_url)
    yield database
    database.close()


def refusal(url: str, **options: bool) -> str:
    with pytest.raises(InputError) as refused:
        open_database(url, **options)
    message = str(refused.value)
    assert "\n" not in message
    return message


def test_an_instant_keeps_its_microsecond_and_refuses_a_naive_one(database: Database) -> None:
    seen_at = datetime(2026, 11, 23, 14, 0, 0, 1, tzinfo=UTC)
    with database.write() as connection:
        connection.execute(insert(organization), {"name": "MSSS", "first_seen_at": seen_at})
    with database.read() as connection:
        assert connection.scalar(select(organization.c.first_seen_at)) == seen_at
    naive = {"name": "MTQ", "first_seen_at": datetime(2026, 11, 23)}  # noqa: DTZ001 - the point
    with pytest.raises(Exception, match="naive"), database.write() as connection:
        connection.execute(insert(organization), naive)


def test_an_exception_leaves_nothing(database: Database) -> None:
    def fail_half_way() -> None:
        with database.write() as connection:
            connection.execute(insert(organization), {"name": "MSSS", "first_seen_at": NOW})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with database.read() as connection:
        assert connection.execute(select(organization)).all() == []


def test_a_reader_sees_one_state_while_another_writes(database: Database) -> None:
    rows = select(organization.c.name)
    with database.read() as reader:
        assert reader.scalars(rows).all() == []
        with database.write() as writer:
            writer.execute(insert(organization), {"name": "MSSS", "first_seen_at": NOW})
        assert reader.scalars(rows).all() == []
    with database.read() as reader:
        assert reader.scalars(rows).all() == ["MSSS"]


def test_writers_take_turns(database: Database, database_url: str) -> None:
    """Each reads, then writes what it read plus one: none is lost, and none fails.

    Two handles stand for two processes, which share no lock of ours.
    """
    other = open_database(database_url)
    failures: list[Exception] = []

    def count(handle: Database) -> None:
        try:
            for _ in range(10):
                with handle.write() as connection:
                    if not handle.is_sqlite:
                        connection.exec_driver_sql("LOCK TABLE organization IN EXCLUSIVE MODE")
                    total = len(connection.execute(select(organization)).all())
                    connection.execute(
                        insert(organization), {"name": str(total), "first_seen_at": NOW}
                    )
        except DBAPIError as error:
            failures.append(error)

    threads = [threading.Thread(target=count, args=(h,)) for h in (database, other) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert failures == []
    with database.read() as connection:
        assert len(connection.execute(select(organization)).all()) == 40


def test_errors_do_not_show_what_was_being_stored(database: Database) -> None:
    row = {"name": "MSSS", "first_seen_at": NOW, "no_such_column": "a name nobody should log"}
    statement = text("INSERT INTO organization VALUES (:name, :first_seen_at, :no_such_column)")
    with pytest.raises(DBAPIError) as failed, database.write() as connection:
        connection.execute(statement, row)
    assert "nobody should log" not in str(failed.value)


def test_sqlite_is_set_to_lose_nothing(sqlite: Database) -> None:
    with sqlite.read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    full = 2
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


def test_another_process_that_writes_is_waited_for(sqlite: Database) -> None:
    assert sqlite.path
    other = sqlite3.connect(sqlite.path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.2, other.execute, ["COMMIT"])
    release.start()
    began = time.monotonic()
    with sqlite.write() as connection:
        connection.execute(insert(organization), {"name": "MSSS", "first_seen_at": NOW})
    assert time.monotonic() - began > 0.1
    release.join()
    other.close()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("nonsense", "cannot be read"),
        ("mysql://root:hunter2@localhost/vigie", "no support for 'mysql'"),
        ("postgresql+psycopg2://root:hunter2@localhost/vigie", "no support for"),
        ("postgresql://vigie:hunter2@localhost", "names no database"),
        ("postgresql://vigie:hunter2@localhost:port/vigie", "cannot be read"),
        ("sqlite://", "names no database"),
        ("sqlite:///:memory:", "needs a plain file"),
        ("sqlite:////no/such/folder/vigie.db", "the folder /no/such/folder does not exist"),
        ("sqlite:////proc/vigie.db", "/proc/vigie.db"),
        ("sqlite:////tmp", "/tmp"),
        ("postgresql://vigie:hunter2@127.0.0.1:1/vigie", "postgresql://127.0.0.1:1/vigie"),
        ("postgresql://127.0.0.1:1/vigie?password=hunter2", "postgresql://127.0.0.1:1/vigie"),
    ],
)
def test_what_cannot_be_opened_is_one_line_without_the_password(url: str, expected: str) -> None:
    message = refusal(url)
    assert expected in message
    assert "hunter2" not in message


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "vigie.db"
    path.write_text("not a database, whatever its name says" * 50)
    assert "not a database" in refusal(f"sqlite:///{path}")


def test_a_reader_does_not_create_the_file(tmp_path: Path) -> None:
    assert "does not exist" in refusal(f"sqlite:///{tmp_path}/vigie.db", create=False)
    assert list(tmp_path.iterdir()) == []


def test_the_password_is_not_in_the_representation(postgres_url: str) -> None:
    database = open_database(postgres_url.replace("postgres@", "postgres:hunter2@"))
    assert "hunter2" not in repr(database)
    assert "hunter2" not in database.location
    database.close()


_HOLDER = """
import sys
from datetime import UTC, datetime
from monitor.store.database import open_database
from monitor.store.lock import sole_daemon
with sole_daemon(open_database(sys.argv[1]), now=datetime.now(UTC)):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_daemon_is_told_who_holds_the_file(sqlite: Database, sqlite_url: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, sqlite_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        refused = pytest.raises(InputError, match=f"process {holder.pid} on .* since 20")
        with refused, sole_daemon(sqlite, now=NOW):
            pass
        holder.kill()
        holder.wait()
    # However it died, it holds nothing any more.
    with sole_daemon(sqlite, now=NOW):
        pass


def test_daemons_share_postgresql(postgres_url: str) -> None:
    database = open_database(postgres_url)
    with sole_daemon(database, now=NOW), sole_daemon(database, now=NOW):
        pass
    database.close()
