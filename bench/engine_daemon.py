"""The daemon in a process of its own, on a clock that starts at a given instant.

Its source answers at once and has nothing new: what it costs to ask is not what is measured.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random

from monitor.app import Service
from monitor.clock.wall import ScaledClock
from monitor.collectors.base import Batch, PollWindow
from monitor.configuration import load_configuration
from monitor.cycles import search_seldom
from monitor.logs import configure_logging


class Quiet:
    def __init__(self, name: str) -> None:
        self.name = name

    def check(self) -> str:
        return "quiet"

    def fetch(self, window: PollWindow) -> Iterator[Batch]:  # noqa: ARG002 - a collector's
        yield Batch(complete=True)

    def refresh(self, refs: Sequence[str], window: PollWindow) -> Iterator[Batch]:  # noqa: ARG002
        yield from ()

    def close(self) -> None:
        """Nothing to close."""


def main() -> None:
    """Serve a configuration from an instant on, as the arguments say, until a line on stdin.

    Says in a line of JSON when the first tick is done, and in another, at the end, what it took.
    """
    path, start = Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
    configure_logging(level="error")
    # As `vigie run` does, which does so before it loads anything besides.
    search_seldom()
    clock = ScaledClock(start, 1.0)
    service = Service(load_configuration(path), clock, Random(1))
    station = service.station
    quiet = {name: Quiet(name) for name in station.parts.collectors}
    station.parts = replace(station.parts, collectors=quiet)
    with service:
        while service.readiness()["first_poll"] is not None:
            time.sleep(0.002)
        tell(
            ready=time.monotonic(),
            at=clock.now().timestamp(),
            cpu=time.process_time(),
            url=service.url,
            megabytes=megabytes(),
        )
        sys.stdin.readline()
    service.close()
    tell(megabytes=megabytes())


def tell(**values: object) -> None:
    print(json.dumps(values), flush=True)


def megabytes() -> float:
    """The most memory ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
