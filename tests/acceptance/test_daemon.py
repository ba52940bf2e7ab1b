"""The daemon as a process: killed, told to end, told to read its configuration anew."""

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from monitor.clock.wall import SystemClock
from monitor.simulator import Body, ProviderServer, SimulatedProvider
from monitor.simulator.smtp_sink import SmtpSink
from monitor.store.database import open_database
from monitor.store.readings import Readings
from tests.support.command_line import run
from tests.support.daemon import eventually, running

BODY = Body("ORG-101", "Ministère des Exemples")

CONTRACT = """\
id: hurried
version: "1"
title: {fr: Contrat pressé, en: Hurried contract}
effective_from: 2020-01-01
zone: America/Toronto
source: {document: Essai, clause: "1"}
support_hours: 24x7
business_days: quebec-days
providers:
  - {id: telus, name: TELUS, rank: 1}
commitments:
  - id: incident-resolution
    label: {fr: Résoudre les incidents, en: Resolve incidents}
    case_kind: ticket
    category: incident
    amount: PT1S
    calendar: 24x7
    start_rule: from_receipt
    stop_statuses: [resolved, closed]
    source: {document: Essai, clause: "1"}
"""

CONFIGURATION = """\
lang: fr
database: sqlite:///vigie.db
contracts: [hurried.yaml]
http: {{port: 0}}
sources:
  - {{name: telus-tickets, provider: telus, kind: tmf621-v4, url: "{url}",
      mapping: {{use: tmf621, category_map: {{incident: incident, outage: incident,
        password-reset: incident, delivery: incident, number-change: incident,
        information-request: incident}}}},
      every: 200 ms, stale_after: 1 h}}
channels:
  mail: {{type: smtp, host: 127.0.0.1, port: {port}, security: none, sender: vigie@example.org,
          timeout: 20 s}}
recipients:
  - {{role: contract-manager, channel: mail, address: gestion@example.org}}
policy:
  steps:
    - {{id: breach, at: breach, notify: [contract-manager]}}
outbox: {{lease: 4 min, first_retry: 100 ms, longest_retry: 500 ms}}
"""


@pytest.fixture
def provider() -> Iterator[tuple[SimulatedProvider, ProviderServer]]:
    book = SimulatedProvider("telus", SystemClock())
    with ProviderServer(book) as server:
        yield book, server


def configure(folder: Path, server: ProviderServer, smtp_port: int) -> None:
    (folder / "hurried.yaml").write_text(CONTRACT, encoding="utf-8")
    text = CONFIGURATION.format(url=server.url("tmf621-v4"), port=smtp_port)
    (folder / "vigie.yaml").write_text(text, encoding="utf-8")


def outbox_depth(folder: Path) -> int:
    with closing(open_database(f"sqlite:///{folder / 'vigie.db'}")) as database:
        return Readings(database).outbox().queued


@pytest.mark.parametrize("receiver", ["refuses", "hangs"])
def test_killed_between_the_decision_and_its_delivery_it_still_arrives_once(
    tmp_path: Path, provider: tuple[SimulatedProvider, ProviderServer], receiver: str
) -> None:
    book, server = provider
    listener = socket.create_server(("127.0.0.1", 0))
    port = int(listener.getsockname()[1])
    if receiver == "refuses":
        listener.close()
    configure(tmp_path, server, port)
    with ExitStack() as stack, running(tmp_path) as daemon:
        daemon.wait_for("started")
        ref = book.open_ticket("incident", BODY)
        if receiver == "hangs":
            # The relay has taken the connection and says nothing: a send is under way, and the
            # lease on it outlives its holder.
            listener.settimeout(60)
            connection, _ = listener.accept()
            stack.enter_context(connection)
        else:
            daemon.wait_for("not_delivered")
        assert daemon.end(signal.SIGKILL) == -signal.SIGKILL
    assert outbox_depth(tmp_path) == 1
    listener.close()
    with SmtpSink(port=port) as mailbox, running(tmp_path) as daemon:
        eventually(lambda: mailbox.count, "the message arrives")
        eventually(lambda: outbox_depth(tmp_path) == 0, "its delivery is recorded")
        # Polls and ticks go on, and tell of it no more.
        delivered = daemon.wait_for("delivered")
        assert daemon.end() == 0
        assert delivered["case"] == f"telus:ticket:{ref}"
        (mail,) = mailbox.received
        assert ref in mail.message["Subject"]
        assert mailbox.count == 1


