"""Everything taken to another database, which goes on as the first would have."""

from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.errors import InputError
from monitor.store.copying import copy_all
from monitor.store.database import open_database
from monitor.store.lock import sole_daemon
from monitor.store.tables import case, escalation, metadata, obligation
from tests.support.command_line import run
from tests.support.world import World, ticket

RECEIVED = "2026-11-23 09:00"


@pytest.fixture
def world(sqlite_url):
    database = open_database(sqlite_url)
    world = World(database).at("2026-11-23 09:05")
    for number in range(1, 8):
        world.says("received", RECEIVED, received_at=RECEIVED, key=ticket(f"INC-{number}"))
    world.at("2026-11-23 15:50").tick()
    yield world
    database.close()


@pytest.fixture
def other(postgres):
    with postgres.new(empty=True) as url:
        database = open_database(url)
        yield database
        database.close()


def rows(database):
    with database.read() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in metadata.sorted_tables
            if table.name not in {"replica", "poll_lease"}
        }


def test_there_and_back_nothing_is_lost_or_changed(world, other, tmp_path):
    told: list[int] = []
    copied = copy_all(world.database, other, told.append)
    assert copied["case_"] == 7
    assert told[-1] == sum(copied.values())
    assert rows(other) == rows(world.database)
    back = open_database(f"sqlite:///{tmp_path / 'back.db'}")
    try:
        copy_all(other, back)
        assert rows(back) == rows(world.database)
    finally:
        back.close()


def test_what_was_copied_goes_on_with_numbers_of_its_own(world, other):
    copy_all(world.database, other)
    there = World(other).at("2026-11-23 16:30")
    there.says("received", RECEIVED, received_at=RECEIVED, key=ticket("INC-8"))
    there.tick()
    with other.read() as connection:
        for table in (case, obligation, escalation):
            ids = list(connection.scalars(select(table.c.id)))
            assert len(ids) == len(set(ids)) >= 8


def test_what_holds_something_is_refused(world, other):
    copy_all(world.database, other)
    before = rows(other)
    with pytest.raises(InputError, match="holds rows already"):
        copy_all(world.database, other)
    assert rows(other) == before


def test_the_command_says_what_it_did_and_refuses_what_it_cannot(
    world, sqlite_url, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    Path("vigie.yaml").write_text(f"database: {sqlite_url}\n", encoding="utf-8")
    Path("same.yaml").write_text(f"database: {sqlite_url}\n", encoding="utf-8")
    url = f"sqlite:///{tmp_path / 'new.db'}"
    Path("new.yaml").write_text(f"database: {url}\n", encoding="utf-8")
    same = run("db", "copy", "same.yaml")
    assert (same.status, same.out) == (2, "")
    assert "is the one to copy from" in same.err
    with sole_daemon(world.database, now=world.now):
        assert run("db", "copy", "new.yaml").status == 2
    done = run("db", "copy", "new.yaml", "--json")
    assert done.status == 0, done.err
    assert done.json["rows"]["case_"] == 7
    assert run("--config", "new.yaml", "rebuild", "--check").status == 0
    assert run("db", "copy", "new.yaml").status == 2
