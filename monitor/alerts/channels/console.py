"""The channel `console`: one line a notification, for a terminal or a log."""

import sys
from collections.abc import Callable

from monitor.alerts.notification import Notification, Receipt


def _to_standard_output(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


class ConsoleChannel:
    def __init__(self, name: str, write: Callable[[str], None] = _to_standard_output) -> None:
        """`write` is given each line, without its end."""
        self.name = name
        self._write = write

    def send(self, notification: Notification) -> Receipt:
        self._write(f"{notification.subject} → {notification.address} ({notification.role})")
        return Receipt("printed")

    def close(self) -> None:
        """Nothing is held."""
