"""Walks over a ServiceNow instance that answers over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from monitor.cases.claim import ProviderClaim
from monitor.clock.segment import Segment
from monitor.clock.wall import ManualClock
from monitor.collectors.base import PollWindow, SourceFault
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.servicenow import ServiceNowCollector, ServiceNowTerms
from monitor.contract.model import Status
from monitor.errors import InputError
from monitor.simulator import behaviours as does
from monitor.simulator.exchange import Exchange
from monitor.simulator.misbehaving import MisbehavingServer
from tests.support.servicenow import Instance
from tests.support.sources import START, Memory, client

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def desk(clock: ManualClock) -> Instance:
    return Instance(clock)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@contextmanager
def reading(
    url: str, mapping: object = "servicenow-incident", *, page_size: int = 100, **terms: object
) -> Iterator[ServiceNowCollector]:
    made = ServiceNowCollector(
        name="test",
        provider="telus",
        client=client(url),
        mapping=MappingSettings.model_validate(mapping),
        terms=ServiceNowTerms(**terms),  # type: ignore[arg-type]
        page_size=page_size,
    )
    try:
        yield made
    finally:
        made.close()


def queries(server: MisbehavingServer) -> list[str]:
    asked = [one.query["sysparm_query"] for one in server.received]
    server.received.clear()
    return asked


def test_an_incident_as_it_is_kept(desk, clock, memory) -> None:
    number = desk.open("network", **{"location.city": "Fermont", "priority": "1"})
    clock.advance(20 * MINUTE)
    desk.edit(number, state="6", resolved_at="2026-11-23 15:17:00")
    clock.advance(MINUTE)
    with MisbehavingServer(desk) as server, reading(server.origin) as source:
        memory.poll(source, clock)
        (asked, *_) = server.received
    (seen,) = memory.of(number)
    assert (seen.status, seen.category, seen.place) == (Status.RESOLVED, "outage", "Fermont")
    assert (seen.organization, seen.severity) == ("org-7", "1")
    # Its times are in UTC, wherever the mapping's user lives.
    assert (seen.received_at, seen.changed_at) == (START, START + 17 * MINUTE)
    assert "short_description" not in asked.query["sysparm_fields"]
    assert "Camille" not in str(seen.payload)


def test_a_status_without_a_time_lies_between_two_polls(desk, clock, memory) -> None:
    number = desk.open()
    with MisbehavingServer(desk) as server, reading(server.origin) as source:
        memory.poll(source, clock)
        clock.advance(10 * MINUTE)
        desk.edit(number, state="2")
        clock.advance(10 * MINUTE)
        memory.poll(source, clock)
    _, seen = memory.of(number)
    assert (seen.changed_after, seen.changed_at) == (START, START + 10 * MINUTE)
    assert seen.previous_id == memory.of(number)[0].id


def test_audited_states_are_each_dated(desk, clock, memory) -> None:
    number = desk.open()
    for state in ("2", "3", "2", "6"):
        clock.advance(10 * MINUTE)
        desk.edit(number, state=state)
    # In one second, which only the record's own count tells apart.
    desk.edit(number, state="7")
    untouched = desk.open()
    clock.advance(MINUTE)
    with MisbehavingServer(desk) as server, reading(server.origin, audit=True) as source:
        memory.poll(source, clock)
    seen = sorted(memory.of(number), key=lambda one: one.changed_at)
    assert [one.raw_status for one in seen] == ["1", "2", "3", "2", "6", "7"]
    assert [one.changed_at.replace(microsecond=0) - START for one in seen] == [
        minutes * MINUTE for minutes in (0, 10, 20, 30, 40, 40)
    ]
    assert [one.raw_status for one in memory.of(untouched)] == ["1"]


def test_an_audit_that_knows_more_than_the_record_waits(desk, clock, memory) -> None:
    number = desk.open()
    clock.advance(MINUTE)
    desk.edit(number, state="2")

    def late(exchange: Exchange) -> None:
        if "sys_audit" in exchange.received.path and desk.record(number)["state"] == "2":
            clock.advance(MINUTE)
            desk.edit(number, state="6")
        does.well(exchange)

    with (
        MisbehavingServer(desk, otherwise=late) as server,
        reading(server.origin, audit=True) as source,
    ):
        memory.poll(source, clock)
    assert [one.raw_status for one in memory.of(number)] == ["1", "2"]


def test_the_providers_own_levels_are_kept_as_its_claims(desk, clock, memory) -> None:
    number = desk.open()
    desk.tables["task_sla"].append(
        {
            "sys_id": "5" * 32,
            "task": desk.record(number)["sys_id"],
            "sla.name": "Résolution P1",
            "has_breached": "true",
            "planned_end_time": "2026-11-23 19:00:00",
            "end_time": "",
            "business_time_left": "1970-01-01 02:30:00",
        }
    )
    with MisbehavingServer(desk) as server, reading(server.origin, slas=True) as source:
        memory.poll(source, clock)
    (seen,) = memory.of(number)
    (claim,) = seen.payload["claims"]
    assert ProviderClaim.load(claim) == ProviderClaim(
        name="Résolution P1",
        breached=True,
        due_at=START + timedelta(hours=4),
        remaining=timedelta(hours=2.5),
    )


def test_columns_may_come_with_how_they_are_displayed(desk, clock, memory) -> None:
    mapping = {
        "use": "servicenow-incident",
        "fields": {
            "ref": "number.value",
            "received_at": "opened_at.value",
            "updated_at": "sys_updated_on.value",
            "status": "state.value",
            "changed_at": None,
            "category": "category.value",
            "organization": "company.display_value",
            "place": None,
            "severity": None,
        },
    }
    refs = {desk.open() for _ in range(5)}
    with (
        MisbehavingServer(desk) as server,
        reading(server.origin, mapping, displays=True, page_size=2) as source,
    ):
        memory.poll(source, clock)
        clock.advance(30 * MINUTE)
        desk.edit(min(refs), state="2")
        memory.poll(source, clock)
    assert memory.refs == refs
    assert memory.of(min(refs))[-1].raw_status == "2"
    assert memory.of(min(refs))[-1].organization == "<org-7>"
    assert memory.warnings == []


def test_the_first_poll_reads_by_ids_and_the_next_what_changed_since(desk, clock, memory) -> None:
    refs = [desk.open() for _ in range(25)]
    clock.advance(60 * MINUTE)
    desk.edit(refs[3], state="2")
    with MisbehavingServer(desk) as server, reading(server.origin, page_size=10) as source:
        memory.poll(source, clock)
        first = queries(server)
        assert memory.refs == set(refs)
        clock.advance(MINUTE)
        desk.edit(refs[7], state="2")
        new = desk.open()
        memory.poll(source, clock)
        changed = queries(server)
    assert first[0] == "ORDERBYsys_id"
    assert all(one.startswith("sys_id>=") for one in first[1:])
    assert (len(first), len(changed)) == (4, 2)
    # Ten minutes of overlap before the latest change that was seen.
    since = "sys_updated_on>=2026-11-23 15:50:00"
    assert changed[0] == f"{since}^ORDERBYsys_updated_on^ORDERBYsys_id"
    last = max(desk.record(refs[7])["sys_id"], desk.record(new)["sys_id"])
    at = "2026-11-23 16:01:00"
    assert changed[1] == (
        f"{since}^sys_updated_on>{at}^NQ{since}^sys_updated_on={at}^sys_id>={last}"
        "^ORDERBYsys_updated_on^ORDERBYsys_id"
    )
    read = {seen.key.ref for batch in memory.batches for seen in batch.observations}
    assert read == {refs[7], new}
    assert memory.warnings == []


@pytest.mark.parametrize("rows", [0, 1, 2, 21])
@pytest.mark.parametrize("largest", [1, 7, 1000])
def test_pages_are_as_large_as_the_instance_likes(clock, memory, rows: int, largest: int) -> None:
    desk = Instance(clock, largest_page=largest)
    refs = {desk.open() for _ in range(rows)}
    with MisbehavingServer(desk) as server, reading(server.origin, page_size=10) as source:
        memory.poll(source, clock)
        assert memory.refs == refs
        clock.advance(MINUTE)
        new = {desk.open() for _ in range(rows)}
        memory.poll(source, clock)
    assert memory.refs == refs | new
    assert memory.warnings == []


def test_many_rows_of_one_second_are_told_apart_by_their_ids(desk, clock, memory) -> None:
    refs = [desk.open() for _ in range(3)]
    with MisbehavingServer(desk) as server, reading(server.origin, page_size=5) as source:
        memory.poll(source, clock)
        clock.advance(60 * MINUTE)
        imported = {desk.open() for _ in range(23)}
        memory.poll(source, clock)
        assert memory.refs == {*refs, *imported}
        assert memory.warnings == []


def test_rows_that_the_account_may_not_see_end_nothing(desk, clock, memory) -> None:
    refs = [desk.open() for _ in range(40)]
    by_id = sorted(refs, key=lambda number: desk.record(number)["sys_id"])
    desk.hidden = {desk.record(number)["sys_id"] for number in by_id[3:30]}
    with MisbehavingServer(desk) as server, reading(server.origin, page_size=4) as source:
        memory.poll(source, clock)
    assert memory.refs == {*by_id[:3], *by_id[30:]}


def test_an_order_that_is_ignored_is_noticed(desk, clock, memory) -> None:
    desk.ignores_order = True
    refs = {desk.open() for _ in range(45)}
    with MisbehavingServer(desk) as server, reading(server.origin, page_size=10) as source:
        memory.poll(source, clock)
        assert memory.refs == refs
        assert "everything is read by offset" in memory.warnings[0]
        clock.advance(30 * MINUTE)
        desk.edit(min(refs), state="2")
        desk.edit(max(refs), state="2")
        memory.poll(source, clock)
    assert memory.of(min(refs))[-1].raw_status == memory.of(max(refs))[-1].raw_status == "2"


def test_a_query_that_is_ignored_is_noticed(desk, clock, memory) -> None:
    refs = {desk.open() for _ in range(45)}
    with (
        MisbehavingServer(desk, otherwise=does.ignoring("sysparm_query")) as server,
        reading(server.origin, page_size=10) as source,
    ):
        memory.poll(source, clock)
        clock.advance(30 * MINUTE)
        desk.edit(min(refs), state="2")
        memory.poll(source, clock)
    assert memory.refs == refs
    assert memory.of(min(refs))[-1].raw_status == "2"
    assert any("everything is read by offset" in warning for warning in memory.warnings)


@pytest.mark.parametrize("zone", ["America/Toronto", "Asia/Tokyo"])
def test_an_account_in_another_zone_loses_nothing_and_is_noticed(
    desk, clock, memory, zone: str
) -> None:
    desk.account_zone = ZoneInfo(zone)
    refs = {desk.open() for _ in range(5)}
    with MisbehavingServer(desk) as server, reading(server.origin, page_size=2) as source:
        memory.poll(source, clock)
        clock.advance(30 * MINUTE)
        refs.add(desk.open())
        memory.poll(source, clock)
        assert memory.refs == refs
        assert memory.warnings != []
    with MisbehavingServer(desk) as server, reading(server.origin, timezone=zone) as source:
        clock.advance(30 * MINUTE)
        refs.add(desk.open())
        memory.poll(source, clock)
        assert memory.refs == refs
        assert memory.warnings == []


def test_conditions_of_its_own_hold_for_the_walk_alone(desk, clock, memory) -> None:
    ours = desk.open(company="org-7")
    theirs = desk.open(company="org-8")
    with (
        MisbehavingServer(desk) as server,
        reading(server.origin, query="company=org-7^ORcompany=org-9") as source,
    ):
        memory.poll(source, clock)
        assert memory.refs == {ours}
        desk.edit(ours, company="org-8")
        clock.advance(60 * MINUTE)
        memory.poll(source, clock)
    # It is watched: where it went, it is read on, and not taken to be gone.
    assert memory.missing == set()
    assert memory.of(ours)[-1].organization == "org-8"
    assert theirs not in memory.refs


def test_a_walk_that_was_cut_goes_on(desk, clock, memory) -> None:
    refs = {desk.open() for _ in range(30)}
    with MisbehavingServer(desk) as server, reading(server.origin, page_size=10) as source:
        server.will(does.well, does.well, does.status(503))
        with pytest.raises(SourceFault):
            memory.poll(source, clock)
        assert len(memory.refs) == 19
        checkpoint = memory.batches[-1].checkpoint
        queries(server)
        clock.advance(MINUTE)
        desk.edit(min(refs), state="2")
        memory.poll(source, clock, checkpoint=checkpoint)
        asked = queries(server)
    assert memory.refs == refs
    assert memory.of(min(refs))[-1].raw_status == "2"
    assert "ORDERBYsys_id" not in asked


def test_open_incidents_are_read_one_by_one_and_removed_ones_are_missing(
    desk, clock, memory
) -> None:
    refs = [desk.open() for _ in range(3)]
    with MisbehavingServer(desk) as server, reading(server.origin) as source:
        memory.poll(source, clock)
        desk.remove(refs[1])
        clock.advance(60 * MINUTE)
        memory.poll(source, clock)
        assert {key.ref for key in memory.missing} == {refs[1]}
        window = PollWindow(cursor=None, until=clock.now())
        (batch,) = source.refresh([refs[0], refs[1], "INC^ORnumber!=x"], window)
    assert {key.ref for key in batch.missing} == {refs[1], "INC^ORnumber!=x"}
    assert batch.cursor is None


def test_a_window_of_the_past(desk, clock, memory) -> None:
    refs = []
    for _ in range(30):
        refs.append(desk.open())
        clock.advance(timedelta(hours=1))
    period = Segment(START + timedelta(hours=5), START + timedelta(hours=20))
    with MisbehavingServer(desk) as server, reading(server.origin, page_size=4) as source:
        memory.poll(source, clock, period=period)
    assert memory.refs == set(refs[5:20])
    assert memory.batches[-1].complete
    assert memory.cursor is None


def test_one_bad_record_is_set_aside_alone(desk, clock, memory) -> None:
    good = {desk.open() for _ in range(3)}
    odd = desk.open("courtoisie")
    wrong = desk.open(opened_at="23/11/2026 10:00")
    desk.edit(min(good), state="-5")
    with MisbehavingServer(desk) as server, reading(server.origin) as source:
        memory.poll(source, clock)
    assert memory.refs == good
    aside = {bad.ref for batch in memory.batches for bad in batch.quarantined}
    assert aside == {odd, wrong}
    # A state that nobody mapped is kept as it came.
    assert memory.batches[0].unknown_statuses == {"-5": 1}


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        (does.login_page, ("auth", "a web page came instead of JSON")),
        (does.truncated_json, ("truncated", "not JSON")),
        (does.content(b"[]"), ("not_list", "not a list of records; check url")),
        (
            does.content(b'{"result": [{}], "error": {"message": "Transaction cancelled"}}'),
            ("http_5xx", "an error beside its rows: Transaction cancelled"),
        ),
        (does.status(400), ("http_4xx", "answered 400; check query and mapping.resource")),
        (does.status(401), ("auth", "answered 401; check auth")),
    ],
)
def test_what_is_no_answer_is_a_fault(desk, clock, memory, behaviour, expected) -> None:
    kind, said = expected
    desk.open()
    with (
        MisbehavingServer(desk, otherwise=behaviour) as server,
        reading(server.origin) as source,
        pytest.raises(SourceFault, match=said) as fault,
    ):
        memory.poll(source, clock)
    assert fault.value.kind == kind
    assert memory.cursor is None


def test_the_patience_it_asks_for_is_told(desk, clock, memory) -> None:
    with (
        MisbehavingServer(desk, otherwise=does.status(429, {"Retry-After": "120"})) as server,
        reading(server.origin) as source,
        pytest.raises(SourceFault) as fault,
    ):
        memory.poll(source, clock)
    assert fault.value.kind == "throttled"
    assert fault.value.not_before is not None
    assert fault.value.not_before >= clock.now() + timedelta(minutes=2)


def test_checking_says_what_was_found(desk, clock) -> None:
    with MisbehavingServer(desk) as server, reading(server.origin) as source:
        assert source.check().endswith("/api/now/table/incident answers, with no record")
        desk.open()
        assert source.check().endswith(
            "answers; its first record is INC0000001, received 2026-11-23 15:00 UTC, category "
            "incident, status '1' (acknowledged)"
        )


def test_a_reference_is_one_column() -> None:
    mapping = {"use": "servicenow-incident", "fields": {"ref": "number || sys_id"}}
    with (
        pytest.raises(InputError, match=r"fields\.ref: does not lead to one column"),
        reading("http://127.0.0.1:1", mapping),
    ):
        pass


@pytest.mark.walks(30)
def test_incidents_edited_during_the_walk_are_not_lost(clock, memory, seed: int) -> None:
    random = Random(seed)
    desk = Instance(clock, largest_page=random.choice([2, 3, 9]))
    refs = [desk.open() for _ in range(random.randrange(5, 30))]
    edits: list[None] = []

    def churn(exchange: Exchange) -> None:
        for _ in range(min(random.randrange(3), 40 - len(edits))):
            edits.append(None)
            clock.advance(timedelta(seconds=random.choice([0, 0, 1, 40])))
            if random.random() < 0.2:
                refs.append(desk.open())
                continue
            there = random.choice(desk.tables["incident"])["number"]
            if random.random() < 0.1 and len(desk.tables["incident"]) > 1:
                desk.remove(there)
            else:
                desk.edit(there, state=random.choice("236"))
        does.well(exchange)

    with (
        MisbehavingServer(desk, otherwise=churn) as server,
        reading(server.origin, audit=bool(seed % 2)) as source,
    ):
        for _ in range(2):
            memory.poll(source, clock)
            clock.advance(MINUTE)
        server.otherwise = does.well
        memory.poll(source, clock)
    for record in desk.tables["incident"]:
        last = memory.known[memory.of(record["number"])[0].key]
        assert last.raw_status == record["state"]
