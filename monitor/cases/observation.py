"""What a source stated about a case: immutable, with both of its times."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, cast

from monitor.contract.model import CaseKind, Status


@dataclass(frozen=True, slots=True, order=True)
class CaseKey:
    """One thing tracked: a provider's ticket or order, or a deliverable it owes."""

    provider: str
    kind: CaseKind
    ref: str

    def __str__(self) -> str:
        return f"{self.provider}:{self.kind}:{self.ref}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One statement by a source. Two equal statements have one id, however often they are read.

    `changed_at` is when it happened by the source's own account. Where the source gives no time,
    `changed_after` holds the poll before (it happened after that) and `changed_at` the poll that
    saw it (it happened no later): the provider is given the benefit of neither.
    """

    source: str
    key: CaseKey
    raw_status: str
    status: Status | None
    """None: no mapping for the raw status; kept, counted, and the clock goes on."""
    received_at: datetime
    changed_at: datetime
    observed_at: datetime
    changed_after: datetime | None = None
    previous_id: str | None = None
    """The statement before, where the source keeps no history.

    Where the source gives no time either, it takes the time's place in the id.
    """
    organization: str | None = None
    category: str | None = None
    place: str | None = None
    severity: str | None = None
    """As the source words it."""
    payload: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """The record as received, less what the mapping did not keep (no personal data)."""
    stored_id: str | None = field(default=None, repr=False, compare=False)
    """What it is stored as, where it is: a statement made again has an id of its own."""
    _id: str | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        for name in ("received_at", "changed_at", "observed_at", "changed_after"):
            value: datetime | None = getattr(self, name)
            if value is None or value.tzinfo is UTC:
                continue
            if value.tzinfo is None:
                raise ValueError(f"{name} of {self.key} has no time zone: {value.isoformat()}")
            object.__setattr__(self, name, value.astimezone(UTC))

    @property
    def id(self) -> str:
        """Content hash: same statement, same id.

        Category, place, organisation and severity are part of it: a reclassification that leaves
        the status alone is a statement too. `observed_at` is not: reading twice is not saying
        twice.
        """
        if self.stored_id is not None:
            return self.stored_id
        if self._id is None:
            # Worked out once, when first asked for: a timeline asks for it several times.
            object.__setattr__(self, "_id", self._digest())
        return cast("str", self._id)

    def made_again(self) -> "Observation":
        """The same statement, made anew after the case was seen in another status since.

        A provider that reopens an order in error and completes it again keeps its first
        completion date: by its content alone the second completion would have been read already.
        """
        parts = (self.id, self.previous_id or "")
        return replace(self, stored_id=hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32])

    def _digest(self) -> str:
        when = self.previous_id or "" if self.changed_after else self.changed_at.isoformat()
        parts = (
            self.key.provider,
            self.key.kind,
            self.key.ref,
            self.raw_status,
            when,
            self.received_at.isoformat(),
            self.category or "",
            self.place or "",
            self.organization or "",
        )
        # Where a source states none, its statements keep the ids they had before there was one.
        severity = (self.severity,) if self.severity else ()
        return hashlib.sha256("\x1f".join((*parts, *severity)).encode()).hexdigest()[:32]
