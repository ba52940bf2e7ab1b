"""Daemons that share one database: what each knows of the others, and what keeps it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A daemon at work on the database, this one included."""

    id: int
    name: str
    sources: frozenset[str]
    """Those its configuration has."""
    beats: int
    """Grows while it lives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLease:
    """The right to poll a source, for as long as its holder lives or until it gives it up."""

    source: str
    holder: int
    epoch: int
    """Grows with each holder: what was begun under an earlier one is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who is there, and who polls what, at one instant."""

    peers: Sequence[Peer]
    leases: Mapping[str, SourceLease | None]
    """By source; None: nobody polls it."""


class LeaseLostError(RuntimeError):
    """Another replica polls the source by now: what this one read of it is not stored."""


class ReplicaStore(Protocol):
    """Where replicas find one another. Each call is one transaction."""

    @property
    def alone(self) -> bool:
        """No other daemon can be at work on this database."""

    def join(self, name: str, *, at: datetime) -> int:
        """Enter a replica, of a name that none ever had; its id. It holds nothing yet.

        Where it is alone, whoever was there before is gone: what it held is free, and due `at`.
        """

    def announce(self, replica: int, sources: Collection[str]) -> None:
        """It can poll these sources from now on, and no others."""

    def renew(self, replica: int) -> bool:
        """Let the others see that it lives; False: they have given it up."""

    def roster(self) -> Roster: ...

    def bury(self, peer: Peer, *, at: datetime) -> bool:
        """Give a replica up: its sources are free, its messages due `at`. False: it lives.

        It lives if it has shown so since `peer` was read. Should it come to itself afterwards, its
        leases are not its own any more.
        """

    def take(self, replica: int, sources: Collection[str]) -> None:
        """Let it poll those of these sources that nobody polls."""

    def give_up(self, leases: Collection[SourceLease]) -> None:
        """Let others poll these sources."""

    def leave(self, replica: int, *, at: datetime) -> None:
        """It ends: its sources are free, its messages due `at`."""
