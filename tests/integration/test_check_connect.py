"""`vigie check --connect` against a provider that really answers, and ones that do not."""

from pathlib import Path

import pytest

from monitor.clock.wall import ManualClock
from monitor.simulator import ProviderServer, SimulatedProvider
from monitor.simulator import behaviours as does
from monitor.simulator.misbehaving import MisbehavingServer
from tests.support.command_line import run
from tests.support.sources import BODY, START

SOURCES = """\
http: {{port: 0}}
channels: {{screen: {{type: console}}}}
recipients: [{{role: contract-manager, channel: screen, address: me}}]
sources:
  - {{name: tickets, provider: telus, kind: {kind}, url: '{url}', mapping: {mapping}}}
"""


@pytest.fixture
def provider():
    telus = SimulatedProvider("telus", ManualClock(START))
    telus.open_ticket("incident", BODY, place="Fermont")
    telus.place_order("delivery", BODY, place="Fermont")
    return telus


def check(url, folder, kind="tmf621-v4", mapping="tmf621"):
    Path(folder / "vigie.yaml").write_text(SOURCES.format(url=url, kind=kind, mapping=mapping))
    ran = run("--config", str(folder / "vigie.yaml"), "check", "--connect", "--json")
    (found,) = [item for item in ran.json["items"] if item["item"] == "source"]
    return ran.status, found


@pytest.mark.parametrize(
    ("kind", "mapping"),
    [
        ("tmf621-v4", "tmf621"),
        ("tmf621-v5", "tmf621"),
        ("tmf622-v4", "tmf622"),
        ("tmf622-v5", "tmf622-v5"),
        ("tmf641-v4", "tmf641"),
    ],
)
def test_a_source_that_answers_says_what_it_read(provider, tmp_path, kind, mapping):
    with ProviderServer(provider) as server:
        status, found = check(server.url(kind), tmp_path, kind, mapping)
    assert (status, found["level"]) == (0, "ok")
    assert found["message"].startswith("tickets: ")


def test_a_source_that_is_not_there_is_an_error(provider, tmp_path):
    with ProviderServer(provider) as server:
        url = server.url("tmf621-v4")
    status, found = check(url, tmp_path)
    assert (status, found["level"]) == (2, "error")
    assert found["message"].startswith("tickets: ")


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (does.status(500), "500"),
        (does.status(401), "401"),
        (does.login_page, "a web page came"),
        (does.truncated_json, ""),
        (does.reset, ""),
    ],
)
def test_a_source_that_answers_badly_is_one_line_without_a_traceback(
    provider, tmp_path, behaviour, said
):
    with MisbehavingServer(ProviderServer(provider), otherwise=behaviour) as server:
        status, found = check(server.url("tmf621-v4"), tmp_path)
    assert (status, found["level"]) == (2, "error")
    assert said in found["message"]
    assert "\n" not in found["message"]
