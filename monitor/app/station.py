"""One database, and the bounded steps that work on it."""

import os
import secrets
import socket
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from monitor.alerts.interventions import AuditEntry
from monitor.alerts.links import Links
from monitor.alerts.outbox import Courier, DeliveryReport, deliver_once
from monitor.alerts.refreshing import Refresher
from monitor.app.parts import Parts, assemble
from monitor.cases.obligation import Obligation
from monitor.cases.records import SourceRecord
from monitor.clock import BusinessClock
from monitor.clock.wall import SystemClock, WallClock
from monitor.collectors.hub import TmfHub
from monitor.collectors.poller import PollResult, poll_once, refresh_once
from monitor.configuration import Configuration
from monitor.engine.accounts import log_beat
from monitor.engine.apply import apply_rules
from monitor.engine.endings import announce_endings
from monitor.engine.hints import Hints
from monitor.engine.openings import OpeningReport, Place, open_once, place_before
from monitor.engine.ports import TickReport
from monitor.engine.purge import Purged, months_before, purge_once
from monitor.engine.replica import Beat, Replica
from monitor.engine.silence import silence_of
from monitor.engine.tick import tick_once
from monitor.engine.watch import USUAL_PACE, Pace
from monitor.store.audit import AuditLog
from monitor.store.database import Database
from monitor.store.deliverables import Deliverables
from monitor.store.endings import Endings
from monitor.store.obligations import Obligations
from monitor.store.observations import Observations
from monitor.store.outbox import Outbox
from monitor.store.own_secrets import own_key
from monitor.store.purging import Purging
from monitor.store.readings import Readings
from monitor.store.replicas import Replicas
from monitor.store.rulebook import Rulebook


