"""The faults a source has, each against a real server that has it; numbered as in docs/faults.md.

11 is in test_keyset.py and test_paging.py too, 19 in test_hub.py, 20 is the readers' of files.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from monitor.cases.timeline import build_timeline
from monitor.clock.wall import ManualClock, SystemClock
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.poller import Outcome, PollResult, poll_once
from monitor.collectors.tmf import TmfCollector
from monitor.contract.model import Status
from monitor.engine.polling import Polling
from monitor.simulator import ProviderServer, SimulatedProvider
from monitor.simulator import behaviours as does
from monitor.simulator.behaviours import TokenDesk
from monitor.simulator.exchange import Behaviour, Exchange
from monitor.simulator.misbehaving import MisbehavingServer
from monitor.store.database import Database, open_database
from monitor.store.observations import Observations
from monitor.store.rows import as_observation
from monitor.store.tables import case, observation, quarantine
from tests.support.sources import BODY, START, Credentials, client, collector

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TOKEN = "s3cr3t-token-value"


class Field:
    """A provider behind a server that misbehaves, a source that polls it, and a real store."""

    def __init__(self, telus: SimulatedProvider, clock: ManualClock, database: Database) -> None:
        self.telus = telus
        self.clock = clock
        self.database = database
        self.store = Observations(database)
        self.server = MisbehavingServer(ProviderServer(telus))
        self.source: TmfCollector | None = None

    def connect(self, mapping="tmf621", *, auth: Credentials | None = None, **options) -> None:
        seconds = options.pop("seconds", 5)
        self.source = TmfCollector(
            name="test",
            provider="telus",
            client=client(self.server.url("tmf621-v4"), seconds, auth),
            mapping=MappingSettings.model_validate(mapping),
            **options,
        )

    def poll(self, *, after: timedelta = timedelta()) -> PollResult:
        self.clock.advance(after)
        assert self.source is not None
        return poll_once(self.source, self.store, self.clock.now())

    def tickets(self, count: int, category: str = "incident") -> list[str]:
        return [self.telus.open_ticket(category, BODY) for _ in range(count)]

    def rows(self, table):
        with self.database.read() as connection:
            return connection.execute(select(table)).all()

    def case(self, ref: str):
        return next(row for row in self.rows(case) if row.ref == ref)

    @property
    def refs(self) -> set[str]:
        return {row.ref for row in self.rows(case)}

    def statements(self, ref: str):
        """What is kept of a case, in the order things happened."""
        ids = {row.id: row for row in self.rows(case) if row.ref == ref}
        found = [row for row in self.rows(observation) if row.case_id in ids]
        return sorted(found, key=lambda row: row.changed_at)

    def timeline(self, ref: str):
        key = self.source._batches.key(ref) if self.source else None
        assert key is not None
        return build_timeline(as_observation(row, key) for row in self.statements(ref))

    def cursor(self):
        return self.store.load_window("test").cursor


@pytest.fixture
def field(sqlite_url: str) -> Iterator[Field]:
    clock = ManualClock(START)
    database = open_database(sqlite_url)
    made = Field(SimulatedProvider("telus", clock), clock, database)
    with made.server:
        made.connect()
        yield made
        assert made.source is not None
        made.source.close()
    database.close()


@pytest.mark.parametrize(
    ("written", "wait"),
    [
        ("120", 2 * MINUTE),
        ("Mon, 23 Nov 2026 15:05:00 GMT", 5 * MINUTE),
        ("-5", timedelta()),
        ("1.5", timedelta(seconds=1.5)),
        ("soon", MINUTE),
        ("31536000", HOUR),
        ("Tue, 23 Nov 2027 15:00:00 GMT", HOUR),
    ],
)
@pytest.mark.parametrize("code", [429, 503])
def test_fault_01_retry_after_is_parsed_or_capped_and_stored_and_never_slept(
    field: Field, written: str, wait: timedelta, code: int
) -> None:
    field.server.will(does.status(code, {"Retry-After": written}))
    began = time.monotonic()
    result = field.poll()
    assert time.monotonic() - began < 1.4
    not_before = field.store.load_window("test").not_before
    assert not_before == result.not_before
    assert not_before is not None
    # Beside it stands what passed since the poll began, in real time.
    assert timedelta() <= not_before - field.clock.now() - wait < timedelta(seconds=1.4)
    asked = len(field.server.received)
    if wait > MINUTE:
        assert field.poll(after=MINUTE).outcome is Outcome.WAITING
        assert len(field.server.received) == asked
    assert field.poll(after=wait + MINUTE).outcome is Outcome.COMPLETE


@pytest.mark.parametrize("broken", [does.status(503), does.reset])
def test_fault_02_a_fault_in_mid_walk_keeps_what_was_read_and_moves_no_cursor(
    field: Field, broken: Behaviour
) -> None:
    field.connect(page_size=10)
    refs = field.tickets(25)
    field.server.will(does.well, broken, broken)
    assert field.poll().outcome is Outcome.FAULT
    assert (len(field.refs), field.cursor()) == (10, None)
    field.server.line.clear()
    assert field.poll(after=MINUTE).outcome is Outcome.COMPLETE
    assert field.refs == set(refs)
    before = field.cursor()
    field.telus.change_status(refs[0], "resolved")
    field.server.will(broken, broken)
    assert field.poll(after=MINUTE).outcome is Outcome.FAULT
    assert field.cursor() == before


@pytest.mark.parametrize("broken", [does.truncated_json, does.broken_off])
def test_fault_03_truncated_json_is_asked_for_once_more_and_no_more(
    field: Field, broken: Behaviour
) -> None:
    field.tickets(3)
    field.server.will(broken)
    assert field.poll().outcome is Outcome.COMPLETE
    field.server.otherwise = broken
    field.server.received.clear()
    result = field.poll(after=MINUTE)
    assert (result.outcome, result.fault_kind) == (Outcome.FAULT, "truncated")
    assert len(field.server.received) == 2


def test_fault_04_a_slow_drip_ends_at_its_deadline(field: Field) -> None:
    field.connect(seconds=0.5)
    field.tickets(3)
    field.server.will(does.drip)
    began = time.monotonic()
    assert field.poll().fault_kind == "timeout"
    assert time.monotonic() - began < 3


def test_fault_04_a_slow_drip_holds_up_no_other_source(field: Field, sqlite_url: str) -> None:
    """In the daemon's own threads: the other one is polled ten times while the slow one drips."""
    rogers = SimulatedProvider("rogers", field.clock)
    rogers.open_ticket("incident", BODY)
    changed = threading.Condition()
    ended: list[str] = []
    dripping = threading.Event()

    def drip(exchange: Exchange) -> None:
        dripping.set()
        does.drip(exchange)

    field.tickets(3)
    field.server.otherwise = drip
    with ProviderServer(rogers) as other, collector(other.url("tmf621-v4")) as quick:
        assert field.source is not None
        sources = {"slow": field.source, "quick": quick}

        def poll(name: str) -> float:
            if name == "quick":
                dripping.wait(10)
            poll_once(sources[name], field.store, field.clock.now())
            with changed:
                ended.append(name)
                changed.notify_all()
            return 0.0

        polling = Polling(("slow", "quick"), poll, SystemClock(), polled=lambda: None)
        polling.start()
        with changed:
            assert changed.wait_for(lambda: ended.count("quick") >= 10, timeout=30)
            assert "slow" not in ended
        polling.stop()
        field.server.otherwise = does.well
        assert polling.join(30)


