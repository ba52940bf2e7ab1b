"""The figures of a group of obligations. Cells add up: every table is a sum of the same ones."""

from array import array
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeVar

from monitor.reports.entry import EXCLUDED, JUDGED, LATE, Entry, Lateness, Outcome
from monitor.reports.shares import Interval, nearest_rank, wilson

_Key = TypeVar("_Key", bound=Hashable)


class CellKey(NamedTuple):
    """The finest group that figures are kept of."""

    provider: str
    commitment: str
    region: str | None
    organization: str | None


@dataclass(frozen=True, slots=True)
class Used:
    """Share of the allowed business time used, 1 being all of it; each a value that occurred."""

    median: float
    p90: float
    p95: float
    greatest: float


@dataclass(frozen=True, slots=True)
class Late:
    """Business seconds past the deadline."""

    median: int
    greatest: int


@dataclass(slots=True)
class Cell:
    """What is kept of a group while its obligations go by: counts, and two compact lists."""

    counts: Counter[Outcome] = field(default_factory=Counter)
    used: "array[float]" = field(default_factory=lambda: array("d"))
    """Of the judged ones, the share of the allowed time."""
    late: "array[int]" = field(default_factory=lambda: array("q"))
    """Of the late ones, business seconds."""
    units: set[str] = field(default_factory=set)
    reopened: int = 0
    provisional: int = 0
    """Of an unknown place, taken as local."""

    def take(self, entry: Entry, lateness: Lateness) -> None:
        """Count one obligation."""
        outcome = entry.outcome
        self.counts[outcome] += 1
        self.units.add(entry.unit)
        self.reopened += entry.episode > 0
        self.provisional += entry.region_provisional
        if outcome not in JUDGED:
            return
        late = lateness(entry) if outcome in LATE else 0
        open_used = entry.amount_seconds + late
        elapsed = open_used if outcome is Outcome.OPEN_LATE else entry.elapsed_seconds
        self.used.append(elapsed / entry.amount_seconds)
        if outcome in LATE:
            self.late.append(late)

    def add(self, other: "Cell") -> None:
        """Count what another counted too."""
        self.counts.update(other.counts)
        self.used.extend(other.used)
        self.late.extend(other.late)
        self.units |= other.units
        self.reopened += other.reopened
        self.provisional += other.provisional


@dataclass(frozen=True)
class Line:
    """The figures of one group."""

    cell: Cell

    def __getitem__(self, outcome: Outcome) -> int:
        return self.cell.counts[outcome]

    @property
    def due(self) -> int:
        """All that came due, the excluded ones too."""
        return self.cell.counts.total()

    @property
    def judged(self) -> int:
        """Met, missed, open and late: the denominator."""
        return sum(self[outcome] for outcome in JUDGED)

    @property
    def met(self) -> int:
        return self[Outcome.MET]

    @property
    def late(self) -> int:
        """Missed, or open and late: what was not kept."""
        return self.judged - self.met

    @property
    def excluded(self) -> int:
        return sum(self[outcome] for outcome in EXCLUDED)

    @property
    def compliance(self) -> float | None:
        """Met among the judged, from 0 to 1; None: nothing was judged."""
        return self.met / self.judged if self.judged else None

    @cached_property
    def interval(self) -> Interval | None:
        return wilson(self.met, self.judged)

    @cached_property
    def used(self) -> Used | None:
        """None: nothing was judged."""
        ordered = sorted(self.cell.used)
        if not ordered:
            return None
        return Used(
            median=nearest_rank(ordered, 50),
            p90=nearest_rank(ordered, 90),
            p95=nearest_rank(ordered, 95),
            greatest=ordered[-1],
        )

    @cached_property
    def lateness(self) -> Late | None:
        """None: nothing was late, or hours and days are mixed and do not compare."""
        ordered = sorted(self.cell.late)
        if not ordered or len(self.cell.units) != 1:
            return None
        return Late(median=int(nearest_rank(ordered, 50)), greatest=ordered[-1])

    @property
    def unit(self) -> str | None:
        """Of its business time; None where several are mixed."""
        return next(iter(self.cell.units)) if len(self.cell.units) == 1 else None


class Cells:
    """The cells of a period, filled as its obligations go by in any order."""

    def __init__(self, found: Mapping[CellKey, Cell] | None = None) -> None:
        self._cells: dict[CellKey, Cell] = dict(found or {})

    def take(self, entry: Entry, lateness: Lateness) -> None:
        """Count one obligation, in one cell."""
        key = CellKey(entry.provider, entry.commitment, entry.region, entry.organization)
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = Cell()
        cell.take(entry, lateness)

    def count(self, key: CellKey, outcome: Outcome, number: int) -> None:
        """Count so many at once, of which nothing more is known."""
        self._cells.setdefault(key, Cell()).counts[outcome] += number

    def within(self, takes: Callable[[CellKey], bool]) -> "Cells":
        """Only those of a scope."""
        return Cells({key: cell for key, cell in self._cells.items() if takes(key)})

    def total(self) -> Line:
        return Line(_sum(self._cells.values()))

    def by(self, of: Callable[[CellKey], _Key]) -> dict[_Key, Line]:
        """A line for each value of a dimension, or of several."""
        groups: dict[_Key, list[Cell]] = {}
        for key, cell in self._cells.items():
            groups.setdefault(of(key), []).append(cell)
        return {value: Line(_sum(cells)) for value, cells in groups.items()}


def _sum(cells: Iterable[Cell]) -> Cell:
    whole = Cell()
    for cell in cells:
        whole.add(cell)
    return whole
