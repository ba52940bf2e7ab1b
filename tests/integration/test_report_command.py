"""Reports as files: every total, read back by an independent reader, is the history's own truth."""

import csv
import importlib
import io
import json
import re
import subprocess
from collections import Counter
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from monitor.app import rendering
from monitor.app.reporting import Reporter, Request
from monitor.reports.entry import JUDGED, Outcome
from monitor.reports.form import Form
from monitor.reports.forms import Wanted
from monitor.reports.period import PeriodKind, ReportPeriod
from monitor.store.database import open_database
from tests.support.command_line import run
from tests.support.database import SqliteFiles
from tests.support.history import by_month
from tests.support.reported import (
    HOSTILE,
    HOSTILE_WORD,
    KNOWN_AT,
    MONTH,
    ORGANIZATIONS,
    Reported,
    reported_in,
)
from tests.support.services import require
from tests.support.world import shipped_contract


@pytest.fixture(scope="module")
def folder(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Reported:
    return reported_in(tmp_path_factory.mktemp("reported"), sqlite_files)


@pytest.fixture(scope="module")
def made(folder: Reported) -> Path:
    out = folder.path / "out"
    ran = folder.report(
        "month", MONTH, "--format", "pdf,xlsx,csv,json,html", "--proof", "--out", str(out)
    )
    assert ran.status == 0, ran.err
    return out


def keeps_to(schema: Any, report: Any) -> None:
    """Fails where a document is not as its schema has it."""
    # It publishes no types.
    validator: Any = importlib.import_module("jsonschema").Draft202012Validator(schema)
    validator.validate(report)


def read(made: Path, suffix: str) -> bytes:
    return (made / f"conformite-{MONTH}{suffix}").read_bytes()


def in_french(number: int) -> str:
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}")


def test_json_is_the_truth_and_keeps_to_the_published_schema(folder: Reported, made: Path) -> None:
    report = json.loads(read(made, ".json"))
    schema = run("report", "schema").json
    docs = Path(__file__).parents[2] / "docs" / "report.schema.json"
    assert json.loads(docs.read_text(encoding="utf-8")) == schema
    keeps_to(schema, report)
    truth = folder.truth()
    assert {outcome: report["total"][outcome] for outcome in Outcome} == {
        outcome: truth[outcome] for outcome in Outcome
    }
    for name in ("provider", "commitment", "region", "organization"):
        lines = report[f"by_{name}"]
        for line in lines:
            expected = folder.truth(**{name: line[name]})
            assert {o: line[o] for o in Outcome} == {o: expected[o] for o in Outcome}
        assert sum(line["due"] for line in lines) == truth.total()
    late = {
        case["case"].removeprefix(HOSTILE_WORD): case["late_seconds"] for case in report["ledger"]
    }
    assert len(late) == truth[Outcome.MISSED] + truth[Outcome.OPEN_LATE]
    stated = folder.history.late_seconds
    assert {ref: stated[ref] for ref in late if ref in stated} == {
        ref: seconds for ref, seconds in late.items() if ref in stated
    }


def test_csv_is_the_truth_and_every_dimension_adds_up(folder: Reported, made: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(read(made, ".csv").decode(), newline="")))
    columns = ["Tenus", "Manqués", "Ouverts en retard", "Indéterminés", "À venir", "Mis à part",
               "Hors conditions", "Annulés à temps"]  # fmt: skip
    truth = folder.truth()
    for dimension in {row["Dimension"] for row in rows}:
        of_it = [row for row in rows if row["Dimension"] == dimension]
        for column, outcome in zip(columns, Outcome, strict=True):
            assert sum(int(row[column]) for row in of_it) == truth[outcome]
    finest = [row for row in rows if row["Dimension"] == "all"]
    cells = {key for key, _, _ in by_month(folder.history, MONTH)}
    assert len(finest) == len(cells)
    assert read(made, ".csv").count(b"\r\n") == len(rows) + 1


def test_xlsx_is_the_truth_in_typed_cells(folder: Reported, made: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(read(made, ".xlsx")))
    sheet = book["Sommaire"]
    assert sheet.tables
    headings = [cell.value for cell in sheet[3]]
    total = next(row for row in sheet.iter_rows(min_row=4) if row[0].value == "Total")
    values = dict(zip(headings, [cell.value for cell in total], strict=True))
    truth = folder.truth()
    assert values["Tenus"] == truth[Outcome.MET]
    assert values["Manqués"] == truth[Outcome.MISSED]
    assert values["Ouverts en retard"] == truth[Outcome.OPEN_LATE]
    assert values["Exclus"] == truth[Outcome.CANCELLED]
    judged = sum(truth[outcome] for outcome in JUDGED)
    assert values["Conformité"] == pytest.approx(truth[Outcome.MET] / judged)
    ledger = book["Registre"]
    headings = [cell.value for cell in ledger[3]]
    due = headings.index("Échéance (America/Toronto)")
    assert isinstance(ledger.cell(4, due + 1).value, datetime)
    assert not any(
        cell.data_type == "f" for each in book for row in each.iter_rows() for cell in row
    )
    assert getattr(book["Sommaire"], "_charts")  # noqa: B009 - openpyxl keeps them to itself


