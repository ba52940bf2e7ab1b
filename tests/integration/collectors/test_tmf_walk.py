"""Walks over the simulated provider's real HTTP APIs, from cursor to cursor."""

from datetime import datetime, timedelta
from random import Random

import pytest

from monitor.clock.wall import ManualClock
from monitor.collectors.base import SourceFault
from monitor.contract.model import Status
from monitor.simulator import ProviderServer, SimulatedProvider
from monitor.simulator import behaviours as does
from monitor.simulator.exchange import Behaviour, Exchange
from monitor.simulator.misbehaving import MisbehavingServer
from tests.support.sources import BODY, START, Memory, collector

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def telus(clock: ManualClock) -> SimulatedProvider:
    return SimulatedProvider("telus", clock)


@pytest.fixture
def memory() -> Memory:
    return Memory()


def filtered(server: MisbehavingServer) -> list[str | None]:
    """The filter of each listing since the last question."""
    asked = [one.query.get("lastUpdate.gte") for one in server.received if "limit" in one.query]
    server.received.clear()
    return asked


@pytest.mark.parametrize("version", ["tmf621-v4", "tmf621-v5"])
def test_a_ticket_and_its_transitions(telus, clock, memory, version: str) -> None:
    ref = telus.open_ticket("incident", BODY, place="Fermont")
    clock.advance(20 * MINUTE)
    telus.change_status(ref, "inProgress")
    clock.advance(20 * MINUTE)
    telus.change_status(ref, "resolved")
    clock.advance(MINUTE)
    with ProviderServer(telus) as server, collector(server.url(version)) as source:
        batches = memory.poll(source, clock)
    seen = memory.of(ref)
    assert [(one.status, one.changed_at - START) for one in seen] == [
        (Status.ACKNOWLEDGED, timedelta()),
        (Status.IN_PROGRESS, 20 * MINUTE),
        (Status.RESOLVED, 40 * MINUTE),
    ]
    assert {(one.category, one.place, one.organization) for one in seen} == {
        ("incident", "Fermont", "ORG-7")
    }
    assert {one.observed_at for one in seen} == {clock.now()}
    assert [batch.complete for batch in batches] == [False, True]
    assert batches[-1].cursor is not None
    assert "Camille" not in str([one.payload for one in seen])


def test_the_first_poll_walks_everything_and_the_next_only_what_changed(
    telus, clock, memory
) -> None:
    refs = [telus.open_ticket("incident", BODY) for _ in range(250)]
    clock.advance(60 * MINUTE)
    telus.change_status(refs[3], "inProgress")
    with (
        MisbehavingServer(ProviderServer(telus)) as server,
        collector(server.url("tmf621-v4")) as source,
    ):
        memory.poll(source, clock)
        assert set(filtered(server)) == {None}
        assert memory.refs == set(refs)

        clock.advance(MINUTE)
        telus.change_status(refs[7], "inProgress")
        new = telus.open_ticket("outage", BODY)
        memory.poll(source, clock)
        # Ten minutes of overlap before the latest change that the first poll saw.
        assert set(filtered(server)) == {"2026-11-23T15:50:00Z"}
        read = {seen.key.ref for batch in memory.batches for seen in batch.observations}
        assert read == {refs[3], refs[7], new}
    assert [one.raw_status for one in memory.of(refs[7])] == ["acknowledged", "inProgress"]
    assert memory.warnings == []


def test_polling_again_adds_nothing(telus, clock, memory) -> None:
    for _ in range(30):
        telus.open_ticket("incident", BODY)
    with ProviderServer(telus) as server, collector(server.url("tmf621-v5")) as source:
        memory.poll(source, clock)
        before = dict(memory.observations)
        clock.advance(MINUTE)
        memory.poll(source, clock)
    assert memory.observations == before


@pytest.mark.parametrize("rows", [0, 1, 2, 7, 8, 60])
@pytest.mark.parametrize("largest", [1, 7, 1000])
def test_pages_are_as_large_as_the_server_likes(
    telus, clock, memory, rows: int, largest: int
) -> None:
    refs = {telus.open_ticket("incident", BODY) for _ in range(rows)}
    with (
        ProviderServer(telus, largest_page=largest) as server,
        collector(server.url("tmf621-v4"), page_size=20) as source,
    ):
        memory.poll(source, clock)
    assert memory.refs == refs


