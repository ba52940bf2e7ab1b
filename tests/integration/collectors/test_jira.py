"""Walks over a Jira site that answers over HTTP, Cloud and Data Center."""

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
from monitor.collectors.jira import JiraCollector, JiraTerms
from monitor.collectors.mapping import MappingSettings
from monitor.contract.model import Status
from monitor.simulator import behaviours as does
from monitor.simulator.exchange import Exchange
from monitor.simulator.misbehaving import MisbehavingServer
from tests.support.jira import Site
from tests.support.sources import START, Memory, client

MINUTE = timedelta(minutes=1)
PRODUCTS = pytest.mark.parametrize("product", ["cloud", "data-center"])


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def site(clock: ManualClock) -> Site:
    return Site(clock)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@contextmanager
def reading(
    url: str, mapping: object = "jira-service-request", *, page_size: int = 100, **terms: object
) -> Iterator[JiraCollector]:
    made = JiraCollector(
        name="test",
        provider="telus",
        client=client(url),
        mapping=MappingSettings.model_validate(mapping),
        terms=JiraTerms(**{"jql": "project = SUP", **terms}),  # type: ignore[arg-type]
        page_size=page_size,
    )
    try:
        yield made
    finally:
        made.close()


def searched(server: MisbehavingServer) -> list[str]:
    asked = [one.query["jql"] for one in server.received if "jql" in one.query]
    server.received.clear()
    return asked


@PRODUCTS
def test_every_transition_has_its_own_time(site, clock, memory, product: str) -> None:
    key = site.open(customfield_1={"value": "ORG-7"})
    for status in ("In Progress", "Waiting for customer", "Resolved"):
        clock.advance(10 * MINUTE)
        site.move(key, status)
    clock.advance(MINUTE)
    site.account_zone = ZoneInfo("America/Toronto")
    mapping = {
        "use": "jira-service-request",
        "fields": {"organization": "fields.customfield_1.value"},
    }
    with (
        MisbehavingServer(site) as server,
        reading(server.origin, mapping, product=product) as source,
    ):
        memory.poll(source, clock)
        (asked, *_) = server.received
    seen = memory.of(key)
    assert [(one.status, one.changed_at - START) for one in seen] == [
        (Status.ACKNOWLEDGED, 0 * MINUTE),
        (Status.IN_PROGRESS, 10 * MINUTE),
        (Status.WAITING_CLIENT, 20 * MINUTE),
        (Status.RESOLVED, 30 * MINUTE),
    ]
    assert {(one.category, one.severity, one.organization) for one in seen} == {
        ("incident", "High", "ORG-7")
    }
    assert asked.query["fields"] == "created,customfield_1,issuetype,priority,status,updated"
    assert "Camille" not in str([one.payload for one in seen])


def test_a_changelog_that_came_in_part_is_asked_for_whole(clock, memory) -> None:
    site = Site(clock, most_changes=2)
    key = site.open()
    for status in ("In Progress", "Open", "In Progress", "Waiting for customer", "Resolved"):
        clock.advance(MINUTE)
        site.move(key, status)
    with MisbehavingServer(site) as server, reading(server.origin) as source:
        memory.poll(source, clock)
    assert [one.raw_status for one in memory.of(key)] == [
        "Open",
        "In Progress",
        "Open",
        "In Progress",
        "Waiting for customer",
        "Resolved",
    ]


def test_a_status_renamed_since_is_one_status(site, clock, memory) -> None:
    key = site.open()
    clock.advance(MINUTE)
    site.move(key, "In Progress")
    site.issue(key)["fields"]["status"]["name"] = "Work in progress"
    with MisbehavingServer(site) as server, reading(server.origin) as source:
        memory.poll(source, clock)
    seen = memory.of(key)
    assert [one.raw_status for one in seen] == ["Open", "Work in progress"]
    assert [one.changed_at - START for one in seen] == [0 * MINUTE, MINUTE]


