"""What files of rows are found to be, and what is refused before it does harm."""

import datetime as dt
import io
import tracemalloc
import zipfile

import openpyxl
import pytest

from monitor.collectors.csv_reader import read_csv
from monitor.collectors.file_reader import columns_asked_for, open_table
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.table import CutShort, TableForm, UnreadableFile
from tests.support.folders import MAPPING


def opened(content, wanted=(), **form):
    return open_table(io.BytesIO(content), TableForm(**form), wanted)


def rows(content, wanted=(), **form):
    return [(row.number, *row.cells.values()) for row in opened(content, wanted, **form).rows]


def workbook(*lines, change=None, title="Billets"):
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = title
    for line in lines:
        page.append(line)
    if change is not None:
        change(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def altered(content, part, change):
    """A workbook with one of its parts changed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w") as target:
        for info in source.infolist():
            data = source.read(info)
            target.writestr(info.filename, change(data) if info.filename == part else data)
    return made.getvalue()


@pytest.mark.parametrize(
    ("content", "encoding", "separator"),
    [
        ("é;b\n1;2\n".encode("cp1252"), "Windows-1252", "semicolon"),
        ("é,b\n1,2\n".encode(), "UTF-8", "comma"),
        ("é\tb\n1\t2\n".encode("utf-8-sig"), "UTF-8", "tab"),
        ("é|b\r\n1|2\r\n".encode("utf-16"), "UTF-16", "bar"),
        ("a;b\r1;2\r".encode("utf-16-le"), "UTF-16", "semicolon"),
        (b"sep=,\na,b;c\n1,2\n", "UTF-8", "comma"),
    ],
)
def test_encoding_and_separator_are_found_out_and_shown(content, encoding, separator):
    table = opened(content)
    assert (table.written_in["encoding"], table.written_in["separator"]) == (encoding, separator)
    assert [list(row.cells.values()) for row in table.rows] == [["1", "2"]]


def test_the_separator_is_the_one_that_shows_the_columns_asked_for():
    content = b"No;Date, heure, lieu\n1;2\n"
    assert opened(content, ("No",)).written_in["separator"] == "semicolon"
    assert opened(content, ()).written_in["separator"] == "comma"


def test_a_header_may_stand_further_down():
    assert rows("Exporté le 23\n\nNo;État\n1;Reçu\n".encode(), ("No",), header=3) == [
        (4, "1", "Reçu")
    ]


@pytest.mark.parametrize(
    ("content", "form", "refusal", "said"),
    [
        (b"", {}, CutShort, "it is empty"),
        (b"a;b\n1;2", {}, CutShort, "its last line has no line end"),
        (b'a;b\n1;"2\n', {}, CutShort, "a quote opened on line 2 is never closed"),
        ("a;b\n1;é".encode()[:-1], {"last_line": "open"}, CutShort, "in the middle of a character"),
        ("a;b\n".encode("utf-16-le")[:-1], {}, CutShort, "in the middle of a character"),
        (b'a;b\n1;"2"x\n3;4\n', {}, UnreadableFile, "line 2: its quotes do not pair"),
        (b"a;b\n1;\x81\n", {}, UnreadableFile, "byte 0x81 at position 6 is not Windows-1252"),
        (b"\xc3\xa9;b\n1;\xe9\n", {}, UnreadableFile, "byte 0xe9 at position 7 is not UTF-8"),
        (b"\xe9;b\n1;2\n", {"encoding": "utf-8"}, UnreadableFile, "is not UTF-8"),
        (b"a;b\n" + b"x" * 1_000_001 + b"\n", {}, UnreadableFile, "line 2 is longer than 1000000"),
        (b";;\n1;2;3\n", {"separator": ";"}, UnreadableFile, "no column is named in line 1"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", {}, UnreadableFile, "Excel 97 workbook"),
        (b"PK\x03\x04rest", {}, CutShort, "a workbook whose end is missing"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told(content, form, refusal, said):
    with pytest.raises(UnreadableFile) as caught:
        rows(content, **form)
    assert type(caught.value) is refusal
    assert said in str(caught.value.reason)


def test_a_last_line_without_an_end_is_read_where_that_is_said_to_be_so():
    assert rows(b"a;b\n1;2", last_line="open") == [(2, "1", "2")]


def test_columns_are_asked_for_by_name():
    wanted = columns_asked_for(MappingSettings.model_validate(MAPPING))
    assert wanted == {"No dossier", "Reçu le", "État", "Nature", "Organisme"}
    with pytest.raises(UnreadableFile) as caught:
        opened(b"No Dossier;Date\n", ("No dossier",))
    assert str(caught.value.reason) == (
        "it has no column 'No dossier' (is it 'No Dossier'?); its columns are: No Dossier, Date"
    )
    with pytest.raises(UnreadableFile, match="column 'No' stands 2 times in its header"):
        opened(b"No;No\n", ("No",))


def test_a_row_of_another_width_is_wrong_and_blank_ones_are_none():
    table = opened(b"a;b\n1;2;\n;;\n\n3\n4;5;6\n")
    assert [(row.number, str(row.wrong or "")) for row in table.rows] == [
        (2, ""),
        (5, "it has 1 cells and the header 2"),
        (6, "it has 3 cells and the header 2"),
    ]


def test_a_row_begins_on_the_line_its_quotes_open_on():
    assert rows(b'a;b\n1;"x\ny"\n2;z\n') == [(2, "1", "x\ny"), (4, "2", "z")]


def test_cells_of_a_workbook_are_the_text_they_stand_for():
    at = dt.datetime.fromisoformat("2026-11-23T15:30:00")
    content = workbook(
        ("a", "b", "c", "d", "e", "f"),
        (" x ", 12.0, 46349.645833, at, at.date(), True),
        (None, None, None, None, None, None),
        ("y",),
    )
    table = opened(content)
    assert dict(table.written_in) == {"format": "xlsx", "sheet": "Billets"}
    first, second = table.rows
    assert list(first.cells.values()) == [
        " x ", "12", "46349.645833", "2026-11-23T15:30:00", "2026-11-23T00:00:00", "true",
    ]  # fmt: skip
    assert (second.number, second.cells["a"], second.wrong) == (4, "y", None)


def test_a_date_of_a_workbook_is_whole_to_the_second():
    for second in range(0, 86_400, 7919):
        at = dt.datetime.fromisoformat("2026-11-23T00:00:00") + dt.timedelta(seconds=second)
        assert rows(workbook(("a",), (at,))) == [(2, at.isoformat())]


def test_a_sheet_is_chosen_by_name():
    content = workbook(("a",), change=lambda book: book.create_sheet("Autre").append(["b"]))
    assert opened(content, sheet="Autre").columns == ("b",)
    with pytest.raises(UnreadableFile, match="it has no sheet 'X'; its sheets are: Billets, Autre"):
        opened(content, sheet="X")


def test_a_formula_that_failed_spoils_its_row_where_it_is_asked_for():
    content = workbook(("a", "b"), ("#N/A", "1"), ("2", "#REF!"))
    failed, fine = opened(content, ("a",)).rows
    assert str(failed.wrong) == "its formula in column 'a' failed: #N/A"
    assert fine.wrong is None


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", bytes(65 * 1024**2))
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFile, match="it unpacks to 65 MiB, and 64 at most are read"):
            opened(content.getvalue())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * 1024**2


def test_a_workbook_whose_sheet_claims_to_be_small_is_cut_at_what_it_claims():
    content = workbook(("a",), *(("x",) for _ in range(2000)))
    name = b"xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = archive.getinfo(name.decode()).file_size.to_bytes(4, "little")
    lying = content.replace(size, (100).to_bytes(4, "little"))
    with pytest.raises(UnreadableFile, match="it is a broken workbook"):
        rows(lying)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data[: len(data) // 2], "it is a broken workbook"),
        (
            lambda data: data.replace(b'<row r="2"', b'<row r="1999999999"'),
            "more than 1048576 rows",
        ),
        (
            lambda data: (
                b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
                + b"".join(
                    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
                )
                + b"]>"
                + data.replace(b"<v>", b"<v>&j;")
            ),
            "it is a broken workbook",
        ),
    ],
)
def test_a_hostile_sheet_is_an_error_and_no_more(change, said):
    content = workbook(("a",), (1,))
    with pytest.raises(UnreadableFile) as caught:
        rows(altered(content, "xl/worksheets/sheet1.xml", change))
    assert said in str(caught.value.reason)


def test_rows_are_streamed():
    lines = b"".join(b"%d;%s\n" % (n, b"x" * 100) for n in range(20_000))
    stream = io.BytesIO(b"a;b\n" + lines)
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_csv(stream, TableForm(), ()).rows)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 20_000
    assert peak < 2 * 1024**2
