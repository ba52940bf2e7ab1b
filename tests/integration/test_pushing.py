"""Sources that push over HTTP, on the real server and both databases."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest
import requests
from prometheus_client import CollectorRegistry

from monitor.app import Station, assemble
from monitor.app.pushing import PushDoor
from monitor.cases.obligation import Verdict
from monitor.clock.wall import ManualClock
from monitor.configuration import load_configuration
from monitor.errors import InputError
from monitor.locale import language
from monitor.metrics import EventCounts
from monitor.settings import parse_settings
from monitor.store.database import Database, open_database
from monitor.store.tables import observation, quarantine
from monitor.store.tables import source as source_table
from monitor.web.application import create_app
from monitor.web.limits import LARGEST_PUSH
from monitor.web.pushing import MOST_RECORDS
from monitor.web.server import WebServer
from tests.support.cases import utc
from tests.support.daemon import Process
from tests.support.world import World
from tests.unit.cli.test_check import Alive

TOKEN = "a-token-that-nobody-guesses"
SOURCE = """\
- name: rogers-push
  provider: rogers
  kind: push
  token: {file: token}
  a_minute: %d
  gone_after: 2
  stale_after: 15 min
  mapping:
    case_kind: ticket
    fields:
      ref: id
      received_at: opened
      status: state
      category: kind
      changed_at: since
    status_map: {open: in_progress, solved: restored}
    category_map: {outage: outage, incident: incident}
    outside_contract: [billing]