def test_fault_05_a_login_page_is_an_authentication_fault_and_not_no_tickets(field: Field) -> None:
    refs = field.tickets(3)
    field.poll()
    confirmed = field.store.load_window("test").cursor
    field.server.otherwise = does.login_page
    result = field.poll(after=HOUR)
    assert (result.outcome, result.fault_kind) == (Outcome.FAULT, "auth")
    assert "check auth" in (result.fault or "")
    assert (result.missing, field.cursor()) == ([], confirmed)
    assert field.refs == set(refs)


def test_fault_06_a_401_in_mid_walk_is_renewed_and_replayed_once(field: Field) -> None:
    desk = TokenDesk()
    with MisbehavingServer(otherwise=desk.issue) as authority:
        auth = Credentials(
            "oauth2",
            token_url=f"{authority.origin}/token",
            client_id="vigie",
            client_secret=SecretStr(TOKEN),
        )
        field.connect(page_size=10, auth=auth)
        refs = field.tickets(25)
        field.server.otherwise = desk.guard()
        field.server.will(desk.guard(), desk.take_back)
        assert field.poll().outcome is Outcome.COMPLETE
        assert field.refs == set(refs)
        assert len(desk.asked) == 2

        # Refused with a fresh token too: for good, until somebody sees to it.
        field.server.otherwise = does.status(401)
        field.server.received.clear()
        result = field.poll(after=MINUTE)
        assert (result.outcome, result.fault_kind) == (Outcome.FAULT, "auth")
        assert len(field.server.received) == 2
        assert TOKEN not in (result.fault or "")


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (does.ignoring("lastUpdate.gte"), "is ignored: every poll reads everything"),
        (does.nothing_when_asked_for("lastUpdate.gte"), "so everything was read"),
        (does.refusing("lastUpdate.gte"), "is refused (400)"),
        (does.refusing("sort", 422), "is refused (422)"),
    ],
)
def test_fault_07_an_ignored_filter_is_noticed_and_everything_read(
    field: Field, behaviour: Behaviour, said: str
) -> None:
    refs = field.tickets(25)
    field.clock.advance(HOUR)
    field.telus.add_note(refs[20])
    field.server.otherwise = behaviour
    field.connect(page_size=10)
    results = [field.poll()]
    field.telus.change_status(refs[7], "resolved")
    results += [field.poll(after=MINUTE), field.poll(after=MINUTE)]
    assert any(said in warning for result in results for warning in result.warnings)
    assert field.statements(refs[7])[-1].raw_status == "resolved"


