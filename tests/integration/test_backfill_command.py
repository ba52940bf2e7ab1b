"""`vigie backfill`, on a real API and a real database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.clock.wall import ManualClock
from monitor.simulator import ProviderServer, SimulatedProvider
from monitor.simulator import behaviours as does
from monitor.simulator.misbehaving import MisbehavingServer
from monitor.store.database import open_database
from monitor.store.schema import migrate
from monitor.store.tables import case
from tests.support.command_line import run
from tests.support.sources import BODY

# Midnight in Québec.
FIRST = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def server(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    clock = ManualClock(FIRST)
    telus = SimulatedProvider("telus", clock)
    for _ in range(40):
        telus.open_ticket("incident", BODY)
        clock.advance(DAY / 4)
    database = open_database("sqlite:///vigie.db")
    migrate(database)
    database.close()
    with MisbehavingServer(ProviderServer(telus)) as running:
        Path("vigie.yaml").write_text(
            "sources:\n  - {name: telus-tickets, provider: telus, kind: tmf621-v4, mapping: tmf621,"
            f" url: '{running.url('tmf621-v4')}'}}\n"
        )
        yield running


def cases() -> int:
    database = open_database("sqlite:///vigie.db")
    with database.read() as connection:
        found = len(connection.execute(select(case)).all())
    database.close()
    return found


def backfill(*arguments: str):
    return run("backfill", "telus-tickets", "--from", "2026-03-02", *arguments)


def test_days_are_filled_in_the_last_one_included(server) -> None:
    told = backfill("--to", "2026-03-04", "--lang", "en")
    assert (told.status, cases()) == (0, 12)
    assert "telus-tickets: filled in up to 2026-03-05 00:00: 12 statements" in told.out


def test_once_filled_in_nothing_is_asked_again_unless_it_is_wanted(server) -> None:
    backfill("--to", "2026-03-04")
    server.received.clear()
    again = backfill("--to", "2026-03-04", "--json").json
    assert (again["added"], server.received) == (0, [])
    assert again["done_until"] == again["to"] == "2026-03-05T00:00:00-05:00"
    wanted = backfill("--to", "2026-03-04", "--again", "--json").json
    assert (wanted["added"], wanted["repeated"]) == (0, 12)


def test_a_fault_ends_it_and_the_same_command_goes_on(server) -> None:
    days = ("--to", "2026-03-08", "--window", "1d")
    server.will(*[does.well] * 9)
    server.otherwise = does.status(500)
    failed = backfill(*days, "--json")
    assert (failed.status, failed.json["fault_kind"]) == (1, "http_5xx")
    reached = failed.json["done_until"]
    assert "2026-03-03" < reached < "2026-03-08"
    assert "Give the same command again" in backfill(*days, "--lang", "en").err
    server.otherwise = does.well
    server.received.clear()
    done = backfill(*days, "--json")
    assert (done.status, cases()) == (0, 28)
    asked = [
        one.query["lastUpdate.gte"] for one in server.received if one.query.get("offset") == "0"
    ]
    assert min(asked) == datetime.fromisoformat(reached).astimezone(UTC).strftime(
        "%Y-%m-%dT%H:%M:%SZ"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("telus", "--from", "2026-03-02"),
            "no source is named 'telus'; write one of: telus-tickets",
        ),
        (("telus-tickets", "--from", "hier"), "--from: 'hier' is no date"),
        (
            ("telus-tickets", "--from", "2026-03-02", "--to", "2026-03-01"),
            "--to: 2026-03-01 is before --from",
        ),
        (("telus-tickets", "--from", "2090-03-02"), "--from: 2090-03-02 has not come yet"),
        (
            ("telus-tickets", "--from", "2026-03-02", "--window", "a week"),
            "--window: 'a week' is not a span",
        ),
    ],
)
def test_what_cannot_be_filled_in_is_said(server, arguments, said: str) -> None:
    told = run("backfill", *arguments, "--lang", "en")
    assert told.status == 2
    assert said in told.err
    assert server.received == []


def test_what_is_delivered_as_files_has_no_past_to_ask_for(server) -> None:
    Path("depot").mkdir()
    with Path("vigie.yaml").open("a") as file:
        file.write(
            "  - {name: exports, provider: telus, kind: files, folder: depot, export: changes,"
            " stale_after: 1 d, mapping: {use: tmf621, resource: null, cursor: null}}\n"
        )
    told = run("backfill", "exports", "--from", "2026-03-02")
    assert told.status == 2
    assert "exports: its past cannot be asked for" in told.error