def test_the_desks_own_levels_are_kept_as_its_claims(site, clock, memory) -> None:
    key = site.open()
    ended = {
        "breached": True,
        "stopTime": {"iso8601": "2026-11-23T10:30:00-0500"},
        "breachTime": {"iso8601": "2026-11-23T10:20:00-0500"},
        "remainingTime": {"millis": -600000},
    }
    running = {"breached": False, "remainingTime": {"millis": 7200500}}
    site.levels[key] = [
        {"name": "Time to resolution", "completedCycles": [ended]},
        {"name": "Time to first response", "completedCycles": [], "ongoingCycle": running},
    ]
    without = site.open()
    with MisbehavingServer(site) as server, reading(server.origin, slas=True) as source:
        memory.poll(source, clock)
    (seen,) = memory.of(key)
    first, second = (ProviderClaim.load(each) for each in seen.payload["claims"])
    assert first == ProviderClaim(
        name="Time to resolution",
        breached=True,
        due_at=START + 20 * MINUTE,
        stopped_at=START + 30 * MINUTE,
        remaining=-10 * MINUTE,
    )
    assert second == ProviderClaim(
        name="Time to first response", breached=False, remaining=timedelta(hours=2)
    )
    assert "claims" not in memory.of(without)[0].payload


@PRODUCTS
def test_what_changed_is_asked_for_by_the_minute(site, clock, memory, product: str) -> None:
    keys = [site.open() for _ in range(5)]
    clock.advance(timedelta(minutes=60, seconds=40))
    site.touch(keys[3])
    with (
        MisbehavingServer(site) as server,
        reading(server.origin, product=product) as source,
    ):
        memory.poll(source, clock)
        assert searched(server)[0] == "(project = SUP) ORDER BY created ASC, key ASC"
        clock.advance(MINUTE)
        site.move(keys[2], "Resolved")
        memory.poll(source, clock)
        assert searched(server)[0] == (
            '(project = SUP) AND updated >= "2026-11-23 15:50" ORDER BY updated ASC, key ASC'
        )
        read = {seen.key.ref for batch in memory.batches for seen in batch.observations}
    assert read == {keys[2], keys[3]}
    assert memory.of(keys[2])[-1].status is Status.RESOLVED
    assert memory.warnings == []


@PRODUCTS
@pytest.mark.parametrize("rows", [0, 1, 2, 23])
@pytest.mark.parametrize("largest", [1, 4, 100])
def test_pages_are_as_large_as_the_site_likes(
    clock, memory, product: str, rows: int, largest: int
) -> None:
    site = Site(clock, largest_page=largest)
    keys = set()
    for _ in range(rows):
        keys.add(site.open())
        clock.advance(timedelta(seconds=25))
    with (
        MisbehavingServer(site) as server,
        reading(server.origin, product=product, page_size=10) as source,
    ):
        memory.poll(source, clock)
        assert memory.refs == keys
        clock.advance(MINUTE)
        keys |= {site.open() for _ in range(rows)}
        memory.poll(source, clock)
    assert memory.refs == keys
    assert memory.warnings == []


def test_a_minute_of_many_issues_is_read_by_tokens_until_nothing_is_new(
    site, clock, memory
) -> None:
    imported = {site.open() for _ in range(25)}
    clock.advance(MINUTE)
    later = site.open()
    first = min(site.issues, key=lambda issue: int(issue["id"]))["key"]

    def removing(exchange: Exchange) -> None:
        # All that follows slides over the end of the first page.
        if "nextPageToken" in exchange.received.query and first in imported:
            imported.remove(first)
            site.remove(first)
        does.well(exchange)

    with (
        MisbehavingServer(site, otherwise=removing) as server,
        reading(server.origin, page_size=10) as source,
    ):
        memory.poll(source, clock)
    assert memory.refs - {first} == imported | {later}


