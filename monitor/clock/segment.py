"""A small algebra of half-open spans of time, on which ledgers and timelines are built."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.clock.limits import naive


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """`[start, end)`: the start belongs to it, the end does not. Kept in UTC.

    An empty segment (start equal to end) is allowed; it is what remains of nothing.

    Raises:
        ValueError: an end before the start, or an instant without a time zone.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            value: datetime = getattr(self, name)
            if value.tzinfo is None:
                raise naive(name, value)
            if value.tzinfo is not UTC:
                object.__setattr__(self, name, value.astimezone(UTC))
        if self.end < self.start:
            raise ValueError(
                f"a segment runs forward: end {self.end.isoformat()} is before start"
                f" {self.start.isoformat()}"
            )

    @property
    def duration(self) -> timedelta:
        return self.end - self.start

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end

    def __bool__(self) -> bool:
        return self.start < self.end

    def intersect(self, other: "Segment") -> "Segment | None":
        """What both share; None when they share no instant, so also when they only touch."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Segment(start, end) if start < end else None


def union(segments: Iterable[Segment]) -> list[Segment]:
    """The same instants in order, none twice; segments that touch become one."""
    merged: list[Segment] = []
    for segment in sorted(filter(None, segments)):
        if merged and segment.start <= merged[-1].end:
            merged[-1] = Segment(merged[-1].start, max(merged[-1].end, segment.end))
        else:
            merged.append(segment)
    return merged


def intersect(left: Iterable[Segment], right: Iterable[Segment]) -> list[Segment]:
    """The instants in both, in order."""
    ours, theirs = union(left), union(right)
    shared: list[Segment] = []
    i = j = 0
    while i < len(ours) and j < len(theirs):
        if common := ours[i].intersect(theirs[j]):
            shared.append(common)
        if ours[i].end <= theirs[j].end:
            i += 1
        else:
            j += 1
    return shared


def subtract(left: Iterable[Segment], right: Iterable[Segment]) -> list[Segment]:
    """The instants in `left` and not in `right`, in order."""
    removed = union(right)
    rest: list[Segment] = []
    for segment in union(left):
        start = segment.start
        for hole in removed:
            if hole.end <= start:
                continue
            if hole.start >= segment.end:
                break
            if start < hole.start:
                rest.append(Segment(start, hole.start))
            start = hole.end
        if start < segment.end:
            rest.append(Segment(start, segment.end))
    return rest


def total(segments: Iterable[Segment]) -> timedelta:
    """Real time in the segments, an instant counted once however many hold it."""
    return sum((segment.duration for segment in union(segments)), timedelta())
