import socket
from collections.abc import Mapping, Sequence

import pytest

from monitor.locale import language
from monitor.web.application import create_app
from monitor.web.health import LoopHealth
from monitor.web.server import WebServer
from tests.support.command_line import run
from tests.support.contracts import CONTRACT, changed
from tests.support.receivers import Receiver

SOURCE = "{name: t, provider: telus, kind: tmf621-v4, url: 'http://127.0.0.1:9/x', mapping: tmf621}"


def items(ran, level):
    return [(each["item"], each["message"]) for each in ran.json["items"] if each["level"] == level]


@pytest.fixture
def configured(folder):
    """Write a vigie.yaml; on any free port, as another program may hold the usual one."""

    def write(text=""):
        port = "" if text.startswith("http:") else "http: {port: 0}\n"
        (folder / "vigie.yaml").write_text(f"{text}\n{port}", encoding="utf-8")

    return write


def test_the_embedded_defaults_hold():
    ran = run("check", "--json")
    assert [item for item, _ in items(ran, "error") if item != "http"] == []
    assert ("configuration", "embedded defaults") in items(ran, "ok")


def test_what_holds_ends_well(configured):
    configured()
    ran = run("check", "--json")
    assert ran.status == 0
    assert ran.json["ok"] is True
    assert [item for item, _ in items(ran, "warning")] == ["recipients", "sources"]


def test_one_line_an_item():
    ran = run("check")
    assert ran.out.count("\n") == len(run("check", "--json").json["items"])
    assert "ok       database        vigie.db: is not there yet" in ran.out


