from pathlib import Path

import pytest

from monitor.store.database import open_database
from tests.support.cases import said
from tests.support.command_line import run
from tests.support.world import World, ticket

SETTINGS = """\
database: {url}
http: {{port: 0}}
organizations:
  - {{id: ORG-1, name: Ministère des Exemples}}
"""
RECEIVED = "2026-11-23 09:00"


@pytest.fixture
def watched(sqlite_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("vigie.yaml").write_text(SETTINGS.format(url=sqlite_url), encoding="utf-8")
    database = open_database(sqlite_url)
    world = World(database).at(RECEIVED)
    for number in (1, 2):
        world.polled(
            said(
                "received",
                RECEIVED,
                received_at=RECEIVED,
                key=ticket(f"INC-{number}"),
                organization=f"ORG-{number}",
            )
        )
    database.close()


def test_every_body_a_source_names_is_listed(watched):
    assert run("organizations", "--json").json == [
        {"id": "ORG-1", "name": "Ministère des Exemples"},
        {"id": "ORG-2", "name": None},
    ]


def test_the_unknown_ones_are_told_apart(watched):
    assert run("organizations", "--unknown", "--json").json == [{"id": "ORG-2", "name": None}]
    found = run("organizations", "--unknown", "--lang", "fr")
    assert "ORG-2" in found.out
    assert "(inconnu)" in found.out
