"""`vigie simulate provider`: a provider for a person or a script to try things on."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from monitor.simulator.scenarios import SCENARIOS
from tests.support.command_line import run
from tests.support.services import free_port

VIGIE = str(Path(sys.executable).with_name("vigie"))


def test_the_scenarios_are_listed_for_people_and_for_programs() -> None:
    lines = run("simulate", "provider", "--list").out.splitlines()
    assert lines[0].split() == ["Scenario", "Fault", "What", "the", "provider", "does"]
    assert [line.split()[0] for line in lines[1:]] == list(SCENARIOS)
    listed = run("simulate", "provider", "--list", "--json").json
    assert [each["scenario"] for each in listed] == list(SCENARIOS)
    assert {
        key: listed[list(SCENARIOS).index("login-page")][key] for key in ("scenario", "fault")
    } == {"scenario": "login-page", "fault": 5}
    french = run("simulate", "provider", "--list", "--lang", "fr").out
    assert "2 000 incidents" in french


def test_it_plays_for_as_long_as_it_is_told() -> None:
    ran = run("simulate", "provider", "--scenario", "quiet", "--for", "100ms")
    first, *urls, last = ran.out.splitlines()
    assert first == "quiet: telus answers. Ctrl-C ends it."
    assert [line.split()[0] for line in urls] == ["tmf621-v4", "tmf622-v4"]
    assert last.startswith("0 requests answered, ")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_until_somebody_ends_it(number: signal.Signals) -> None:
    command = [VIGIE, "simulate", "provider", "--scenario", "login-page", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        started = json.loads(process.stdout.readline())
        url = started["urls"]["tmf621-v4"]
        assert url.startswith("http://127.0.0.1:")
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(f"{url}/troubleTicket", timeout=30)
        process.send_signal(number)
        ended = json.loads(process.stdout.readline())
        assert process.wait(30) == 0
        assert process.stderr.read() == b""
    assert "Ouverture de session" in answer.text
    assert (ended["event"], ended["requests"]) == ("ended", 1)


def test_what_cannot_be_played_is_said_in_a_line() -> None:
    wrong = run("simulate", "provider", "--scenario", "strom")
    assert wrong.status == 2
    assert wrong.error == "--scenario: there is none named 'strom'; did you mean 'storm'?"
    assert run("simulate", "provider").error == (
        "give --scenario NAME, or --list to see which there are"
    )
    span = run("simulate", "provider", "--scenario", "quiet", "--for", "soon")
    assert (span.status, span.error) == (
        2,
        "--for: 'soon' is not a span of time; write 30s, 2min or 1h",
    )


def test_a_port_that_is_taken_is_said_in_a_line() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        wrong = run("simulate", "provider", "--scenario", "quiet", "--port", str(port))
    assert wrong.status == 2
    assert wrong.error == (
        f"--port: {port} is in use; end the other program or choose another port"
    )


def test_exports_are_left_in_a_folder_and_nowhere_else(tmp_path: Path) -> None:
    play = ("simulate", "provider", "--for", "100ms", "--scenario")
    ran = run(*play, "half-written-file", "--folder", str(tmp_path))
    assert ran.status == 0, ran.err
    assert f"files      {tmp_path}/billets-*.csv" in ran.out.splitlines()
    (left,) = tmp_path.iterdir()
    assert left.read_text(encoding="utf-8").startswith("No dossier;Reçu le;")
    started, _ = run(*play, "exports", "--folder", str(tmp_path), "--json").json_lines
    assert started["folder"] == str(tmp_path)
    assert "leaves files, so name a folder" in run(*play, "exports").error
    assert "leaves no files; drop it" in run(*play, "quiet", "--folder", str(tmp_path)).error
    assert run(*play, "exports", "--folder", str(tmp_path / "none")).status == 2
