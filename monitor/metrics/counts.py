"""What this process counts as it happens: the engine's loops tell it, a scrape reads it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from prometheus_client.core import Metric as Family

from monitor.metrics import catalogue
from monitor.metrics.catalogue import METRICS
from monitor.metrics.metric import Metric
from monitor.metrics.series import Ceiling, Distribution, Values

COMPLETE = "complete"
OUTCOMES = ("accepted", "failed", "refused", "expired")
PUSHED = ("accepted", "heartbeat")


class EventCounts:
    """Counters and histograms of the daemon. Every method may be called from any thread."""

    def __init__(self) -> None:
        folded = Ceiling(catalogue.FOLDED, lambda _name: None)
        self._folded = Values(catalogue.FOLDED, folded)
        self._ceilings = {
            metric.name: Ceiling(metric, lambda name: self._folded.add((name,)))
            for metric in METRICS
        }
        self._escalations = self._values(catalogue.ESCALATIONS)
        self._notifications = self._values(catalogue.NOTIFICATIONS)
        self._fallbacks = self._values(catalogue.FALLBACKS)
        self._polls = self._values(catalogue.SOURCE_POLLS)
        self._pushes = self._values(catalogue.SOURCE_PUSHES)
        self._tick_last = self._values(catalogue.TICK_LAST)
        self._ticks = self._distribution(catalogue.TICK_DURATION)
        self._latency = self._distribution(catalogue.ESCALATION_LATENCY)
        self._time_used = self._distribution(catalogue.TIME_USED)
        self._poll_durations = self._distribution(catalogue.POLL_DURATION)

    def declare(
        self,
        *,
        sources: Iterable[str] = (),
        channels: Iterable[str] = (),
        pushes: Iterable[str] = (),
    ) -> None:
        """Show these at 0 from the start: a rate sees a first event only after a zero."""
        for source in sources:
            self._polls.add((source, COMPLETE), 0)
            self._poll_durations.declare((source,))
        for source in pushes:
            for outcome in PUSHED:
                self._pushes.add((source, outcome), 0)
        for channel in channels:
            self._latency.declare((channel,))
            self._fallbacks.add((channel,), 0)
            for outcome in OUTCOMES:
                self._notifications.add((channel, outcome), 0)

    def polled(self, source: str, outcome: str) -> None:
        """A poll ended: `complete`, `waiting`, or the kind of fault that ended it."""
        self._polls.add((source, outcome))

    def poll_took(self, source: str, seconds: float) -> None:
        """A poll ended, well or badly, after this many real seconds."""
        self._poll_durations.observe(seconds, (source,))

    def pushed(self, source: str, outcome: str) -> None:
        """A push was answered: `accepted`, `heartbeat`, `repeated`, or why it was refused."""
        self._pushes.add((source, outcome))

    def ticked(self, *, at: datetime, seconds: float) -> None:
        """A tick ended at `at`, after this many real seconds."""
        self._tick_last.set(at.timestamp())
        self._ticks.observe(seconds)

    def escalated(self, provider: str, commitment: str, step: str) -> None:
        """A step of the policy fired, and is stored."""
        self._escalations.add((provider, commitment, step))

    def closed(self, provider: str, commitment: str, used: float) -> None:
        """An obligation closed, met or missed, with this share of its time used."""
        self._time_used.observe(used, (provider, commitment))

    def delivered(self, channel: str, outcome: str, latency: timedelta | None = None) -> None:
        """An attempt ended; once accepted, so long after the instant its step stood for."""
        self._notifications.add((channel, outcome))
        if latency is not None:
            # A clock that stepped back makes no latency negative.
            self._latency.observe(max(latency.total_seconds(), 0.0), (channel,))

    def fell_back(self, channel: str) -> None:
        """A message that a channel could not deliver goes to its fallback instead."""
        self._fallbacks.add((channel,))

    def ceiling(self, metric: Metric) -> Ceiling:
        """The metric's own, for series that are read elsewhere."""
        return self._ceilings[metric.name]

    def families(self) -> Iterable[Family]:
        counted = (
            self._escalations,
            self._notifications,
            self._fallbacks,
            self._polls,
            self._pushes,
        )
        spans = (self._ticks, self._latency, self._time_used, self._poll_durations)
        for series in (*counted, *spans, self._tick_last, self._folded):
            yield series.family()

    def _values(self, metric: Metric) -> Values:
        return Values(metric, self.ceiling(metric))

    def _distribution(self, metric: Metric) -> Distribution:
        return Distribution(metric, self.ceiling(metric))
