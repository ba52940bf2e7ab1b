"""A report as a workbook: one sheet a table, typed cells, real dates, filters, a chart."""

import datetime as dt
import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from monitor.locale import language
from monitor.reports.layout import Cell, Document, Facts, Kind, Prose, Table

if TYPE_CHECKING:
    # Loaded when a workbook is written.
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_UNWANTED = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31
_WIDEST = 48
_FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.PERCENT: "0.0%",
    Kind.INSTANT: "yyyy-mm-dd hh:mm",
    Kind.SECONDS: "[h]:mm:ss",
}
_A_DAY = 86_400


def workbook(documents: Sequence[Document], zone: dt.tzinfo, made_at: dt.datetime) -> bytes:
    """The documents one after another, one in each language; the same bytes for the same report.

    Instants are wall time of `zone`, which a spreadsheet cannot name: the headings do. Business
    time is written as hours of the calendar it was counted on.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415 - see above

    stream = io.BytesIO()
    book = Workbook(
        stream,
        {
            "in_memory": True,
            "remove_timezone": True,
            # What others wrote is text, whatever it begins with.
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    book.set_properties(
        {
            "title": f"{documents[0].title} – {documents[0].subtitle}",
            "author": "Vigie",
            "created": made_at.astimezone(dt.UTC).replace(tzinfo=None),
        }
    )
    sheets = _Sheets(book, zone, bilingual=len(documents) > 1)
    for document in documents:
        sheets.write(document)
    book.close()
    return stream.getvalue()


class _Sheets:
    def __init__(self, book: "Workbook", zone: dt.tzinfo, *, bilingual: bool) -> None:
        self._book = book
        self._zone = zone
        self._bilingual = bilingual
        self._title = book.add_format({"bold": True, "font_size": 16})
        self._lead = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self._wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self._strong = book.add_format({"bold": True})
        self._kinds = {
            kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()
        }
        self._totals = {
            kind: book.add_format(
                {"num_format": _FORMATS.get(kind, "General"), "bold": True, "top": 1}
            )
            for kind in Kind
        }

    def write(self, document: Document) -> None:
        self._cover(document)
        for table in document.tables:
            self._table(table, document)
        self._about(document)

    def _sheet(self, name: str, document: Document) -> "Worksheet":
        suffix = f" ({document.lang})" if self._bilingual else ""
        clean = _UNWANTED.sub(" ", name)[: _LONGEST_NAME - len(suffix)]
        return self._book.add_worksheet(clean + suffix)

    def _cover(self, document: Document) -> None:
        sheet = self._sheet(language(document.lang).gettext("Report"), document)
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 60)
        sheet.write_string(0, 0, f"{document.title} – {document.subtitle}", self._title)
        row = 1
        for line in document.about:
            sheet.write_string(row, 0, line)
            row += 1
        row += 1
        sheet.merge_range(row, 0, row, 1, "", self._lead)
        sheet.write_string(row, 0, document.verdict, self._lead)
        sheet.set_row(row, 48)
        row += 1
        for caution in document.cautions:
            sheet.merge_range(row, 0, row, 1, "", self._wrapped)
            sheet.write_string(row, 0, caution, self._wrapped)
            row += 1
        row += 1
        for figure in document.figures:
            sheet.write_string(row, 0, figure.label)
            kind = Kind.PERCENT if isinstance(figure.cell.value, float) else Kind.COUNT
            self._cell(sheet, (row, 1), figure.cell, kind, self._kinds[kind])
            row += 1

    def _table(self, table: Table, document: Document) -> None:
        sheet = self._sheet(table.name, document)
        sheet.write_string(0, 0, table.title, self._strong)
        gettext = language(document.lang).gettext
        for offset, column in enumerate(table.columns):
            width = max([len(column.label), *(len(row[offset].shown) for row in table.rows)])
            sheet.set_column(offset, offset, min(width + 4, _WIDEST))
        if not table.rows:
            sheet.write_string(2, 0, table.empty)
            return
        first, last = 2, 2 + len(table.rows)
        headings = []
        for column in table.columns:
            label = column.label
            if column.kind is Kind.INSTANT:
                label = gettext("{label} ({zone})").format(label=label, zone=self._zone)
            headings.append({"header": label})
        sheet.add_table(
            first,
            0,
            last,
            len(table.columns) - 1,
            {"columns": headings, "style": "Table Style Light 9", "banded_rows": True},
        )
        for index, row in enumerate(table.rows):
            self._row(sheet, first + 1 + index, row, table, self._kinds)
        end = last + 1
        if table.total is not None:
            self._row(sheet, end, table.total, table, self._totals)
            end += 1
        if table.note:
            sheet.write_string(end + 1, 0, table.note)
        sheet.freeze_panes(first + 1, 0)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(first)
        self._chart(sheet, table, first, last)

    def _row(
        self, sheet: "Worksheet", at: int, row: Sequence[Cell], table: Table, formats: Any
    ) -> None:
        for offset, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            self._cell(sheet, (at, offset), cell, column.kind, formats.get(column.kind))

    def _cell(
        self, sheet: "Worksheet", at: tuple[int, int], cell: Cell, kind: Kind, form: Any
    ) -> None:
        (row, column), value = at, cell.value
        if value is None:
            sheet.write_blank(row, column, None, form)
        elif isinstance(value, dt.datetime):
            sheet.write_datetime(row, column, self._wall(value), form)
        elif isinstance(value, str):
            sheet.write_string(row, column, value, form)
        else:
            sheet.write_number(row, column, value / _A_DAY if kind is Kind.SECONDS else value, form)

    def _wall(self, at: dt.datetime) -> dt.datetime:
        """What a clock of the zone shows."""
        return at.astimezone(self._zone).replace(tzinfo=None)

    def _chart(self, sheet: "Worksheet", table: Table, first: int, last: int) -> None:
        """Compliance by line, beside the first table of all that has it."""
        kinds = [column.kind for column in table.columns]
        if Kind.PERCENT not in kinds or table.total is None or not table.rows[0][-1].shown:
            return
        column = kinds.index(Kind.PERCENT)
        chart = self._book.add_chart({"type": "bar"})
        name = sheet.get_name()
        chart.add_series(
            {
                "name": table.columns[column].label,
                "categories": [name, first + 1, 0, last, 1 if kinds[1] is Kind.TEXT else 0],
                "values": [name, first + 1, column, last, column],
                "fill": {"color": "#0072B2"},
                "data_labels": {"value": True},
            }
        )
        chart.set_title({"name": table.title, "name_font": {"size": 12}})
        chart.set_legend({"none": True})
        chart.set_x_axis({"max": 1, "num_format": "0%"})
        chart.set_y_axis({"reverse": True})
        chart.set_size({"width": 720, "height": 120 + 28 * min(len(table.rows), 30)})
        sheet.insert_chart(
            last + 5, 0, chart, {"description": f"{table.title}: {table.columns[column].label}"}
        )

    def _about(self, document: Document) -> None:
        """How it was worked out: the last section."""
        section = document.sections[-1]
        sheet = self._sheet(section.title, document)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 80)
        row = 0
        for block in section.blocks:
            if isinstance(block, Prose):
                sheet.merge_range(row, 0, row, 1, "", self._wrapped)
                sheet.write_string(row, 0, block.text, self._wrapped)
                sheet.set_row(row, 78)
                row += 2
            elif isinstance(block, Facts):
                for term, text in block.pairs:
                    sheet.write_string(row, 0, term, self._strong)
                    sheet.write_string(row, 1, text)
                    row += 1
