import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.errors import InputError
from monitor.store.backup import back_up, restore, sound_revision
from monitor.store.database import open_database
from monitor.store.lock import held, holder
from monitor.store.schema import program_revision
from monitor.store.tables import organization
from tests.support.database import SqliteFiles

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


@pytest.fixture
def path(sqlite_files: SqliteFiles, tmp_path: Path) -> Path:
    sqlite_files.new_in(tmp_path)
    return tmp_path / "vigie.db"


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT name FROM organization ORDER BY 1")]


def add(path: Path, name: str) -> None:
    with closing(open_database(f"sqlite:///{path}")) as database, database.write() as connection:
        connection.execute(organization.insert(), {"name": name, "first_seen_at": NOW})


def run(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute(statement)
        connection.commit()


def scratch(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-8192:] = b"\x55" * 8192
    path.write_bytes(data)


def beside(path: Path) -> set[str]:
    return {each.name for each in path.parent.iterdir()}


def test_a_copy_has_what_was_committed_and_is_one_file(path: Path, tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{path}")
    with database.write() as connection:
        connection.execute(organization.insert(), {"name": "A", "first_seen_at": NOW})
    # The daemon is at work: what it committed stands in the journal, what it has not is not there.
    with database.write() as connection:
        connection.execute(organization.insert(), {"name": "B", "first_seen_at": NOW})
        seen: list[tuple[int, int]] = []
        copy = back_up(path, tmp_path / "copy.db", progress=lambda a, b: seen.append((a, b)))
    database.close()
    assert names(copy.path) == ["A"]
    assert copy.revision == program_revision()
    assert copy.bytes == copy.path.stat().st_size
    assert seen[-1][0] == seen[-1][1]
    assert {name for name in beside(path) if "copy" in name} == {"copy.db"}


def test_a_copy_that_is_there_is_replaced_only_if_asked(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("precious")
    with pytest.raises(InputError, match="is there already"):
        back_up(path, target)
    assert target.read_text() == "precious"
    assert back_up(path, target, replace=True).revision == program_revision()


def test_a_copy_that_cannot_be_made_leaves_the_last_one(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    back_up(path, target)
    content = target.read_bytes()
    data = bytearray(path.read_bytes())
    data[3 * 4096 : 40 * 4096] = b"\x55" * (37 * 4096)
    path.write_bytes(data)
    with pytest.raises(InputError, match="damaged"):
        back_up(path, target, replace=True)
    assert target.read_bytes() == content
    assert {name for name in beside(path) if "copy" in name} == {"copy.db"}


def test_the_database_itself_is_no_place_for_its_copy(path: Path) -> None:
    with pytest.raises(InputError, match="the database itself"):
        back_up(path, path, replace=True)


def test_restoring_brings_back_what_was_and_keeps_the_other_aside(
    path: Path, tmp_path: Path
) -> None:
    add(path, "A")
    copy = back_up(path, tmp_path / "copy.db")
    add(path, "B")
    done = restore(copy.path, path, now=NOW)
    assert names(path) == ["A"]
    assert done.kept_aside == tmp_path / "vigie.db.before-20261123T140000Z"
    assert names(done.kept_aside) == ["A", "B"]
    assert names(copy.path) == ["A"]
    open_database(f"sqlite:///{path}").close()


def test_what_only_the_journal_has_is_kept_aside_too(path: Path, tmp_path: Path) -> None:
    copy = back_up(path, tmp_path / "copy.db")
    with closing(sqlite3.connect(path)) as killed:
        # Never closed in order, as by a kill: its last commit is in the journal alone.
        killed.execute("PRAGMA wal_autocheckpoint=0")
        killed.execute("INSERT INTO organization VALUES ('LAST', 0)")
        killed.commit()
        done = restore(copy.path, path, now=NOW)
    assert done.kept_aside is not None
    assert names(done.kept_aside) == ["LAST"]
    assert names(path) == []


def test_restoring_needs_no_database_to_be_there(path: Path, tmp_path: Path) -> None:
    copy = back_up(path, tmp_path / "copy.db")
    elsewhere = tmp_path / "new" / "vigie.db"
    with pytest.raises(InputError, match="does not exist: create it"):
        restore(copy.path, elsewhere, now=NOW)
    elsewhere.parent.mkdir()
    assert restore(copy.path, elsewhere, now=NOW).kept_aside is None
    assert names(elsewhere) == []


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.write_text("no database"), "is not a database of Vigie"),
        (lambda path: path.unlink(), "there is no such file"),
        (lambda path: run(path, "DROP TABLE observation"), "is not a database of Vigie"),
        (lambda path: run(path, "UPDATE alembic_version SET version_num = '9999'"), "9999, newer"),
        (lambda path: run(path, "DELETE FROM alembic_version"), "newer"),
        (scratch, "damaged|not a database"),
    ],
)
def test_only_a_sound_copy_is_put_back(path: Path, tmp_path: Path, spoil, why: str) -> None:
    add(path, "A")
    copy = back_up(path, tmp_path / "copy.db").path
    spoil(copy)
    with pytest.raises(InputError, match=why):
        restore(copy, path, now=NOW)
    assert names(path) == ["A"]
    assert not [name for name in beside(path) if "before" in name or name.startswith(".")]


def test_a_file_that_a_daemon_holds_is_not_replaced(path: Path, tmp_path: Path) -> None:
    copy = back_up(path, tmp_path / "copy.db").path
    assert holder(path) is None
    with held(path, str(path), now=NOW):
        assert str(holder(path)).startswith("process ")
        with pytest.raises(InputError, match="a daemon already runs on it"):
            restore(copy, path, now=NOW)
    assert holder(path) is None
    assert sound_revision(path) == program_revision()
