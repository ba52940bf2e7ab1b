"""One database, and the bounded steps that work on it."""

import os
import secrets
import socket
from datetime import datetime
from random import Random

from monitor.alerts.outbox import Courier, DeliveryReport, deliver_once
from monitor.app.parts import Parts, assemble
from monitor.cases.obligation import Obligation
from monitor.cases.records import SourceRecord
from monitor.clock import BusinessClock
from monitor.clock.wall import WallClock
from monitor.collectors.poller import PollResult, poll_once
from monitor.configuration import Configuration
from monitor.engine.accounts import log_beat
from monitor.engine.apply import apply_rules
from monitor.engine.ports import TickReport
from monitor.engine.replica import Beat, Replica
from monitor.engine.silence import silence_of
from monitor.engine.tick import tick_once
from monitor.engine.watch import USUAL_PACE, Pace
from monitor.store.database import Database
from monitor.store.obligations import Obligations
from monitor.store.observations import Observations
from monitor.store.outbox import Outbox
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
        self.rulebook = Rulebook(database)
        self.readings = Readings(database)
        self.replica = Replica(Replicas(database), _new_name, pace)
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
        now = self._taken_up_at = self.clock.now()
        self.observations.watch(self.parts.collectors, at=now)
        apply_rules(self.rulebook, self.parts.rules.book, now=now)
        # A case that could not be judged, or was owed nothing, may be under these rules.
        self.obligations.retry_faulty()
        self.replica.watch(self.parts.collectors)

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
            return poll_once(self.parts.collectors[source], store, self.clock.now())

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
        """Judge what waits to be judged."""
        parts = self.parts
        return tick_once(
            self.obligations, parts.rules, stale_after=parts.stale_after, now=self.clock.now()
        )

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
        )
        return deliver_once(courier, only=channel)

    def next_delivery_at(self, channel: str | None) -> datetime | None:
        """When something is next due on one channel, or on any; None: nothing waits."""
        return self.outbox.next_due_at(channel)

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
