"""How long after a deadline somebody is told, through the daemon's loops and a real mail server.

    python bench/alerts.py [--quick] [--json] [--open N]

So many obligations are open; some more come due at known instants while the daemon's tick and
delivery threads run. The latency is from the deadline to the mail server's accepting the message.
The peer does the same work in the plain way: every five seconds it asks a table for what has come
due and sends an e-mail for each. Grouping and the ceiling are put off, so that each probe is a
message of its own.
"""

import argparse
import json
import os
import platform
import random
import smtplib
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from bench.engine_seed import fill
from monitor.app import Station
from monitor.cases.observation import CaseKey, Observation
from monitor.clock.wall import SystemClock
from monitor.collectors.base import Batch
from monitor.configuration import load_configuration
from monitor.contract.model import CaseKind, Status
from monitor.engine.daemon import Daemon
from monitor.logs import configure_logging
from monitor.metrics import EventCounts
from monitor.simulator.smtp_sink import SmtpSink
from monitor.store.database import open_database
from monitor.store.schema import migrate

ALLOWED = timedelta(hours=24)
LEAD = timedelta(seconds=20)
"""From when the probes are made to the first deadline."""
PEER_SECONDS = 5.0
SOURCE = "bench"
TARGET_SECONDS = 1.0

CONTRACT = """\
id: bench
version: "1"
title: {fr: Essai, en: Trial}
effective_from: 2020-01-01
zone: America/Toronto
source: {document: Essai, clause: "1"}
support_hours: 24x7
business_days: quebec-days
providers:
  - {id: telus, name: TELUS, rank: 1}
commitments:
  - id: incident-resolution
    label: {fr: Résoudre les incidents, en: Resolve incidents}
    case_kind: ticket
    category: incident
    amount: PT24H
    calendar: 24x7
    start_rule: from_receipt
    stop_statuses: [resolved, closed]
    source: {document: Essai, clause: "1"}
"""
CONFIGURATION = """\
database: sqlite:///vigie.db
contracts: [bench.yaml]
sources:
  - {{name: bench, provider: telus, kind: tmf621-v4, url: "http://127.0.0.1:9/", stale_after: 7 d,
      mapping: {{use: tmf621, category_map: {{incident: incident, outage: incident,
        password-reset: incident, delivery: incident, number-change: incident,
        information-request: incident}}}}}}
channels:
  mail: {{type: smtp, host: 127.0.0.1, port: {port}, security: none, sender: vigie@example.org,
          group: null, per_hour: null}}
recipients:
  - {{role: contract-manager, channel: mail, address: gestion@example.org}}
policy:
  steps: [{{id: breach, at: breach, notify: [contract-manager]}}]
"""


@dataclass(frozen=True)
class Effort:
    open: int
    probes: int
    seconds: float
    """Over which the probes come due."""


QUICK = Effort(open=2_000, probes=40, seconds=8)
FULL = Effort(open=100_000, probes=300, seconds=60)


class Mailbox(SmtpSink):
    """Notes when it accepted the message on each probe."""

    def __init__(self) -> None:
        super().__init__(keep=1)
        self.accepted: dict[str, datetime] = {}
        self._changed = threading.Condition()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        found = next((w for w in self.received[-1].raw.split() if w.startswith(b"PROBE-")), None)
        with self._changed:
            if found is not None:
                self.accepted.setdefault(found.decode().rstrip(".,"), datetime.now(UTC))
            self._changed.notify_all()
        return answer

    def wait_for(self, count: int, seconds: float) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.accepted) >= count, timeout=seconds):
                raise SystemExit(f"only {len(self.accepted)} of {count} messages came")


def probes(effort: Effort, start: datetime, chance: random.Random) -> Mapping[str, datetime]:
    """The deadlines, by reference."""
    instants = sorted(chance.uniform(0, effort.seconds) for _ in range(effort.probes))
    return {f"PROBE-{n}": start + timedelta(seconds=s) for n, s in enumerate(instants)}


def stated(ref: str, due_at: datetime, now: datetime) -> Observation:
    received_at = due_at - ALLOWED
    return Observation(
        source=SOURCE,
        key=CaseKey("telus", CaseKind.TICKET, ref),
        raw_status="received",
        status=Status.RECEIVED,
        received_at=received_at,
        changed_at=received_at,
        observed_at=now,
        category="incident",
    )


@contextmanager
def station(folder: Path, mailbox: Mailbox) -> Iterator[Station]:
    (folder / "bench.yaml").write_text(CONTRACT, encoding="utf-8")
    path = folder / "vigie.yaml"
    path.write_text(CONFIGURATION.format(port=mailbox.port), encoding="utf-8")
    configuration = load_configuration(path)
    database = open_database(configuration.settings.database)
    migrate(database)
    with closing(Station(configuration, database, SystemClock(), random.Random(1))) as made:
        yield made


def judged(made: Station, observed: Sequence[Observation]) -> None:
    """As read by complete polls, and judged."""
    for start in range(0, len(observed), 1000):
        batch = Batch(observations=observed[start : start + 1000], complete=True)
        made.observations.record(SOURCE, batch, at=datetime.now(UTC))
        while made.tick().more:
            pass
    while made.tick().more:
        pass


