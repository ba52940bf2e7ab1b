"""Whatever a file is written in, its rows are read as they were; a part of it gives no other."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from monitor.collectors.csv_reader import read_csv
from monitor.collectors.file_reader import open_table
from monitor.collectors.table import TableForm, UnreadableFile

COLUMNS = ("No dossier", "Reçu le", "État", "Remarque")
LATIN = st.characters(
    codec="cp1252",
    exclude_categories=("Cc", "Cs", "Zl", "Zp"),
    exclude_characters="\x81\x8d\x8f\x90\x9d",
)
CELL = st.text(st.one_of(LATIN, st.sampled_from(';,\t|"\n é')), max_size=12).filter(
    # A carriage return and blanks at the ends are not kept apart by every program that writes CSV.
    lambda text: text == text.strip()
)
ROWS = st.lists(st.tuples(CELL.filter(bool), CELL, CELL, CELL), min_size=0, max_size=6)
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be")
WRITING = st.tuples(
    st.sampled_from(ENCODINGS),
    st.sampled_from(";,\t|"),
    st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)),
    st.sampled_from(("\r\n", "\n")),
)


def written(rows, writing):
    encoding, separator, quoting, line_end = writing
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=line_end)
    writer.writerows([COLUMNS, *rows])
    return text.getvalue().encode(encoding)


def read(content, form=None):
    table = open_table(io.BytesIO(content), form or TableForm(), COLUMNS)
    return [tuple(row.cells[name] for name in COLUMNS) for row in table.rows]


@given(ROWS, WRITING)
def test_any_encoding_separator_and_quoting_gives_the_rows(rows, writing):
    assert read(written(rows, writing)) == [row for row in rows if any(row)]


@given(ROWS, WRITING, st.data())
def test_a_file_cut_anywhere_gives_its_first_rows_or_is_refused(rows, writing, data):
    whole = written(rows, writing)
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    found = []
    try:
        table = open_table(io.BytesIO(cut), TableForm(), COLUMNS)
        for row in table.rows:
            assert row.wrong is None
            found.append(tuple(row.cells[name] for name in COLUMNS))
    except UnreadableFile:
        pass
    assert found == rows[: len(found)]


@given(st.binary(max_size=200), st.sampled_from((None, "utf-8", "cp1252", "utf-16")))
def test_any_bytes_are_rows_or_refused(content, encoding):
    form = TableForm(encoding=encoding, last_line="open")
    try:
        for row in read_csv(io.BytesIO(content), form, ()).rows:
            assert row.number > 0
    except UnreadableFile:
        pass
