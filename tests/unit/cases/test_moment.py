"""What had happened by an instant, and what was known of it."""

from dataclasses import replace

import pytest

from monitor.cases.moment import Moment
from monitor.cases.news import learned_last, learned_since
from monitor.cases.observation import Observation
from monitor.cases.timeline import build_timeline
from tests.support.cases import said, utc

RECEIVED = "2026-11-23 09:00"
FIRST = said("received", RECEIVED, received_at=RECEIVED)
LEARNED_LATE = said(
    "resolved", "2026-11-23 11:00", received_at=RECEIVED, observed_at="2026-11-23 15:00"
)
STORY = [FIRST, LEARNED_LATE]


def statuses(moment: Moment, story: list[Observation]) -> list[str] | None:
    found = moment.timeline(story)
    return None if found is None else [change.raw_status for change in found.changes]


@pytest.mark.parametrize(
    ("at", "known_at", "expected"),
    [
        ("2026-11-23 08:59", None, None),
        ("2026-11-23 09:00", None, ["received"]),
        ("2026-11-23 10:59", None, ["received"]),
        ("2026-11-23 11:00", None, ["received", "resolved"]),
        ("2026-11-23 11:00", "2026-11-23 14:59", ["received"]),
        ("2026-11-23 11:00", "2026-11-23 15:00", ["received", "resolved"]),
        ("2026-11-23 16:00", "2026-11-23 08:59", None),
    ],
)
def test_both_times_choose(at: str, known_at: str | None, expected: list[str] | None) -> None:
    moment = Moment(at=utc(at), known_at=None if known_at is None else utc(known_at))
    assert statuses(moment, STORY) == expected


def test_what_may_have_happened_by_then_is_part_of_it() -> None:
    between = replace(
        said("resolved", "2026-11-23 15:00", received_at=RECEIVED),
        changed_after=utc("2026-11-23 11:00"),
        previous_id=FIRST.id,
    )
    assert statuses(Moment(at=utc("2026-11-23 11:00")), [FIRST, between]) == ["received"]
    assert statuses(Moment(at=utc("2026-11-23 11:01")), [FIRST, between]) == [
        "received",
        "resolved",
    ]


def test_what_was_stated_of_the_future_counts_from_when_it_was_stated() -> None:
    ahead = said(
        "resolved", "2026-11-23 12:05", received_at=RECEIVED, observed_at="2026-11-23 12:00"
    )
    assert statuses(Moment(at=utc("2026-11-23 12:00")), [FIRST, ahead]) == ["received", "resolved"]
    assert statuses(Moment(at=utc("2026-11-23 11:59")), [FIRST, ahead]) == ["received"]


def test_a_category_counts_from_when_it_was_learned() -> None:
    outage = replace(FIRST, category="outage", observed_at=utc("2026-11-23 10:00"))
    back = replace(
        said("in_progress", "2026-11-23 11:00", received_at=RECEIVED),
        observed_at=utc("2026-11-23 12:00"),
    )
    timeline = build_timeline([back, outage, FIRST])
    assert timeline.categories == ("incident", "outage")
    assert timeline.left_at("incident") is None
    assert timeline.left_at("outage") == utc("2026-11-23 12:00")
    assert timeline.left_at("modem") is None
    assert timeline.as_of(utc("2026-11-23 11:59")).category == "outage"
    assert timeline.as_of(utc("2026-11-23 09:59")).category == "incident"


def test_the_news_is_what_happened_last_of_what_was_learned_since() -> None:
    assert learned_since(STORY, utc("2026-11-23 09:00")) == LEARNED_LATE
    assert learned_since(STORY, utc("2026-11-23 15:00")) is None


def test_what_was_learned_last_is_what_its_poll_learned() -> None:
    learned, before = learned_last(STORY)
    assert learned == LEARNED_LATE
    assert [*before, learned] == sorted(STORY, key=lambda each: each.observed_at)
