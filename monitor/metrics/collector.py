"""One scrape: what this process counted, and what the database holds now."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import Metric as Family
from prometheus_client.registry import Collector

from monitor import __version__
from monitor.cases.circuit import Circuit, circuit_of
from monitor.cases.obligation import Obligation, Verdict
from monitor.cases.progress import progress
from monitor.cases.records import SourceRecord
from monitor.clock import BusinessClock, tzdata_version, zone
from monitor.clock.wall import WallClock
from monitor.contract.book import ContractBook, NotInForceError
from monitor.contract.model import ContractVersion
from monitor.engine.ports import FaultKind
from monitor.metrics import catalogue
from monitor.metrics.conditions import (
    condition_values,
    late_deliverable_values,
    purchase_values,
)
from monitor.metrics.counts import EventCounts
from monitor.metrics.metric import Metric
from monitor.metrics.series import Labels, family
from monitor.metrics.stored import StateReader
from monitor.metrics.tallied import (
    CURRENT,
    PREVIOUS,
    Months,
    month_values,
    organization_values,
)

_log = structlog.get_logger(__name__)

ClockOf = Callable[[Obligation], BusinessClock]
"""The business clock of an obligation.

Raises:
    KeyError, ValueError: the contract at work does not have it any more.
"""


class Workings(Protocol):
    """What the daemon tells of its own work, from memory."""

    def polled_sources(self) -> Mapping[str, bool]:
        """The configured sources, and whether it is this replica that polls each."""

    def loop_failures(self) -> Mapping[str, int]:
        """How often in a row each loop failed."""


class VigieCollector(Collector):
    """Tells every metric of the catalogue; a database that cannot be read costs only its own."""

    def __init__(
        self,
        *,
        counts: EventCounts,
        reader: StateReader,
        clock: WallClock,
        clock_of: ClockOf,
        workings: Workings,
        urgent: int,
        book: ContractBook,
    ) -> None:
        """Read through `reader` at each scrape, with at most `urgent` obligations.

        What `book` has in force then is what the contract allows.
        """
        self._counts = counts
        self._reader = reader
        self._clock = clock
        self._clock_of = clock_of
        self._workings = workings
        self._urgent = urgent
        self._book = book

    def collect(self) -> Iterable[Family]:
        now = self._clock.now()
        version = self._version(now)
        began = time.monotonic()
        try:
            stored = [
                *self._obligations(now),
                *self._tallied(Months.at(now, zone(version.zone)), version),
                *self._outbox(now),
                *self._sources(),
                family(catalogue.REPLICAS, {(): self._reader.replica_count()}),
                family(catalogue.DATABASE_SIZE, {(): self._reader.database_bytes()}),
            ]
        except Exception as error:  # noqa: BLE001 - whatever fails there, the rest must be told
            _log.warning("stored_figures_unreadable", exc_info=error)
            stored = []
        read_seconds = time.monotonic() - began
        yield from stored
        # After what was read, so that what it folded is counted in this scrape.
        yield from self._counts.families()
        yield from self._loops()
        yield from self._promised(version)
        yield family(catalogue.STORED_READABLE, {(): float(bool(stored))})
        yield family(catalogue.STORED_READ_DURATION, {(): read_seconds})
        yield family(catalogue.CLOCK, {(): now.timestamp()})
        build = (__version__, tzdata_version(), f"{version.id} {version.version}")
        yield family(catalogue.BUILD_INFO, {build: 1.0})

    def _version(self, now: datetime) -> ContractVersion:
        try:
            return self._book.in_force(now)
        except NotInForceError:
            # Nothing is promised yet; what will be is the nearest to an answer.
            return self._book.versions[0]

    def _obligations(self, now: datetime) -> Iterable[Family]:
        tally = self._reader.tally()
        # A verdict that nothing has any more shows 0: a series that ends looks like a fault.
        counted: dict[Labels, float] = {
            (row.provider, row.commitment, verdict): 0 for row in tally for verdict in Verdict
        }
        for row in tally:
            counted[row.provider, row.commitment, row.verdict] = row.obligations
        yield self._bounded(catalogue.OBLIGATIONS, counted)
        muted = Counter[Labels](
            (each.key.provider, each.commitment, each.verdict, each.mute.kind)
            for each in self._reader.muted(now, silenced=False)
        )
        yield self._bounded(catalogue.MUTED, muted)
        yield family(catalogue.SILENCES, {(): self._reader.silences_in_force(now)})
        urgent = self._reader.open_obligations(self._urgent) if self._urgent else ()
        yield family(catalogue.URGENT_REMAINING, dict(self._remaining(urgent, now)))
        faults = dict.fromkeys(FaultKind, 0) | dict(self._reader.fault_counts())
        yield self._bounded(catalogue.CASE_FAULTS, {(kind,): n for kind, n in faults.items()})

    def _tallied(self, months: Months, version: ContractVersion) -> Iterable[Family]:
        spans = {
            CURRENT: (months.current, months.following),
            PREVIOUS: (months.previous, months.current),
        }
        counted = {month: self._reader.due_counts(*span) for month, span in spans.items()}
        stated = {month: self._reader.stated_counts(*span) for month, span in spans.items()}
        yield self._bounded(catalogue.MONTH_OBLIGATIONS, month_values(counted))
        applies, unproven = condition_values(version, counted, stated)
        yield self._bounded(catalogue.CONDITION_COMMITMENTS, applies)
        yield self._bounded(catalogue.CONDITION_UNPROVEN, unproven)
        local = zone(version.zone)
        breaches = [each.breach for each in version.conditions if each.breach is not None]
        days = self._reader.purchase_days(breaches, local)
        purchases = purchase_values(version, days, months, local)
        yield self._bounded(catalogue.CONDITION_PURCHASES, purchases)
        late = late_deliverable_values(version, counted)
        yield self._bounded(catalogue.DELIVERABLES_LATE, late)
        bodies = organization_values(self._reader.organization_counts())
        yield self._bounded(catalogue.ORGANIZATION_OBLIGATIONS, bodies)

    def _promised(self, version: ContractVersion) -> Iterable[Family]:
        promises = version.commitments
        told: Mapping[Metric, dict[Labels, float]] = {
            catalogue.COMMITMENT_LIMIT: {(each.id,): each.amount.seconds for each in promises},
            catalogue.COMMITMENT_AT_RISK: {
                (each.id,): each.at_risk_percent / 100 for each in promises
            },
            catalogue.COMMITMENT_TARGET: {
                (each.id,): each.target_percent / 100
                for each in promises
                if each.target_percent is not None
            },
        }
        for metric, values in told.items():
            yield self._bounded(metric, values)

    def _outbox(self, now: datetime) -> Iterable[Family]:
        outbox = self._reader.outbox()
        depths: dict[Labels, float] = {("queued",): outbox.queued, ("dead",): outbox.dead}
        yield family(catalogue.OUTBOX_DEPTH, depths)
        # A clock that stepped back makes no age negative.
        waiting = (
            timedelta() if outbox.oldest_at is None else max(now - outbox.oldest_at, timedelta())
        )
        yield family(catalogue.OUTBOX_OLDEST_AGE, {(): waiting.total_seconds()})

    def _sources(self) -> Iterable[Family]:
        sources = self._reader.sources()
        quarantined = self._reader.quarantine_counts()
        unknown = Counter[str]()
        for word in self._reader.unknown_statuses():
            unknown[word.source] += word.observations
        told: Mapping[Metric, Callable[[SourceRecord], float]] = {
            catalogue.SOURCE_LAST_SUCCESS: _confirmed_timestamp,
            catalogue.SOURCE_STALE: lambda source: source.stale_since is not None,
            catalogue.OBSERVATIONS: lambda source: source.observations,
            catalogue.QUARANTINE_RECORDS: lambda source: quarantined.get(source.name, 0),
            catalogue.UNKNOWN_STATUSES: lambda source: unknown[source.name],
        }
        circuits: dict[Labels, float] = {
            (source.name, str(state)): float(circuit_of(source.failures) is state)
            for source in sources
            for state in Circuit
        }
        yield self._bounded(catalogue.SOURCE_CIRCUIT, circuits)
        for metric, value_of in told.items():
            yield self._bounded(metric, {(source.name,): value_of(source) for source in sources})

    def _loops(self) -> Iterable[Family]:
        held: dict[Labels, float] = {
            (name,): float(is_held) for name, is_held in self._workings.polled_sources().items()
        }
        yield self._bounded(catalogue.LEASES_HELD, held)
        failures: dict[Labels, float] = {
            (name,): count for name, count in self._workings.loop_failures().items()
        }
        yield self._bounded(catalogue.LOOP_FAILURES, failures)

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


def _confirmed_timestamp(source: SourceRecord) -> float:
    return 0.0 if source.confirmed_at is None else source.confirmed_at.timestamp()


def make_registry(collector: VigieCollector) -> CollectorRegistry:
    """A registry of its own: Vigie's metrics, and the process's memory, time and open files."""
    registry = CollectorRegistry()
    registry.register(collector)
    ProcessCollector(registry=registry)
    return registry
