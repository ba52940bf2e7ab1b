"""`vigie run` as a process of its own, over real servers, on the machine's clock."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

VIGIE = str(Path(sys.executable).with_name("vigie"))
PATIENCE_SECONDS = 60
"""How long a condition may take on a machine that does much else; met at once as a rule."""


class Process:
    """A daemon, its log lines as they come."""

    def __init__(self, folder: Path, **environment: str) -> None:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.popen = subprocess.Popen(
            [VIGIE, "run", "--config", str(folder / "vigie.yaml")],
            cwd=folder,
            env={**kept, "LANG": "C.UTF-8", **environment},
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        self._changed = threading.Condition()
        self._events: list[dict[str, Any]] = []
        self._other: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def wait_for(self, event: str, count: int = 1, **fields: Any) -> dict[str, Any]:
        """The log line of an event with these fields, its `count`-th, as soon as it is there."""

        def found() -> list[dict[str, Any]]:
            return [
                line
                for line in self._events
                if line["event"] == event and fields.items() <= line.items()
            ]

        with self._changed:
            came = self._changed.wait_for(
                lambda: len(found()) >= count or self._ended, timeout=PATIENCE_SECONDS
            )
            if came and len(found()) >= count:
                return found()[count - 1]
        raise AssertionError(f"no {event} {fields} in the log:\n{self.log}")

    @property
    def log(self) -> str:
        return "\n".join([*map(json.dumps, self._events), *self._other])

    @property
    def url(self) -> str:
        return str(self.wait_for("started")["url"])

    def get(self, path: str) -> tuple[int, str]:
        """A page of the daemon's: its status and body."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def send(self, number: signal.Signals) -> None:
        self.popen.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; the exit status."""
        self.send(number)
        status = self.popen.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return status

    _ended = False

    def _read(self) -> None:
        assert self.popen.stderr is not None
        with self.popen.stderr as stream:
            for line in stream:
                with self._changed:
                    try:
                        self._events.append(json.loads(line))
                    except ValueError:
                        self._other.append(line.rstrip())
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[Process]:
    """`vigie run` on the `vigie.yaml` of a folder, until the block ends at the latest."""
    daemon = Process(folder, **environment)
    try:
        yield daemon
    finally:
        if daemon.popen.poll() is None:
            daemon.popen.kill()
        daemon.popen.wait()
        daemon._reader.join(PATIENCE_SECONDS)


def eventually(condition: Callable[[], object], what: str) -> None:
    """Come back when a condition holds that other processes make true."""
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > give_up_at:
            raise AssertionError(f"not within {PATIENCE_SECONDS} s: {what}")
        time.sleep(0.02)
