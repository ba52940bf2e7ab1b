"""Cases in their rows: plain numbers and texts, as they are stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

_commitment = attrgetter("commitment")


class StatementRow(NamedTuple):
    """An observation as it is stored; instants are microseconds since 1970."""

    id: str
    source: str
    raw_status: str
    status: str | None
    received_at: int
    changed_at: int
    changed_after: int | None
    previous_id: str | None
    observed_at: int
    organization: str | None
    category: str | None
    place: str | None


class OwedRow(NamedTuple):
    """An obligation as it is stored, and as it should be."""

    provider: str
    source: str
    organization: str | None
    place: str | None
    commitment: str
    contract_version: str
    calendar: str
    unit: str
    amount_seconds: int
    region: str | None
    region_provisional: bool
    received_at: int
    starts_at: int
    due_at: int | None
    elapsed_seconds: int
    remaining_seconds: int
    verdict: str
    reason: str
    stopped_at: int | None
    episode: int
    evaluated_at: int
    is_open: bool
    silent: bool
    next_wakeup_at: int | None


@dataclass(slots=True, kw_only=True)
class Sheet:
    """A case in its rows."""

    case_id: int
    provider: str
    kind: str
    ref: str
    is_open: bool
    fault_kind: str | None
    statements: Sequence[StatementRow]
    owed: Sequence[OwedRow]
    is_eventful: bool
    """A step has fired, an operator has done something about it, or it is gone from its source."""

    def as_should_be(self, owed: Sequence[OwedRow]) -> bool:
        """Whether this is kept, no more and no less."""
        return (
            self.fault_kind is None
            and self.is_open == any(row.is_open for row in owed)
            and (
                self.owed == owed
                or sorted(self.owed, key=_commitment) == sorted(owed, key=_commitment)
            )
        )

    def is_blank(self, owed: Sequence[OwedRow]) -> bool:
        """Whether nothing is kept of what is owed, all of it open: as after a loss, or a copy."""
        return (
            not self.owed
            and self.fault_kind is None
            and self.is_open
            and all(row.is_open for row in owed)
        )
