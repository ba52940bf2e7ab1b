"""Which version governs, and on which clock its promises run."""

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.contract.book import ContractBook, NotInForceError
from monitor.contract.checks import parse_version
from monitor.contract.model import PlaceRuling
from tests.support.contracts import CONTRACT, changed

SECOND = changed(
    'version: "1"', 'version: "2"', changed("effective_from: 2026-01-01", "effective_from: 2027-07-01")
)  # fmt: skip
TUESDAY = datetime(2026, 12, 29, 12, tzinfo=UTC)


def book(*texts: str, **parts: object) -> ContractBook:
    versions = [parse_version(text, "x.yaml") for text in texts or (CONTRACT,)]
    return ContractBook(versions, **parts)  # type: ignore[arg-type]  # a shorthand of these tests


def test_versions_are_in_the_order_of_their_dates() -> None:
    assert [version.version for version in book(SECOND, CONTRACT).versions] == ["1", "2"]


@pytest.mark.parametrize(
    ("received_at", "version"),
    [
        (datetime(2026, 1, 1, 5, tzinfo=UTC), "1"),
        (datetime(2027, 7, 1, 3, 59, 59, tzinfo=UTC), "1"),
        # 00:00 in Toronto, where the summer's offset is four hours.
        (datetime(2027, 7, 1, 4, tzinfo=UTC), "2"),
        (datetime(2090, 1, 1, tzinfo=UTC), "2"),
    ],
)
def test_the_version_in_force_at_receipt_governs(received_at: datetime, version: str) -> None:
    assert book(CONTRACT, SECOND).in_force(received_at).version == version


def test_before_the_first_version_nothing_was_promised() -> None:
    with pytest.raises(NotInForceError) as caught:
        book(CONTRACT, SECOND).in_force(datetime(2026, 1, 1, 4, 59, tzinfo=UTC))
    assert str(caught.value) == (
        "no version of contract 'small' was in force at 2026-01-01T04:59:00+00:00;"
        " the first is 1, from 2026-01-01"
    )


def test_a_receipt_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        book().in_force(datetime(2026, 6, 1))  # noqa: DTZ001 - what is refused


def test_a_version_is_found_by_name() -> None:
    both = book(CONTRACT, SECOND)
    assert both.version("2") is both.versions[1]
    with pytest.raises(KeyError):
        both.version("3")


def test_a_calendar_is_the_versions_own_or_a_shipped_one() -> None:
    later = changed('fri: ["08:00-12:00"]', 'fri: ["08:00-16:00"]', SECOND)
    both = book(CONTRACT, later)
    first, second = both.versions
    friday = datetime(2027, 8, 6, 4, tzinfo=UTC), datetime(2027, 8, 7, 4, tzinfo=UTC)
    assert both.clock(first, "desk").elapsed(*friday) == timedelta(hours=4)
    assert both.clock(second, "desk").elapsed(*friday) == timedelta(hours=8)
    assert both.clock(first, "quebec-days") is both.clock(second, "quebec-days")
    assert both.clock(first, "desk") is both.clock(first, "desk")
    with pytest.raises(ValueError, match="unknown calendar"):
        both.clock(first, "nowhere")


@pytest.mark.parametrize(
    ("calendar", "hours"),
    [("desk", 0), ("quebec-support", 0), ("quebec-days", 0), ("24x7", 24), ("free", 9)],
)
def test_the_operators_days_off_close_what_keeps_the_governments(calendar: str, hours: int) -> None:
    free = "  free:\n    label: {fr: L, en: F}\n    week:\n      mon-fri: ['08:00-17:00']\nproviders:\n"
    closed = book(changed("providers:\n", free), closed_days={date(2026, 12, 29): "Tempête"})
    clock = closed.clock(closed.versions[0], calendar)
    day = datetime(2026, 12, 29, 5, tzinfo=UTC), datetime(2026, 12, 30, 5, tzinfo=UTC)
    assert clock.elapsed(*day) == timedelta(hours=hours)


def test_a_place_is_ruled_on_by_the_operator_before_the_contract() -> None:
    contracts = changed(
        "regions:\n", "regions:\n  rulings:\n    - {place: Gaspé, region: remote}\n    - {place: Percé, region: remote}\n"
    )  # fmt: skip
    ruled = book(contracts, rulings=[PlaceRuling(place="Perce", region="local")])
    version = ruled.versions[0]
    answers = [ruled.region_of(version, place, TUESDAY) for place in ("gaspe", "Percé", "Matane")]
    assert [answer and answer.region for answer in answers] == ["remote", "local", "local"]


def test_a_season_is_read_on_the_local_date_of_receipt() -> None:
    winter = PlaceRuling(place="Percé", region="remote", starts_on="12-29", ends_on="04-15")
    ruled = book(rulings=[winter])
    version = ruled.versions[0]
    before = ruled.region_of(version, "Percé", datetime(2026, 12, 29, 4, 59, tzinfo=UTC))
    within = ruled.region_of(version, "Percé", datetime(2026, 12, 29, 5, tzinfo=UTC))
    assert (before and before.region, within and within.region) == ("local", "remote")


def test_without_a_rule_for_regions_no_place_is_looked_up() -> None:
    nowhere = CONTRACT.replace("regions:\n  source: {document: Texte, clause: Deux}\n", "")
    nowhere = nowhere.replace("    region: local\n", "").replace("    region: remote\n", "")
    nowhere = nowhere.replace(
        "    stop_statuses: [completed]\n", "    stop_statuses: [closed]\n", 1
    )
    free = book(nowhere)
    assert free.region_of(free.versions[0], "Fermont", TUESDAY) is None


def test_a_commitment_that_begins_later_is_not_owed_before() -> None:
    later = changed("amount: 4 h", "amount: 4 h\n    effective_from: 2026-06-01")
    version = book(later).versions[0]
    assert version.owed_on("request", None, date(2026, 5, 31)) == ()
    assert [c.id for c in version.owed_on("request", None, date(2026, 6, 1))] == ["answer"]
    assert [c.id for c in version.owed_on("request", None)] == ["answer"]
