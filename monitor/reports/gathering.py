"""One walk over what came due: cells, hashes, worst cases, for any scope at once."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta, tzinfo
from hashlib import sha256
from heapq import heappush, heappushpop, nlargest
from typing import Any, NamedTuple

from monitor.contract.model import CaseKind
from monitor.reports.conditions import NO_CONDITIONS, Conditions, Found, merged
from monitor.reports.entry import LATE, Entry, Lateness
from monitor.reports.figures import Cells
from monitor.reports.scope import Scope

KEPT = 15
"""Worst cases, and reopened ones, that a report lists."""

_AN_INSTANT = timedelta(microseconds=1)


class Late(NamedTuple):
    """A late case. Ordered: the worst is the greatest."""

    share: float
    """Of the allowed time, beyond it: cases in hours and in days compare."""
    seconds: int
    name: tuple[str, str, str, str]
    entry: Entry


class Reopened(NamedTuple):
    """A case that was reopened. Ordered: the most often reopened is the greatest."""

    episode: int
    name: tuple[str, str, str, str]
    entry: Entry


class _Part:
    """What is kept of one provider and organisation."""

    def __init__(self) -> None:
        self.inputs = 0
        self.hash = sha256()
        self.worst: list[Late] = []
        self.reopened: list[Reopened] = []
        self.late_days: Counter[date] = Counter()
        self.versions: set[str] = set()
        self.calendars: set[tuple[str, str]] = set()
        self.conditions: dict[str, Found] = {}
        self.late_deliverables: list[Entry] = []


class Gathering:
    """Filled by one walk in the order of deadlines; memory follows the groups, not the cases."""

    def __init__(
        self, lateness: Lateness, zone: tzinfo, conditions: Conditions = NO_CONDITIONS
    ) -> None:
        self.cells = Cells()
        self.lateness = lateness
        self._zone = zone
        self._conditions = conditions
        self._parts: dict[Scope, _Part] = {}

    def take(self, entry: Entry) -> None:
        """Count one obligation."""
        self.cells.take(entry, self.lateness)
        scope = Scope(provider=entry.provider, organization=entry.organization or "")
        part = self._parts.get(scope)
        if part is None:
            part = self._parts[scope] = _Part()
        part.inputs += 1
        unproven = self._take_conditions(entry, part)
        part.hash.update(f"{entry.statement}\x1f{unproven}\n".encode())
        part.versions.add(entry.contract_version)
        part.calendars.add((entry.contract_version, entry.calendar))
        if entry.episode:
            _keep(part.reopened, Reopened(entry.episode, entry.name, entry))
        if entry.outcome in LATE:
            seconds = self.lateness(entry)
            late = Late(seconds / entry.amount_seconds, seconds, entry.name, entry)
            _keep(part.worst, late)
            part.late_days[(entry.due_at - _AN_INSTANT).astimezone(self._zone).date()] += 1

    def _take_conditions(self, entry: Entry, part: _Part) -> str:
        """Count the conditions that apply; the names of those whose proof is missing."""
        if entry.kind == CaseKind.DELIVERABLE and entry.is_late:
            # A few a month, and each has a name.
            part.late_deliverables.append(entry)
        missing = []
        for condition, proven in self._conditions.on(entry):
            found = part.conditions.setdefault(condition, Found())
            found.take(entry, proven=proven)
            if not proven:
                missing.append(condition)
        return ",".join(missing)

    def within(self, scope: Scope) -> "Gathered":
        """What was found of a scope."""
        parts = [
            (each, self._parts[each])
            for each in sorted(self._parts)
            if scope.provider in (None, each.provider)
            and scope.organization in (None, each.organization)
        ]
        digest = sha256()
        for each, part in parts:
            line = (each.provider or "", each.organization or "", part.hash.hexdigest())
            digest.update("\x1f".join(line).encode() + b"\n")
        return Gathered(
            cells=self.cells.within(scope.takes),
            inputs=sum(part.inputs for _, part in parts),
            digest=digest.hexdigest(),
            worst=_greatest(late for _, part in parts for late in part.worst),
            reopened=_greatest(one for _, part in parts for one in part.reopened),
            late_days=sum((part.late_days for _, part in parts), Counter()),
            versions=frozenset().union(*(part.versions for _, part in parts)),
            calendars=frozenset().union(*(part.calendars for _, part in parts)),
            conditions=merged(part.conditions for _, part in parts),
            late_deliverables=sorted(
                (entry for _, part in parts for entry in part.late_deliverables),
                key=lambda entry: (entry.due_at, entry.name),
            ),
        )


class Gathered(NamedTuple):
    """What a report of one scope is made from."""

    cells: Cells
    inputs: int
    """How many obligations came due."""
    digest: str
    """SHA-256 of all that the figures rest on."""
    worst: list[Late]
    """The worst first."""
    reopened: list[Reopened]
    late_days: Counter[date]
    """How many deadlines of each local day were not kept."""
    versions: frozenset[str]
    """Of the contract, that governed them."""
    calendars: frozenset[tuple[str, str]]
    """That they were counted on, each with the version."""
    conditions: dict[str, Found]
    """Of the contract, that need a proof; by their names."""
    late_deliverables: list[Entry]


def _keep(heap: list[Any], one: Any) -> None:
    if len(heap) < KEPT:
        heappush(heap, one)
    else:
        heappushpop(heap, one)


def _greatest(found: Iterable[Any]) -> list[Any]:
    return nlargest(KEPT, found)
