"""Every query of every dashboard and rule has an answer; and an alert goes all the way."""

import math
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from dashboards.alerts import ALERTS, RECORDINGS, rules_text
from dashboards.generate import PAGES
from monitor.locale import language
from monitor.store.database import open_database
from monitor.store.schema import migrate
from monitor.web.application import create_app
from monitor.web.server import WebServer
from tests.support.alertmanager import alertmanager
from tests.support.busy_month import INSTANCE, busy_registry, past_of
from tests.support.command_line import run
from tests.support.daemon import Process, eventually, running
from tests.support.prometheus import Prometheus, prometheus
from tests.support.receivers import Receiver
from tests.support.services import free_port, require

DAY = 86_400
PANELS = [
    (page, panel, query) for page in PAGES for panel in page.panels for query in panel.queries
]
CONFIGURATION = """\
lang: fr
http: {port: 0}
sources:
  - {name: muette, provider: telus, kind: tmf621-v4, mapping: tmf621, every: 1 s, stale_after: 1 s,
     url: "http://127.0.0.1:%d/none"}
"""


class Alive:
    def loops(self) -> Sequence[Any]:
        return []

    def readiness(self) -> Mapping[str, str | None]:
        return {}


@dataclass(frozen=True, slots=True)
class Watched:
    prometheus: Prometheus
    daemon: Process
    receiver: Receiver


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """Prometheus over a month of a busy Vigie, and a daemon whose source is silent."""
    folder = tmp_path_factory.mktemp("watched")
    (folder / "vigie.yaml").write_text(CONFIGURATION % free_port())
    with ExitStack() as stack:
        database = open_database(f"sqlite:///{folder}/busy.db", create=True)
        stack.callback(database.close)
        migrate(database)
        registry = busy_registry(database)
        pages = create_app(registry, Alive(), language("fr"))
        server = stack.enter_context(WebServer(pages, "127.0.0.1", 0))
        daemon = stack.enter_context(running(folder))
        receiver = stack.enter_context(Receiver())
        manager = stack.enter_context(alertmanager(folder, webhook=receiver.url))
        targets = {INSTANCE: server.url, "daemon": daemon.url}
        now = time.time()
        past = past_of(registry, [*_days(now), *_minutes(now)])
        # All that has to last here lasts at once.
        rules = "\n".join(
            "    for: 0s" if line.startswith("    for: ") else line
            for line in rules_text().splitlines()
        )
        server_ = stack.enter_context(
            prometheus(folder, targets, rules=rules, alertmanager_url=manager.url, past=past)
        )
        server_.eventually('vigie_build_info{instance="daemon"}')
        server_.eventually(f'up{{instance="{INSTANCE}"}} == 1')
        yield Watched(prometheus=server_, daemon=daemon, receiver=receiver)


def _days(now: float) -> list[float]:
    return [round(now - days * DAY) for days in range(30, 0, -2)]


def _minutes(now: float) -> list[float]:
    """The last hours up to a minute ago, from where the scrapes go on."""
    return [round(now - minutes * 60) for minutes in range(241, 0, -20)]


def asked(expr: str) -> str:
    """As Grafana would, of a month drawn by the day, with all chosen."""
    for name, value in {
        "$__rate_interval": "5d",
        "$__range": "30d",
        "$provider": ".*",
        "$commitment": ".*",
        "$region": ".*",
        "$organization": ".*",
    }.items():
        expr = expr.replace(name, value)
    assert "$" not in expr, expr
    return expr


def numbers(found: Sequence[Mapping[str, Any]]) -> list[float]:
    values = [pair for each in found for pair in each.get("values", [each.get("value")])]
    return [float(value) for _, value in values if not math.isnan(float(value))]


@pytest.mark.parametrize(
    ("page", "panel", "query"),
    PANELS,
    ids=[f"{page.uid}-{panel.id}-{number}" for number, (page, panel, _) in enumerate(PANELS)],
)
def test_every_query_of_a_panel_has_an_answer(watched: Watched, page, panel, query) -> None:
    now = time.time()
    expr = asked(query.expr)
    if panel.is_instant:
        found = watched.prometheus.query(expr, at=now)
    else:
        found = watched.prometheus.query_range(expr, start=now - 30 * DAY, end=now, step=DAY)
    assert numbers(found), f"{page.title}, {panel.title}: {expr}"
    for label in _legend_labels(query.legend):
        assert any(label in each["metric"] for each in found), f"{panel.title}: {label}"


