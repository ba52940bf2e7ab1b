"""One scrape: what this process counted, and what the database holds now."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector

from monitor import __version__
from monitor.cases.obligation import Obligation
from monitor.cases.progress import progress
from monitor.cases.records import SourceRecord
from monitor.clock import BusinessClock, tzdata_version
from monitor.clock.wall import WallClock
from monitor.engine.ports import FaultKind
from monitor.metrics import catalogue
from monitor.metrics.catalogue import Metric
from monitor.metrics.counts import EventCounts
from monitor.metrics.series import Labels, family
from monitor.metrics.stored import StateReader, Stored

_log = structlog.get_logger(__name__)

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
        contract: str,
    ) -> None:
        """Read through `reader` at each scrape, with at most `urgent` obligations.

        `contract` names what is in force, for the build's information.
        """
        self._counts = counts
        self._reader = reader
        self._clock = clock
        self._clock_of = clock_of
        self._urgent = urgent
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
            return self._reader.read_state(urgent=self._urgent)
        except Exception as error:  # noqa: BLE001 - whatever fails there, the rest must be told
            _log.warning("stored_figures_unreadable", exc_info=error)
            return None

    def _stored_families(self, stored: Stored, now: datetime) -> Iterable[Family]:
        yield self._bounded(
            catalogue.OBLIGATIONS,
            {(row.provider, row.commitment, row.verdict): row.obligations for row in stored.tally},
        )
        yield family(
            catalogue.URGENT_REMAINING, dict(self._remaining(stored.urgent[: self._urgent], now))
        )
        depths: dict[Labels, float] = {
            ("queued",): stored.outbox.queued,
            ("dead",): stored.outbox.dead,
        }
        yield family(catalogue.OUTBOX_DEPTH, depths)
        yield family(catalogue.OUTBOX_OLDEST_AGE, {(): _age(stored.outbox.oldest_at, now)})
        faults = dict.fromkeys(FaultKind, 0) | dict(stored.case_faults)
        yield self._bounded(catalogue.CASE_FAULTS, {(kind,): n for kind, n in faults.items()})
        for metric, value_of in _OF_A_SOURCE.items():
            yield self._bounded(
                metric, {(source.name,): value_of(source, stored) for source in stored.sources}
            )

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

    def _bounded(self, metric: Metric, values: Mapping[Labels, float]) -> Family:
        return family(metric, self._counts.ceiling(metric).fold(values.items()))


def _age(oldest_at: datetime | None, now: datetime) -> float:
    # A clock that stepped back makes no age negative.
    return 0.0 if oldest_at is None else max((now - oldest_at).total_seconds(), 0.0)


def _confirmed_timestamp(source: SourceRecord, _stored: Stored) -> float:
    return 0.0 if source.confirmed_at is None else source.confirmed_at.timestamp()


_OF_A_SOURCE: Mapping[Metric, Callable[[SourceRecord, Stored], float]] = {
    catalogue.SOURCE_LAST_SUCCESS: _confirmed_timestamp,
    catalogue.SOURCE_STALE: lambda source, _: source.stale_since is not None,
    catalogue.OBSERVATIONS: lambda source, _: source.observations,
    catalogue.QUARANTINE_RECORDS: lambda source, stored: stored.quarantined.get(source.name, 0),
    catalogue.UNKNOWN_STATUSES: lambda source, stored: stored.unknown_statuses.get(source.name, 0),
}


def make_registry(collector: VigieCollector) -> CollectorRegistry:
    """A registry of its own: Vigie's metrics, and the process's memory, time and open files."""
    registry = CollectorRegistry()
    registry.register(collector)
    ProcessCollector(registry=registry)
    return registry
