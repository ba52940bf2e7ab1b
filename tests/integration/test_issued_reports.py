"""Issued reports stay as they are; what is learned later is told in the next; tampering shows."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from monitor.store.database import Database, open_database
from monitor.store.issued import IssuedReports
from tests.support.command_line import Ran, run
from tests.support.world import World, ticket

JULY, AUGUST = "2026-07-15 09:00", "2026-08-14 09:00"
"""Received at nine, due the same day at 16:00."""


class Reported:
    """A world with a `vigie.yaml` beside it; reports are made as of its instant."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.world = World(open_database(url)).at("2026-07-15 09:05")
        (folder / "vigie.yaml").write_text(f'database: "{url}"\n', encoding="utf-8")

    @property
    def database(self) -> Database:
        return self.world.database

    def says(self, ref: str, received: str, resolved: str | None) -> None:
        """A ticket as it is known now."""
        key = ticket(ref)
        self.world.says("received", received, received_at=received, key=key)
        if resolved is not None:
            self.world.says("resolved", resolved, received_at=received, key=key)

    def run(self, *arguments: str) -> Ran:
        return run("report", *arguments, "--config", str(self.folder / "vigie.yaml"))

    def issue(self, month: str, *arguments: str) -> dict[str, Any]:
        """Issue a month as of the world's instant; its JSON."""
        ran = self.run(
            "month", month, "--issue", "--by", "qa", "--known-at", self.world.now.isoformat(),
            "--format", "json,html,csv", "--out", str(self.folder), *arguments,
        )  # fmt: skip
        assert ran.status == 0, ran.err
        report: dict[str, Any] = json.loads(self.file(month).read_bytes())
        return report

    def file(self, month: str, form: str = "json") -> Path:
        return self.folder / f"conformite-{month}.{form}"


@pytest.fixture
def reported(tmp_path: Path, sqlite_url: str) -> Iterator[Reported]:
    yield from _reported(tmp_path, sqlite_url)


@pytest.fixture
def reported_anywhere(tmp_path: Path, database_url: str) -> Iterator[Reported]:
    """On SQLite and PostgreSQL in turn."""
    yield from _reported(tmp_path, database_url)


def _reported(folder: Path, url: str) -> Iterator[Reported]:
    found = Reported(folder, url)
    found.says("INC-1", JULY, "2026-07-15 12:00")
    found.says("INC-2", JULY, None)
    found.says("INC-3", JULY, "2026-07-15 17:00")
    found.world.tick()
    found.world.at("2026-08-02 09:00").polled_tick()
    yield found
    found.database.close()


def test_an_issued_report_is_numbered_frozen_and_verified(reported: Reported) -> None:
    report = reported.issue("2026-07")
    assert report["issue"] == {"number": 1, "issued_by": "qa", "previous_sha256": "0" * 64}
    assert (report["total"]["met"], report["total"]["missed"], report["total"]["open_late"]) == (
        1,
        1,
        1,
    )
    before = reported.file("2026-07").read_bytes()
    # What is learned afterwards leaves it as it is, and it still follows.
    reported.world.at("2026-08-05 09:00")
    reported.says("INC-2", JULY, "2026-07-15 15:00")
    reported.world.tick()
    for name in ("1", str(reported.file("2026-07")), str(reported.file("2026-07", "html"))):
        ran = reported.run("verify", name)
        assert ran.status == 0, ran.err
        assert "3 of its 3 commitments" in ran.out
    kept = IssuedReports(reported.database).numbered(1)
    assert kept is not None
    assert kept.content.encode() == before


def test_a_period_is_issued_once(reported: Reported) -> None:
    reported.issue("2026-07")
    ran = reported.run("month", "2026-07", "--issue", "--out", str(reported.folder))
    assert ran.status == 2
    assert ran.error == "2026-07: was issued before, as report 1; it stays as it is"
    assert IssuedReports(reported.database).next_issue("qa").number == 2


def test_a_period_that_is_not_over_is_not_issued(reported: Reported) -> None:
    ran = reported.run(
        "month", "2026-08", "--issue", "--known-at", reported.world.now.isoformat()
    )  # fmt: skip
    assert ran.status == 2
    assert "2026-08 is not over" in ran.error
    assert IssuedReports(reported.database).listed() == []


