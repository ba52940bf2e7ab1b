"""What systemd is told of the service's life, by datagrams on the socket that it names."""

import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

_PATIENCE_SECONDS = 1.0


class Notifier:
    """Says nothing where systemd did not ask to be told."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # An @ stands for the zero byte of an abstract socket's name.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        microseconds = environment.get("WATCHDOG_USEC", "")
        for_us = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog: timedelta | None = None
        """How long systemd waits for a sign of progress before it restarts the service."""
        if self._address and microseconds.isdigit() and int(microseconds) and for_us:
            self.watchdog = timedelta(microseconds=int(microseconds))

    def ready(self) -> None:
        self._tell("READY=1")

    def progress(self) -> None:
        """All that should come round does."""
        if self.watchdog is not None:
            self._tell("WATCHDOG=1")

    def stopping(self) -> None:
        self._tell("STOPPING=1")

    def _tell(self, state: str) -> None:
        if not self._address:
            return
        with (
            # Systemd that does not listen is no reason to end; its watchdog will say so.
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender,
        ):
            # Its queue holds a few datagrams: while nobody reads them, the watch must go on.
            sender.settimeout(_PATIENCE_SECONDS)
            sender.sendto(state.encode(), self._address)
