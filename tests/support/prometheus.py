"""A real Prometheus on loopback: scrapes what it is told to, with a past of its own."""

import json
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests

from tests.support.services import free_port, require

PATIENCE_SECONDS = 60.0
JOB = "vigie"


class Prometheus:
    def __init__(self, url: str, log: Path) -> None:
        self.url = url
        self._log = log

    def query(self, expr: str, *, at: float | None = None) -> Sequence[Mapping[str, Any]]:
        """The series of an instant query; now, unless told otherwise."""
        params: dict[str, str | float] = {"query": expr}
        if at is not None:
            params["time"] = at
        return self._asked("query", params)

    def query_range(
        self, expr: str, *, start: float, end: float, step: float
    ) -> Sequence[Mapping[str, Any]]:
        params: dict[str, str | float] = {"query": expr, "start": start, "end": end, "step": step}
        return self._asked("query_range", params)

    def value(self, expr: str) -> float:
        """The one value of an instant query, once a scrape has brought it."""
        return float(self.eventually(expr)[0]["value"][1])

    def eventually(self, expr: str) -> Sequence[Mapping[str, Any]]:
        """The series of an instant query, once there are any."""
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up_at:
            if found := self.query(expr):
                return found
            # Prometheus says nothing when it has scraped: there is only asking again.
            threading.Event().wait(0.2)
        raise AssertionError(f"no answer to {expr}: {self._log.read_text()[-2000:]}")

    def rules(self) -> Sequence[Mapping[str, Any]]:
        """Every rule it has loaded, with how it fared."""
        answer = requests.get(f"{self.url}/api/v1/rules", timeout=10).json()
        return [rule for group in answer["data"]["groups"] for rule in group["rules"]]

    def label_values(self, label: str, selector: str) -> Sequence[str]:
        url = f"{self.url}/api/v1/label/{label}/values"
        answer = requests.get(url, params={"match[]": selector}, timeout=10).json()
        assert answer["status"] == "success", answer
        found: Sequence[str] = answer["data"]
        return found

    def wait_until_ready(self) -> None:
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if requests.get(f"{self.url}/-/ready", timeout=5).ok:
                    return
            except requests.ConnectionError:
                pass
            assert time.monotonic() < give_up_at, self._log.read_text()[-2000:]
            threading.Event().wait(0.05)

    def _asked(self, kind: str, params: Mapping[str, str | float]) -> Sequence[Mapping[str, Any]]:
        answer = requests.post(f"{self.url}/api/v1/{kind}", data=params, timeout=20).json()
        assert answer["status"] == "success", (params["query"], answer.get("error"))
        found: Sequence[Mapping[str, Any]] = answer["data"]["result"]
        return found


@contextmanager
def prometheus(
    folder: Path,
    targets: Mapping[str, str],
    *,
    rules: str = "",
    alertmanager_url: str = "",
    past: str = "",
) -> Iterator[Prometheus]:
    """One that runs until the block ends; the test is skipped, visibly, where there is none.

    `targets` are origins by the instance they are known as; `past` is what it has scraped already,
    as OpenMetrics with timestamps.
    """
    program, promtool = require("prometheus"), require("promtool", package="prometheus")
    data = folder / "data"
    if past:
        (folder / "past.txt").write_text(past)
        blocks = [str(promtool), "tsdb", "create-blocks-from", "openmetrics", "--quiet"]
        subprocess.run([*blocks, str(folder / "past.txt"), str(data)], check=True)
    (folder / "rules.yml").write_text(rules or "groups: []")
    # JSON is YAML.
    (folder / "prometheus.yml").write_text(
        json.dumps(_configuration(targets, alertmanager_url.removeprefix("http://")))
    )
    address = f"127.0.0.1:{free_port()}"
    log = folder / "prometheus.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            [
                str(program),
                f"--config.file={folder / 'prometheus.yml'}",
                f"--storage.tsdb.path={data}",
                "--storage.tsdb.retention.time=90d",
                f"--web.listen-address={address}",
            ],
            stdout=said,
            stderr=said,
        )
    try:
        running = Prometheus(f"http://{address}", log)
        running.wait_until_ready()
        yield running
    finally:
        process.kill()
        process.wait()


def _configuration(targets: Mapping[str, str], alertmanager: str) -> Mapping[str, Any]:
    return {
        "global": {
            # A scrape may take as long as the interval: on a loaded machine a short one would fail.
            "scrape_interval": "5s",
            "scrape_timeout": "5s",
            "evaluation_interval": "1s",
        },
        "rule_files": ["rules.yml"],
        "alerting": {
            "alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]
            if alertmanager
            else []
        },
        "scrape_configs": [
            {
                "job_name": JOB,
                "static_configs": [
                    {"targets": [origin.removeprefix("http://")], "labels": {"instance": instance}}
                    for instance, origin in targets.items()
                ],
            }
        ],
    }
