"""`vigie run` watched from outside: systemd's socket, a ping address, a database that is stuck."""

import signal
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from monitor.clock.wall import SystemClock
from monitor.simulator import ProviderServer, SimulatedProvider
from tests.support.daemon import eventually, running
from tests.support.receivers import Receiver

CONFIGURATION = """\
database: sqlite:///vigie.db
http: {{port: 0}}
sources:
  - {{name: telus-tickets, provider: telus, kind: tmf621-v4, url: "{url}", mapping: tmf621,
      every: 200 ms, stale_after: 1 h}}
channels:
  folder: {{type: files, folder: alarms, form: json}}
heartbeat: {{url: "{ping}/uuid", every: 200 ms}}
watch: {{channel: folder, address: garde, tick_older_than: 3 s}}
"""
WATCHDOG_SECONDS = 1.5


class Systemd:
    """The end of the socket that systemd listens at."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener

    def hears(self, state: bytes, count: int = 1) -> None:
        """Come back once it was told so, `count` times from now on."""
        while count:
            count -= self._listener.recv(100) == state

    def forget(self) -> None:
        """Hear all that was said until now."""
        self._listener.settimeout(0)
        with suppress(BlockingIOError):
            while True:
                self._listener.recv(100)
        self._listener.settimeout(60)

    def hears_nothing(self, seconds: float) -> bool:
        """Whether it is told nothing for so long."""
        self._listener.settimeout(seconds)
        try:
            self._listener.recv(100)
        except TimeoutError:
            return True
        finally:
            self._listener.settimeout(60)
        return False


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(60)
        yield Systemd(listener)


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody else writes to the database and does not end: who reads it may."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def configured(folder: Path, server: ProviderServer, ping: Receiver) -> dict[str, str]:
    """Write the configuration; the environment that systemd gives."""
    (folder / "alarms").mkdir()
    text = CONFIGURATION.format(url=server.url("tmf621-v4"), ping=ping.url)
    (folder / "vigie.yaml").write_text(text, encoding="utf-8")
    return {
        "NOTIFY_SOCKET": str(folder / "notify"),
        "WATCHDOG_USEC": str(int(WATCHDOG_SECONDS * 1_000_000)),
    }


@pytest.fixture
def server() -> Iterator[ProviderServer]:
    with ProviderServer(SimulatedProvider("telus", SystemClock())) as started:
        yield started


def test_it_is_seen_to_be_at_work_and_not_to_be(
    tmp_path: Path, systemd: Systemd, server: ProviderServer
) -> None:
    with Receiver() as ping:
        environment = configured(tmp_path, server, ping)
        with running(tmp_path, **environment) as daemon:
            systemd.hears(b"READY=1")
            systemd.hears(b"WATCHDOG=1", 2)
            eventually(lambda: ping.posted, "it beats")
            assert {posted.path for posted in ping.posted} == {"/uuid"}
            # Before the first case is judged or after it: none can be from now on.
            with locked(tmp_path / "vigie.db"):
                # Whoever waits for the heartbeat misses it, and the alarm goes past the outbox.
                # Systemd hears on: a restart would not unlock anything.
                daemon.wait_for("vigie_unwell", kind="tick")
                eventually(lambda: list((tmp_path / "alarms").glob("*.json")), "an alarm")
                beats = len(ping.posted)
                systemd.forget()
                systemd.hears(b"WATCHDOG=1", 3)
                assert len(ping.posted) == beats
            daemon.wait_for("vigie_well_again")
            eventually(lambda: len(ping.posted) > beats, "it beats again")
            # Frozen, it makes no progress, and systemd is told of none.
            daemon.send(signal.SIGSTOP)
            eventually(lambda: _state(daemon.popen.pid) == "T", "it stands still")
            systemd.forget()
            assert systemd.hears_nothing(WATCHDOG_SECONDS)
            daemon.send(signal.SIGCONT)
            systemd.hears(b"WATCHDOG=1")
            assert daemon.end() == 0
            systemd.hears(b"STOPPING=1")
