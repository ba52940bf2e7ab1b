"""Couriers as processes of their own, killed by SIGKILL at a boundary, forked from a loaded one."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.alerts.outbox import deliver_once
from monitor.clock.wall import ManualClock
from monitor.store.database import open_database
from tests.support.carriers import courier
from tests.support.fuses import Fuse, FusedChannel, FusedOutbox
from tests.support.lines import Line, channel_at, handling_of
from tests.support.world import World


class Couriers:
    """Each delivers once what is due, as far as it lives."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.killed_courier"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[2],
        )

    def deliver(self, url: str, line: Line, at: datetime, kill_at: int) -> bool:
        """Deliver by a line until the boundary of that number; whether it was killed there."""
        order = {
            "url": url,
            "path": str(line.path),
            "kind": line.kind,
            "at": at.isoformat(),
            "kill_at": kill_at,
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        assert status in (0, -signal.SIGKILL), f"the courier ended with {status}"
        return status != 0

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()


@contextmanager
def couriers() -> Iterator[Couriers]:
    made = Couriers()
    try:
        yield made
    finally:
        made.close()


def _main() -> None:
    import monitor.app  # noqa: F401, PLC0415 - loaded once, before any fork

    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            try:
                _deliver(json.loads(line))
            except BaseException:  # noqa: BLE001 - a fork never goes on as its parent
                sys.excepthook(*sys.exc_info())
                os._exit(1)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - what the test reads


def _deliver(order: dict[str, Any]) -> None:
    fuse = Fuse(order["kill_at"], blow=lambda: os.kill(os.getpid(), signal.SIGKILL))
    world = World(open_database(order["url"]))
    world.clock = ManualClock(datetime.fromisoformat(order["at"]))
    doomed = courier(
        world,
        {"line": FusedChannel(channel_at(Path(order["path"])), fuse)},
        handlings={"line": handling_of(order["kind"])},
        store=FusedOutbox(world.database, fuse),
        owner=f"dead:{order['kill_at']}",
    )
    deliver_once(doomed)


if __name__ == "__main__":
    _main()
