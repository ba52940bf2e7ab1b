"""Rows of an Excel workbook (XLSX), streamed within bounds; cells as the text they stand for."""

import warnings
import zipfile
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, BinaryIO

from monitor.collectors.table import (
    CutShort,
    Table,
    TableForm,
    TableRow,
    UnreadableFile,
    column_names,
    row_of,
)
from monitor.locale.marking import N_, Said

_MIB = 1024**2
_MOST_UNPACKED = 256 * _MIB
"""Of a whole workbook: about two million cells."""
_MOST_SHARED = 64 * _MIB
"""Of its texts, which are held in memory."""
_SHARED = "xl/sharedstrings.xml"
_MOST_PARTS = 10_000
_MOST_ROWS = 1_048_576
"""What a sheet may have. Each row says its own number: a file may claim any."""
_AT_ONCE = 500
_ERRORS = frozenset(
    {"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"}
)
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0"


def is_workbook(stream: BinaryIO) -> bool:
    """Whether the file is one of Excel's, by what it begins with and not by its name."""
    stream.seek(0)
    return stream.read(4) in (_ZIP, _OLE)


def read_xlsx(stream: BinaryIO, form: TableForm, wanted: Collection[str]) -> Table:
    """Open a workbook's sheet.

    Numbers come as their digits, real dates as ISO 8601 without an offset, to the second.

    Args:
        stream: the file, open for seeking; not closed.
        form: which sheet, and which of its rows is the header.
        wanted: columns that the mapping asks for: a formula that failed in one spoils its row.

    Raises:
        CutShort: the end of the archive is not there.
        UnreadableFile: it is an older or an encrypted workbook, or unpacks to more than is read,
            or is broken, or has no such sheet.
    """
    _check_archive(stream)
    sheets = _opened(stream)
    name = form.sheet or next(iter(sheets), "")
    if name not in sheets:
        raise UnreadableFile(
            N_("it has no sheet '{sheet}'; its sheets are: {sheets}"),
            sheet=name,
            sheets=", ".join(sheets),
        )
    cells = _cells(sheets[name])
    _, header = next(islice(cells, form.header - 1, None), (0, ()))
    columns = column_names([_text(cell) for cell in header])
    if not columns:
        raise UnreadableFile(
            N_("no column is named in row {row} of sheet '{sheet}'"), row=form.header, sheet=name
        )
    return Table(
        written_in={"format": "xlsx", "sheet": name},
        columns=columns,
        rows=_rows(cells, columns, frozenset(wanted) & set(columns) or frozenset(columns)),
    )


def _check_archive(stream: BinaryIO) -> None:
    """Look at what it says of itself before any of it is unpacked.

    A part that unpacks to more than it says is cut at what it says, and then its checksum is wrong.
    """
    stream.seek(0)
    if stream.read(4) == _OLE:
        raise UnreadableFile(
            N_("it is an Excel 97 workbook (.xls), or one with a password; save it as .xlsx or CSV")
        )
    try:
        with zipfile.ZipFile(stream) as archive:
            parts = archive.infolist()
    except zipfile.BadZipFile:
        raise CutShort(N_("it is a workbook whose end is missing")) from None
    unpacked = sum(part.file_size for part in parts)
    shared = sum(part.file_size for part in parts if part.filename.lower() == _SHARED)
    for size, most in ((unpacked, _MOST_UNPACKED), (shared, _MOST_SHARED)):
        if size > most:
            raise UnreadableFile(
                N_("it unpacks to {size} MiB, and {most} at most are read; split the export"),
                size=size // _MIB,
                most=most // _MIB,
            )
    if len(parts) > _MOST_PARTS:
        raise UnreadableFile(
            N_("it is made of {parts} parts; {most} at most are read"),
            parts=len(parts),
            most=_MOST_PARTS,
        )


def _opened(stream: BinaryIO) -> dict[str, Any]:
    """The sheets by name."""
    # Loaded for those who have workbooks.
    from openpyxl import load_workbook  # noqa: PLC0415

    stream.seek(0)
    try:
        with warnings.catch_warnings():
            # About what Vigie does not read: validations, pictures, styles.
            warnings.simplefilter("ignore")
            book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
    except Exception as error:
        # It stumbles over a broken file in any way at all.
        raise _broken(error) from error
    return {sheet.title: sheet for sheet in book.worksheets}


def _cells(sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """Each row with its number."""
    # What a sheet says of its own size is often wrong.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    number = 0
    while some := _some(rows):
        for row in some:
            number += 1
            if number > _MOST_ROWS:
                raise UnreadableFile(
                    N_("it has more than {most} rows; split the export"), most=_MOST_ROWS
                )
            yield number, row


def _some(rows: Iterator[Sequence[Any]]) -> list[Sequence[Any]]:
    """The next rows; none: there are no more."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(islice(rows, _AT_ONCE))
    except Exception as error:
        raise _broken(error) from error


def _broken(error: Exception) -> UnreadableFile:
    return UnreadableFile(
        N_("it is a broken workbook: {error}"), error=f"{type(error).__name__}: {error}"[:200]
    )


def _rows(
    cells: Iterator[tuple[int, Sequence[Any]]], columns: Sequence[str], wanted: frozenset[str]
) -> Iterator[TableRow]:
    for number, values in cells:
        texts = [_text(value) for value in values]
        # A row ends with its last cell that has something in it.
        texts += [""] * (len(columns) - len(texts))
        row = row_of(number, texts, columns)
        if row is None:
            continue
        failed = [name for name in wanted if row.cells.get(name) in _ERRORS]
        if failed:
            row = _spoiled(row, min(failed))
        yield row


def _spoiled(row: TableRow, column: str) -> TableRow:
    wrong = Said(
        N_("its formula in column '{column}' failed: {error}"),
        column=column,
        error=row.cells[column],
    )
    return TableRow(number=row.number, cells=row.cells, wrong=wrong)


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            # A serial is exact to about half a millisecond.
            return (value + timedelta(milliseconds=500)).isoformat(timespec="seconds")
        case date():
            return datetime.combine(value, time()).isoformat(timespec="seconds")
        case _:
            return str(value)
