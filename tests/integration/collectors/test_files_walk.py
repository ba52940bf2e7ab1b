"""A folder of exports polled as the daemon does, with what happens to files in real life."""

import shutil
import zipfile
from datetime import UTC, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest

from monitor.app.making import collector_of
from monitor.collectors.base import PollWindow, SourceFault
from monitor.collectors.local_folder import LocalFolder
from tests.support.folders import HEADER, MAPPING, Depot, row, settings, sheet

# Spreadsheets know no zone.
ON_THE_WALL = datetime.fromisoformat("2026-11-23T09:12:00")


@pytest.fixture
def depot(tmp_path):
    folder = tmp_path / "depot"
    folder.mkdir()
    return Depot(folder)


def test_a_file_is_read_once_it_has_not_changed_between_two_looks(depot):
    depot.put("a.csv", row("D-1"), row("D-2", "En cours", "Incident"))
    depot.poll()
    assert depot.memory.refs == set()
    depot.poll()
    assert depot.memory.refs == {"D-1", "D-2"}
    (seen,) = depot.memory.of("D-1")
    assert seen.received_at == datetime(2026, 11, 23, 14, 12, tzinfo=UTC)
    assert (seen.status, seen.category, seen.organization) == ("acknowledged", "outage", "ORG-1")
    assert "Camille" not in str(seen.payload)


def test_fault_20_a_file_that_grows_between_two_looks_is_left_until_it_rests(depot):
    depot.put("a.csv", row("D-1"))
    depot.poll()
    depot.put("a.csv", row("D-1"), row("D-2"))
    depot.poll()
    assert depot.memory.refs == set()
    depot.poll()
    assert depot.memory.refs == {"D-1", "D-2"}


def test_a_file_written_to_while_it_is_copied_is_left_for_the_next_look(depot, monkeypatch):
    path = depot.put("a.csv", row("D-1"))
    depot.poll()
    real = path.stat()
    copied = shutil.copyfileobj

    def slow_writer(source, to):
        copied(source, to)
        with path.open("ab") as writer:
            writer.write(row("D-2").encode("cp1252"))

    monkeypatch.setattr(shutil, "copyfileobj", slow_writer)
    depot.poll()
    assert depot.memory.refs == set()
    assert path.stat().st_size > real.st_size


@pytest.mark.parametrize(
    "name",
    ["a.csv.tmp", "a.csv.part", ".a.csv", "~$a.xlsx", "a.csv.filepart", "a.csv.rejected.csv"],
)
def test_temporary_names_are_not_read(depot, name):
    depot.put(name, row("D-1"))
    depot.look_twice()
    assert depot.memory.refs == set()
    assert not depot.last.vouches


def test_fault_20_a_renamed_file_adds_nothing_and_confirms_nothing(depot):
    depot.put("a.csv", row("D-1"))
    depot.look_twice()
    as_of = depot.last.as_of
    (depot.folder / "a.csv").rename(depot.folder / "b.csv")
    depot.touch("b.csv")
    depot.look_twice()
    assert len(depot.memory.observations) == 1
    assert depot.last.as_of == as_of
    assert depot.memory.warnings == ["b.csv has the content of a.csv, read before: passed over"]


def test_the_source_is_known_as_of_its_newest_export_however_often_the_folder_is_looked_at(depot):
    depot.poll()
    assert not depot.last.vouches
    depot.put("a.csv", row("D-1"), ago=30)
    made = depot.clock.now() - timedelta(minutes=30)
    depot.look_twice()
    for _ in range(3):
        (batch,) = depot.poll()
        assert (batch.complete, batch.vouches, batch.as_of) == (True, True, made)


def test_an_export_written_again_unchanged_in_its_place_is_a_later_one(depot):
    depot.put("a.csv", row("D-1"))
    depot.look_twice()
    depot.put("a.csv", row("D-1"), ago=0)
    made = depot.clock.now()
    depot.look_twice()
    assert depot.last.as_of == made
    assert len(depot.memory.observations) == 1


def test_a_name_says_when_an_export_was_made_and_an_unchanged_one_is_a_later_one(depot):
    depot.changes = {"as_of": "export-%Y%m%d-%H%M.csv"}
    depot.put("export-20261123-0930.csv", row("D-1"), ago=0)
    depot.look_twice()
    assert depot.last.as_of == datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
    depot.put("export-20261123-0945.csv", row("D-1"), ago=0)
    depot.look_twice()
    assert depot.last.as_of == datetime(2026, 11, 23, 14, 45, tzinfo=UTC)
    depot.put("export.csv", row("D-2"))
    depot.look_twice()
    assert depot.memory.refs == {"D-1"}
    assert "does not tell when it was made" in depot.memory.reasons[0]


