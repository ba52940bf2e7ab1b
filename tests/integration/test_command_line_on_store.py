"""`status`, `explain`, `places --unknown` and `check` on what an engine really stored."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.cases.observation import CaseKey
from monitor.cases.records import ANY
from monitor.cli import standing
from monitor.cli.finding import find_case
from monitor.cli.standing import Selection, Standing
from monitor.collectors.base import Quarantined, SourceFault
from monitor.contract.model import CaseKind
from monitor.settings import load_settings
from monitor.shown.at_work import RulesAtWork
from monitor.shown.ledger import Ledger
from monitor.store.database import open_database
from monitor.store.rulebook import Rulebook
from tests.support.cases import said, utc
from tests.support.command_line import run
from tests.support.world import SOURCE, World, shipped_contract, ticket

STATUS_FIELDS = {
    "case", "provider", "organization", "kind", "commitment", "place", "received_at", "due_at",
    "elapsed", "remaining", "unit", "verdict", "reason", "confirmed_at",
}  # fmt: skip
RECEIVED = "2026-11-20 16:00"
SETTINGS = """\
database: {url}
http: {{port: 0}}
sources:
  - {{name: telus-tickets, provider: telus, kind: tmf621-v4, url: 'http://127.0.0.1:9/x', mapping: tmf621}}
