"""A configured Vigie whose history is known by construction, to make reports of."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

from monitor.cases.observation import Observation
from monitor.reports.entry import Outcome
from monitor.store.database import open_database
from tests.support.command_line import Ran, run
from tests.support.database import SqliteFiles
from tests.support.history import History, by_month, written
from tests.support.world import World

HOSTILE = "=cmd|' /C calc'!A0<script>alert(1)</script>#[*x*]$y$@z\u202egpj.exe😀" + "é" * 130
ORGANIZATIONS = ["ORG-1", "ORG-2", "Ministère de l’Énergie", HOSTILE]
HOSTILE_WORD = "@SUM(1+1)<img src=x onerror=alert(1)>#set page()\u202e"
KNOWN_AT = "2026-11-24T09:00-05:00"
MONTH = "2026-10"


class Reported:
    """A configured Vigie whose history is known, and the reports made of it."""

    def __init__(self, path: Path, history: History) -> None:
        self.path = path
        self.history = history

    def report(self, *arguments: str, **environment: str) -> Ran:
        out = ("--config", str(self.path / "vigie.yaml"), "--known-at", KNOWN_AT)
        return run("report", *arguments, *out, **environment)

    def truth(self, **wanted: str) -> Counter[Outcome]:
        """How many of each outcome, of the cells that have these values."""
        found: Counter[Outcome] = Counter()
        for cell, outcome, number in by_month(self.history, MONTH):
            if all(getattr(cell, name) == value for name, value in wanted.items()):
                found[outcome] += number
        return found


def _hostile(stated: Observation) -> Observation:
    """The same, where it is of the hostile body: its reference and status are hostile too."""
    if stated.organization != HOSTILE:
        return stated
    return replace(
        stated,
        key=replace(stated.key, ref=f"{HOSTILE_WORD}{stated.key.ref}"),
        raw_status=f"{HOSTILE_WORD}{stated.raw_status}",
    )


def reported_in(path: Path, sqlite_files: SqliteFiles) -> Reported:
    """Two months of it, by public bodies of which one has a hostile name."""
    database = open_database(sqlite_files.new_in(path))
    history = written(3, [date(2026, 9, 1), date(2026, 10, 1)], 120, ORGANIZATIONS)
    world = World(database).at("2026-11-20 12:00")
    world.polled(*map(_hostile, history.ordered()))
    while world.tick(limit=5000).more:
        pass
    database.close()
    (path / "vigie.yaml").write_text("database: sqlite:///vigie.db\n", encoding="utf-8")
    return Reported(path, history)
