"""`vigie run` tells an OpenTelemetry collector of its steps, and of nothing said in confidence."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Status

from monitor.clock.wall import SystemClock
from monitor.simulator import ProviderServer, SimulatedProvider
from monitor.simulator.book import Body
from tests.support.command_line import run
from tests.support.daemon import running
from tests.support.receivers import Receiver

CONFIGURATION = """\
database: sqlite:///vigie.db
http: {{port: 0}}
traces: {{endpoint: "{collector}/v1/traces", headers: {{x-token: {{env: TRACES_TOKEN}}}}}}
sources:
  - {{name: telus-tickets, provider: telus, kind: tmf621-v4, url: "{url}", mapping: tmf621,
      every: 200 ms, stale_after: 1 h}}
  - {{name: rogers-tickets, provider: rogers, kind: tmf621-v4, url: "{collector}/gone",
      mapping: tmf621, every: 1 h, stale_after: 2 h}}
channels:
  folder: {{type: files, folder: alarms, form: json}}
recipients: [{{role: contract-manager, channel: folder, address: gestion}}]
"""


def spans_of(collector: Receiver) -> list[dict[str, Any]]:
    """Name, attributes and events of each span that was posted, in order."""
    found = []
    for posted in collector.posted:
        if posted.path == "/v1/traces":
            request = ExportTraceServiceRequest.FromString(posted.body)
            for resource in request.resource_spans:
                found += [span for scope in resource.scope_spans for span in scope.spans]
    return [
        {
            "name": span.name,
            "id": span.span_id,
            "parent": span.parent_span_id,
            "failed": span.status.code == Status.STATUS_CODE_ERROR,
            "took": span.end_time_unix_nano - span.start_time_unix_nano,
            "events": [{**values(event.attributes), "name": event.name} for event in span.events],
            **values(span.attributes),
        }
        for span in found
    ]


def values(attributes: Any) -> dict[str, Any]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in attributes}


def test_a_case_is_followed_from_its_poll_to_its_message(tmp_path: Path) -> None:
    (tmp_path / "alarms").mkdir()
    provider = SimulatedProvider("telus", SystemClock())
    body = Body("ORG-101", "Ministère")
    ref = provider.open_ticket("incident", body, at=SystemClock().now() - timedelta(days=9))
    with Receiver() as collector, ProviderServer(provider) as server:
        text = CONFIGURATION.format(collector=collector.url, url=server.url("tmf621-v4"))
        (tmp_path / "vigie.yaml").write_text(text, encoding="utf-8")
        with running(tmp_path, TRACES_TOKEN="secret-2") as daemon:
            daemon.wait_for("delivered")
            assert daemon.end() == 0
        spans = spans_of(collector)
        posted = [each for each in collector.posted if each.path == "/v1/traces"]
    assert {each.headers.get("x-token") for each in posted} == {"secret-2"}
    case = f"telus:ticket:{ref}"
    (poll,) = (s for s in spans if s["name"] == "poll" and s.get("vigie.added"))
    assert poll["vigie.source"] == "telus-tickets"
    (tick,) = (s for s in spans if s["name"] == "tick" and s["events"])
    told = [event for event in tick["events"] if event["vigie.told"]]
    assert {(event["name"], event["vigie.case"]) for event in told} == {("escalated", case)}
    (send,) = (s for s in spans if s["name"] == "send")
    assert (send["vigie.case"], send["vigie.outcome"]) == (case, "accepted")
    (round_,) = (s for s in spans if s["id"] == send["parent"])
    assert (round_["name"], round_["vigie.channel"]) == ("deliver", "folder")
    assert 0 <= send["took"] <= round_["took"]
    (failed,) = (s for s in spans if s["failed"])
    assert (failed["vigie.source"], failed["name"]) == ("rogers-tickets", "poll")
    assert not any(b"secret" in each.body or b"gestion" in each.body for each in posted)


def test_without_the_library_it_says_how_to_have_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = CONFIGURATION.format(collector="http://127.0.0.1:1", url="http://127.0.0.1:1")
    (tmp_path / "alarms").mkdir()
    (tmp_path / "vigie.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.resources", None)
    monkeypatch.setenv("TRACES_TOKEN", "x")
    monkeypatch.chdir(tmp_path)
    ran = run("run", "--config", str(tmp_path / "vigie.yaml"))
    assert ran.status == 2
    assert "pip install 'vigie[traces]'" in ran.error
