"""What a source states, from HTTP to committed, against the bare loop that can do no less.

    python bench/collectors.py [--quick] [--json] [--records N] [--database URL]

The limit is a loop of `requests` and `json.loads` over the same pages of the same server, which
keeps nothing. Ours is a whole first poll into a database of its own: pages that overlap, every
record read by the mapping, its statements and cases stored, a commit a page. The server is a
process of its own and writes tickets as TMF621 v4 has them. Memory is what this process holds after
each tenth of the records, and its peak: it is to stay flat once SQLite's page cache is full (16 MiB
a connection, after some hundred thousand statements). A million records, the default, show it.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests

from monitor.collectors.base import Batch
from monitor.collectors.http import HttpClient
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.poller import Outcome, Recorded, poll_once
from monitor.collectors.tmf import TmfCollector
from monitor.cycles import search_seldom
from monitor.settings.http_sources import AuthSettings
from monitor.simulator.loopback import LoopbackServer
from monitor.store.database import Database, open_database
from monitor.store.observations import Observations
from monitor.store.schema import migrate

REACH = 0.5
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 12, 1, tzinfo=UTC)
STATUSES = ("acknowledged", "inProgress", "resolved")
"""Of every ticket: as many statements."""


def ticket(number: int) -> bytes:
    """A ticket as the simulator has it, written by hand: writing must not be what is measured."""
    return _TEMPLATE % {b"n": number, b"at": _at(number)}


def _at(number: int) -> bytes:
    return (FIRST + timedelta(seconds=20 * number)).strftime("%Y-%m-%dT%H:%M:%S").encode()


def _template() -> bytes:
    changes = [
        {"status": status, "changeDate": f"%(at)s.{position:03d}Z", "changeReason": "changed"}
        for position, status in enumerate(STATUSES)
    ]
    record = {
        "id": "INC-%(n)07d",
        "href": "https://provider.example/tmf-api/troubleTicket/v4/troubleTicket/INC-%(n)07d",
        "@type": "TroubleTicket",
        "name": "Demande de soutien",
        "description": "Joindre Camille Exemple au 418 555-0142, bureau 3.21",
        "severity": "Major",
        "ticketType": "incident",
        "creationDate": "%(at)s.000Z",
        "lastUpdate": "%(at)s.002Z",
        "status": STATUSES[-1],
        "statusChangeDate": "%(at)s.002Z",
        "statusChangeReason": "changed",
        "statusChange": changes,
        "relatedParty": [
            {
                "id": "P-1",
                "role": "reporter",
                "name": "Camille Exemple",
                "@referredType": "Individual",
            },
            {
                "id": "ORG-101",
                "role": "customer",
                "name": "Ministère",
                "@referredType": "Organization",
            },
        ],
        "relatedEntity": [
            {"id": "L-1", "role": "place", "name": "Rimouski", "@referredType": "GeographicSite"}
        ],
        "note": [
            {"id": "1", "author": "Camille Exemple", "text": "418 555-0142", "date": "%(at)sZ"}
        ],
    }
    return json.dumps(record).encode()


_TEMPLATE = _template()


def serve(records: int) -> None:
    """Answer with tickets until standard input ends; the first line out is where."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            offset, limit = int(query["offset"]), int(query["limit"])
            numbers = range(offset, min(offset + limit, records))
            body = b"[" + b",".join(map(ticket, numbers)) + b"]"
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
            pass

    with LoopbackServer(Handler) as server:
        print(server.origin, flush=True)
        sys.stdin.read()