@pytest.mark.parametrize(
    "behaviour",
    [
        *(does.lying_about_totals(value) for value in (None, "0", "-1", "5", "many", "100000")),
        does.out_of_range_is_416,
        does.ignoring("sort"),
    ],
)
def test_totals_and_order_are_not_relied_on(telus, clock, memory, behaviour: Behaviour) -> None:
    refs = {telus.open_ticket("incident", BODY) for _ in range(45)}
    with (
        MisbehavingServer(ProviderServer(telus), otherwise=behaviour) as server,
        collector(server.url("tmf621-v4"), page_size=10) as source,
    ):
        memory.poll(source, clock)
    assert memory.refs == refs
    assert memory.batches[-1].complete


@pytest.mark.parametrize("page_size", [10, 45, 100])
def test_a_source_that_gives_everything_at_once_is_read_in_few_requests(
    telus, clock, memory, page_size: int
) -> None:
    refs = {telus.open_ticket("incident", BODY) for _ in range(44)}
    unpaged = does.ignoring("offset", "limit", "lastUpdate.gte")
    with (
        MisbehavingServer(ProviderServer(telus), otherwise=unpaged) as server,
        collector(server.url("tmf621-v4"), page_size=page_size) as source,
    ):
        memory.poll(source, clock)
        assert memory.refs == refs
        assert memory.batches[-1].complete
        assert any("offset is ignored" in warning for warning in memory.batches[-1].warnings)
        assert len(server.received) == 4
        refs.add(telus.open_ticket("incident", BODY))
        clock.advance(30 * MINUTE)
        memory.poll(source, clock)
    assert memory.refs == refs


def silent_about_the_rest(exchange: Exchange) -> None:
    """The first page at every offset, with nothing that tells of others."""
    limit = exchange.received.query["limit"]
    _, body, _ = exchange.answer(f"{exchange.received.path}?limit={limit}")
    exchange.send(200, body)


@pytest.mark.parametrize("behaviour", [does.ignoring("offset"), silent_about_the_rest])
def test_a_source_that_gives_the_same_part_at_every_offset_is_not_confirmed(
    telus, clock, memory, behaviour: Behaviour
) -> None:
    for _ in range(45):
        telus.open_ticket("incident", BODY)
    with (
        MisbehavingServer(ProviderServer(telus), otherwise=behaviour) as server,
        collector(server.url("tmf621-v4"), page_size=10) as source,
    ):
        with pytest.raises(SourceFault, match="come at every offset") as fault:
            memory.poll(source, clock)
        assert len(server.received) <= 5
    assert fault.value.kind == "unpaged"
    assert memory.cursor is None


def test_an_ignored_filter_is_noticed_and_nothing_is_lost(telus, clock, memory) -> None:
    refs = [telus.open_ticket("incident", BODY) for _ in range(45)]
    clock.advance(60 * MINUTE)
    telus.add_note(refs[0])
    with (
        MisbehavingServer(
            ProviderServer(telus), otherwise=does.ignoring("lastUpdate.gte")
        ) as server,
        collector(server.url("tmf621-v4"), page_size=10) as source,
    ):
        memory.poll(source, clock)
        clock.advance(MINUTE)
        telus.change_status(refs[0], "resolved")
        memory.poll(source, clock)
    assert memory.warnings == ["the filter lastUpdate.gte is ignored: every poll reads everything"]
    assert memory.of(refs[0])[-1].raw_status == "resolved"


def test_a_filter_that_finds_nothing_at_all_is_not_believed(telus, clock, memory) -> None:
    refs = [telus.open_ticket("incident", BODY) for _ in range(5)]
    with (
        MisbehavingServer(
            ProviderServer(telus), otherwise=does.nothing_when_asked_for("lastUpdate.gte")
        ) as server,
        collector(server.url("tmf621-v4")) as source,
    ):
        memory.poll(source, clock)
        clock.advance(MINUTE)
        telus.change_status(refs[2], "resolved")
        memory.poll(source, clock)
    assert memory.of(refs[2])[-1].raw_status == "resolved"
    assert "does not work, so everything was read" in memory.warnings[0]


