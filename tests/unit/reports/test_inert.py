"""Text of others is harmless in every form, and no letter of it keeps a PDF from being made."""

import unicodedata
from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from monitor.reports.as_pdf import pdf
from monitor.reports.cells import text
from monitor.reports.inert import LONGEST, plain, shown, unformula
from monitor.reports.layout import Column, Document, Section, Table

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"


@settings(max_examples=60)
@given(st.text(max_size=300))
@example("=1+1")
@example(" \t=1+1")
@example("\N{NO-BREAK SPACE}@SUM(A1)")
@example("-2+3\r\n=cmd")
def test_no_text_is_run_nor_leaves_its_line(written: str) -> None:
    safe = unformula(written)
    assert not safe.lstrip(" \N{NO-BREAK SPACE}").startswith(("=", "+", "-", "@"))
    assert not {unicodedata.category(char) for char in plain(written)} & {"Cc", "Zl", "Zp"}
    assert not set(plain(written)) & set(BIDI)
    assert len(shown(written)) <= LONGEST
    assert plain(plain(written)) == plain(written)


def test_a_pdf_is_made_of_whatever_is_written() -> None:
    letters = [chr(code) for code in (*range(0x20, 0x600), *range(0x2000, 0x2100), 0x1F600, 0x4E2D)]
    rows = [[text("x" + "".join(letters[at : at + 40]))] for at in range(0, len(letters), 40)]
    hostile = ['#import "/etc/passwd"', "$x$ *a* _b_ `c` <d> @e", "//", "/*", "\\", "]#{panic()}"]
    table = Table(
        name="t", title="T", columns=[Column("c")], rows=[*rows, *([text(each)] for each in hostile)]
    )  # fmt: skip
    document = Document(
        lang="fr", title="Essai", subtitle="s", about=(), verdict="v", cautions=(), figures=(),
        sections=[Section(title="S", blocks=[table])], footer="f",
    )  # fmt: skip
    made = pdf([document], "a4", datetime(2026, 10, 1, tzinfo=UTC))
    assert made.startswith(b"%PDF-")
