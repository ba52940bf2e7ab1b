"""What the board's pages cost with so many obligations open, through the real web server.

    python bench/web.py [--quick] [--json] [--open N ...]

One reader asks for each page again and again over one connection. The peer of the last page of the
list is the same list walked by offset, as pages usually are; both answer the same rows.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import requests
from prometheus_client import CollectorRegistry
from sqlalchemy import select

from bench.engine_seed import seed
from monitor.app import Station
from monitor.app.access import Doorkeeper
from monitor.app.board import StationBoard
from monitor.app.duty import HttpDuty
from monitor.cases.records import Position
from monitor.clock.wall import ManualClock
from monitor.configuration import load_configuration
from monitor.locale import language
from monitor.logs import configure_logging
from monitor.store.database import open_database
from monitor.store.rows import as_obligation, select_obligations
from monitor.store.schema import migrate
from monitor.store.tables import obligation
from monitor.web.application import create_app
from monitor.web.board.asking import place_of
from monitor.web.board.today import PAGE
from monitor.web.server import WebServer
from tests.unit.cli.test_check import Alive

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    page: str
    open: int
    per_second: float
    median_ms: float
    p99_ms: float
    bytes: int


@dataclass(frozen=True)
class Peer:
    """The end of the list by key, and by offset."""

    open: int
    key_ms: float
    offset_ms: float
    same: bool

    @property
    def ratio(self) -> float:
        return self.offset_ms / self.key_ms


def measured(count: int, times: int) -> tuple[list[Row], Peer]:
    with served(count) as (station, url), requests.Session() as session:
        peer = compared(station, count)
        (last,) = station.readings.open_obligations(1)
        case = f"/cases/telus/{last.key.kind}/{last.key.ref}"
        pages = {
            "today": "/today",
            "deep in the list": f"/today?after={place_of(_near_the_end(station, count))}",
            "one organisation": "/today?organization=ORG-7",
            "a reference": "/today?q=00000007",
            "case": case,
            "calendar": "/calendar",
            "compliance": "/compliance",
            "sources": "/sources",
            "escalations": "/escalations",
            "api": "/api/v1/obligations",
        }
        return [
            asked(session, url + path, name, count=count, times=times)
            for name, path in pages.items()
        ], peer


@contextmanager
def served(count: int) -> Iterator[tuple[Station, str]]:
    with tempfile.TemporaryDirectory(prefix="vigie-web-") as folder:
        path = Path(folder) / "vigie.yaml"
        path.write_text("web: {anonymous: read}\ndatabase: sqlite:///vigie.db\n", encoding="utf-8")
        configuration = load_configuration(path)
        database = open_database(configuration.settings.database)
        migrate(database)
        station = Station(configuration, database, ManualClock(NOW), Random(1))
        with closing(station):
            seed(database, station.parts.rules, count, NOW)
            settings = configuration.settings.web
            app = create_app(
                CollectorRegistry(),
                Alive(),
                language("fr"),
                HttpDuty(station, lambda: None),
                board=StationBoard(station),
                doors=Doorkeeper(database, lambda: settings),
            )
            with WebServer(app, "127.0.0.1", 0) as server:
                yield station, server.url


def asked(session: requests.Session, address: str, name: str, *, count: int, times: int) -> Row:
    answer = session.get(address, timeout=120)
    answer.raise_for_status()
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        answer = session.get(address, timeout=120)
        spent.append(1000 * (time.perf_counter() - begun))
    return Row(
        page=name,
        open=count,
        per_second=1000 * times / sum(spent),
        median_ms=statistics.median(spent),
        p99_ms=sorted(spent)[min(times - 1, int(times * 0.99))],
        bytes=len(answer.content),
    )


def compared(station: Station, count: int) -> Peer:
    """The last whole page, both ways."""
    position = _near_the_end(station, count)
    offset = max(count - PAGE, 0)

    def by_key() -> list[int]:
        found = station.readings.open_obligations(PAGE, after=position)
        return [each.id for each in found]

    def by_offset() -> list[int]:
        query = (
            select_obligations()
            .where(obligation.c.is_open, obligation.c.due_at.is_not(None))
            .order_by(obligation.c.due_at, obligation.c.id)
            .limit(PAGE)
            .offset(offset)
        )
        with station.database.read() as connection:
            return [as_obligation(row).id for row in connection.execute(query)]

    return Peer(
        open=count,
        key_ms=_best(by_key),
        offset_ms=_best(by_offset),
        same=by_key() == by_offset(),
    )


def _near_the_end(station: Station, count: int) -> Position:
    query = (
        select(obligation.c.due_at, obligation.c.id)
        .where(obligation.c.is_open, obligation.c.due_at.is_not(None))
        .order_by(obligation.c.due_at.desc(), obligation.c.id.desc())
        .offset(min(PAGE, count - 1))
        .limit(1)
    )
    with station.database.read() as connection:
        row = connection.execute(query).one()
    return Position(at=row.due_at, id=row.id)


def _best(act: Callable[[], list[int]]) -> float:
    spent = []
    for _ in range(5):
        begun = time.perf_counter()
        act()
        spent.append(1000 * (time.perf_counter() - begun))
    return min(spent)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="2,000 open, few requests")
    parser.add_argument("--open", type=int, nargs="+", help="how many are open")
    parser.add_argument("--json", action="store_true", dest="as_json")
    given = parser.parse_args()
    configure_logging(level="warning")
    counts = given.open or ([2_000] if given.quick else [100_000])
    found = [measured(count, 10 if given.quick else 100) for count in counts]
    rows = [row for each, _ in found for row in each]
    peers = [peer for _, peer in found]
    if given.as_json:
        told = [asdict(peer) | {"ratio": peer.ratio} for peer in peers]
        print(json.dumps({"pages": [asdict(row) for row in rows], "peers": told}, indent=2))
    else:
        print(f"{'page':20}{'open':>10}{'per s':>9}{'median':>11}{'p99':>11}{'KB':>7}")
        for row in rows:
            print(
                f"{row.page:20}{row.open:10,}{row.per_second:9.1f}{row.median_ms:8.1f} ms"
                f"{row.p99_ms:8.1f} ms{row.bytes / 1000:7.1f}"
            )
        for peer in peers:
            print(
                f"end of the list, {peer.open:,} open: by key {peer.key_ms:.1f} ms, by offset"
                f" {peer.offset_ms:.1f} ms ({peer.ratio:.1f} times), same rows: {peer.same}"
            )
    if not all(peer.same for peer in peers):
        raise SystemExit("the two ways answer different rows")


if __name__ == "__main__":
    main()
