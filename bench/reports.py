"""A month's reports for three hundred organisations, and for one: five forms of each.

    python bench/reports.py [--quick] [--json] [--due N] [--organizations N]

The peer is the script that one would write instead: it reads the month into a pandas table, groups
it, and writes a workbook for each organisation with openpyxl, a summary and the list of what was
late. It has no other form, no interval, no trend, no hash and no past; its time is for what it
does. Real seconds and, steadier on a machine with other work, processor seconds, those of the
processes that write included.
"""

import argparse
import json
import platform
import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.reports_seed import seed
from monitor.alerts.policy import Policy
from monitor.app.rendering import rendered
from monitor.app.reporting import Reporter, Request
from monitor.cases.obligation import Verdict
from monitor.clock import zone
from monitor.contract.loader import load_contract
from monitor.engine.rules import Rules
from monitor.reports.entry import Outcome
from monitor.reports.form import Form
from monitor.reports.forms import Wanted, made
from monitor.reports.period import PeriodKind, ReportPeriod
from monitor.reports.report import Report
from monitor.reports.scope import Scope
from monitor.store.database import open_database
from monitor.store.schema import migrate

OCTOBER = ReportPeriod.parse(PeriodKind.MONTH, "2026-10")
KNOWN_AT = datetime(2026, 11, 3, 13, tzinfo=UTC)
MONTHS = 13


@contextmanager
def timed(figures: dict[str, Any], name: str) -> Iterator[None]:
    began, used = time.perf_counter(), _processor()
    yield
    figures[name] = {
        "seconds": round(time.perf_counter() - began, 2),
        "processor_seconds": round(_processor() - used, 2),
    }


def _processor() -> float:
    """Of this process and of those that it started and that have ended."""
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def measure(folder: Path, due: int, earlier: int, organizations: int) -> dict[str, Any]:
    book = load_contract("builtin:cspq-mobilite")
    local = zone(book.versions[-1].zone)
    database = open_database(f"sqlite:///{folder / 'vigie.db'}")
    figures: dict[str, Any] = {"due": due, "organizations": organizations}
    with closing(database):
        migrate(database)
        months = [
            (*month.instants(local), due if month == OCTOBER else earlier)
            for month in OCTOBER.months(MONTHS)
        ]
        with timed(figures, "seeding"):
            truth = seed(database, Rules(book=book, policy=Policy()), months, organizations)
        reporter = Reporter(database, book)
        out = folder / "out"
        out.mkdir()
        wanted = Wanted(forms=tuple(Form))
        before = _peak()
        with timed(figures, "the walk alone"):
            (whole,) = reporter.make(Request(period=OCTOBER, known_at=KNOWN_AT))
            line = whole.total()
        figures["peak_mb_of_the_walk"] = _peak()
        assert line.due == due
        assert (line.met, line[Outcome.MISSED], line[Outcome.OPEN_LATE]) == (
            truth[Verdict.MET], truth[Verdict.MISSED], truth[Verdict.BREACHED],
        )  # fmt: skip
        request = Request(period=OCTOBER, known_at=KNOWN_AT, each_organization=True)
        with timed(figures, "all organisations, five forms"):
            totals, files = 0, 0

            def counted() -> Iterator[Report]:
                nonlocal totals
                for report in reporter.make(request):
                    totals += report.total().due
                    yield report

            for file in rendered(counted(), wanted):
                (out / file.name).write_bytes(file.content)
                files += 1
        assert totals == due
        figures["files"] = files
        scope = Scope(organization="ORG-000")
        with timed(figures, "one organisation, five forms"):
            (one,) = reporter.make(Request(period=OCTOBER, known_at=KNOWN_AT, scope=scope))
            for file in made(one, wanted):
                (out / file.name).write_bytes(file.content)
        figures["peak_mb"] = _peak()
        figures["peak_mb_of_a_writing_process"] = _peak(resource.RUSAGE_CHILDREN)
        figures["peak_mb_before"] = before
    peer = _peer(folder, out, months[-1], truth)
    return figures | {"peer": peer}


def _peer(
    folder: Path, out: Path, month: tuple[datetime, datetime, int], truth: Mapping[Verdict, int]
) -> dict[str, Any] | None:
    """What one would write instead; None: pandas is not installed (the extra `bench`)."""
    try:
        import pandas as pd  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    figures: dict[str, Any] = {}
    start, end, _ = (each if isinstance(each, int) else _micros(each) for each in month)
    with timed(figures, "all organisations, workbooks alone"):
        with closing(sqlite3.connect(folder / "vigie.db")) as connection:
            table = pd.read_sql_query(
                "SELECT o.*, c.ref FROM obligation o JOIN case_ c ON c.id = o.case_id"
                " WHERE o.due_at > ? AND o.due_at <= ?",
                connection,
                params=(start, end),
            )
        for name, rows in table.groupby("organization"):
            summary = rows.pivot_table(
                index=["provider", "commitment"], columns="verdict", values="id", aggfunc="count"
            )
            late = rows[rows.verdict.isin(["missed", "breached"])]
            with pd.ExcelWriter(out / f"peer-{name}.xlsx", engine="openpyxl") as writer:
                summary.to_excel(writer, sheet_name="Sommaire")
                late.to_excel(writer, sheet_name="Retards", index=False)
    counts = table.verdict.value_counts()
    assert all(counts.get(verdict.value, 0) == number for verdict, number in truth.items())
    return figures


def _micros(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)


def _peak(who: int = resource.RUSAGE_SELF) -> int:
    """The most memory this process, or the largest of those it started, ever had; in megabytes."""
    return resource.getrusage(who).ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="a small month: that it runs and agrees"
    )
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--due", type=int)
    parser.add_argument("--earlier", type=int, help="in each of the twelve months before")
    parser.add_argument("--organizations", type=int)
    asked = parser.parse_args()
    due = asked.due or (2_000 if asked.quick else 200_000)
    earlier = asked.earlier or (200 if asked.quick else 20_000)
    organizations = asked.organizations or (5 if asked.quick else 300)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), due, earlier, organizations)
    figures["python"] = platform.python_version()
    if asked.json:
        print(json.dumps(figures, indent=2))
        return
    for name, value in figures.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
