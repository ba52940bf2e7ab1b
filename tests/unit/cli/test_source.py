"""`vigie source`, as a person and as a script use it."""

import openpyxl
import pytest

from tests.support.command_line import run

CSV = (
    "No dossier;Reçu le;État;Nature;Organisme;Demandeur\r\n"
    "D-1;2026-11-23 09:12;Reçu;Panne;ORG-1;Camille\r\n"
    "D-2;2026-11-23 09:12;Suspendu;Panne;;Camille\r\n"
    "D-3;hier;Reçu;Panne;;Camille\r\n"
    "D-4;2026-11-23 09:12;Reçu;Facture;;Camille\r\n"
)
MAPPING = """\
  mapping:
    case_kind: ticket
    time_formats: ["%Y-%m-%d %H:%M"]
    columns:
      {ref: No dossier, received_at: Reçu le, status: État, category: Nature, organization: Organisme}
    status_map: {Reçu: acknowledged}
    category_map: {Panne: outage}
    outside_contract: [Facture]
"""
SOURCES = f"""\
http: {{port: 0}}
sources:
- name: depot
  provider: telus
  kind: files
  folder: .
  pattern: 'billets*.csv'
  export: snapshot
  stale_after: 1 d
{MAPPING}"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "billets.csv").write_bytes(CSV.encode("cp1252"))
    (tmp_path / "vigie.yaml").write_text(SOURCES)
    (tmp_path / "m.yaml").write_text(MAPPING)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_is_tried_on_the_source_whose_pattern_it_matches(folder):
    ran = run("source", "try", "billets.csv")
    assert ran.status == 0
    assert "CSV, Windows-1252, separated by semicolons" in ran.out
    assert "D-1" in ran.out
    assert "4 rows, 1 rejected" in ran.out
    assert (
        "row 4: D-3: received_at: 'hier' is written in none of the ways of time_formats" in ran.out
    )
    assert "status 'Suspendu' is mapped nowhere (1 row)" in ran.out
    assert "1 row is outside the contract" in ran.out
    assert "Camille" not in ran.out


def test_what_is_said_to_people_is_said_in_french(folder):
    ran = run("--lang", "fr", "source", "try", "billets.csv")
    assert "séparé par des points-virgules" in ran.out
    assert "n'est écrit d'aucune des façons de time_formats" in ran.out


@pytest.mark.parametrize("how", [("--source", "depot"), ("--mapping", "m.yaml")])
def test_a_script_gets_all_of_it_as_json(folder, how):
    found = run("source", "try", "billets.csv", *how, "--rows", "1", "--json").json
    assert (found["format"], found["encoding"], found["separator"]) == (
        "csv",
        "Windows-1252",
        "semicolon",
    )
    assert found["columns"][0] == {"name": "No dossier", "leads_to": ["ref"]}
    assert found["columns"][-1] == {"name": "Demandeur", "leads_to": []}
    assert found["read"] == [
        {
            "row": 2,
            "ref": "D-1",
            "received_at": "2026-11-23T09:12:00-05:00",
            "category": "outage",
            "raw_status": "Reçu",
            "status": "acknowledged",
            "changed_at": None,
            "organization": "ORG-1",
            "place": None,
        }
    ]
    assert (found["rows"], found["rejections"], found["outside_contract"]) == (4, 1, 1)
    assert found["unknown_statuses"] == {"Suspendu": 1}
    assert found["broken"] is None


def test_without_a_mapping_the_columns_are_shown(folder):
    book = openpyxl.Workbook()
    book.worksheets[0].append(["No", "Date"])
    book.save(folder / "x.xlsx")
    ran = run("source", "try", "x.xlsx")
    assert ran.out.splitlines()[:3] == ["x.xlsx: XLSX, sheet 'Sheet'", "  No", "  Date"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("none.csv",), "none.csv: cannot be read: No such file or directory"),
        (("cut.csv",), "cut.csv: its last line has no line end"),
        (("billets.csv", "--source", "depo"), "no source is named 'depo'; did you mean 'depot'?"),
        (("billets.csv", "--mapping", "bad.yaml"), "bad.yaml:1: mapping.status_map: is missing"),
        (
            ("other.csv", "--source", "depot"),
            "other.csv: it has no column 'Nature'; its columns are: a, b",
        ),
        (
            ("billets.csv", "--source", "depot", "--mapping", "m.yaml"),
            "--source and --mapping: give one of them",
        ),
    ],
)
def test_what_is_wrong_is_one_line(folder, arguments, said):
    (folder / "cut.csv").write_text("a;b\n1;2")
    (folder / "other.csv").write_text("a;b\n1;2\n")
    (folder / "bad.yaml").write_text(
        "mapping: {case_kind: ticket, fields: {ref: a, received_at: b, status: c, category: d}, category_map: {a: outage}}\n"
    )
    ran = run("source", "try", *arguments)
    assert ran.status == 2
    assert said in ran.error


def test_sources_are_listed(folder):
    ran = run("source", "list")
    assert [line.split() for line in ran.out.splitlines()] == [
        ["Name", "Provider", "Kind", "Where"],
        ["depot", "telus", "files", "."],
    ]
    assert run("source", "list", "--json").json[0]["stale_after"] == 86400


def test_one_source_is_checked(folder):
    ran = run("source", "check", "depot")
    assert ran.status == 0
    assert "1 file(s) match billets*.csv; the newest is billets.csv" in ran.out
    assert "its first record is D-1, received 2026-11-23 14:12 UTC, category outage" in ran.out
    (folder / "billets.csv").write_text("a;b\n1;2\n")
    ran = run("source", "check", "depot", "--json")
    assert (ran.status, ran.json["ok"]) == (2, False)
    assert "it has no column 'Nature'" in ran.json["items"][0]["message"]
