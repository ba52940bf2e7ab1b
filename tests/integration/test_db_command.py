import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.store.database import open_database
from monitor.store.lock import sole_daemon
from monitor.store.schema import program_revision
from tests.support.command_line import run
from tests.support.world import World, ticket

NOW = datetime(2026, 11, 23, tzinfo=UTC)
RECEIVED = "2016-11-23 09:00"
"""Longer ago than anything is kept."""


@pytest.fixture
def world(sqlite_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("vigie.yaml").write_text(f"database: {sqlite_url}\nhttp: {{port: 0}}\n", encoding="utf-8")
    database = open_database(sqlite_url)
    world = World(database).at("2017-11-23 09:05")
    for number in (1, 2):
        world.says("resolved", "2017-11-23 09:01", received_at="2017-11-23 09:00",
                   key=ticket(f"INC-{number}"))  # fmt: skip
    world.tick()
    yield world
    database.close()


def spoil(world, statement):
    with world.database.write() as connection:
        connection.exec_driver_sql(statement)


def test_status_tells_how_it_stands(world):
    found = run("db", "status", "--json")
    assert found.status == 0
    state = found.json
    assert (state["state"], state["integrity"], state["held_by"]) == ("current", "ok", None)
    assert (state["revision"], state["program_revision"]) == (program_revision(),) * 2
    assert state["rows"]["case_"] == state["rows"]["payload"] == 2
    assert state["bytes"] > 10_000
    assert state["first_received_at"] == "2017-11-23T09:00:00-05:00"
    assert state["last_observed_at"] == "2017-11-23T09:05:00-05:00"
    assert state["to_purge"] == {
        "payloads": 2, "quarantined": 0, "cases": 2, "letters": 0, "enclosures": 0,
    }  # fmt: skip
    told = run("db", "status", "--lang", "fr").out
    assert "intègre" in told
    assert "2 enregistrements reçus" in told


def test_status_tells_who_holds_it(world):
    with sole_daemon(world.database, now=NOW):
        assert run("db", "status", "--json").json["held_by"].startswith("process ")


def test_status_of_another_revision_is_told_and_exits_1(world):
    spoil(world, "UPDATE alembic_version SET version_num = '0001'")
    ran = run("db", "status", "--no-integrity", "--json")
    assert (ran.status, ran.json["state"], ran.json["rows"]) == (1, "behind", None)
    spoil(world, "UPDATE alembic_version SET version_num = '9999'")
    assert run("db", "status").status == 1
    assert "9999" in run("db", "upgrade").error


def test_upgrade_with_nothing_to_do(world):
    ran = run("db", "upgrade")
    assert ran.out == f"at revision {program_revision()}: nothing to do\n"
    assert run("db", "upgrade", "--json").json["done"] is False


def test_upgrade_of_an_empty_file_tells_each_step(world):
    Path("empty.db").touch()
    Path("vigie.yaml").write_text("database: sqlite:///empty.db\n", encoding="utf-8")
    dry = run("db", "upgrade", "--dry-run")
    assert dry.out.splitlines()[0] == "0001  The first tables."
    assert run("db", "status").status == 1
    done = run("db", "upgrade", "--json").json
    assert (done["from"], done["to"], done["done"]) == (None, program_revision(), True)
    assert run("db", "status").status == 0


def test_upgrade_waits_for_no_daemon(world):
    Path("empty.db").touch()
    Path("vigie.yaml").write_text("database: sqlite:///empty.db\n", encoding="utf-8")
    database = open_database("sqlite:///empty.db")
    with sole_daemon(database, now=NOW):
        assert "a daemon already runs on it" in run("db", "upgrade").error
    database.close()


def test_a_copy_is_made_and_put_back(world):
    ran = run("db", "backup", "copy.db")
    assert ran.out.startswith("copy.db is written: ")
    assert "is there already" in run("db", "backup", "copy.db").error
    again = run("db", "backup", "--force", "copy.db", "--json").json
    assert again == {
        "file": "copy.db",
        "bytes": Path("copy.db").stat().st_size,
        "revision": program_revision(),
    }
    with sole_daemon(world.database, now=NOW):
        assert "a daemon already runs on it" in run("db", "restore", "copy.db").error
    world.database.close()
    spoil(world, "DELETE FROM payload")
    world.database.close()
    put_back = run("db", "restore", "copy.db", "--json").json
    assert put_back["revision"] == program_revision()
    assert Path(put_back["kept_aside"]).exists()
    assert run("db", "status", "--json").json["rows"]["payload"] == 2


def test_what_is_no_backup_is_refused_in_one_line(world):
    Path("letter.txt").write_text("Madame, Monsieur", encoding="utf-8")
    refused = run("db", "restore", "letter.txt", "--lang", "fr")
    assert (refused.status, refused.err) == (
        2,
        "Erreur\u00a0: letter.txt\u00a0: n'est pas une base de données de Vigie; donnez-en une\n",
    )
    shutil.rmtree("nowhere", ignore_errors=True)
    assert "nowhere" in run("db", "backup", "nowhere/copy.db").error


DUMP = "pg_dump --format=custom --file=v.dump postgresql://vigie@db.example/v"
PUT_BACK = (
    "pg_restore --clean --if-exists --exit-on-error --single-transaction"
    " --dbname=postgresql://vigie@db.example/v v.dump"
)


@pytest.mark.parametrize(("name", "program"), [("backup", DUMP), ("restore", PUT_BACK)])
def test_postgresql_has_its_own_programs(tmp_path, monkeypatch, name, program):
    monkeypatch.chdir(tmp_path)
    Path("vigie.yaml").write_text("database: {env: VIGIE_TEST_DATABASE}\n", encoding="utf-8")
    address = "postgresql://vigie:hunter2@db.example/v"
    ran = run("db", name, "v.dump", VIGIE_TEST_DATABASE=address)
    assert ran.status == 2
    assert ran.error.endswith(program)
    assert "hunter2" not in ran.err


def test_purge_says_what_would_leave_and_takes_it_away(world):
    dry = run("db", "purge", "--dry-run")
    assert dry.out == "would leave: 2 records as received, 0 in quarantine, 2 cases\n"
    assert run("db", "purge", "--json").json == {
        "payloads": 2, "quarantined": 0, "cases": 2, "letters": 0, "enclosures": 0, "done": True,
    }  # fmt: skip
    assert run("db", "purge").out == "purged: nothing\n"
    assert run("rebuild", "--check").status == 0


def test_purge_goes_by_the_configured_terms(world):
    text = Path("vigie.yaml").read_text(encoding="utf-8")
    Path("vigie.yaml").write_text(text + "retention: {figures: forever}\n", encoding="utf-8")
    assert run("db", "purge", "--dry-run", "--json").json["cases"] == 0


def test_explain_says_which_records_were_purged(world):
    text = Path("vigie.yaml").read_text(encoding="utf-8")
    Path("vigie.yaml").write_text(text + "retention: {figures: forever}\n", encoding="utf-8")
    before = run("explain", "INC-1", "--json").json["observations"]
    assert [each["record_purged"] for each in before] == [False] * len(before)
    run("db", "purge")
    told = run("explain", "INC-1", "--lang", "en").out
    assert "no longer kept (retention)" in told
    after = run("explain", "INC-1", "--json").json["observations"]
    assert [each["record_purged"] for each in after] == [True] * len(after)
