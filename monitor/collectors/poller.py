"""One poll of one source: what a collector reads goes to the store, batch by batch."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from random import Random
from typing import Protocol

from monitor.cases.circuit import Circuit, circuit_of
from monitor.cases.observation import CaseKey
from monitor.collectors.base import (
    BUDGET_SPENT,
    Batch,
    Collector,
    Cursor,
    Known,
    PollWindow,
    SourceFault,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """Where a source stands before a poll, as stored."""

    cursor: Cursor | None = None
    """None: never walked to the end."""
    checkpoint: Cursor | None = None
    """How far a walk that was cut had come; None: the last one ran to its end."""
    known: Iterable[Known] = ()
    """Its open cases."""
    overdue: Callable[[datetime, datetime | None], Iterable[Known]] | None = None
    """Of a poll begun at an instant, as `PollWindow.unseen`."""
    not_before: datetime | None = None
    """It asked to be left alone until then."""
    failures: int = 0
    """Faults in a row; 0 after a complete poll."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What storing one batch changed."""

    added: int
    """Observations not stored before."""
    repeated: int
    """Observations stored already."""
    quarantined: int
    """Records newly in quarantine; one known already only has its last sighting moved."""
    corrected: Collection[str] = ()
    """Raw statuses of the batch that the mapping leads nowhere, and an operator does."""


class ObservationStore(Protocol):
    """What a poll needs of the store. Each call is one transaction."""

    def load_window(self, source: str, /) -> SourceState:
        """Where `source` stands; a fresh state for one never polled."""

    def recall(self, source: str, keys: Sequence[CaseKey], /) -> Sequence[Known]:
        """What is stored of these cases, open or closed; unknown ones are left out."""

    def record(self, source: str, batch: Batch, /, *, at: datetime) -> Recorded:
        """Store a batch of the poll begun at `at`, all of it or nothing.

        - Observations are unique by id: a repeated one adds nothing. Where only its mapped status
          differs (the mapping has learned a word) that reading replaces the old one.
        - Cases that gained an observation or a new reading are marked to be judged.
        - What `claims` says stands in place of what was said before.
        - The cases of `observations` and `confirmed` were seen as of `batch.as_of`, or of `at`.
        - The cursor is replaced where the batch has one, and so is the checkpoint.
        - `complete` ends the source's run of failures, its fault, its not-before and the
          checkpoint. It confirms the source as of `batch.as_of`, or of `at`, where the batch
          vouches for that; an export never takes back what a later one confirmed.
        - Cases first met in a batch of `history` are told of from `at` on, and no sooner.
        """

    def record_fault(self, source: str, fault: SourceFault, /, *, at: datetime) -> int:
        """Store that the poll begun at `at` ended early; how many in a row now.

        The cursor and the last confirmation stay as they are. `fault.not_before` is kept so that
        a restart respects it too.
        """


class Outcome(StrEnum):
    """How a poll ended; the label of its metric."""

    COMPLETE = "complete"
    FAULT = "fault"
    WAITING = "waiting"
    """Not called: the source asked to be left alone, or its circuit is open to hints."""
    REFRESHED = "refreshed"
    """Read a few references, at a hint: nothing is said of the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """What one poll did, for the log, the metrics and the next poll's time."""

    source: str
    at: datetime
    outcome: Outcome
    batches: int = 0
    added: int = 0
    repeated: int = 0
    quarantined: int = 0
    confirmed: int = 0
    missing: Sequence[CaseKey] = ()
    unknown_statuses: Mapping[str, int] = field(default_factory=dict)
    outside_contract: int = 0
    warnings: Sequence[str] = ()
    fault_kind: str | None = None
    fault: str | None = None
    failures: int = 0
    """Faults in a row, this one included."""
    not_before: datetime | None = None


def poll_once(
    collector: Collector,
    store: ObservationStore,
    now: datetime,
    *,
    budget: timedelta = timedelta(minutes=10),
) -> PollResult:
    """Poll a source once, from its cursor up to `now`, storing batch by batch.

    Each batch is stored before the next is asked for. A fault ends the poll; what was stored by
    then stays, and as the cursor only comes with the last batch, the next poll goes on from the
    last checkpoint, or reads it all again where there is none. Where the circuit is open, the poll
    begins with a probe, and goes on only if that succeeds.

    Args:
        collector: the source.
        store: where its cursor is and its observations go.
        now: the poll's start; aware.
        budget: the real time it may take.
    """
    name = collector.name
    state = store.load_window(name)
    if _is_waiting(state, now):
        return _waiting(name, state, now)
    window = PollWindow(
        cursor=state.cursor,
        checkpoint=state.checkpoint,
        until=now,
        known=state.known,
        overdue=None if state.overdue is None else partial(state.overdue, now),
        recall=lambda keys: store.recall(name, keys),
        budget=budget,
    )
    tally = _Tally()
    try:
        if circuit_of(state.failures) is Circuit.OPEN:
            # The probe: a server that is down is not asked for a page of a hundred.
            collector.check()
        for batch in collector.fetch(window):
            tally.add(batch, store.record(name, batch, at=now))
    except SourceFault as fault:
        failures = store.record_fault(name, fault, at=now)
        return tally.result(name, now, Outcome.FAULT, fault=fault, failures=failures)
    return tally.result(name, now, Outcome.COMPLETE)


