"""The unit, as systemd's own tools see it; no systemd has to run for that."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.services import require

UNIT = Path(__file__).parents[2] / "deploy" / "systemd" / "vigie.service"
EXPOSURE = 2.0


@pytest.fixture
def unit(tmp_path):
    """Its program is not installed where the unit has it, and `verify` would say so."""
    copy = tmp_path / UNIT.name
    text = UNIT.read_text(encoding="utf-8").replace("/opt/vigie/bin/vigie", "/bin/true")
    copy.write_text(text, encoding="utf-8")
    return copy


def analyze(*arguments):
    program = require("systemd-analyze", package="systemd")
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=False)


def test_is_read_without_a_word(unit):
    ran = analyze("verify", str(unit))
    assert (ran.returncode, ran.stderr.strip()) == (0, "")


def test_is_exposed_no_more_than_it_must(unit):
    ran = analyze("security", "--offline=true", "--threshold=20", str(unit))
    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", ran.stdout)
    assert found, ran.stdout + ran.stderr
    assert (ran.returncode, float(found[1]) <= EXPOSURE) == (0, True), ran.stdout


def test_tells_systemd_what_the_daemon_can_tell_it():
    text = UNIT.read_text(encoding="utf-8")
    for line in (
        "Type=notify",
        "WatchdogSec=10min",
        "DynamicUser=yes",
        "StateDirectory=vigie",
        "LoadCredential=secret:/etc/vigie/secrets",
        "RestartPreventExitStatus=2",
    ):
        assert f"\n{line}\n" in text
