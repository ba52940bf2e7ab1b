"""What is drawn of an obligation: on the very rules that its ledger is made by."""

from datetime import timedelta
from itertools import pairwise

from monitor.cases.evaluate import Judgement, evaluate
from monitor.cases.obligation import Obligation
from monitor.cases.observation import Observation
from monitor.cases.timeline import build_timeline
from monitor.clock import SpanReason
from monitor.shown.ledger import entry_of
from monitor.shown.picture import CourseKind, MarkKind, Picture, picture_of
from tests.support.cases import said, utc
from tests.support.world import shipped_contract

RECEIVED = "2026-11-20 16:00"


def pictured(now: str, *statuses: tuple[str, str], category: str = "outage") -> Picture:
    """An outage received on a Friday afternoon, as of an instant."""
    observations: list[Observation] = [
        said(status, at, received_at=RECEIVED, category=category)
        for status, at in (("received", RECEIVED), *statuses)
    ]
    book = shipped_contract()
    version = book.versions[-1]
    (commitment,) = (each for each in version.commitments if each.category == category)
    evaluation = _evaluated(book, version, commitment, observations, now)
    entry = entry_of(evaluation, book, build_timeline(observations), Judgement(now=utc(now)))
    return picture_of(entry, utc(now), observations=observations, escalations=[])


def _evaluated(book, version, commitment, observations, now) -> Obligation:
    found = evaluate(
        commitment,
        build_timeline(observations),
        book.clock(version, commitment.calendar),
        Judgement(now=utc(now)),
    )
    return Obligation(
        id=1,
        key=observations[0].key,
        source="telus-tickets",
        organization=None,
        place=None,
        region=None,
        region_provisional=False,
        commitment=commitment.id,
        contract_version=version.version,
        calendar=commitment.calendar,
        unit=commitment.amount.unit,
        amount_seconds=commitment.amount.seconds,
        received_at=observations[0].received_at,
        evaluated_at=utc(now),
        evaluation=found,
        confirmed_at=None,
    )


def marks(picture: Picture) -> dict[MarkKind, list[str]]:
    found: dict[MarkKind, list[str]] = {}
    for mark in picture.marks:
        found.setdefault(mark.kind, []).append(f"{mark.at:%m-%d %H:%M}")
    return found


def test_the_deadline_and_now_are_both_in_it() -> None:
    picture = pictured("2026-11-23 10:00")
    found = marks(picture)
    assert found[MarkKind.DUE] == ["11-25 18:00"]
    assert found[MarkKind.NOW] == ["11-23 15:00"]
    assert found[MarkKind.RECEIVED] == ["11-20 21:00"]
    # 80 % of 24 hours: 19 h 12 after 1 hour on the Friday and 9 on the Monday and Tuesday.
    assert found[MarkKind.THRESHOLD] == ["11-25 13:12"]
    assert picture.start < utc(RECEIVED)
    assert picture.end > utc("2026-11-25 13:00")
    assert all(before.at <= after.at for before, after in pairwise(picture.marks))


def test_what_is_no_business_time_is_drawn() -> None:
    picture = pictured("2026-11-23 10:00")
    reasons = {band.reason for band in picture.bands}
    assert reasons == {SpanReason.OUTSIDE_HOURS, SpanReason.WEEKEND}
    weekend = next(band for band in picture.bands if band.reason is SpanReason.WEEKEND)
    assert (weekend.start, weekend.end) == (utc("2026-11-21 00:00"), utc("2026-11-23 00:00"))


def test_a_pause_and_a_stop_are_told_apart() -> None:
    picture = pictured("2026-11-24 12:00", ("resolved", "2026-11-23 09:00"))
    kinds = [stretch.kind for stretch in picture.course]
    assert kinds == [CourseKind.RUNNING]
    assert picture.course[-1].end == utc("2026-11-23 09:00")
    assert MarkKind.NOW not in marks(picture)
    reopened = pictured(
        "2026-11-24 12:00", ("resolved", "2026-11-23 09:00"), ("reopened", "2026-11-23 15:00")
    )
    assert [stretch.kind for stretch in reopened.course] == [
        CourseKind.RUNNING,
        CourseKind.STOPPED,
        CourseKind.RUNNING,
    ]


def test_a_long_picture_leaves_nights_out_and_an_endless_one_its_beginning() -> None:
    long = pictured("2027-02-01 12:00")
    assert long.is_coarse
    assert SpanReason.OUTSIDE_HOURS not in {band.reason for band in long.bands}
    assert SpanReason.HOLIDAY in {band.reason for band in long.bands}
    endless = pictured("2036-02-01 12:00")
    assert endless.end - endless.start <= timedelta(days=801)
    assert len(endless.bands) < 200
