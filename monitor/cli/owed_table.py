"""Obligations as a table, as much of each as there is room for."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from monitor.cases.obligation import Verdict
from monitor.cli.mutes import mute_word
from monitor.cli.words import gettext, spoken
from monitor.shown.owed import Owed

if TYPE_CHECKING:
    from rich.table import Table

STYLES = {
    Verdict.BREACHED: "bold red",
    Verdict.MISSED: "red",
    Verdict.AT_RISK: "yellow",
    Verdict.UNKNOWN: "magenta",
    Verdict.MET: "green",
}
_LEAST_COMMITMENT = 8


def owed_table(owed: Sequence[Owed], *, width: int) -> "Table":
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
    lines = [_row(each) for each in owed]
    grid = {title: [line[index] for line in lines] for index, title in enumerate(_columns())}
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


def _columns() -> tuple[str, ...]:
    """The headings over what `row` gives."""
    return (
        gettext("Case"),
        gettext("Provider"),
        gettext("Commitment"),
        gettext("Organization"),
        gettext("Place"),
        gettext("Due"),
        gettext("Left"),
        gettext("Verdict"),
    )


def _row(owed: Owed) -> tuple[str, ...]:
    """An obligation as a line of a table."""
    language = spoken()
    obligation = owed.obligation
    due_at = obligation.evaluation.due_at
    return (
        obligation.key.ref,
        obligation.key.provider,
        obligation.commitment,
        obligation.organization or "",
        (obligation.place or "") + (" ?" if obligation.region_provisional else ""),
        "" if due_at is None else language.table_deadline(due_at, owed.zone),
        language.short_business_time(owed.progress.remaining_seconds, obligation.unit),
        _verdict(owed),
    )


def _verdict(owed: Owed) -> str:
    verdict = spoken().verdict(owed.obligation.evaluation.verdict)
    return verdict if owed.mute is None else f"{verdict}, {mute_word(owed.mute.kind)}"
