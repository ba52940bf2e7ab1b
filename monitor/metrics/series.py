"""The series of one metric: bounded in number, safe between threads, told at a scrape."""

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from typing import TypeAlias

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.core import (
    Metric as Family,
)
from prometheus_client.utils import floatToGoString

from monitor.metrics.metric import Kind, Metric

Labels: TypeAlias = tuple[str, ...]
OTHER = "other"


class Ceiling:
    """The first label sets to come have a series each; past the metric's ceiling, `other`.

    What was admitted once stays, so that series do not come and go between scrapes.
    """

    def __init__(self, metric: Metric, folded: Callable[[str], None]) -> None:
        self._metric = metric
        self._folded = folded
        self._admitted: set[Labels] = set()
        self._lock = threading.Lock()

    def admit(self, labels: Labels) -> Labels:
        with self._lock:
            if labels in self._admitted:
                return labels
            # One place is kept for `other` itself.
            if len(self._admitted) < max(self._metric.ceiling - 1, 1):
                self._admitted.add(labels)
                return labels
        self._folded(self._metric.name)
        return (OTHER,) * len(labels)

    def fold(self, values: Iterable[tuple[Labels, float]]) -> Mapping[Labels, float]:
        """The values by admitted labels, joined where several share `other`."""
        series: dict[Labels, float] = {}
        for labels, value in values:
            admitted = self.admit(labels)
            series[admitted] = (
                self._metric.fold(series[admitted], value) if admitted in series else value
            )
        return series


class Values:
    """A counter or gauge of this process."""

    def __init__(self, metric: Metric, ceiling: Ceiling) -> None:
        self.metric = metric
        self._ceiling = ceiling
        self._values: dict[Labels, float] = {} if metric.labels else {(): 0.0}
        self._lock = threading.Lock()

    def add(self, labels: Labels = (), amount: float = 1) -> None:
        """Count. An amount of 0 makes the series, so that its first increase is seen."""
        admitted = self._ceiling.admit(labels)
        with self._lock:
            self._values[admitted] = self._values.get(admitted, 0.0) + amount

    def set(self, value: float) -> None:
        """Replace the value of a gauge without labels."""
        with self._lock:
            self._values[()] = value

    def family(self) -> Family:
        with self._lock:
            values = dict(self._values)
        return family(self.metric, values)


class Distribution:
    """A histogram of this process."""

    def __init__(self, metric: Metric, ceiling: Ceiling) -> None:
        self.metric = metric
        self._ceiling = ceiling
        self._counts: dict[Labels, list[int]] = {}
        self._sums: dict[Labels, float] = {}
        self._lock = threading.Lock()
        if not metric.labels:
            self.declare(())

    def declare(self, labels: Labels) -> None:
        """Make the series before its first value, so that its first increase is seen."""
        admitted = self._ceiling.admit(labels)
        with self._lock:
            self._series(admitted)

    def observe(self, value: float, labels: Labels = ()) -> None:
        admitted = self._ceiling.admit(labels)
        with self._lock:
            # A bucket includes its bound: `le` means less than or equal.
            self._series(admitted)[bisect_left(self.metric.buckets, value)] += 1
            self._sums[admitted] += value

    def family(self) -> Family:
        bounds = [*map(floatToGoString, self.metric.buckets), "+Inf"]
        told = HistogramMetricFamily(self.metric.name, self.metric.help, labels=self.metric.labels)
        with self._lock:
            for labels, counts in self._counts.items():
                cumulative = zip(bounds, accumulate(counts), strict=True)
                told.add_metric(labels, [*cumulative], self._sums[labels])
        return told

    def _series(self, labels: Labels) -> list[int]:
        self._sums.setdefault(labels, 0.0)
        return self._counts.setdefault(labels, [0] * (len(self.metric.buckets) + 1))


def family(metric: Metric, values: Mapping[Labels, float]) -> Family:
    """A counter's or gauge's series as prometheus_client writes them."""
    if metric.kind is Kind.HISTOGRAM:
        return HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
    kind = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
    told = kind(metric.name, metric.help, labels=metric.labels)
    for labels, value in values.items():
        told.add_metric(labels, value)
    return told
