"""What is stated of a report that came due: that it arrived, or that it did not after all."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.cases.observation import Observation
from monitor.cases.timeline import build_timeline
from monitor.contract.model import Status

OWN_SOURCE = "vigie"
"""The source of what the engine states itself. Nothing polls it, so it is never silent."""

_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What somebody says of a report: that it arrived `at`, or (None) that it did not after all."""

    at: datetime | None
    status: Status
    """What it is called that stops the clock."""
    stops: Collection[Status]
    """All that would."""
    proof: Mapping[str, Any]
    """What is kept of how they know."""


def statements_of(
    arrival: Arrival, stated: Sequence[Observation], now: datetime
) -> Sequence[Observation]:
    """What is to be stated after all that was `stated`; nothing where that says so already.

    What was said before stays, and is overruled: a receipt said by mistake is followed by "awaited"
    at the same instant, so that the clock runs through it as if it had never been said.
    """
    added: list[Observation] = []
    # A round overrules one of them at most, and the last one says what is to be said.
    for _ in range(len(stated) + 1):
        known = [*stated, *added]
        last = build_timeline(known).changes[-1]
        stopped = last.status in arrival.stops
        if stopped and last.at == arrival.at:
            return added
        if not stopped and arrival.at is None:
            return added
        if stopped and (arrival.at is None or arrival.at > last.at):
            added.append(_next(known, Status.AWAITED, last.at, now, {}))
        elif arrival.at is not None:
            added.append(_next(known, arrival.status, arrival.at, now, arrival.proof))
            return added
    return added


def _next(
    known: Sequence[Observation],
    status: Status,
    at: datetime,
    now: datetime,
    payload: Mapping[str, Any],
) -> Observation:
    """A statement that follows all others: the case is as they have it, the status is another."""
    timeline = build_timeline(known)
    return Observation(
        source=OWN_SOURCE,
        key=timeline.key,
        raw_status=status.value,
        status=status,
        received_at=timeline.received_at,
        changed_at=at,
        changed_after=at,
        # In place of the time in its id: the same may be said, unsaid and said again.
        previous_id=in_order(known)[-1].id,
        observed_at=after_all(now, known),
        organization=timeline.organization,
        category=timeline.category,
        payload=payload,
    )


def in_order(observations: Iterable[Observation]) -> list[Observation]:
    """As they were stated."""
    return sorted(observations, key=lambda each: (each.observed_at, each.changed_at, each.id))


def after_all(now: datetime, known: Sequence[Observation]) -> datetime:
    """`now`, but after what was stated before, whatever a clock that was set back says."""
    return max(now, *(each.observed_at + _TICK for each in known))