def text_of(pdf: Path) -> str:
    require("pdftotext", package="poppler-utils")
    ran = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True)
    return ran.stdout.decode()


def test_pdf_is_the_truth_tagged_and_sound(folder: Reported, made: Path) -> None:
    path = made / f"conformite-{MONTH}.pdf"
    text = text_of(path)
    truth = folder.truth()
    (total,) = [line for line in text.split("\f")[0].splitlines() if line.startswith("Total")]
    numbers = [int(each) for each in re.findall(r"\d+", total.split("%")[0])][:6]
    assert numbers == [
        truth.total(), truth[Outcome.MET], truth[Outcome.MISSED], truth[Outcome.OPEN_LATE], 0,
        truth[Outcome.CANCELLED],
    ]  # fmt: skip
    require("qpdf")
    subprocess.run(["qpdf", "--check", path], check=True, capture_output=True)
    content = path.read_bytes()
    assert b"/StructTreeRoot" in content
    assert b"pdfuaid" in content
    # The page's own size: letter.
    info = subprocess.run(["pdfinfo", path], capture_output=True, check=True).stdout.decode()
    assert "Tagged:          yes" in info
    assert "letter" in info


def test_html_is_the_truth_and_fetches_nothing(folder: Reported, made: Path) -> None:
    page = read(made, ".html").decode()
    truth = folder.truth()
    (foot,) = re.findall(r"<tfoot>.*?</tfoot>", page, re.DOTALL)[:1]
    numbers = re.findall(r'<td class="number[^"]*">([^<]*)</td>', foot)
    assert numbers[:6] == list(
        map(
            in_french,
            [
                truth.total(), truth[Outcome.MET], truth[Outcome.MISSED], truth[Outcome.OPEN_LATE],
                0, truth[Outcome.CANCELLED],
            ],
        )
    )  # fmt: skip
    assert not re.search(r"<[^>]*\b(?:src|href)=", page)
    assert '<html lang="fr">' in page


def test_hostile_names_are_inert_in_every_form(made: Path) -> None:
    page = read(made, ".html").decode()
    assert "<script>" not in page
    assert "<img" not in page
    assert "&lt;img src=x" in page
    for content in (page, text_of(made / f"conformite-{MONTH}.pdf")):
        assert "\u202e" not in content
    figures, proof = (
        list(csv.reader(io.StringIO(read(made, suffix).decode(), newline="")))
        for suffix in (".csv", "-preuve.csv")
    )
    assert [cell for row in proof for cell in row if cell.startswith("'@SUM(1+1)")]
    rows = [*figures, *proof]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert [cell for row in rows for cell in row if cell.startswith("'=cmd")]
    book = openpyxl.load_workbook(io.BytesIO(read(made, ".xlsx")))
    names = {row[0].value for row in book["Organismes"].iter_rows(min_row=4)}
    assert [name for name in names if str(name).startswith("=cmd")]
    refs = [row[0] for row in book["Registre"].iter_rows(min_row=4)]
    assert {each.data_type for each in refs if str(each.value).startswith("@SUM")} == {"s"}
    # Programs get it whole, and JSON quotes it.
    assert HOSTILE in {
        line["organization"] for line in json.loads(read(made, ".json"))["by_organization"]
    }


def test_the_same_report_has_the_same_bytes(folder: Reported, made: Path) -> None:
    again = folder.path / "again"
    folder.report(
        "month", MONTH, "--format", "pdf,xlsx,csv,json,html", "--proof", "--out", str(again)
    )
    names = sorted(path.name for path in made.iterdir())
    assert len(names) == 6
    for name in names:
        assert (made / name).read_bytes() == (again / name).read_bytes(), name


def test_several_processes_write_what_one_does(
    folder: Reported, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "_FEW", 1)
    database = open_database(f"sqlite:///{folder.path / 'vigie.db'}")
    with closing(database):
        reporter = Reporter(database, shipped_contract())
        request = Request(
            period=ReportPeriod.parse(PeriodKind.MONTH, MONTH),
            known_at=datetime.fromisoformat(KNOWN_AT),
            each_provider=True,
            each_organization=True,
        )
        wanted = Wanted(forms=[Form.HTML, Form.CSV])
        alone, together = (
            [(file.name, file.content) for file in rendering.rendered(reports, wanted, processes)]
            for processes in (1, 2)
            if (reports := list(reporter.make(request))[:3])
        )
    assert together == alone
    assert len(alone) == 3 * len(wanted.forms)