def _legend_labels(legend: str) -> list[str]:
    return [part.partition("}}")[0] for part in legend.split("{{")[1:]]


@pytest.mark.parametrize(
    "page", [page for page in PAGES if page.breaches], ids=lambda page: page.uid
)
def test_breaches_are_drawn(watched: Watched, page) -> None:
    now = time.time()
    found = watched.prometheus.query_range(
        asked(page.breaches.expr), start=now - 30 * DAY, end=now, step=DAY
    )
    late = {each["metric"]["commitment"] for each in found}
    assert late >= {"delivery-local"}
    assert ("incident-resolution" in late) == (page.uid != "vigie-livraisons")


def test_every_variable_has_values(watched: Watched) -> None:
    for variable in {variable for page in PAGES for variable in page.variables}:
        inside = variable.query.removeprefix("label_values(").removesuffix(")")
        selector, _, label = asked(inside).rpartition(", ")
        assert watched.prometheus.label_values(label, selector), variable.query


def test_every_rule_has_an_answer(watched: Watched) -> None:
    exprs = {each.name: each.expr for each in (*RECORDINGS, *ALERTS)}
    # Long ago there was no daemon; now there is one.
    assert watched.prometheus.query(exprs["VigieAbsent"], at=time.time() - 60 * DAY)
    assert not watched.prometheus.query(exprs.pop("VigieAbsent"))
    for name in ("VigieDatabaseUnreadable",):
        # Nothing that a healthy database has: asked without its condition.
        exprs[name] = exprs[name].partition(" == ")[0]
    for name, expr in exprs.items():
        assert numbers(watched.prometheus.eventually(expr)), name


def test_all_rules_are_evaluated(watched: Watched) -> None:
    def fared() -> set[str]:
        return {rule["health"] for rule in watched.prometheus.rules()}

    eventually(lambda: fared() == {"ok"}, "all rules evaluated")
    assert len(watched.prometheus.rules()) == len(RECORDINGS) + len(ALERTS)


def test_a_silent_source_of_a_daemon_reaches_a_webhook(watched: Watched) -> None:
    def told() -> list[Mapping[str, Any]]:
        return [
            alert
            for posted in watched.receiver.posted
            for alert in posted.json["alerts"]
            if alert["labels"]["alertname"] == "VigieSourceStale"
            and alert["labels"]["source"] == "muette"
        ]

    eventually(told, "the alert at the webhook")
    annotations = told()[0]["annotations"]
    assert annotations["summary"] == "Source muette : muette"
    assert annotations["summary_en"] == "Silent source: muette"
    assert annotations["runbook_url"] == "docs/runbooks/VigieSourceStale.md"
    assert watched.daemon.popen.poll() is None


def test_compliance_is_what_was_met_of_what_is_decided(watched: Watched) -> None:
    """Of this month's incidents one is met, one missed, one late and open."""
    ratio = 'vigie:month_compliance:ratio{month="current",commitment="incident-resolution"}'
    assert watched.prometheus.value(ratio) == pytest.approx(1 / 3)


def test_files_for_a_wiki_of_ones_own(tmp_path: Path) -> None:
    """The export says where Vigie and the runbooks are, and is what Prometheus takes."""
    ran = run(
        "dashboards", "export", str(tmp_path), "--board", "https://vigie.example.org/",
        "--runbooks", "https://wiki.example.org/vigie",
    )  # fmt: skip
    assert ran.status == 0
    texts = {path.name: path.read_text("utf-8") for path in tmp_path.rglob("*.*")}
    assert set(texts) == {*(f"{page.uid}.json" for page in PAGES), "vigie.yml"}
    assert "runbook_url: https://wiki.example.org/vigie/VigieBreach.md" in texts["vigie.yml"]
    assert '"https://vigie.example.org"' in texts["vigie-ensemble.json"]
    assert not [name for name, text in texts.items() if "127.0.0.1" in text or "docs/" in text]
    promtool = require("promtool", package="prometheus")
    rules = str(tmp_path / "rules" / "vigie.yml")
    subprocess.run([promtool, "check", "rules", rules], check=True, capture_output=True)
