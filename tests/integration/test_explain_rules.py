"""A ledger is told by the rules its figures rest on, whatever the configuration says since."""

from pathlib import Path

import pytest

from monitor.contract.model import PlaceRuling
from monitor.store.database import open_database
from tests.support.command_line import run
from tests.support.rulings import apply, book, promising, version, without
from tests.support.world import World, order, ticket

RECEIVED = "2026-11-23 09:00"
SETTINGS = "database: {url}\n"


@pytest.fixture
def world(sqlite_url, tmp_path, monkeypatch):
    """A ticket resolved in six hours of its seven, under the shipped contract."""
    monkeypatch.chdir(tmp_path)
    Path("vigie.yaml").write_text(SETTINGS.format(url=sqlite_url))
    database = open_database(sqlite_url)
    world = World(database)
    apply(world, book())
    world.at("2026-11-23 15:00").says("received", RECEIVED, received_at=RECEIVED)
    world.says("resolved", received_at=RECEIVED)
    world.tick()
    yield world
    database.close()


def explained(case="INC-1"):
    ran = run("explain", case, "--json")
    assert ran.status == 0, ran.err
    return ran.json


def figures(shown):
    return {
        owed["commitment"]: (owed["due_at"][:16], owed["elapsed"], owed["verdict"])
        for owed in shown["obligations"]
    }


def test_an_edited_configuration_changes_no_ledger_before_it_is_applied(world):
    before = figures(explained())
    assert before == {"incident-resolution": ("2026-11-23T16:00", 21_600, "met")}
    text = Path("vigie.yaml").read_text()
    Path("vigie.yaml").write_text(text + "closed_days: {2026-11-23: Tempête}\n", encoding="utf-8")
    assert figures(explained()) == before
    warned = "Warning: the figures rest on other rules than vigie.yaml has now"
    for command in (("explain", "INC-1"), ("status",)):
        assert run(*command).err.startswith(warned)
    apply(world, book(closed={"2026-11-23": "Tempête"}))
    world.tick()
    assert figures(explained()) == {"incident-resolution": ("2026-11-24T15:00", 0, "met")}
    assert run("explain", "INC-1").err == ""


def test_a_ledger_names_its_rules_by_their_fingerprint(world):
    first = explained()["rules"]
    assert first["applied_at"].startswith("2026-11-23T08:00")
    assert f"fingerprint {first['digest'][:12]}" in run("explain", "INC-1").out
    apply(world, book(closed={"2026-12-23": "Fermeture"}))
    assert explained()["rules"]["digest"] != first["digest"]
    apply(world, book())
    assert explained()["rules"]["digest"] == first["digest"]


def test_a_promise_withdrawn_is_told_by_the_rules_it_was_judged_by(world):
    stored = world.owed("incident-resolution").evaluation
    apply(world, book(version(without("incident-resolution"), version="2")))
    world.tick()
    # Of other days since: rules that have nothing to do with it.
    apply(world, book(version(without("incident-resolution"), version="3")))
    shown = explained()
    (owed,) = shown["obligations"]
    assert owed["contract_version"] == version().version
    assert (owed["verdict"], owed["reason"]) == ("cancelled", "no_longer_owed")
    assert owed["elapsed"] == stored.elapsed_seconds
    assert sum(segment["counted_seconds"] for segment in owed["segments"]) == owed["elapsed"]


def test_what_was_released_counts_no_further_and_says_why(world):
    world.at("2026-11-23 15:31").says(
        "received", "2026-11-23 15:30", received_at="2026-11-23 15:30",
        key=order("PO-1"), category="delivery", place="Gatineau",
    )  # fmt: skip
    world.tick()
    world.at("2026-11-25 12:00")
    apply(world, book(rulings=(PlaceRuling(place="Gatineau", region="remote"),)))
    world.polled_tick()
    stored = world.owed("delivery-local", order("PO-1"))
    shown = {owed["commitment"]: owed for owed in explained("PO-1")["obligations"]}
    local, remote = shown["delivery-local"], shown["delivery-remote"]
    assert (local["verdict"], local["reason"]) == ("cancelled", "no_longer_owed")
    assert local["elapsed"] == stored.evaluation.elapsed_seconds
    assert remote["region"] == "remote"
    assert remote["region_reason"]["en"]
    text = run("explain", "PO-1").out
    assert "Region" in text
    assert remote["region_reason"]["en"] in text


def test_what_was_released_is_told_by_the_rules_of_its_time(world):
    world.at("2026-11-23 16:30").says(
        "received", RECEIVED, received_at=RECEIVED, key=ticket("T"), category="outage"
    )
    world.tick()
    world.at("2026-11-24 09:00").says("received", RECEIVED, received_at=RECEIVED, key=ticket("T"))
    world.tick()
    stored = world.owed("service-restoration", ticket("T"))
    world.at("2026-11-25 09:00")
    apply(world, book(version(without("service-restoration")), closed={"2026-11-23": "Tempête"}))
    world.polled_tick()
    shown = {owed["commitment"]: owed for owed in explained("T")["obligations"]}
    assert shown["service-restoration"]["elapsed"] == stored.evaluation.elapsed_seconds == 32_400


@pytest.mark.parametrize(
    ("at", "reason"),
    [("2026-11-23 15:00", "no_longer_owed"), ("2026-11-24 10:00", "reclassified_late")],
)
def test_a_promise_of_another_category_is_told_as_it_was_left(world, at, reason):
    world.at("2026-11-23 14:00").says("received", RECEIVED, received_at=RECEIVED, key=ticket("T"))
    world.tick()
    world.at(at).says(
        "received", RECEIVED, received_at=RECEIVED, key=ticket("T"), category="outage"
    )
    world.tick()
    stored = world.owed("incident-resolution", ticket("T")).evaluation
    shown = {owed["commitment"]: owed for owed in explained("T")["obligations"]}
    assert shown["incident-resolution"]["elapsed"] == stored.elapsed_seconds
    assert shown["incident-resolution"]["reason"] == reason
    assert shown["service-restoration"]["verdict"] != "cancelled"


def test_a_case_received_before_every_version_is_told_all_the_same(world):
    apply(world, book(version(promising("incident-resolution"), effective_from="2026-12-01")))
    world.tick()
    shown = explained()
    assert "was in force" in shown["fault"]
    assert figures(shown) == {"incident-resolution": ("2026-11-23T16:00", 21_600, "met")}
