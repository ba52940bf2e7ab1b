"""`ack`, `silence`, `hold`, `audit` and `policy simulate` on what an engine really stored."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from monitor.clock.wall import SystemClock
from monitor.store.database import open_database
from tests.support.cases import KEY
from tests.support.command_line import run
from tests.support.world import World, ticket

SETTINGS = """\
database: {url}
http: {{port: 0}}
channels: {{screen: {{type: console}}}}
recipients:
  - {{role: contract-manager, channel: screen, address: gestion}}
"""
RECEIVED = "2026-11-23 09:00"
DO = ("--by", "Ariane", "--why", "TELUS calls back")


@pytest.fixture
def world(database_url, tmp_path, monkeypatch):
    """A late case, judged, and a folder whose vigie.yaml leads to its database."""
    monkeypatch.chdir(tmp_path)
    Path("vigie.yaml").write_text(SETTINGS.format(url=database_url))
    database = open_database(database_url)
    world = World(database)
    for ref in ("INC-1", "INC-2"):
        world.at(RECEIVED).says("received", RECEIVED, received_at=RECEIVED, key=ticket(ref))
    world.run_until("2026-11-23 17:00")
    yield world
    database.close()


def shown(ref: str) -> dict[str, Any]:
    """The case's obligation as `vigie status --json` shows it."""
    return next(o for o in run("status", "--json").json["obligations"] if o["case"] == ref)


def test_acknowledged_shown_and_given_up(world):
    made = run("ack", "INC-1", "--until", "4 h", *DO, "--json")
    assert made.status == 0, made.err
    assert (made.json["case"], made.json["by"]) == ("INC-1", "Ariane")
    muted = shown("INC-1")["muted"]
    assert (muted["kind"], muted["by"], muted["why"]) == (
        "acknowledged", "Ariane", "TELUS calls back",
    )  # fmt: skip
    assert shown("INC-2")["muted"] is None
    assert "Breached, acknowledged" in run("status").out
    assert "acknowledged by Ariane: TELUS calls back" in run("explain", "INC-1").out
    assert [each["case"] for each in run("ack", "--json").json] == ["INC-1"]
    ended = run("ack", "INC-1", "--end", "--why", "passed on", "--by", "Ariane")
    assert ended.out == "INC-1: no longer acknowledged; its escalation goes on.\n"
    assert run("ack").out == "None.\n"
    # The daemon's next tick heeds it.
    world.clock.move_to(SystemClock().now() + timedelta(seconds=1))
    world.tick()
    assert "lapsed#1" in world.fired(KEY)


def test_the_user_logged_in_acts_unless_told_otherwise(world, monkeypatch):
    monkeypatch.setenv("LOGNAME", "acadie")
    run("hold", "INC-1", "--why", "twice")
    assert run("audit", "list", "--json").json[0]["who"] == "acadie"


def test_held_and_released(world):
    assert run("hold", "INC-1", *DO).out == "INC-1: on hold; nobody is told of it.\n"
    assert "on hold by Ariane" in run("explain", "INC-1").out
    assert run("hold", "INC-1", *DO).error == "'INC-1' is on hold already"
    assert "INC-1" in run("hold").out
    assert run("hold", "INC-1", "--release", *DO).status == 0
    assert run("hold", "--json").json == []


def test_silenced_listed_and_ended(world):
    made = run("silence", "add", "--provider", "telus", "--case", "INC-2", "--until", "2 h", *DO)
    assert made.status == 0, made.err
    (listed,) = run("silence", "list", "--json").json
    assert listed["matchers"] == {"provider": ["telus"], "case": ["INC-2"]}
    assert listed["in_force"]
    assert (shown("INC-2")["muted"] or {})["kind"] == "silenced"
    assert shown("INC-1")["muted"] is None
    assert run("silence", "end", "1", *DO).out == "Silence 1: ended.\n"
    assert run("silence", "list").out == "None.\n"
    assert len(run("silence", "list", "--all", "--json").json) == 1


