"""How the database stands, for people and for programs."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Any, Self

import click

from monitor.cli.output import show_table
from monitor.cli.words import gettext, spoken
from monitor.clock import zone
from monitor.clock.wall import SystemClock
from monitor.configuration import load_configuration
from monitor.engine.purge import Purged, Retention, old
from monitor.locale import N_
from monitor.shown.instants import written_if_any
from monitor.store.backup import integrity as integrity_of
from monitor.store.database import Database, open_database
from monitor.store.lock import holder
from monitor.store.purging import Purging
from monitor.store.schema import SchemaState, current_revision, program_revision, schema_state
from monitor.store.statistics import Statistics, statistics

_STATES = {
    SchemaState.CURRENT: N_("as this program has it"),
    SchemaState.BEHIND: N_("behind this program: 'vigie db upgrade' brings it up to date"),
    SchemaState.NEWER: N_("newer than this program: use the later one"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseState:
    location: str
    revision: str | None
    state: SchemaState
    local: tzinfo
    statistics: Statistics | None
    """None: its tables are not those this program reads."""
    to_purge: Purged | None
    integrity: str | None
    """`ok` or what is wrong; None: not looked at, as on PostgreSQL."""
    held_by: str | None

    @classmethod
    def read(cls, path: Path | None, *, integrity: bool) -> Self:
        """Look at the database of this configuration; changes nothing.

        Raises:
            InputError: the configuration or the database cannot be used.
        """
        configuration = load_configuration(path)
        settings = configuration.settings
        with closing(open_database(settings.database, create=False)) as database:
            state = schema_state(database)
            current = state is SchemaState.CURRENT
            retention = Retention(**settings.retention.model_dump())
            now = SystemClock().now()
            return cls(
                location=database.location,
                revision=current_revision(database),
                state=state,
                local=zone(configuration.book.versions[-1].zone),
                statistics=statistics(database) if current else None,
                to_purge=old(Purging(database), retention, now) if current else None,
                integrity=_integrity(database) if integrity else None,
                held_by=None if database.path is None else holder(database.path),
            )

    @property
    def sound(self) -> bool:
        return self.state is SchemaState.CURRENT and self.integrity in (None, "ok")

    def as_json(self) -> dict[str, Any]:
        read, old_ones = self.statistics, self.to_purge
        return {
            "location": self.location,
            "revision": self.revision,
            "program_revision": program_revision(),
            "state": self.state.value,
            "bytes": read and read.bytes,
            "rows": read and dict(read.rows),
            "first_received_at": read and written_if_any(read.first_received_at, self.local),
            "last_observed_at": read and written_if_any(read.last_observed_at, self.local),
            "integrity": self.integrity,
            "held_by": self.held_by,
            "to_purge": old_ones and purged_json(old_ones),
        }


def purged_json(purged: Purged) -> dict[str, int]:
    return {
        "payloads": purged.payloads,
        "quarantined": purged.quarantined,
        "cases": purged.cases,
        "letters": purged.letters,
        "enclosures": purged.enclosures,
    }


def _integrity(database: Database) -> str | None:
    if database.path is None:
        return None
    uri = f"{database.path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        return integrity_of(connection)


def show_state(state: DatabaseState) -> None:
    rows = [
        (gettext("Database"), state.location),
        (
            gettext("Revision"),
            f"{state.revision or '–'} ({gettext(_STATES[state.state])})",
        ),
    ]
    if state.held_by is not None:
        rows.append((gettext("Daemon"), state.held_by))
    if state.integrity is not None:
        whole = gettext("whole") if state.integrity == "ok" else state.integrity
        rows.append((gettext("Integrity"), whole))
    read, old_ones = state.statistics, state.to_purge
    if read is not None:
        rows.append((gettext("Size"), megabytes(read.bytes)))
        for label, at in (
            (N_("First receipt"), read.first_received_at),
            (N_("Last statement"), read.last_observed_at),
        ):
            if at is not None:
                rows.append((gettext(label), spoken().instant(at, state.local)))
    if old_ones is not None:
        rows.append((gettext("To be purged"), purged_words(old_ones)))
    widest = max(len(label) for label, _ in rows)
    for label, value in rows:
        click.echo(f"{label:<{widest}}  {value}")
    if read is not None:
        click.echo()
        _show_rows(read.rows)


def _show_rows(rows: Mapping[str, int]) -> None:
    heading = gettext("Rows, about")
    show_table(
        (gettext("Table"), heading),
        [(name, spoken().number(count)) for name, count in rows.items()],
        right=(heading,),
    )


def megabytes(size: int) -> str:
    return gettext("{number} MB").format(number=spoken().number(size / 1e6, 1))


def purged_words(purged: Purged) -> str:
    """What leaves, in words."""
    if not purged.total:
        return gettext("nothing")
    words = gettext("{payloads} records as received, {quarantined} in quarantine, {cases} cases")
    if purged.letters or purged.enclosures:
        words += gettext(", {letters} messages with reports, {files} files sent")
    return words.format(
        payloads=spoken().number(purged.payloads),
        quarantined=spoken().number(purged.quarantined),
        cases=spoken().number(purged.cases),
        letters=spoken().number(purged.letters),
        files=spoken().number(purged.enclosures),
    )
