"""This daemon as one of several: it shows that it lives, and polls its share of the sources."""

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from monitor.engine.replicas import ReplicaStore, Roster, SourceLease
from monitor.engine.shares import fair_shares
from monitor.engine.watch import Pace, Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What one beat changed."""

    taken: Sequence[str] = ()
    """Sources that are this replica's to poll from now on."""
    given_up: Sequence[str] = ()
    """Left to a replica that has fewer."""
    lost: Sequence[str] = ()
    """Another replica's by now, as this one was given up."""
    buried: Sequence[str] = ()
    """Names of replicas that showed no life for too long."""
    departed: Sequence[str] = ()
    """Names of all that were there at the last beat and are no more, whoever saw to it."""
    given_up_for_dead: bool = False
    """The others had buried this one; it is among them again, under another name."""


class Replica:
    """Safe to use from several threads.

    The leases that it holds in memory are those it last read. One that it lost meanwhile is
    refused by the store, in the transaction that would have used it.
    """

    def __init__(self, store: ReplicaStore, name: Callable[[], str], pace: Pace) -> None:
        """Enter nothing yet. Each call of `name` gives another one, that no replica ever had."""
        self._store = store
        self._new_name = name
        self._pace = pace
        self._watch = Watch(pace)
        self._id: int | None = None
        self._sources: frozenset[str] = frozenset()
        self._announced = self._sources
        self._beating = threading.Lock()
        self._lock = threading.Lock()
        self._name = ""
        self._left = False
        self._others: frozenset[str] = frozenset()
        self._held: dict[str, SourceLease] = {}
        self._polled_now: set[str] = set()

    @property
    def name(self) -> str:
        """Whose leases its own are, on any machine; another one each time it joins."""
        with self._lock:
            return self._name

    @property
    def held(self) -> frozenset[str]:
        """The sources it polls."""
        with self._lock:
            return frozenset(self._held)

    def watch(self, sources: Collection[str]) -> None:
        """Be ready to poll these sources, and no others, from the next beat on."""
        self._sources = frozenset(sources)

    @contextmanager
    def polling(self, source: str) -> Iterator[SourceLease | None]:
        """The lease on a source, not given up before the block ends; None: it is another's."""
        with self._lock:
            lease = self._held.get(source)
            if lease is not None:
                self._polled_now.add(source)
        try:
            yield lease
        finally:
            with self._lock:
                self._polled_now.discard(source)

    def beat(self, now: datetime) -> Beat:
        """Show that it lives, bury who does not, and even out who polls what.

        To be called every `Pace.beat` seconds. `now` is when the messages of the buried come due.
        Raises what the store does; nothing is lost by that but time.
        """
        with self._beating:
            return Beat() if self._left else self._beat(now)

    def leave(self, now: datetime) -> None:
        """End in order: the others need not wait to see that it is gone. It beats no more."""
        with self._beating:
            self._left = True
            if self._id is not None:
                self._store.leave(self._id, at=now)
                self._id = None

    def _beat(self, now: datetime) -> Beat:
        given_up_for_dead = self._id is not None and not self._store.renew(self._id)
        former: Collection[str] = ()
        if self._id is None or given_up_for_dead:
            former = self._join(now)
        replica = self._announce()
        began = time.monotonic()
        roster = self._store.roster()
        others = [peer for peer in roster.peers if peer.id != replica]
        gone = self._watch.gone(others, began=began, ended=time.monotonic())
        buried = [peer.name for peer in gone if self._store.bury(peer, at=now)]
        if buried:
            roster = self._store.roster()
        given_up = self._even_out(replica, roster)
        if given_up is not None:
            roster = self._store.roster()
        taken, lost = self._take_note(replica, roster)
        return Beat(
            taken=taken,
            given_up=given_up or (),
            lost=sorted({*former, *lost} - {*taken}),
            buried=buried,
            departed=self._departed(peer.name for peer in roster.peers if peer.id != replica),
            given_up_for_dead=given_up_for_dead,
        )

    def _departed(self, others: Iterable[str]) -> Sequence[str]:
        before, self._others = self._others, frozenset(others)
        return sorted(before - self._others)

    def _join(self, now: datetime) -> Collection[str]:
        """Begin a life, under another name; the sources that it held in the one before."""
        name = self._new_name()
        self._id = self._store.join(name, at=now)
        self._announced = frozenset()
        with self._lock:
            self._name = name
            former, self._held = self._held, {}
        return former.keys()

    def _announce(self) -> int:
        assert self._id is not None  # noqa: S101 - joined by whoever calls this
        sources = self._sources
        if sources != self._announced:
            self._store.announce(self._id, sources)
            self._announced = sources
        return self._id

    def _even_out(self, replica: int, roster: Roster) -> Sequence[str] | None:
        """Take what is this replica's share, give up what is more.

        Returns the sources given up; None where all stays as it was.
        """
        holders = {
            source: None if lease is None else lease.holder
            for source, lease in roster.leases.items()
        }
        willing = {peer.id: peer.sources for peer in roster.peers}
        shares = fair_shares(willing, holders)
        mine = {source for source, holder in shares.items() if holder == replica}
        with self._lock:
            # A poll under way ends first: what it has read would have to be read again.
            excess = self._held.keys() - mine - self._polled_now
            given_up = [self._held.pop(source) for source in sorted(excess)]
        if given_up:
            self._store.give_up(given_up)
        free = {source for source in mine if holders[source] is None}
        if free:
            self._store.take(replica, free)
        return [lease.source for lease in given_up] if given_up or free else None

    def _take_note(self, replica: int, roster: Roster) -> tuple[Sequence[str], Sequence[str]]:
        """Hold what is stored as held, and nothing else; what was taken, and what was lost."""
        stored = {
            source: lease
            for source, lease in roster.leases.items()
            if lease is not None and lease.holder == replica
        }
        with self._lock:
            before, self._held = self._held, stored
        taken = [source for source, lease in sorted(stored.items()) if before.get(source) != lease]
        return taken, sorted(before.keys() - stored.keys())
