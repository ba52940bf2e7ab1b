"""The simulator and the collectors against TM Forum's own files, as Prism reads them."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

import pytest
import requests

from monitor.clock.wall import ManualClock
from monitor.collectors.poller import Outcome, PollResult, poll_once, refresh_once
from monitor.simulator import ProviderServer, SimulatedProvider
from monitor.simulator import behaviours as does
from monitor.simulator.misbehaving import MisbehavingServer
from monitor.store.database import open_database
from monitor.store.observations import Observations
from tests.support.openapi import specification
from tests.support.prism import prepared, prism, require_prism
from tests.support.sources import BODY, START, collector

MINUTE = timedelta(minutes=1)
_DEEPEST_MADE_UP = 4


@dataclass(frozen=True)
class Official:
    """One of the files, and what of it is ours to read."""

    pattern: str
    resource: str
    mapping: str


OFFICIAL = {
    "tmf621-v4": Official("TMF621*v4*.json", "troubleTicket", "tmf621"),
    "tmf621-v5": Official("TMF621*v5*.yaml", "troubleTicket", "tmf621"),
    "tmf622-v4": Official("TMF622*v4*.json", "productOrder", "tmf622"),
    "tmf622-v5": Official("TMF622*v5*.yaml", "productOrder", "tmf622-v5"),
    "tmf641-v4": Official("TMF641*v4*.json", "serviceOrder", "tmf641"),
}

Start: TypeAlias = Callable[..., str]


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    """A Prism for a file and a way to run it, started when first asked for; its origin."""
    folder = tmp_path_factory.mktemp("prism")
    running: dict[tuple[str, ...], str] = {}
    with ExitStack() as stack:

        def start(kind: str, way: str, *arguments: str) -> str:
            official = OFFICIAL[kind]
            content = specification(official.pattern).content
            program = require_prism()
            if (kind, way) not in running:
                file = folder / f"{kind}-{way}.json"
                # What is checked is all of it; what is made up need not have the items' items.
                deepest = _DEEPEST_MADE_UP if way == "mock" else None
                ready = prepared(content, official.resource, deepest=deepest)
                file.write_text(json.dumps(ready), encoding="utf-8")
                log = folder / f"{kind}-{way}.log"
                running[kind, way] = stack.enter_context(
                    prism(program, log, way, str(file), *arguments)
                )
            return running[kind, way]

        yield start


class Scene:
    """A provider with cases of every kind and in every status, behind a server."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.telus = SimulatedProvider("telus", self.clock)
        self.server = MisbehavingServer(ProviderServer(self.telus, largest_page=5))
        self.refs: list[str] = []
        for category, place in (("incident", None), ("outage", "Fermont"), ("delivery", "Québec")):
            for statuses in (["inProgress", "pending", "held"], ["resolved", "closed"]):
                self._live(self.telus.open_ticket(category, BODY, place=place), statuses)
        for state in ("completed", "cancelled", "failed", "partial", "rejected", "held"):
            self._live(self.telus.place_order("delivery", BODY, place="Fermont"), [state])
        self.telus.place_order("number-change", BODY)
        self.clock.advance(MINUTE)

    def _live(self, ref: str, statuses: list[str]) -> None:
        for status in statuses:
            self.clock.advance(7 * MINUTE)
            self.telus.change_status(ref, status, effective_at=self.clock.now())


@pytest.fixture(scope="session")
def scenes() -> Iterator[Callable[[str], Scene]]:
    """A provider for each proxy, which knows but one; each test leaves it well-behaved."""
    made: dict[str, Scene] = {}
    with ExitStack() as stack:

        def scene(kind: str) -> Scene:
            if kind not in made:
                made[kind] = Scene()
                stack.enter_context(made[kind].server)
            return made[kind]

        yield scene


@dataclass(frozen=True)
class Watched:
    """A store, and what polls fill it with."""

    store: Observations
    clock: ManualClock

    def poll(self, url: str, mapping: str, after: timedelta = timedelta()) -> PollResult:
        self.clock.advance(after)
        with collector(url, mapping, page_size=5, seconds=30) as source:
            return poll_once(source, self.store, self.clock.now())

    def refresh(self, url: str, mapping: str, ref: str) -> PollResult:
        with collector(url, mapping, seconds=30) as source:
            return refresh_once(source, self.store, [ref], self.clock.now())


@pytest.fixture
def store(sqlite_url: str) -> Iterator[Observations]:
    database = open_database(sqlite_url)
    yield Observations(database)
    database.close()


@pytest.mark.parametrize("kind", OFFICIAL)
def test_whole_polls_pass_a_proxy_that_refuses_what_the_specification_does_not_have(
    started: Start, scenes: Callable[[str], Scene], store: Observations, kind: str
) -> None:
    scene = scenes(kind)
    proxy = started(kind, "proxy", scene.server.url(kind), "--errors")
    watched, mapping = Watched(store, scene.clock), OFFICIAL[kind].mapping

    first = watched.poll(proxy, mapping)
    assert (first.outcome, first.fault, first.quarantined) == (Outcome.COMPLETE, None, 0)
    assert first.added >= 7

    ticket = OFFICIAL[kind].resource == "troubleTicket"
    new = scene.telus.open_ticket if ticket else scene.telus.place_order
    new("incident" if ticket else "delivery", BODY)
    # Filters, then open cases one by one.
    second = watched.poll(proxy, mapping, after=timedelta(hours=2))
    assert (second.outcome, second.fault, second.quarantined) == (Outcome.COMPLETE, None, 0)
    assert second.added == 1


@pytest.mark.parametrize("kind", OFFICIAL)
def test_what_is_wrong_does_not_pass(
    started: Start, scenes: Callable[[str], Scene], kind: str
) -> None:
    scene, resource = scenes(kind), OFFICIAL[kind].resource
    proxy = started(kind, "proxy", scene.server.url(kind), "--errors")
    with requests.Session() as session:
        session.trust_env = False

        def status(path: str = "") -> int:
            return session.get(f"{proxy}/{resource}{path}", timeout=30).status_code

        assert status() in (200, 206)
        assert status("/nowhere") == 404
        scene.server.will(does.rewriting(lambda record: record.update(id=7)))
        assert status() == 500
        assert status("?offset=many") in (400, 422)


@pytest.mark.parametrize("kind", OFFICIAL)
def test_answers_that_prism_makes_up_are_read_without_a_crash(
    started: Start, store: Observations, kind: str
) -> None:
    """Its texts are of no language, its dates of any century: nothing in them is a case of ours."""
    url = started(kind, "mock", "--dynamic", "--seed", "7")
    watched = Watched(store, ManualClock(START))
    result = watched.poll(url, OFFICIAL[kind].mapping)
    assert result.outcome in (Outcome.COMPLETE, Outcome.FAULT)
    assert result.quarantined > 0
    # Of one record too, whatever it says that it is.
    single = watched.refresh(url, OFFICIAL[kind].mapping, "INC-1")
    assert single.outcome is Outcome.REFRESHED
    assert (result.added, single.added) == (0, 0)
