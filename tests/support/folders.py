"""A folder of exports as a provider fills it, and a poll of it as the daemon makes it."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.app.making import collector_of
from monitor.clock.wall import ManualClock
from monitor.collectors.base import Batch
from monitor.collectors.folder import Entry
from monitor.settings import FolderSettings
from tests.support.sources import START, Memory

MAPPING: Mapping[str, Any] = {
    "case_kind": "ticket",
    "time_formats": ["%Y-%m-%d %H:%M"],
    "columns": {
        "ref": "No dossier",
        "received_at": "Reçu le",
        "status": "État",
        "category": "Nature",
        "organization": "Organisme",
    },
    "status_map": {"Reçu": "acknowledged", "En cours": "in_progress", "Rétabli": "restored"},
    "category_map": {"Panne": "outage", "Incident": "incident"},
}
HEADER = "No dossier;Reçu le;État;Nature;Organisme;Demandeur"


def row(ref: str, status: str = "Reçu", category: str = "Panne") -> str:
    return f"{ref};2026-11-23 09:12;{status};{category};ORG-1;Camille Exemple"


def sheet(*rows: str, header: str = HEADER) -> bytes:
    return "".join(f"{line}\r\n" for line in (header, *rows)).encode("cp1252")


def settings(folder: Path | None, **changes: Any) -> FolderSettings:
    given = {
        "name": "depot",
        "provider": "telus",
        "kind": "files",
        "folder": folder,
        "export": "snapshot",
        "stale_after": timedelta(days=1),
        "mapping": {**MAPPING, **changes.pop("mapping", {})},
    }
    return FolderSettings.model_validate({**given, **changes})


class Depot:
    """A folder, what polls of it left behind, and a clock that is moved by hand."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = ManualClock(START)
        self.memory = Memory()
        self.changes: dict[str, Any] = {}

    def put(self, name: str, *rows: str, ago: int = 5) -> Path:
        """Leave an export, written so many minutes before now."""
        return self.leave(name, sheet(*rows), ago=ago)

    def leave(self, name: str, content: bytes, *, ago: int = 5) -> Path:
        path = self.folder / name
        path.write_bytes(content)
        self.touch(name, ago=ago)
        return path

    def touch(self, name: str, *, ago: int = 0) -> None:
        written = (self.clock.now() - timedelta(minutes=ago)).timestamp()
        os.utime(self.folder / name, (written, written))

    def poll(self) -> list[Batch]:
        """Look once, a minute later than the last time."""
        self.clock.advance(timedelta(minutes=1))
        collector = collector_of(settings(**{"folder": self.folder, **self.changes}))
        try:
            return self.memory.poll(collector, self.clock)
        finally:
            collector.close()

    def look_twice(self) -> list[Batch]:
        """Long enough for a file that nobody writes to to be read."""
        self.poll()
        return self.poll()

    @property
    def last(self) -> Batch:
        return self.memory.batches[-1]

    @property
    def missing(self) -> Sequence[str]:
        return [key.ref for batch in self.memory.batches for key in batch.missing]


def entry(name: str, modified: datetime = START) -> Entry:
    return Entry(name=name, size=1, modified=modified.astimezone(UTC))
