"""One daemon a SQLite file: the second is refused, and told who holds it."""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from monitor.errors import InputError
from monitor.locale.marking import N_, Said
from monitor.store.database import Database


@contextmanager
def sole_daemon(database: Database, *, now: datetime) -> Iterator[None]:
    """Hold the database for this process until the block ends, or the process does.

    On PostgreSQL daemons share the work, and nothing is held.

    Raises:
        InputError: another daemon holds it; the message names its process, machine and start.
    """
    if database.path is None:
        yield
        return
    with held(database.path, database.location, now=now):
        yield


@contextmanager
def held(database: Path, location: str, *, now: datetime) -> Iterator[None]:
    """As `sole_daemon`, for a SQLite file that need not be there, or be sound."""
    path = _lock_of(database)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            # Held by the open file, so that it ends with the process however that dies; the file
            # stays, as removing it would let two daemons hold two files of one name.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 500, 0).decode(errors="replace").strip()
            raise InputError(
                N_(
                    "database {location}: a daemon already runs on it ({holder}): stop that one,"
                    " or use another database"
                ),
                location=location,
                holder=holder or Said(N_("it has just started")),
            ) from None
        os.truncate(descriptor, 0)
        holder = f"process {os.getpid()} on {socket.gethostname()} since {now:%Y-%m-%dT%H:%M:%SZ}\n"
        os.pwrite(descriptor, holder.encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder(database: Path) -> str | None:
    """Who holds a SQLite file: process, machine and start; None: nobody that can be seen."""
    lock = _lock_of(database)
    try:
        found = lock.stat()
        held_ones = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return None
    # Looked up rather than tried: to hold it for an instant would refuse a daemon that starts.
    device = f"{os.major(found.st_dev):02x}:{os.minor(found.st_dev):02x}:{found.st_ino}"
    if not any(device in line.split() for line in held_ones.splitlines()):
        return None
    return lock.read_text(encoding="utf-8", errors="replace").strip()


def _lock_of(database: Path) -> Path:
    return database.with_name(f"{database.name}.lock")
