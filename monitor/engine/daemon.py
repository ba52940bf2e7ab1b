"""The daemon's threads: polls, ticks and deliveries, each waking the next."""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Protocol

import structlog

from monitor.alerts.outbox import DeliveryReport
from monitor.alerts.outbox_store import Outcome
from monitor.cases.records import SourceRecord
from monitor.clock.wall import WallClock
from monitor.collectors.poller import Outcome as PollOutcome
from monitor.collectors.poller import PollResult, next_poll_at
from monitor.engine.accounts import log_delivery, log_poll, log_tick, outcome_of
from monitor.engine.loop import LONGEST_WAIT, Loop, Pulse
from monitor.engine.polling import Polling
from monitor.engine.ports import EngineEvents, TickReport
from monitor.engine.replicas import LeaseLostError

_FIRST_POLLS_WITHIN = 30.0
_LOOK_AT_OTHERS = 0.5

LEASE_LOST = "lease_lost"
"""How a poll ended that another replica had taken over, for its metric."""

_log = structlog.get_logger(__name__)


class Steps(Protocol):
    """The bounded steps that the daemon runs. Each may be called from its own thread."""

    def poll(self, source: str) -> PollResult | None:
        """Ask one source what changed; None: that is another replica's to do.

        Raises:
            LeaseLostError: it has become another's meanwhile.
        """

    def record_of(self, source: str) -> SourceRecord | None:
        """Where a source stands, whoever polled it."""

    def awaits_others(self) -> bool:
        """Whether a source looks silent that another replica has yet to ask."""

    def tick(self) -> TickReport: ...

    def deliver(self, channel: str | None) -> DeliveryReport:
        """Send what is due on one channel; None: see to what waits for channels that are gone."""

    def next_delivery_at(self, channel: str | None) -> datetime | None:
        """When something next comes due on a channel, or on any; None: nothing waits."""