"""
OPENED = "2026-11-23T09:00:00-05:00"


def record(ref: str, state: str = "open", **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": ref,
        "opened": OPENED,
        "state": state,
        "kind": "outage",
        "since": OPENED,
    }
    made.update(changes)
    return {name: made[name] for name in made if made[name] is not None}


class Pushed:
    def __init__(self, station: Station, url: str, counts: EventCounts, woken: list[int]) -> None:
        self.station = station
        self.url = f"{url}/api/v1/observations"
        self.counts = counts
        self.woken = woken
        self.world = World(station.database)

    def post(self, body: Any, token: str | None = TOKEN, **headers: str) -> requests.Response:
        sent = {"Content-Type": "application/json", **headers}
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return requests.post(self.url, data=data, headers=sent, timeout=10)

    def push(self, *records: Any, **more: Any) -> Mapping[str, Any]:
        answer = self.post({"records": list(records), **more})
        assert answer.status_code == 200, answer.text
        counts: Mapping[str, Any] = answer.json()
        sums = ("accepted", "known", "quarantined", "outside_contract", "passed_over")
        assert sum(counts[name] for name in sums) == counts["received"]
        return counts

    def at(self, text: str) -> None:
        clock = self.station.clock
        assert isinstance(clock, ManualClock)
        clock.move_to(utc(text))

    def counted(self) -> dict[tuple[str, str], float]:
        return {
            (sample.labels["source"], sample.labels["outcome"]): sample.value
            for family in self.counts.families()
            for sample in family.samples
            if sample.name == "vigie_source_pushes_total" and sample.value
        }

    def verdict(self, ref: str) -> Verdict:
        while self.station.tick().more:
            pass
        (key,) = self.station.readings.cases_named(ref)
        found = self.station.readings.case(key)
        assert found is not None
        return found.obligations[0].evaluation.verdict


def configured(folder: Path, url: str, a_minute: int = 6000) -> Path:
    (folder / "token").write_text(TOKEN)
    path = folder / "vigie.yaml"
    path.write_text(f"database: {json.dumps(url)}\nsources:\n{SOURCE % a_minute}")
    return path


@pytest.fixture
def pushed(request: Any, database: Database, database_url: str, tmp_path: Path) -> Iterator[Pushed]:
    path = configured(tmp_path, database_url, getattr(request, "param", 6000))
    woken: list[int] = []
    counts = EventCounts()
    with ExitStack() as stack:
        clock = ManualClock(utc("2026-11-23 10:00"))
        station = Station(load_configuration(path), database, clock, Random(1))
        door = PushDoor(station, counts, lambda: woken.append(1))
        app = create_app(CollectorRegistry(), Alive(), language("fr"), door=door)
        server = stack.enter_context(WebServer(app, "127.0.0.1", 0))
        yield Pushed(station, server.url, counts, woken)


def test_a_push_is_stored_and_judged_and_pushed_again_is_known(pushed: Pushed) -> None:
    first = pushed.push(record("R-1"), record("R-2"), record("R-3", kind="billing"))
    assert (first["accepted"], first["known"], first["outside_contract"]) == (2, 0, 1)
    assert pushed.woken == [1]
    assert pushed.verdict("R-1") is Verdict.PENDING
    again = pushed.push(record("R-1"), record("R-2", "solved", since="2026-11-23T09:59:00-05:00"))
    assert (again["accepted"], again["known"]) == (1, 1)
    assert pushed.verdict("R-2") is Verdict.MET
    assert len(pushed.world.rows(observation)) == 3
    assert pushed.counted() == {("rogers-push", "accepted"): 2}


def test_one_bad_record_is_set_aside_alone(pushed: Pushed) -> None:
    told = pushed.push(record("R-1"), "nonsense", record("R-2", kind="modem"), record("R-3"))
    assert (told["accepted"], told["quarantined"]) == (2, 2)
    assert [(each["record"], each["ref"]) for each in told["rejected"]] == [(1, None), (2, "R-2")]
    assert "category_map" in told["rejected"][1]["reason"]
    # Read well the next time, it is a question no more.
    assert pushed.push(record("R-2"))["accepted"] == 1
    resolved = {row["ref"]: row["resolved_at"] for row in pushed.world.rows(quarantine)}
    assert resolved["R-2"] is not None
    assert resolved[None] is None


def test_a_source_is_as_fresh_as_its_last_push_and_an_empty_one_is_a_sign_of_life(
    pushed: Pushed,
) -> None:
    pushed.push(record("R-1"))
    pushed.at("2026-11-23 10:14")
    pushed.push()
    pushed.at("2026-11-23 10:28")
    assert pushed.verdict("R-1") is Verdict.PENDING
    pushed.at("2026-11-23 10:30")
    assert pushed.verdict("R-1") is Verdict.UNKNOWN
    pushed.push()
    assert pushed.verdict("R-1") is Verdict.PENDING
    assert pushed.counted()["rogers-push", "heartbeat"] == 2


def test_a_refused_push_is_no_sign_of_life(pushed: Pushed) -> None:
    pushed.push(record("R-1"))
    pushed.at("2026-11-23 10:16")
    assert pushed.post({"record": []}).status_code == 422
    assert pushed.verdict("R-1") is Verdict.UNKNOWN


def test_cases_that_complete_pushes_leave_out_are_gone(pushed: Pushed) -> None:
    pushed.push(record("R-1"), record("R-2"), complete=True)
    pushed.verdict("R-1")
    assert pushed.push(record("R-2"), complete=True)["missing"] == 1
    assert pushed.verdict("R-1") is Verdict.PENDING
    # One that is not complete says nothing of the others.
    assert pushed.push(record("R-2"))["missing"] == 0
    pushed.push(record("R-2"), complete=True)
    assert pushed.verdict("R-1") is Verdict.UNKNOWN
    assert pushed.verdict("R-2") is Verdict.PENDING


def test_a_complete_push_of_nothing_is_not_believed(pushed: Pushed) -> None:
    pushed.push(record("R-1"))
    pushed.verdict("R-1")
    pushed.at("2026-11-23 10:16")
    told = pushed.push(complete=True)
    assert "nothing is concluded" in told["warnings"][0]
    assert told["missing"] == 0
    assert pushed.verdict("R-1") is Verdict.UNKNOWN


def test_a_push_that_was_overtaken_takes_nothing_back(pushed: Pushed) -> None:
    pushed.push(record("R-1", "solved", since=None))
    late = pushed.push(record("R-1", since=None), record("R-9"), as_of="2026-11-23T09:50:00-05:00")
    assert (late["accepted"], late["passed_over"]) == (1, 1)
    (told,) = [row for row in pushed.world.rows(source_table) if row["name"] == "rogers-push"]
    assert told["confirmed_at"] == utc("2026-11-23 10:00")


def test_a_push_with_a_key_is_answered_alike_however_often_it_comes(pushed: Pushed) -> None:
    body = {"records": [record("R-1")]}
    answers = [pushed.post(body, **{"Idempotency-Key": "one"}) for _ in range(2)]
    assert [each.json()["accepted"] for each in answers] == [1, 1]
    assert [each.headers.get("Idempotency-Replayed") for each in answers] == [None, "true"]
    assert pushed.counted() == {("rogers-push", "accepted"): 1, ("rogers-push", "repeated"): 1}
    other = pushed.post({"records": []}, **{"Idempotency-Key": "one"})
    assert other.status_code == 422
    pushed.at("2026-11-26 10:00")
    later = pushed.post(body, **{"Idempotency-Key": "one"})
    assert later.json()["known"] == 1


def test_pushes_at_once_are_taken_one_after_another(pushed: Pushed) -> None:
    # Without a time of its own, a status is placed by what was known before.
    answers: list[Mapping[str, Any]] = []
    threads = [
        threading.Thread(target=lambda: answers.append(pushed.push(record("R-1", since=None))))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each["accepted"] for each in answers) == [0, 0, 0, 1]
    assert len(pushed.world.rows(observation)) == 1


REFUSED: list[tuple[Any, dict[str, str], int, str]] = [
    (b"{", {}, 400, "not JSON"),
    (b"[" * 100_000, {}, 400, "not JSON"),
    (b'{"records": [' + b"9" * 5000 + b"]}", {}, 400, "not JSON"),
    (b"[]", {}, 422, ""),
    ({}, {}, 422, "records"),
    ({"records": {}}, {}, 422, "records"),
    ({"records": [], "more": 1}, {}, 422, "more"),
    ({"records": [], "as_of": "2026-11-23T10:00:00"}, {}, 422, "as_of"),
    ({"records": [], "as_of": 1}, {}, 422, "as_of"),
    ({"records": [], "complete": "yes"}, {}, 422, "complete"),
    ({"records": [{}] * (MOST_RECORDS + 1)}, {}, 422, "records"),
    ({"records": []}, {"Content-Type": "text/plain"}, 415, "Content-Type"),
    ({"records": []}, {"Content-Encoding": "gzip"}, 415, "Content-Encoding"),
    ({"records": []}, {"Idempotency-Key": "x" * 201}, 400, "Idempotency-Key"),
    (b" " * (LARGEST_PUSH + 1), {}, 413, "bytes at most"),
]


def test_what_is_no_push_is_refused_in_one_problem(pushed: Pushed) -> None:
    for body, headers, status, detail in REFUSED:
        answer = pushed.post(body, **headers)
        assert answer.status_code == status, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == status
        assert detail in problem["detail"]
    assert pushed.woken == []


def test_the_token_is_that_of_a_source(pushed: Pushed) -> None:
    for token in (None, "", "another-token-altogether", TOKEN + "x"):
        answer = pushed.post({"records": []}, token)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert TOKEN not in answer.text
    assert pushed.counted() == {("unknown", "unauthorized"): 4}
    guesses = [pushed.post({"records": []}, "another-token-altogether") for _ in range(20)]
    assert guesses[-1].status_code == 429
    # Who has the right one is not held up by it.
    assert pushed.post({"records": []}).status_code == 200


@pytest.mark.parametrize("pushed", [4], indirect=True)
def test_a_flood_is_dammed_and_told_when_to_come_back(pushed: Pushed) -> None:
    answers = [pushed.post({"records": []}) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 15
    assert answers[-1].headers["Content-Type"] == "application/problem+json"
    assert pushed.counted()["rogers-push", "rate_limited"] == 1


def test_the_schema_is_published_and_is_the_one_of_the_documentation(pushed: Pushed) -> None:
    answer = requests.get(f"{pushed.url}/schema", timeout=10)
    assert answer.headers["Content-Type"] == "application/schema+json"
    schema = answer.json()
    docs = Path(__file__).parents[2] / "docs" / "observations.schema.json"
    assert json.loads(docs.read_text(encoding="utf-8")) == schema
    assert schema["required"] == ["records"]
    assert schema["additionalProperties"] is False
    assert schema["properties"]["records"]["items"] == {"type": "object"}


def test_a_source_taken_out_or_with_another_token_is_shut_at_once(
    pushed: Pushed, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("quite-another-token-now")
    configuration = load_configuration(tmp_path / "vigie.yaml")
    pushed.station.replace(assemble(configuration, pushed.station.clock))
    assert pushed.post({"records": []}).status_code == 401
    assert pushed.post({"records": []}, "quite-another-token-now").status_code == 200


@pytest.mark.parametrize(
    ("token", "message"),
    [("short", "20 to 500"), ("with a blank in the middle", "20 to 500"), ("", "empty")],
)
def test_a_token_that_could_be_guessed_is_refused(token: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(token)
    with pytest.raises(InputError, match=message):
        parse_settings("sources:\n" + SOURCE % 60, str(tmp_path / "vigie.yaml"))


def test_two_sources_do_not_share_a_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    both = SOURCE % 60 + (SOURCE % 60).replace("rogers-push", "other-push")
    with pytest.raises(InputError, match=r"sources\[other-push\]\.token: .* rogers-push too"):
        parse_settings("sources:\n" + both, str(tmp_path / "vigie.yaml"))


def test_what_was_answered_survives_a_kill(tmp_path: Path, sqlite_url: str) -> None:
    path = configured(tmp_path, sqlite_url)
    path.write_text(path.read_text() + "http: {port: 0}\n")
    daemon = Process(tmp_path)
    url = f"{daemon.url}/api/v1/observations"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    body = {"records": [record("R-1"), "nonsense"]}
    answer = requests.post(url, json=body, headers=headers, timeout=10)
    daemon.popen.kill()
    daemon.popen.wait(10)
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    assert TOKEN not in daemon.log
    opened = open_database(sqlite_url)
    world = World(opened)
    assert len(world.rows(observation)) == len(world.rows(quarantine)) == 1
    opened.close()