def test_nothing_is_created(folder):
    run("check")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "item", "message"),
    [
        ("http: [}", "configuration", "vigie.yaml:1: not YAML"),
        ("http: {prt: 1}", "configuration", "http.prt: is not a key known here; did you mean 'port'?"),
        ("contracts: [nowhere.yaml]", "configuration", "vigie.yaml:1: contracts[0]: there is no file nowhere.yaml"),
        ("contracts: [builtin:cspq]", "configuration", "vigie.yaml:1: contracts[0]: no contract 'cspq' ships"),
        ("contracts: [.]", "contract", ".: cannot be read: Is a directory"),
        ("closed_days: {1990-12-24: Noël}", "configuration", "vigie.yaml:1: closed_days.1990-12-24: the calendars cover 2000-01-01 to 2100-12-31; check the year"),
        (f"sources: [{SOURCE.replace('tmf621}', 'tmf622}')}]", "configuration", "sources[t]: kind tmf621-v4 does not go with a mapping of productOrder; use tmf621, or write kind: tmf622-v4"),
        ("policy: {steps: [{id: a, at: breach, notify: [contract-manager], commitments: [delivery]}]}", "policy", "vigie.yaml:1: policy.steps[a].commitments[0]: no commitment is named 'delivery'"),
        ("policy: {steps: [{id: a, at: breach, notify: [contract-manger]}]}", "policy", "did you mean 'contract-manager'?"),
        (f"sources: [{SOURCE.replace('telus', 'tellus')}]", "policy", "sources[t].provider: the contract has no provider 'tellus'; did you mean 'telus'?"),
        (f"sources: [{SOURCE.replace('tmf621}', '{use: tmf621, category_map: {Panne: pannne}}}')}]", "policy", "'Panne' leads to 'pannne'"),
        ("deliverables: [{commitment: quarterly-reports, provider: telus, from: 2026-T3}]", "deliverables", "deliverables[0].commitment: the contract promises no deliverable 'quarterly-reports'"),
        ("database: sqlite:///nowhere/vigie.db", "database", "nowhere/vigie.db: the folder nowhere does not exist"),
        ("http: {host: 192.0.2.1}", "http", "'192.0.2.1' is no address of this machine"),
        ("http: {host: no such host}", "http", "'no such host' is no address of this machine"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_where_it_stands(configured, text, item, message):
    configured(text)
    ran = run("check", "--json")
    assert ran.status == 2
    assert ran.json["ok"] is False
    ((found, line),) = items(ran, "error")
    assert found == item
    assert message in line
    # People get the same on a line of its own.
    assert [line for line in run("check").out.splitlines() if line.startswith("error ")] == [
        f"error    {item:<15} {line}"
    ]


def test_every_problem_of_the_configuration_is_told_at_once(folder):
    (folder / "vigie.yaml").write_text("lang: de\nhttp: {port: -1}\nurgent_metrics: many\n")
    assert [line[:12] for _, line in items(run("check", "--json"), "error")] == [
        "vigie.yaml:1", "vigie.yaml:2", "vigie.yaml:3",
    ]  # fmt: skip


def test_a_contract_with_problems_is_told_with_its_lines(folder, configured):
    (folder / "mine.yaml").write_text(changed("    amount: 2 d\n", "    amount: 2 h\n", CONTRACT))
    configured("contracts: [mine.yaml]")
    ((item, line),) = items(run("check", "--json"), "error")
    assert item == "contract"
    assert line.startswith("mine.yaml:3")
    assert "commitments[visit-near].amount" in line


def test_a_file_that_is_no_database_is_told(folder, configured):
    configured()
    (folder / "vigie.db").write_text("not a database, but long enough to be read as one " * 40)
    ((item, line),) = items(run("check", "--json"), "error")
    assert item == "database"
    assert "vigie.db: file is not a database" in line


def test_a_port_in_use_is_told(folder):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (folder / "vigie.yaml").write_text(f"http: {{port: {port}}}")
        # Nobody accepts there, so that whoever it is, it is no Vigie.
        ((item, line),) = items(run("check", "--json"), "error")
    assert item == "http"
    assert f"http.port: {port} is in use on 127.0.0.1" in line


class Alive:
    def loops(self) -> Sequence[LoopHealth]:
        return []

    def readiness(self) -> Mapping[str, str | None]:
        return {}


def test_a_port_held_by_a_running_vigie_is_no_error(configured):
    with WebServer(create_app(None, Alive(), language("en")), "127.0.0.1", 0) as server:
        configured(f"http: {{port: {server.url.rpartition(':')[2]}}}")
        ran = run("check", "--json")
    assert ran.status == 0
    assert any("a running Vigie answers there" in message for _, message in items(ran, "ok"))


def test_a_certificate_for_the_metrics_is_tried(configured, folder):
    (folder / "cert.pem").write_text("none")
    configured("metrics: {listen: {port: 0, tls: {cert_file: cert.pem, key_file: cert.pem}}}")
    ran = run("check", "--json")
    assert ran.status == 2
    ((_, message),) = items(ran, "error")
    assert message.startswith("metrics.listen.tls: ")
    assert message in run("check").out


def test_where_traces_go_is_told(configured):
    configured("traces: {endpoint: 'http://127.0.0.1:4318/v1/traces'}")
    ran = run("check")
    assert "traces          http://127.0.0.1:4318/v1/traces" in ran.out


def test_a_channel_nobody_is_told_by_is_a_warning(configured):
    configured("channels: {screen: {type: console}}")
    ran = run("check", "--json")
    assert ran.status == 0
    assert ("channel", "screen (console): 0 recipients") in items(ran, "warning")


def test_a_policy_that_tells_nobody_is_a_warning(configured):
    configured("policy: {steps: []}")
    ran = run("check", "--json")
    assert ran.status == 0
    assert ("policy", "no step: nobody will be told") in items(ran, "warning")


def test_reports_that_come_due_are_told_with_their_next_period(configured):
    configured(
        "deliverables:\n"
        "  - {commitment: billing-report, provider: telus, billing_day: 31, from: 2026-10,"
        " accounts: [A, B]}\n"
        "  - {commitment: quarterly-report, provider: telus, from: 2020-T3, until: 2021-T4}\n"
    )
    ran = run("check", "--json")
    monthly, quarterly = [line for item, line in items(ran, "ok") if item == "deliverables"]
    assert monthly.startswith("billing-report, telus: from 2026-10, 2 reports a period; the next")
    assert quarterly == "quarterly-report, telus: 2020-T3 to 2021-T4, all ended"
    assert ("sources", "none: reports that come due are all that will be watched") in items(
        ran, "warning"
    )


def test_a_source_is_not_reached_for_unless_asked(configured):
    configured(f"sources: [{SOURCE}]")
    ran = run("check", "--json")
    assert ran.status == 0
    assert "try it with --connect" in next(m for i, m in items(ran, "ok") if i == "source")


def test_a_source_that_does_not_answer_is_an_error_when_reached_for(configured):
    configured(f"sources: [{SOURCE}]")
    ran = run("check", "--connect", "--json")
    assert ran.status == 2
    ((item, line),) = items(ran, "error")
    assert item == "source"
    assert line.startswith("t: ")


def test_it_speaks_french():
    ran = run("check", "--lang", "fr")
    assert "base de données" in ran.out
    assert "avis     destinataires" in ran.out


def test_who_watches_vigie_is_said_and_nobody_is_told(configured):
    configured()
    said = dict(items(run("check", "--json"), "ok"))
    assert said["heartbeat"] == "none: nobody is told that Vigie is at work, nor misses it"
    assert said["watch"] == "none: nobody is told when judging or delivering is stuck"
    with Receiver() as ping:
        configured(
            "channels: {screen: {type: console}}\n"
            f"heartbeat: {{url: '{ping.url}/uuid', every: 90 s}}\n"
            "watch: {channel: screen, address: garde, tick_older_than: 5 min}"
        )
        said = dict(items(run("check", "--connect", "--json"), "ok"))
        assert ping.posted == []
    assert said["heartbeat"] == (
        "every 90 s while all goes round, to an address of its own; not sent by this check, even"
        " with --connect"
    )
    assert said["watch"].startswith("'screen' to garde, past the outbox: once a message has waited")
    assert "uuid" not in repr(said)
