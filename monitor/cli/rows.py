"""Questions from a CSV file, one a row, answered in order as they are read."""

import csv
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from monitor.cli.answers import Answer, Answerer, Question
from monitor.cli.instants import read_instant
from monitor.cli.words import gettext, ngettext
from monitor.errors import InputError

_REQUIRED = ("commitment", "received_at")
_COLUMNS = (*_REQUIRED, "place")
HEADER = ",".join(_COLUMNS)


@dataclass(frozen=True, slots=True)
class BadRow:
    line: int
    """Where the row begins in the file; the header is on line 1."""
    error: str


@contextmanager
def opened(path: str) -> Iterator[TextIO]:
    """The file, or standard input for `-`, as UTF-8 text with or without a byte-order mark."""
    try:
        file = sys.stdin.buffer if path == "-" else Path(path).open("rb")  # noqa: SIM115 - below
    except OSError as error:
        raise InputError(f"--from: {path}: {error.strerror}") from None
    # A byte that is no UTF-8 spoils its own row, not the ones after it.
    text = TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield text
    finally:
        if path == "-":
            # Standard input is not ours to close.
            text.detach()
        else:
            text.close()


class RowReader:
    """Reads the header at once, so that a wrong one stops everything before the first answer.

    Columns stand in any order, `place` may be left out; cells are separated by commas, or by
    semicolons as spreadsheets write them in French. Blank lines are passed over.

    Raises:
        InputError: the header is missing or wrong.
    """

    def __init__(self, file: TextIO, name: str) -> None:
        first = file.readline()
        delimiter = ";" if ";" in first else ","
        columns = [
            cell.strip()
            for cell in next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])
        ]
        if sorted(columns) not in (sorted(_REQUIRED), sorted(_COLUMNS)):
            raise InputError(
                gettext("{name}:1: the header is '{found}'; write '{expected}'").format(
                    name=name, found=first.strip()[:200], expected=HEADER
                )
            )
        self._columns = columns
        self._reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True)

    def answers(
        self, answerer: Answerer, at: datetime, local_zone: tzinfo | None
    ) -> Iterator[Answer | BadRow]:
        """An answer for each row, in order; elapsed and remaining as of `at`."""
        for line, cells in self._rows():
            if isinstance(cells, str):
                yield BadRow(line, cells)
                continue
            try:
                yield answerer.answer(self._question(cells, at, local_zone))
            except InputError as error:
                yield BadRow(line, str(error))

    def _rows(self) -> Iterator[tuple[int, Sequence[str] | str]]:
        """Rows with the physical lines they begin on, or what makes one unreadable."""
        while True:
            # The header was read apart, and is the one line the reader has not counted.
            line = self._reader.line_num + 2
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, gettext("not a row of CSV: {error}").format(error=error)
                continue
            if cells:
                yield line, cells

    def _question(self, cells: Sequence[str], at: datetime, local_zone: tzinfo | None) -> Question:
        expected = len(self._columns)
        if len(cells) != expected:
            raise InputError(
                ngettext(
                    "{found} cell stands where {expected} are expected",
                    "{found} cells stand where {expected} are expected",
                    len(cells),
                ).format(found=len(cells), expected=expected)
            )
        row = {name: cell.strip() for name, cell in zip(self._columns, cells, strict=True)}
        for name in _REQUIRED:
            if not row[name]:
                raise InputError(gettext("{column} is empty").format(column=name))
        place = row.get("place") or None
        if place is not None and not place.isascii() and not _is_text(place):
            raise InputError(gettext("place is not UTF-8 text; save the file as UTF-8"))
        return Question(
            commitment=row["commitment"],
            received_at=read_instant(row["received_at"], local_zone),
            at=at,
            place=place,
        )


def _is_text(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return False
    return True