def test_a_column_says_when_an_export_was_made(depot):
    depot.changes = {"as_of": {"column": "Extrait le"}}

    def export(name, made, *rows):
        lines = [f"{each};{made}" for each in rows]
        depot.leave(name, sheet(*lines, header=f"{HEADER};Extrait le"), ago=1)
        depot.look_twice()

    export("a.csv", "2026-11-23 09:30", row("D-1"))
    assert depot.last.as_of == datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
    export("a.csv", "2026-11-23 09:30", row("D-1"))
    assert depot.last.as_of == datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
    export("b.csv", "2026-11-23 09:50", row("D-1", "Rétabli"))
    assert depot.last.as_of == datetime(2026, 11, 23, 14, 50, tzinfo=UTC)
    # Older by its own account, however late it was written.
    export("c.csv", "2026-11-23 09:40", row("D-1", "En cours"))
    assert [seen.raw_status for seen in depot.memory.of("D-1")] == ["Reçu", "Rétabli"]
    export("d.csv", "hier", row("D-1"))
    (reason,) = depot.memory.reasons
    assert reason.startswith(
        "file d.csv: column 'Extrait le' does not tell when it was made: 'hier'"
    )
    depot.put("e.csv", row("D-1"))
    depot.look_twice()
    assert "it has no column 'Extrait le'" in depot.memory.reasons[0]


def test_a_case_that_comes_back_to_what_it_was_is_told_by_a_later_name(depot):
    depot.changes = {"as_of": "export-%Y%m%d-%H%M.csv"}
    for minute, status in (("30", "En cours"), ("40", "Rétabli"), ("50", "En cours")):
        depot.put(f"export-20261123-09{minute}.csv", row("D-1", status))
        depot.look_twice()
    assert [seen.raw_status for seen in depot.memory.of("D-1")] == [
        "En cours",
        "Rétabli",
        "En cours",
    ]


def test_a_change_is_dated_between_two_exports_not_between_two_looks(depot):
    depot.put("a.csv", row("D-1"), ago=40)
    first = depot.clock.now() - timedelta(minutes=40)
    depot.look_twice()
    depot.put("b.csv", row("D-1", "Rétabli"), ago=10)
    second = depot.clock.now() - timedelta(minutes=10)
    depot.look_twice()
    _, restored = depot.memory.of("D-1")
    assert (restored.changed_after, restored.changed_at) == (first, second)
    assert restored.observed_at == depot.clock.now()


def test_an_older_export_that_comes_late_takes_nothing_back(depot):
    depot.put("new.csv", row("D-1", "Rétabli"), ago=10)
    depot.look_twice()
    as_of = depot.last.as_of
    depot.put("old.csv", row("D-1", "En cours"), row("D-9"), ago=60)
    depot.look_twice()
    assert [seen.raw_status for seen in depot.memory.of("D-1")] == ["Rétabli"]
    assert depot.missing == []
    assert depot.last.as_of == as_of


def test_an_open_case_that_a_snapshot_leaves_out_is_missing_once_a_snapshot(depot):
    depot.put("a.csv", row("D-1"), row("D-2"), ago=9)
    depot.look_twice()
    depot.put("b.csv", row("D-1"), ago=1)
    depot.look_twice()
    assert depot.missing == ["D-2"]
    depot.poll()
    assert depot.missing == []


def test_changes_leave_out_what_did_not_change(depot):
    depot.changes = {"export": "changes"}
    depot.put("a.csv", row("D-1"), row("D-2"), ago=9)
    depot.look_twice()
    depot.put("b.csv", row("D-1", "Rétabli"), ago=1)
    depot.look_twice()
    assert depot.missing == []


def test_a_snapshot_of_nothing_concludes_nothing_and_confirms_nothing(depot):
    depot.put("a.csv", row("D-1"), ago=9)
    depot.look_twice()
    as_of = depot.last.as_of
    depot.put("b.csv", ago=1)
    depot.look_twice()
    assert (depot.missing, depot.last.as_of) == ([], as_of)
    assert "b.csv lists no case although 1 are open: nothing is concluded" in depot.memory.warnings


def test_a_rejected_row_is_reported_back_in_french_and_the_rest_goes_on(depot):
    depot.put(
        "a.csv",
        row("D-1"),
        row("D-2", category="Courtoisie"),
        "D-3;hier;Reçu;Panne;ORG-1;x",
        "D-4;trop",
        row("D-5"),
    )
    depot.look_twice()
    assert depot.memory.refs == {"D-1", "D-5"}
    assert len(depot.memory.reasons) == 3
    report = (depot.folder / "a.csv.rejected.csv").read_bytes().decode("utf-8-sig")
    lines = report.splitlines()
    assert lines[0] == "ligne;référence;motif"
    assert [line.split(";")[:2] for line in lines[1:]] == [["3", "D-2"], ["4", "D-3"], ["5", "D-4"]]
    assert "la catégorie «\xa0Courtoisie\xa0»" in lines[1]
    assert "Camille" not in report
    depot.put("a.csv", row("D-1"), row("D-2"))
    depot.look_twice()
    assert not (depot.folder / "a.csv.rejected.csv").exists()


