"""An invented case: what its provider does to it, and what it comes to."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from monitor.contract.model import CaseKind
from monitor.simulator.book import Body


class Act(StrEnum):
    """What a provider does to a case."""

    ENTER = "enter"
    STATUS = "status"
    REDATE = "redate"
    """Date a change otherwise that was entered before."""
    RECLASSIFY = "reclassify"
    MEND = "mend"
    """Write its receipt so that it can be read."""
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Move:
    at: datetime
    act: Act
    word: str = ""
    """The status, or the category."""
    effective_at: datetime | None = None
    """When it happened, where that is entered later."""
    position: int = 0
    """Of the change that is dated otherwise."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """How an obligation stands from when it was learned on."""

    learned_at: datetime
    due_at: datetime
    outcome: str | None = None
    """The box of a report; None: open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One commitment owed on a case, and its story."""

    commitment: str
    region: str | None
    chapters: tuple[Chapter, ...]


@dataclass(slots=True, kw_only=True)
class Plot:
    """A case from its first entry to its last."""

    provider: str
    kind: CaseKind
    category: str
    body: Body | None
    place: str | None
    received_at: datetime
    moves: list[Move]
    owed: list[Owed]
    fate: str
    ref: str = ""
    """As its provider calls it: known once it is entered."""
    unreadable_until: datetime | None = None
    """Its receipt is no time that can be read before; None: it always can."""
    held_at: datetime | None = None
    """An operator sets it apart."""
    facts: Mapping[str, datetime] = field(default_factory=dict)
    """What operators' files say of it, by when: proofs and facts of the contract's conditions."""


class Key(NamedTuple):
    """Whose obligation: as in a report's lines."""

    provider: str
    kind: str
    ref: str
    commitment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Invented:
    """All that happens in a year."""

    plots: Sequence[Plot]
    never_readable: int
    """Records that stay in quarantine."""

    def obligations(self) -> Iterator[tuple[Plot, Owed]]:
        for plot in self.plots:
            for owed in plot.owed:
                yield plot, owed

    def fates(self) -> Counter[str]:
        return Counter(plot.fate for plot in self.plots)


def key_of(plot: Plot, owed: Owed) -> Key:
    return Key(plot.provider, plot.kind.value, plot.ref, owed.commitment)
