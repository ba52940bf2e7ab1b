"""The sections on watching the watcher: `heartbeat:` and `watch:`."""

from datetime import timedelta
from typing import Self

from pydantic import model_validator

from monitor.contract.vocabulary import Slug
from monitor.locale.marking import N_, Said
from monitor.settings.fields import HiddenAddress, Section
from monitor.spans import Span


class HeartbeatSettings(Section):
    """Who is told again and again that Vigie is at work, and misses it when it is not."""

    url: HiddenAddress | None = None
    """Posted to, as healthchecks-style services want it."""
    alertmanager: Slug | None = None
    """A channel of that type, where the alert `VigieHeartbeat` always fires."""
    every: Span = timedelta(minutes=1)

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if self.url is None and self.alertmanager is None:
            raise ValueError(
                Said(N_("a heartbeat goes somewhere; give url, alertmanager, or both"))
            )
        return self


class WatchSettings(Section):
    """Who is told, past the outbox, that it or the tick is stuck."""

    channel: Slug
    """Best another than those that people are told by."""
    address: str
    outbox_older_than: Span = timedelta(minutes=15)
    tick_older_than: Span = timedelta(minutes=5)
    again: Span = timedelta(hours=4)