@PRODUCTS
def test_an_order_that_is_ignored_is_noticed(site, clock, memory, product: str) -> None:
    site.ignores_order = True
    keys = []
    for _ in range(25):
        clock.advance(MINUTE)
        keys.append(site.open())
    site.issues.reverse()
    with (
        MisbehavingServer(site) as server,
        reading(server.origin, product=product, page_size=10) as source,
    ):
        memory.poll(source, clock)
        assert memory.refs == set(keys)
        clock.advance(30 * MINUTE)
        site.move(keys[0], "Resolved")
        site.move(keys[20], "Resolved")
        memory.poll(source, clock)
    for key in (keys[0], keys[20]):
        assert memory.of(key)[-1].status is Status.RESOLVED


@pytest.mark.parametrize("zone", ["America/Toronto", "Asia/Tokyo"])
def test_an_account_in_another_zone_loses_nothing_and_is_noticed(
    site, clock, memory, zone: str
) -> None:
    site.account_zone = ZoneInfo(zone)
    keys = {site.open()}
    clock.advance(timedelta(hours=5))
    keys |= {site.open() for _ in range(3)}
    with MisbehavingServer(site) as server:
        with reading(server.origin, page_size=2) as source:
            memory.poll(source, clock)
            clock.advance(30 * MINUTE)
            keys.add(site.open())
            memory.poll(source, clock)
            assert memory.refs == keys
            assert memory.warnings != []
        with reading(server.origin, timezone=zone) as source:
            clock.advance(30 * MINUTE)
            keys.add(site.open())
            memory.poll(source, clock)
            assert memory.refs == keys
            assert memory.warnings == []


@PRODUCTS
def test_a_walk_that_was_cut_goes_on(site, clock, memory, product: str) -> None:
    keys = []
    for _ in range(30):
        keys.append(site.open())
        clock.advance(MINUTE)
    with (
        MisbehavingServer(site) as server,
        reading(server.origin, product=product, page_size=10) as source,
    ):
        server.will(does.well, does.well, does.status(503))
        with pytest.raises(SourceFault):
            memory.poll(source, clock)
        assert memory.refs == set(keys[:19])
        checkpoint = memory.batches[-1].checkpoint
        site.move(keys[0], "Resolved")
        searched(server)
        memory.poll(source, clock, checkpoint=checkpoint)
        asked = searched(server)
    assert memory.refs == set(keys)
    assert memory.of(keys[0])[-1].status is Status.RESOLVED
    if product == "cloud":
        assert "(project = SUP) ORDER BY created ASC, key ASC" not in asked


def test_open_issues_are_read_one_by_one_and_removed_ones_are_missing(site, clock, memory) -> None:
    keys = [site.open() for _ in range(3)]
    with MisbehavingServer(site) as server, reading(server.origin) as source:
        memory.poll(source, clock)
        site.remove(keys[1])
        clock.advance(60 * MINUTE)
        memory.poll(source, clock)
        assert {key.ref for key in memory.missing} == {keys[1]}
        # A key that leads elsewhere is another issue's.
        site.issue(keys[2])["id"] = "SUP-99"
        window = PollWindow(cursor=None, until=clock.now())
        (batch,) = source.refresh([keys[0], keys[1], "SUP-99"], window)
    assert {key.ref for key in batch.missing} == {keys[1]}
    assert [bad.reason for bad in batch.quarantined] == [
        f"asked for SUP-99, the source answers with {keys[2]}"
    ]


@PRODUCTS
def test_a_window_of_the_past(site, clock, memory, product: str) -> None:
    keys = []
    for _ in range(30):
        keys.append(site.open())
        clock.advance(timedelta(minutes=20, seconds=7))
    begin, end = (site.issue(keys[at])["fields"]["created"] for at in (5, 20))
    with (
        MisbehavingServer(site) as server,
        reading(server.origin, product=product, page_size=4) as source,
    ):
        memory.poll(source, clock, period=Segment(begin, end))
    assert memory.refs == set(keys[5:20])
    assert memory.batches[-1].complete


