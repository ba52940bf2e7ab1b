"""`vigie source poll`, by itself and through a daemon at work."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
from prometheus_client import CollectorRegistry

from monitor.app.control import DaemonControl
from monitor.clock.wall import ManualClock, SystemClock
from monitor.locale import language
from monitor.metrics import EventCounts
from monitor.simulator import Body, ProviderServer, SimulatedProvider
from monitor.simulator.misbehaving import MisbehavingServer
from monitor.store.database import open_database
from monitor.store.lock import sole_daemon
from monitor.web.application import create_app
from monitor.web.server import WebServer
from tests.support.command_line import Ran, run
from tests.support.daemon import running
from tests.support.scene import Scene, scene
from tests.support.servicenow import Instance
from tests.support.services import free_port
from tests.support.sources import START
from tests.unit.cli.test_check import Alive

BODY = Body("ORG-101", "Ministère des Exemples")
CONFIGURATION = """\
database: "{database}"
http: {{port: {port}}}
sources:
- name: telus-tickets
  provider: telus
  kind: tmf621-v4
  url: "{url}"
  every: 1 h
  stale_after: 2 h
  mapping: tmf621
- name: exports
  provider: telus
  kind: files
  folder: .
  pattern: "*.csv"
  export: changes
  stale_after: 1 d
  mapping:
    case_kind: ticket
    columns: {{ref: a, received_at: b, status: c, category: d}}
    status_map: {{x: closed}}
    category_map: {{x: incident}}
"""


DESK = """\
database: "{database}"
sources:
- {{name: desk, provider: telus, kind: servicenow, url: "{url}", mapping: servicenow-incident}}
"""


class Desk:
    def __init__(self, folder: Path, provider: SimulatedProvider, server: ProviderServer) -> None:
        self.folder = folder
        self.provider = provider
        self.server = server

    def poll(self, *arguments: str) -> Ran:
        return run("source", "poll", *arguments, "--config", str(self.folder / "vigie.yaml"))


@pytest.fixture
def desk(tmp_path: Path, sqlite_url: str) -> Iterator[Desk]:
    provider = SimulatedProvider("telus", SystemClock())
    with ExitStack() as stack:
        server = ProviderServer(provider).start()
        stack.callback(server.stop)
        text = CONFIGURATION.format(
            database=sqlite_url, url=server.url("tmf621-v4"), port=free_port()
        )
        (tmp_path / "vigie.yaml").write_text(text, encoding="utf-8")
        yield Desk(tmp_path, provider, server)


def test_it_polls_by_itself_where_no_daemon_is_at_work(desk: Desk) -> None:
    ref = desk.provider.open_ticket("incident", BODY)
    desk.provider.open_ticket("Plainte", BODY)
    told = desk.poll("telus-tickets", "--json")
    assert told.status == 0, told.err
    assert told.json["by"] == "command"
    assert (told.json["outcome"], told.json["observations"]) == ("complete", 1)
    assert told.json["quarantined"] == 1
    assert told.json["batches"] >= 1
    again = desk.poll("telus-tickets")
    assert "polled to the end" in again.out
    assert "new statements: 0" in again.out
    desk.provider.change_status(ref, "resolved")
    case = desk.poll("telus-tickets", "--case", ref, "--case", "INC-0", "--json").json
    assert (case["outcome"], case["observations"]) == ("refreshed", 1)
    assert case["missing"] == ["telus:ticket:INC-0"]


def test_a_fault_is_told_and_kept(desk: Desk) -> None:
    desk.server.stop()
    ran = desk.poll("telus-tickets", "--json")
    assert (ran.status, ran.json["outcome"], ran.json["failures"]) == (1, "fault", 1)
    assert ran.json["fault_kind"] == "unreachable"
    assert "cannot be reached" in desk.poll("telus-tickets").err
    french = run(
        "source",
        "check",
        "telus-tickets",
        "--config",
        str(desk.folder / "vigie.yaml"),
        LANG="fr_CA.UTF-8",
    )
    assert french.status == 2
    assert "injoignable" in french.out
    desk.server = ProviderServer(desk.provider).start()


def test_what_cannot_be_asked_so_is_said(desk: Desk) -> None:
    assert "leave --case out" in desk.poll("exports", "--case", "X").error
    assert "no source is named" in desk.poll("telus-ticket").error
    assert desk.poll("exports", "--json").json["outcome"] == "complete"


def test_one_case_of_a_desk_can_be_asked_for(tmp_path: Path, sqlite_url: str) -> None:
    instance = Instance(ManualClock(START))
    refs = [instance.open(), instance.open()]
    with MisbehavingServer(instance) as server:
        text = DESK.format(database=sqlite_url, url=server.origin)
        (tmp_path / "vigie.yaml").write_text(text, encoding="utf-8")
        told = run(
            "source", "poll", "desk", "--case", refs[1], "--json",
            "--config", str(tmp_path / "vigie.yaml"),
        )  # fmt: skip
    assert told.status == 0, told.err
    assert (told.json["outcome"], told.json["observations"]) == ("refreshed", 1)


def test_it_polls_through_a_daemon_at_work(desk: Desk) -> None:
    with running(desk.folder) as daemon:
        daemon.wait_for("started")
        desk.provider.open_ticket("incident", BODY)
        # Asked before, after or while the daemon polls for the first time: it is asked again.
        ran = desk.poll("telus-tickets", "--json")
        assert ran.status == 0, ran.err
        assert ran.json["by"] == "daemon"
        assert ran.json["outcome"] == "complete"
        # The daemon's own first poll may have been the one that met it.
        assert ran.json["observations"] + ran.json["known"] == 1


def test_a_daemon_that_cannot_be_reached_is_named(desk: Desk, sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    with sole_daemon(database, now=SystemClock().now()):
        refused = desk.poll("telus-tickets").error
    database.close()
    assert "a daemon is at work on this database (process " in refused


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path, "2026-11-23 08:00") as opened:
        yield opened


def test_the_daemon_does_only_what_the_key_of_its_database_asks_for(played: Scene) -> None:
    woken: list[int] = []
    control = DaemonControl(played.station, EventCounts(), lambda: woken.append(1))
    app = create_app(CollectorRegistry(), Alive(), language("fr"), control=control)
    ref = played.telus.open_ticket("incident", BODY)
    with WebServer(app, "127.0.0.1", 0) as server:

        def ask(source: str, key: str, **body: object) -> requests.Response:
            headers = {"Authorization": f"Bearer {key}"}
            url = f"{server.url}/api/v1/sources/{source}/poll"
            return requests.post(url, json=body, headers=headers, timeout=10)

        assert ask("telus-tickets", "x", cases=[]).status_code == 401
        assert ask("nobody", control.key, cases=[]).status_code == 404
        assert ask("telus-tickets", control.key).status_code == 400
        assert woken == []
        told = ask("telus-tickets", control.key, cases=[ref]).json()
        assert (told["outcome"], told["observations"]) == ("refreshed", 1)
        assert ask("telus-tickets", control.key, cases=[]).json()["known"] == 1
        assert woken == [1, 1]