def test_fault_07_an_order_that_is_none_is_noticed_and_everything_read(field: Field) -> None:
    """It begins in order, so that it is relied on, and then is in none."""
    field.connect(page_size=50)
    field.tickets(1)
    field.poll()
    for _ in range(300):
        field.clock.advance(timedelta(seconds=1))
        field.tickets(1)

    def at_first_only(exchange: Exchange) -> None:
        code, body, headers = exchange.answer()
        if exchange.received.query.get("lastUpdate.gte", "") > "2026-11-23T15:02":
            exchange.send(code, does.reversed_list(body), headers)
        else:
            exchange.send(code, body, headers)

    field.server.otherwise = at_first_only
    result = field.poll(after=MINUTE)
    assert result.outcome is Outcome.COMPLETE
    assert any("not in the order of lastUpdate" in warning for warning in result.warnings)
    assert len(field.refs) == 301


@pytest.mark.parametrize("value", [None, "0", "-1", "5", "99999", "many"])
def test_fault_08_a_total_is_never_a_stop_condition(field: Field, value: str | None) -> None:
    field.connect(page_size=10)
    refs = field.tickets(45)
    field.server.otherwise = does.lying_about_totals(value)
    assert field.poll().outcome is Outcome.COMPLETE
    assert field.refs == set(refs)


def test_fault_08_a_total_that_changes_is_no_reason_either(field: Field) -> None:
    field.connect(page_size=10)
    refs = field.tickets(45)
    totals = iter(range(1000))

    def counting(exchange: Exchange) -> None:
        does.lying_about_totals(str(next(totals)))(exchange)

    field.server.otherwise = counting
    field.poll()
    assert field.refs == set(refs)


@pytest.mark.parametrize("clamp", [1, 7])
def test_fault_09_a_server_may_give_fewer_at_a_time_than_it_was_asked_for(
    field: Field, clamp: int
) -> None:
    refs = field.tickets(23)
    field.server.otherwise = does.clamping(clamp)
    assert field.poll().outcome is Outcome.COMPLETE
    assert field.refs == set(refs)


def test_fault_10_links_are_followed_where_nothing_else_leads_on(field: Field) -> None:
    refs = field.tickets(25)
    field.server.otherwise = does.linked(10)
    assert field.poll().outcome is Outcome.COMPLETE
    assert field.refs == set(refs)


def test_fault_10_links_in_circles_are_refused(field: Field) -> None:
    field.tickets(25)
    field.server.otherwise = does.linked(10, leads=lambda _: "?page=10")
    result = field.poll()
    assert (result.outcome, result.fault_kind) == (Outcome.FAULT, "link")
    assert len(field.server.received) < 10
    assert field.cursor() is None


@pytest.mark.parametrize("query", ["page=10", "offset=10&limit=10"])
def test_fault_10_links_to_another_host_are_refused_with_all_credentials(
    field: Field, query: str
) -> None:
    field.connect(auth=Credentials("bearer", token=SecretStr(TOKEN)))
    field.tickets(25)
    with MisbehavingServer(otherwise=does.content(b"[]")) as elsewhere:
        leads = f"{elsewhere.origin}/x?{query}"
        field.server.otherwise = does.linked(10, leads=lambda _: leads)
        result = field.poll()
        assert elsewhere.received == []
    # Where offsets are understood, no link is needed.
    expected = "link" if query.startswith("page") else "unpaged"
    assert (result.outcome, result.fault_kind) == (Outcome.FAULT, expected)


