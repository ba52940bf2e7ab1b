"""A report as PDF/UA-1: tagged, so that it reads well aloud too; set by Typst."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from monitor.locale import language
from monitor.reports.layout import Block, Cell, Chart, Document, Facts, Figure, Kind, Prose, Table

Paper = Literal["a4", "us-letter"]

_NUMERIC = frozenset({Kind.COUNT, Kind.PERCENT, Kind.SECONDS})
_NAMED = frozenset({Kind.TEXT})


def pdf(documents: Sequence[Document], paper: Paper, made_at: datetime) -> bytes:
    """The documents one after another, each marked with its language; the same bytes each time."""
    import typst  # noqa: PLC0415 - a large library, for this format alone

    data = {"paper": paper, "documents": [_document(each) for each in documents]}
    made: bytes = typst.compile(
        _template(),
        format="pdf",
        # Only what the library brings: the machine's fonts must not change a page.
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=True)},
        pdf_standards="ua-1",
        timestamp=int(made_at.timestamp()),
    )
    return made


def _document(document: Document) -> dict[str, Any]:
    gettext = language(document.lang).gettext
    return {
        "lang": document.lang,
        "title": document.title,
        "subtitle": document.subtitle,
        "about": list(map(settable, document.about)),
        "verdict": document.verdict,
        "cautions": list(document.cautions),
        "figures": [_figure(each) for each in document.figures],
        "sections": [
            {"title": section.title, "blocks": [_block(each) for each in section.blocks]}
            for section in document.sections
        ],
        "footer": document.footer,
        "page": gettext("page"),
        "of": gettext(" of "),
        "colon": gettext(": "),
    }


def _figure(figure: Figure) -> dict[str, str]:
    return {"label": figure.label, "shown": figure.cell.shown, "tone": figure.cell.tone}


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Table():
            widths = [
                max((len(row[index].shown) for row in block.rows), default=0)
                for index in range(len(block.columns))
            ]
            return {
                "kind": "table",
                "title": block.title,
                "columns": [
                    {
                        "label": column.label,
                        "numeric": column.kind in _NUMERIC,
                        "wide": column.kind in _NAMED and width > _NARROW,
                    }
                    for column, width in zip(block.columns, widths, strict=True)
                ],
                "rows": [[_cell(cell) for cell in row] for row in block.rows],
                "total": None if block.total is None else [_cell(cell) for cell in block.total],
                "note": block.note,
                "empty": block.empty,
            }
        case Chart():
            return {
                "kind": "chart",
                "title": block.title,
                "svg": settable(block.svg),
                "alternative": settable(block.alternative),
            }
        case Prose():
            return {"kind": "prose", "text": block.text}
        case Facts():
            return {
                "kind": "facts",
                "pairs": [[settable(term), settable(text)] for term, text in block.pairs],
            }


def _cell(cell: Cell) -> dict[str, str]:
    return {"shown": settable(cell.shown), "tone": cell.tone}


_NARROW = 14


def settable(text: str) -> str:
    """The text with what the font has no letter for written as �: such a page would be refused."""
    return "".join(char if _has(char) else "\N{REPLACEMENT CHARACTER}" for char in text)


def _has(char: str) -> bool:
    return ord(char) < _END or char in _MORE


_END = 0x500
"""Latin, Greek and Cyrillic come before it."""
_MORE = frozenset("‐‑‒–—―‘’‚“”„†‡•…‰′″‹›€−≤≥≠≈×·→←�\u2009\u200a\u202f")


@cache
def _template() -> bytes:
    return (files("monitor.reports") / "templates" / "report.typ").read_bytes()
