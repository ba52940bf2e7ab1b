"""What a report is made of, before any format: sections of sentences, tables and charts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a column holds; a spreadsheet gets the value itself, of this type."""

    TEXT = "text"
    COUNT = "count"
    PERCENT = "percent"
    INSTANT = "instant"
    """Shown as wall time of the report's zone."""
    RANGE = "range"
    """From so much to so much: never broken over two lines."""
    SECONDS = "seconds"
    """Of business time."""


@dataclass(frozen=True, slots=True)
class Cell:
    """As people read it, and what it is."""

    shown: str
    value: str | int | float | datetime | None = None
    tone: str = ""
    """`good` or `bad`: never by colour alone, as the text says it too."""


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    name: str
    """Of its sheet in a spreadsheet: short, the same in each report."""
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    total: Sequence[Cell] | None = None
    note: str = ""
    empty: str = ""
    """Said in place of a table without rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    title: str
    svg: str
    alternative: str
    """What it shows, in words: for whoever does not see it."""


@dataclass(frozen=True, slots=True)
class Prose:
    """A paragraph; `strong` where it is the point of its section."""

    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms, each with what it is: a definition list."""

    pairs: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the few large numbers of the first page."""

    label: str
    cell: Cell


Block = Table | Chart | Prose | Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A whole report in one language."""

    lang: str
    title: str
    subtitle: str
    about: Sequence[str]
    """Whose it is, of when: lines under the title."""
    verdict: str
    cautions: Sequence[str]
    figures: Sequence[Figure]
    sections: Sequence[Section]
    footer: str
    """On every page."""

    @property
    def tables(self) -> Sequence[Table]:
        return [
            block for section in self.sections for block in section.blocks
            if isinstance(block, Table)
        ]  # fmt: skip
