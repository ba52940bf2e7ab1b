"""One obligation as a report counts it, and the one box it is counted in."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from monitor.cases.obligation import Reason, Verdict


class Outcome(StrEnum):
    """Where an obligation that came due is counted: in exactly one of these."""

    MET = "met"
    MISSED = "missed"
    """Done, or ended, after the deadline."""
    OPEN_LATE = "open_late"
    """Not done yet, and the deadline has passed."""
    CANNOT_TELL = "cannot_tell"
    """The source was silent, or never said when; neither met nor missed."""
    NOT_YET_DUE = "not_yet_due"
    """The deadline is still to come: the report was made before its period was over."""
    HELD = "held"
    """An operator has set the case apart, with a reason."""
    OUTSIDE = "outside"
    """Hors conditions: the text sets such a case apart."""
    CANCELLED = "cancelled"
    """Cancelled, or no longer owed, before the deadline."""


JUDGED = (Outcome.MET, Outcome.MISSED, Outcome.OPEN_LATE)
"""The denominator of compliance."""
LATE = frozenset({Outcome.MISSED, Outcome.OPEN_LATE})
EXCLUDED = (Outcome.HELD, Outcome.OUTSIDE, Outcome.CANCELLED)
"""Counted apart, and never in the denominator."""

_BY_VERDICT = {
    Verdict.MET: Outcome.MET,
    Verdict.MISSED: Outcome.MISSED,
    Verdict.BREACHED: Outcome.OPEN_LATE,
    Verdict.UNKNOWN: Outcome.CANNOT_TELL,
    Verdict.PENDING: Outcome.NOT_YET_DUE,
    Verdict.AT_RISK: Outcome.NOT_YET_DUE,
    Verdict.CANCELLED: Outcome.CANCELLED,
}


def outcome_of(verdict: Verdict, *, held: bool, outside: bool) -> Outcome:
    """What was cancelled is owed nothing, held or not; a hold goes before the text's exception."""
    if verdict is Verdict.CANCELLED:
        return Outcome.CANCELLED
    if held:
        return Outcome.HELD
    return Outcome.OUTSIDE if outside else _BY_VERDICT[verdict]


class Entry(NamedTuple):
    """An obligation as it was held at an instant. A tuple: a month may have 200,000."""

    provider: str
    kind: str
    ref: str
    commitment: str
    region: str | None
    region_provisional: bool
    organization: str | None
    contract_version: str
    calendar: str
    unit: str
    amount_seconds: int
    received_at: datetime
    due_at: datetime
    verdict: Verdict
    reason: Reason
    stopped_at: datetime | None
    elapsed_seconds: int
    """Business time used up to the stop; of an open one, as last judged."""
    episode: int
    """How often it was reopened."""
    held: bool
    outside: bool

    @property
    def is_late(self) -> bool:
        """Whether it was not kept, or is open and late."""
        return self.outcome in LATE

    @property
    def outcome(self) -> Outcome:
        return outcome_of(self.verdict, held=self.held, outside=self.outside)

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What tells it from every other: provider, kind, reference, commitment."""
        return (self.provider, self.kind, self.ref, self.commitment)

    @property
    def statement(self) -> str:
        """All that the figures rest on, in one line: what a report's hash is made of."""
        return "\x1f".join(
            (
                *self.name,
                self.region or "",
                self.organization or "",
                self.contract_version,
                self.calendar,
                str(self.amount_seconds),
                self.received_at.isoformat(),
                self.due_at.isoformat(),
                self.outcome,
                self.reason,
                "" if self.stopped_at is None else self.stopped_at.isoformat(),
                str(self.episode),
            )
        )


Lateness = Callable[[Entry], int]
"""Business seconds between the deadline and the stop, or the report where there is none yet."""
