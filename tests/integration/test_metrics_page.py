"""The metrics as their real readers see them: promtool, and a Prometheus that scrapes."""

import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from monitor.locale import language
from monitor.metrics import EventCounts, make_registry
from monitor.metrics.catalogue import METRICS
from monitor.web.application import create_app
from monitor.web.health import LoopHealth
from monitor.web.server import WebServer
from tests.support.prometheus import prometheus
from tests.support.services import require
from tests.support.stored_figures import NOW, Reading, a_collector

OPENMETRICS = "application/openmetrics-text; version=1.0.0"


class Alive:
    def loops(self) -> Sequence[LoopHealth]:
        return []

    def readiness(self) -> Mapping[str, str | None]:
        return {}


@pytest.fixture
def reading() -> Reading:
    return Reading()


@pytest.fixture
def url(reading: Reading) -> Iterator[str]:
    """A daemon's pages, once everything that can be told has happened."""
    counts = EventCounts()
    counts.declare(sources=["telus-tickets", "rogers-orders"], channels=["mail", "console"])
    counts.polled("telus-tickets", "complete")
    counts.ticked(at=NOW, seconds=0.02)
    counts.escalated("telus", "incident-resolution", 'a "quoted"\nstep\\')
    counts.delivered("mail", "accepted", timedelta(seconds=1))
    registry = make_registry(a_collector(reading, counts))
    app = create_app(registry, Alive(), language("fr"))
    with WebServer(app, "127.0.0.1", 0) as server:
        yield server.url


def test_promtool_finds_nothing_to_say(url: str) -> None:
    promtool = require("promtool", package="prometheus")
    page = requests.get(f"{url}/metrics", timeout=5)
    checked = subprocess.run(
        [promtool, "check", "metrics"],
        input=page.content,
        capture_output=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr.decode()) == (0, "")
    for metric in METRICS:
        assert f"# HELP {metric.name} " in page.text


def test_a_strict_reader_takes_the_openmetrics_form(url: str) -> None:
    page = requests.get(f"{url}/metrics", headers={"Accept": OPENMETRICS}, timeout=5)
    families = {family.name: family for family in text_string_to_metric_families(page.text)}
    assert families["vigie_escalation_latency_seconds"].type == "histogram"
    (escalated,) = families["vigie_escalations"].samples
    assert escalated.labels["step"] == 'a "quoted"\nstep\\'
    told = (sample for family in families.values() for sample in family.samples)
    assert not [sample.name for sample in told if sample.exemplar is not None]


def test_scrapes_at_once_are_each_complete(url: str) -> None:
    pages: list[str] = []

    def scrape() -> None:
        pages.append(
            requests.get(f"{url}/metrics", headers={"Accept": OPENMETRICS}, timeout=10).text
        )

    threads = [threading.Thread(target=scrape) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pages) == 12
    assert all(page.endswith("# EOF\n") for page in pages)


def test_a_real_prometheus_scrapes_it(url: str, tmp_path: Path) -> None:
    with prometheus(tmp_path, {"vigie": url}) as server:
        left = "vigie_urgent_remaining_business_seconds{case='telus:ticket:INC-1'}"
        assert server.value(left) == 5400
        assert server.value("up{job='vigie'}") == 1
        assert server.value("sum(vigie_obligations)") == 44
        latency = "histogram_quantile(0.5, vigie_escalation_latency_seconds_bucket{channel='mail'})"
        assert 0.5 < server.value(latency) <= 1
