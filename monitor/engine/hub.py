"""A source's hub at work: hints followed as they come, the subscription kept alive."""

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from monitor.clock.wall import WallClock
from monitor.collectors.base import SourceFault
from monitor.collectors.poller import Outcome, PollResult
from monitor.engine.accounts import log_poll
from monitor.engine.hints import Hints, Subscription, Subscriptions
from monitor.engine.loop import LONGEST_WAIT

_BUSY_SECONDS = 1.0
_DOUBTED_AFTER = timedelta(minutes=10)
"""The soonest that a subscription is renewed because it seems to have vanished."""
_RETRY_AFTER = timedelta(minutes=5)

_log = structlog.get_logger(__name__)


class Hub(Protocol):
    """The provider's side."""

    def subscribe(self, callback: str) -> str: ...

    def unsubscribe(self, hub_id: str) -> None: ...


class HubKeeper:
    """Follows the hints of one source, and keeps its hub telling. Runs in a loop of its own."""

    def __init__(
        self,
        source: str,
        *,
        hub: Callable[[Callable[[Hub], None]], bool],
        refresh: Callable[[Sequence[str]], PollResult | None],
        learned: Callable[[], None],
        hints: Hints,
        kept: Subscriptions,
        clock: WallClock,
        polled: Callable[[str, str], None],
        callback: str,
        renew: timedelta,
    ) -> None:
        """Prepare to keep.

        Args:
            source: whose hub.
            hub: does something with the hub, unless the source is being asked just then: False.
            refresh: reads references now; None: the source is being asked just then.
            learned: called when something new was stored.
            hints: where hints come in.
            kept: where subscriptions are.
            clock: the time.
            polled: told, by source, how reading ended.
            callback: the address the hub is to call; it holds a secret.
            renew: how often to subscribe anew, whatever seems to be.
        """
        self._source = source
        self._hub = hub
        self._refresh = refresh
        self._learned = learned
        self._hints = hints
        self._kept = kept
        self._clock = clock
        self._polled = polled
        self._callback = callback
        self._digest = hashlib.sha256(callback.encode()).hexdigest()
        self._renew = renew
        self._failed_at: datetime | None = None

    def step(self) -> float:
        """Read what was hinted at, subscribe where it is due; real seconds until the next step."""
        refs = self._hints.take(self._source)
        if refs and not self._follow(refs):
            self._hints.give_back(self._source, refs)
            return _BUSY_SECONDS
        now = self._clock.now()
        if self._is_due(now) and not self._hub(self._subscribe):
            return _BUSY_SECONDS
        return LONGEST_WAIT

    def _follow(self, refs: Sequence[str]) -> bool:
        result = self._refresh(refs)
        if result is None:
            return False
        self._polled(self._source, result.fault_kind or str(result.outcome))
        log_poll(result)
        if result.added and result.outcome is Outcome.REFRESHED:
            self._learned()
        return True

    def _is_due(self, now: datetime) -> bool:
        if self._failed_at is not None and now - self._failed_at < _RETRY_AFTER:
            return False
        kept = self._kept.load(self._source)
        if kept is None or kept.callback_digest != self._digest:
            return True
        age = now - kept.subscribed_at
        doubted = self._hints.is_doubted(self._source) and age >= _DOUBTED_AFTER
        # A clock that stepped back would otherwise put it off for as long.
        return doubted or not timedelta() <= age < self._renew

    def _subscribe(self, hub: Hub) -> None:
        """Subscribe anew; what a hub tells twice in between is read once or twice, and no more."""
        now = self._clock.now()
        kept = self._kept.load(self._source)
        if kept is not None:
            # Not every hub can: then the old one tells too, which does no harm.
            with suppress(SourceFault):
                hub.unsubscribe(kept.hub_id)
        try:
            hub_id = hub.subscribe(self._callback)
        except SourceFault as fault:
            self._failed_at = now
            _log.warning("hub_fault", source=self._source, kind=fault.kind, fault=str(fault))
            return
        self._failed_at = None
        subscription = Subscription(hub_id=hub_id, callback_digest=self._digest, subscribed_at=now)
        self._kept.save(self._source, subscription)
        self._hints.trust(self._source)
        _log.info("hub_subscribed", source=self._source)
