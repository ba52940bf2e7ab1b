"""The demonstration as a process: what a newcomer runs first."""

import json
import signal
import subprocess
import threading

import pytest

from tests.support.daemon import VIGIE


def test_it_ends_by_itself_with_a_summary_for_a_script() -> None:
    ended = subprocess.run(
        [VIGIE, "demo", "--for", "6s", "--speed", "20000", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert ended.returncode == 0, ended.stderr
    summary = json.loads(ended.stdout)
    assert summary["cases"] > 0
    assert summary["escalations"] > 0
    assert summary["emails"] > 0
    assert sum(summary["obligations"].values()) > 0
    assert set(summary["obligations"]) <= {
        "pending", "at_risk", "breached", "met", "missed", "cancelled", "unknown",
    }  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_told_to(number: signal.Signals) -> None:
    with subprocess.Popen(
        [VIGIE, "demo", "--lang", "fr"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as demo:
        killer = threading.Timer(60, demo.kill)
        killer.start()
        assert demo.stdout is not None
        first = demo.stdout.readline()
        demo.send_signal(number)
        out, err = demo.communicate()
        killer.cancel()
    assert first.startswith("Mesures")
    assert (demo.returncode, err) == (0, "")
    assert "courriel" in out


def test_a_span_that_is_none_is_one_line_and_status_2() -> None:
    ended = subprocess.run(
        [VIGIE, "demo", "--for", "soon"], capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert "--for" in ended.stderr
