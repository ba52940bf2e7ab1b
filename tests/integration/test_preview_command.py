"""`vigie preview` on what an engine really stored: what would change, and nothing written."""

import io
import json
import sys
from pathlib import Path

import pytest
import yaml

from monitor.cli.progress import progress
from monitor.contract.plain import plain_part
from monitor.store.database import open_database
from monitor.store.tables import applied_rules, case, escalation, notification, obligation
from tests.support.cases import utc
from tests.support.command_line import run
from tests.support.rulings import apply, book, promising, version
from tests.support.world import World, ticket

SETTINGS = """\
database: {url}
sources:
  - {{name: telus-tickets, provider: telus, kind: tmf621-v4, url: 'http://127.0.0.1:9/x', mapping: tmf621}}
"""
ICS = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Test//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260101T000000Z
DTSTART;VALUE=DATE:20261124
SUMMARY:Tempête
END:VEVENT
END:VCALENDAR
"""
SPANS = {
    # Due on Tuesday at 15:00.
    "LATE": ("2026-11-23 17:00", "2026-11-24 16:00"),
    "IN-TIME": ("2026-11-23 17:00", "2026-11-24 10:00"),
    "BEFORE": ("2026-11-20 09:00", "2026-11-20 10:00"),
}


@pytest.fixture
def world(database_url, tmp_path, monkeypatch):
    """Three settled tickets, and a folder whose vigie.yaml leads to them."""
    monkeypatch.chdir(tmp_path)
    Path("vigie.yaml").write_text(SETTINGS.format(url=database_url))
    Path("days.yaml").write_text("2026-11-24: Tempête\n", encoding="utf-8")
    Path("days.ics").write_text(ICS.replace("\n", "\r\n"), encoding="utf-8")
    database = open_database(database_url)
    world = World(database)
    apply(world, book())
    world.at("2026-11-25 08:00")
    for ref, (received, resolved) in SPANS.items():
        world.says("received", received, received_at=received, key=ticket(ref))
        world.says("resolved", resolved, received_at=received, key=ticket(ref))
    world.tick()
    yield world
    database.close()


def contract_file(name, *edits, **fields):
    content = plain_part(version(*edits, **fields))
    Path(name).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def moved(ran):
    return {
        each["case"]: (each["before"]["verdict"], each["after"]["verdict"], each["after"]["due_at"])
        for each in ran.json["changes"]
    }


STORM = {
    "LATE": ("missed", "met", "2026-11-25T15:00:00-05:00"),
    "IN-TIME": ("met", "met", "2026-11-25T15:00:00-05:00"),
}


def test_nothing_differs_from_what_was_applied(world):
    ran = run("preview")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == "Nothing differs that a deadline or a verdict rests on.\n"
    assert run("preview", "--json").json["changes"] == []


@pytest.mark.parametrize("file", ["days.yaml", "days.ics"])
def test_a_day_off_is_previewed_from_either_kind_of_file(world, file):
    ran = run("preview", "--calendar", file, "--json")
    assert moved(ran) == STORM
    assert ran.json["cases"] == {"looked_at": 2, "touched": 2, "changed": 2}
    assert ran.json["obligations"] == {"judged": 2, "changed": 2}
    assert ran.json["verdicts"] == [{"before": "missed", "after": "met", "obligations": 1}]
    (counts,) = ran.json["counts"]
    assert (counts["provider"], counts["commitment"], counts["later"]) == (
        "telus", "incident-resolution", 2,
    )  # fmt: skip
    late = next(each for each in ran.json["changes"] if each["case"] == "LATE")
    assert (late["deadline"], late["moved_seconds"]) == ("later", 86_400)
    assert late["before"]["due_at"] == "2026-11-24T15:00:00-05:00"
    assert late["why"] == [
        {
            "cause": "calendar_changed",
            "sentence": "New day off: Tempête, Tuesday, November 24, 2026.",
        }
    ]
    (era,) = ran.json["differences"]
    assert {day["calendar"] for day in era["days"]} == {"quebec-days", "quebec-support"}
    assert {day["kind"] for day in era["days"]} == {"day_closed"}


def test_a_preview_writes_nothing(world):
    tables = (case, obligation, escalation, notification, applied_rules)
    before = world.contents(*tables)
    assert len(run("preview", "--calendar", "days.yaml", "--json").json["changes"]) == 2
    assert world.contents(*tables) == before


def test_what_is_previewed_is_what_applying_does(world):
    foreseen = moved(run("preview", "--calendar", "days.yaml", "--json"))
    apply(world, book(closed={"2026-11-24": "Tempête"}))
    world.tick()
    stored = {
        ref: (verdict.value, due_at)
        for ref in foreseen
        for verdict, due_at in [
            (
                world.owed("incident-resolution", ticket(ref)).evaluation.verdict,
                world.owed("incident-resolution", ticket(ref)).evaluation.due_at,
            )
        ]
    }
    assert stored == {"LATE": ("met", utc("2026-11-25 15:00")), "IN-TIME": ("met", utc("2026-11-25 15:00"))}  # fmt: skip
    # vigie.yaml has no such day: to read it anew would take it back.
    assert run("preview", "--json").json["counts"][0]["earlier"] == 2


def test_an_edited_configuration_is_previewed_before_the_daemon_reads_it(world):
    text = Path("vigie.yaml").read_text()
    Path("vigie.yaml").write_text(text + "closed_days: {2026-11-24: Tempête}\n", encoding="utf-8")
    assert moved(run("preview", "--json")) == STORM


def test_a_contract_file_takes_the_place_of_its_version_or_joins(world):
    contract_file("same.yaml", promising("incident-resolution", amount="5 h"))
    ran = run("preview", "--contract", "same.yaml", "--json")
    assert {each["case"] for each in ran.json["changes"]} == set(SPANS)
    assert [each["version"] for each in ran.json["after"]["versions"]] == ["2019-12-11"]
    contract_file(
        "new.yaml", promising("incident-resolution", amount="5 h"),
        version="2", effective_from="2026-11-23",
    )  # fmt: skip
    ran = run("preview", "--contract", "new.yaml", "--json")
    assert {each["case"] for each in ran.json["changes"]} == {"LATE", "IN-TIME"}
    assert [each["version"] for each in ran.json["after"]["versions"]] == ["2019-12-11", "2"]
    only = run("preview", "--contract", "new.yaml", "--only", "--json").json
    assert [each["version"] for each in only["after"]["versions"]] == ["2"]
    (before,) = [each for each in only["changes"] if each["case"] == "BEFORE"]
    assert (before["after"], before["why"][0]["cause"]) == (None, "not_in_force")


def test_the_text_tells_counts_and_the_gravest_first(world):
    ran = run("preview", "--calendar", "days.yaml", "--limit", "1")
    lines = ran.out.splitlines()
    assert lines[0] == "Cases received from Sunday, January 1, 2017 on:"
    assert lines[1] == "  New day off: Tempête, Tuesday, November 24, 2026."
    assert "2 obligations would change, of 2 judged again on 2 cases." in lines
    assert "  Missed → Met: 1" in lines
    assert any(line.split() == ["telus", "incident-resolution", "2"] for line in lines)
    # A verdict that turns goes before a deadline that moves as far.
    (row,) = [line for line in lines if line.startswith(("LATE", "IN-TIME"))]
    assert row.startswith("LATE")
    assert "And 1 more: --limit lists more of them, --json all." in lines
    assert lines[-1].startswith("Nothing was applied")


def test_the_text_is_spoken_in_french(world):
    out = run("preview", "--calendar", "days.yaml", "--lang", "fr").out
    out = out.replace("\N{NO-BREAK SPACE}", " ")
    assert "Dossiers reçus à compter du dimanche 1er janvier 2017 :" in out
    assert "Nouveau jour de fermeture : Tempête, mardi 24 novembre 2026." in out
    assert "Manqué → Respecté : 1" in out


def test_pages_are_walked_to_the_end(world, monkeypatch):
    monkeypatch.setattr("monitor.cli.foresight._PAGE", 1)
    assert moved(run("preview", "--calendar", "days.yaml", "--json")) == STORM


def test_a_contract_the_settings_do_not_go_with_is_warned_of(world):
    contract_file(
        "same.yaml", providers=[{"id": "rogers", "name": "Rogers", "rank": 2}], contacts=[]
    )
    ran = run("preview", "--contract", "same.yaml")
    assert ran.status == 0
    assert "Warning: vigie.yaml:3: sources[telus-tickets].provider: the contract has no provider 'telus'" in ran.err  # fmt: skip


def test_where_no_rules_were_ever_recorded_those_configured_are_taken(world):
    with world.database.write() as connection:
        connection.execute(applied_rules.delete())
    ran = run("preview", "--calendar", "days.yaml", "--json")
    assert ran.json["applied_at"] is None
    assert moved(ran) == STORM


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--only",), "--only says that --contract is all: give that too"),
        (("--contract", "absent.yaml"), "absent.yaml: cannot be read: No such file or directory; give the path of a contract, or builtin:cspq-mobilite"),
        (("--contract", "builtin:exemple-municipalite"), None),
        (("--calendar", "absent.ics"), "absent.ics: No such file or directory"),
        (("--calendar", "bad.yaml"), "bad.yaml:1: 2026-13-01: '2026-13-01' is not a date; write it as 2026-11-23"),
        (("--calendar", "far.yaml"), None),
        (("--calendar", "bad.ics"), None),
        (("--calendar", "list.yaml"), "list.yaml:1: a list stands where keys are expected; write 'key: value' lines"),
        (("--calendar", "latin.yaml"), "latin.yaml: is not UTF-8 text; save it as UTF-8"),
        (("--calendar", "settings.yaml"), "settings.yaml:2: http: is not a key known here; known keys: closed_days"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_line(world, arguments, message):
    Path("bad.yaml").write_text("2026-13-01: Jamais\n")
    Path("far.yaml").write_text("1926-01-04: Jadis\n")
    Path("bad.ics").write_text("BEGIN:VCALENDAR\nBEGIN:VEVENT\n")
    Path("list.yaml").write_text("- 2026-11-24\n")
    Path("latin.yaml").write_bytes("2026-11-24: Tempête\n".encode("latin-1"))
    Path("settings.yaml").write_text("closed_days: {2026-11-24: Storm}\nhttp: {port: 0}\n")
    ran = run("preview", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert message in (None, ran.error)
    assert ran.error


def test_rules_that_a_later_program_kept_are_refused(world):
    with world.database.write() as connection:
        connection.execute(applied_rules.update().values(basis='{"versions": "another format"}'))
    ran = run("preview")
    assert ran.status == 2
    assert ran.error == "the rules applied last were kept by a later program: use that one"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_drawn_on_a_terminal_once_it_takes_long(monkeypatch):
    for stream, patience, drawn in ((Terminal(), 0, True), (Terminal(), 60, False), (io.StringIO(), 0, False)):  # fmt: skip
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setattr("monitor.cli.progress._PATIENCE", patience)
        with progress("Reading cases", 3) as done:
            for so_far in (1, 2, 3):
                done(so_far)
        assert ("Reading cases" in stream.getvalue()) is drawn


def test_json_is_one_document_however_much_changes(world):
    out = run("preview", "--calendar", "days.yaml", "--json").out
    document = json.loads(out)
    assert len([line for line in out.splitlines() if '"case":' in line]) == len(document["changes"])
