"""Rows of a CSV file, of whatever encoding and separator, streamed; a file cut short is told.

A prefix of a file gives a prefix of its rows and no other row: the last line counts only with its
line end, a quote that is never closed ends the reading, and what is found out (encoding, separator)
rests on what no cut can change.
"""

import csv
import io
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO

from monitor.collectors.encodings import encoding_of
from monitor.collectors.table import (
    CutShort,
    Table,
    TableForm,
    TableRow,
    UnreadableFile,
    column_names,
    row_of,
)
from monitor.locale.marking import N_

SEPARATORS = {";": "semicolon", ",": "comma", "\t": "tab", "|": "bar"}
_LONGEST_LINE = 1_000_000
"""Characters; what is longer is no row, and would have to be held in memory."""
_HINT = "sep="
"""A first line such as `sep=;` tells spreadsheets the separator."""


def read_csv(stream: BinaryIO, form: TableForm, wanted: Collection[str]) -> Table:
    """Open a CSV file.

    Args:
        stream: the file, open for seeking; not closed.
        form: how it is written, as far as that is said.
        wanted: columns that the mapping asks for: the separator is the one that shows them.

    Raises:
        CutShort: it is empty, its last line is open, or a character at its end is half there.
        UnreadableFile: it is no text, or has no header.
    """
    found = encoding_of(stream, form.encoding)
    if not found.ended and form.last_line == "ended":
        raise CutShort(
            N_(
                "its last line has no line end: it was cut short, or whoever writes it leaves the"
                " last one out, which format.last_line: open allows"
            )
        )
    header_line, hinted = _header_position(stream, found.codec, form)
    separator = form.separator or hinted
    if separator is None:
        separator = max(
            SEPARATORS, key=lambda each: _likeness(stream, found.codec, header_line, each, wanted)
        )
    records = _records(_lines(stream, found.codec, header_line), separator, header_line)
    _, header = next(records, (0, ()))
    columns = column_names([unicodedata.normalize("NFC", cell) for cell in header])
    if not columns:
        raise UnreadableFile(N_("no column is named in line {line}"), line=header_line)
    return Table(
        written_in={
            "format": "csv",
            "encoding": found.name,
            "separator": SEPARATORS.get(separator, separator),
        },
        columns=columns,
        rows=_rows(records, columns),
    )


def _header_position(stream: BinaryIO, codec: str, form: TableForm) -> tuple[int, str | None]:
    """The line with the column names, and the separator that a first line gives."""
    first = next(_lines(stream, codec, 1), "").strip("\r\n")
    if form.header == 1 and first.lower().startswith(_HINT) and len(first) == len(_HINT) + 1:
        return 2, first[-1]
    return form.header, None


def _likeness(
    stream: BinaryIO, codec: str, line: int, separator: str, wanted: Collection[str]
) -> tuple[int, int]:
    try:
        _, header = next(_records(_lines(stream, codec, line), separator, line), (0, ()))
    except UnreadableFile:
        return (0, 0)
    names = column_names(header)
    return (len(set(names) & set(wanted)), len(names))


def _lines(stream: BinaryIO, codec: str, first: int) -> Iterator[str]:
    """The file's lines from the `first` on, each with its end."""
    stream.seek(0)
    text = io.TextIOWrapper(stream, encoding=codec, newline="")
    try:
        number = 0
        while line := text.readline(_LONGEST_LINE):
            number += 1
            if len(line) >= _LONGEST_LINE:
                raise UnreadableFile(
                    N_("line {line} is longer than {longest} characters"),
                    line=number,
                    longest=_LONGEST_LINE,
                )
            if number >= first:
                yield line
    finally:
        # The wrapper would close the file when it is let go of. Whose rows nobody read to the end
        # may be closed by now.
        with suppress(ValueError):
            text.detach()


def _records(
    lines: Iterator[str], separator: str, first: int
) -> Iterator[tuple[int, Sequence[str]]]:
    """Each record with the line it begins on."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        number = first + reader.line_num
        try:
            record = next(reader, None)
        except csv.Error as error:
            if "unexpected end" in str(error):
                raise CutShort(
                    N_("a quote opened on line {line} is never closed"), line=number
                ) from None
            # What follows a misplaced quote may be the inside of a cell as well as a row.
            raise UnreadableFile(
                N_("line {line}: its quotes do not pair ({error}); nothing after it was read"),
                line=number,
                error=str(error),
            ) from None
        if record is None:
            return
        yield number, record


def _rows(
    records: Iterator[tuple[int, Sequence[str]]], columns: Sequence[str]
) -> Iterator[TableRow]:
    for number, cells in records:
        row = row_of(number, cells, columns)
        if row is not None:
            yield row
