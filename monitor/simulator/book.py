"""A simulated provider's cases, and what can happen to them."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from typing import TypeAlias

from monitor.clock.wall import WallClock
from monitor.contract.model import CaseKind

Numbering: TypeAlias = Mapping[CaseKind, tuple[str, int]]
"""How a provider's references of each kind read, and the first number of its book."""

_NUMBERINGS: Mapping[str, Numbering] = {
    "telus": {CaseKind.TICKET: ("INC-{:06d}", 204_001), CaseKind.ORDER: ("CMD-{:06d}", 88_001)},
    "rogers": {CaseKind.TICKET: ("R26-{:05d}", 4_501), CaseKind.ORDER: ("B26-{:05d}", 1_201)},
}
_PLAIN: Numbering = {CaseKind.TICKET: ("TT-{:06d}", 1), CaseKind.ORDER: ("PO-{:06d}", 1)}


@dataclass(frozen=True, slots=True)
class Body:
    """A public body that opens tickets and places orders. Invented, like all the simulator's."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class StatusChange:
    at: datetime
    status: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedCase:
    """A case as its provider has it at one moment; a change makes another one."""

    ref: str
    kind: CaseKind
    category: str
    body: Body
    place: str | None
    received_at: datetime
    updated_at: datetime
    changes: tuple[StatusChange, ...]
    ended_at: datetime | None = None
    """When an order was completed or cancelled, by the provider's account."""

    @property
    def status(self) -> str:
        return self.changes[-1].status


class SimulatedProvider:
    """A provider's book of cases. Safe to change and to read from several threads."""

    def __init__(self, name: str, clock: WallClock) -> None:
        """Open an empty book.

        Args:
            name: as a contract has it, such as `telus`; each has references of its own shape.
            clock: what the provider dates its changes by.
        """
        self.name = name
        self._clock = clock
        self._lock = threading.Lock()
        self._cases: dict[str, SimulatedCase] = {}
        self._references = {
            kind: map(shape.format, count(first))
            for kind, (shape, first) in _NUMBERINGS.get(name, _PLAIN).items()
        }

    def now(self) -> datetime:
        """The provider's own time, to the millisecond that its answers show."""
        return _to_millisecond(self._clock.now())

    def cases(self, kind: CaseKind) -> list[SimulatedCase]:
        """All of one kind as they are now, in the order they were entered."""
        with self._lock:
            return [case for case in self._cases.values() if case.kind is kind]

    def case(self, ref: str) -> SimulatedCase:
        """One case as it is now.

        Raises:
            KeyError: there is none of this reference.
        """
        with self._lock:
            return self._cases[ref]

    def open_ticket(
        self,
        category: str,
        body: Body,
        *,
        place: str | None = None,
        at: datetime | None = None,
        status: str = "acknowledged",
    ) -> str:
        """Enter a ticket, received at `at` (now); its reference."""
        return self._enter(CaseKind.TICKET, category, body, place=place, at=at, status=status)

    def place_order(
        self,
        category: str,
        body: Body,
        *,
        place: str | None = None,
        at: datetime | None = None,
        state: str = "acknowledged",
    ) -> str:
        """Enter an order, received at `at` (now); its reference."""
        return self._enter(CaseKind.ORDER, category, body, place=place, at=at, status=state)

    def change_status(
        self,
        ref: str,
        status: str,
        *,
        at: datetime | None = None,
        effective_at: datetime | None = None,
        reason: str = "status changed",
    ) -> None:
        """Give a case a status.

        Args:
            ref: the case.
            status: in the provider's words.
            at: when it is entered; None: now.
            effective_at: when it happened, where it is entered later: the completion or
                cancellation an order then shows.
            reason: shown in a ticket's history.
        """
        entered = _to_millisecond(at or self._clock.now())
        effective = entered if effective_at is None else _to_millisecond(effective_at)
        with self._lock:
            case = self._cases[ref]
            self._cases[ref] = replace(
                case,
                changes=(*case.changes, StatusChange(entered, status, reason)),
                updated_at=entered,
                ended_at=effective if status in ("completed", "cancelled") else None,
            )

    def complete(
        self, ref: str, *, at: datetime | None = None, effective_at: datetime | None = None
    ) -> None:
        """Complete an order."""
        self.change_status(ref, "completed", at=at, effective_at=effective_at)

    def reclassify(self, ref: str, category: str, *, at: datetime | None = None) -> None:
        """File a case under another category; its status stays."""
        self._touch(ref, at, category=category)

    def add_note(self, ref: str, *, at: datetime | None = None) -> None:
        """Change something that matters to nobody: only the last update moves."""
        self._touch(ref, at)

    def redate(self, ref: str, position: int, at: datetime) -> None:
        """Rewrite history: date one of a case's changes otherwise, as some providers do later."""
        with self._lock:
            case = self._cases[ref]
            changes = list(case.changes)
            changes[position] = replace(changes[position], at=_to_millisecond(at))
            self._cases[ref] = replace(
                case, changes=tuple(changes), updated_at=_to_millisecond(self._clock.now())
            )

    def remove(self, ref: str) -> None:
        """Delete a case, as some providers do."""
        with self._lock:
            del self._cases[ref]

    def _enter(
        self,
        kind: CaseKind,
        category: str,
        body: Body,
        *,
        place: str | None,
        at: datetime | None,
        status: str,
    ) -> str:
        received = _to_millisecond(at or self._clock.now())
        with self._lock:
            ref = next(self._references[kind])
            self._cases[ref] = SimulatedCase(
                ref=ref,
                kind=kind,
                category=category,
                body=body,
                place=place,
                received_at=received,
                updated_at=received,
                changes=(StatusChange(received, status, "received"),),
            )
        return ref

    def _touch(self, ref: str, at: datetime | None, category: str | None = None) -> None:
        with self._lock:
            case = self._cases[ref]
            self._cases[ref] = replace(
                case,
                category=category or case.category,
                updated_at=_to_millisecond(at or self._clock.now()),
            )


def _to_millisecond(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def count_open(cases: Iterable[SimulatedCase]) -> int:
    """How many have not ended."""
    ended = {"resolved", "closed", "cancelled", "rejected", "completed"}
    return sum(case.status not in ended for case in cases)
