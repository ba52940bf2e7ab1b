"""Receivers that forget are told again of what stands, in time."""

from collections.abc import Callable
from datetime import datetime

import structlog

from monitor.alerts.notification import Channel, DeliveryFault, StandingChannel
from monitor.alerts.outbox_store import OutboxStore

_log = structlog.get_logger(__name__)


class Refresher:
    """Knows when each channel was last told again; one for a process, used by a thread a channel.

    After a restart all are told again at once: while Vigie was down, nobody was.
    """

    def __init__(self, store: OutboxStore, now: Callable[[], datetime]) -> None:
        """`now` is the time that receivers go by."""
        self._store = store
        self._now = now
        self._due_at: dict[str, datetime] = {}

    def refresh(self, channel: Channel) -> bool:
        """Tell its receiver again, if it is time to and there is anything; whether it was told."""
        if not isinstance(channel, StandingChannel) or self._now() < self._due(channel):
            return False
        self._due_at[channel.name] = self._now() + channel.refresh_every
        standing = self._store.standing(channel.name)
        if not standing:
            return False
        try:
            channel.refresh(standing)
        except DeliveryFault as fault:
            _log.warning("not_refreshed", channel=channel.name, detail=str(fault))
            return False
        finally:
            channel.close()
        return True

    def seconds_left(self, channel: Channel | None) -> float | None:
        """Real seconds until it is time again; None: never."""
        if not isinstance(channel, StandingChannel):
            return None
        return max((self._due(channel) - self._now()).total_seconds(), 0.0)

    def _due(self, channel: StandingChannel) -> datetime:
        return self._due_at.get(channel.name, self._now())
