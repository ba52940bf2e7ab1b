"""Courier's parts that die at a chosen boundary between a decision and its recorded delivery."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from monitor.alerts.notification import Channel, Notification, Receipt
from monitor.store.database import Database
from monitor.store.outbox import Outbox


class Killed(BaseException):
    """As SIGKILL: nothing in the program catches it, and nothing is tidied up."""


def _raise() -> None:
    raise Killed


@dataclass
class Fuse:
    """Burns a step at every boundary, and kills at the last; 0: never."""

    left: int
    blow: Callable[[], None] = _raise
    burnt: int = 0

    def burn(self) -> None:
        self.burnt += 1
        if self.burnt == self.left:
            self.blow()

    @property
    def blown(self) -> bool:
        return 0 < self.left <= self.burnt


class FusedOutbox(Outbox):
    """Dies before or after a transaction, and inside it before it commits."""

    def __init__(self, database: Database, fuse: Fuse) -> None:
        super().__init__(fused_database(database, fuse))
        self._fuse = fuse

    def release(self, *args: Any, **options: Any) -> None:
        # The dead release nothing; the living do.
        if not self._fuse.blown:
            super().release(*args, **options)


def fused_database(database: Database, fuse: Fuse) -> Database:
    """Every statement of a writing transaction is a boundary, and so is its commit."""

    class Fused(Database):
        def write(self):
            return _Writing(super().write(), fuse)

    fused = Fused(database._engine, database.location, database.path)
    fused._turn = database._turn
    return fused


class _Writing:
    def __init__(self, transaction: Any, fuse: Fuse) -> None:
        self._transaction, self._fuse = transaction, fuse

    def __enter__(self) -> Any:
        self._fuse.burn()
        return _Connection(self._transaction.__enter__(), self._fuse)

    def __exit__(self, *error: object) -> Any:
        if error[0] is None:
            try:
                self._fuse.burn()
            except Killed as killed:
                self._transaction.__exit__(Killed, killed, None)
                raise
        suppressed = self._transaction.__exit__(*error)
        if error[0] is None:
            self._fuse.burn()
        return suppressed


class _Connection:
    """A connection that dies after any of its statements."""

    def __init__(self, connection: Any, fuse: Fuse) -> None:
        self._connection, self._fuse = connection, fuse

    def execute(self, *args: Any) -> Any:
        result = self._connection.execute(*args)
        self._fuse.burn()
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


@dataclass
class FusedChannel:
    """Dies before a message is handed over, or after."""

    channel: Channel
    fuse: Fuse

    @property
    def name(self) -> str:
        return self.channel.name

    def send(self, notification: Notification) -> Receipt:
        self.fuse.burn()
        receipt = self.channel.send(notification)
        self.fuse.burn()
        return receipt

    def close(self) -> None:
        self.channel.close()