def test_files_are_moved_to_the_archive_once_they_are_read_and_read_again_by_another_mapping(depot):
    timed = {**MAPPING["columns"], "changed_at": "Reçu le"}
    depot.changes = {"archive": "traites", "mapping": {"columns": timed}}
    depot.put("a.csv", row("D-1", "Suspendu"))
    depot.look_twice()
    assert [path.name for path in depot.folder.iterdir()] == ["traites"]
    (seen,) = depot.memory.of("D-1")
    assert seen.status is None
    statuses = {"Reçu": "acknowledged", "Suspendu": "held"}
    depot.changes["mapping"] = {"columns": timed, "status_map": statuses}
    batches = depot.poll()
    (again,) = [seen for batch in batches for seen in batch.observations]
    assert (again.id, again.status) == (seen.id, "held")
    depot.put("a.csv", row("D-2"))
    depot.look_twice()
    assert sorted(path.name for path in (depot.folder / "traites").iterdir()) == [
        "a-2.csv",
        "a.csv",
    ]


def test_a_word_that_the_mapping_learns_is_learned_of_statuses_without_a_time_too(depot):
    depot.put("a.csv", row("D-1", "Suspendu"), row("D-2"))
    depot.look_twice()
    depot.changes["mapping"] = {"status_map": {"Reçu": "acknowledged", "Suspendu": "held"}}
    batches = depot.look_twice()
    (seen,) = depot.memory.of("D-1")
    (again,) = [one for batch in batches for one in batch.reread]
    assert (again.id, again.before, again.status) == (seen.id, None, "held")


def test_a_move_that_was_cut_short_is_made_up_for(depot):
    depot.changes = {"archive": "traites"}
    depot.put("a.csv", row("D-1"))
    depot.poll()
    depot.clock.advance(timedelta(minutes=1))
    collector = collector_of(settings(depot.folder, **depot.changes))
    window = PollWindow(cursor=depot.memory.cursor, until=depot.clock.now())
    for batch in collector.fetch(window):
        depot.memory._keep(batch, depot.clock.now())
        if batch.cursor is not None:
            break  # Killed after the commit, before the move.
    assert (depot.folder / "a.csv").exists()
    depot.poll()
    assert not (depot.folder / "a.csv").exists()
    assert len(depot.memory.observations) == 1


def test_fault_20_a_file_cut_short_waits_and_is_named_when_nobody_completes_it(depot):
    whole = sheet(row("D-1"), row("D-2"))
    depot.leave("a.csv", whole[:-9])
    depot.look_twice()
    assert (depot.memory.refs, depot.memory.reasons) == (set(), [])
    for _ in range(10):
        depot.poll()
    assert depot.memory.refs == set()
    assert depot.last.vouches is False
    report = (depot.folder / "a.csv.rejected.csv").read_bytes().decode("utf-8-sig")
    assert "dernière ligne" in report
    depot.leave("a.csv", whole)
    depot.look_twice()
    assert depot.memory.refs == {"D-1", "D-2"}
    assert [name for batch in depot.memory.batches for name in batch.answered] == ["a.csv"]


def test_a_truncated_workbook_waits_too(depot):
    whole = workbook([("D-1", ON_THE_WALL, "Reçu", "Panne", "ORG-1", "x")])
    depot.leave("a.xlsx", whole[: len(whole) // 2])
    depot.look_twice()
    assert depot.memory.reasons == []
    depot.leave("a.xlsx", whole)
    depot.look_twice()
    assert depot.memory.refs == {"D-1"}


def test_a_file_that_can_never_be_read_is_named_and_the_others_are_read(depot):
    depot.leave("a.xlsx", bomb())
    depot.leave("b.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 4 + b"\n")
    depot.put("c.csv", row("D-1"))
    depot.look_twice()
    assert depot.memory.refs == {"D-1"}
    assert [bad.ref for batch in depot.memory.batches for bad in batch.quarantined] == [
        "a.xlsx",
        "b.pdf",
    ]
    assert "unpacks to 300 MiB, and 256 at most are read" in depot.memory.reasons[0]
    depot.poll()
    assert depot.memory.reasons == []


def test_a_folder_that_is_not_there_is_a_fault(depot):
    depot.folder.rmdir()
    with pytest.raises(SourceFault, match="is not there; create it, or mount it"):
        depot.poll()


def test_a_folder_that_may_not_be_written_to_is_read_all_the_same(depot, monkeypatch):
    def refused(self, name, content):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(LocalFolder, "report", refused)
    depot.put("a.csv", row("D-1"), row("D-2", category="?"))
    depot.look_twice()
    assert depot.memory.refs == {"D-1"}
    assert depot.memory.warnings == ["nothing can be reported back beside a.csv: Permission denied"]


def test_copies_under_any_names_add_nothing(depot):
    for name in ("a.csv", "b.csv", "c.csv"):
        depot.put(name, row("D-1"), row("D-2"))
    depot.look_twice()
    assert len(depot.memory.observations) == 2


def workbook(rows, header=HEADER):
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(header.split(";"))
    for each in rows:
        page.append(each)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def bomb():
    content = BytesIO()
    with (
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(300):
            part.write(bytes(1024**2))
    assert len(content.getvalue()) < 1024**2
    return content.getvalue()