def test_refused_parameters_are_done_without(telus, clock, memory) -> None:
    refs = [telus.open_ticket("incident", BODY) for _ in range(30)]
    with (
        MisbehavingServer(ProviderServer(telus), otherwise=does.refusing("sort")) as server,
        collector(server.url("tmf621-v4"), page_size=10) as source,
    ):
        for status in ("inProgress", "resolved"):
            memory.poll(source, clock)
            clock.advance(MINUTE)
            telus.change_status(refs[0], status)
        memory.poll(source, clock)
    assert memory.of(refs[0])[-1].raw_status == "resolved"
    assert memory.warnings[0].startswith("lastUpdate.gte and sort is refused (400)")


def test_a_refusal_in_mid_walk_is_a_fault(telus, clock, memory) -> None:
    for _ in range(30):
        telus.open_ticket("incident", BODY)
    with MisbehavingServer(ProviderServer(telus)) as server:
        server.will(does.well, does.status(400))
        with (
            collector(server.url("tmf621-v4"), page_size=10) as source,
            pytest.raises(SourceFault),
        ):
            memory.poll(source, clock)
    assert memory.cursor is None
    assert memory.refs


def test_a_provider_whose_clock_is_behind_loses_nothing(clock, memory) -> None:
    """It dates changes by its own clock: the cursor stays within what that clock has shown."""
    behind = ManualClock(START - timedelta(minutes=45))
    telus = SimulatedProvider("telus", behind)
    first = telus.open_ticket("incident", BODY)
    with ProviderServer(telus) as server, collector(server.url("tmf621-v4")) as source:
        for _ in range(3):
            memory.poll(source, clock)
            clock.advance(MINUTE)
            behind.advance(MINUTE)
        telus.change_status(first, "resolved")
        memory.poll(source, clock)
    assert memory.of(first)[-1].raw_status == "resolved"
    assert memory.of(first)[-1].changed_at == behind.now()


def test_a_long_walk_over_a_clock_behind_ours_does_not_outrun_what_it_read(clock, memory) -> None:
    """What changes after its row was read is found by the next poll, however long the walk."""
    behind = ManualClock(START - timedelta(hours=3))
    telus = SimulatedProvider("telus", behind)
    refs = [telus.open_ticket("incident", BODY) for _ in range(20)]

    def slow_second_page(exchange: Exchange) -> None:
        telus.change_status(refs[0], "resolved")
        behind.advance(timedelta(hours=1))
        telus.add_note(refs[19])
        does.ignoring("sort")(exchange)

    with (
        MisbehavingServer(ProviderServer(telus), otherwise=does.ignoring("sort")) as server,
        collector(server.url("tmf621-v4"), page_size=10) as source,
    ):
        server.will(does.ignoring("sort"), slow_second_page)
        memory.poll(source, clock)
        clock.advance(MINUTE)
        memory.poll(source, clock)
    assert memory.of(refs[0])[-1].raw_status == "resolved"


def test_a_provider_whose_clock_is_ahead_loses_nothing(clock, memory) -> None:
    ahead = ManualClock(START + timedelta(minutes=45))
    telus = SimulatedProvider("telus", ahead)
    first = telus.open_ticket("incident", BODY)
    with ProviderServer(telus) as server, collector(server.url("tmf621-v4")) as source:
        memory.poll(source, clock)
        # Set right: it now dates changes before what it showed.
        ahead.move_to(clock.now() + MINUTE)
        clock.advance(2 * MINUTE)
        telus.change_status(first, "resolved")
        memory.poll(source, clock)
    assert memory.of(first)[-1].raw_status == "resolved"


def test_one_last_update_in_the_far_future_blinds_nothing(telus, clock, memory) -> None:
    odd = telus.open_ticket("incident", BODY)
    telus.add_note(odd, at=datetime(2080, 1, 1, tzinfo=START.tzinfo))
    other = telus.open_ticket("incident", BODY)
    with ProviderServer(telus) as server, collector(server.url("tmf621-v4")) as source:
        memory.poll(source, clock)
        clock.advance(30 * MINUTE)
        telus.change_status(other, "resolved")
        memory.poll(source, clock)
    assert memory.of(other)[-1].raw_status == "resolved"


def test_records_without_last_update_are_read_every_time(telus, clock, memory) -> None:
    ref = telus.open_ticket("incident", BODY)
    fields = {"use": "tmf621", "fields": {"updated_at": "neverThere"}}
    with ProviderServer(telus) as server, collector(server.url("tmf621-v4"), fields) as source:
        memory.poll(source, clock)
        assert memory.warnings == [
            "some records have no updated_at, so no filter finds them: every poll reads everything"
        ]
        clock.advance(60 * MINUTE)
        telus.change_status(ref, "resolved")
        memory.poll(source, clock)
    assert memory.of(ref)[-1].raw_status == "resolved"


