"""What a played year left behind, held against what its cases were invented to come to."""

import json
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from monitor.cli.words import gettext
from monitor.reports.entry import Outcome
from monitor.simulator.year.plan import Plan, Reported
from monitor.simulator.year.plot import Invented, Key
from monitor.simulator.year.truth import Adjusted, Breach, Truth

_T = TypeVar("_T", bound=Hashable)

MANAGER = "contract-manager"
"""Whose messages are counted: of each, others may have one too."""

_DIMENSIONS: Mapping[str, tuple[str, ...]] = {
    "by_provider_and_commitment": ("provider", "commitment"),
    "by_provider": ("provider",),
    "by_commitment": ("commitment",),
    "by_region": ("region",),
    "by_organization": ("organization",),
}
"""Tables of a report, each by the parts of its lines' names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One figure that is not what the year was invented to come to."""

    where: str
    """A report by its period, or the messages."""
    what: str
    expected: int
    found: int

    def as_json(self) -> dict[str, Any]:
        return {
            "where": self.where,
            "what": self.what,
            "expected": self.expected,
            "found": self.found,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One that the contract manager had."""

    step: str
    key: Key
    due_at: datetime | None


def read_messages(folder: Path) -> list[Message]:
    """Those that came, each once."""
    found = []
    for path in sorted(folder.glob("*.json")):
        content = json.loads(path.read_bytes())
        owed = content["obligation"]
        if content["recipient"]["role"] != MANAGER:
            continue
        key = Key(owed["provider"], owed["kind"], owed["case"], owed["commitment"])
        due_at = None if owed["due_at"] is None else datetime.fromisoformat(owed["due_at"])
        found.append(Message(step=content["step"], key=key, due_at=due_at))
    return found


def differences(
    plan: Plan, invented: Invented, *, reports: Path, messages: list[Message], quarantined: int
) -> Iterator[Difference]:
    """Every one there is, the reports' first, in their order."""
    truth = Truth(plan, invented)
    for report in plan.reports:
        path = reports / report.file
        if path.exists():
            yield from _of_report(truth, report, json.loads(path.read_bytes()))
        else:
            yield Difference(
                where=report.name, what=gettext("the report is not there"), expected=1, found=0
            )
    yield from _of_messages(truth, messages)
    yield from _differing(
        gettext("quarantine"),
        Counter({gettext("records that cannot be read"): invented.never_readable}),
        Counter({gettext("records that cannot be read"): quarantined}),
    )


def _of_report(truth: Truth, report: Reported, found: Any) -> Iterator[Difference]:
    cells = truth.counts(report)
    for table, names in _DIMENSIONS.items():
        expected: Counter[str] = Counter()
        for (cell, box), number in cells.items():
            named = "/".join(str(getattr(cell, name)) for name in names)
            expected[f"{table} {named} {box}"] += number
        counted = Counter(
            {
                f"{table} {'/'.join(str(line[name]) for name in names)} {box.value}": line[box]
                for line in found[table]
                for box in Outcome
                if line[box]
            }
        )
        yield from _differing(report.name, expected, counted)
    total = Counter({f"total {box}": 0 for box in Outcome})
    for (_, box), number in cells.items():
        total[f"total {box}"] += number
    yield from _differing(
        report.name, total, Counter({f"total {box}": found["total"][box] for box in Outcome})
    )
    yield from _of_conditions(truth, report, found)
    yield from _of_adjustments(truth, report, found)


def _of_conditions(truth: Truth, report: Reported, found: Any) -> Iterator[Difference]:
    expected: Counter[str] = Counter()
    for name, (applies, unproven) in truth.conditions(report).items():
        expected[f"{name} applies"] += applies
        expected[f"{name} unproven"] += unproven
    counted = Counter(
        {
            f"{line['condition']} {name}": line[name]
            for line in found["conditions"]
            for name in ("applies", "unproven")
            if line[name]
        }
    )
    yield from _differing(report.name, expected, counted)
    late = Counter(_named(line) for line in found["late_deliverables"])
    yield from _differing(report.name, truth.late_deliverables(report), late)


def _of_adjustments(truth: Truth, report: Reported, found: Any) -> Iterator[Difference]:
    counted = Counter(
        Adjusted(line["period"], _named(line), line["before"], line["now"])
        for line in found["adjustments"]
    )
    yield from _differing(report.name, truth.adjustments(report), counted)


def _of_messages(truth: Truth, messages: list[Message]) -> Iterator[Difference]:
    where = gettext("messages")
    told = Counter(
        Breach(each.key, each.due_at)
        for each in messages
        if each.step == "breach" and each.due_at is not None
    )
    yield from _differing(where, truth.breaches(), told)
    taken_back = Counter(each.key for each in messages if each.step == "correction")
    yield from _differing(where, truth.corrections(), taken_back)


def _named(line: Mapping[str, Any]) -> Key:
    return Key(line["provider"], line["kind"], line["case"], line["commitment"])


def _differing(where: str, expected: Counter[_T], found: Counter[_T]) -> Iterator[Difference]:
    for what in sorted(expected.keys() | found.keys(), key=str):
        if expected[what] != found[what]:
            yield Difference(
                where=where, what=_told(what), expected=expected[what], found=found[what]
            )


def _told(what: object) -> str:
    match what:
        case Adjusted(period, key, before, now):
            return f"{period} {'/'.join(key)}: {before} → {now}"
        case Breach(key, due_at):
            return f"breach {'/'.join(key)} {due_at.isoformat()}"
        case Key():
            return "/".join(what)
    return str(what)
