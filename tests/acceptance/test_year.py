"""A small year played by the command itself, held against what it was invented to come to."""

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from monitor.cli.simulated_year import SimulatedYear
from monitor.cli.year_compared import Difference, read_messages
from monitor.clock.wall import ManualClock
from monitor.simulator.year.plan import Plan
from monitor.simulator.year.plot import Invented
from monitor.simulator.year.settings import MESSAGES
from monitor.simulator.year.theatre import opened

VIGIE = str(Path(sys.executable).with_name("vigie"))

pytestmark = pytest.mark.timeout(600)


@dataclass
class Small:
    """Two months of eight organisations."""

    year: SimulatedYear
    summary: dict[str, Any]

    def invented(self) -> tuple[Plan, Invented]:
        """The same again, with the references that its cases were given."""
        plan, invented = self.year.invent()
        clock = ManualClock(plan.ends_at)
        with opened(plan, invented, clock) as theatre:
            theatre.step(plan.ends_at)
        return plan, invented

    def compared(self, plan: Plan, invented: Invented) -> list[Difference]:
        messages = read_messages(self.year.out / MESSAGES)
        return self.year.compare(plan, invented, messages, self.summary["quarantined"])


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    out = tmp_path_factory.mktemp("year") / "annee"
    year = SimulatedYear(
        seed=3, year=2026, months=2, organizations=8, cases=70, out=out, forms=["json"],
        as_json=True,
    )  # fmt: skip
    ran = played(
        "--seed", "3", "--months", "2", "--organizations", "8", "--cases", "70", "--format", "json",
        "--out", str(out), "--json",
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
    return Small(year, json.loads(ran.stdout))


def played(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [VIGIE, "simulate", "year", *arguments], capture_output=True, text=True, check=False
    )


def test_two_months_come_to_what_they_were_invented_to(small: Small) -> None:
    assert small.summary["differences"] == []
    assert small.compared(*small.invented()) == []
    assert [month["month"] for month in small.summary["months"]] == ["2026-01", "2026-02"]
    assert small.summary["breaches_told"] > 0
    # Not by having nothing to say.
    assert sum(month["due"] for month in small.summary["months"]) > 50
    assert sum(month["adjustments"] for month in small.summary["months"]) > 0


def test_another_outcome_is_named(small: Small) -> None:
    plan, invented = small.invented()
    plot = next(
        plot for plot in invented.plots if plot.fate == "late" and plot.received_at.month == 1
    )
    owed = plot.owed[0]
    ended = replace(owed.chapters[1], outcome="met")
    plot.owed = [replace(owed, chapters=(owed.chapters[0], ended))]
    found = small.compared(plan, invented)
    cell = f"by_provider_and_commitment {plot.provider}/{owed.commitment}"
    named = {(each.where, each.what, each.found - each.expected) for each in found}
    assert ("2026-01", f"{cell} met", -1) in named
    assert ("2026-01", f"{cell} missed", 1) in named
    assert ("2026-01", "total missed", 1) in named


def test_another_deadline_and_a_missing_report_are_named(small: Small) -> None:
    plan, invented = small.invented()
    plot = next(
        plot for plot in invented.plots if plot.fate == "late" and plot.received_at.month == 1
    )
    opened_, ended = plot.owed[0].chapters
    moved = opened_.due_at.replace(second=(opened_.due_at.second + 1) % 60)
    plot.owed = [
        replace(
            plot.owed[0],
            chapters=(replace(opened_, due_at=moved), replace(ended, due_at=moved)),
        )
    ]
    told = [each for each in small.compared(plan, invented) if each.where == "messages"]
    assert {(plot.ref in each.what, each.expected, each.found) for each in told} == {
        (True, 1, 0),
        (True, 0, 1),
    }
    plan.reports = [replace(plan.reports[0], name="2025-12"), *plan.reports[1:]]
    assert any(
        each.where == "2025-12" and each.found == 0 for each in small.compared(plan, invented)
    )


def test_its_folder_answers_questions_afterwards(small: Small) -> None:
    _, invented = small.invented()
    ref = next(plot.ref for plot in invented.plots if plot.fate == "late")
    config = str(small.year.out / "vigie.yaml")
    for command in (["explain", ref], ["report", "verify", "1"]):
        ran = subprocess.run(
            [VIGIE, *command, "--config", config], capture_output=True, text=True, check=False
        )
        assert (ran.returncode, ran.stderr) == (0, "")


def test_a_folder_in_use_is_left_alone(small: Small) -> None:
    ran = played("--out", str(small.year.out), "--lang", "fr")
    assert ran.returncode == 2
    (line,) = ran.stderr.splitlines()
    assert "n’est pas vide" in line
