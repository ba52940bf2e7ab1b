"""`vigie` as a process of its own: what only shows outside of the interpreter that tests it."""

import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import tempfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from monitor.cli.root import SECTIONS
from tests.support.services import require

VIGIE = str(Path(sys.executable).with_name("vigie"))
HEADER = "commitment,received_at,place\n"
ROW = "password-reset,2026-11-23T09:00-05:00,\n"


@pytest.fixture
def environment():
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "LANG": "en_CA.UTF-8"}


@pytest.fixture
def vigie(tmp_path, environment):
    def start(*arguments, **options):
        options = {"cwd": tmp_path, "env": environment} | options
        return subprocess.run(
            [VIGIE, *arguments], capture_output=True, text=True, check=False, timeout=60, **options
        )

    return start


LOADED = """\
import sys
from monitor.cli import main
sys.argv = ["vigie", *sys.argv[1:]]
try:
    main()
except SystemExit:
    print(*sys.modules, file=sys.stderr)
"""


def loaded_by(environment, *arguments):
    """The modules that a run of `vigie` imports."""
    ran = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments],
        capture_output=True, text=True, check=True, timeout=60, env=environment,
    )  # fmt: skip
    assert ran.stdout.startswith("Usage")
    return set(ran.stderr.split())


def test_a_daemon_is_at_work_before_what_it_shows_is_loaded():
    late = "alembic", "babel", "flask", "monitor.reports.report", "numpy", "openpyxl", "typst"
    program = f"import sys, monitor.app; print(*{{*{late}}} & {{*sys.modules}})"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert ran.stdout.strip() == ""


@pytest.mark.parametrize("language", ["en", "fr"])
def test_help_loads_little_and_so_comes_at_once(environment, language):
    modules = loaded_by(environment, "--help", "--lang", language)
    ours = {name.split(".")[1] for name in modules if name.startswith("monitor.")}
    assert ours == {"cli", "errors", "locale"}
    installed = set(packages_distributions()) - {"monitor"}
    assert {name.split(".")[0] for name in modules} & installed <= {"click", "_distutils_hack"}


@pytest.mark.parametrize(
    "arguments",
    [(name,) for section in SECTIONS.values() for name in section] + [("calendar", "show")],
    ids=" ".join,
)
def test_help_on_a_command_loads_nothing_that_only_its_work_needs(environment, arguments):
    roots = {name.split(".")[0] for name in loaded_by(environment, *arguments, "--help")}
    assert roots & {
        "alembic", "apscheduler", "babel", "flask", "holidays", "jinja2", "numpy", "requests",
        "rich", "smtplib", "sqlalchemy", "waitress",
    } == set()  # fmt: skip


def test_an_answer_and_a_refusal(vigie):
    good = vigie(
        "deadline",
        "--commitment",
        "service-restoration",
        "--received",
        "2026-11-20T16:00-05:00",
        "--json",
    )
    assert (good.returncode, good.stderr) == (0, "")
    assert json.loads(good.stdout)["due_at"] == "2026-11-25T13:00:00-05:00"
    bad = vigie(
        "deadline", "--commitment", "nonsense", "--received", "2026-11-20T16:00-05:00", "--json"
    )
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.startswith("Error: no commitment 'nonsense'")
    assert bad.stderr.count("\n") == 1


def test_a_reader_that_has_enough_is_no_fault(tmp_path, environment):
    with subprocess.Popen(
        [VIGIE, "places"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=environment,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"Place")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=30) == 141


