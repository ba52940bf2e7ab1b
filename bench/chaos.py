"""A month watched by daemons that are killed two hundred times, held against the same undisturbed.

    python bench/chaos.py [--quick] [--kills 200] [--seed 1] [--json]

Two providers and a mailbox on loopback play a month by script, over HTTP and SMTP. The daemons that
watch it, one on SQLite, then two on PostgreSQL, are ended by SIGKILL at random moments. What counts
is that each run ends with exactly the steps, messages and verdicts of the undisturbed month, every
mail at least once and none under another key. Also shown: how long a source of a killed replica
goes unpolled, at the pace of production. Ends with status 1 where anything differs, or fewer were
killed than were to be.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import median

from monitor.engine.watch import USUAL_PACE
from monitor.store.database import Database, open_database
from monitor.store.replicas import Replicas
from tests.support.chaos import Ordeal, Outcome, kills, script, scripted_clock, undisturbed
from tests.support.database import postgres_server
from tests.support.zygote import Zygote, zygote


@dataclass(frozen=True)
class Row:
    run: str
    kills: int
    escalations: int
    mails: int
    repeated: int
    """Mails that came twice, under the same Message-ID."""
    same: bool
    seconds: float


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'vigie.db'}"
        return
    with postgres_server() as server, server.new() as url:
        yield url


def tried(
    kind: str, replicas: int, *, count: int, seed: int, calm: Outcome, daemons: Zygote
) -> Row:
    """A month with so many kills."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="vigie-chaos-") as name:
        folder = Path(name)
        with (
            databases(kind, folder) as database,
            script(folder, scripted_clock(folder), database) as played,
        ):
            ordeal = Ordeal(played, daemons, replicas)
            outcome = ordeal.play(kills(Random(seed), count, calm.steps))
            ordeal.end()
    return Row(
        run=f"{replicas} on {kind}",
        kills=ordeal.kills,
        escalations=len(outcome.escalations),
        mails=len(outcome.mails),
        repeated=outcome.repeated,
        same=outcome == calm,
        seconds=time.monotonic() - began,
    )


def takeovers(count: int, daemons: Zygote) -> list[float]:
    """Real seconds from a replica's SIGKILL until another polls all it polled, as in production."""
    waits = []
    with tempfile.TemporaryDirectory(prefix="vigie-chaos-") as name:
        folder = Path(name)
        with (
            databases("postgresql", folder) as database,
            script(folder, scripted_clock(folder), database) as played,
        ):
            pace = asdict(USUAL_PACE)
            ordeal = Ordeal(played, daemons, 2, **pace)
            store = open_database(database)
            for number in range(count):
                eventually(lambda: len(holders(store)) > 1)
                (dead, *_) = ordeal.daemons
                began = time.monotonic()
                dead.kill()
                names = holders(store)
                eventually(lambda: len(holders(store)) == 1, names)
                waits.append(time.monotonic() - began)
                ordeal.daemons = [*ordeal.daemons[1:], ordeal.start()]
                show(f"takeover {number + 1} of {count}: {waits[-1]:.1f} s")
            store.close()
            ordeal.end()
    return waits


def holders(store: Database) -> set[int]:
    leases = Replicas(store).roster().leases.values()
    return {0 if lease is None else lease.holder for lease in leases}


def eventually(met: Callable[[], bool], what: object = "shared out") -> None:
    give_up_at = time.monotonic() + 120
    while not met():
        assert time.monotonic() < give_up_at, what
        time.sleep(0.02)


def show(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="6 kills in place of 200")
    parser.add_argument("--kills", type=int, help="of each run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", dest="as_json")
    asked = parser.parse_args()
    count = asked.kills or (6 if asked.quick else 200)
    with tempfile.TemporaryDirectory(prefix="vigie-chaos-") as folder, zygote() as daemons:
        show("the month undisturbed")
        calm = undisturbed(Path(folder) / "calm")
        rows = []
        for kind, replicas in (("sqlite", 1), ("postgresql", 2)):
            show(f"{count} kills, {replicas} on {kind}")
            row = tried(kind, replicas, count=count, seed=asked.seed, calm=calm, daemons=daemons)
            show(f"{row.kills} of {count} kills, {'the same' if row.same else 'NOT the same'}")
            rows.append(row)
        waits = takeovers(1 if asked.quick else 10, daemons)
    if asked.as_json:
        found = {"runs": [asdict(row) for row in rows], "takeover_seconds": waits}
        print(json.dumps(found, indent=2))
    else:
        print(f"{'run':16}{'kills':>7}{'steps':>7}{'mails':>7}{'twice':>7}{'same':>7}{'time':>8}")
        for row in rows:
            print(
                f"{row.run:16}{row.kills:7}{row.escalations:7}{row.mails:7}{row.repeated:7}"
                f"{'yes' if row.same else 'NO':>7}{row.seconds:7.0f}s"
            )
        print(f"takeover: median {median(waits):.1f} s, longest {max(waits):.1f} s")
    as_asked = all(row.same and row.kills >= count for row in rows)
    return 0 if as_asked and max(waits) <= 10 else 1


if __name__ == "__main__":
    sys.exit(main())
