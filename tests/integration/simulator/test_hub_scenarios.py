"""Hubs that double, hold back, lose and forget: what they tell, followed as the daemon does."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import requests

from monitor.clock.wall import ManualClock
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.poller import PollResult, poll_once, refresh_once
from monitor.collectors.tmf import TmfCollector
from monitor.contract.loader import load_contract
from monitor.engine.hints import Hints, Subscription
from monitor.engine.hub import Hub, HubKeeper
from monitor.simulator.loopback import LoopbackServer
from monitor.simulator.performance import Performance, perform
from monitor.simulator.scenarios import SCENARIOS
from monitor.simulator.world import BODIES
from monitor.store.database import open_database
from monitor.store.observations import Observations
from tests.support.sources import START, client

BOOK = load_contract("builtin:cspq-mobilite")
MINUTE = timedelta(minutes=1)
NAME = "telus"


class Watch:
    """A source with a hub: an ear on loopback, a keeper, a store, all stepped by hand."""

    def __init__(self, playing: Performance, clock: ManualClock, store: Observations) -> None:
        self.playing = playing
        self.clock = clock
        self.kept: Subscription | None = None
        self.hints = Hints()
        self.hints.serve({NAME: lambda: None})
        self.heard: list[str] = []
        self.read: list[str] = []
        self.source = TmfCollector(
            name=NAME,
            provider="telus",
            client=client(playing.urls["tmf621-v4"], 30),
            mapping=MappingSettings.model_validate("tmf621"),
        )
        self._store = store
        self._hub = self.source.hub(typed=False)
        self.ear = LoopbackServer(_ear(self)).start()
        self.keeper = HubKeeper(
            NAME,
            hub=self._with_hub,
            refresh=self._refresh,
            learned=lambda: None,
            hints=self.hints,
            kept=self,
            clock=clock,
            polled=lambda *_: None,
            callback=f"{self.ear.origin}/tmf/listener/a-secret",
            renew=timedelta(days=1),
        )

    def load(self, _source: str) -> Subscription | None:
        return self.kept

    def save(self, _source: str, subscription: Subscription) -> None:
        self.kept = subscription

    def hear(self, body: bytes) -> None:
        ref = self._hub.ref_in(json.loads(body))
        self.heard.append(ref or "")
        self.hints.give(NAME, ref)

    def poll(self) -> PollResult:
        result = poll_once(self.source, self._store, self.clock.now())
        self.hints.polled(NAME, found_news=result.added > 0)
        return result

    def goes_on(self, rounds: int = 4, minutes: int = 1) -> None:
        """Cases are opened, and each that was opened before is worked on; hints are followed."""
        provider = self.playing.provider
        refs: list[str] = []
        for turn in range(rounds):
            self.clock.advance(minutes * MINUTE)
            for ref in refs:
                provider.change_status(ref, "held" if turn % 2 else "inProgress")
            refs += [provider.open_ticket("incident", BODIES[turn]) for _ in range(3)]
            self.playing.step(self.clock.now())
            self.keeper.step()

    def close(self) -> None:
        self.source.close()
        self.ear.stop()

    def _with_hub(self, act: Callable[[Hub], None]) -> bool:
        act(self._hub)
        return True

    def _refresh(self, refs: Sequence[str]) -> PollResult:
        self.read += refs
        return refresh_once(self.source, self._store, refs, self.clock.now())


def _ear(watch: Watch) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            watch.hear(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Handler


@pytest.fixture
def watch(request, sqlite_url: str) -> Iterator[Watch]:
    clock = ManualClock(START)
    with ExitStack() as stack:
        playing = stack.enter_context(perform(SCENARIOS[request.param], clock, BOOK))
        database = open_database(sqlite_url)
        stack.callback(database.close)
        watched = Watch(playing, clock, Observations(database))
        stack.callback(watched.close)
        watched.keeper.step()
        watched.poll()
        yield watched


def played(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("watch", names, indirect=True)


@played("hub", "hub-duplicates")
def test_what_is_told_is_read_once_however_often_it_is_told(watch: Watch) -> None:
    watch.goes_on()
    twice = len(watch.heard) == 2 * len(watch.read)
    assert twice == (watch.heard[0] == watch.heard[1])
    assert watch.playing.hub is not None
    assert watch.playing.hub.events == len(watch.heard) >= 12
    assert watch.poll().added == 0


@played("hub-out-of-order")
def test_what_is_told_late_and_upside_down_is_read_as_it_is_now(watch: Watch) -> None:
    watch.goes_on()
    assert watch.heard != sorted(watch.heard)
    # Word of the round before brings what happened in this one too.
    assert watch.poll().added == 0


@played("hub-losses")
def test_what_is_lost_is_found_by_the_next_poll(watch: Watch) -> None:
    watch.goes_on()
    assert len(watch.read) < 30
    assert watch.poll().added > 0
    assert watch.poll().added == 0


@played("hub-vanishing")
def test_a_subscription_that_was_forgotten_is_made_again(watch: Watch) -> None:
    hub = watch.playing.hub
    assert hub is not None
    watch.goes_on()
    heard = len(watch.heard)
    # Three rounds were told of, the fourth was not; a poll finds it, and doubts the hub.
    assert (hub.subscribed, watch.poll().added > 0) == (1, True)
    watch.goes_on(rounds=1, minutes=11)
    assert (hub.subscribed, len(watch.heard)) == (2, heard)
    watch.goes_on(rounds=2)
    assert len(watch.heard) > heard


@played("hub")
def test_nobody_beyond_this_machine_is_told(watch: Watch) -> None:
    url = watch.playing.urls["tmf621-v4"]
    with requests.Session() as session:
        session.trust_env = False
        wrong: tuple[Any, ...] = ({"callback": "https://192.0.2.1/x"}, {"callback": 3}, [], {})
        for content in wrong:
            answer = session.post(f"{url}/hub", json=content, timeout=30)
            assert answer.status_code == 400
        gone = session.delete(f"{url}/hub/99", timeout=30)
        assert gone.status_code == 404
