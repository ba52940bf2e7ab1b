"""Every metric on `/metrics`: its name, the question it answers, and how many series it may have.

Names follow Prometheus: `vigie_`, base units, `_total` on counters. Instants and latencies are by
Vigie's clock, which runs faster than real time in a demonstration; `vigie_clock_timestamp_seconds`
tells it, so that an age is right in both.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

Fold = Callable[[float, float], float]


class Kind(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Scope(StrEnum):
    """Whose figure it is; with several replicas it decides how to add them up."""

    SHARED = "shared"
    """Read from the database: every replica says the same. Take the maximum, never the sum."""
    PROCESS = "process"
    """Of this process, from zero when it starts. Sum the rates of all replicas."""


_SCOPE_SENTENCES = {
    Scope.SHARED: "Read from the database, the same on every replica.",
    Scope.PROCESS: "Of this process, since it started.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    name: str
    kind: Kind
    question: str
    scope: Scope
    labels: tuple[str, ...] = ()
    ceiling: int = 1
    """The most label sets it shows; the rest are folded into one whose labels are all `other`."""
    fold: Fold = operator.add
    """How a set of labels joins `other`: counts add up, of states the worst shows."""
    buckets: tuple[float, ...] = ()

    @property
    def help(self) -> str:
        return f"{self.question} {_SCOPE_SENTENCES[self.scope]}"


_SOURCES: Final = 100
_CHANNELS: Final = 50

OBLIGATIONS = Metric(
    name="vigie_obligations",
    kind=Kind.GAUGE,
    question="How many obligations stand at each verdict?",
    scope=Scope.SHARED,
    labels=("provider", "commitment", "verdict"),
    ceiling=1000,
)
MUTED = Metric(
    name="vigie_muted_obligations",
    kind=Kind.GAUGE,
    question="Of how many open obligations is nobody told, as somebody has them in hand"
    " (acknowledged) or their case is on hold (held)?",
    scope=Scope.SHARED,
    labels=("provider", "commitment", "verdict", "mute"),
    ceiling=1000,
)
SILENCES = Metric(
    name="vigie_silences",
    kind=Kind.GAUGE,
    question="How many silences are in force?",
    scope=Scope.SHARED,
)
URGENT_REMAINING = Metric(
    name="vigie_urgent_remaining_business_seconds",
    kind=Kind.GAUGE,
    question="How much business time is left to the most urgent open obligations?"
    " Negative once late; at most urgent_metrics of them.",
    scope=Scope.SHARED,
    labels=("provider", "commitment", "case"),
    ceiling=1000,
)
ESCALATIONS = Metric(
    name="vigie_escalations_total",
    kind=Kind.COUNTER,
    question="Which steps of the policy fired, how often?",
    scope=Scope.PROCESS,
    labels=("provider", "commitment", "step"),
    ceiling=1000,
)
NOTIFICATIONS = Metric(
    name="vigie_notifications_total",
    kind=Kind.COUNTER,
    question="How did attempts to deliver end: accepted, failed (tried again later), refused"
    " or expired (both dead letters)?",
    scope=Scope.PROCESS,
    labels=("channel", "outcome"),
    ceiling=4 * _CHANNELS,
)
FALLBACKS = Metric(
    name="vigie_fallbacks_total",
    kind=Kind.COUNTER,
    question="How many messages that a channel could not deliver went to its fallback instead?",
    scope=Scope.PROCESS,
    labels=("channel",),
    ceiling=_CHANNELS,
)
ESCALATION_LATENCY = Metric(
    name="vigie_escalation_latency_seconds",
    kind=Kind.HISTOGRAM,
    question="How long after the instant its step stood for, such as the deadline, did an"
    " escalation reach its receiver?",
    scope=Scope.PROCESS,
    labels=("channel",),
    ceiling=_CHANNELS,
    # From a tick and an SMTP dialogue to the outbox's horizon of some days.
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600, 14_400, 43_200, 259_200),
)
OUTBOX_DEPTH = Metric(
    name="vigie_outbox_depth",
    kind=Kind.GAUGE,
    question="How many notifications wait in the outbox (queued) or were given up (dead)?",
    scope=Scope.SHARED,
    labels=("state",),
    ceiling=3,
)
OUTBOX_OLDEST_AGE = Metric(
    name="vigie_outbox_oldest_age_seconds",
    kind=Kind.GAUGE,
    question="How long has the oldest queued notification been waiting? 0 when none is.",
    scope=Scope.SHARED,
)
SOURCE_LAST_SUCCESS = Metric(
    name="vigie_source_last_success_timestamp_seconds",
    kind=Kind.GAUGE,
    question="As of when is everything a source holds known? 0 before its first complete poll.",
    scope=Scope.SHARED,
    labels=("source",),
    ceiling=_SOURCES,
    fold=min,
)
SOURCE_STALE = Metric(
    name="vigie_source_stale",
    kind=Kind.GAUGE,
    question="Has a source been silent too long to judge what it should tell (1)?",
    scope=Scope.SHARED,
    labels=("source",),
    ceiling=_SOURCES,
    fold=max,
)
SOURCE_CIRCUIT = Metric(
    name="vigie_source_circuit",
    kind=Kind.GAUGE,
    question="Is a source asked for all there is (closed), or failing, and probed less and less"
    " often (open)? 1 at the state it is in.",
    scope=Scope.SHARED,
    labels=("source", "state"),
    ceiling=2 * _SOURCES,
    fold=max,
)
SOURCE_POLLS = Metric(
    name="vigie_source_polls_total",
    kind=Kind.COUNTER,
    question="How did polls of a source end: complete, waiting (it asked to be left alone),"
    " refreshed (a few cases, at a hint), or with which fault?",
    scope=Scope.PROCESS,
    labels=("source", "outcome"),
    ceiling=10 * _SOURCES,
)
SOURCE_PUSHES = Metric(
    name="vigie_source_pushes_total",
    kind=Kind.COUNTER,
    question="How were pushes of a source answered: accepted, heartbeat (without a record),"
    " repeated (answered as before), or refused (invalid, too_large, rate_limited, unauthorized,"
    " failed)? Of those without a token, the source is unknown.",
    scope=Scope.PROCESS,
    labels=("source", "outcome"),
    ceiling=8 * _SOURCES,
)
OBSERVATIONS = Metric(
    name="vigie_observations_total",
    kind=Kind.COUNTER,
    question="How many different statements has a source made?",
    scope=Scope.SHARED,
    labels=("source",),
    ceiling=_SOURCES,
)
QUARANTINE_RECORDS = Metric(
    name="vigie_quarantine_records",
    kind=Kind.GAUGE,
    question="How many records of a source cannot be read as configured?",
    scope=Scope.SHARED,
    labels=("source",),
    ceiling=_SOURCES,
)
UNKNOWN_STATUSES = Metric(
    # No counter: it falls to 0 once the mapping has learned the words.
    name="vigie_unknown_status_observations",
    kind=Kind.GAUGE,
    question="How many statements of a source have a status that no mapping leads anywhere?",
    scope=Scope.SHARED,
    labels=("source",),
    ceiling=_SOURCES,
)
CASE_FAULTS = Metric(
    name="vigie_case_faults",
    kind=Kind.GAUGE,
    question="How many cases are not watched, and why?",
    scope=Scope.SHARED,
    labels=("kind",),
    ceiling=50,
)
REPLICAS = Metric(
    name="vigie_replicas",
    kind=Kind.GAUGE,
    question="How many daemons share this database? One that died counts until it is given up.",
    scope=Scope.SHARED,
)
LEASES_HELD = Metric(
    name="vigie_source_lease_held",
    kind=Kind.GAUGE,
    question="Is it this replica that polls a source (1)? Over all replicas the sum is 1.",
    scope=Scope.PROCESS,
    labels=("source",),
    ceiling=_SOURCES,
)
LOOP_FAILURES = Metric(
    name="vigie_loop_failures",
    kind=Kind.GAUGE,
    question="How often in a row did a loop fail, such as the tick, or a replica's beat? 0: it"
    " goes on.",
    scope=Scope.PROCESS,
    labels=("loop",),
    ceiling=2 * _SOURCES,
    fold=max,
)
TICK_DURATION = Metric(
    name="vigie_tick_duration_seconds",
    kind=Kind.HISTOGRAM,
    question="How long do ticks take, in real time?",
    scope=Scope.PROCESS,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
TICK_LAST = Metric(
    name="vigie_tick_last_timestamp_seconds",
    kind=Kind.GAUGE,
    question="When did the last tick end? 0 before the first.",
    scope=Scope.PROCESS,
)
CLOCK = Metric(
    name="vigie_clock_timestamp_seconds",
    kind=Kind.GAUGE,
    question="What time is it for Vigie? Real time, except in a demonstration.",
    scope=Scope.PROCESS,
)
STORED_READABLE = Metric(
    name="vigie_stored_readable",
    kind=Kind.GAUGE,
    question="Could the database be read at this scrape (1)? At 0 what is read there is absent.",
    scope=Scope.PROCESS,
)
FOLDED = Metric(
    name="vigie_label_sets_folded_total",
    kind=Kind.COUNTER,
    question="How often did a metric have more label sets than its ceiling, so that one was"
    " folded into 'other'?",
    scope=Scope.PROCESS,
    labels=("metric",),
    ceiling=50,
)
BUILD_INFO = Metric(
    name="vigie_build_info",
    kind=Kind.GAUGE,
    question="Which program, time zone data and contract are at work? Always 1.",
    scope=Scope.PROCESS,
    labels=("version", "tzdata", "contract"),
)

METRICS: Final = (
    OBLIGATIONS,
    MUTED,
    SILENCES,
    URGENT_REMAINING,
    ESCALATIONS,
    ESCALATION_LATENCY,
    NOTIFICATIONS,
    FALLBACKS,
    OUTBOX_DEPTH,
    OUTBOX_OLDEST_AGE,
    SOURCE_LAST_SUCCESS,
    SOURCE_STALE,
    SOURCE_CIRCUIT,
    SOURCE_POLLS,
    SOURCE_PUSHES,
    OBSERVATIONS,
    QUARANTINE_RECORDS,
    UNKNOWN_STATUSES,
    CASE_FAULTS,
    REPLICAS,
    LEASES_HELD,
    LOOP_FAILURES,
    TICK_DURATION,
    TICK_LAST,
    CLOCK,
    STORED_READABLE,
    FOLDED,
    BUILD_INFO,
)
