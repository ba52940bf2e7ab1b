"""The daemon's own purge: real time, short waits, nothing sleeps to see it."""

import queue
from datetime import UTC, datetime

from structlog.testing import capture_logs

from monitor.clock.wall import ScaledClock, SystemClock, WallClock
from monitor.engine.housekeeping import Housekeeping
from monitor.engine.purge import Purged

PATIENCE = 10.0
START = datetime(2026, 11, 23, tzinfo=UTC)


class Store:
    """Has so many lots, and tells when it was asked."""

    def __init__(self, *lots: Purged) -> None:
        self.lots = list(lots)
        self.asked: queue.Queue[Purged] = queue.Queue()

    def purge(self) -> Purged:
        lot = self.lots.pop(0) if self.lots else Purged()
        self.asked.put(lot)
        return lot

    def answers(self, count: int) -> list[Purged]:
        return [self.asked.get(timeout=PATIENCE) for _ in range(count)]


def purging(store: Store, clock: WallClock) -> Housekeeping:
    keeper = Housekeeping(store.purge, clock)
    keeper.start()
    return keeper


def test_lots_go_one_after_another_until_none_is_left() -> None:
    store = Store(Purged(payloads=500), Purged(cases=3))
    with capture_logs() as logs:
        keeper = purging(store, SystemClock())
        assert store.answers(3) == [Purged(payloads=500), Purged(cases=3), Purged()]
        assert keeper.stop(PATIENCE)
    assert [log for log in logs if log["event"] == "purged"] == [
        {
            "event": "purged",
            "log_level": "info",
            "payloads": 500,
            "quarantined": 0,
            "cases": 3,
            "letters": 0,
            "enclosures": 0,
        }
    ]
    assert store.asked.empty()
    assert keeper.pulse().failures == 0


def test_the_next_day_it_looks_again() -> None:
    store = Store()
    # A day lasts a hundredth of a second.
    keeper = purging(store, ScaledClock(START, 8_640_000))
    assert store.answers(3) == [Purged()] * 3
    assert keeper.stop(PATIENCE)


def test_it_ends_though_there_is_more() -> None:
    store = Store(*[Purged(payloads=1)] * 1000)
    keeper = purging(store, SystemClock())
    store.answers(1)
    assert keeper.stop(PATIENCE)
    assert store.lots
