"""One scrape: what this process counted, and what the database holds now."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector

from monitor import __version__
from monitor.cases.obligation import Obligation
from monitor.cases.progress import progress
from monitor.clock import BusinessClock, tzdata_version
from monitor.clock.wall import WallClock
from monitor.metrics import catalogue
from monitor.metrics.catalogue import Metric
from monitor.metrics.counts import EventCounts
from monitor.metrics.series import Labels, family
from monitor.metrics.stored import SourceStanding, StateReader, Stored

_log = structlog.get_logger(__name__)

_QUEUED = "queued"
_OUTBOX_STATES = (_QUEUED, "dead")

ClockOf = Callable[[Obligation], BusinessClock]
"""The business clock of an obligation.

Raises:
    KeyError, ValueError: the contract at work does not have it any more.
"""


class VigieCollector(Collector):
    """Tells every metric of the catalogue; a database that cannot be read costs only its own."""

    def __init__(
        self,
        *,
        counts: EventCounts,
        reader: StateReader,
        clock: WallClock,
        clock_of: ClockOf,
        urgent: int,
        channels: Sequence[str],
        contract: str,
    ) -> None:
        """Read through `reader` at each scrape, with at most `urgent` obligations.

        `channels` have their outbox series from the start, at 0. `contract` names what is in
        force, for the build's information.
        """
        self._counts = counts
        self._reader = reader
        self._clock = clock
        self._clock_of = clock_of
        self._urgent = urgent
        self._channels = channels
        self._build = (__version__, tzdata_version(), contract)

    def collect(self) -> Iterable[Family]:
        now = self._clock.now()
        stored = self._read()
        if stored is not None:
            yield from self._stored_families(stored, now)
        # After what was read, so that what it folded is counted in this scrape.
        yield from self._counts.families()
        yield family(catalogue.STORED_READABLE, {(): float(stored is not None)})
        yield family(catalogue.CLOCK, {(): now.timestamp()})
        yield family(catalogue.BUILD_INFO, {self._build: 1.0})

    def _read(self) -> Stored | None:
        try:
            return self._reader.read(urgent=self._urgent)
        except Exception as error:  # noqa: BLE001 - whatever fails there, the rest must be told
            _log.warning("stored_figures_unreadable", exc_info=error)
            return None

    def _stored_families(self, stored: Stored, now: datetime) -> Iterable[Family]:
        yield self._bounded(
            catalogue.OBLIGATIONS,
            {(*who, verdict.value): n for (*who, verdict), n in stored.tally.items()},
        )
        yield family(
            catalogue.URGENT_REMAINING, dict(self._remaining(stored.urgent[: self._urgent], now))
        )
        yield self._bounded(catalogue.CASE_FAULTS, {(k,): n for k, n in stored.case_faults.items()})
        yield from self._outbox_families(stored, now)
        yield from self._source_families(stored.sources)

    def _remaining(
        self, urgent: Iterable[Obligation], now: datetime
    ) -> Iterable[tuple[Labels, float]]:
        for obligation in urgent:
            try:
                clock = self._clock_of(obligation)
                at = progress(obligation.evaluation, obligation.amount_seconds, clock, now)
            except (KeyError, ValueError):
                # Its contract version is gone or the calendar ends: the case is among the faults.
                continue
            key = obligation.key
            yield (key.provider, obligation.commitment, str(key)), at.remaining_seconds

    def _outbox_families(self, stored: Stored, now: datetime) -> Iterable[Family]:
        depths: dict[Labels, float] = {(c, s): 0 for c in self._channels for s in _OUTBOX_STATES}
        ages: dict[Labels, float] = {(channel,): 0 for channel in self._channels}
        for standing in stored.outbox:
            depths[standing.channel, standing.state] = standing.notifications
            if standing.state == _QUEUED:
                oldest_at = standing.oldest_at or now
                # A clock that stepped back makes no age negative.
                ages[(standing.channel,)] = max((now - oldest_at).total_seconds(), 0.0)
        yield self._bounded(catalogue.OUTBOX_DEPTH, depths)
        yield self._bounded(catalogue.OUTBOX_OLDEST_AGE, ages)

    def _source_families(self, sources: Iterable[SourceStanding]) -> Iterable[Family]:
        told: dict[Metric, Callable[[SourceStanding], float]] = {
            catalogue.SOURCE_LAST_SUCCESS: _confirmed_timestamp,
            catalogue.SOURCE_STALE: lambda source: source.stale,
            catalogue.OBSERVATIONS: lambda source: source.observations,
            catalogue.QUARANTINE_RECORDS: lambda source: source.quarantined,
            catalogue.UNKNOWN_STATUSES: lambda source: source.unknown_statuses,
        }
        listed = list(sources)
        for metric, value_of in told.items():
            yield self._bounded(metric, {(source.name,): value_of(source) for source in listed})

    def _bounded(self, metric: Metric, values: Mapping[Labels, float]) -> Family:
        return family(metric, self._counts.ceiling(metric).fold(values.items()))


def _confirmed_timestamp(source: SourceStanding) -> float:
    return 0.0 if source.confirmed_at is None else source.confirmed_at.timestamp()


def make_registry(collector: VigieCollector) -> CollectorRegistry:
    """A registry of its own: Vigie's metrics, and the process's memory, time and open files."""
    registry = CollectorRegistry()
    registry.register(collector)
    ProcessCollector(registry=registry)
    return registry
