"""A report as a page: nobody is kept out, it prints on letter paper, and it says the truth."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from monitor.reports.entry import Outcome
from tests.browser.test_every_page import violations
from tests.support.database import SqliteFiles
from tests.support.reported import HOSTILE, MONTH, Reported, reported_in
from tests.support.services import require

LANGUAGES = ("fr", "en", "both")
LETTER = 8.5 * 96 - 2 * 14 * 96 / 25.4
"""Pixels between the margins of a printed page."""


@pytest.fixture(scope="module")
def reported(sqlite_files: SqliteFiles, tmp_path_factory: pytest.TempPathFactory) -> Reported:
    return reported_in(tmp_path_factory.mktemp("page"), sqlite_files)


@pytest.fixture(scope="module")
def pages(reported: Reported) -> dict[str, Path]:
    """By language, the worst of reports: hostile names, and the proof of every case."""
    found = {}
    for lang in LANGUAGES:
        out = reported.path / lang
        ran = reported.report(
            "month", MONTH, "--format", "html", "--proof", "--lang", lang, "--out", str(out)
        )
        assert ran.status == 0, ran.err
        found[lang] = out / f"conformite-{MONTH}.html"
    return found


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with chromium.new_context(java_script_enabled=True) as context:
        page = context.new_page()
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text))
        page.on("dialog", lambda dialog: troubles.append(f"hostile text ran: {dialog.message}"))
        page.on("request", lambda asked: troubles.append(f"fetched: {asked.url}"))
        yield page
        assert [each for each in troubles if not each.startswith("fetched: file:")] == []


@pytest.mark.parametrize(("lang", "width"), [("fr", 1280), ("en", 360), ("both", 1280)])
def test_nobody_is_kept_out(
    page: Page, pages: dict[str, Path], axe: str, lang: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(pages[lang].as_uri())
    assert violations(page.context.new_cdp_session(page), axe) == []
    assert overflow(page) <= 0


def test_it_prints_on_letter_paper(page: Page, pages: dict[str, Path], tmp_path: Path) -> None:
    require("pdftotext", package="poppler-utils")
    page.set_viewport_size({"width": int(LETTER), "height": 1000})
    page.emulate_media(media="print")
    page.goto(pages["both"].as_uri())
    assert overflow(page) <= 0
    cut: list[Any] = page.evaluate(
        "[...document.querySelectorAll('table')].filter(each => each.scrollWidth >"
        " each.closest('article').clientWidth + 1).map(each => each.caption.textContent)"
    )
    assert cut == []
    printed = tmp_path / "printed.pdf"
    page.pdf(path=printed, format="Letter")
    text = subprocess.run(["pdftotext", "-layout", printed, "-"], capture_output=True, check=True)
    sheets = text.stdout.decode().split("\f")
    # The other language begins on a sheet of its own.
    (first, second) = (
        next(number for number, sheet in enumerate(sheets) if title in sheet)
        for title in ("Rapport de conformité", "Compliance report")
    )
    assert first == 0 < second
    assert "Total" in sheets[0]


def test_a_browser_reads_the_truth(page: Page, pages: dict[str, Path], reported: Reported) -> None:
    page.goto(pages["en"].as_uri())
    cells = page.locator("table").first.locator("tfoot td").all_inner_texts()
    truth = reported.truth()
    assert [cell.replace(",", "") for cell in cells[1:5]] == [
        str(number)
        for number in (
            truth.total(), truth[Outcome.MET], truth[Outcome.MISSED], truth[Outcome.OPEN_LATE],
        )
    ]  # fmt: skip
    # What is hostile stands there as text, cut where it is long.
    body = page.locator("body").inner_text()
    assert HOSTILE[:40] in body
    assert page.locator("script, img, iframe, object, link, a").count() == 0


def overflow(page: Page) -> int:
    """How many pixels it is wider than it is seen."""
    wider: int = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider
