"""The tables. Instants are UTC microseconds, so that SQLite and PostgreSQL compare them alike."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC microseconds since 1970; a naive one is refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive instant cannot be stored: {value.isoformat()}")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else _EPOCH + timedelta(microseconds=value)


# SQLite only makes an INTEGER primary key its row id; PostgreSQL needs the wide type.
_Id = BigInteger().with_variant(Integer, "sqlite")


def _partial(name: str, *columns: str, sqlite: str, postgresql: str | None = None) -> Index:
    """An index over the few rows that matter; a query uses it by stating the same condition."""
    return Index(
        name,
        *columns,
        sqlite_where=text(sqlite),
        postgresql_where=text(postgresql or sqlite),
    )


source = Table(
    "source",
    metadata,
    Column("name", String, primary_key=True),
    Column("first_seen_at", Instant, nullable=False),
    Column("cursor", JSON(none_as_null=True)),
    Column("confirmed_at", Instant),  # start of the last complete poll
    Column("last_attempt_at", Instant),
    Column("failures", Integer, nullable=False),  # in a row
    Column("fault_kind", String(32)),
    Column("fault", Text),
    Column("not_before_at", Instant),
    Column("stale_since", Instant),  # set while its open obligations are judged unknown
    Column("observations", BigInteger, nullable=False),
)

case = Table(
    "case_",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("provider", String, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("ref", String(200), nullable=False),
    Column("source", String, nullable=False),
    Column("organization", String(200)),
    Column("category", String(64)),
    Column("place", String(200)),
    Column("received_at", Instant, nullable=False),
    Column("raw_status", String(200), nullable=False),
    Column("status", String(32)),
    Column("changed_at", Instant, nullable=False),  # since when it has this status
    Column("last_observation_id", String(32), nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("missing_since", Instant),  # asked for by reference, and the source has it no more
    Column("missing_polls", Integer, nullable=False),  # in a row
    Column("is_open", Boolean, nullable=False),
    Column("marked_at", Instant),  # new observations wait to be judged
    Column("fault_kind", String(32)),  # why it could not be judged, or is owed nothing
    Column("fault", Text),
    Column("retry_at", Instant),  # when a case that could not be judged is tried again
    UniqueConstraint("provider", "kind", "ref"),
    Index(None, "ref"),
    _partial("ix_case__marked", "marked_at", sqlite="marked_at IS NOT NULL"),
    _partial("ix_case__retry", "retry_at", sqlite="retry_at IS NOT NULL"),
    _partial("ix_case__open", "source", "id", sqlite="is_open = 1", postgresql="is_open"),
    _partial("ix_case__fault", "fault_kind", "id", sqlite="fault_kind IS NOT NULL"),
)

observation = Table(
    "observation",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("case_id", _Id, ForeignKey("case_.id"), nullable=False),
    Column("source", String, nullable=False),
    Column("raw_status", String(200), nullable=False),
    Column("status", String(32)),
    Column("received_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_after", Instant),
    Column("previous_id", String(32)),
    Column("observed_at", Instant, nullable=False),
    Column("organization", String(200)),
    Column("category", String(64)),
    Column("place", String(200)),
    Column("payload", JSON, nullable=False),
    Index(None, "case_id", "changed_at"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),  # the same bad record is kept once
    Column("source", String, nullable=False),
    Column("ref", String(200)),
    Column("reason", Text, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("resolved_at", Instant),  # the source has since stated the same case readably
    _partial("ix_quarantine_unresolved", "source", "ref", sqlite="resolved_at IS NULL"),
)

unknown_status = Table(
    "unknown_status",
    metadata,
    # Statuses no mapping leads anywhere, counted as they are stored: listing never scans cases.
    Column("source", String, primary_key=True),
    Column("raw_status", String(200), primary_key=True),
    Column("observations", BigInteger, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
)

organization = Table(
    "organization",
    metadata,
    # Every organisation ever stated; those the configuration does not list are shown.
    Column("name", String, primary_key=True),
    Column("first_seen_at", Instant, nullable=False),
)

obligation = Table(
    "obligation",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("case_id", _Id, ForeignKey("case_.id"), nullable=False),
    Column("provider", String, nullable=False),
    Column("source", String, nullable=False),
    Column("organization", String(200)),
    Column("place", String(200)),  # as first stated: what its region was frozen by
    Column("commitment", String, nullable=False),
    Column("contract_version", String, nullable=False),
    Column("calendar", String, nullable=False),
    Column("unit", String(16), nullable=False),
    Column("amount_seconds", BigInteger, nullable=False),
    Column("region", String),
    Column("region_provisional", Boolean, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("starts_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("elapsed_seconds", BigInteger, nullable=False),
    Column("remaining_seconds", BigInteger, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("stopped_at", Instant),
    Column("episode", Integer, nullable=False),
    Column("evaluated_at", Instant, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("silent", Boolean, nullable=False),  # judged while its source was stale
    Column("next_wakeup_at", Instant),
    UniqueConstraint("case_id", "commitment"),
    _partial("ix_obligation_wakeup", "next_wakeup_at", sqlite="next_wakeup_at IS NOT NULL"),
    _partial(
        "ix_obligation_provisional",
        "place",
        sqlite="region_provisional = 1",
        postgresql="region_provisional",
    ),
    _partial("ix_obligation_urgent", "due_at", "id", sqlite="is_open = 1", postgresql="is_open"),
    _partial(
        "ix_obligation_silent", "source", "silent", sqlite="is_open = 1", postgresql="is_open"
    ),
    _partial(
        "ix_obligation_settled",
        "evaluated_at",
        "id",
        sqlite="is_open = 0",
        postgresql="NOT is_open",
    ),
)

tally = Table(
    "tally",
    metadata,
    # Kept in the transaction that changes a verdict: counting never scans obligations.
    Column("provider", String, primary_key=True),
    Column("commitment", String, primary_key=True),
    Column("verdict", String(16), primary_key=True),
    Column("obligations", BigInteger, nullable=False),
)

escalation = Table(
    "escalation",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("obligation_id", _Id, ForeignKey("obligation.id"), nullable=False),
    Column("step", String, nullable=False),
    Column("episode", Integer, nullable=False),
    Column("stood_at", Instant, nullable=False),  # the instant the step stood for
    Column("fired_at", Instant, nullable=False),
    Column("reason", String(32), nullable=False),
    Column("unconfirmed", Boolean, nullable=False),
    UniqueConstraint("obligation_id", "step", "episode"),
)

notification = Table(
    "notification",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("escalation_id", _Id, ForeignKey("escalation.id"), nullable=False),
    Column("channel", String, nullable=False),
    Column("address", String, nullable=False),
    Column("role", String, nullable=False),
    Column("lang", String(8), nullable=False),
    Column("step", String, nullable=False),
    Column("thread", String, nullable=False),
    Column("due_at", Instant),
    Column("stood_at", Instant),
    Column("content", JSON, nullable=False),  # subject, text, html and fields, as decided
    Column("created_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),  # queued, sent, dead
    Column("next_attempt_at", Instant),  # while claimed, the end of the lease; None once finished
    Column("lease_owner", String),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False),
    Column("finished_at", Instant),
    Index(None, "escalation_id"),
    _partial(
        "ix_notification_due",
        "channel",
        "next_attempt_at",
        "id",
        sqlite="next_attempt_at IS NOT NULL",
    ),
    _partial("ix_notification_unsent", "state", "channel", "created_at", sqlite="state <> 'sent'"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("notification_id", _Id, ForeignKey("notification.id"), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant, nullable=False),
    Column("outcome", String(16), nullable=False),  # accepted, refused, failed
    Column("detail", Text, nullable=False),
    Index(None, "notification_id"),
)

applied_rules = Table(
    "applied_rules",
    metadata,
    # What figures rest on: contract, calendars, rulings on places and zone data, as first applied.
    Column("id", _Id, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("basis", Text, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("finished_at", Instant),  # None: not every case they touch is marked yet
)
