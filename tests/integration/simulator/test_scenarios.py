"""Every scenario, polled as a source is: what it does to a poll, and what comes of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from pydantic import SecretStr

from monitor.clock.wall import ManualClock
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.poller import PollResult, poll_once
from monitor.collectors.tmf import TmfCollector
from monitor.contract.loader import load_contract
from monitor.contract.model import CaseKind
from monitor.simulator.performance import Performance, Rank, perform
from monitor.simulator.scenarios import SCENARIOS
from monitor.store.database import Database, open_database
from monitor.store.observations import Observations
from tests.support.sources import START, Credentials, client, collector

BOOK = load_contract("builtin:cspq-mobilite")
# With twenty records a page, the third request is in the middle of the first poll.
PAGE = 20


@dataclass(frozen=True)
class Expected:
    """How the first poll ends: `complete`, or its kind of fault."""

    ending: str = "complete"
    quarantined: bool = False
    unknown: bool = False
    warning: str | None = None
    """Of the second poll."""


EXPECTED = {
    "quiet": Expected(),
    "retry-after": Expected("throttled"),
    "unavailable": Expected("http_5xx"),
    # The request is made again at once, and then goes well.
    "reset": Expected(),
    "truncated": Expected(),
    "slow-drip": Expected("timeout"),
    "login-page": Expected("auth"),
    "token-taken-back": Expected(),
    "unauthorized": Expected("auth"),
    "filter-ignored": Expected(warning="the filter lastUpdate.gte is ignored"),
    "sort-ignored": Expected(),
    "sort-refused": Expected(warning="is refused (400)"),
    "wrong-totals": Expected(),
    "small-pages": Expected(),
    "link-loop": Expected("link"),
    "link-elsewhere": Expected("link"),
    "edited": Expected(),
    "ahead-of-time": Expected(warning="the filter lastUpdate.gte leaves out"),
    "undated": Expected(warning="some records have no updated_at"),
    "local-times": Expected(quarantined=True),
    "unknown-status": Expected(unknown=True),
    "rewritten-history": Expected(),
    "bad-record": Expected(quarantined=True),
    "vanishing": Expected(),
    "reopened": Expected(),
    # Polls of what such a provider answers tell nothing of its hub, nor of its folder.
    "hub": Expected(),
    "hub-duplicates": Expected(),
    "hub-out-of-order": Expected(),
    "hub-losses": Expected(),
    "hub-vanishing": Expected(),
    "exports": Expected(),
    "half-written-file": Expected(),
    "renamed-file": Expected(),
    "endless": Expected("too_large"),
    "zip-bomb": Expected("too_large"),
    "redirect": Expected("redirect"),
}
BUSY = {"busy-month": 1000, "storm": 2000}
"""How many cases they have at least, once a minute is over."""


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = open_database(sqlite_url)
    yield opened
    opened.close()


def made_for(name: str, playing: Performance) -> TmfCollector:
    """A source of the provider's tickets, as somebody would write it for this scenario."""
    auth = None
    if name == "token-taken-back":
        auth = Credentials(
            "oauth2",
            token_url=f"{playing.server.origin}/token",
            client_id="vigie",
            client_secret=SecretStr("s3cr3t"),
        )
    return TmfCollector(
        name="test",
        provider="telus",
        client=client(playing.urls["tmf621-v4"], 0.5 if name == "slow-drip" else 30, auth),
        mapping=MappingSettings.model_validate("tmf621"),
        page_size=PAGE,
    )


def ending(result: PollResult) -> str:
    return result.fault_kind or result.outcome.value


def test_the_table_here_is_whole() -> None:
    assert EXPECTED.keys() | BUSY.keys() == SCENARIOS.keys()
    at_fault = {each.fault for each in SCENARIOS.values()} - {None}
    assert at_fault == set(range(1, 23))


@pytest.mark.parametrize("name", EXPECTED)
def test_a_scenario_does_what_it_says(name: str, clock: ManualClock, database: Database) -> None:
    expected, store = EXPECTED[name], Observations(database)
    with perform(SCENARIOS[name], clock, BOOK) as playing:
        source = made_for(name, playing)
        results = []
        for _ in range(2):
            clock.advance(timedelta(minutes=1))
            playing.step(clock.now())
            results.append(poll_once(source, store, clock.now()))
        source.close()
    first, second = results
    assert ending(first) == expected.ending, first.fault
    assert (first.quarantined > 0) == expected.quarantined
    assert bool(first.unknown_statuses) == expected.unknown
    warnings = "; ".join(second.warnings)
    assert expected.warning in warnings if expected.warning else warnings == ""


@pytest.mark.parametrize("name", BUSY)
def test_a_busy_provider_is_polled_whole(name: str, clock: ManualClock, database: Database) -> None:
    with (
        perform(SCENARIOS[name], clock, BOOK) as playing,
        collector(playing.urls["tmf621-v4"], seconds=30) as source,
    ):
        before = playing.cases
        clock.advance(timedelta(minutes=1))
        playing.step(clock.now())
        result = poll_once(source, Observations(database), clock.now())
        assert playing.cases >= BUSY[name]
        assert playing.cases >= before + SCENARIOS[name].storm
    assert ending(result) == "complete"
    assert result.added >= SCENARIOS[name].storm


def test_equal_seeds_make_equal_days(clock: ManualClock) -> None:
    def books(seed: int, rank: Rank) -> list[object]:
        with perform(SCENARIOS["unavailable"], clock, BOOK, seed=seed, rank=rank) as playing:
            return [
                case
                for kind in (CaseKind.TICKET, CaseKind.ORDER)
                for case in playing.provider.cases(kind)
            ]

    assert books(1, Rank.FIRST) == books(1, Rank.FIRST)
    assert books(1, Rank.FIRST) != books(2, Rank.FIRST)
    assert books(1, Rank.FIRST) != books(1, Rank.SECOND)


def test_the_second_provider_has_tickets_alone(clock: ManualClock) -> None:
    with perform(SCENARIOS["quiet"], clock, BOOK, rank=Rank.SECOND) as playing:
        assert list(playing.urls) == ["tmf621-v5"]
        assert playing.provider.name == "rogers"