def test_it_ends_in_order_and_tells_how_it_is(
    tmp_path: Path, provider: tuple[SimulatedProvider, ProviderServer]
) -> None:
    book, server = provider
    book.open_ticket("incident", BODY)
    with SmtpSink() as mailbox:
        configure(tmp_path, server, mailbox.port)
        with running(tmp_path) as daemon:
            eventually(lambda: daemon.get("/readyz")[0] == 200, "it is ready")
            status, body = daemon.get("/healthz")
            assert (status, json.loads(body)["status"]) == (200, "alive")
            eventually(lambda: mailbox.count, "the breach is told")
            metrics = daemon.get("/metrics")[1]
            assert 'vigie_obligations{commitment="incident-resolution",' in metrics
            assert daemon.end(signal.SIGTERM) == 0
            daemon.wait_for("ended")


def test_a_second_daemon_on_the_same_file_is_refused(
    tmp_path: Path, provider: tuple[SimulatedProvider, ProviderServer]
) -> None:
    configure(tmp_path, provider[1], 1)
    with running(tmp_path) as first:
        first.wait_for("started")
        with running(tmp_path) as second:
            assert second.popen.wait(60) == 2
            eventually(lambda: "a daemon already runs on it" in second.log, "it says why")
            assert "Traceback" not in second.log
            assert f"process {first.popen.pid}" in second.log


def test_a_reload_takes_a_good_configuration_and_refuses_a_bad_one(
    tmp_path: Path, provider: tuple[SimulatedProvider, ProviderServer]
) -> None:
    book, server = provider
    with SmtpSink() as mailbox:
        configure(tmp_path, server, mailbox.port)
        path = tmp_path / "vigie.yaml"
        good = path.read_text(encoding="utf-8")
        with running(tmp_path) as daemon:
            daemon.wait_for("started")
            path.write_text(good.replace("every: 200 ms", "every: soon"), encoding="utf-8")
            daemon.send(signal.SIGHUP)
            refusal = daemon.wait_for("reload_refused")
            assert f"{path}:10" in refusal["problem"]
            assert "every" in refusal["problem"]
            path.write_text(good.replace("gestion@", "releve@"), encoding="utf-8")
            daemon.send(signal.SIGHUP)
            daemon.wait_for("reloaded")
            book.open_ticket("incident", BODY)
            eventually(lambda: mailbox.count, "the breach is told")
            assert mailbox.received[0].recipients == ("releve@example.org",)
            # The address it serves at cannot move under a scraper.
            path.write_text(good.replace("port: 0", "port: 9"), encoding="utf-8")
            daemon.send(signal.SIGHUP)
            assert "http" in daemon.wait_for("reload_refused", count=2)["problem"]
            assert daemon.end() == 0


def test_a_port_in_use_is_one_line_and_status_2(
    tmp_path: Path, provider: tuple[SimulatedProvider, ProviderServer]
) -> None:
    configure(tmp_path, provider[1], 1)
    path = tmp_path / "vigie.yaml"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        text = path.read_text(encoding="utf-8").replace("port: 0", f"port: {port}")
        path.write_text(text, encoding="utf-8")
        with running(tmp_path) as daemon:
            assert daemon.popen.wait(60) == 2
            eventually(lambda: f"{port} is in use" in daemon.log, "it says why")
            (line,) = daemon.log.splitlines()
    assert line.startswith("Error: http.port")
    # Refused before anything was made.
    assert not (tmp_path / "vigie.db").exists()


REPORTS = """
deliverables:
  - {commitment: billing-report, provider: telus, billing_day: 31, from: 2024-01, until: 2024-03}
"""


def test_reports_are_opened_once_whatever_kills_it_and_stated_while_it_runs(
    tmp_path: Path, provider: tuple[SimulatedProvider, ProviderServer]
) -> None:
    configure(tmp_path, provider[1], 1)
    path = tmp_path / "vigie.yaml"
    text = path.read_text(encoding="utf-8").replace("[hurried.yaml]", "['builtin:cspq-mobilite']")
    path.write_text(text + REPORTS, encoding="utf-8")
    with running(tmp_path) as daemon:
        for month in ("01", "02", "03"):
            daemon.wait_for("deliverable_due", case=f"telus:deliverable:FACT-2024-{month}")
        assert daemon.end(signal.SIGKILL) == -signal.SIGKILL
    with running(tmp_path) as daemon:
        daemon.wait_for("started")
        said = run(
            "deliverable", "received", "2024-02", "--at", "2024-03-05", "--config", str(path)
        )
        assert (said.status, said.err) == (0, "")

        def verdicts() -> dict[str, str]:
            listed = run("deliverable", "list", "--json", "--config", str(path))
            return {row["case"]: row["verdict"] for row in listed.json}

        eventually(
            lambda: verdicts()
            == {
                "FACT-2024-01": "breached", "FACT-2024-02": "met", "FACT-2024-03": "breached",
            },
            "the daemon takes the statement up",
        )  # fmt: skip
        assert "deliverable_due" not in daemon.log
        assert daemon.end() == 0
