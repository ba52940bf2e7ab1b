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

from monitor.cli.faults import system_words
from monitor.cli.instants import read_instant
from monitor.cli.words import gettext, ngettext
from monitor.errors import InputError
from monitor.shown.answers import Answer, Answerer, Question

_REQUIRED = ("commitment", "received_at")
_COLUMNS = (*_REQUIRED, "place")
HEADER = ",".join(_COLUMNS)


@dataclass(frozen=True, slots=True)
class BadRow:
    line: int
    """Of the file; the header is on line 1."""
    error: str


@contextmanager
def opened(path: str) -> Iterator[TextIO]:
    """The file, or standard input for `-`, as UTF-8 text with or without a byte-order mark."""
    try:
        file = sys.stdin.buffer if path == "-" else Path(path).open("rb")  # noqa: SIM115 - below
    except OSError as error:
        raise InputError(
            "--from: {path}: {reason}", path=str(path), reason=system_words(error)
        ) from None
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
    semicolons as spreadsheets write them in French. Blank lines are passed over. A row is one line:
    nothing that is asked for has a line break in it, and a quote left open spoils no other row.

    Raises:
        InputError: the header is missing or wrong.
    """

    def __init__(self, file: TextIO, name: str) -> None:
        first = file.readline()
        if "\0" in first or not _is_text(first):
            raise InputError(
                gettext("{name}:1: is not UTF-8 text; save the file as CSV in UTF-8").format(
                    name=name
                )
            )
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
        self._file = file
        self._columns = columns
        self._delimiter = delimiter

    def answers(
        self, answerer: Answerer, at: datetime, local_zone: tzinfo | None
    ) -> Iterator[Answer | BadRow]:
        """An answer for each row, in order; elapsed and remaining as of `at`."""
        for number, line in enumerate(self._file, start=2):
            try:
                cells = self._cells(line)
                if cells:
                    yield answerer.answer(self._question(cells, at, local_zone))
            except InputError as error:
                yield BadRow(number, error.told(gettext))

    def _cells(self, line: str) -> Sequence[str]:
        # A second line, for a quote that is still open to run into.
        reader = csv.reader((line, ""), delimiter=self._delimiter, skipinitialspace=True)
        try:
            cells = next(reader)
        except csv.Error as error:
            raise InputError(gettext("not a row of CSV: {error}").format(error=error)) from None
        if reader.line_num > 1:
            raise InputError(gettext("not a row of CSV: a quote is not closed"))
        return cells

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
        if place is not None and not _is_text(place):
            raise InputError(gettext("place is not UTF-8 text; save the file as UTF-8"))
        return Question(
            commitment=row["commitment"],
            received_at=read_instant(row["received_at"], local_zone),
            at=at,
            place=place,
        )


def _is_text(cell: str) -> bool:
    if cell.isascii():
        return True
    try:
        cell.encode()
    except UnicodeEncodeError:
        return False
    return True
