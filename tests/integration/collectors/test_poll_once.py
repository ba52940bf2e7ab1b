"""Polls of real APIs into the real store: what a fault leaves behind, and how the next goes on."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from monitor.cases.observation import CaseKey
from monitor.cases.timeline import Timeline, build_timeline
from monitor.clock.wall import ManualClock
from monitor.collectors.poller import Outcome, PollResult, poll_once
from monitor.contract.model import CaseKind
from monitor.simulator import ProviderServer, SimulatedProvider
from monitor.simulator import behaviours as does
from monitor.simulator.exchange import Behaviour
from monitor.simulator.misbehaving import MisbehavingServer
from monitor.store.database import Database, open_database
from monitor.store.observations import Observations
from monitor.store.rows import as_observation
from monitor.store.tables import case, observation, quarantine, source
from tests.support.sources import BODY, START, collector

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def telus(clock: ManualClock) -> SimulatedProvider:
    return SimulatedProvider("telus", clock)


@pytest.fixture
def database(sqlite_url: str) -> Iterator[Database]:
    opened = open_database(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def store(database: Database) -> Observations:
    return Observations(database)


def rows(database: Database, table):
    with database.read() as connection:
        return connection.execute(select(table)).all()


def stored_source(database: Database):
    (row,) = rows(database, source)
    return row


FAULTS: list[tuple[str, Behaviour]] = [
    ("http_5xx", does.status(500)),
    ("http_5xx", does.status(503)),
    ("throttled", does.status(429)),
    ("auth", does.status(401)),
    ("auth", does.login_page),
    ("truncated", does.truncated_json),
    ("truncated", does.broken_off),
    ("reset", does.reset),
    ("timeout", does.drip),
    ("timeout", does.never),
    ("not_json", does.content(b"nonsense")),
    ("not_list", does.content(b"{}")),
    ("redirect", does.status(302, {"Location": "http://elsewhere.invalid/"})),
]


@pytest.mark.parametrize(
    ("kind", "fault"), FAULTS, ids=[f"{kind}-{n}" for n, (kind, _) in enumerate(FAULTS)]
)
def test_a_fault_in_mid_walk_keeps_what_was_read_and_leaves_the_cursor(
    telus, clock, store, database, *, kind: str, fault: Behaviour
) -> None:
    refs = {telus.open_ticket("incident", BODY) for _ in range(25)}
    with (
        MisbehavingServer(ProviderServer(telus)) as server,
        collector(server.url("tmf621-v4"), page_size=10, seconds=0.5) as tickets,
    ):
        server.will(does.well, fault, fault)
        failed = poll_once(tickets, store, clock.now())
        assert (failed.outcome, failed.fault_kind) == (Outcome.FAULT, kind)
        assert failed.failures == 1
        assert failed.added == len(rows(database, observation)) == 10
        state = stored_source(database)
        assert (state.cursor, state.confirmed_at, state.failures) == (None, None, 1)
        assert (state.fault_kind, state.fault) == (kind, failed.fault)

        server.line.clear()
        server.received.clear()
        clock.advance(MINUTE)
        healed = poll_once(tickets, store, clock.now())
        # It goes on from the edge of what was read, once it has asked what changed since.
        swept = [one for one in server.received if "lastUpdate.gte" not in one.query]
        assert swept[0].query["offset"] == "9"
    assert healed.outcome is Outcome.COMPLETE
    assert (healed.added, healed.failures) == (15, 0)
    assert {row.ref for row in rows(database, case)} == refs
    state = stored_source(database)
    assert (state.confirmed_at, state.failures, state.fault) == (clock.now(), 0, None)
    assert state.cursor["since"] is not None


def test_a_fault_after_a_complete_poll_moves_nothing(telus, clock, store, database) -> None:
    telus.open_ticket("incident", BODY)
    with (
        MisbehavingServer(ProviderServer(telus)) as server,
        collector(server.url("tmf621-v4")) as tickets,
    ):
        poll_once(tickets, store, clock.now())
        before = stored_source(database)
        late = telus.open_ticket("outage", BODY)
        for failures in (1, 2, 3):
            clock.advance(MINUTE)
            server.will(does.status(500))
            assert poll_once(tickets, store, clock.now()).failures == failures
        after = stored_source(database)
        assert (after.cursor, after.confirmed_at) == (before.cursor, before.confirmed_at)
        clock.advance(MINUTE)
        assert poll_once(tickets, store, clock.now()).added == 1
    assert late in {row.ref for row in rows(database, case)}


def test_a_source_that_asks_to_be_left_alone_is_not_called(telus, clock, store) -> None:
    with (
        MisbehavingServer(ProviderServer(telus)) as server,
        collector(server.url("tmf621-v4")) as tickets,
    ):
        server.will(does.status(429, {"Retry-After": "120"}))
        asked = poll_once(tickets, store, clock.now())
        assert asked.not_before is not None
        assert timedelta() <= asked.not_before - clock.now() - 2 * MINUTE < MINUTE / 6
        calls = len(server.received)
        clock.advance(MINUTE)
        waiting = poll_once(tickets, store, clock.now())
        assert (waiting.outcome, waiting.failures) == (Outcome.WAITING, 1)
        assert waiting.not_before == asked.not_before
        assert len(server.received) == calls
        clock.advance(2 * MINUTE)
        assert poll_once(tickets, store, clock.now()).outcome is Outcome.COMPLETE


def test_a_poll_counts_what_it_did(telus, clock, store, database) -> None:
    ref = telus.open_ticket("incident", BODY)
    telus.open_ticket("Plainte", BODY)
    telus.open_ticket("Vente", BODY)
    telus.change_status(ref, "someday")
    mapping = {"use": "tmf621", "outside_contract": ["Vente"]}
    with (
        ProviderServer(telus) as server,
        collector(server.url("tmf621-v5"), mapping) as tickets,
    ):
        first = poll_once(tickets, store, clock.now())
        assert first == PollResult(
            source="test",
            at=clock.now(),
            outcome=Outcome.COMPLETE,
            batches=first.batches,
            added=2,
            quarantined=1,
            outside_contract=1,
            unknown_statuses={"someday": 1},
            missing=[],
            warnings=[],
        )
        second = poll_once(tickets, store, clock.now())
        assert (second.added, second.repeated, second.quarantined) == (0, 2, 0)
    (aside,) = rows(database, quarantine)
    assert (aside.ref, aside.payload["category"]) == ("INC-204002", "Plainte")
    assert "Camille" not in str(aside.payload)


def test_no_person_is_in_the_store(telus, clock, store, database) -> None:
    telus.open_ticket("incident", BODY, place="Fermont")
    telus.place_order("delivery", BODY, place="Fermont")
    telus.place_order("Roses", BODY, place="Fermont")
    with ProviderServer(telus) as server:
        for mapping, kind in (("tmf621", "tmf621-v4"), ("tmf622", "tmf622-v4")):
            with collector(server.url(kind), mapping) as one:
                assert poll_once(one, store, clock.now()).outcome is Outcome.COMPLETE
    everything = str([rows(database, table) for table in (case, observation, quarantine, source)])
    assert "ORG-7" in everything
    for personal in ("Camille", "Exemple", "418", "555", "P-1", "example.org", "Joindre"):
        assert personal not in everything


class TestOrders:
    """TMF622 has no history: what happened is told by what two polls saw."""

    @pytest.fixture(autouse=True)
    def _around(self, telus, clock, store, database) -> Iterator[None]:
        self.telus, self.clock, self.store, self.database = telus, clock, store, database
        with (
            MisbehavingServer(ProviderServer(telus)) as self.server,
            collector(self.server.url("tmf622-v4"), "tmf622") as self.orders,
        ):
            yield

    def poll(self, after: timedelta = MINUTE) -> PollResult:
        self.clock.advance(after)
        self.server.received.clear()
        result = poll_once(self.orders, self.store, self.clock.now())
        assert result.outcome is Outcome.COMPLETE, result.fault
        return result

    def statements(self):
        return sorted(rows(self.database, observation), key=lambda row: row.observed_at)

    def test_transitions_are_dated_by_the_polls_around_them(self) -> None:
        ref = self.telus.place_order("delivery", BODY, place="Fermont")
        self.poll()
        quiet = self.poll()
        assert (quiet.added, quiet.confirmed) == (0, 1)
        self.telus.change_status(ref, "inProgress")
        self.poll()
        first, second = self.statements()
        assert (first.raw_status, first.changed_after, first.changed_at) == (
            "acknowledged",
            START,
            START + MINUTE,
        )
        assert (second.raw_status, second.changed_after, second.changed_at) == (
            "inProgress",
            START + 2 * MINUTE,
            START + 3 * MINUTE,
        )
        assert second.previous_id == first.id

    def test_completion_has_the_providers_own_date(self) -> None:
        ref = self.telus.place_order("delivery", BODY)
        self.poll()
        self.clock.advance(MINUTE)
        delivered_at = self.clock.now()
        self.clock.advance(MINUTE)
        self.telus.complete(ref, effective_at=delivered_at)
        self.poll()
        last = self.statements()[-1]
        assert (last.raw_status, last.changed_at, last.changed_after) == (
            "completed",
            delivered_at,
            None,
        )
        assert self.poll().added == 0

    def test_an_order_that_is_reopened_says_so(self) -> None:
        ref = self.telus.place_order("delivery", BODY)
        self.poll()
        self.telus.complete(ref)
        self.poll()
        self.telus.change_status(ref, "inProgress")
        self.poll()
        self.telus.complete(ref)
        self.poll()
        assert [row.raw_status for row in self.statements()] == [
            "acknowledged",
            "completed",
            "inProgress",
            "completed",
        ]

    def test_what_is_dated_back_ends_what_was_seen_meanwhile(self) -> None:
        """Delivered in the morning, still "in progress" at noon, entered in the afternoon."""
        ref = self.telus.place_order("delivery", BODY)
        self.poll()
        self.clock.advance(60 * MINUTE)
        delivered_at = self.clock.now()
        self.clock.advance(60 * MINUTE)
        self.telus.change_status(ref, "inProgress")
        self.poll()
        self.clock.advance(60 * MINUTE)
        self.telus.complete(ref, effective_at=delivered_at)
        self.poll()
        assert self.poll().added == 0
        changes = self.timeline().changes
        assert [change.raw_status for change in changes] == [
            "acknowledged",
            "inProgress",
            "completed",
        ]
        assert [change.at for change in changes[1:]] == [delivered_at, delivered_at]
        (stored,) = rows(self.database, case)
        assert (stored.raw_status, stored.status) == ("completed", "completed")
        # It can still be reopened: what is known of it is that it was completed.
        self.telus.change_status(ref, "inProgress")
        self.poll()
        assert self.timeline().changes[-1].raw_status == "inProgress"
        assert self.timeline().changes[-1].at == self.clock.now()

    def timeline(self) -> Timeline:
        (stored,) = rows(self.database, case)
        key = CaseKey(stored.provider, CaseKind(stored.kind), stored.ref)
        return build_timeline(as_observation(row, key) for row in rows(self.database, observation))

    def test_open_orders_are_read_again_by_id_once_the_listing_leaves_them_behind(self) -> None:
        ref = self.telus.place_order("delivery", BODY)
        self.poll()
        self.clock.advance(timedelta(days=8))
        recent = self.telus.place_order("delivery", BODY)
        self.poll()  # A sweep: it has been more than a day.
        self.telus.change_status(ref, "inProgress")
        self.poll()
        paths = [one.path.rpartition("/")[2] for one in self.server.received]
        assert paths.count(ref) == 1
        assert recent not in paths
        assert self.statements()[-1].raw_status == "inProgress"

    def test_an_order_the_provider_no_longer_has_is_missing(self) -> None:
        ref = self.telus.place_order("delivery", BODY)
        self.poll()
        self.telus.remove(ref)
        result = self.poll()
        assert [key.ref for key in result.missing] == [ref]

    def test_a_fault_while_reading_by_id_keeps_what_was_read(self) -> None:
        refs = [self.telus.place_order("delivery", BODY) for _ in range(30)]
        self.poll()
        self.clock.advance(timedelta(days=8))
        self.telus.place_order("delivery", BODY)
        self.poll()
        for ref in refs:
            self.telus.change_status(ref, "inProgress")
        self.clock.advance(MINUTE)
        self.server.will(*[does.well] * 28, does.status(500))
        failed = poll_once(self.orders, self.store, self.clock.now())
        assert (failed.fault_kind, failed.added) == ("http_5xx", 25)
        assert self.poll().added == 5

    def test_an_answer_about_another_order_is_not_taken_for_this_one(self) -> None:
        ref = self.telus.place_order("delivery", BODY)
        self.poll()
        self.clock.advance(timedelta(days=8))
        other = self.telus.place_order("delivery", BODY)
        self.poll()
        self.server.otherwise = lambda exchange: exchange.send(
            *exchange.answer(exchange.received.target.replace(ref, other))
        )
        assert self.poll().quarantined == 1
        (aside,) = rows(self.database, quarantine)
        assert aside.reason == f"asked for {ref}, the source answers with {other}"
