"""What the outbox holds, and what keeps it: the store implements this, delivery uses it."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from monitor.alerts.notification import Notification


class State(StrEnum):
    """Where a notification stands in the outbox."""

    QUEUED = "queued"
    SENT = "sent"
    DEAD = "dead"
    """A dead letter: no further attempt is made until somebody asks for one."""


class Outcome(StrEnum):
    """How one attempt ended."""

    ACCEPTED = "accepted"
    FAILED = "failed"
    """It may get through later."""
    REFUSED = "refused"
    """It never will, as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A queued notification that is `owner`'s alone until `lease_until`."""

    id: int
    notification: Notification
    attempts: int
    """Recorded before this claim."""
    owner: str
    lease_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One delivery: what the receiver, or the lack of one, said."""

    started_at: datetime
    finished_at: datetime
    outcome: Outcome
    detail: str
    """One line of at most 500 characters."""


class OutboxStore(Protocol):
    """Where notifications are durable. Each call is one transaction of its own."""

    def waiting(self, now: datetime) -> AbstractSet[str]:
        """The names of the channels for which a claim at `now` would find something."""

    def claim(
        self, channel: str, *, owner: str, now: datetime, lease: timedelta, limit: int
    ) -> Sequence[Claimed]:
        """Take up to `limit` notifications of one channel that are due at `now`, oldest first.

        Due is: queued, its next attempt not after `now`, and either never claimed or claimed with
        a lease that has run out. No two callers get the same one while its lease lasts.
        """

    def record(
        self, claimed: Claimed, attempt: Attempt, state: State, next_attempt_at: datetime | None
    ) -> bool:
        """Store an attempt and what follows, and end the lease.

        `next_attempt_at` is given exactly when `state` is `QUEUED`. False when somebody else has
        claimed it since: the attempt is stored all the same, but what follows is theirs to say,
        except that `SENT` always stands.
        """

    def release(self, claimed: Sequence[Claimed], next_attempt_at: datetime) -> None:
        """Give back what was not tried, to be due at `next_attempt_at`; no attempt is counted."""
