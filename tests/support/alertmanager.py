"""A real Prometheus Alertmanager on loopback."""

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.services import free_port, require

_PATIENCE_SECONDS = 30.0


class Alertmanager:
    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def alerts(self, **labels: str) -> list[Mapping[str, Any]]:
        """Those it holds as active, with these labels."""
        with urllib.request.urlopen(f"{self.url}/api/v2/alerts", timeout=10) as answer:
            found = json.load(answer)
        return [each for each in found if labels.items() <= each["labels"].items()]

    def wait_until_ready(self) -> None:
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"{self.url}/-/ready", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() > give_up_at:
                    raise
                time.sleep(0.02)


@contextmanager
def alertmanager(folder: Path, webhook: str | None = None) -> Iterator[Alertmanager]:
    """One that runs until the block ends; the test is skipped, visibly, where there is none.

    With `webhook`, it posts what it notifies there, at once.
    """
    program = require("prometheus-alertmanager")
    receiver = "" if webhook is None else f"\n    webhook_configs: [{{url: '{webhook}'}}]"
    configuration = folder / "alertmanager.yml"
    configuration.write_text(
        "route: {receiver: all, group_by: ['...'], group_wait: 0s, group_interval: 1s}\n"
        f"receivers:\n  - name: all{receiver}\n",
        encoding="utf-8",
    )
    port = free_port()
    with (folder / "alertmanager.log").open("wb") as log:
        process = subprocess.Popen(
            [
                str(program),
                f"--config.file={configuration}",
                f"--storage.path={folder / 'alertmanager'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--cluster.listen-address=",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        running = Alertmanager(port)
        running.wait_until_ready()
        yield running
    finally:
        process.kill()
        process.wait()
