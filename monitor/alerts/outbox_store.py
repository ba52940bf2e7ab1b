"""What the outbox holds, and what keeps it: the store implements this, delivery uses it."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, TypeAlias

from monitor.alerts.grouping import Addressee, Due, GroupingTerms, Member, Plan, Told
from monitor.alerts.notification import Notification

Reroute: TypeAlias = Callable[[Notification], Sequence[Notification]]
"""The same message to whoever is told where it does not get through. Pure."""


class State(StrEnum):
    """Where a notification stands in the outbox."""

    QUEUED = "queued"
    SENT = "sent"
    DEAD = "dead"
    """A dead letter: no further attempt is made until somebody asks for one."""
    DISCARDED = "discarded"
    """A dead letter that somebody has seen to."""


class Outcome(StrEnum):
    """How one attempt ended."""

    ACCEPTED = "accepted"
    FAILED = "failed"
    """It may get through later."""
    REFUSED = "refused"
    """It never will, as it is."""
    REQUEUED = "requeued"
    """No attempt: somebody asked for it to be tried anew."""
    DISCARDED = "discarded"
    """No attempt: somebody has seen to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A queued notification that is `owner`'s alone until `lease_until`."""

    id: int
    notification: Notification
    attempts: int
    """Recorded before this claim."""
    owner: str
    lease_until: datetime
    carries: int | None = None
    """How many travel in it; None: it is no digest or notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One delivery: what the receiver, or the lack of one, said."""

    started_at: datetime
    finished_at: datetime
    outcome: Outcome
    detail: str
    """One line of at most 500 characters."""
    uncertain: bool = False
    """It failed, and may have arrived all the same."""


class Arranger(Protocol):
    """Decides what goes, what travels together and what waits. Pure.

    The store asks it within a claim, so that nothing is claimed that was not arranged, and what it
    decides is durable before any of it is sent.
    """

    @property
    def terms(self) -> GroupingTerms: ...

    def plan(
        self,
        due: Sequence[Due],
        *,
        told: Sequence[Told],
        digested_at: Mapping[tuple[str, str], datetime],
        now: datetime,
    ) -> Plan:
        """As `grouping.arrange`, for one recipient."""

    def digest(
        self, group: str, members: Sequence[Member], to: Addressee, now: datetime
    ) -> Notification:
        """The message that stands for these."""

    def held(self, count: int, until: datetime, to: Addressee, now: datetime) -> Notification:
        """The notice that so many wait until then."""

    def speaks(self, source: str, after: str, to: Addressee, now: datetime) -> Notification:
        """The notice that a source speaks again, to who had the message of key `after`."""


class OutboxStore(Protocol):
    """Where notifications are durable. Each call is one transaction of its own."""

    def waiting(self, now: datetime) -> AbstractSet[str]:
        """The names of the channels for which a claim at `now` would find something."""

    def claim(
        self,
        channel: str,
        *,
        owner: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        arranger: Arranger | None = None,
    ) -> Sequence[Claimed]:
        """Take up to `limit` notifications of one channel that are due at `now`, oldest first.

        Due is: queued, its next attempt not after `now`, and either never claimed or claimed with
        a lease that has run out. No two callers get the same one while its lease lasts.

        And first in line: no message of its thread to the same channel and address that was decided
        before it is queued still. What is due and is not looks again when that has ended, or after
        a lease at the earliest.

        With `arranger`, what it plans is stored in the same transaction: digests in place of their
        members, postponements, notices.
        """

    def filled(self, notification: Notification) -> Notification:
        """With what it encloses attached; one that encloses nothing, as it is.

        Raises:
            DeliveryFault: permanent; what it encloses is not kept any more.
        """

    def record(
        self,
        claimed: Claimed,
        attempt: Attempt,
        state: State,
        next_attempt_at: datetime | None,
        *,
        elsewhere: Reroute | None = None,
        stands: bool = False,
    ) -> bool:
        """Store an attempt and what follows, and end the lease.

        In the same transaction the same message is queued `elsewhere`, less what is there already:
        a dead letter to all of those, and what was sent and looks back to those among them who
        were told something of its thread. `stands`: the receiver has to be told again of what was
        sent, until it is told that it closed.

        `next_attempt_at` is given exactly when `state` is `QUEUED`. False when somebody else has
        claimed it since: the attempt is stored all the same, but what follows is theirs to say,
        except that `SENT` always stands.
        """

    def release(self, claimed: Sequence[Claimed], next_attempt_at: datetime) -> None:
        """Give back what was not tried, to be due at `next_attempt_at`; no attempt is counted."""

    def hold_off(self, channel: str, until: datetime) -> None:
        """Have nothing of a channel due before then that nobody holds: the channel is down."""

    def behind(self, claimed: Claimed) -> Sequence[Claimed]:
        """What waits in line for it: to be told another way, never to be sent or recorded."""

    def queue_instead(self, claimed: Claimed, copies: Sequence[Notification]) -> int:
        """Queue the same message to others, less what is there already; how many were new.

        None where it has ended meanwhile.
        """

    def standing(self, channel: str) -> Sequence[Notification]:
        """What a channel's receiver has to be told again, oldest first."""