def test_what_is_entered_late_is_found_by_the_daily_sweep(telus, clock, memory) -> None:
    telus.open_ticket("incident", BODY)
    with ProviderServer(telus) as server, collector(server.url("tmf621-v4")) as source:
        memory.poll(source, clock)
        clock.advance(timedelta(hours=12))
        imported = telus.open_ticket("outage", BODY, at=START - timedelta(days=3))
        telus.add_note("INC-204001")
        memory.poll(source, clock)
        assert imported not in memory.refs
        clock.advance(timedelta(hours=12))
        memory.poll(source, clock)
    assert imported in memory.refs


def test_open_cases_are_read_one_by_one_from_time_to_time(telus, clock, memory) -> None:
    refs = [telus.open_ticket("incident", BODY) for _ in range(3)]
    clock.advance(60 * MINUTE)
    telus.add_note(refs[0])
    with (
        MisbehavingServer(ProviderServer(telus)) as server,
        collector(server.url("tmf621-v4")) as source,
    ):
        memory.poll(source, clock)
        telus.remove(refs[1])
        clock.advance(30 * MINUTE)
        memory.poll(source, clock)
        assert memory.missing == set()
        clock.advance(30 * MINUTE)
        server.received.clear()
        memory.poll(source, clock)
    assert {one.path.rpartition("/")[2] for one in server.received} == {
        "troubleTicket",
        refs[1],
        refs[2],
    }
    assert {key.ref for key in memory.missing} == {refs[1]}


def test_a_mapping_that_has_learned_reads_everything_again(telus, clock, memory) -> None:
    telus.open_ticket("incident", BODY)
    odd = telus.open_ticket("Panne majeure", BODY)
    with ProviderServer(telus) as server:
        with collector(server.url("tmf621-v4")) as source:
            memory.poll(source, clock)
            (reason,) = memory.reasons
            assert reason == (
                "category 'Panne majeure' is mapped nowhere; add it to category_map, or to "
                "outside_contract if the contract does not cover it"
            )
            clock.advance(timedelta(hours=2))
            telus.open_ticket("incident", BODY)
            memory.poll(source, clock)
            clock.advance(MINUTE)
            memory.poll(source, clock)
            # The filter leaves it behind by now.
            assert memory.reasons == []
        wiser = {"use": "tmf621", "category_map": {"panne majeure": "outage"}}
        with collector(server.url("tmf621-v4"), wiser) as source:
            memory.poll(source, clock)
    assert [one.category for one in memory.of(odd)] == ["outage"]


def test_unknown_statuses_are_kept_raw_and_counted(telus, clock, memory) -> None:
    ref = telus.open_ticket("incident", BODY)
    telus.change_status(ref, "inProgress.waitingForParts")
    with ProviderServer(telus) as server, collector(server.url("tmf621-v4")) as source:
        memory.poll(source, clock)
    assert [(one.raw_status, one.status) for one in memory.of(ref)][-1] == (
        "inProgress.waitingForParts",
        None,
    )
    assert memory.batches[0].unknown_statuses == {"inProgress.waitingForParts": 1}


def test_categories_outside_the_contract_are_passed_over_and_counted(telus, clock, memory) -> None:
    telus.open_ticket("Plainte", BODY)
    watched = telus.open_ticket("incident", BODY)
    mapping = {"use": "tmf621", "outside_contract": ["plainte"]}
    with ProviderServer(telus) as server, collector(server.url("tmf621-v4"), mapping) as source:
        memory.poll(source, clock)
        assert memory.refs == {watched}
        assert memory.batches[0].outside_contract == ["INC-204001"]
        assert memory.reasons == []
        # A watched case filed under something else does not just vanish.
        telus.reclassify(watched, "Plainte")
        clock.advance(MINUTE)
        memory.poll(source, clock)
    assert memory.reasons[0].startswith("category is now 'Plainte', outside the contract")


def test_a_reclassified_case_is_stated_anew(telus, clock, memory) -> None:
    ref = telus.open_ticket("incident", BODY)
    with ProviderServer(telus) as server, collector(server.url("tmf621-v4")) as source:
        memory.poll(source, clock)
        clock.advance(MINUTE)
        telus.reclassify(ref, "outage")
        memory.poll(source, clock)
    assert [one.category for one in memory.of(ref)] == ["incident", "outage"]