def test_a_silence_to_come(world):
    run("silence", "add", "--provider", "telus", "--from", "1 h", "--until", "2 h", *DO)
    assert "to come" in run("silence", "list").out
    assert shown("INC-1")["muted"] is None


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("ack", "INC-9", "--until", "4 h", *DO), "no case has the reference 'INC-9'"),
        (("ack", "INC-1", *DO), "--until is missing: it is needed here"),
        (("ack", "INC-1", "--until", "4 h"), "--why is missing: it is needed here"),
        (("ack", "INC-1", "--until", "2020-01-01T09:00", *DO), "until: is past"),
        (("ack", "INC-1", "--until", "soon", *DO), "'soon' is not a date and time"),
        (("ack", "INC-1", "--end", *DO), "'INC-1' is not acknowledged"),
        (("ack", "INC-1", "--until", "4 h", "--why", " "), "why: is empty"),
        (
            ("ack", "INC-1", "--commitment", "password-reset", "--until", "4 h", *DO),
            "'password-reset' is not open on 'INC-1': write one of incident-resolution",
        ),
        (("hold", "INC-1", "--release", *DO), "'INC-1' is not on hold"),
        (("silence", "add", "--until", "4 h", *DO), "a silence of everything"),
        (
            ("silence", "add", "--provider", "telus", "--from", "5 h", "--until", "4 h", *DO),
            "the silence ends before it starts",
        ),
        (("silence", "end", "7", *DO), "there is no silence 7"),
        (("policy", "simulate"), "give a case, or --commitment, --received and --provider"),
        (("policy", "simulate", "INC-1", "--place", "Québec"), "a stored case is as it is"),
        (("policy", "simulate", "INC-1", "--commitment", "x"), "'INC-1' owes no 'x'"),
    ],
)
def test_what_cannot_be_done_is_one_line(world, arguments, error):
    refused = run(*arguments)
    assert refused.status == 2
    assert error in refused.error
    assert run("audit", "list", "--json").json == []


def test_the_log_tells_all_and_shows_tampering(world):
    run("ack", "INC-1", "--until", "4 h", *DO)
    run("ack", "INC-1", "--end", *DO)
    run("silence", "add", "--provider", "telus", "--until", "2 h", *DO)
    entries = run("audit", "list", "--json").json
    assert [(each["number"], each["what"], each["how"]) for each in entries] == [
        (3, "silence", "cli"), (2, "end acknowledgement", "cli"), (1, "acknowledge", "cli"),
    ]  # fmt: skip
    assert entries[2]["details"]["case"] == str(KEY)
    assert entries[2]["details"]["why"] == "TELUS calls back"
    whole = run("audit", "verify", "--json").json
    assert (whole["ok"], whole["entries"]) == (True, 3)
    head = whole["head"]

    # The database itself refuses a change,
    for change in ("UPDATE audit SET who = 'nobody' WHERE number = 2", "DELETE FROM audit"):
        with (
            pytest.raises(DBAPIError, match="only added to"),
            world.database.write() as connection,
        ):
            connection.execute(text(change))
    # and a change made all the same shows,
    lift_the_guard(world)
    with world.database.write() as connection:
        connection.execute(text("UPDATE audit SET who = 'nobody' WHERE number = 2"))
    tampered = run("audit", "verify")
    assert tampered.status == 1
    assert "line 2 was changed" in tampered.err
    # as does a line taken out.
    with world.database.write() as connection:
        connection.execute(text("DELETE FROM audit WHERE number = 2"))
    assert "line 2 is missing" in run("audit", "verify").err
    with world.database.write() as connection:
        connection.execute(text("DELETE FROM audit WHERE number = 3"))
    assert run("audit", "verify").status == 0
    assert "lines were taken away" in run("audit", "verify", "--head", head).err


def lift_the_guard(world) -> None:
    with world.database.write() as connection:
        if world.database.is_sqlite:
            connection.execute(text("DROP TRIGGER audit_no_update"))
            connection.execute(text("DROP TRIGGER audit_no_delete"))
        else:
            connection.execute(text("DROP TRIGGER audit_no_change ON audit"))


def test_a_policy_played_through_on_a_stored_case(world):
    (played,) = run("policy", "simulate", "INC-1", "--json").json
    assert played["commitment"] == "incident-resolution"
    assert [(each["step"], each["at"][:16], each["fate"]) for each in played["steps"]] == [
        ("half", "2026-11-23T12:30", "fires"),
        ("warning", "2026-11-23T14:36", "fires"),
        ("breach", "2026-11-23T16:00", "fires"),
        ("complaint", "2026-11-24T11:00", "fires"),
        ("adviser", "2026-11-25T16:00", "fires"),
    ]
    assert played["steps"][0]["recipients"] == [
        {"role": "contract-manager", "channel": "screen", "address": "gestion"}
    ]


def test_a_stored_case_that_closed(world):
    world.at("2026-11-24 09:00").says("resolved", received_at=RECEIVED)
    (played,) = run("policy", "simulate", "INC-1", "--json").json
    assert [(each["step"], each["fate"]) for each in played["steps"]][3:] == [
        ("closed", "fires"), ("complaint", "closed"), ("adviser", "closed"),
    ]  # fmt: skip
