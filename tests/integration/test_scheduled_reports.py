"""Reports on schedule: made once, also what was missed; drafts wait for approval."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from monitor.app import Service
from monitor.app.timetables import Timekeeper
from monitor.clock.wall import SystemClock
from monitor.configuration import load_configuration
from monitor.reports.period import ReportPeriod
from monitor.simulator.smtp_sink import SmtpSink
from monitor.store.database import open_database
from monitor.store.issued import IssuedReports
from tests.support.cases import utc
from tests.support.command_line import run
from tests.support.world import World, ticket

JULY = "2026-07-15 09:00"
SCHEDULE = """
reports:
  - {name: mensuel, from: 2026-07, folder: rapports, formats: [json, csv]}
  - {name: par-organisme, from: 2026-07, folder: rapports, formats: [json], each: [organization], approval: true, at: "09:30"}
  - {name: trimestriel, period: quarter, from: 2026-T3, folder: rapports, cron: "0 7 5 * *", formats: [json]}
"""


class Scheduled:
    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        (folder / "rapports").mkdir()
        self.config = folder / "vigie.yaml"
        self.config.write_text(f"database: {url}\n{SCHEDULE}", encoding="utf-8")
        self.world = World(open_database(url)).at("2026-07-15 09:05")
        self.world.says(
            "received", JULY, received_at=JULY, key=ticket("INC-1"), organization="ORG-1"
        )
        self.world.tick()
        self.world.at("2026-08-01 00:00").polled_tick()
        configuration = load_configuration(self.config)
        self.keeper = Timekeeper(self.world.database, configuration.settings, configuration.book)

    def work(self, now: str) -> list[str]:
        """Make all that is due; the files there are then."""
        while (wait := self.keeper.step(utc(now))) is not None and not wait:
            pass
        root = self.folder / "rapports"
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


@pytest.fixture
def scheduled(tmp_path: Path, sqlite_url: str) -> Iterator[Scheduled]:
    found = Scheduled(tmp_path, sqlite_url)
    yield found
    found.world.database.close()


def test_nothing_is_made_before_its_instant_and_then_once(scheduled: Scheduled) -> None:
    assert scheduled.work("2026-08-04 07:59") == []
    made = scheduled.work("2026-08-04 08:00")
    assert made == ["conformite-2026-07.csv", "conformite-2026-07.json"]
    (issued,) = IssuedReports(scheduled.world.database).listed()
    assert issued.issue.issued_by == "vigie"
    assert scheduled.work("2026-08-04 09:29") == made
    assert len(IssuedReports(scheduled.world.database).listed()) == 1


def test_what_was_missed_is_made_with_its_own_period(scheduled: Scheduled) -> None:
    scheduled.world.at("2026-10-06 08:00").polled_tick()
    made = scheduled.work("2026-10-06 08:00")
    months = [
        name for name in made if name.startswith("conformite-2026-0") and name.endswith("json")
    ]
    assert months == [f"conformite-2026-{month}.json" for month in ("07", "08", "09")]
    assert "conformite-2026-T3.json" in made
    report = json.loads((scheduled.folder / "rapports" / "conformite-2026-07.json").read_bytes())
    assert report["period"]["name"] == "2026-07"
    assert report["total"]["open_late"] == 1


def test_a_report_cut_short_is_made_again_the_same(scheduled: Scheduled) -> None:
    (due, *_), _ = scheduled.keeper.due(utc("2026-08-04 08:00"))
    paths = scheduled.keeper.make(due, utc("2026-08-04 08:00"))
    before = {path: path.read_bytes() for path in paths}
    for path in paths:
        path.unlink()
    # Killed before it was noted: another daemon makes it a minute later.
    scheduled.keeper.make(due, utc("2026-08-04 08:01"))
    assert {path: path.read_bytes() for path in paths} == before
    assert len(IssuedReports(scheduled.world.database).listed()) == 1


def test_a_draft_waits_for_approval_and_is_issued_as_it_was_shown(scheduled: Scheduled) -> None:
    made = scheduled.work("2026-08-04 09:30")
    assert "brouillons/conformite-2026-07-ORG-1.json" in made
    draft = json.loads(
        (
            scheduled.folder / "rapports" / "brouillons" / "conformite-2026-07-ORG-1.json"
        ).read_bytes()
    )
    config = ("--config", str(scheduled.config))
    (waiting,) = run("report", "approve", "--json", *config).json
    assert (waiting["name"], waiting["period"]) == ("par-organisme", "2026-07")
    # What is learned meanwhile is for the next one.
    scheduled.world.at("2026-08-05 09:00").says(
        "resolved", "2026-07-15 15:00", received_at=JULY, key=ticket("INC-1"), organization="ORG-1"
    )
    scheduled.world.tick()
    ran = run("report", "approve", "par-organisme", "--by", "qa", "--json", *config)
    assert ran.status == 0, ran.err
    (name,) = ran.json["files"]
    issued = json.loads(Path(name).read_bytes())
    assert issued["total"] == draft["total"]
    assert issued["issue"]["issued_by"] == "qa"
    assert run("report", "approve", "--json", *config).json == []
    assert (
        "no draft 'par-organisme' waits" in run("report", "approve", "par-organisme", *config).error
    )


@pytest.mark.parametrize(
    ("section", "problem"),
    [
        ("{name: m, from: 2026-T3, folder: .}", "'2026-T3' is a quarter; write a month as 2026-10"),
        ("{name: m, from: 2026-10, folder: ., at: 25:00}", "is no time of day; write it as 08:00"),
        (
            "{name: m, from: 2026-10, folder: ., cron: x}",
            "'x' is no cron expression of five fields",
        ),
        ("{name: m, from: 2026-10, folder: nowhere}", "there is no folder"),
        (
            "{name: m, from: 2026-10, folder: .}\n  - {name: m, from: 2026-10, folder: .}",
            "'m' stands twice",
        ),
    ],
)
def test_a_wrong_schedule_is_told_by_its_key(tmp_path: Path, section: str, problem: str) -> None:
    (tmp_path / "vigie.yaml").write_text(f"reports:\n  - {section}\n", encoding="utf-8")
    ran = run("check", "--config", str(tmp_path / "vigie.yaml"))
    assert ran.status == 2
    assert problem in ran.err + ran.out


@pytest.fixture
def mailbox() -> Iterator[SmtpSink]:
    with SmtpSink() as running:
        yield running


def test_the_daemon_makes_what_is_due_at_start_and_sends_it(
    tmp_path: Path, mailbox: SmtpSink
) -> None:
    (tmp_path / "rapports").mkdir()
    last_month = ReportPeriod.month_of(SystemClock().now().date()).before()
    path = tmp_path / "vigie.yaml"
    path.write_text(
        f"http: {{port: 0}}\ndatabase: sqlite:///{tmp_path / 'vigie.db'}\n"
        f"reports: [{{name: mensuel, from: {last_month}, cron: '* * * * *', folder: rapports,\n"
        "  send: {to: [contract-manager]}}]\n"
        "recipients: [{role: contract-manager, channel: mail, address: gestion@example.org}]\n"
        f"channels: {{mail: {{type: smtp, host: 127.0.0.1, port: {mailbox.port},"
        " security: none, sender: vigie@example.org}}\n",
        encoding="utf-8",
    )
    made = tmp_path / "rapports" / f"conformite-{last_month}.xlsx"
    configuration = load_configuration(path)
    with closing(Service(configuration, SystemClock(), Random(1))) as service, service:
        give_up_at = time.monotonic() + 60
        while not mailbox.count and time.monotonic() < give_up_at:
            threading.Event().wait(0.02)
        assert made.exists()
        (mail,) = mailbox.received
        names = [part.get_filename() for part in mail.message.iter_attachments()]
        assert names == [f"conformite-{last_month}.pdf", made.name]
        assert "reports" in {loop.name for loop in service.loops()}
