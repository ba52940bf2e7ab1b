"""Daemons as processes of their own on a scripted clock, forked from one that has all loaded.

A daemon that starts in a moment can be killed hundreds of times in a test. What runs in it is what
`vigie run` runs, but for the clock and the pace of its beats.
"""

import faulthandler
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

_PATIENCE_SECONDS = 60


class Daemon:
    """A process, held by a descriptor: a number may be another's once its own has ended."""

    def __init__(self, pid: int, log: Path) -> None:
        self.pid = pid
        self.log = log
        self._watched: int | None = os.pidfd_open(pid)

    def signal(self, number: signal.Signals) -> None:
        if self._watched is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._watched, number)

    def kill(self) -> None:
        """End it as power loss does; comes back once it is gone."""
        self.signal(signal.SIGKILL)
        self._await_end("outlives SIGKILL")

    def end(self) -> None:
        """End it in order."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        self._await_end("does not end")

    def _await_end(self, complaint: str) -> None:
        if self._watched is None:
            return
        ended, _, _ = select.select([self._watched], [], [], _PATIENCE_SECONDS)
        assert ended, f"process {self.pid} {complaint}"
        os.close(self._watched)
        self._watched = None

    def threads(self) -> str:
        """Where each of its threads is, once it has said so."""
        traces = self.log.with_suffix(".threads")
        self.signal(signal.SIGUSR1)
        time.sleep(0.5)
        return traces.read_text(encoding="utf-8") if traces.exists() else ""

    def events(self, name: str) -> list[dict[str, Any]]:
        """Its log lines of one event."""
        if not self.log.exists():
            return []
        lines = self.log.read_text(encoding="utf-8").splitlines()
        # The last line of one that was killed may be cut.
        found = [json.loads(line) for line in lines if line.endswith("}")]
        return [line for line in found if line["event"] == name]


class Zygote:
    """Starts daemons; all of them end with it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        self._daemons: list[Daemon] = []

    def start(self, folder: Path, **options: Any) -> Daemon:
        """A daemon on the `vigie.yaml` and the clock of a folder."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        log = folder / f"daemon-{len(self._daemons)}.log"
        order = {"folder": str(folder), "log": str(log), **options}
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        daemon = Daemon(int(self._process.stdout.readline()), log)
        self._daemons.append(daemon)
        return daemon

    def close(self) -> None:
        for daemon in self._daemons:
            daemon.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(_PATIENCE_SECONDS)
        assert self._process.stdout is not None
        self._process.stdout.close()


@contextmanager
def zygote() -> Iterator[Zygote]:
    with closing(Zygote()) as made:
        yield made


def _main() -> None:
    # Loaded once, before any fork; with what a daemon loads when it first needs it.
    import alembic.command  # noqa: F401, PLC0415
    import numpy as np  # noqa: F401, PLC0415

    import monitor.app.pages  # noqa: F401, PLC0415

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            # SIGCHLD as usual, and nothing of the parent's to read or write.
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 0)
            os.dup2(null, 1)
            _run(json.loads(line))
            os._exit(0)
        print(pid, flush=True)  # noqa: T201 - what the other end reads


def _run(order: dict[str, Any]) -> None:
    from monitor.app import Service  # noqa: PLC0415
    from monitor.configuration import load_configuration  # noqa: PLC0415
    from monitor.engine.watch import Pace  # noqa: PLC0415
    from monitor.logs import configure_logging  # noqa: PLC0415
    from monitor.shutdown import Signals  # noqa: PLC0415
    from tests.support.scripted_clock import ScriptedClock  # noqa: PLC0415

    folder = Path(order["folder"])
    os.chdir(folder)
    parent = os.getppid()
    traces = Path(order["log"]).with_suffix(".threads").open("w", encoding="utf-8")
    faulthandler.register(signal.SIGUSR1, file=traces)
    with traces, Path(order["log"]).open("w", encoding="utf-8", buffering=1) as log:
        configure_logging(level="info", stream=log)
        configuration = load_configuration(folder / "vigie.yaml")
        clock = ScriptedClock(folder / "clock")
        pace = Pace(beat=order.get("beat", 0.2), patience=order.get("patience", 1.5))
        with (
            Signals((signal.SIGTERM,)) as signals,
            closing(Service(configuration, clock, Random(1), pace=pace)) as service,
            service,
        ):
            while signals.wait(0.5) is None and os.getppid() == parent:
                pass


if __name__ == "__main__":
    _main()
