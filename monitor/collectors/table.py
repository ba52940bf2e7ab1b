"""What a file of rows is, whatever it is written in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from monitor.locale.marking import N_, Said


class UnreadableFile(Exception):
    """No row of the file, or none from here on, can be read as configured."""

    def __init__(self, template: str, **fields: object) -> None:
        self.reason = Said(
            template,
            # A reason within stays one that can be told.
            **{name: each if isinstance(each, str) else str(each) for name, each in fields.items()},
        )
        super().__init__(str(self.reason))


class CutShort(UnreadableFile):
    """The file ends too early, as while somebody is still writing it: perhaps it will be whole."""


class TableForm(BaseModel):
    """How a file is written, where that is not to be found out from the file itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=False)

    encoding: Literal["utf-8", "cp1252", "utf-16"] | None = None
    separator: Annotated[str, Field(pattern=r"^[^\w\s\"]$|^\t$")] | None = None
    header: Annotated[int, Field(ge=1, le=1000)] = 1
    """The line, or row of the sheet, that names the columns."""
    sheet: Annotated[str, Field(min_length=1)] | None = None
    """None: the first one."""
    last_line: Literal["ended", "open"] = "ended"
    """Whether the last line of a CSV has a line end too. It has, in a file that is whole; one
    without is taken for cut short unless this says `open`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row under its columns, all text."""

    number: int
    """Its line in the file, or row in the sheet, counted from 1."""
    cells: Mapping[str, str]
    wrong: Said | None = None
    """Why it is no row of this table; `cells` then holds what could be placed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A file that was opened; its rows can be gone through once."""

    written_in: Mapping[str, str]
    """What it was found to be: `format`, and `encoding` and `separator`, or `sheet`."""
    columns: Sequence[str]
    rows: Iterator[TableRow]
    """May raise `UnreadableFile`; the rows before are as they are."""


def column_names(cells: Sequence[str]) -> tuple[str, ...]:
    """The names in a header; those after the last one that is named are none."""
    names = [" ".join(cell.split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def row_of(number: int, cells: Sequence[str], columns: Sequence[str]) -> TableRow | None:
    """Cells under their columns; None for a row with nothing in it."""
    kept = list(cells)
    while len(kept) > len(columns) and not kept[-1].strip():
        kept.pop()
    if not any(cell.strip() for cell in kept):
        return None
    placed = {name: cell for name, cell in zip(columns, kept, strict=False) if name}
    wrong = None
    if len(kept) != len(columns):
        wrong = Said(
            N_("it has {cells} cells and the header {columns}"),
            cells=str(len(kept)),
            columns=str(len(columns)),
        )
    return TableRow(number=number, cells=placed, wrong=wrong)
