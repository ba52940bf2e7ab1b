"""Who is told in place of somebody that a channel cannot reach. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TypeAlias

from monitor.alerts.escalation import REPORT, Recipient
from monitor.alerts.notification import Notification, identity

Resolve: TypeAlias = Callable[[Notification], Sequence[Recipient]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    resolve: Resolve
    """Who is told instead of a message; those of its own channel are left out."""
    after: timedelta | None = None
    """The age at which they are told though it is still being tried; None: only of dead letters."""

    def instead(self, notification: Notification) -> list[Notification]:
        """The message to each of them, under the key it has there.

        Somebody who had that very message already, as they were to be told anyway, has it under
        this key: they are not told twice.
        """
        return [
            _readdressed(notification, recipient)
            for recipient in self.resolve(notification)
            if recipient.channel != notification.channel
        ]


def _readdressed(notification: Notification, recipient: Recipient) -> Notification:
    about, step = notification.thread, notification.step
    if not notification.fields.get("case") and step != REPORT:
        # A digest has no obligation of its own; it is one of a kind.
        about = notification.key
    return replace(
        notification,
        key=identity(
            about,
            step,
            notification.fields.get("episode", ""),
            recipient.role,
            recipient.channel,
            recipient.address,
        ),
        channel=recipient.channel,
        address=recipient.address,
        role=recipient.role,
    )
