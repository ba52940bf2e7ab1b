"""From entries to quiet stretches."""

import pytest

from monitor.alerts.interventions import (
    AckEntry,
    Act,
    HoldEntry,
    Mute,
    MuteKind,
    Via,
    acknowledgements,
    holds,
    in_force,
)
from monitor.errors import InputError
from tests.support.cases import utc


def ack(number: int, at: str, until: str | None = None, **changes) -> AckEntry:
    given = {"commitment": None, "begins": True, "by": "A", "why": "w"} | changes
    until_at = None if until is None else utc(f"2026-11-23 {until}")
    return AckEntry(id=number, at=utc(f"2026-11-23 {at}"), until=until_at, **given)


def spans(mutes: list[Mute]) -> list[tuple[int, str, str | None]]:
    def hour(at):
        return at and f"{at.hour - 5:02}:{at.minute:02}"

    return [(m.id, hour(m.start), hour(m.end)) for m in mutes]


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], []),
        ([ack(1, "09:00", "12:00")], [(1, "09:00", "12:00")]),
        ([ack(1, "09:00")], [(1, "09:00", None)]),
        # Prolonged, or shortened, by another.
        ([ack(1, "09:00", "12:00"), ack(2, "10:00", "14:00")], [(1, "09:00", "10:00"), (2, "10:00", "14:00")]),
        # Begun again after it lapsed.
        ([ack(1, "09:00", "12:00"), ack(2, "13:00", "14:00")], [(1, "09:00", "12:00"), (2, "13:00", "14:00")]),
        # Ended by hand; and ended when it had lapsed, which changes nothing.
        ([ack(1, "09:00"), ack(2, "10:00", begins=False)], [(1, "09:00", "10:00")]),
        ([ack(1, "09:00", "10:00"), ack(2, "11:00", begins=False)], [(1, "09:00", "10:00")]),
        # Of another commitment.
        ([ack(1, "09:00", commitment="other")], []),
        ([ack(1, "09:00"), ack(2, "10:00", commitment="mine", begins=False)], [(1, "09:00", "10:00")]),
        ([ack(1, "09:00", commitment="mine"), ack(2, "10:00", begins=False)], [(1, "09:00", "10:00")]),
    ],
)  # fmt: skip
def test_acknowledgements(entries, expected):
    assert spans(acknowledgements(reversed(entries), "mine")) == expected


def test_holds():
    def entry(number: int, at: str, *, begins: bool) -> HoldEntry:
        return HoldEntry(id=number, begins=begins, by="A", why="w", at=utc(f"2026-11-23 {at}"))

    entries = [
        entry(1, "09:00", begins=False), entry(2, "10:00", begins=True),
        entry(3, "11:00", begins=True), entry(4, "12:00", begins=False),
        entry(5, "13:00", begins=True),
    ]  # fmt: skip
    assert spans(holds(entries)) == [(2, "10:00", "12:00"), (5, "13:00", None)]


def test_a_hold_counts_before_an_acknowledgement_and_that_before_a_silence():
    start, end = utc("2026-11-23 09:00"), utc("2026-11-23 12:00")
    mutes = [
        Mute(kind=kind, id=1, start=start, end=end, by="A", why="w")
        for kind in (MuteKind.SILENCED, MuteKind.ACKNOWLEDGED, MuteKind.HELD)
    ]
    found = in_force(mutes, start)
    assert found is not None
    assert found.kind is MuteKind.HELD
    assert (in_force(mutes[:2], start) or found).kind is MuteKind.ACKNOWLEDGED
    # A stretch ends before its end.
    assert in_force(mutes, end) is None


@pytest.mark.parametrize(
    ("by", "why", "said"),
    [
        ("", "w", "by: is empty"),
        ("  ", "w", "by: is empty"),
        ("a" * 81, "w", "by: is too long"),
        ("A", "w" * 501, "why: is too long"),
        ("A", "two\nlines", "why: holds control characters"),
        ("A\u202e", "w", "by: holds control characters"),
    ],
)
def test_words_that_cannot_be_kept(by, why, said):
    with pytest.raises(InputError, match=said):
        Act.of(by, why, Via.CLI)
