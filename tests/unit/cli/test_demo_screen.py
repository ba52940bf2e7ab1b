from dataclasses import replace
from io import StringIO
from itertools import pairwise

import pytest
from rich.console import Console
from rich.live import Live

from monitor.cases.obligation import Verdict
from monitor.cases.observation import CaseKey
from monitor.cases.progress import Progress
from monitor.cases.records import OutboxRecord
from monitor.cli.demo_screen import LiveScreen, Snapshot
from monitor.cli.owed_table import owed_table
from monitor.cli.standing import Standing
from monitor.cli.words import speaking
from monitor.clock import zone
from monitor.contract.model import CaseKind
from monitor.shown.owed import Owed
from tests.support.cases import utc
from tests.support.command_line import run
from tests.support.stored_figures import NOW, an_obligation

QUEBEC = zone("America/Toronto")
CASES = [
    ("INC-204001", "telus", CaseKind.TICKET, "service-restoration", "", Verdict.BREACHED, -3600),
    ("R26-04501", "rogers", CaseKind.TICKET, "incident-resolution", "", Verdict.PENDING, 45_000),
    ("CMD-088001", "telus", CaseKind.ORDER, "delivery-remote", "Havre-Saint-Pierre", Verdict.AT_RISK, 9_000),
]  # fmt: skip


def owed() -> list[Owed]:
    obligation = an_obligation()
    return [
        Owed(
            replace(
                obligation,
                key=CaseKey(provider, kind, ref),
                organization="ORG-101",
                place=place,
                commitment=commitment,
                evaluation=replace(
                    obligation.evaluation, verdict=verdict, due_at=utc("2026-11-24 10:05")
                ),
            ),
            Progress(25_200 - remaining, remaining),
            QUEBEC,
        )
        for ref, provider, kind, commitment, place, verdict, remaining in CASES
    ]


def drawn(drawing, width: int, height: int = 24) -> list[str]:
    console = Console(file=StringIO(), width=width, height=height)
    with console.capture() as captured:
        console.print(drawing)
    return [line.rstrip() for line in captured.get().splitlines()]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("width", [80, 90, 100, 120, 150, 200])
def test_every_obligation_is_one_whole_line(language, width):
    with speaking(language):
        lines = drawn(owed_table(owed(), width=width), width)
    assert len(lines) == 1 + len(CASES)
    assert "…" not in "".join(lines)
    for (ref, provider, _, commitment, *_), line in zip(CASES, lines[1:], strict=True):
        assert all(word in line for word in (ref, provider, commitment))


def test_columns_go_one_by_one_as_room_does():
    with speaking("fr"):
        titles = [drawn(owed_table(owed(), width=w), w)[0].split() for w in (150, 120, 95, 80)]
    dropped = [set(wider) - set(other) for wider, other in pairwise(titles)]
    assert dropped == [{"Organisme"}, {"Lieu"}, {"Prestataire"}]


def test_at_last_what_is_promised_is_cut():
    with speaking("fr"):
        lines = drawn(owed_table(owed(), width=72), 72)
    assert "INC-204001 telus service-res…" in lines[1]
    assert len(lines) == 1 + len(CASES)


@pytest.mark.parametrize("size", [(80, 24), (150, 45), (80, 12), (40, 8)])
def test_all_of_it_fits_the_terminal(size):
    width, height = size
    console = Console(file=StringIO(), width=width, height=height, force_terminal=True)
    snapshot = Snapshot(
        standing=Standing(
            as_of=NOW,
            zone=QUEBEC,
            owed=tuple(owed() * 20),
            sources=(),
            outbox=OutboxRecord(queued=0, dead=0, oldest_at=None),
            replicas=(),
        ),
        verdicts=dict.fromkeys(Verdict, 100),
        mails=(),
        mail_count=0,
        started_at=NOW,
    )
    live = Live(console=console, auto_refresh=False)
    LiveScreen("http://127.0.0.1:40000/metrics", 5400, live).show(snapshot)
    lines = drawn(live.renderable, width, height)
    assert len(lines) < height
    assert lines[-1].startswith("0 e-mails delivered")


def test_a_speed_that_is_no_number_is_refused():
    ran = run("demo", "--speed", "nan")
    assert ran.status == 2
    assert ran.error == "Invalid value for '--speed': it is no number"
