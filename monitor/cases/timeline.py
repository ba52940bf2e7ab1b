"""A case's statements in the order things happened; rebuilt from observations, never patched."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.cases.observation import CaseKey, Observation
from monitor.contract.model import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChange:
    """The case took a status. `observation_id` is the statement that says so."""

    at: datetime
    status: Status | None
    raw_status: str
    observation_id: str
    observed_at: datetime
    not_before: datetime | None
    """Where the source gives no time: it happened after this instant and by `at`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What is known of one case. Equal sets of observations give equal timelines."""

    key: CaseKey
    source: str
    received_at: datetime
    organization: str | None
    category: str | None
    """As last stated."""
    categories: tuple[str, ...]
    """All it ever had, oldest first: a reclassified case keeps its receipt and both clocks."""
    place: str | None
    """As first stated: the region is frozen at receipt."""
    changes: tuple[StatusChange, ...]


def build_timeline(observations: Iterable[Observation]) -> Timeline:
    """Fold a case's observations, in any order, into its timeline.

    Statuses are ordered by when they happened; what the case *is* (category, organisation,
    receipt) by when it was stated, the last statement standing. A status repeated without another
    between is one status, from its first instant.

    Raises:
        ValueError: no observation, or observations of several cases.
    """
    known = {observation.id: observation for observation in _earliest_first(observations)}
    if not known:
        raise ValueError("a timeline needs at least one observation")
    stated = sorted(known.values(), key=_by_statement)
    keys = {observation.key for observation in stated}
    if len(keys) > 1:
        raise ValueError(f"observations of {len(keys)} cases given for one timeline")
    last = stated[-1]
    return Timeline(
        key=last.key,
        source=last.source,
        received_at=last.received_at,
        organization=_last(observation.organization for observation in stated),
        category=_last(observation.category for observation in stated),
        categories=tuple(
            dict.fromkeys(observation.category for observation in stated if observation.category)
        ),
        place=next((observation.place for observation in stated if observation.place), None),
        changes=_changes(_as_things_happened(known.values())),
    )


def _earliest_first(observations: Iterable[Observation]) -> list[Observation]:
    # Reversed, so that of two readings of one statement the dict keeps the first one.
    return sorted(observations, key=lambda seen: seen.observed_at, reverse=True)


def _by_statement(observation: Observation) -> tuple[datetime, datetime, str]:
    return (observation.observed_at, observation.changed_at, observation.id)


def _as_things_happened(
    observations: Iterable[Observation],
) -> list[tuple[datetime, Observation]]:
    """The statements in the order of events, each with the instant it is taken at.

    What two polls date is known to have been over once its successor began, and a source may date
    a successor back: seen in progress at 13:00, completed at 11:00 as stated at 14:00.
    """
    began: dict[str, datetime] = {}
    taken = []
    for observation in sorted(observations, key=_by_statement, reverse=True):
        at = observation.changed_at
        if observation.changed_after is not None:
            at = min(at, began.get(observation.id, at))
        if observation.previous_id is not None:
            began[observation.previous_id] = min(at, began.get(observation.previous_id, at))
        taken.append((at, observation))
    return sorted(taken, key=lambda pair: (pair[0], *_by_statement(pair[1])))


def _last(values: Iterable[str | None]) -> str | None:
    found = None
    for value in values:
        found = value or found
    return found


def _changes(events: Iterable[tuple[datetime, Observation]]) -> tuple[StatusChange, ...]:
    changes: list[StatusChange] = []
    for at, event in events:
        if changes and changes[-1].raw_status == event.raw_status:
            continue
        after = event.changed_after
        changes.append(
            StatusChange(
                at=at,
                status=event.status,
                raw_status=event.raw_status,
                observation_id=event.id,
                observed_at=event.observed_at,
                not_before=after if after is not None and after < at else None,
            )
        )
    return tuple(changes)
