"""Facts of a record as observations: each transition told of, or what two polls can tell."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.cases.observation import CaseKey, Observation
from monitor.collectors.base import Known
from monitor.collectors.reading import Extract, Facts, Reading, Stated
from monitor.contract.model import Status

_TICK = timedelta(microseconds=1)
_LONGEST_WALK = timedelta(minutes=15)
"""A record updated no longer than this after the poll began may have been so while it was read."""
_PER_STATEMENT = frozenset({"status", "changed_at", "history"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Whose records these are, and of when."""

    source: str
    key: CaseKey
    until: datetime
    """The poll's start: when what they say is learned."""
    as_of: datetime
    """When it was so at the latest: the poll's start too, but for an export made before."""


def needs_known(facts: Facts) -> bool:
    """Whether what was stored before says where this record's status belongs: no history does."""
    return not _told_by_history(facts)


def is_untimed(facts: Facts) -> bool:
    """Whether the status has no time at all: the record is true of when it was made alone."""
    return needs_known(facts) and facts.current.changed_at is None


def observations_of(
    facts: Facts, origin: Origin, reading: Reading, known: Known | None
) -> Sequence[Observation]:
    """What a record states, oldest first; empty: exactly what `known` has.

    A status without a time of its own was taken after the last poll that saw another one (the
    receipt, where none did) and by the time the record was updated, which may be while the poll
    was under way; where that is not told, by the poll's start.
    """
    stated = list(facts.history)
    if not _told_by_history(facts):
        stated.append(facts.current)
    kept = {name: value for name, value in facts.extract.items() if name not in _PER_STATEMENT}
    found = []
    for status, at in zip(stated, _apart(stated), strict=True):
        # A history says itself what came after what.
        before = None if status is not facts.current else known
        means = reading.status_of(status.raw_status)
        if at is not None:
            followed = _before(status, before, origin)
            found.append(
                _observation(
                    facts, origin, status, kept, status=means, changed_at=at, previous_id=followed
                )
            )
            continue
        observation = _observation(
            facts, origin, status, kept, status=means, changed_at=origin.as_of, previous_id=None
        )
        if known is None or not _same(observation, known):
            found.append(_bounded(observation, facts, origin, known))
    return found


def _before(stated: Stated, known: Known | None, origin: Origin) -> str | None:
    """What this status followed.

    A provider may enter on Tuesday what it dates on Monday, after we have seen another status in
    between: by the times alone the case would seem to have left the status that it is in. An
    export made before the last look follows nothing that was seen there.
    """
    if known is None or known.raw_status == stated.raw_status or origin.as_of < known.confirmed_at:
        return None
    return known.last_observation_id


def _told_by_history(facts: Facts) -> bool:
    return bool(facts.history) and facts.history[-1].raw_status == facts.current.raw_status


def _apart(stated: Sequence[Stated]) -> list[datetime | None]:
    """The times of the statements, those of one instant a microsecond apart.

    Providers write seconds, and close a ticket in the second they resolve it. Which came first is
    in the order of the list alone; the tick carries it through every later sorting.
    """
    times: list[datetime | None] = []
    last: datetime | None = None
    for status in stated:
        at = status.changed_at
        if at is not None and last is not None and last - _TICK * len(stated) <= at <= last:
            at = last + _TICK
        times.append(at)
        last = at or last
    return times


def _observation(
    facts: Facts,
    origin: Origin,
    stated: Stated,
    kept: Extract,
    *,
    status: Status | None,
    changed_at: datetime,
    previous_id: str | None,
) -> Observation:
    payload = {**kept, "status": stated.raw_status}
    if stated.written is not None:
        payload["changed_at"] = stated.written
    return Observation(
        source=origin.source,
        key=origin.key,
        raw_status=stated.raw_status,
        status=status,
        received_at=facts.received_at,
        changed_at=changed_at,
        previous_id=previous_id,
        observed_at=origin.until,
        organization=facts.organization,
        category=facts.category,
        place=facts.place,
        severity=facts.severity,
        payload=payload,
    )


def _same(observation: Observation, known: Known) -> bool:
    return (
        observation.raw_status == known.raw_status
        and observation.received_at == known.received_at
        and observation.organization == known.organization
        and observation.category == known.category
        and observation.place == known.place
        and observation.severity == known.severity
    )


def _bounded(
    observation: Observation, facts: Facts, origin: Origin, known: Known | None
) -> Observation:
    after = facts.received_at if known is None else known.confirmed_at
    by = origin.as_of
    # A change made while the walk went on did not happen before it began: dated so, what was
    # delivered late would be met.
    if facts.updated_at is not None and after < facts.updated_at <= by + _LONGEST_WALK:
        by = facts.updated_at
    return replace(
        observation,
        changed_after=after,
        # A receipt dated a little ahead of our clock still comes before what follows it.
        changed_at=max(after, by),
        previous_id=None if known is None else known.last_observation_id,
    )
