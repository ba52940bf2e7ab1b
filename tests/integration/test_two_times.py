"""What was held at an instant, and how it stood by all that is known today: both are answered."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.cases.moment import Moment
from monitor.cases.obligation import Verdict
from monitor.cases.records import ANY, Sought
from monitor.cli.past import standing_then
from monitor.cli.standing import Selection, Standing
from monitor.engine.apply import apply_rules
from monitor.settings import load_settings
from monitor.shown.at_work import RulesAtWork
from monitor.store import past
from monitor.store.database import open_database
from monitor.store.rulebook import Rulebook
from tests.support.cases import utc
from tests.support.command_line import run
from tests.support.rulings import book
from tests.support.world import World, order, rules, ticket

RECEIVED = "2026-11-23 09:00"
"""A Monday. 7 business hours end at 16:00, 50% at 12:30, 80% at 14:36."""
SETTINGS = """\
database: {url}
http: {{port: 0}}
sources:
  - {{name: telus-tickets, provider: telus, kind: tmf621-v4, url: 'http://127.0.0.1:9/x', mapping: tmf621}}
"""
EVERYTHING = Selection(settled=True, sought=ANY, limit=None)


@pytest.fixture
def world(database_url, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("vigie.yaml").write_text(SETTINGS.format(url=database_url))
    database = open_database(database_url)
    yield World(database)
    database.close()


def at_work(world: World) -> RulesAtWork:
    return RulesAtWork(Rulebook(world.database), world.rules.book)


def now(world: World, selection: Selection = EVERYTHING) -> Any:
    settings = load_settings(Path("vigie.yaml"))
    standing = Standing.read(world.readings, settings, at_work(world).book, selection, world.now)
    return shown(standing)


def then(
    world: World,
    *,
    as_of: str | None = None,
    known_at: str | None = None,
    selection: Selection = EVERYTHING,
) -> Any:
    known = None if known_at is None else utc(known_at)
    at = known if as_of is None else utc(as_of)
    assert at is not None
    settings = load_settings(Path("vigie.yaml"))
    return shown(
        standing_then(
            world.readings,
            settings,
            at_work(world),
            selection,
            Moment(at=at, known_at=known),
            as_held=as_of is None,
        )
    )


def shown(standing: Standing) -> list[dict[str, Any]]:
    """The figures; who vouched for them then is not kept."""
    listed = standing.as_json()["obligations"]
    return [
        {name: value for name, value in each.items() if name != "confirmed_at"} for each in listed
    ]


def by_name(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(listed, key=lambda each: (each["case"], each["commitment"]))


def verdicts(listed: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(each["verdict"], each["reason"]) for each in listed]


def eventful(world: World) -> dict[str, Any]:
    """Three days in which much is learned late; what `status --all` told at each of its instants."""
    told = {}

    def look(at: str) -> None:
        world.at(at).tick()
        told[at] = by_name(now(world))

    world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)
    world.says("received", RECEIVED, received_at=RECEIVED, key=ticket("INC-2"))
    look("2026-11-23 09:06")
    world.run_until("2026-11-23 12:00")
    world.says(
        "received",
        "2026-11-23 11:59",
        received_at="2026-11-23 11:59",
        key=order("PO-1"),
        category="delivery",
    )
    look("2026-11-23 12:01")
    world.run_until("2026-11-23 16:30")
    look("2026-11-23 16:30")
    world.says("resolved", "2026-11-23 15:00", received_at=RECEIVED, key=ticket("INC-2"))
    look("2026-11-23 16:31")
    # Silent from here until the morning.
    look("2026-11-23 20:00")
    look("2026-11-24 03:00")
    world.at("2026-11-24 09:00").says("resolved", "2026-11-23 15:59", received_at=RECEIVED)
    world.says(
        "received",
        "2026-11-23 11:59",
        received_at="2026-11-23 11:59",
        key=order("PO-1"),
        category="delivery",
        place="Kuujjuaq",
    )
    look("2026-11-24 09:01")
    look("2026-11-25 09:01")
    return told


def test_what_was_held_at_each_instant_is_what_status_told_at_it(world) -> None:
    told = eventful(world)
    for at, listed in told.items():
        assert by_name(then(world, known_at=at)) == listed, at
    assert len({str(listed) for listed in told.values()}) > 5


def test_what_was_held_before_anything_was_known_is_nothing(world) -> None:
    eventful(world)
    assert then(world, known_at="2026-11-23 09:04") == []


def test_the_past_by_all_that_is_known_today(world) -> None:
    eventful(world)
    world.polled_tick()
    by_case = {
        (each["case"], each["commitment"]): each for each in then(world, as_of="2026-11-23 20:00")
    }
    # A silence that has ended leaves nothing unknown, and what was learned late counts.
    assert by_case["INC-1", "incident-resolution"]["verdict"] == "met"
    assert by_case["INC-2", "incident-resolution"]["verdict"] == "met"
    # The promise for local places never was owed on it.
    assert [name for case, name in by_case if case == "PO-1"] == ["delivery-remote"]
    assert verdicts(then(world, as_of="2026-11-23 14:00"))[0] == ("pending", "within_time")
    # At 15:30 one was done, at 14:00 none.
    open_then = replace(EVERYTHING, settled=False)
    assert len(then(world, as_of="2026-11-23 15:30", selection=open_then)) == 2
    assert len(then(world, as_of="2026-11-23 14:00", selection=open_then)) == 3


def test_the_past_as_known_at_another_instant(world) -> None:
    eventful(world)
    told = frozenset({Verdict.BREACHED, Verdict.MET, Verdict.UNKNOWN, Verdict.AT_RISK})
    incident = replace(EVERYTHING, sought=Sought(verdicts=told))

    def asked(as_of: str, known_at: str) -> list[tuple[str, str, str]]:
        listed = then(world, as_of=as_of, known_at=known_at, selection=incident)
        return sorted((e["case"], e["verdict"], e["reason"]) for e in listed)

    assert asked("2026-11-23 16:15", "2026-11-23 16:29") == [
        ("INC-1", "breached", "deadline_passed"),
        ("INC-2", "breached", "deadline_passed"),
    ]
    assert asked("2026-11-23 16:15", "2026-11-23 16:31") == [
        ("INC-1", "breached", "deadline_passed"),
        ("INC-2", "met", "stopped_in_time"),
    ]
    assert asked("2026-11-23 16:15", "2026-11-24 09:01") == [
        ("INC-1", "met", "stopped_in_time"),
        ("INC-2", "met", "stopped_in_time"),
    ]


def test_as_of_now_is_what_is_held_now(world) -> None:
    eventful(world)
    world.polled_tick()
    owed_now = [each for each in by_name(now(world)) if each["reason"] != "no_longer_owed"]
    assert by_name(then(world, as_of="2026-11-25 09:01")) == owed_now


def test_what_was_held_rests_on_the_rules_of_its_time(world) -> None:
    world.rules = rules(book=book())
    apply_rules(Rulebook(world.database), book(), now=world.now)
    received = "2026-11-23 13:00"
    world.at("2026-11-23 13:05").says("received", received, received_at=received)
    world.run_until("2026-11-24 09:30")
    before = now(world)
    world.at("2026-11-24 10:00")
    closed = book(closed={"2026-11-24": "Tempête"})
    world.rules = rules(book=closed)
    apply_rules(Rulebook(world.database), closed, now=world.now)
    world.tick()
    assert then(world, known_at="2026-11-24 09:30") == before
    assert then(world, as_of="2026-11-24 09:30", known_at="2026-11-24 09:30") == before
    (restated,) = then(world, as_of="2026-11-24 09:30")
    assert restated["due_at"] == "2026-11-25T11:00:00-05:00"


def test_all_is_read_in_pages_the_most_urgent_shown_first(world, monkeypatch) -> None:
    monkeypatch.setattr(past, "PAGE", 2)
    for number, minute in enumerate((30, 10, 50, 20, 40)):
        at = f"2026-11-23 09:{minute}"
        world.at("2026-11-23 09:59").says("received", at, received_at=at, key=ticket(f"T-{number}"))
    world.tick()
    for option in ("known_at", "as_of"):
        moment: dict[str, Any] = {option: "2026-11-23 10:00"}
        listed = then(world, **moment)
        assert [each["case"] for each in listed] == ["T-1", "T-3", "T-0", "T-4", "T-2"]
        few = replace(EVERYTHING, limit=2)
        assert [each["case"] for each in then(world, selection=few, **moment)] == ["T-1", "T-3"]


def test_the_commands_answer_both(world) -> None:
    eventful(world)
    held = run("status", "--json", "--known-at", "2026-11-23T16:30-05:00")
    assert (held.status, held.json["known_at"]) == (0, "2026-11-23T16:30:00-05:00")
    assert {each["verdict"] for each in held.json["obligations"]} == {"breached", "pending"}
    assert (held.json["sources"], held.json["outbox"]) == ([], None)
    restated = run(
        "status", "--json", "--all", "--as-of", "2026-11-23 16:30", "--zone", "America/Toronto"
    )
    assert restated.json["known_at"] is None
    assert [each["verdict"] for each in restated.json["obligations"]].count("met") == 2
    told = run("status", "--known-at", "2026-11-23T16:30-05:00", "--lang", "fr").out
    assert "telles qu’elles étaient connues" in told


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        (("--as-of", "2026-11-23T16:30"), "does not say in which zone"),
        (("--known-at", "2099-01-01T00:00Z"), "is still to come"),
        (("--as-of", "yesterday"), "is not a date and time"),
        (("--as-of", "2026-11-01 01:30", "--zone", "America/Toronto"), "occurs twice"),
    ],
)
def test_an_instant_that_names_none_or_two_is_refused(world, arguments, wrong) -> None:
    for command in (("status",), ("explain", "INC-1")):
        ran = run(*command, *arguments)
        assert ran.status == 2
        assert wrong in ran.error


def test_explain_shows_the_work_of_then(world) -> None:
    eventful(world)
    known = run(
        "explain",
        "INC-1",
        "--json",
        "--as-of",
        "2026-11-23T16:15-05:00",
        "--known-at",
        "2026-11-23T20:00-05:00",
    ).json
    (owed,) = known["obligations"]
    assert (owed["verdict"], owed["elapsed"]) == ("breached", 7 * 3600 + 900)
    assert sum(s["counted_seconds"] for s in owed["segments"]) == owed["elapsed"]
    assert [each["status"] for each in known["observations"]] == ["received"]
    assert [(each["step"], each["verdict"]) for each in known["escalations"]] == [
        ("half", "pending"), ("warning", "at_risk"), ("breach", "breached"),
    ]  # fmt: skip
    today = run("explain", "INC-1", "--json", "--as-of", "2026-11-23T16:15-05:00").json
    assert today["obligations"][0]["verdict"] == "met"
    assert today["obligations"][0]["stopped_at"] == "2026-11-23T15:59:00-05:00"
    assert run("explain", "INC-1", "--as-of", "2026-11-23T08:59-05:00").error == (
        "'INC-1' had not been received by then, as far as was known"
    )


def test_explain_lists_what_was_held_and_from_when(world) -> None:
    eventful(world)
    held = run("explain", "INC-1", "--json").json["held"]
    assert [(each["verdict"], each["from"][5:16]) for each in held] == [
        ("pending", "11-23T09:06"),
        ("at_risk", "11-23T14:36"),
        ("breached", "11-23T16:00"),
        ("met", "11-24T09:01"),
    ]
    assert held[-1]["from"] == "2026-11-24T09:01:00-05:00"
    assert "What was held" in run("explain", "INC-1").out
