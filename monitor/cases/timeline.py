"""A case's statements in the order things happened; rebuilt from observations, never patched."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
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

    def may_precede(self, at: datetime) -> bool:
        """Whether it had happened by `at`, or may have."""
        if self.not_before is not None and self.not_before < at:
            return True
        # A source whose clock is ahead states what is still to come.
        return min(self.at, self.observed_at) <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """The case was stated to be of a category; `at` is when it was learned.

    No source says when a case was reclassified, only that it now is something else.
    """

    at: datetime
    category: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What is known of one case. Equal sets of observations give equal timelines."""

    key: CaseKey
    source: str
    received_at: datetime
    organization: str | None
    filings: tuple[Filing, ...]
    """What it was stated to be, oldest first; two that follow one another differ."""
    place: str | None
    """As first stated: the region is frozen at receipt."""
    changes: tuple[StatusChange, ...]
    severity: str | None = None
    """As last stated, in the source's own words."""

    @property
    def category(self) -> str | None:
        """As last stated."""
        return self.filings[-1].category if self.filings else None

    @property
    def categories(self) -> tuple[str, ...]:
        """All it ever had, oldest first: a reclassified case keeps its receipt and both clocks."""
        return tuple(dict.fromkeys(filing.category for filing in self.filings))

    def left_at(self, category: str) -> datetime | None:
        """When it was last filed under something else; None: it is of this category, or of none."""
        left = None
        for filing in reversed(self.filings):
            if filing.category == category:
                return left
            left = filing.at
        return None

    def as_of(self, at: datetime) -> "Timeline":
        """What had happened by `at`, by all that is known: whatever was learned later counts.

        A status that may have been taken by then, or was already stated by then, is part of it.
        """
        filings = tuple(filing for filing in self.filings if filing.at <= at)
        return replace(
            self,
            filings=filings or self.filings[:1],
            changes=tuple(change for change in self.changes if change.may_precede(at)),
        )


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
        filings=_filings(stated),
        place=next((observation.place for observation in stated if observation.place), None),
        changes=_changes(_as_things_happened(known.values())),
        severity=_last(observation.severity for observation in stated),
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

    A status is known to have been over once its successor began, and a source may date a successor
    back: seen in progress at 13:00, completed at 11:00 as stated at 14:00.
    """
    began: dict[str, datetime] = {}
    taken = []
    for observation in sorted(observations, key=_by_statement, reverse=True):
        at = min(observation.changed_at, began.get(observation.id, observation.changed_at))
        if observation.previous_id is not None:
            began[observation.previous_id] = min(at, began.get(observation.previous_id, at))
        taken.append((at, observation))
    return sorted(taken, key=lambda pair: (pair[0], *_by_statement(pair[1])))


def _filings(stated: Iterable[Observation]) -> tuple[Filing, ...]:
    filings: list[Filing] = []
    for observation in stated:
        category = observation.category
        if category and (not filings or filings[-1].category != category):
            filings.append(Filing(at=observation.observed_at, category=category))
    return tuple(filings)


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
