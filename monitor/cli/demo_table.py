"""What is most urgent, as much of it as a terminal is wide enough for."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from monitor.cli.standing import STYLES, Owed, columns, row
from monitor.cli.words import gettext

if TYPE_CHECKING:
    from rich.table import Table

_LEAST_COMMITMENT = 8


def urgent_table(owed: Sequence[Owed], *, width: int) -> "Table":
    """A line for each, never a second one.

    Where there is no room for all columns, whose they are is left out, then where; then a case
    and its provider share a column; at last, what is promised is cut.
    """
    from rich.table import Table  # noqa: PLC0415 - for a terminal only

    grid, gap = _fitting(owed, width)
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, gap, 0, 0))
    for title in grid:
        justify: Literal["left", "right"] = "right" if title == gettext("Left") else "left"
        table.add_column(title, justify=justify, no_wrap=True)
    for each, *cells in zip(owed, *grid.values(), strict=True):
        table.add_row(*cells, style=STYLES.get(each.obligation.evaluation.verdict, ""))
    return table


def _fitting(owed: Sequence[Owed], width: int) -> tuple[Mapping[str, Sequence[str]], int]:
    """Columns by their titles, and the blanks between them."""
    lines = [row(each) for each in owed]
    grid = {title: [line[index] for line in lines] for index, title in enumerate(columns())}
    for title in (gettext("Organization"), gettext("Place")):
        if _width(grid, 2) <= width:
            return grid, 2
        del grid[title]
    if _width(grid, 2) <= width:
        return grid, 2
    case, commitment = gettext("Case"), gettext("Commitment")
    providers = grid.pop(gettext("Provider"))
    grid[case] = [f"{ref} {name}" for ref, name in zip(grid[case], providers, strict=True)]
    spare = width - _width(grid, 1)
    if spare < 0:
        longest = max(_LEAST_COMMITMENT, _widest(commitment, grid[commitment]) + spare)
        grid[commitment] = [_cut(text, longest) for text in grid[commitment]]
    return grid, 1


def _width(grid: Mapping[str, Sequence[str]], gap: int) -> int:
    return sum(_widest(title, cells) for title, cells in grid.items()) + gap * len(grid)


def _widest(title: str, cells: Sequence[str]) -> int:
    from rich.cells import cell_len  # noqa: PLC0415 - as above

    return max(map(cell_len, (title, *cells)))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
