"""Answers on standard output: JSON for programs, tables for people."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def show_json(value: Any) -> None:
    """One JSON document, indented."""
    click.echo(json.dumps(value, ensure_ascii=_ascii_only(), indent=2))


def json_line(value: Any) -> str:
    """One JSON document on one line."""
    return json.dumps(value, ensure_ascii=_ascii_only())


def console() -> "Console":
    """Standard output, for tables; off a terminal as wide as they need to be."""
    from rich.console import Console  # noqa: PLC0415 - programs read JSON, and do without

    return Console(
        file=sys.stdout,
        highlight=False,
        emoji=False,
        markup=False,
        width=None if sys.stdout.isatty() else _WIDE,
    )


def show_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[str] = (),
    styles: Sequence[str] | None = None,
) -> None:
    """Aligned columns under their headings; those named in `right` end flush.

    `styles`: a style for each row, shown on a terminal only.
    """
    from rich.table import Table  # noqa: PLC0415 - as above

    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(
            column, justify="right" if column in right else "left", overflow="fold", no_wrap=False
        )
    for index, row in enumerate(rows):
        table.add_row(*row, style=None if styles is None else styles[index])
    show_drawn(table, console())


def show_drawn(table: "Table", target: "Console") -> None:
    """A table as the console draws it."""
    with target.capture() as drawn:
        target.print(table)
    # Rich fills each line up with blanks; a text that is compared or copied does without.
    click.echo("\n".join(line.rstrip() for line in drawn.get().splitlines()))


_WIDE = 500


def _ascii_only() -> bool:
    """Whether the stream could not hold every letter as it is."""
    return (getattr(sys.stdout, "encoding", None) or "").lower().replace("-", "") != "utf8"
