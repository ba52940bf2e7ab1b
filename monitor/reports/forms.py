"""A report in the forms asked for: names and bytes, ready to be written or sent."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from monitor.locale import Language, LanguageCode, language
from monitor.reports import as_csv, as_html, as_json, as_pdf, as_xlsx
from monitor.reports.compose import compose
from monitor.reports.form import Form
from monitor.reports.layout import Document
from monitor.reports.report import Report

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


def made(report: Report, wanted: Wanted) -> Iterator[Made]:
    """One file a form; where the proof was asked for, a CSV has a second one.

    The same report gives the same bytes.
    """
    stem = stem_of(report)
    languages = _languages(wanted)
    people = {Form.PDF, Form.XLSX, Form.HTML} & set(wanted.forms)
    documents = [compose(report, each) for each in languages] if people else []
    for form in wanted.forms:
        yield Made(
            name=f"{stem}.{form}", form=form, content=_written(form, report, documents, wanted)
        )
    if Form.CSV in wanted.forms and report.ledger is not None:
        proof = as_csv.ledger_csv(report, languages, bom=wanted.bom)
        yield Made(name=f"{stem}-preuve.csv", form=Form.CSV, content=proof)


def _written(form: Form, report: Report, documents: Sequence[Document], wanted: Wanted) -> bytes:
    match form:
        case Form.PDF:
            return as_pdf.pdf(documents, wanted.paper, report.known_at)
        case Form.XLSX:
            return as_xlsx.workbook(documents, report.zone, report.known_at)
        case Form.HTML:
            return as_html.page(documents)
        case Form.JSON:
            return as_json.written(report)
        case Form.CSV:
            return as_csv.figures_csv(report, _languages(wanted), bom=wanted.bom)


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
