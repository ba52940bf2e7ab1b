"""A folder in which a provider leaves its open tickets every minute, well or badly."""

import csv
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from monitor.contract.model import CaseKind
from monitor.simulator.book import SimulatedCase, SimulatedProvider

_EVERY = timedelta(minutes=1)
_IN_BETWEEN = timedelta(seconds=40)
"""Longer than two looks of a source that looks every few seconds."""
_ENDED = frozenset({"resolved", "closed", "cancelled", "rejected"})
_HEADER = ("No dossier", "Reçu le", "État", "État depuis", "Nature", "Organisme", "Ville")


class Leaving(StrEnum):
    """How an export comes to lie in its folder."""

    WHOLE = "whole"
    """Under its name once it is whole."""
    IN_HALVES = "in_halves"
    """Under its name from the first line on, with a pause in the middle of another."""
    RENAMED = "renamed"
    """Whole, and the one before is given another name."""


@dataclass(frozen=True, slots=True)
class _Rest:
    path: Path
    content: bytes
    due_at: datetime


class Depot:
    """Stepped by one thread."""

    def __init__(self, folder: Path, provider: SimulatedProvider, leaving: Leaving) -> None:
        self._folder = folder
        self._provider = provider
        self._leaving = leaving
        self._due_at: datetime | None = None
        self._rest: _Rest | None = None
        self._before: Path | None = None
        self.left = 0
        """Exports, begun or whole."""

    def step(self, now: datetime) -> None:
        """Leave what is due.

        Raises:
            OSError: the folder is gone, or may not be written to.
        """
        if self._rest is not None and now >= self._rest.due_at:
            with self._rest.path.open("ab") as file:
                file.write(self._rest.content)
            _date(self._rest.path, now)
            self._rest = None
        if self._due_at is None or now >= self._due_at:
            self._due_at = now + _EVERY
            self._leave(now)

    def _leave(self, now: datetime) -> None:
        path = self._folder / f"billets-{now:%Y%m%d-%H%M%S}.csv"
        content = _export(self._provider.cases(CaseKind.TICKET))
        self.left += 1
        if self._leaving is Leaving.IN_HALVES:
            half = content.rindex(b";", 0, max(len(content) // 2, content.index(b";") + 1))
            self._rest = _Rest(path, content[half:], now + _IN_BETWEEN)
            path.write_bytes(content[:half])
        else:
            # A name that sources know for one that is still being written.
            draft = path.with_name(f".{path.name}.part")
            draft.write_bytes(content)
            draft.replace(path)
        _date(path, now)
        if self._leaving is Leaving.RENAMED and self._before is not None:
            self._rename(self._before)
        self._before = path

    def _rename(self, path: Path) -> None:
        # Whoever reads it may have put it into an archive.
        if path.exists():
            path.rename(path.with_name(f"{path.stem}-copie.csv"))


def _export(cases: Sequence[SimulatedCase]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_HEADER)
    for case in cases:
        if case.status not in _ENDED:
            writer.writerow(
                (
                    case.ref,
                    case.received_at.isoformat(),
                    case.status,
                    case.changes[-1].at.isoformat(),
                    case.category,
                    case.body.id,
                    case.place or "",
                )
            )
    return text.getvalue().encode()


def _date(path: Path, now: datetime) -> None:
    """By the provider's clock, which may go faster than the system's."""
    os.utime(path, (now.timestamp(), now.timestamp()))