def by_vigie(effort: Effort, folder: Path, chance: random.Random) -> list[float]:
    with Mailbox() as mailbox, station(folder, mailbox) as made:
        now = datetime.now(UTC)
        spread = [now + timedelta(hours=chance.uniform(6, 23)) for _ in range(effort.open)]
        opened = (stated(f"OPEN-{n}", due_at, now) for n, due_at in enumerate(spread))
        if spread:
            fill(made.database, made.parts.rules, opened, name=SOURCE, count=effort.open, now=now)
        now = datetime.now(UTC)
        due = probes(effort, now + LEAD, chance)
        judged(made, [stated(ref, due_at, now) for ref, due_at in due.items()])
        daemon = Daemon(
            made,
            SystemClock(),
            EventCounts(),
            every={},
            channels=tuple(made.parts.channels),
            random=random.Random(1),
        )
        daemon.start()
        if datetime.now(UTC) > now + LEAD:
            raise SystemExit(f"the probes took more than {LEAD.total_seconds():g} s to make")
        try:
            mailbox.wait_for(len(due), effort.seconds + 60)
        finally:
            daemon.stop()
        return latencies(due, mailbox)


def by_plain_loop(effort: Effort, folder: Path, chance: random.Random) -> list[float]:
    with Mailbox() as mailbox, closing(sqlite3.connect(folder / "plain.db")) as database:
        database.execute("CREATE TABLE owed (ref TEXT, due REAL, told INTEGER)")
        database.execute("CREATE INDEX due ON owed (told, due)")
        start = time.time()
        later = [(f"OPEN-{n}", start + chance.uniform(6, 23) * 3600) for n in range(effort.open)]
        due = probes(effort, datetime.now(UTC) + timedelta(seconds=1), chance)
        rows = [*later, *((ref, at.timestamp()) for ref, at in due.items())]
        database.executemany("INSERT INTO owed VALUES (?, ?, 0)", rows)
        database.commit()
        give_up_at = time.monotonic() + effort.seconds + 60
        while len(mailbox.accepted) < len(due) and time.monotonic() < give_up_at:
            time.sleep(PEER_SECONDS)
            query = "SELECT ref FROM owed WHERE told = 0 AND due < ? ORDER BY due"
            for (ref,) in database.execute(query, (time.time(),)).fetchall():
                with smtplib.SMTP(mailbox.host, mailbox.port, local_hostname="bench") as relay:
                    relay.send_message(letter(ref))
                database.execute("UPDATE owed SET told = 1 WHERE ref = ?", (ref,))
                database.commit()
        return latencies(due, mailbox)


def letter(ref: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "vigie@example.org", "gestion@example.org"
    message["Subject"] = f"{ref} is late"
    message.set_content(f"{ref} is late\n")
    return message


def latencies(due: Mapping[str, datetime], mailbox: Mailbox) -> list[float]:
    missing = due.keys() - mailbox.accepted.keys()
    if missing:
        raise SystemExit(f"nothing came on {len(missing)} probes")
    return sorted((mailbox.accepted[ref] - at).total_seconds() for ref, at in due.items())


def figures(seconds: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {
        "p50": round(cuts[49], 4),
        "p99": round(cuts[98], 4),
        "worst": round(max(seconds), 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    parser.add_argument("--quick", action="store_true", help="seconds rather than minutes")
    parser.add_argument("--open", type=int, metavar="N", help="obligations open beside the probes")
    options = parser.parse_args()
    effort = QUICK if options.quick else FULL
    if options.open is not None:
        effort = Effort(open=options.open, probes=effort.probes, seconds=effort.seconds)
    work: Mapping[str, Callable[[Effort, Path, random.Random], list[float]]] = {
        "vigie": by_vigie,
        "plain loop": by_plain_loop,
    }
    measured = {}
    for name, run in work.items():
        with (
            tempfile.TemporaryDirectory(prefix="vigie-bench-") as folder,
            Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        ):
            # What the daemon logs of each message is no figure.
            configure_logging(stream=nowhere, level="error")
            measured[name] = figures(run(effort, Path(folder), random.Random(7)))
    ratio = {
        key: round(measured["plain loop"][key] / measured["vigie"][key], 1)
        for key in ("p50", "p99")
    }
    report = {
        "machine": {
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "load": os.getloadavg()[0],
        },
        "open": effort.open,
        "probes": effort.probes,
        "seconds from deadline to accepted": measured,
        "plain loop / vigie": ratio,
        "p99 within": {
            "target": TARGET_SECONDS,
            "kept": measured["vigie"]["p99"] <= TARGET_SECONDS,
        },
    }
    if options.json:
        print(json.dumps(report))
        return
    print(f"{effort.open} open, {effort.probes} probes, load {report['machine']['load']:.1f}")  # type: ignore[index]
    print(f"{'seconds from deadline to accepted':<36}{'p50':>9}{'p99':>9}{'worst':>9}")
    for name, found in measured.items():
        print(f"{name:<36}{found['p50']:>9.3f}{found['p99']:>9.3f}{found['worst']:>9.3f}")
    print(f"{'plain loop / vigie':<36}{ratio['p50']:>9.1f}{ratio['p99']:>9.1f}")
    kept = "kept" if measured["vigie"]["p99"] <= TARGET_SECONDS else "NOT kept"
    print(f"p99 of at most {TARGET_SECONDS:g} s: {kept}")


if __name__ == "__main__":
    main()
