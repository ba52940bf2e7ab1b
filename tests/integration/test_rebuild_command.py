from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from monitor.contract.basis import Basis
from monitor.store.database import open_database
from monitor.store.lock import sole_daemon
from monitor.store.rulebook import Rulebook
from monitor.store.tables import obligation
from tests.support.command_line import run
from tests.support.world import World, shipped_contract, ticket

RECEIVED = "2026-11-23 09:00"


@pytest.fixture
def world(sqlite_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("vigie.yaml").write_text(f"database: {sqlite_url}\nhttp: {{port: 0}}\n", encoding="utf-8")
    database = open_database(sqlite_url)
    world = World(database).at("2026-11-23 09:05")
    for number in (1, 2, 3):
        world.says("received", RECEIVED, received_at=RECEIVED, key=ticket(f"INC-{number}"))
    world.tick()
    yield world
    database.close()


@pytest.fixture
def spoiled(world):
    with world.database.write() as connection:
        connection.execute(update(obligation).values(due_at=None))
    return world


def test_identical_is_status_0(world):
    ran = run("rebuild", "--check")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == "3 cases judged again; all is as stored.\n"


def test_a_difference_is_told_by_case_and_field_with_status_1(spoiled):
    ran = run("rebuild", "--check", "--limit", "1")
    assert ran.status == 1
    heading, row, more, sums = ran.out.splitlines()
    assert heading.split() == ["Case", "Of", "Field", "Stored", "Rebuilt"]
    assert row.split() == [
        "telus:ticket:INC-1",
        "incident-resolution",
        "due_at",
        "–",
        "2026-11-23T16:00:00-05:00",
    ]
    assert more == "… and 3 more differences"
    assert sums == "3 cases judged again; 4 differences."


def test_it_is_put_right_without_check(spoiled):
    ran = run("rebuild", "--json")
    assert (ran.status, ran.json["mended"], ran.json["differing"]) == (0, True, 3)
    assert ran.json["listed"][0] == {
        "case": "INC-1",
        "provider": "telus",
        "kind": "ticket",
        "commitment": "incident-resolution",
        "field": "due_at",
        "kept": None,
        "rebuilt": "2026-11-23T16:00:00-05:00",
    }
    assert run("rebuild", "--check", "--json").json["identical"] is True


def test_it_speaks_french(spoiled):
    ran = run("rebuild", "--lang", "fr")
    assert "3 dossiers jugés de nouveau" in ran.out
    assert "4 écarts corrigés" in ran.out


def test_a_file_that_a_daemon_holds_is_only_read(spoiled):
    with sole_daemon(spoiled.database, now=datetime(2026, 11, 23, tzinfo=UTC)):
        refused = run("rebuild")
        assert (refused.status, refused.out) == (2, "")
        assert "a daemon already runs on it" in refused.error
        assert run("rebuild", "--check").status == 1


def test_rules_that_do_not_reach_every_case_yet_are_refused(world):
    Rulebook(world.database).begin(Basis.of(shipped_contract()), world.now)
    assert "start 'vigie run' once" in run("rebuild", "--check").error


def test_figures_are_rebuilt_by_the_rules_they_rest_on(world):
    rulebook = Rulebook(world.database)
    rulebook.finish(rulebook.begin(Basis.of(shipped_contract()), world.now), world.now)
    text = Path("vigie.yaml").read_text(encoding="utf-8")
    Path("vigie.yaml").write_text(text + "closed_days: {2026-11-23: Tempête}\n", encoding="utf-8")
    ran = run("rebuild", "--check")
    assert ran.status == 0
    assert "vigie.yaml has other rules" in ran.err
