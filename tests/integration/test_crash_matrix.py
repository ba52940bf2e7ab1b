"""Killed before and after each statement between decision and recorded delivery, on every channel.

Whatever the instant, once another holder has taken over each receiver has each message at least
once, and exactly once after it has thrown away those whose key it knew.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.alerts.escalation import Recipient
from monitor.alerts.interventions import Act, Via
from monitor.alerts.outbox import DeliveryTerms, deliver_once
from monitor.store.database import open_database
from monitor.store.interventions import Interventions
from tests.support.carriers import courier
from tests.support.cases import utc
from tests.support.database import SqliteFiles
from tests.support.fuses import Fuse, FusedChannel, FusedOutbox, Killed
from tests.support.killed_courier import Couriers, couriers
from tests.support.lines import KINDS, SINGLE, Line, Took, line_of
from tests.support.world import World, rules, ticket

RECEIVED = "2026-11-23 08:00"
BREACHED = "2026-11-23 16:00"
FEW, MANY = 2, 5
"""So many go each by itself, and as a digest."""
MOST_KILLS = 4
"""Of a channel by SIGKILL, unless all are asked for by `--all-kills`."""

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

Deliver = Callable[[str, int], bool]
"""Deliver from a database until killed at that boundary; whether it was killed."""


@pytest.fixture
def line(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Line]:
    kind, real = request.param
    with line_of(kind, tmp_path, real=real) as made:
        yield made


@pytest.fixture(scope="module")
def processes() -> Iterator[Couriers]:
    with couriers() as made:
        yield made


def decided(url: str, line: Line, refs: list[str]) -> None:
    """A breach of each case is decided, and waits to be told; a pager's first is in hand."""
    world = World(open_database(url)).at(RECEIVED)
    world.rules = rules(
        recipients=(Recipient(role="contract-manager", channel="line", address="a@example.org"),),
        pagers={"line"} if line.kind == "pagerduty" else (),
    )
    for ref in refs:
        world.says("received", received_at=RECEIVED, key=ticket(ref))
    world.at(BREACHED).polled_tick()
    if line.kind == "pagerduty":
        act = Act(by="Ariane", why="on it", via=Via.LINK)
        acts = Interventions(world.database)
        acts.acknowledge(ticket(refs[0]), None, act, until=None, at=world.now)
        world.tick()
    world.database.close()


def inherited(url: str, line: Line) -> None:
    """Another takes over once the leases have run out, and delivers what is left."""
    world = World(open_database(url)).at(BREACHED)
    channel = line.channel()
    heir = courier(world, {"line": channel}, handlings={"line": line.handling}, owner="heir")
    for _ in range(3):
        world.clock.advance(DeliveryTerms().lease)
        deliver_once(heir)
    assert world.readings.outbox().queued == 0
    channel.close()
    world.database.close()


def told_once(took: list[Took], line: Line, refs: list[str], where: str) -> None:
    """Each case has been told of, and in one message by its key."""
    by_key = dict(took)
    for ref in refs:
        about = [key for key, what in by_key.items() if ref in what]
        if line.kind in ("teams", "apprise") and len(refs) == MANY:
            # A digest there names the worst in its text, and how many there are.
            about = list(by_key)
        in_hand = line.kind == "pagerduty" and ref == refs[0]
        assert len(about) == 1 + in_hand, f"{where}: {ref} has {len(about)} messages"


def in_thread(line: Line) -> Deliver:
    """By an exception that nothing catches: quick enough for every boundary."""

    def deliver(url: str, kill_at: int) -> bool:
        world = World(open_database(url)).at(BREACHED)
        fuse = Fuse(kill_at)
        channel = line.channel()
        doomed = courier(
            world,
            {"line": FusedChannel(channel, fuse)},
            handlings={"line": line.handling},
            store=FusedOutbox(world.database, fuse),
            owner="dead",
        )
        try:
            deliver_once(doomed)
        except Killed:
            return True
        finally:
            channel.close()
            world.database.close()
        return False

    return deliver


RUNS = [
    ((kind, False), size)
    for kind in KINDS
    for size in (FEW, MANY)
    if size == FEW or kind not in SINGLE
]


@pytest.mark.parametrize(
    ("line", "size"),
    RUNS,
    indirect=["line"],
    ids=[f"{kind}, {'a digest' if size == MANY else 'each by itself'}" for (kind, _), size in RUNS],
)
def test_whenever_it_is_killed_each_message_arrives_once_by_its_key(
    line: Line, size: int, sqlite_files: SqliteFiles, tmp_path: Path
) -> None:
    refs = [f"INC-{n}" for n in range(size)]
    decided(sqlite_files.new_in(tmp_path), line, refs)
    deliver = in_thread(line)
    kill_at, killed = 0, True
    seen: Counter[str] = Counter()
    while killed:
        kill_at += 1
        copied = shutil.copyfile(tmp_path / "vigie.db", tmp_path / f"{kill_at}.db")
        url = f"sqlite:///{copied}"
        killed = deliver(url, kill_at)
        inherited(url, line)
        took = line.took()
        line.clear()
        told_once(took, line, refs, f"killed at {kill_at}")
        seen["runs"] += 1
        seen["twice"] += len(took) - len(dict(took))
    assert seen["runs"] > 8, "boundaries were passed"
    if line.kind != "files":
        assert seen["twice"] >= 1, "killed between sending and recording, it is sent again"


@pytest.mark.parametrize("line", [(kind, True) for kind in KINDS], indirect=True, ids=KINDS)
def test_a_process_that_is_killed_leaves_each_message_to_arrive_once_by_its_key(
    line: Line,
    processes: Couriers,
    sqlite_files: SqliteFiles,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    """SIGKILL, the channel as it is configured, its receiver a server; a real Alertmanager."""
    url = sqlite_files.new_in(tmp_path)
    every = request.config.getoption("--all-kills")
    kills, seen = boundaries(url, line, tmp_path), Counter[str]()
    for kill_at in kills if every else spread(kills):
        refs = [f"{kill_at}-INC-{n}" for n in range(FEW)]
        copied = shutil.copyfile(tmp_path / "vigie.db", tmp_path / f"{kill_at}.db")
        decided(f"sqlite:///{copied}", line, refs)
        line.clear()
        assert processes.deliver(f"sqlite:///{copied}", line, utc(BREACHED), kill_at)
        before = any(ref in what for _, what in line.took() for ref in refs)
        inherited(f"sqlite:///{copied}", line)
        told_once(line.took(), line, refs, f"killed at {kill_at}")
        seen["before"] += not before
        seen["after"] += before
    assert seen["before"], "killed before anything was handed over"
    assert seen["after"], "and after it"


def boundaries(url: str, line: Line, folder: Path) -> range:
    """How many there are, as one counts that is not killed."""
    copied = shutil.copyfile(folder / "vigie.db", folder / "whole.db")
    decided(f"sqlite:///{copied}", line, [f"whole-INC-{n}" for n in range(FEW)])
    world = World(open_database(f"sqlite:///{copied}")).at(BREACHED)
    fuse, channel = Fuse(0), line.channel()
    deliver_once(
        courier(
            world,
            {"line": FusedChannel(channel, fuse)},
            handlings={"line": line.handling},
            store=FusedOutbox(world.database, fuse),
        )
    )
    channel.close()
    world.database.close()
    return range(1, fuse.burnt + 1)


def spread(kills: range) -> list[int]:
    """The first, the last, and some in between."""
    return sorted({kills[n * (len(kills) - 1) // (MOST_KILLS - 1)] for n in range(MOST_KILLS)})
