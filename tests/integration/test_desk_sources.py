"""ServiceNow and Jira by YAML alone: checked, filled in, polled into a real database."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.app.making import collector_of
from monitor.cases.claim import ProviderClaim
from monitor.clock.wall import ManualClock
from monitor.collectors.poller import Outcome, poll_once
from monitor.settings import parse_settings
from monitor.simulator.misbehaving import MisbehavingServer
from monitor.store.claims import Claims
from monitor.store.database import Database, open_database
from monitor.store.observations import Observations
from monitor.store.purging import Purging
from monitor.store.schema import migrate
from monitor.store.tables import case
from tests.support.command_line import run
from tests.support.jira import Site
from tests.support.servicenow import Instance
from tests.support.sources import START

SOURCES = """\
http: {{port: 0}}
sources:
  - name: desk
    provider: telus
    url: {url}
    auth: {{type: basic, username: vigie, password: {{env: DESK}}}}
    slas: true
    {rest}
"""
SERVICENOW = "{kind: servicenow, mapping: servicenow-incident, audit: true, query: company=org-7}"
JIRA = "{kind: jira, mapping: jira-service-request, jql: project = SUP}"
LEVEL = {"name": "Time to resolution", "ongoingCycle": {"breached": False}}


def written(url: str, rest: str) -> str:
    keys = rest.strip("{}").split(", ")
    return SOURCES.format(url=url, rest="\n    ".join(keys))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def servicenow(clock):
    desk = Instance(clock)
    desk.open("network")
    with MisbehavingServer(desk) as server:
        yield desk, server, SERVICENOW


@pytest.fixture
def jira(clock):
    site = Site(clock)
    site.open()
    with MisbehavingServer(site) as server:
        yield site, server, JIRA


@pytest.fixture(params=["servicenow", "jira"])
def desk(request, monkeypatch):
    monkeypatch.setenv("DESK", "s3cret")
    return request.getfixturevalue(request.param)


def test_a_desk_that_answers_says_what_it_read(desk, tmp_path) -> None:
    _, server, rest = desk
    Path(tmp_path / "vigie.yaml").write_text(written(server.origin, rest))
    ran = run("--config", str(tmp_path / "vigie.yaml"), "source", "check", "desk", "--json")
    (found,) = ran.json["items"]
    assert (ran.status, found["level"]) == (0, "ok")
    assert "received 2026-11-23 15:00 UTC" in found["message"]
    asked = server.received[0].headers["Authorization"]
    assert asked.startswith("Basic ")
    assert "s3cret" not in ran.out


def test_a_desk_is_added_by_the_command_line(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DESK", "s3cret")
    path = tmp_path / "vigie.yaml"
    path.write_text("sources: []\n")
    common = (
        "--provider",
        "telus",
        "--auth",
        "basic",
        "--username",
        "vigie",
        "--secret",
        "env:DESK",
    )
    for name, *rest in (
        ("one", "--kind", "servicenow", "--mapping", "servicenow-incident"),
        ("two", "--kind", "jira", "--jql", "project = SUP", "--mapping", "jira-service-request"),
    ):
        desk = ("--url", f"https://{name}.example", *rest)
        ran = run("--config", str(path), "source", "add", name, *common, *desk)
        assert ran.status == 0, ran.err
    settings = parse_settings(path.read_text(), str(path))
    assert [source.kind for source in settings.sources] == ["servicenow", "jira"]


def test_an_answer_that_was_saved_is_tried(desk, tmp_path) -> None:
    answering, server, rest = desk
    Path(tmp_path / "vigie.yaml").write_text(written(server.origin, rest))
    answering.open("Courtoisie")
    path = (
        "rest/api/2/search?jql=project = SUP&maxResults=9"
        if "jira" in rest
        else ("api/now/table/incident?sysparm_limit=9")
    )
    saved = tmp_path / "desk.json"
    saved.write_text(json.dumps(answering.reply(f"/{path}").content))
    ran = run("--config", str(tmp_path / "vigie.yaml"), "source", "try", str(saved))
    assert ran.status == 2
    assert "give --source or --mapping" in ran.err
    ran = run(
        "--config", str(tmp_path / "vigie.yaml"), "source", "try", str(saved), "--source", "desk"
    )
    assert ran.status == 0
    assert ran.out.splitlines()[0].endswith("desk.json: JSON")
    assert "2 rows, 1 rejected" in ran.out
    assert "category 'Courtoisie' is mapped nowhere" in ran.out
    (tmp_path / "bad.json").write_text("{")
    arguments = ("source", "try", str(tmp_path / "bad.json"), "--source", "desk")
    assert "is not JSON" in run("--config", str(tmp_path / "vigie.yaml"), *arguments).err


def test_its_past_is_filled_in(desk, clock, tmp_path, monkeypatch) -> None:
    _, server, rest = desk
    monkeypatch.chdir(tmp_path)
    database = open_database("sqlite:///vigie.db")
    migrate(database)
    Path("vigie.yaml").write_text(written(server.origin, rest))
    told = run("backfill", "desk", "--from", "2026-11-23", "--to", "2026-11-23", "--json")
    with database.read() as connection:
        (row,) = connection.execute(select(case)).all()
    database.close()
    assert told.status == 0
    assert row.received_at == START


def test_what_is_polled_is_stored(desk, clock, database: Database) -> None:
    _, server, rest = desk
    (source,) = parse_settings(written(server.origin, rest), "vigie.yaml").sources
    collector = collector_of(source)
    try:
        result = poll_once(collector, Observations(database), clock.now())
        again = poll_once(collector, Observations(database), clock.now())
    finally:
        collector.close()
    assert (result.outcome, result.added, again.added) == (Outcome.COMPLETE, 1, 0)


def test_the_last_word_of_a_claim_is_kept(jira, clock, database: Database, monkeypatch) -> None:
    monkeypatch.setenv("DESK", "s3cret")
    site, server, rest = jira
    site.levels["SUP-1"] = [LEVEL, {**LEVEL, "name": "Time to first response"}]
    (source,) = parse_settings(written(server.origin, rest), "vigie.yaml").sources
    collector = collector_of(source)
    observations, claims = Observations(database), Claims(database)
    try:
        poll_once(collector, observations, clock.now())
        (first, second) = claims.of([1])[1]
        assert first.claim == ProviderClaim(name="Time to first response", breached=False)
        assert second.claim == replace(first.claim, name="Time to resolution")
        # The status stays, so that nothing new is stated; the claim is kept all the same.
        clock.advance(timedelta(minutes=5))
        site.touch("SUP-1")
        late = {"breached": True, "remainingTime": {"millis": -1500}}
        site.levels["SUP-1"] = [{"name": "Time to resolution", "ongoingCycle": late}]
        result = poll_once(collector, observations, clock.now())
    finally:
        collector.close()
    kept = {each.claim.name: each for each in claims.of([1])[1]}
    assert result.added == 0
    assert kept["Time to resolution"].claim == ProviderClaim(
        name="Time to resolution", breached=True, remaining=timedelta(seconds=-2)
    )
    assert kept["Time to resolution"].stated_at == clock.now()
    assert kept["Time to first response"].claim.breached is False


def test_a_claim_leaves_with_its_case(jira, clock, database: Database, monkeypatch) -> None:
    monkeypatch.setenv("DESK", "s3cret")
    site, server, rest = jira
    site.levels["SUP-1"] = [LEVEL]
    site.move("SUP-1", "Closed")
    (source,) = parse_settings(written(server.origin, rest), "vigie.yaml").sources
    collector = collector_of(source)
    try:
        poll_once(collector, Observations(database), clock.now())
    finally:
        collector.close()
    with database.write() as connection:
        connection.execute(case.update().values(is_open=False, marked_at=None))
    clock.advance(timedelta(days=4000))
    Purging(database).purge_cases(clock.now(), 100)
    assert Claims(database).of([1]) == {}
