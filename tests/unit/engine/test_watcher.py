"""When Vigie is well, when it is not, and who is told."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from monitor.engine.loop import Pulse
from monitor.engine.vitals import Ailment, AilmentKind, Limits, Vitals, ailments, makes_progress
from monitor.engine.watcher import Watcher, WatchTerms
from tests.support.outbox import START

MINUTE = timedelta(minutes=1)


def pulse(name: str = "tick", *, stalled: bool = False, failures: int = 0) -> Pulse:
    return Pulse(name=name, last_seen_at=START, stalled=stalled, failures=failures)


WELL = Vitals(now=START, pulses=[pulse()], ticked_at=START, stuck_since=None)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"ticked_at": None}, []),
        ({"pulses": [pulse("poll t", stalled=True)]}, [(AilmentKind.STALLED, "poll t")]),
        ({"pulses": [pulse(failures=4)]}, []),
        ({"pulses": [pulse(failures=5)]}, [(AilmentKind.FAILING, "tick")]),
        ({"ticked_at": START - 5 * MINUTE}, []),
        ({"ticked_at": START - 6 * MINUTE}, [(AilmentKind.TICK, "")]),
        ({"stuck_since": START - 15 * MINUTE}, []),
        ({"stuck_since": START - 16 * MINUTE}, [(AilmentKind.OUTBOX, "")]),
        ({"readable": False}, [(AilmentKind.DATABASE, "")]),
    ],
)
def test_what_is_wrong(changes: dict[str, object], found: list[tuple[AilmentKind, str]]) -> None:
    seen = ailments(replace(WELL, **changes), Limits())  # type: ignore[arg-type]
    assert [(each.kind, each.where) for each in seen] == found


def test_only_what_a_restart_could_mend_stops_the_progress() -> None:
    assert makes_progress(replace(WELL, stuck_since=START - timedelta(days=2), readable=False))
    assert not makes_progress(replace(WELL, pulses=[pulse(stalled=True)]))


@dataclass
class Signs:
    given: list[str] = field(default_factory=list)
    broken: bool = False

    def beat(self) -> None:
        self._give("beat")

    def progress(self) -> None:
        self._give("progress")

    def alarm(self, found: Sequence[Ailment]) -> None:
        self._give(f"alarm {len(found)}")

    def _give(self, sign: str) -> None:
        if self.broken and sign != "progress":
            raise OSError("down")
        self.given.append(sign)


@dataclass
class Round:
    """A watcher whose clock and vitals a test moves."""

    signs: Signs = field(default_factory=Signs)
    vitals: Vitals = WELL

    def __post_init__(self) -> None:
        self.watcher = Watcher(lambda: self.vitals, self.signs, WatchTerms())

    def after(self, minutes: float, **changes: object) -> list[str]:
        """What is given in a round so long after the start."""
        self.signs.given.clear()
        at = START + minutes * MINUTE
        self.vitals = replace(WELL, now=at, ticked_at=at, **changes)  # type: ignore[arg-type]
        assert self.watcher.step() == 15.0
        return list(self.signs.given)


def test_it_beats_at_its_rhythm_while_all_is_well() -> None:
    watch = Round()
    assert watch.after(0) == ["progress", "beat"]
    assert watch.after(0.5) == ["progress"]
    assert watch.after(1) == ["progress", "beat"]


def test_it_falls_silent_and_tells_once_then_again_and_when_it_is_over() -> None:
    watch = Round()
    stuck = {"stuck_since": START - 60 * MINUTE}
    assert watch.after(0, **stuck) == ["progress", "alarm 1"]
    assert watch.after(10, **stuck) == ["progress"]
    assert watch.after(240, **stuck) == ["progress", "alarm 1"]
    assert watch.after(241) == ["progress", "alarm 0", "beat"]
    assert watch.after(242) == ["progress", "beat"]


def test_a_sign_that_cannot_be_given_is_tried_in_the_next_round() -> None:
    watch = Round()
    watch.signs.broken = True
    assert watch.after(0, stuck_since=START - 60 * MINUTE) == ["progress"]
    watch.signs.broken = False
    assert watch.after(1, stuck_since=START - 60 * MINUTE) == ["progress", "alarm 1"]


def test_a_loop_that_hangs_ends_the_progress() -> None:
    assert Round().after(0, pulses=[pulse(stalled=True)]) == ["alarm 1"]