@PRODUCTS
def test_one_bad_issue_is_set_aside_alone(site, clock, memory, product: str) -> None:
    good = {site.open() for _ in range(3)}
    odd = site.open("Courtoisie")
    wrong = site.open(created="hier")
    site.move(min(good), "Frozen")
    with (
        MisbehavingServer(site) as server,
        reading(server.origin, product=product) as source,
    ):
        site.ignores_order = True
        memory.poll(source, clock)
    assert memory.refs == good
    aside = {bad.ref for batch in memory.batches for bad in batch.quarantined}
    assert aside == {odd, wrong}
    # A status that nobody mapped is kept as it came.
    assert memory.of(min(good))[-1].raw_status == "Frozen"
    assert any(batch.unknown_statuses == {"Frozen": 1} for batch in memory.batches)


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (does.login_page, "auth"),
        (does.broken_off, "truncated"),
        (does.content(b"[]"), "not_list"),
        (does.status(400), "http_4xx"),
        (does.status(429, {"Retry-After": "120"}), "throttled"),
    ],
)
def test_what_is_no_answer_is_a_fault(site, clock, memory, behaviour, kind: str) -> None:
    site.open()
    with (
        MisbehavingServer(site, otherwise=behaviour) as server,
        reading(server.origin) as source,
        pytest.raises(SourceFault) as fault,
    ):
        memory.poll(source, clock)
    assert fault.value.kind == kind
    assert (fault.value.not_before is not None) == (kind == "throttled")
    assert memory.cursor is None


def test_checking_says_what_was_found(site, clock) -> None:
    with MisbehavingServer(site) as server, reading(server.origin) as source:
        assert source.check().endswith("/rest/api/3/search/jql answers, with no record")
        site.open()
        assert source.check().endswith(
            "answers; its first record is SUP-1, received 2026-11-23 15:00 UTC, category "
            "incident, status 'Open' (acknowledged)"
        )
        site.account_zone = ZoneInfo("America/Toronto")
        assert source.check().endswith(
            "; the account's clocks hang in America/Toronto, so write timezone: America/Toronto"
        )
    with (
        MisbehavingServer(site) as server,
        reading(server.origin, jql="project = NOPE") as source,
        pytest.raises(SourceFault, match="answered 400; check jql"),
    ):
        source.check()


@PRODUCTS
@pytest.mark.walks(15)
def test_issues_edited_during_the_walk_are_not_lost(clock, memory, product: str, seed: int) -> None:
    random = Random(seed)
    site = Site(clock, largest_page=random.choice([2, 5, 9]))
    for _ in range(random.randrange(5, 30)):
        site.open()
        clock.advance(timedelta(seconds=random.choice([0, 0, 30, 90])))
    edits: list[None] = []

    def churn(exchange: Exchange) -> None:
        for _ in range(min(random.randrange(3), 40 - len(edits))):
            edits.append(None)
            clock.advance(timedelta(seconds=random.choice([0, 0, 1, 40])))
            key = random.choice(site.issues)["key"]
            if random.random() < 0.2:
                site.open()
            elif random.random() < 0.1 and len(site.issues) > 1:
                site.remove(key)
            elif random.random() < 0.2:
                site.touch(key)
            else:
                site.move(key, random.choice(["In Progress", "Resolved", "Open"]))
        does.well(exchange)

    with (
        MisbehavingServer(site, otherwise=churn) as server,
        reading(server.origin, product=product) as source,
    ):
        for _ in range(2):
            memory.poll(source, clock)
            clock.advance(MINUTE)
        server.otherwise = does.well
        memory.poll(source, clock)
    for issue in site.issues:
        changed = [each["items"][1]["toString"] for each in issue["changelog"]]
        seen = sorted(memory.of(issue["key"]), key=lambda one: one.changed_at)
        assert [one.raw_status for one in seen] == ["Open", *changed]