class Daemon:
    """Polls, judges and delivers until it is stopped.

    A poll wakes the tick, a tick that tells somebody wakes the deliveries; between, each sleeps
    until the next instant that matters.
    """

    def __init__(
        self,
        steps: Steps,
        clock: WallClock,
        events: EngineEvents,
        *,
        every: Mapping[str, timedelta],
        channels: Sequence[str],
        random: Random,
    ) -> None:
        """Make the threads; nothing runs yet. `every` has the sources with their rhythm."""
        self._steps = steps
        self._clock = clock
        self._events = events
        self._every = every
        self._random = random
        self._ticks = Loop("tick", self._tick, clock)
        self._polling = Polling(tuple(every), self._poll, clock, polled=self._ticks.wake)
        self._deliveries = [
            Loop(f"deliver {channel or ''}".strip(), partial(self._deliver, channel), clock)
            for channel in (channels or (None,))
        ]
        self._hold_until = 0.0
        self._ticked = False
        self._ticked_at: datetime | None = None

    def start(self) -> None:
        self._hold_until = time.monotonic() + _FIRST_POLLS_WITHIN
        self._ticked_at = self._clock.now()
        self._polling.start()
        for loop in self._loops:
            loop.start()

    def wake(self) -> None:
        """Tick at once: something waits to be judged."""
        self._ticks.wake()

    def wake_deliveries(self) -> None:
        """Look at once for what is to be sent."""
        for loop in self._deliveries:
            loop.wake()

    def stop(self, seconds: float = 9.0) -> bool:
        """End all threads, each after its present step, within so many real seconds.

        Returns whether all ended. What did not is left to die with the process: a poll is read
        again, a message that was being sent is sent again under the same key.
        """
        deadline = time.monotonic() + seconds
        self._polling.stop()
        for loop in self._loops:
            loop.stop()
        unended = [loop.name for loop in self._loops if not loop.join(deadline - time.monotonic())]
        if not self._polling.join(deadline - time.monotonic()):
            unended.append("polls")
        if unended:
            _log.warning("not_drained", still_running=unended, waited_seconds=seconds)
        return not unended

    def took(self, sources: Iterable[str]) -> None:
        """Poll these sources from now on, each when its next poll is due, not before."""
        for source in sources:
            if source in self._every:
                self._polling.poll_in(source, self._due_in(source))

    def take_over(self) -> None:
        """Come round at once: what another replica was about to do is this one's now."""
        for loop in self._loops:
            loop.wake()

    @property
    def pulses(self) -> Sequence[Pulse]:
        """Each loop and each source's polls, from memory."""
        return [*(loop.pulse() for loop in self._loops), *self._polling.pulses()]

    @property
    def ticked_at(self) -> datetime | None:
        """When the last tick was that succeeded, or since when one is due; None: not started."""
        return self._ticked_at

    @property
    def ready(self) -> bool:
        """Every source was polled once, well or badly, and what came of it judged."""
        return self._ticked

    @property
    def _loops(self) -> Sequence[Loop]:
        return (self._ticks, *self._deliveries)

    def _poll(self, source: str) -> float:
        began = time.monotonic()
        try:
            result = self._steps.poll(source)
        except LeaseLostError:
            self._events.polled(source, LEASE_LOST)
            _log.warning("poll_superseded", source=source)
            return LONGEST_WAIT
        if result is None:
            # Once it is this replica's, `took` brings it forward.
            return LONGEST_WAIT
        self._events.polled(source, result.fault_kind or str(result.outcome))
        self._events.poll_took(source, time.monotonic() - began)
        log_poll(result)
        next_at = next_poll_at(result, every=self._every[source], random=self._random)
        # As spans, so that a clock that steps meanwhile makes no wait longer.
        wait = self._clock.real_seconds(next_at - result.at)
        return max(wait - (time.monotonic() - began), 0.0)

    def _tick(self) -> float:
        self._polling.revive()
        if time.monotonic() < self._hold_until:
            # After a downtime every source looks silent until it has been asked.
            if not self._polling.all_polled_once():
                return self._hold_until - time.monotonic()
            if self._steps.awaits_others():
                return _LOOK_AT_OTHERS
        began = time.monotonic()
        report = self._steps.tick()
        self._ticked = self._ticked or not report.more
        self._ticked_at = report.now
        self._events.ticked(at=report.now, seconds=time.monotonic() - began)
        for fire in report.fires:
            self._events.escalated(fire.key.provider, fire.commitment, fire.step)
        for closing in report.closings:
            self._events.closed(closing.provider, closing.commitment, closing.used)
        log_tick(report)
        if any(fire.told for fire in report.fires):
            self.wake_deliveries()
        if report.more:
            return 0.0
        return self._until(report.next_due_at)

    def _deliver(self, channel: str | None) -> float:
        report = self._steps.deliver(channel)
        for delivery in report.deliveries:
            attempt, sent = delivery.attempt, delivery.notification
            latency = None
            if attempt.outcome is Outcome.ACCEPTED and sent.stood_at is not None:
                latency = attempt.finished_at - sent.stood_at
            self._events.delivered(sent.channel, outcome_of(delivery), latency)
            log_delivery(delivery)
        for name in report.fallbacks:
            self._events.fell_back(name)
        if report.elsewhere:
            self.wake_deliveries()
        wait = self._until(self._steps.next_delivery_at(channel))
        # Nothing could be done about what is due: not at once again.
        return wait if report.deliveries else max(wait, 1.0)

    def _due_in(self, source: str) -> float:
        """Real seconds until a source is due that another replica polled last, if any did."""
        record = self._steps.record_of(source)
        if record is None or record.last_attempt_at is None:
            return 0.0
        last = PollResult(
            source=source,
            at=record.last_attempt_at,
            outcome=PollOutcome.FAULT if record.failures else PollOutcome.COMPLETE,
            failures=record.failures,
            not_before=record.not_before,
        )
        next_at = next_poll_at(last, every=self._every[source], random=self._random)
        # Whatever the other's clock says, no longer than if this one had just polled it.
        return min(self._until(next_at), self._clock.real_seconds(next_at - last.at))

    def _until(self, instant: datetime | None) -> float:
        if instant is None:
            return LONGEST_WAIT
        return self._clock.real_seconds(max(instant - self._clock.now(), timedelta()))