@pytest.mark.walks(4)
def test_fault_11_a_case_edited_during_the_walk_is_not_lost(field: Field, seed: int) -> None:
    """Over pages enough for the walk to go by time."""
    random = Random(seed)
    field.connect(page_size=40)
    refs = field.tickets(1)
    field.poll()
    for _ in range(250):
        field.clock.advance(timedelta(seconds=1))
        refs += field.tickets(1)
    edits = 40

    def churn(exchange: Exchange) -> None:
        nonlocal edits
        for _ in range(random.randrange(6)):
            field.clock.advance(timedelta(seconds=random.randrange(3)))
            if edits > 0:
                edits -= 1
                field.telus.change_status(random.choice(refs), random.choice(["held", "pending"]))
        does.well(exchange)

    field.server.otherwise = churn
    assert field.poll(after=MINUTE).outcome is Outcome.COMPLETE
    field.server.otherwise = does.well
    field.poll(after=MINUTE)
    names = {row.id: row.ref for row in field.rows(case)}
    kept = defaultdict(list)
    for row in sorted(field.rows(observation), key=lambda row: row.changed_at):
        kept[names[row.case_id]].append(row.raw_status)
    assert kept == {
        ref: [change.status for change in field.telus.case(ref).changes] for ref in refs
    }


def test_fault_12_a_last_update_in_the_future_does_not_blind_the_cursor(field: Field) -> None:
    odd, other = field.tickets(2)
    field.telus.add_note(odd, at=datetime(2080, 1, 1, tzinfo=START.tzinfo))
    field.poll()
    field.telus.change_status(other, "resolved")
    field.poll(after=30 * MINUTE)
    assert field.statements(other)[-1].raw_status == "resolved"


def test_fault_12_a_missing_last_update_makes_every_poll_read_everything(field: Field) -> None:
    (ref,) = field.tickets(1)
    field.server.otherwise = does.rewriting(lambda record: record.pop("lastUpdate"))
    assert any("have no updated_at" in warning for warning in field.poll().warnings)
    field.telus.change_status(ref, "resolved")
    field.poll(after=HOUR)
    assert field.statements(ref)[-1].raw_status == "resolved"


def test_fault_13_naive_times_are_read_in_the_sources_zone(field: Field) -> None:
    field.connect({"use": "tmf621", "timezone": "America/Halifax"})
    field.tickets(1)
    field.server.otherwise = does.rewriting(
        lambda record: record.update(creationDate="2026-11-23T10:00:00")
    )
    field.poll()
    assert field.rows(observation)[0].received_at == datetime(
        2026, 11, 23, 14, 0, tzinfo=START.tzinfo
    )


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-11-01T01:30:00", "occurs twice in America/Toronto"),
        ("2026-03-08T02:30:00", "does not exist in America/Toronto"),
        ("hier", "is not a date and time"),
    ],
)
def test_fault_13_what_decides_no_instant_is_set_aside_and_said(
    field: Field, written: str, said: str
) -> None:
    good, bad = field.tickets(2)

    def naive(record) -> None:
        if record["id"] == bad:
            record["creationDate"] = written

    field.server.otherwise = does.rewriting(naive)
    assert field.poll().outcome is Outcome.COMPLETE
    assert field.refs == {good}
    (aside,) = field.rows(quarantine)
    assert (aside.ref, said in aside.reason) == (bad, True)


def test_fault_14_an_unknown_status_is_kept_raw_counted_and_stops_nothing(field: Field) -> None:
    (ref,) = field.tickets(1)
    field.telus.change_status(ref, "resolved.byPhone")
    result = field.poll()
    assert result.unknown_statuses == {"resolved.byPhone": 1}
    last = field.statements(ref)[-1]
    assert (last.raw_status, last.status) == ("resolved.byPhone", None)
    assert field.timeline(ref).changes[-1].status is None


def test_fault_15_two_transitions_between_polls_are_both_known(field: Field) -> None:
    (ref,) = field.tickets(1)
    field.poll()
    for status in ("inProgress", "held"):
        field.clock.advance(10 * MINUTE)
        field.telus.change_status(ref, status)
    field.poll(after=MINUTE)
    changes = field.timeline(ref).changes
    assert [(c.raw_status, c.at - START) for c in changes] == [
        ("acknowledged", timedelta()),
        ("inProgress", 10 * MINUTE),
        ("held", 20 * MINUTE),
    ]


