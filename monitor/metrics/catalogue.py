"""Every metric on `/metrics`, in the order in which it tells them.

Names follow Prometheus: `vigie_`, base units, `_total` on counters. Instants and latencies are by
Vigie's clock, which runs faster than real time in a demonstration; `vigie_clock_timestamp_seconds`
tells it, so that an age is right in both.
"""

from typing import Final

from monitor.locale.marking import N_
from monitor.metrics.metric import Kind, Metric, Scope

_SOURCES: Final = 100
_CHANNELS: Final = 50
_COMMITMENTS: Final = 100

OBLIGATIONS = Metric(
    name="vigie_obligations",
    kind=Kind.GAUGE,
    question=N_("How many obligations stand at each verdict?"),
    scope=Scope.SHARED,
    labels=("provider", "commitment", "verdict"),
    ceiling=1000,
)
MUTED = Metric(
    name="vigie_muted_obligations",
    kind=Kind.GAUGE,
    question=N_(
        "Of how many open obligations is nobody told, as somebody has them in hand"
        " (acknowledged) or their case is on hold (held)?"
    ),
    scope=Scope.SHARED,
    labels=("provider", "commitment", "verdict", "mute"),
    ceiling=1000,
)
SILENCES = Metric(
    name="vigie_silences",
    kind=Kind.GAUGE,
    question=N_("How many silences are in force?"),
    scope=Scope.SHARED,
)
MONTH_OBLIGATIONS = Metric(
    name="vigie_month_obligations",
    kind=Kind.GAUGE,
    question=N_(
        "How do the obligations stand whose deadline lies in the month of the contract that runs"
        " (current), or in the one before (previous)?"
    ),
    scope=Scope.SHARED,
    labels=("month", "provider", "commitment", "region", "verdict"),
    ceiling=2000,
)
CONDITION_COMMITMENTS = Metric(
    name="vigie_condition_commitments",
    kind=Kind.GAUGE,
    question=N_(
        "Of how many commitments due in the month does a condition of the contract require a proof:"
        " orders at the second-rank provider, devices at a cost? Without those withdrawn."
    ),
    scope=Scope.SHARED,
    labels=("month", "provider", "condition"),
    ceiling=100,
)
CONDITION_UNPROVEN = Metric(
    name="vigie_condition_unproven",
    kind=Kind.GAUGE,
    question=N_(
        "Of how many of these is the proof missing: the derogation, the authorisation? Each import"
        " of proofs tells in the next scrape."
    ),
    scope=Scope.SHARED,
    labels=("month", "provider", "condition"),
    ceiling=100,
)
CONDITION_PURCHASES = Metric(
    name="vigie_condition_purchases",
    kind=Kind.GAUGE,
    question=N_(
        "How many purchases of the month does a file state to have been made against a duty of the"
        " client's, such as devices bought from another than the provider?"
    ),
    scope=Scope.SHARED,
    labels=("month", "condition"),
    ceiling=50,
)
DELIVERABLES_LATE = Metric(
    name="vigie_deliverables_late",
    kind=Kind.GAUGE,
    question=N_(
        "How many reports that a provider owed in the month came late, or are late and missing"
        " still?"
    ),
    scope=Scope.SHARED,
    labels=("month", "provider", "commitment"),
    ceiling=100,
)
ORGANIZATION_OBLIGATIONS = Metric(
    name="vigie_organization_obligations",
    kind=Kind.GAUGE,
    question=N_(
        "How do the obligations of each public body stand? The largest have series of their own."
    ),
    scope=Scope.SHARED,
    labels=("organization", "provider", "verdict"),
    ceiling=500,
)
TIME_USED = Metric(
    name="vigie_time_used_ratio",
    kind=Kind.HISTOGRAM,
    question=N_(
        "What share of the time allowed had closed obligations used? Above 1 is late. Each is"
        " counted once, when its close is learned of."
    ),
    scope=Scope.PROCESS,
    labels=("provider", "commitment"),
    ceiling=100,
    buckets=(0.1, 0.25, 0.5, 0.75, 0.8, 0.9, 1, 1.25, 1.5, 2, 4),
)
COMMITMENT_LIMIT = Metric(
    name="vigie_commitment_limit_business_seconds",
    kind=Kind.GAUGE,
    question=N_("How much business time does the contract in force allow for a commitment?"),
    scope=Scope.PROCESS,
    labels=("commitment",),
    ceiling=_COMMITMENTS,
    fold=max,
)
COMMITMENT_AT_RISK = Metric(
    name="vigie_commitment_at_risk_ratio",
    kind=Kind.GAUGE,
    question=N_("After which share of the time allowed is an obligation at risk, by the contract?"),
    scope=Scope.PROCESS,
    labels=("commitment",),
    ceiling=_COMMITMENTS,
    fold=min,
)
COMMITMENT_TARGET = Metric(
    name="vigie_commitment_target_ratio",
    kind=Kind.GAUGE,
    question=N_(
        "Which share of its obligations does the contract want met in time? Absent where the text"
        " gives none."
    ),
    scope=Scope.PROCESS,
    labels=("commitment",),
    ceiling=_COMMITMENTS,
    fold=max,
)
URGENT_REMAINING = Metric(
    name="vigie_urgent_remaining_business_seconds",
    kind=Kind.GAUGE,
    question=N_(
        "How much business time is left to the most urgent open obligations?"
        " Negative once late; at most urgent_metrics of them."
    ),
    scope=Scope.SHARED,
    labels=("provider", "commitment", "case"),
    ceiling=1000,
)
ESCALATIONS = Metric(
    name="vigie_escalations_total",
    kind=Kind.COUNTER,
    question=N_("Which steps of the policy fired, how often?"),
    scope=Scope.PROCESS,
    labels=("provider", "commitment", "step"),
    ceiling=1000,
)
NOTIFICATIONS = Metric(
    name="vigie_notifications_total",
    kind=Kind.COUNTER,
    question=N_(
        "How did attempts to deliver end: accepted, failed (tried again later), refused"
        " or expired (both dead letters)?"
    ),
    scope=Scope.PROCESS,
    labels=("channel", "outcome"),
    ceiling=4 * _CHANNELS,
)
FALLBACKS = Metric(
    name="vigie_fallbacks_total",
    kind=Kind.COUNTER,
    question=N_("How many messages that a channel could not deliver went to its fallback instead?"),
    scope=Scope.PROCESS,
    labels=("channel",),
    ceiling=_CHANNELS,
)
ESCALATION_LATENCY = Metric(
    name="vigie_escalation_latency_seconds",
    kind=Kind.HISTOGRAM,
    question=N_(
        "How long after the instant its step stood for, such as the deadline, did an"
        " escalation reach its receiver?"
    ),
    scope=Scope.PROCESS,
    labels=("channel",),
    ceiling=_CHANNELS,
    # From a tick and an SMTP dialogue to the outbox's horizon of some days.
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900, 3600, 14_400, 43_200, 259_200),
)
OUTBOX_DEPTH = Metric(
    name="vigie_outbox_depth",
    kind=Kind.GAUGE,
    question=N_("How many notifications wait in the outbox (queued) or were given up (dead)?"),
    scope=Scope.SHARED,
    labels=("state",),
    ceiling=3,
)
OUTBOX_OLDEST_AGE = Metric(
    name="vigie_outbox_oldest_age_seconds",
    kind=Kind.GAUGE,
    question=N_("How long has the oldest queued notification been waiting? 0 when none is."),
    scope=Scope.SHARED,
)
SOURCE_LAST_SUCCESS = Metric(
    name="vigie_source_last_success_timestamp_seconds",
    kind=Kind.GAUGE,
    question=N_("As of when is everything a source holds known? 0 before its first complete poll."),
    scope=Scope.SHARED,
    labels=("source",),
    ceiling=_SOURCES,
    fold=min,
)
SOURCE_STALE = Metric(
    name="vigie_source_stale",
    kind=Kind.GAUGE,
    question=N_("Has a source been silent too long to judge what it should tell (1)?"),
    scope=Scope.SHARED,
    labels=("source",),
    ceiling=_SOURCES,
    fold=max,
)
SOURCE_CIRCUIT = Metric(
    name="vigie_source_circuit",
    kind=Kind.GAUGE,
    question=N_(
        "Is a source asked for all there is (closed), or failing, and probed less and less"
        " often (open)? 1 at the state it is in."
    ),
    scope=Scope.SHARED,
    labels=("source", "state"),
    ceiling=2 * _SOURCES,
    fold=max,
)
SOURCE_POLLS = Metric(
    name="vigie_source_polls_total",
    kind=Kind.COUNTER,
    question=N_(
        "How did polls of a source end: complete, waiting (it asked to be left alone),"
        " refreshed (a few cases, at a hint), or with which fault?"
    ),
    scope=Scope.PROCESS,
    labels=("source", "outcome"),
    ceiling=10 * _SOURCES,
)
POLL_DURATION = Metric(
    name="vigie_source_poll_duration_seconds",
    kind=Kind.HISTOGRAM,
    question=N_("How long do polls of a source take, in real time?"),
    scope=Scope.PROCESS,
    labels=("source",),
    ceiling=_SOURCES,
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300),
)
SOURCE_PUSHES = Metric(
    name="vigie_source_pushes_total",
    kind=Kind.COUNTER,
    question=N_(
        "How were pushes of a source answered: accepted, heartbeat (without a record), repeated"
        " (answered as before), or refused (invalid, too_large, rate_limited, unauthorized,"
        " failed)? Of those without a token, the source is unknown."
    ),
    scope=Scope.PROCESS,
    labels=("source", "outcome"),
    ceiling=8 * _SOURCES,
)
OBSERVATIONS = Metric(
    name="vigie_observations_total",
    kind=Kind.COUNTER,
    question=N_("How many different statements has a source made?"),
    scope=Scope.SHARED,
    labels=("source",),
    ceiling=_SOURCES,
)
QUARANTINE_RECORDS = Metric(
    name="vigie_quarantine_records",
    kind=Kind.GAUGE,
    question=N_("How many records of a source cannot be read as configured?"),
    scope=Scope.SHARED,
    labels=("source",),
    ceiling=_SOURCES,
)
UNKNOWN_STATUSES = Metric(
    # No counter: it falls to 0 once the mapping has learned the words.
    name="vigie_unknown_status_observations",
    kind=Kind.GAUGE,
    question=N_("How many statements of a source have a status that no mapping leads anywhere?"),
    scope=Scope.SHARED,
    labels=("source",),
    ceiling=_SOURCES,
)
CASE_FAULTS = Metric(
    name="vigie_case_faults",
    kind=Kind.GAUGE,
    question=N_("How many cases are not watched, and why?"),
    scope=Scope.SHARED,
    labels=("kind",),
    ceiling=50,
)
REPLICAS = Metric(
    name="vigie_replicas",
    kind=Kind.GAUGE,
    question=N_("How many daemons share this database? One that died counts until it is given up."),
    scope=Scope.SHARED,
)
LEASES_HELD = Metric(
    name="vigie_source_lease_held",
    kind=Kind.GAUGE,
    question=N_("Is it this replica that polls a source (1)? Over all replicas the sum is 1."),
    scope=Scope.PROCESS,
    labels=("source",),
    ceiling=_SOURCES,
)
LOOP_FAILURES = Metric(
    name="vigie_loop_failures",
    kind=Kind.GAUGE,
    question=N_(
        "How often in a row did a loop fail, such as the tick, or a replica's beat? 0: it goes on."
    ),
    scope=Scope.PROCESS,
    labels=("loop",),
    ceiling=2 * _SOURCES,
    fold=max,
)
TICK_DURATION = Metric(
    name="vigie_tick_duration_seconds",
    kind=Kind.HISTOGRAM,
    question=N_("How long do ticks take, in real time?"),
    scope=Scope.PROCESS,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
)
TICK_LAST = Metric(
    name="vigie_tick_last_timestamp_seconds",
    kind=Kind.GAUGE,
    question=N_("When did the last tick end? 0 before the first."),
    scope=Scope.PROCESS,
)
CLOCK = Metric(
    name="vigie_clock_timestamp_seconds",
    kind=Kind.GAUGE,
    question=N_("What time is it for Vigie? Real time, except in a demonstration."),
    scope=Scope.PROCESS,
)
STORED_READABLE = Metric(
    name="vigie_stored_readable",
    kind=Kind.GAUGE,
    question=N_(
        "Could the database be read at this scrape (1)? At 0 what is read there is absent."
    ),
    scope=Scope.PROCESS,
)
STORED_READ_DURATION = Metric(
    name="vigie_stored_read_duration_seconds",
    kind=Kind.GAUGE,
    question=N_("How long did this scrape read the database, in real time?"),
    scope=Scope.PROCESS,
)
DATABASE_SIZE = Metric(
    name="vigie_database_size_bytes",
    kind=Kind.GAUGE,
    question=N_("How large is the database, on its disk?"),
    scope=Scope.SHARED,
)
FOLDED = Metric(
    name="vigie_label_sets_folded_total",
    kind=Kind.COUNTER,
    question=N_(
        "How often did a metric have more label sets than its ceiling, so that one was"
        " folded into 'other'?"
    ),
    scope=Scope.PROCESS,
    labels=("metric",),
    ceiling=50,
)
BUILD_INFO = Metric(
    name="vigie_build_info",
    kind=Kind.GAUGE,
    question=N_("Which program, time zone data and contract are at work? Always 1."),
    scope=Scope.PROCESS,
    labels=("version", "tzdata", "contract"),
)

