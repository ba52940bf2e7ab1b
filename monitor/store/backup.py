"""A SQLite database copied while it is at work, and a copy put back in its place."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.store.lock import held
from monitor.store.schema import knows, program_revision

_PAGES = 2048
"""Pages copied between two words of progress: 8 MB."""

_BESIDE = ("-wal", "-shm")
_OURS = {"alembic_version", "case_", "observation", "obligation"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A whole, sound copy."""

    path: Path
    bytes: int
    revision: str


def back_up(
    database: Path,
    target: Path,
    *,
    replace: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Copy:
    """Copy `database` as it stands now to `target`, and see that the copy is sound.

    Whoever writes meanwhile is not held up. The copy is one file, and takes the name only once it
    is whole and on the disk. `progress` is told how many pages of how many are done.

    Raises:
        InputError: the target is there already and not to be replaced, cannot be written, or the
            copy is not sound.
    """
    if target.exists() and not replace:
        raise InputError(
            N_("{path}: is there already; give another name, or --force to replace it"),
            path=str(target),
        )
    if target.exists() and target.samefile(database):
        raise InputError(N_("{path}: is the database itself; give another name"), path=str(target))
    with _draft_beside(target) as draft:
        with closing(sqlite3.connect(_read_only(database), uri=True)) as source:
            # One state throughout: else whatever is written meanwhile would start it over.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            with closing(sqlite3.connect(draft)) as copy:
                source.backup(
                    copy,
                    pages=_PAGES,
                    progress=lambda _, left, of: progress(of - left, of),
                    sleep=0,
                )
                # One file: its journal would be lost to whoever copies it on.
                copy.execute("PRAGMA journal_mode=DELETE")
        shutil.copymode(database, draft)
        revision = sound_revision(draft)
        size = draft.stat().st_size
        _put(draft, target)
    return Copy(path=target, bytes=size, revision=revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    path: Path
    revision: str
    kept_aside: Path | None
    """Where the database is now that was there before; None: there was none."""


def restore(copy: Path, database: Path, *, now: datetime) -> Restored:
    """Put a copy in the place of `database`, which is kept aside under a name with the instant.

    Raises:
        InputError: the copy is not a sound database of Vigie, is newer than this program, or a
            daemon holds the database.
    """
    if not copy.is_file():
        raise InputError(N_("{path}: there is no such file"), path=str(copy))
    if database.exists() and copy.samefile(database):
        raise InputError(N_("{path}: is the database itself; give a backup of it"), path=str(copy))
    if not database.parent.is_dir():
        raise InputError(
            N_("database {path}: the folder {folder} does not exist: create it"),
            path=str(database),
            folder=str(database.parent),
        )
    with held(database, str(database), now=now), _draft_beside(database) as draft:
        # By SQLite's own means, so that a copy with a journal beside it comes whole.
        with (
            closing(sqlite3.connect(_read_only(copy), uri=True)) as source,
            closing(sqlite3.connect(draft)) as target,
        ):
            _readable(source, copy)
            source.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
        revision = sound_revision(draft, called=copy)
        if database.exists():
            shutil.copymode(database, draft)
        aside = _keep_aside(database, now)
        _put(draft, database)
    return Restored(path=database, revision=revision, kept_aside=aside)


def sound_revision(path: Path, *, called: Path | None = None) -> str:
    """The revision of the tables of a SQLite file that is whole, and that this program knows.

    Raises:
        InputError: it is no database of Vigie's, damaged, or newer than this program.
    """
    name = str(called or path)
    with closing(sqlite3.connect(_read_only(path), uri=True)) as connection:
        _readable(connection, called or path)
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        if not {str(row[0]) for row in connection.execute(query)} >= _OURS:
            raise InputError(N_("{path}: is not a database of Vigie; give one"), path=name)
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        revision = "" if found is None else str(found[0])
        if not knows(revision):
            raise InputError(
                N_(
                    "{path}: at revision {revision}, newer than this program, which knows up to"
                    " {known}: use the later program"
                ),
                path=name,
                revision=revision,
                known=program_revision(),
            )
        verdict = integrity(connection)
        if verdict != "ok":
            raise InputError(
                N_("{path}: is damaged ({verdict}); give another copy"), path=name, verdict=verdict
            )
    return revision


def integrity(connection: sqlite3.Connection) -> str:
    """`ok`, or the first thing that is wrong with the file."""
    try:
        return str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)


def _readable(connection: sqlite3.Connection, path: Path) -> None:
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        raise InputError(
            N_("{path}: is not a database of Vigie; give one"), path=str(path)
        ) from None


def _read_only(path: Path) -> str:
    return f"{path.absolute().as_uri()}?mode=ro"


@contextmanager
def _draft_beside(path: Path) -> Iterator[Path]:
    """A name in the folder of `path` to write to first; whatever is left of it is removed."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        # Made first, so that nobody else may read it while it grows.
        draft.touch(mode=0o600)
        yield draft
    except sqlite3.DatabaseError as error:
        raise InputError(
            N_("{path}: cannot be made, as what it is made from is damaged ({verdict})"),
            path=str(path),
            verdict=str(error),
        ) from None
    except OSError as error:
        raise InputError(
            N_("{path}: cannot be written: {reason}"),
            path=str(path),
            reason=error.strerror or type(error).__name__,
        ) from None
    finally:
        for end in ("", "-journal", *_BESIDE):
            draft.with_name(draft.name + end).unlink(missing_ok=True)


def _keep_aside(database: Path, now: datetime) -> Path | None:
    """Rename the database and what lies beside it; its latest commits may be there."""
    if not database.exists():
        return None
    aside = database.with_name(f"{database.name}.before-{now:%Y%m%dT%H%M%SZ}")
    for end in _BESIDE:
        beside = database.with_name(database.name + end)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + end))
    database.rename(aside)
    return aside


def _put(draft: Path, target: Path) -> None:
    """Give the draft its name, once it is on the disk."""
    for path in (draft, target.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if path == draft:
            draft.replace(target)