def test_fault_15_a_history_rewritten_is_a_correction_and_both_are_kept(field: Field) -> None:
    (ref,) = field.tickets(1)
    field.clock.advance(30 * MINUTE)
    field.telus.change_status(ref, "resolved")
    field.poll()
    field.clock.advance(HOUR)
    field.telus.redate(ref, 1, START + 10 * MINUTE)
    field.poll(after=MINUTE)
    kept = [(row.raw_status, row.changed_at - START) for row in field.statements(ref)]
    assert kept == [
        ("acknowledged", timedelta()),
        ("resolved", 10 * MINUTE),
        ("resolved", 30 * MINUTE),
    ]
    assert len({row.observed_at for row in field.statements(ref)[1:]}) == 2


def test_fault_16_one_bad_record_in_a_page_is_set_aside_alone(field: Field) -> None:
    good, bad, other = field.tickets(3)

    def spoil(record) -> None:
        if record["id"] == bad:
            record["status"] = {"code": 1}

    field.server.otherwise = does.rewriting(spoil)
    assert field.poll().outcome is Outcome.COMPLETE
    assert field.refs == {good, other}
    (aside,) = field.rows(quarantine)
    assert (aside.ref, aside.reason) == (bad, "status leads to an object instead of a single value")


@pytest.mark.parametrize("code", [404, 410])
def test_fault_17_a_case_that_is_gone_is_counted_poll_by_poll(field: Field, code: int) -> None:
    gone, kept = field.tickets(2)
    field.poll()
    path = f"/{gone}"

    def answered(exchange: Exchange) -> None:
        exchange.send(code, b"{}") if exchange.received.path.endswith(path) else does.well(exchange)

    field.telus.remove(gone)
    field.server.otherwise = answered
    for polls in (1, 2, 3):
        result = field.poll(after=HOUR)
        assert [key.ref for key in result.missing] == [gone]
        assert field.case(gone).missing_polls == polls
    assert field.case(gone).missing_since == START + HOUR
    # A page where a record belongs says nothing of the record.
    field.server.otherwise = lambda exchange: (
        does.login_page(exchange) if exchange.received.path.endswith(path) else does.well(exchange)
    )
    assert field.poll(after=HOUR).fault_kind == "auth"
    assert field.case(gone).missing_polls == 3
    assert kept in field.refs


def test_fault_17_a_whole_listing_without_a_case_is_reason_to_ask_for_it(field: Field) -> None:
    never = {"use": "tmf621", "cursor": {"reread": "1000 d"}}
    field.connect(never)
    gone, _ = field.tickets(2)
    field.poll()
    field.telus.remove(gone)
    assert field.poll(after=HOUR).missing == []
    assert [key.ref for key in field.poll(after=timedelta(days=1)).missing] == [gone]


def test_fault_18_a_case_that_is_reopened_goes_on(field: Field) -> None:
    (ref,) = field.tickets(1)
    for status in ("resolved", "closed"):
        field.clock.advance(MINUTE)
        field.telus.change_status(ref, status)
    field.poll()
    with field.database.write() as connection:
        connection.execute(case.update().values(is_open=False))
    field.clock.advance(HOUR)
    field.telus.change_status(ref, "inProgress")
    field.poll(after=MINUTE)
    assert field.timeline(ref).changes[-1].status is Status.IN_PROGRESS
    assert [row.is_open for row in field.rows(case)] == [True]


@pytest.mark.parametrize("big", [does.huge, does.zip_bomb])
def test_fault_21_an_answer_without_end_is_given_up_in_bounded_memory(
    field: Field, big: Behaviour
) -> None:
    field.connect(seconds=60)
    field.server.will(big)
    result = field.poll()
    assert (result.outcome, result.fault_kind) == (Outcome.FAULT, "too_large")
    assert "larger than 16 MiB; ask for fewer records" in (result.fault or "")
    assert field.server.sent_mib < 40


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("in_mid_walk", [False, True])
def test_fault_22_a_redirect_elsewhere_never_carries_credentials(
    field: Field, code: int, *, in_mid_walk: bool
) -> None:
    field.connect(page_size=10, auth=Credentials("bearer", token=SecretStr(TOKEN)))
    field.tickets(25)
    with MisbehavingServer(otherwise=does.content(b"[]")) as elsewhere:
        away = does.status(code, {"Location": f"{elsewhere.origin}/tickets"})
        field.server.will(*([does.well] if in_mid_walk else []), away)
        result = field.poll()
        assert elsewhere.received == []
    assert (result.outcome, result.fault_kind) == (Outcome.FAULT, "redirect")
    assert TOKEN not in (result.fault or "")


@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "//192.168.0.1/x",
        "file:///etc",
    ],
)
def test_fault_22_a_redirect_to_a_private_address_is_not_followed(
    field: Field, location: str
) -> None:
    field.server.will(does.status(302, {"Location": location}))
    assert field.poll().fault_kind == "redirect"
