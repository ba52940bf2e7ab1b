"""Ten minutes of a busy day with a million obligations open: pushes in, scrapes out, ticks between.

    python bench/load.py [--quick] [--json] [--open 1000000] [--minutes 10] [--a-minute 10000]

A daemon on SQLite has so many obligations open. A provider posts statements over HTTP, a thousand
at a time, new cases and news of them by turns; Prometheus's part is played by a scrape every five
seconds. Each push is answered once it is on disk. Shown are the waits of whoever pushed and
scraped, how long ago the last tick was at each scrape, and the daemon's memory. The same is asked
of a daemon with one obligation in a hundred open: the ratio says what a full house costs.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from bench import engine_stores
from bench.engine import NOW
from bench.engine_seed import seed
from monitor.alerts.policy import Policy
from monitor.contract.loader import load_contract
from monitor.engine.rules import Rules
from monitor.store.database import open_database

TOKEN = "a-token-that-nobody-guesses"
BATCH = 1000
SCRAPED_EVERY = 5.0
SERVE = "from bench.engine_daemon import main; main()"

CONFIGURATION = """\
database: {url}
http: {{port: 0}}
sources:
  - {{name: telus-tickets, provider: telus, kind: tmf621-v4, mapping: tmf621,
      url: "http://127.0.0.1:1/none", every: 10 s, stale_after: 365 d}}
  - name: desk
    provider: rogers
    kind: push
    token: {{env: BENCH_TOKEN}}
    stale_after: 365 d
    a_minute: 6000
    mapping:
      case_kind: ticket
      fields: {{ref: id, received_at: at, changed_at: since, status: state, category: kind,
               organization: body}}
      status_map: {{open: in_progress, done: resolved}}
      category_map: {{incident: incident, outage: outage}}