@pytest.fixture
def asking(tmp_path, environment):
    """`vigie deadline --from -`, with its input still open."""
    with subprocess.Popen(
        [VIGIE, "deadline", "--from", "-", "--json"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=environment, text=True,
    ) as process:  # fmt: skip
        yield process
        process.kill()


def test_rows_are_answered_as_they_come(asking):
    asking.stdin.write(HEADER + ROW * 1000)
    asking.stdin.flush()
    # The input goes on, and answers are there.
    assert json.loads(asking.stdout.readline())["due_at"] == "2026-11-23T13:00:00-05:00"
    asking.stdin.write(ROW)
    asking.stdin.close()
    assert len(asking.stdout.read().splitlines()) == 1000
    assert asking.stderr.read() == ""
    assert asking.wait(timeout=30) == 0


def test_an_interruption_leaves_no_traceback(asking):
    asking.stdin.write(HEADER + ROW * 1000)
    asking.stdin.flush()
    asking.stdout.readline()
    asking.send_signal(signal.SIGINT)
    _, errors = asking.communicate(timeout=30)
    assert asking.returncode == 130
    assert "Traceback" not in errors


def test_a_stream_that_holds_no_accents_still_gets_sound_json(vigie, environment):
    ran = vigie("commitments", "--json", env={**environment, "PYTHONIOENCODING": "ascii"})
    assert "Livraison d'appareils ou d'accessoires – régions locales" in {
        each["label"]["fr"] for each in json.loads(ran.stdout)
    }
    assert (
        vigie(
            "commitments", "--lang", "fr", env={**environment, "PYTHONIOENCODING": "ascii"}
        ).returncode
        == 0
    )


def on_terminal(environment, cwd, *arguments):
    """What a terminal is sent as standard error."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [VIGIE, *arguments], stderr=theirs, stdout=theirs, cwd=cwd, env=environment
    ) as process:
        process.wait(timeout=30)
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    return shown


def test_colours_are_for_terminals_that_want_them(vigie, tmp_path, environment):
    environment["TERM"] = "xterm"
    assert "\x1b[" in on_terminal(environment, tmp_path, "frobnicate")
    assert "\x1b[" in on_terminal(environment, tmp_path, "check")
    plain = {**environment, "NO_COLOR": "1"}
    for arguments in (("frobnicate",), ("check",), ("commitments",), ("calendar", "show")):
        assert "\x1b[" not in on_terminal(plain, tmp_path, *arguments)
    assert "\x1b[" not in vigie("frobnicate").stderr
    assert "\x1b[" not in vigie("check").stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a right away")
def test_a_folder_without_the_right_to_write_is_one_line(environment):
    # The same user, so that the program itself stays readable wherever it is installed, less the
    # right to write everywhere; the folder is somebody else's.
    setpriv = require("setpriv", package="util-linux")
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, 65_534, 65_534)
    folder.chmod(0o755)
    try:
        for arguments, said in (
            (("init",), "vigie.yaml: cannot be written: Permission denied"),
            (("check",), "vigie.db: the folder . is not writable by this user"),
        ):
            ran = subprocess.run(
                [setpriv, "--bounding-set", "-dac_override,-dac_read_search", VIGIE, *arguments],
                capture_output=True, text=True, check=False, timeout=60,
                env=environment, cwd=folder,
            )  # fmt: skip
            assert ran.returncode == 2, ran.stderr
            assert said in ran.stdout + ran.stderr
            assert "Traceback" not in ran.stderr
    finally:
        shutil.rmtree(folder)


def test_an_argument_is_utf_8_whatever_the_locale(vigie, environment):
    plain = {**environment, "LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONIOENCODING": "utf-8"}
    assert vigie("places", "Sept-Îles", "--json", env=plain).stdout.count("local") == 1
    asked = ("deadline", "--commitment", "delivery", "--received", "2026-11-23T15:30-05:00")
    for arguments in (
        (*asked, "--place", b"Sept-\xcele"),
        ("places", b"\xff"),
        ("explain", b"\xff"),
    ):
        ran = vigie(*arguments)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert "it is not UTF-8 text" in ran.stderr
        assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("closed", ["1", "2"])
def test_a_stream_that_is_closed_is_done_without(environment, tmp_path, closed):
    ran = subprocess.run(
        ["sh", "-c", f"{VIGIE} places Fermont {closed}>&-"],
        capture_output=True, text=True, check=False, timeout=60, env=environment, cwd=tmp_path,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, "")