def test_later_corrections_are_adjustments_of_the_next_with_before_and_after(
    reported_anywhere: Reported,
) -> None:
    reported = reported_anywhere
    reported.issue("2026-07")
    reported.world.at("2026-08-05 09:00")
    # The provider states late that it had been done in time; another is reopened.
    reported.says("INC-2", JULY, "2026-07-15 15:00")
    reported.says("INC-4", AUGUST, "2026-08-14 10:00")
    # Learned only now: it was due in July.
    reported.says("INC-5", JULY, "2026-07-15 11:00")
    reported.world.at("2026-09-03 09:00").polled_tick()
    report = reported.issue("2026-08")
    assert report["issue"]["number"] == 2
    assert [
        (each["report"], each["period"], each["case"], each["before"], each["now"])
        for each in report["adjustments"]
    ] == [
        (1, "2026-07", "INC-2", "open_late", "met"),
        (1, "2026-07", "INC-5", None, "met"),
    ]
    (restated,) = report["restated"]
    assert (restated["before"]["met"], restated["before"]["judged"]) == (1, 3)
    assert (restated["now"]["met"], restated["now"]["judged"]) == (3, 4)
    page = reported.file("2026-08", "html").read_text(encoding="utf-8")
    assert "Ouvert en retard" in page
    assert "Non compté" in page
    assert reported.run("verify", "2").status == 0
    # What was told once is not told again.
    reported.world.at("2026-10-02 09:00").polled_tick()
    assert reported.issue("2026-09")["adjustments"] == []


def test_reports_of_each_body_have_their_own_chain_of_corrections(reported: Reported) -> None:
    reported.issue("2026-07")
    ran = reported.run(
        "month", "2026-07", "--each", "provider", "--issue", "--format", "json",
        "--known-at", reported.world.now.isoformat(), "--out", str(reported.folder), "--json",
    )  # fmt: skip
    (name,) = ran.json["files"]
    report = json.loads(Path(name).read_text(encoding="utf-8"))
    assert report["scope"]["provider"] == "telus"
    assert report["issue"]["number"] == 2
    assert report["adjustments"] == []


def test_a_file_that_was_changed_is_no_issued_report(reported: Reported) -> None:
    reported.issue("2026-07")
    path = reported.file("2026-07", "csv")
    path.write_bytes(path.read_bytes().replace(b"telus", b"autre"))
    ran = reported.run("verify", str(path))
    assert ran.status == 1
    assert "no report was issued as this file" in ran.error


def test_rows_cannot_be_changed_and_if_they_are_it_shows(reported_anywhere: Reported) -> None:
    reported = reported_anywhere
    reported.issue("2026-07")
    change = "UPDATE issued_report SET content = replace(content, '\"met\": 1', '\"met\": 3')"
    with (
        pytest.raises(DatabaseError, match="only added to"),
        reported.database.write() as connection,
    ):
        connection.execute(text(change))
    disarm = (
        "DROP TRIGGER issued_report_no_update"
        if reported.database.is_sqlite
        else "DROP TRIGGER issued_report_no_change ON issued_report"
    )
    with reported.database.write() as connection:
        connection.execute(text(disarm))
        connection.execute(text(change))
    ran = reported.run("verify", "1", "--json")
    assert ran.status == 1
    assert ran.json["problems"][0] == (
        "the chain of issued reports is not whole: report 1 was changed"
    )
    assert "total" in ran.json["differs"]


def test_a_record_that_does_not_follow_from_the_statements_shows(reported: Reported) -> None:
    reported.issue("2026-07")
    with reported.database.write() as connection:
        connection.execute(text("UPDATE standing SET verdict = 'met' WHERE verdict = 'missed'"))
    ran = reported.run("verify", "1", "--json")
    assert ran.status == 1
    assert ran.json["unfollowed"] == ["telus:ticket:INC-3:incident-resolution: met ≠ missed"]
    assert "total" in ran.json["differs"]


def test_issuing_is_in_the_audit_log(reported: Reported) -> None:
    reported.issue("2026-07")
    ran = run("audit", "list", "--json", "--config", str(reported.folder / "vigie.yaml"))
    (line,) = ran.json
    assert (line["what"], line["who"], line["details"]["number"]) == ("report-issued", "qa", 1)
    (listed,) = reported.run("list", "--json").json
    assert listed["hash"] == line["details"]["hash"]