METRICS: Final = (
    OBLIGATIONS,
    MUTED,
    SILENCES,
    MONTH_OBLIGATIONS,
    CONDITION_COMMITMENTS,
    CONDITION_UNPROVEN,
    CONDITION_PURCHASES,
    DELIVERABLES_LATE,
    ORGANIZATION_OBLIGATIONS,
    TIME_USED,
    COMMITMENT_LIMIT,
    COMMITMENT_AT_RISK,
    COMMITMENT_TARGET,
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
    POLL_DURATION,
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
    STORED_READ_DURATION,
    DATABASE_SIZE,
    FOLDED,
    BUILD_INFO,
)

LABELS: Final = {
    "case": "a case as PROVIDER:KIND:REF: the only name of one, and of urgent ones alone",
    "channel": "a channel, as vigie.yaml names it",
    "commitment": "a commitment, as the contract names it",
    "condition": "a condition of the contract, as the contract names it",
    "contract": "the contract in force and its version",
    "kind": "why a case is not watched: no_commitment, not_in_force, out_of_range, unexpected",
    "loop": "one of the daemon's loops",
    "metric": "a metric of this list",
    "month": "current or previous, by the contract's time zone and the deadline",
    "mute": "acknowledged or held",
    "organization": "a public body, by the word that sources have for it; none: not stated",
    "outcome": "how a poll, a push or a delivery ended",
    "provider": "a provider, as the contract names it",
    "region": "local or remote; none: the commitment does not depend on the place",
    "source": "a source, as vigie.yaml names it",
    "state": "queued or dead, of messages; closed or open, of circuits",
    "step": "a step of the escalation policy",
    "tzdata": "the version of the time zone data",
    "verdict": "pending, at_risk, breached, met, missed, cancelled or unknown",
    "version": "the version of Vigie",
}
"""What each label tells. None names a person, a telephone number or an address."""