@contextmanager
def served(records: int) -> Iterator[str]:
    """The origin of a server of its own process."""
    command = [sys.executable, __file__, "--serve", str(records)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


@dataclass(frozen=True)
class Figure:
    """Statements a second, and memory: after each tenth, and at its peak."""

    statements: int
    seconds: float
    cpu_seconds: float
    """Of this process alone, which a busy machine does not stretch by much."""
    peak_mib: float
    held_mib: tuple[float, ...] = ()

    @property
    def rate(self) -> float:
        return self.statements / self.seconds


class Watched(Observations):
    """The store, with what the process holds after each tenth of the statements."""

    def __init__(self, database: Database, statements: int) -> None:
        super().__init__(database)
        self.held: list[float] = []
        self._tenth = statements / 10
        self._added = 0

    def record(self, name: str, batch: Batch, *, at: datetime) -> Recorded:
        recorded = super().record(name, batch, at=at)
        self._added += recorded.added
        while self._added >= self._tenth * (len(self.held) + 1):
            self.held.append(held())
        return recorded


def bare(origin: str, records: int, page_size: int) -> Figure:
    """Each page once, parsed and dropped."""
    statements = 0
    began, cpu_began = time.perf_counter(), time.process_time()
    with requests.Session() as session:
        session.trust_env = False
        for offset in range(0, records, page_size):
            query = {"offset": str(offset), "limit": str(page_size), "sort": "lastUpdate"}
            answer = session.get(f"{origin}/troubleTicket", params=query, timeout=60)
            statements += sum(len(each["statusChange"]) for each in json.loads(answer.content))
    spent = time.perf_counter() - began, time.process_time() - cpu_began
    return Figure(statements, *spent, peak())


def ours(origin: str, records: int, page_size: int, url: str) -> Figure:
    """A first poll, to its end."""
    client = HttpClient(
        origin, AuthSettings(), where="sources[bench]", timeout=timedelta(seconds=60)
    )
    collector = TmfCollector(
        name="bench",
        provider="telus",
        client=client,
        mapping=MappingSettings.model_validate("tmf621"),
        page_size=page_size,
    )
    database = open_database(url)
    migrate(database)
    # As the daemon does.
    search_seldom()
    store = Watched(database, records * len(STATUSES))
    began, cpu_began = time.perf_counter(), time.process_time()
    result = poll_once(collector, store, NOW, budget=timedelta(hours=6))
    spent = time.perf_counter() - began, time.process_time() - cpu_began
    collector.close()
    database.close()
    assert result.outcome is Outcome.COMPLETE, result.fault
    return Figure(result.added, *spent, peak(), tuple(store.held))


def held() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1024**2


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(records: int, page_size: int, url: str | None) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:

        def into(name: str) -> str:
            return url or f"sqlite:///{folder}/{name}.db"

        tenth = records // 10
        with served(tenth) as origin:
            limit_small = bare(origin, tenth, page_size)
            small = ours(origin, tenth, page_size, into("tenth"))
        with served(records) as origin:
            limit = bare(origin, records, page_size)
            # A database that was given is filled once.
            whole = ours(origin, records, page_size, into("whole")) if url is None else small
    least = limit if url is None else limit_small
    cost = whole.cpu_seconds / whole.statements, least.cpu_seconds / least.statements
    return {
        "records": records,
        "page_size": page_size,
        "limit": asdict(limit) | {"rate": limit.rate},
        "vigie": asdict(whole) | {"rate": whole.rate},
        "ratio": whole.rate / least.rate,
        "ratio_of_cpu": cost[1] / cost[0],
        "reach": REACH,
        "peak_mib_after_a_tenth": small.peak_mib,
        "peak_mib_after_all": whole.peak_mib,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
    }


def show(found: Mapping[str, Any]) -> None:
    limit, vigie = found["limit"], found["vigie"]
    print(
        f"{found['records']:,} tickets of {len(STATUSES)} statements, {found['page_size']} a page"
    )
    print(f"  bare loop   {limit['rate']:>12,.0f} statements/s")
    print(f"  vigie       {vigie['rate']:>12,.0f} statements/s, committed")
    print(f"  ratio       {found['ratio']:>12.2f}   (to reach: {found['reach']})")
    print(f"  of cpu      {found['ratio_of_cpu']:>12.2f}")
    each = ", ".join(f"{mib:,.0f}" for mib in vigie["held_mib"])
    print(
        f"  memory      {each} MiB after each tenth; {found['peak_mib_after_all']:,.0f} at its peak"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="20,000 records rather than a million")
    parser.add_argument("--records", type=int)
    parser.add_argument("--page-size", type=int, default=1000)
    parser.add_argument("--database", help="an empty one, in place of SQLite files")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve is not None:
        serve(asked.serve)
        return
    records = asked.records or (20_000 if asked.quick else 1_000_000)
    found = measure(records, asked.page_size, asked.database)
    if asked.json:
        print(json.dumps(found, indent=2))
    else:
        show(found)


if __name__ == "__main__":
    main()