def test_one_report_for_each_body_adds_up_to_the_whole(folder: Reported, tmp_path: Path) -> None:
    ran = folder.report(
        "month",
        MONTH,
        "--each",
        "organization",
        "--format",
        "json",
        "--out",
        str(tmp_path),
        "--json",
    )
    reports = [json.loads(Path(name).read_text(encoding="utf-8")) for name in ran.json["files"]]
    assert {report["scope"]["organization"] for report in reports} == set(ORGANIZATIONS)
    whole = folder.truth()
    for outcome in Outcome:
        assert sum(report["total"][outcome] for report in reports) == whole[outcome]
    for report in reports:
        alone = folder.report(
            "month", MONTH, "--organization", report["scope"]["organization"],
            "--format", "json", "--out", str(tmp_path / "alone"), "--json",
        )  # fmt: skip
        (name,) = alone.json["files"]
        # Made in one walk with the others, or by itself: the same report.
        assert json.loads(Path(name).read_text(encoding="utf-8")) == report


def test_the_period_before_is_compared_to(folder: Reported, made: Path) -> None:
    report = json.loads(read(made, ".json"))
    before: Counter[Outcome] = Counter()
    for _, outcome, number in by_month(folder.history, "2026-09"):
        before[outcome] += number
    trend = {line["month"]: line for line in report["trend"]}
    assert len(trend) == 13
    assert {o: trend["2026-09"][o] for o in Outcome} == {o: before[o] for o in Outcome}
    assert trend[MONTH]["due"] == report["total"]["due"]


def test_both_languages_stand_in_one_document(folder: Reported, tmp_path: Path) -> None:
    ran = folder.report(
        "month", MONTH, "--lang", "both", "--format", "html,csv,xlsx,pdf", "--bom", "--out", str(tmp_path)
    )  # fmt: skip
    assert ran.status == 0, ran.err
    page = (tmp_path / f"conformite-{MONTH}.html").read_text(encoding="utf-8")
    assert page.index("Rapport de conformité") < page.index("Compliance report")
    assert '<article lang="en"' in page
    head = (tmp_path / f"conformite-{MONTH}.csv").read_bytes()
    assert head.startswith(b"\xef\xbb\xbf")
    assert b"Prestataire / Provider" in head
    sheets = openpyxl.load_workbook(tmp_path / f"conformite-{MONTH}.xlsx").sheetnames
    assert {"Sommaire (fr)", "Summary (en)"} <= set(sheets)
    assert "Compliance report" in text_of(tmp_path / f"conformite-{MONTH}.pdf")


def test_it_is_in_french_unless_asked_otherwise(folder: Reported, tmp_path: Path) -> None:
    for language, word in ((), "Tous les prestataires"), (("--lang", "en"), "All providers"):
        folder.report("month", MONTH, "--format", "html", "--out", str(tmp_path), *language)
        assert word in (tmp_path / f"conformite-{MONTH}.html").read_text(encoding="utf-8")


def test_a_month_in_which_nothing_came_due_says_so(folder: Reported, tmp_path: Path) -> None:
    ran = folder.report(
        "month", "2025-01", "--format", "pdf,html,json,csv,xlsx", "--out", str(tmp_path)
    )
    assert ran.status == 0, ran.err
    report = json.loads((tmp_path / "conformite-2025-01.json").read_text(encoding="utf-8"))
    assert (
        report["verdict"]["fr"]
        == "En janvier\N{NO-BREAK SPACE}2025, aucun engagement n’est venu à échéance."
    )
    assert report["total"]["compliance"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("month", "2026-T3"), "'2026-T3' is a quarter; write a month as 2026-10"),
        (("quarter", "x"), "'x' is no period"),
        (("year", "26"), "'26' is no year; write it as 2026"),
        (("period", "2026-10-05", "tomorrow"), "'tomorrow' is no day; write it as 2026-10-05"),
        (("month", MONTH, "--provider", "bell"), "the contract has no provider 'bell'"),
        (("month", MONTH, "--format", "doc"), "'doc' is none of pdf, xlsx"),
        (("month", MONTH, "--known-at", "2099-01-01T00:00Z"), "still to come"),
    ],
)
def test_what_cannot_be_made_is_told_in_one_line(folder: Reported, arguments, message) -> None:
    config = ("--config", str(folder.path / "vigie.yaml"))
    ran = run("report", *arguments, *config)
    assert ran.status == 2
    assert message in ran.error
