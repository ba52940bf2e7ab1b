"""A file of rows as records for a mapping: what it is written in is found out, columns checked."""

from collections.abc import Collection
from typing import BinaryIO

from monitor.collectors.csv_reader import read_csv
from monitor.collectors.expressions import plain_field
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.table import Table, TableForm, UnreadableFile
from monitor.collectors.xlsx_reader import is_workbook, read_xlsx
from monitor.locale.marking import N_
from monitor.located_yaml.words import nearest


def columns_asked_for(mapping: MappingSettings) -> frozenset[str]:
    """The columns that the mapping leads a fact to, and does nothing else with."""
    expressions = (text for _, text in mapping.fields if text is not None)
    return frozenset(name for text in expressions if (name := plain_field(text)) is not None)


def open_table(stream: BinaryIO, form: TableForm, wanted: Collection[str]) -> Table:
    """Open a CSV file or a workbook, whichever it is, that has the columns `wanted`.

    Raises:
        CutShort: it ends too early; perhaps it is still being written.
        UnreadableFile: it cannot be read, or lacks a column, or has one of them twice.
    """
    read = read_xlsx if is_workbook(stream) else read_csv
    table = read(stream, form, wanted)
    for name in sorted(wanted):
        count = table.columns.count(name)
        if count == 0:
            near = nearest(name, table.columns)
            raise UnreadableFile(
                N_("it has no column '{column}' (is it '{near}'?); its columns are: {columns}")
                if near
                else N_("it has no column '{column}'; its columns are: {columns}"),
                column=name,
                near=near,
                columns=", ".join(name for name in table.columns if name)[:400],
            )
        if count > 1:
            raise UnreadableFile(
                N_("column '{column}' stands {count} times in its header"), column=name, count=count
            )
    return table