def test_one_bad_record_in_a_page_is_set_aside_alone(telus, clock, memory) -> None:
    good = [telus.open_ticket("incident", BODY) for _ in range(2)]
    telus.open_ticket("???", BODY)
    good.append(telus.open_ticket("incident", BODY))
    with ProviderServer(telus) as server, collector(server.url("tmf621-v5")) as source:
        memory.poll(source, clock)
    assert memory.refs == set(good)
    assert len(memory.reasons) == 1
    assert memory.batches[-1].complete


def test_checking_a_source_says_what_it_found(telus, clock) -> None:
    with ProviderServer(telus) as server, collector(server.url("tmf621-v4")) as source:
        assert source.check().endswith("/troubleTicket answers, with no record")
        telus.open_ticket("incident", BODY)
        assert source.check().endswith(
            "answers; its first record is INC-204001, received 2026-11-23 15:00 UTC, category "
            "incident, status 'acknowledged' (acknowledged)"
        )
    with (
        ProviderServer(telus) as server,
        collector(server.url("tmf622-v4")) as wrong,
        pytest.raises(SourceFault, match="troubleTicket: answered 404; check url"),
    ):
        wrong.check()


def test_checking_says_what_cannot_be_read(telus, clock) -> None:
    telus.open_ticket("Plainte", BODY)
    with ProviderServer(telus) as server, collector(server.url("tmf621-v4")) as source:
        assert "cannot be read as configured: category 'Plainte' is mapped" in source.check()
    outside = {"use": "tmf621", "outside_contract": ["Plainte"]}
    with ProviderServer(telus) as server, collector(server.url("tmf621-v4"), outside) as source:
        assert "is of 'Plainte', outside the contract" in source.check()


def test_an_object_where_a_list_belongs_is_a_fault(telus, clock, memory) -> None:
    with (
        MisbehavingServer(otherwise=does.content(b'{"items": []}')) as server,
        collector(server.url("tmf621-v4")) as source,
        pytest.raises(SourceFault, match="not a list of records") as fault,
    ):
        memory.poll(source, clock)
    assert fault.value.kind == "not_list"


def test_a_budget_that_is_spent_ends_the_poll_with_what_was_read(telus, clock, memory) -> None:
    for _ in range(30):
        telus.open_ticket("incident", BODY)
    with MisbehavingServer(ProviderServer(telus)) as server:
        server.will(does.well, does.never)
        with (
            collector(server.url("tmf621-v4"), page_size=10, seconds=30) as source,
            pytest.raises(SourceFault) as fault,
        ):
            memory.poll(source, clock, budget=timedelta(seconds=0.5))
    assert fault.value.kind == "timeout"
    assert memory.cursor is None
    assert len(memory.refs) == 10
    with (
        ProviderServer(telus) as quiet,
        collector(quiet.url("tmf621-v4")) as source,
        pytest.raises(SourceFault, match="budget of time is spent") as fault,
    ):
        memory.poll(source, clock, budget=timedelta())
    assert fault.value.kind == "budget"


@pytest.mark.walks(12)
def test_cases_edited_during_the_walk_are_not_lost(telus, clock, memory, seed: int) -> None:
    """Over HTTP, poll after poll: what every case last stated is what is known of it."""
    random = Random(seed)
    refs = [telus.open_ticket("incident", BODY) for _ in range(random.randrange(10, 60))]

    def churn(exchange: Exchange) -> None:
        for _ in range(random.randrange(3)):
            clock.advance(timedelta(seconds=random.randrange(1, 40)))
            if random.random() < 0.2:
                refs.append(telus.open_ticket("outage", BODY))
            else:
                telus.change_status(random.choice(refs), random.choice(["held", "inProgress"]))
        does.well(exchange)

    with (
        MisbehavingServer(ProviderServer(telus, largest_page=7), otherwise=churn) as server,
        collector(server.url("tmf621-v4")) as source,
    ):
        for _ in range(3):
            memory.poll(source, clock)
            clock.advance(MINUTE)
        server.otherwise = does.well
        memory.poll(source, clock)
    for ref in refs:
        stated = [change.status for change in telus.case(ref).changes]
        assert [
            one.raw_status for one in sorted(memory.of(ref), key=lambda one: one.changed_at)
        ] == stated
