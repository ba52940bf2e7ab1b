"""A report in the forms asked for: names and bytes, ready to be written or sent."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from monitor.clock import zone
from monitor.locale import Language, LanguageCode, language
from monitor.reports import as_csv, as_html, as_json, as_pdf, as_xlsx
from monitor.reports.compose import compose
from monitor.reports.form import Form
from monitor.reports.layout import Document
from monitor.reports.report import Report

_FOR_PEOPLE = frozenset({Form.PDF, Form.XLSX, Form.HTML})
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which forms, in which languages, French first."""

    forms: Sequence[Form] = (Form.PDF,)
    languages: Sequence[LanguageCode] = ("fr",)
    paper: as_pdf.Paper = "us-letter"
    bom: bool = False
    """A CSV begins with a byte order mark: by it, Excel knows UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One file."""

    name: str
    form: Form
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One file for people, composed and not written yet: all that its writing needs, and no more.

    It may go to another process; most of the time that a report takes is in its writing.
    """

    name: str
    form: Form
    documents: Sequence[Document]
    paper: as_pdf.Paper
    zone: str
    made_at: datetime

    def written(self) -> Made:
        return Made(name=self.name, form=self.form, content=self._content())

    def _content(self) -> bytes:
        match self.form:
            case Form.PDF:
                return as_pdf.pdf(self.documents, self.paper, self.made_at)
            case Form.XLSX:
                return as_xlsx.workbook(self.documents, zone(self.zone), self.made_at)
            case _:
                return as_html.page(self.documents)


def made(report: Report, wanted: Wanted) -> Iterator[Made]:
    """One file a form; where the proof was asked for, a CSV has a second one.

    The same report gives the same bytes.
    """
    for each in drafted(report, wanted):
        yield each.written() if isinstance(each, Draft) else each


def drafted(report: Report, wanted: Wanted) -> Iterator[Draft | Made]:
    """As `made`, with what is for people left to be written."""
    stem = stem_of(report)
    languages = _languages(wanted)
    people = _FOR_PEOPLE & set(wanted.forms)
    documents = [compose(report, each) for each in languages] if people else []
    for form in wanted.forms:
        name = f"{stem}.{form}"
        if form in people:
            yield Draft(
                name=name,
                form=form,
                documents=documents,
                paper=wanted.paper,
                zone=str(report.zone),
                made_at=report.known_at,
            )
        elif form is Form.JSON:
            yield Made(name=name, form=form, content=as_json.written(report))
        else:
            figures = as_csv.figures_csv(report, languages, bom=wanted.bom)
            yield Made(name=name, form=form, content=figures)
    if Form.CSV in wanted.forms and report.ledger is not None:
        proof = as_csv.ledger_csv(report, languages, bom=wanted.bom)
        yield Made(name=f"{stem}-preuve.csv", form=Form.CSV, content=proof)


def _languages(wanted: Wanted) -> list[Language]:
    return [language(code) for code in wanted.languages]


def stem_of(report: Report) -> str:
    """What the names of its files begin with: `conformite-2026-10-telus`."""
    named = (report.scope.provider, report.scope.organization)
    parts = ["conformite", str(report.period), *(_safe(each) for each in named if each)]
    return "-".join(parts)


def _safe(name: str) -> str:
    """A name of others, as part of a file's; two that differ stay two."""
    safe = _UNSAFE.sub("_", name)[:_LONGEST]
    if safe == name and not name.startswith("."):
        return name
    return f"{safe.strip('._')}~{sha256(name.encode()).hexdigest()[:8]}"