"""


@pytest.fixture
def world(database_url, tmp_path, monkeypatch):
    """A database with an engine on it, and a folder whose vigie.yaml leads to it."""
    monkeypatch.chdir(tmp_path)
    Path("vigie.yaml").write_text(SETTINGS.format(url=database_url))
    database = open_database(database_url)
    yield World(database)
    database.close()


def receive(world, ref, at=RECEIVED, **changes):
    observed = said("received", at, received_at=at, key=ticket(ref), **changes)
    world.at(at).polled(observed)
    world.tick()
    return observed


def orders(world, ref, at, place):
    key = CaseKey("telus", CaseKind.ORDER, ref)
    observed = said("received", at, received_at=at, key=key, category="delivery", place=place)
    world.at(at).polled(observed)
    world.tick()


def resolve(world, ref, at, received_at=RECEIVED):
    world.at(at).polled(said("resolved", at, received_at=received_at, key=ticket(ref)))
    world.tick()


def selected(**changes):
    return replace(Selection(settled=False, sought=ANY, limit=None), **changes)


def standing_at(world, at, **changes):
    settings = load_settings(Path("vigie.yaml"))
    return Standing.read(world.readings, settings, shipped_contract(), selected(**changes), utc(at))


def test_status_lists_what_is_open_the_most_urgent_first(world):
    receive(world, "LATER", "2026-11-20 16:30")
    receive(world, "SOONER", "2026-11-20 15:30")
    orders(world, "FAR", "2026-11-20 15:00", "Kuujjuaq")
    ran = run("status", "--json")
    assert (ran.status, ran.err) == (0, "")
    assert set(ran.json["obligations"][0]) >= STATUS_FIELDS
    assert [each["case"] for each in ran.json["obligations"]] == ["SOONER", "LATER", "FAR"]
    far = ran.json["obligations"][2]
    assert (far["kind"], far["commitment"], far["place"]) == (
        "order",
        "delivery-remote",
        "Kuujjuaq",
    )
    assert far["due_at"] == "2026-12-02T00:00:00-05:00"
    assert far["unit"] == "business_days"
    assert far["confirmed_at"] == "2026-11-20T15:00:00-05:00"


@pytest.mark.parametrize(
    ("at", "elapsed", "remaining"),
    [
        ("2026-11-20 16:00", 0, 25_200),
        ("2026-11-20 16:59", 3540, 21_660),
        ("2026-11-22 12:00", 3600, 21_600),
        ("2026-11-23 14:00", 25_200, 0),
        ("2026-11-23 15:30", 30_600, -5400),
    ],
)
def test_elapsed_and_remaining_are_as_of_now(world, at, elapsed, remaining):
    receive(world, "INC-1")
    (owed,) = standing_at(world, at).as_json()["obligations"]
    assert (owed["elapsed"], owed["remaining"]) == (elapsed, remaining)


def test_what_is_settled_stands_still_and_is_shown_when_asked_for(world):
    receive(world, "OPEN")
    receive(world, "DONE")
    resolve(world, "DONE", "2026-11-23 09:00")
    assert [each["case"] for each in run("status", "--json").json["obligations"]] == ["OPEN"]
    shown = run("status", "--json", "--all").json["obligations"]
    assert [(each["case"], each["verdict"]) for each in shown][1] == ("DONE", "met")
    (done,) = run("status", "--json", "--verdict", "met").json["obligations"]
    assert (done["elapsed"], done["remaining"], done["reason"]) == (7200, 18_000, "stopped_in_time")
    assert done["stopped_at"] == "2026-11-23T09:00:00-05:00"


def test_status_is_narrowed_by_provider_verdict_and_number(world):
    for ref in ("A", "B", "C"):
        receive(world, ref)
    assert len(run("status", "--json", "--provider", "telus").json["obligations"]) == 3
    assert run("status", "--json", "--provider", "rogers").json["obligations"] == []
    assert run("status", "--json", "--verdict", "missed").json["obligations"] == []
    assert len(run("status", "--json", "--limit", "2").json["obligations"]) == 2


@pytest.mark.parametrize(
    ("options", "cases"),
    [
        ([], ["INC", "SAAQ", "ORDER"]),
        (["--all"], ["INC", "SAAQ", "ORDER", "DONE"]),
        (["--commitment", "incident-resolution"], ["INC", "SAAQ"]),
        (["--commitment", "incident-resolution", "--all"], ["INC", "SAAQ", "DONE"]),
        (["--commitment", "delivery-remote"], ["ORDER"]),
        (["--commitment", "delivery-local"], []),
        (["--organization", "SAAQ"], ["SAAQ"]),
        (["--organization", "saaq"], []),
        (["--kind", "order"], ["ORDER"]),
        (["--kind", "ticket", "--provider", "telus"], ["INC", "SAAQ"]),
        (["--kind", "deliverable"], []),
        (["--verdict", "met"], ["DONE"]),
        (["--verdict", "met", "--verdict", "pending"], ["INC", "SAAQ", "ORDER", "DONE"]),
        (["--all", "--limit", "3", "--kind", "ticket"], ["INC", "SAAQ", "DONE"]),
        (["--all", "--limit", "1", "--kind", "order"], ["ORDER"]),
    ],
)
def test_status_is_narrowed_by_what_is_sought(world, options, cases):
    receive(world, "INC", "2026-11-20 15:00")
    receive(world, "SAAQ", "2026-11-20 15:30", organization="SAAQ")
    receive(world, "DONE", "2026-11-20 15:45")
    orders(world, "ORDER", "2026-11-20 15:50", "Kuujjuaq")
    resolve(world, "DONE", "2026-11-20 16:00", received_at="2026-11-20 15:45")
    ran = run("status", "--json", *options)
    assert [each["case"] for each in ran.json["obligations"]] == cases


def test_status_pages_through_all_there_is_once_each(world, monkeypatch):
    monkeypatch.setattr(standing, "_PAGE", 2)
    for number in range(5):
        receive(world, f"OPEN-{number}")
        receive(world, f"DONE-{number}")
        resolve(world, f"DONE-{number}", f"2026-11-23 09:0{number}")
    shown = [
        owed.obligation.key.ref
        for owed in standing_at(world, "2026-11-23 10:00", settled=True).owed
    ]
    assert len(shown) == 10
    assert set(shown[:5]) == {f"OPEN-{number}" for number in range(5)}
    assert len(set(shown)) == 10


def test_status_tells_which_sources_cannot_be_relied_on(world):
    receive(world, "INC-1")
    fresh, late = standing_at(world, "2026-11-20 16:10"), standing_at(world, "2026-11-20 16:16")
    assert [source.stale for source in (*fresh.sources, *late.sources)] == [False, True]
    with Path("vigie.yaml").open("a") as file:
        file.write(
            "  - {name: new, provider: rogers, kind: tmf622-v4, url: 'http://127.0.0.1:9/y', mapping: tmf622}\n"
        )
    sources = {each["name"]: each for each in run("status", "--json").json["sources"]}
    assert sources["new"] == {
        "name": "new", "provider": "rogers", "confirmed_at": None, "stale": True, "failures": 0, "circuit": "closed",
        "fault_kind": None, "fault": None, "quarantined": 0, "unknown_statuses": [],
    }  # fmt: skip
    assert "Warning: source new: never polled" in run("status").err


def test_status_tells_what_a_source_says_that_nobody_can_read(world):
    receive(world, "INC-1")
    unmapped = said("Parked", RECEIVED, received_at=RECEIVED, key=ticket("INC-1"))
    world.polled(unmapped, quarantined=[Quarantined(ref="INC-2", reason="no date", payload={})])
    (source,) = run("status", "--json").json["sources"]
    assert (source["quarantined"], source["unknown_statuses"]) == (1, ["Parked"])
    told = run("status").err
    assert f"source {SOURCE}: 1 record cannot be read and is set aside" in told
    assert f"source {SOURCE}: status mapped nowhere: Parked" in told


def test_status_tells_of_a_circuit_that_is_open(world):
    receive(world, "INC-1")
    for failures in range(1, 6):
        assert "circuit is open" not in run("status").err
        fault = SourceFault("answered 500", kind="http_5xx")
        assert world.observations.record_fault(SOURCE, fault, at=world.now) == failures
    assert f"source {SOURCE}: its circuit is open after 5 faults in a row" in run("status").err
    (source,) = run("status", "--json").json["sources"]
    assert (source["circuit"], source["fault_kind"]) == ("open", "http_5xx")


def test_status_is_a_table_for_people(world):
    receive(world, "INC-1", organization="Ministère de l'Exemple")
    orders(world, "ORD-1", RECEIVED, "Nullepart")
    plain = " ".join(run("status", "--lang", "fr").out.split())
    assert plain.startswith("Dossier Prestataire Engagement Organisme Lieu Échéance Reste Verdict")
    assert "INC-1 telus incident-resolution Ministère de l'Exemple 23 nov. à 14 h" in plain
    assert "Nullepart ?" in plain
    assert "2 obligations en date du" in plain


def test_what_was_judged_by_a_contract_no_longer_configured_keeps_its_figures(world):
    receive(world, "INC-1")
    stored = world.owed("incident-resolution", ticket("INC-1"))
    Path("vigie.yaml").write_text(
        Path("vigie.yaml").read_text() + "contracts: [builtin:exemple-municipalite]\n"
    )
    (owed,) = run("status", "--json").json["obligations"]
    assert owed["elapsed"] == stored.evaluation.elapsed_seconds
    assert "is no longer configured" in run("explain", "INC-1").error


def explained_at(world, ref, at):
    record = find_case(world.readings, ref)
    source = {source.name: source for source in world.readings.sources()}[SOURCE]
    rules = RulesAtWork(Rulebook(world.database), shipped_contract())
    return Ledger.of(record, source, rules, utc(at)).as_json()


def test_explain_shows_each_stretch_and_why(world):
    receive(world, "INC-1", "2026-11-20 16:00", category="outage")
    (owed,) = explained_at(world, "INC-1", "2026-11-23 10:00")["obligations"]
    assert [(s["start"][5:16], s["counted_seconds"], s["reason"]) for s in owed["segments"]] == [
        ("11-20T16:00", 3600, "open"),
        ("11-20T17:00", 0, "outside_hours"),
        ("11-21T00:00", 0, "weekend"),
        ("11-23T00:00", 0, "outside_hours"),
        ("11-23T08:00", 7200, "open"),
    ]
    assert (owed["elapsed"], owed["due_at"]) == (10_800, "2026-11-25T13:00:00-05:00")
    assert owed["segments"][-1]["total_seconds"] == 10_800


@pytest.mark.parametrize(
    "at", ["2026-11-20 16:00", "2026-11-22 03:04:05", "2026-12-28 09:30", "2027-03-15 12:00"]
)
def test_the_segments_always_sum_to_the_elapsed_figure_of_status(world, at):
    receive(world, "INC-1")
    orders(world, "ORD-1", RECEIVED, "Kuujjuaq")
    status = {each["case"]: each for each in standing_at(world, at).as_json()["obligations"]}
    for ref, shown in status.items():
        (owed,) = explained_at(world, ref, at)["obligations"]
        segments = owed["segments"]
        assert sum(segment["counted_seconds"] for segment in segments) == owed["elapsed"]
        assert (owed["elapsed"], owed["remaining"]) == (shown["elapsed"], shown["remaining"])
        assert all(a["end"] == b["start"] for a, b in pairwise(segments))


def test_explain_names_holidays_and_the_statement_behind_each_stop(world):
    receive(world, "INC-1", "2026-12-24 10:00")
    resolve(world, "INC-1", "2026-12-29 09:00", "2026-12-24 10:00")
    (owed,) = run("explain", "INC-1", "--json").json["obligations"]
    assert [s["holiday"]["en"] for s in owed["segments"] if s["holiday"]] == [
        "Christmas Eve", "Christmas Day", "Day after Christmas",
    ]  # fmt: skip
    assert (owed["verdict"], owed["stopped_at"]) == ("met", "2026-12-29T09:00:00-05:00")
    assert sum(s["counted_seconds"] for s in owed["segments"]) == owed["elapsed"] == 3600


def test_explain_tells_a_person_all_it_rests_on(world):
    receive(world, "INC-1")
    world.run_until("2026-11-24 10:00")
    ran = run("explain", "INC-1", "--lang", "fr")
    plain = ran.out.replace("\N{NO-BREAK SPACE}", " ")
    for words in (
        "Billet INC-1 (telus)",
        "7 heures ouvrables",
        "ligne 6",
        "cspq-mobilite 2019-12-11",
        "quebec-support, America/Toronto, tzdata 20",
        "Fin de semaine.",
        "Transmissions au palier supérieur",
        "Déclarations de la source",
        "2026-11-20 16:00:00  2026-11-20 17:00:00  1:00:00",
        "[1]          Temps ouvrable.",
        "gestionnaire du contrat (en attente)",
    ):
        assert words in plain
    escalations = run("explain", "INC-1", "--json").json["escalations"]
    assert [each["step"] for each in escalations][:2] == ["half", "warning"]


def test_a_reference_of_two_cases_asks_which(world):
    receive(world, "1042")
    orders(world, "1042", RECEIVED, "Québec")
    ran = run("explain", "1042")
    assert ran.status == 2
    assert "telus:order:1042, telus:ticket:1042" in ran.error
    assert run("explain", "telus:order:1042", "--json").json["kind"] == "order"


def test_an_unknown_reference_suggests_the_nearest(world):
    receive(world, "TT-1042")
    assert (
        run("explain", "TT-1024").error
        == "no case has the reference 'TT-1024': did you mean 'TT-1042'?"
    )
    assert run("explain", "zzz").error == "no case has the reference 'zzz'"


def test_places_nobody_knows_are_listed_with_what_rests_on_them(world):
    orders(world, "ORD-1", RECEIVED, "Nullepart")
    orders(world, "ORD-2", RECEIVED, "Nullepart")
    orders(world, "ORD-3", RECEIVED, "Québec")
    (told,) = run("places", "--unknown", "--json").json
    assert (told["place"], told["obligations"], told["region"]) == ("Nullepart", 2, "local")
    assert told["reason_code"] == "unknown"
    assert "'Nullepart': unknown place; to be confirmed." in run("places", "--unknown").out


def test_nothing_stored_is_said_plainly(world):
    assert run("status", "--json").json["obligations"] == []
    assert run("places", "--unknown").out == "Every place that was stated is known.\n"
    assert run("explain", "INC-1").error == "no case has the reference 'INC-1'"
    assert world.readings.sources() == []


def test_check_says_where_the_database_stands(world):
    ran = run("check", "--json")
    assert ran.status == 0
    assert next(i["message"] for i in ran.json["items"] if i["item"] == "database").endswith(
        ": up to date"
    )
    with world.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'tomorrow'"))
    ran = run("check", "--json")
    assert ran.status == 2
    (wrong,) = [item for item in ran.json["items"] if item["level"] == "error"]
    assert wrong["item"] == "database"
    assert "newer than this program" in wrong["message"]
    for command in (("status",), ("explain", "INC-1"), ("places", "--unknown")):
        ran = run(*command)
        assert ran.status == 2
        assert "newer than this program" in ran.error


def test_an_empty_database_waits_for_the_daemon(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("vigie.yaml").write_text("http: {port: 0}")
    open_database("sqlite:///vigie.db").close()
    ran = run("check", "--json")
    assert ran.status == 0
    assert any(
        "'vigie run' will bring its tables up to date" in i["message"] for i in ran.json["items"]
    )
    assert "start 'vigie run' once" in run("status").error
