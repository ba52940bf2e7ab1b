"""The past of a source, filled in: the same walk in windows, under a cursor of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.clock.segment import Segment
from monitor.collectors.base import Batch, Collector, PollWindow, SourceFault
from monitor.collectors.poller import ObservationStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a request for the past has come."""

    period: Segment
    done_until: datetime
    finished_at: datetime | None = None


class BackfillStore(Protocol):
    """Where progress is kept, by source and period. Each call is one transaction."""

    def load(self, source: str, period: Segment, /) -> Progress | None: ...

    def save(self, source: str, progress: Progress, /, *, at: datetime) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One window of the past, stored."""

    done_until: datetime
    added: int = 0
    repeated: int = 0
    quarantined: int = 0
    warnings: tuple[str, ...] = ()


class AskedToWait(SourceFault):
    """The source asked to be left alone: not even a window is begun."""

    def __init__(self, until: datetime) -> None:
        super().__init__("the source asked to be left alone", kind="waiting", not_before=until)


def fill_once(
    collector: Collector,
    store: ObservationStore,
    window: Segment,
    now: datetime,
    *,
    budget: timedelta = timedelta(minutes=10),
) -> Filled:
    """Read what a source dates in one window of the past, and store it as history.

    The source's own cursor, its confirmation, its faults and what is missing stay as they are.

    Args:
        collector: the source.
        store: where observations go.
        window: the stretch of the past.
        now: when this is read; aware.
        budget: the real time it may take.

    Raises:
        SourceFault: the walk ended early; what was stored by then stays. What the source asks for
            by it is kept, as after a poll.
    """
    name = collector.name
    state = store.load_window(name)
    if state.not_before is not None and now < state.not_before:
        raise AskedToWait(state.not_before)
    asked = PollWindow(
        cursor=None,
        until=now,
        recall=lambda keys: store.recall(name, keys),
        budget=budget,
        period=window,
    )
    filled = Filled(done_until=window.end)
    try:
        for batch in collector.fetch(asked):
            recorded = store.record(name, _as_history(batch), at=now)
            filled = replace(
                filled,
                added=filled.added + recorded.added,
                repeated=filled.repeated + recorded.repeated,
                quarantined=filled.quarantined + recorded.quarantined,
                warnings=(*filled.warnings, *batch.warnings),
            )
    except SourceFault as fault:
        if fault.not_before is not None:
            store.record_fault(name, fault, at=now)
        raise
    return filled


def windows(progress: Progress, size: timedelta, now: datetime) -> Iterator[Segment]:
    """What is left of a request, oldest first, up to now at most."""
    start, end = progress.done_until, min(progress.period.end, now)
    while start < end:
        following = min(start + size, end)
        yield Segment(start, following)
        start = following


def _as_history(batch: Batch) -> Batch:
    return replace(batch, history=True, cursor=None, checkpoint=None, complete=False, missing=())
