"""The shipped contract says what the service description says, and its clocks count it so."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.contract.book import ContractBook
from monitor.contract.checks import check_contract
from monitor.contract.loader import builtin_names, load_contract, read_contract
from monitor.contract.model import Commitment, StartRule, Status, Unit

TORONTO = ZoneInfo("America/Toronto")
DAYS, HOURS = Unit.BUSINESS_DAYS, Unit.BUSINESS_HOURS

LEVELS = [
    # id, category, amount, unit, calendar, start rule, region
    ("delivery-local", "delivery", 3, DAYS, "quebec-days", "next_business_day", "local"),
    ("delivery-remote", "delivery", 7, DAYS, "quebec-days", "next_business_day", "remote"),
    ("password-reset", "password-reset", 4, HOURS, "quebec-support", "from_receipt", None),
    ("number-change", "number-change", 7, HOURS, "quebec-support", "from_receipt", None),
    ("information-request", "information-request", 4, HOURS, "quebec-support", "from_receipt", None),
    ("incident-resolution", "incident", 7, HOURS, "quebec-support", "from_receipt", None),
    ("service-restoration", "outage", 24, HOURS, "quebec-support", "from_receipt", None),
    ("billing-report", "billing-report", 20, DAYS, "quebec-days", "next_business_day", None),
    ("quarterly-report", "quarterly-report", 15, DAYS, "quebec-days", "next_business_day", None),
]  # fmt: skip


@pytest.fixture(scope="module")
def book() -> ContractBook:
    return load_contract("builtin:cspq-mobilite")


def due_at(book: ContractBook, commitment: Commitment, received_at: datetime) -> datetime:
    clock = book.clock(book.in_force(received_at), commitment.calendar)
    if commitment.start_rule is StartRule.NEXT_BUSINESS_DAY:
        received_at = clock.day_after(received_at)
    return clock.deadline(clock.next_opening(received_at), commitment.amount.span)


@pytest.mark.parametrize("name", builtin_names())
def test_every_shipped_contract_is_sound(name: str) -> None:
    assert check_contract(read_contract(f"builtin:{name}")[1], name) == []


@pytest.mark.parametrize("row", LEVELS, ids=lambda row: row[0])
def test_a_level_is_as_the_text_has_it(
    book: ContractBook, row: tuple[str, str, int, Unit, str, str, str | None]
) -> None:
    name, *expected = row
    level = book.versions[0].by_id[name]
    assert [
        level.category,
        level.amount.quantity,
        level.amount.unit,
        level.calendar,
        level.start_rule,
        level.region,
    ] == expected
    assert level.pause_statuses == frozenset()
    assert Status.CLOSED in level.stop_statuses
    assert level.source.quote is not None


def test_there_are_no_other_levels(book: ContractBook) -> None:
    assert [level.id for level in book.versions[0].commitments] == [row[0] for row in LEVELS]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("delivery-local", Status.DELIVERED),
        ("delivery-remote", Status.DELIVERED),
        ("password-reset", Status.RESOLVED),
        ("number-change", Status.ACTIVATED),
        ("information-request", Status.ANSWERED),
        ("incident-resolution", Status.RESOLVED),
        ("service-restoration", Status.RESTORED),
        ("billing-report", Status.DELIVERED),
        ("quarterly-report", Status.DELIVERED),
    ],
)
def test_the_stated_end_of_the_work_stops_the_clock(
    book: ContractBook, name: str, status: Status
) -> None:
    assert status in book.versions[0].by_id[name].stop_statuses


@pytest.mark.parametrize(
    ("name", "received", "due"),
    [
        ("delivery-local", "2026-11-23T15:30", "2026-11-27T00:00"),
        ("delivery-remote", "2026-11-23T15:30", "2026-12-03T00:00"),
        ("service-restoration", "2026-11-20T16:00", "2026-11-25T13:00"),
        ("quarterly-report", "2026-09-30T12:00", "2026-10-23T00:00"),
        ("quarterly-report", "2026-12-31T23:59", "2027-01-26T00:00"),
        # A weekend receipt has Monday as day 1.
        ("delivery-local", "2026-11-21T10:00", "2026-11-26T00:00"),
        # Received outside hours: runs from the next opening.
        ("password-reset", "2026-11-20T17:00", "2026-11-23T12:00"),
        ("password-reset", "2026-11-23T07:59", "2026-11-23T12:00"),
        # Exactly one day of hours: due at the closing time.
        ("incident-resolution", "2026-11-23T10:00", "2026-11-23T17:00"),
    ],
)
def test_worked_examples(book: ContractBook, name: str, received: str, due: str) -> None:
    received_at = datetime.fromisoformat(received).replace(tzinfo=TORONTO)
    level = book.in_force(received_at).by_id[name]
    expected = datetime.fromisoformat(due).replace(tzinfo=TORONTO)
    assert due_at(book, level, received_at) == expected


def test_providers_are_ranked(book: ContractBook) -> None:
    assert book.versions[0].ranks == {"telus": 1, "rogers": 2}


def test_each_subject_has_a_contact_at_each_provider(book: ContractBook) -> None:
    contacts = book.versions[0].contacts
    subjects = {"orders", "devices", "billing-and-reports", "technical-support", "complaints"}
    for provider in ("telus", "rogers"):
        assert {c.subject for c in contacts if c.provider == provider} == subjects
    assert [c.email for c in contacts if c.provider is None] == ["conseillers.dcsc@cspq.gouv.qc.ca"]


@pytest.mark.parametrize(
    ("provider", "category", "facts", "expected"),
    [
        ("telus", "delivery", [], ["devices-from-provider"]),
        ("rogers", "delivery", [], ["second-rank-derogation", "devices-from-provider"]),
        ("rogers", "number-change", [], ["second-rank-derogation"]),
        ("rogers", "incident", [], []),
        ("telus", "delivery", ["device-cost-not-zero"], ["paid-device-authorization", "devices-from-provider"]),
        ("telus", "delivery", ["email-sync-without-device-management"], ["devices-from-provider", "email-sync-device-management"]),
        ("telus", "incident", ["device-cost-not-zero"], []),
    ],
)  # fmt: skip
def test_conditions_apply_where_the_text_says(
    book: ContractBook, provider: str, category: str, facts: list[str], expected: list[str]
) -> None:
    version = book.versions[0]
    found = version.conditions_on(provider=provider, category=category, facts=facts)
    assert [condition.id for condition in found] == expected


def test_it_governs_every_receipt_since_2017(book: ContractBook) -> None:
    assert book.versions[0].version == "2019-12-11"
    assert book.versions[0].effective_from == date(2017, 1, 1)
    assert book.in_force(datetime(2017, 1, 1, 5, tzinfo=UTC)) is book.versions[0]


def test_a_delivery_is_owed_by_its_region_alone(book: ContractBook) -> None:
    version = book.versions[0]
    assert [c.id for c in version.owed_on("delivery", "local")] == ["delivery-local"]
    assert [c.id for c in version.owed_on("delivery", "remote")] == ["delivery-remote"]
    assert [c.id for c in version.owed_on("outage", "remote")] == ["service-restoration"]
    assert version.owed_on("nothing", "local") == ()