def refresh_once(
    collector: Collector,
    store: ObservationStore,
    refs: Sequence[str],
    now: datetime,
    *,
    budget: timedelta = timedelta(minutes=1),
) -> PollResult:
    """Read some references of a source now, at a hint that they changed.

    It says nothing of the rest: the cursor and the last confirmation stay as they are. Nor does it
    count what is missing, though the result names it: hints may come twice, and in any order.
    A fault counts as one of a poll does, and what the source asks for by it is respected. Where
    the circuit is open, nothing is asked: the next poll will tell.

    Args:
        collector: the source.
        store: where its observations go.
        refs: the cases, as the source refers to them.
        now: aware.
        budget: the real time it may take.
    """
    name = collector.name
    state = store.load_window(name)
    if _is_waiting(state, now) or circuit_of(state.failures) is Circuit.OPEN:
        return _waiting(name, state, now)
    window = PollWindow(
        cursor=state.cursor,
        until=now,
        known=state.known,
        overdue=None if state.overdue is None else partial(state.overdue, now),
        recall=lambda keys: store.recall(name, keys),
        budget=budget,
    )
    tally = _Tally()
    try:
        for batch in collector.refresh(refs, window):
            kept = replace(batch, cursor=None, checkpoint=None, complete=False, missing=())
            tally.add(batch, store.record(name, kept, at=now))
    except SourceFault as fault:
        failures = store.record_fault(name, fault, at=now)
        return tally.result(name, now, Outcome.FAULT, fault=fault, failures=failures)
    return tally.result(name, now, Outcome.REFRESHED, failures=state.failures)


def next_poll_at(
    result: PollResult,
    *,
    every: timedelta,
    longest: timedelta = timedelta(minutes=15),
    random: Random,
) -> datetime:
    """When to poll again: `every` after the start, later and later after faults in a row.

    The wait doubles with each fault up to `longest` (or `every`, where that is more) and is then
    drawn from its upper half, so that sources that fell together do not come back together. What
    the source asked for is respected, and drawn beyond rather than before. A walk that its budget
    cut is no server's fault: it goes on in the usual rhythm.
    """
    if result.outcome is Outcome.COMPLETE or result.fault_kind == BUDGET_SPENT:
        return result.at + every
    doublings = min(max(result.failures - 1, 0), 20)
    wait = min(every * (1 << doublings), max(longest, every))
    earliest = result.at + wait * random.uniform(0.5, 1.0)
    if result.not_before is None:
        return earliest
    return max(earliest, result.not_before + every * random.uniform(0.0, 0.1))


def _is_waiting(state: SourceState, now: datetime) -> bool:
    return state.not_before is not None and now < state.not_before


def _waiting(name: str, state: SourceState, now: datetime) -> PollResult:
    return PollResult(
        source=name,
        at=now,
        outcome=Outcome.WAITING,
        failures=state.failures,
        not_before=state.not_before,
    )


class _Tally:
    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._unknown: Counter[str] = Counter()
        self._missing: list[CaseKey] = []
        self._warnings: dict[str, None] = {}

    def add(self, batch: Batch, recorded: Recorded) -> None:
        self._counts["batches"] += 1
        self._counts["added"] += recorded.added
        self._counts["repeated"] += recorded.repeated
        self._counts["quarantined"] += recorded.quarantined
        self._counts["confirmed"] += len(batch.confirmed)
        self._counts["outside_contract"] += len(batch.outside_contract)
        self._unknown.update(
            {
                raw: count
                for raw, count in batch.unknown_statuses.items()
                if raw not in recorded.corrected
            }
        )
        self._missing += batch.missing
        self._warnings |= dict.fromkeys(batch.warnings)

    def result(
        self,
        source: str,
        at: datetime,
        outcome: Outcome,
        *,
        fault: SourceFault | None = None,
        failures: int = 0,
    ) -> PollResult:
        return PollResult(
            source=source,
            at=at,
            outcome=outcome,
            missing=self._missing,
            unknown_statuses=self._unknown,
            warnings=list(self._warnings),
            fault_kind=None if fault is None else fault.kind,
            fault=None if fault is None else fault.said,
            failures=failures,
            not_before=None if fault is None else fault.not_before,
            **self._counts,
        )
