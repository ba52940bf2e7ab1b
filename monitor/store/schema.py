"""Which revision of the tables a database has, and bringing it to the program's own."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect

from monitor.errors import InputError
from monitor.locale.marking import N_, Said
from monitor.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

_FOLDER = Path(__file__).with_name("migrations")
_SAID = re.compile(r'^(revision|down_revision) = (?:"(\w+)"|None)$', re.MULTILINE)
_MIGRATION_LOCK = 0x76696769  # any number all replicas share


class SchemaState(StrEnum):
    CURRENT = "current"
    BEHIND = "behind"
    """Empty, or of an earlier program: `migrate` brings it up to date."""
    NEWER = "newer"
    """Written by a later program: this one must not touch it."""


def program_revision() -> str:
    """The revision this program works with."""
    revisions = _revisions()
    if not revisions:
        raise RuntimeError(f"no migration under {_FOLDER}: the installation is incomplete")
    return revisions[-1]


def knows(revision: str) -> bool:
    """Whether this program, or an earlier one, made tables of this revision."""
    return revision in _revisions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A migration."""

    revision: str
    title: str
    """What it brings, in a sentence of English."""


def current_revision(database: Database) -> str | None:
    """The revision of the tables; None: there are none yet."""
    with database.read() as connection:
        return _revision(connection)


def steps_ahead(database: Database) -> Sequence[Step]:
    """The migrations that `migrate` would run, in order.

    Raises:
        InputError: the database is newer than the program.
    """
    revision = current_revision(database)
    if _state(revision) is SchemaState.NEWER:
        raise _too_new(database, revision)
    scripts = _scripts()
    ahead = scripts.iterate_revisions("head", revision or "base")
    return [Step(revision=each.revision, title=each.doc) for each in reversed([*ahead])]


def schema_state(database: Database) -> SchemaState:
    with database.read() as connection:
        return _state(_revision(connection))


def migrate(database: Database, applied: Callable[[str], None] = lambda _: None) -> str:
    """Bring the tables to the program's revision, all or nothing; returns that revision.

    Several daemons may start at once: one migrates, the others find it done. `applied` is told each
    revision as it is reached; none of them counts until all are.

    Raises:
        InputError: the database is newer than the program.
    """
    with database.write() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
        revision = _revision(connection)
        state = _state(revision)
        if state is SchemaState.NEWER:
            raise _too_new(database, revision)
        if state is SchemaState.BEHIND:
            _upgrade(connection, applied)
    return program_revision()


def require_current(database: Database) -> None:
    """Refuse a database that this program cannot read as it is.

    Raises:
        InputError: it is newer than the program, or waits for a migration.
    """
    with database.read() as connection:
        revision = _revision(connection)
    match _state(revision):
        case SchemaState.NEWER:
            raise _too_new(database, revision)
        case SchemaState.BEHIND:
            raise InputError(
                N_(
                    "database {location}: at revision {revision}, this program needs {needed}:"
                    " start 'vigie run' once to bring it up to date"
                ),
                location=database.location,
                revision=revision or Said(N_("none")),
                needed=program_revision(),
            )


def _too_new(database: Database, revision: str | None) -> InputError:
    return InputError(
        N_(
            "database {location}: at revision {revision}, newer than this program, which knows up"
            " to {known}: use the later program, or a backup of before"
        ),
        location=database.location,
        revision=str(revision),
        known=program_revision(),
    )


def _state(revision: str | None) -> SchemaState:
    if revision is None:
        return SchemaState.BEHIND
    if revision == program_revision():
        return SchemaState.CURRENT
    return SchemaState.BEHIND if knows(revision) else SchemaState.NEWER


def _revision(connection: Connection) -> str | None:
    """As Alembic keeps it."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.exec_driver_sql(
        "SELECT version_num FROM alembic_version"
    ).scalar_one_or_none()
    return revision


@cache
def _revisions() -> Sequence[str]:
    """In order, by what their files say; a test holds these to what Alembic makes of them.

    Alembic takes longer to load than all there is to do where the tables are up to date, which is
    at nearly every start.
    """
    following: dict[str | None, str] = {}
    for path in _FOLDER.glob("versions/*.py"):
        said = dict(_SAID.findall(path.read_text(encoding="utf-8")))
        following[said.get("down_revision") or None] = said["revision"]
    revisions: list[str] = []
    while (revision := following.get(revisions[-1] if revisions else None)) is not None:
        revisions.append(revision)
    return revisions


def _upgrade(connection: Connection, applied: Callable[[str], None]) -> None:
    from alembic import command  # noqa: PLC0415 - few starts migrate

    config = _config()
    config.attributes["connection"] = connection
    config.attributes["applied"] = applied
    command.upgrade(config, "head")


def _scripts() -> "ScriptDirectory":
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as above

    return ScriptDirectory.from_config(_config())


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