class Station:
    """One database and the steps that work on it, each bounded, run in the calling thread."""

    def __init__(
        self,
        configuration: Configuration,
        database: Database,
        clock: WallClock,
        random: Random,
        pace: Pace = USUAL_PACE,
    ) -> None:
        """Make everything, and join the replicas of the database, whose tables are up to date.

        Raises:
            InputError: a part cannot be made.
        """
        self.database = database
        self.clock = clock
        self.random = random
        self.observations = Observations(database)
        self.obligations = Obligations(database)
        self.outbox = Outbox(database)
        self.endings = Endings(database)
        self.rulebook = Rulebook(database)
        self.readings = Readings(database)
        self.replica = Replica(Replicas(database), _new_name, pace)
        self.deliverables = Deliverables(database)
        self._seen: Place | None = None
        self._broken_off: set[str | None] = set()
        """Channels whose last round of deliveries ended in an error."""
        self.purging = Purging(database)
        self._audit = AuditLog(database)
        self._heeded = self._audit.latest()
        """The number of the last act of an operator that was reported."""
        self._refresher = Refresher(self.outbox, SystemClock().now)
        self.hints = Hints()
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self.parts = assemble(configuration, clock)
        self._take_up()
        self.beat()

    def replace(self, parts: Parts) -> None:
        """Work by another configuration from now on; no step may be running."""
        self.parts.close()
        self.parts = parts
        self._take_up()
        self.beat()

    def _take_up(self) -> None:
        self.parts = self.parts.with_links(self._make_links())
        now = self._taken_up_at = self.clock.now()
        self.observations.gone_after = {
            source.name: source.gone_after for source in self.parts.configuration.settings.sources
        }
        self.observations.watch([*self.parts.collectors, *self.parts.pushes], at=now)
        apply_rules(self.rulebook, self.parts.rules.book, now=now)
        # A case that could not be judged, or was owed nothing, may be under these rules.
        self.obligations.retry_faulty()
        self.replica.watch(self.parts.collectors)
        # Other settings may have a period end on another day: all are looked at again, but for what
        # may have been purged, which must not come back.
        kept = self.parts.retention.figures
        self._seen = None if kept is None else place_before(months_before(now, kept))

    def _make_links(self) -> Links | None:
        web = self.parts.configuration.settings.web
        if web.public_url is None:
            return None
        given = web.link_key
        return Links(
            public_url=web.public_url.rstrip("/"),
            key=own_key(self.database, "link-key")
            if given is None
            else given.get_secret_value().encode(),
            valid_for=web.link_valid_for,
            roles=web.acknowledge_roles,
        )

    def beat(self) -> Beat:
        """Show the other replicas that this one lives, and take its share of the sources."""
        beat = self.replica.beat(self.clock.now())
        log_beat(beat, replica=self.replica.name)
        return beat

    def leave(self) -> None:
        """Let the other replicas know that this one ends."""
        self.replica.leave(self.clock.now())

    def poll(self, source: str) -> PollResult | None:
        """Ask one source what changed; None: that is another replica's to do.

        Raises:
            LeaseLostError: it has become another's meanwhile.
        """
        with self.replica.polling(source) as lease:
            if lease is None:
                return None
            store = self.observations.under(lease)
            with self._turns[source]:
                result = poll_once(self.parts.collectors[source], store, self.clock.now())
        self.hints.polled(source, found_news=result.added > 0)
        return result

    def refresh(self, source: str, refs: Sequence[str]) -> PollResult | None:
        """Read these references of a source now; None: it is being asked just then.

        Whoever polls it: a reading without a cursor can be stored by anybody, and late.
        """
        with self._turn(source) as mine:
            if not mine:
                return None
            collector = self.parts.collectors[source]
            return refresh_once(collector, self.observations, refs, self.clock.now())

    def with_hub(self, source: str, act: Callable[[TmfHub], None]) -> bool:
        """Do something with a source's hub, unless the source is being asked just then: False.

        Nor where another replica polls it: one subscription is enough.
        """
        with self._turn(source) as mine:
            mine = mine and source in self.replica.held  # noqa: PLW2901 - both, or not at all
            if mine:
                act(self.parts.hubs[source])
            return mine

    @contextmanager
    def _turn(self, source: str) -> Iterator[bool]:
        # A collector is for one thread at a time; polls go first.
        turn = self._turns[source]
        mine = turn.acquire(blocking=False)
        try:
            yield mine
        finally:
            if mine:
                turn.release()

    def record_of(self, source: str) -> SourceRecord | None:
        """Where a source stands, whoever polled it; None: nobody ever did."""
        found = (record for record in self.obligations.sources() if record.name == source)
        return next(found, None)

    def awaits_others(self) -> bool:
        """Whether a source that other replicas poll looks silent, and was not asked of late.

        As after a downtime of all of them: its silence is theirs until one of them has asked.
        """
        records = [
            record for record in self.obligations.sources() if record.name in self.parts.collectors
        ]
        silence = silence_of(records, self.parts.stale_after, self.clock.now())
        held = self.replica.held
        return any(
            silence.stale[record.name]
            and record.name not in held
            and (record.last_attempt_at is None or record.last_attempt_at < self._taken_up_at)
            for record in records
        )

    def tick(self) -> TickReport:
        """Open what came due by the calendar, and judge what waits to be judged."""
        parts = self.parts
        now = self.clock.now()
        opening = self._open(now)
        report = tick_once(self.obligations, parts.rules, stale_after=parts.stale_after, now=now)
        announce_endings(self.endings, parts.rules, now)
        instants = (report.next_due_at, opening.next_due_at)
        return replace(
            report,
            opened=opening.opened,
            acts=self._acts(),
            more=report.more or opening.more,
            next_due_at=min((at for at in instants if at is not None), default=None),
        )

    def _acts(self) -> Sequence[AuditEntry]:
        acts = self._audit.after(self._heeded)
        if acts:
            self._heeded = acts[-1].number
        return acts

    def _open(self, now: datetime) -> OpeningReport:
        parts = self.parts
        report = open_once(
            self.deliverables, parts.schedules, parts.rules.book, seen=self._seen, now=now
        )
        self._seen = report.seen
        return report

    def deliver(self, channel: str | None = None) -> DeliveryReport:
        """Send what is due, on one channel or on all."""
        parts = self.parts
        courier = Courier(
            store=self.outbox,
            channels=parts.channels,
            terms=parts.terms,
            now=self.clock.now,
            random=self.random.random,
            owner=self.replica.name,
            handlings=parts.handlings,
        )
        if channel in self._broken_off:
            # The database went between a claim and its record: waiting for the lease to run out
            # would keep those messages for minutes that nobody is sending.
            self.outbox.resume(channel, owner=courier.owner, now=self.clock.now())
            self._broken_off.discard(channel)
        try:
            report = deliver_once(courier, only=channel)
        except Exception:
            self._broken_off.add(channel)
            raise
        for name in parts.channels if channel is None else (channel,):
            if name in parts.channels:
                self._refresher.refresh(parts.channels[name])
        return report

    def next_delivery_at(self, channel: str | None) -> datetime | None:
        """When something is next due on one channel, or on any; None: nothing waits."""
        due_at = self.outbox.next_due_at(channel)
        left = self._refresher.seconds_left(self.parts.channels.get(channel or ""))
        if left is None:
            return due_at
        real_second = self.clock.real_seconds(timedelta(seconds=1))
        refresh_at = self.clock.now() + timedelta(seconds=left / (real_second or 1.0))
        return refresh_at if due_at is None else min(due_at, refresh_at)

    def purge(self) -> Purged:
        """Take one lot away of what has been kept long enough."""
        return purge_once(self.purging, self.parts.retention, self.clock.now())

    def clock_of(self, obligation: Obligation) -> BusinessClock:
        """The business clock an obligation is counted on.

        Raises:
            KeyError: the contract at work does not have its version or calendar any more.
        """
        book = self.parts.rules.book
        return book.clock(book.version(obligation.contract_version), obligation.calendar)

    def close(self) -> None:
        self.parts.close()
        self.database.close()


def _new_name() -> str:
    """Of this process and no other, on any machine; a further one at each call."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