"""


@dataclass
class Result:
    open: int
    minutes: float
    a_minute: int
    load: float
    pushed: int = 0
    push_p50: float = 0.0
    push_p99: float = 0.0
    scrape_p50: float = 0.0
    scrape_p99: float = 0.0
    scrape_bytes: int = 0
    since_tick: float = 0.0
    """Seconds since the last tick, the most at any scrape; one with nothing to do comes by itself
    every thirty."""
    megabytes: float = 0.0
    megabytes_at_start: float = 0.0
    behind_schedule: float = 0.0
    """Seconds, the most that a push was late by when its turn came."""


@dataclass
class Scrapes:
    """A scrape every five seconds until told to end."""

    url: str
    waits: list[float] = field(default_factory=list)
    behind: list[float] = field(default_factory=list)
    size: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        session = requests.Session()
        while not self.ended.wait(SCRAPED_EVERY):
            began = time.perf_counter()
            page = session.get(f"{self.url}/metrics", timeout=60).text
            self.waits.append(time.perf_counter() - began)
            self.size = len(page)
            now, ticked = (
                _value(page, name)
                for name in ("vigie_clock_timestamp_seconds", "vigie_tick_last_timestamp_seconds")
            )
            self.behind.append(now - ticked)


def _value(page: str, name: str) -> float:
    found = re.search(rf"^{name}(?:\{{[^}}]*\}})? (\S+)$", page, re.MULTILINE)
    assert found, f"{name} is not on the page"
    return float(found[1])


def records(number: int, at: datetime) -> list[dict[str, Any]]:
    """A thousand statements: every other push tells of the cases that the one before opened."""
    first = (number // 2) * BATCH
    done = number % 2 == 1
    received = (at - timedelta(minutes=5)).isoformat()
    return [
        {
            "id": f"R-{first + each}",
            "at": received if not done else None,
            "since": at.isoformat(),
            "state": "done" if done and each % 2 else "open",
            "kind": "outage" if each % 5 == 0 else "incident",
            "body": f"ORG-{each % 300}",
        }
        for each in range(BATCH)
    ]


def pushed(url: str, result: Result, clock_at: float, ready_at: float) -> list[float]:
    """Push on schedule; how long each answer took."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {TOKEN}"
    every = 60.0 * BATCH / result.a_minute
    count = int(result.minutes * result.a_minute / BATCH)
    waits = []
    opened: dict[int, str] = {}
    began = time.monotonic()
    for number in range(count):
        due = began + number * every
        time.sleep(max(0.0, due - time.monotonic()))
        result.behind_schedule = max(result.behind_schedule, time.monotonic() - due)
        now = datetime.fromtimestamp(clock_at + time.monotonic() - ready_at, tz=NOW.tzinfo)
        batch = records(number, now)
        for each in batch:
            # The receipt stays what it was stated to be.
            each["at"] = opened.setdefault(number // 2, each["at"] or now.isoformat())
        sent = time.perf_counter()
        answer = session.post(f"{url}/api/v1/observations", json={"records": batch}, timeout=120)
        waits.append(time.perf_counter() - sent)
        answer.raise_for_status()
        accepted = answer.json()["accepted"]
        result.pushed += accepted
        assert accepted, answer.text[:300]
    return waits


def measured(size: int, minutes: float, a_minute: int) -> Result:
    rules = Rules(book=load_contract("builtin:cspq-mobilite"), policy=Policy(), recipients=[])
    result = Result(size, minutes, a_minute, os.getloadavg()[0])
    with (
        tempfile.TemporaryDirectory(prefix="vigie-load-") as name,
        engine_stores.sqlite(Path(name)) as url,
    ):
        with closing(open_database(url)) as database:
            seed(database, rules, size, NOW)
        path = Path(name) / "bench.yaml"
        path.write_text(CONFIGURATION.format(url=url), encoding="utf-8")
        with subprocess.Popen(
            [sys.executable, "-c", SERVE, str(path), NOW.isoformat()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[1],
            env={**os.environ, "BENCH_TOKEN": TOKEN},
        ) as process:
            assert process.stdin
            assert process.stdout
            ready = json.loads(process.stdout.readline())
            scrapes = Scrapes(ready["url"])
            scraping = threading.Thread(target=scrapes.run, daemon=True)
            scraping.start()
            waits = pushed(ready["url"], result, ready["at"], ready["ready"])
            scrapes.ended.set()
            scraping.join()
            process.stdin.write("\n")
            process.stdin.flush()
            ended = json.loads(process.stdout.readline())
    result.push_p50, result.push_p99 = _quantiles(waits)
    result.scrape_p50, result.scrape_p99 = _quantiles(scrapes.waits)
    result.scrape_bytes = scrapes.size
    result.since_tick = max(scrapes.behind)
    result.megabytes_at_start, result.megabytes = ready["megabytes"], ended["megabytes"]
    return result


def _quantiles(values: list[float]) -> tuple[float, float]:
    ordered = sorted(values)
    return ordered[len(ordered) // 2], ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]


def table(result: Result) -> None:
    print(
        f"\n{result.open:,} open, {result.a_minute:,} statements a minute (load {result.load:.1f})"
    )
    print(f"  statements taken         {result.pushed:12,}")
    print(f"  a push answered, median  {result.push_p50:12.3f} s   p99 {result.push_p99:.3f} s")
    print(f"  a scrape, median         {result.scrape_p50:12.3f} s   p99 {result.scrape_p99:.3f} s")
    print(f"  scraped, bytes           {result.scrape_bytes:12,}")
    print(f"  since a tick, at most    {result.since_tick:12.1f} s")
    print(f"  push late, at most       {result.behind_schedule:12.1f} s")
    print(
        f"  memory, start and most   {result.megabytes_at_start:8.0f} MB {result.megabytes:8.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--quick", action="store_true", help="seconds rather than many minutes")
    parser.add_argument("--open", type=int, help="obligations that are open")
    parser.add_argument("--minutes", type=float, help="how long it goes on")
    parser.add_argument("--a-minute", type=int, default=10_000, help="statements")
    asked = parser.parse_args()
    size = asked.open or (2_000 if asked.quick else 1_000_000)
    minutes = asked.minutes or (0.2 if asked.quick else 10.0)
    results = [
        measured(each, minutes if each == size else min(minutes, 1.0), asked.a_minute)
        for each in (max(size // 100, 20), size)
    ]
    few, many = results
    ratio = many.push_p50 / few.push_p50
    if asked.json:
        print(json.dumps({"ratio": ratio, "results": [asdict(each) for each in results]}))
        return
    for each in results:
        table(each)
    print(f"\nA push takes {ratio:.2f} times as long as with a hundredth of that open.")


if __name__ == "__main__":
    main()
