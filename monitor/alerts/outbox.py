"""From the outbox to the channels: claim with a lease, send outside the transaction, record.

Each notification is sent at least once. A crash between sending and recording sends it again once
the lease has run out, with the same key, by which the receiver knows it.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from monitor.alerts.fallback import Fallback
from monitor.alerts.notification import Channel, DeliveryFault, Notification
from monitor.alerts.outbox_store import Arranger, Attempt, Claimed, OutboxStore, Outcome, State

_log = structlog.get_logger(__name__)

_LONGEST_DETAIL = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryTerms:
    """How patient delivery is.

    Spans are in the time of the clock that `deliver_once` reads: where a demo's clock runs fast,
    they are to be lengthened by its speed.
    """

    lease: timedelta = timedelta(minutes=2)
    """Twice as long as one send may take, at least."""
    first_retry: timedelta = timedelta(seconds=5)
    longest_retry: timedelta = timedelta(minutes=10)
    horizon: timedelta = timedelta(days=7)
    """From its creation, how long a notification is tried."""
    least_attempts: int = 5
    """Made even past the horizon: what waited while Vigie itself was down gets its chance."""

    def pause_after(self, attempts: int, random: float) -> timedelta:
        """The wait after so many failed attempts: doubling, from half to all of it at random."""
        doublings = min(attempts - 1, 40)
        whole = min(self.longest_retry, self.first_retry * (1 << doublings))
        return whole * (0.5 + 0.5 * random)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """What is particular to one channel."""

    terms: DeliveryTerms | None = None
    """None: those of all."""
    arranger: Arranger | None = None
    """None: a message a step, however many."""
    fallback: Fallback | None = None
    stands: bool = False
    """Its receiver has to be told again of what it was sent; see `StandingChannel`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An attempt that was made, with what came of it."""

    notification: Notification
    attempt: Attempt
    state: State
    recorded: bool
    """False where the lease had run out and somebody else took over."""
    carries: int | None = None
    """How many travelled in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    deliveries: tuple[Delivery, ...] = ()
    released: int = 0
    """Claimed and given back untried: the channel was down, or the lease too short to begin."""
    fallbacks: Sequence[str] = ()
    """The channel that could not tell, once for each message that went another way instead."""
    elsewhere: bool = False
    """Something may have come due on other channels."""

    def count(self, state: State) -> int:
        """How many attempts left their notification in this state."""
        return sum(delivery.state is state for delivery in self.deliveries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """What delivering needs: the store, the channels by name, the terms, time, chance and a name.

    `owner` tells this holder of leases from every other one, on any machine.
    """

    store: OutboxStore
    channels: Mapping[str, Channel]
    terms: DeliveryTerms
    now: Callable[[], datetime]
    random: Callable[[], float]
    owner: str
    handlings: Mapping[str, Handling] = field(default_factory=dict)

    def handling(self, channel: str) -> Handling:
        return self.handlings.get(channel, _PLAIN)

    def terms_of(self, channel: str) -> DeliveryTerms:
        return self.handling(channel).terms or self.terms


def deliver_once(courier: Courier, *, only: str | None = None, limit: int = 50) -> DeliveryReport:
    """Try what is due, up to `limit` a channel, oldest first.

    With `only`, that channel's alone: a daemon gives each channel a thread of its own, so that one
    that hangs delays no other. What waits for a channel that is not there becomes a dead letter.
    """
    known = courier.channels.keys()
    served = known if only is None else known & {only}
    reports = [_deliver(courier, name, limit) for name in sorted(served)]
    reports += [
        _bury(courier, name, limit)
        for name in sorted(courier.store.waiting(courier.now()) - set(known))
    ]
    return DeliveryReport(
        deliveries=tuple(d for report in reports for d in report.deliveries),
        released=sum(report.released for report in reports),
        fallbacks=tuple(name for report in reports for name in report.fallbacks),
        elsewhere=any(report.elsewhere for report in reports),
    )


def _deliver(courier: Courier, name: str, limit: int) -> DeliveryReport:
    channel, fallback = courier.channels[name], courier.handling(name).fallback
    queue = _claim(courier, name, limit)
    deliveries: list[Delivery] = []
    waiting: list[Claimed] = []
    fallbacks = 0
    resume_at = courier.now()
    try:
        while queue and _may_begin(courier, queue[0]):
            claimed = queue.pop(0)
            attempt, fault = _attempt(courier, channel, claimed.notification)
            state, next_attempt_at = _what_follows(courier, claimed, attempt, fault)
            if state is State.DEAD and fallback is not None:
                fallbacks += len(fallback.instead(claimed.notification))
            deliveries.append(_record(courier, claimed, attempt, state, next_attempt_at))
            if state is State.QUEUED:
                waiting.append(claimed)
            if fault is not None and fault.whole_channel:
                pause = courier.terms_of(name).pause_after(1, courier.random())
                resume_at = next_attempt_at or attempt.finished_at + pause
                waiting += queue
                courier.store.hold_off(name, resume_at)
                break
    finally:
        channel.close()
        if queue:
            courier.store.release(queue, resume_at)
    fallbacks += sum(_instead_of_waiting(courier, claimed) for claimed in waiting)
    followed = fallback is not None and any(
        each.state is State.SENT and (each.carries or each.notification.looks_back)
        for each in deliveries
    )
    return DeliveryReport(
        deliveries=tuple(deliveries),
        released=len(queue),
        fallbacks=(name,) * fallbacks,
        elsewhere=bool(fallbacks) or followed,
    )


def _claim(courier: Courier, name: str, limit: int) -> list[Claimed]:
    return list(
        courier.store.claim(
            name,
            owner=courier.owner,
            now=courier.now(),
            lease=courier.terms.lease,
            limit=limit,
            arranger=courier.handling(name).arranger,
        )
    )


def _may_begin(courier: Courier, claimed: Claimed) -> bool:
    # A send takes at most half a lease: begun later, another holder might send it too.
    return courier.now() <= claimed.lease_until - courier.terms.lease / 2


def _attempt(
    courier: Courier, channel: Channel, notification: Notification
) -> tuple[Attempt, DeliveryFault | None]:
    started_at = courier.now()
    fault: DeliveryFault | None = None
    try:
        detail = channel.send(courier.store.filled(notification)).detail
    except DeliveryFault as error:
        fault, detail = error, str(error)
    except Exception as error:  # noqa: BLE001 - a defect must not lose it, nor stop the others
        _log.error("channel_broke", channel=channel.name, key=notification.key, exc_info=error)
        detail = f"the channel broke: {type(error).__name__}: {error}"
        fault = DeliveryFault(detail, permanent=False, uncertain=True)
    outcome = Outcome.ACCEPTED
    if fault is not None:
        outcome = Outcome.REFUSED if fault.permanent else Outcome.FAILED
    attempt = Attempt(
        started_at=started_at,
        finished_at=courier.now(),
        outcome=outcome,
        detail=_one_line(detail),
        uncertain=fault is not None and fault.uncertain,
    )
    return attempt, fault


def _what_follows(
    courier: Courier, claimed: Claimed, attempt: Attempt, fault: DeliveryFault | None
) -> tuple[State, datetime | None]:
    """The state after an attempt, and when the next one is due while it is still queued."""
    if fault is None:
        return State.SENT, None
    if fault.permanent:
        return State.DEAD, None
    terms, attempts = courier.terms_of(claimed.notification.channel), claimed.attempts + 1
    pause = terms.pause_after(attempts, courier.random())
    if fault.retry_after is not None:
        pause = max(pause, fault.retry_after)
    next_attempt_at = attempt.finished_at + pause
    ends_at = claimed.notification.created_at + terms.horizon
    if next_attempt_at <= ends_at or attempts < terms.least_attempts:
        return State.QUEUED, next_attempt_at
    return State.DEAD, None


def _instead_of_waiting(courier: Courier, claimed: Claimed) -> int:
    """Tell others of what has waited too long, and go on trying; how many that were news to.

    With what stands in line behind it, which is not even tried.
    """
    fallback = courier.handling(claimed.notification.channel).fallback
    if fallback is None or fallback.after is None:
        return 0
    now = courier.now()
    return sum(
        courier.store.queue_instead(each, fallback.instead(each.notification))
        for each in (claimed, *courier.store.behind(claimed))
        if now - each.notification.created_at >= fallback.after
    )


def _bury(courier: Courier, name: str, limit: int) -> DeliveryReport:
    """Make dead letters of what waits for a channel that is not configured."""
    known = ", ".join(sorted(courier.channels)) or "none"
    detail = _one_line(f"no channel is named '{name}'; configured: {known}")
    deliveries = []
    for claimed in _claim(courier, name, limit):
        now = courier.now()
        attempt = Attempt(started_at=now, finished_at=now, outcome=Outcome.REFUSED, detail=detail)
        deliveries.append(_record(courier, claimed, attempt, State.DEAD, None))
    return DeliveryReport(deliveries=tuple(deliveries))


def _record(
    courier: Courier,
    claimed: Claimed,
    attempt: Attempt,
    state: State,
    next_attempt_at: datetime | None,
) -> Delivery:
    handling = courier.handling(claimed.notification.channel)
    recorded = courier.store.record(
        claimed,
        attempt,
        state,
        next_attempt_at,
        elsewhere=None if handling.fallback is None else handling.fallback.instead,
        stands=handling.stands,
    )
    return Delivery(
        notification=claimed.notification,
        attempt=attempt,
        state=state,
        recorded=recorded,
        carries=claimed.carries,
    )


_PLAIN = Handling()


def _one_line(text: str) -> str:
    """Without line breaks and other control characters, which a server's answer may hold."""
    return "".join(_visible(text))[:_LONGEST_DETAIL].strip()


def _visible(text: str) -> Iterable[str]:
    return (" " if unicodedata.category(char)[0] == "C" else char for char in text)
