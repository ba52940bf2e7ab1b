"""`vigie deliverable` on what a station really opened, and the daemon's side of it."""

from pathlib import Path
from random import Random

import pytest

from monitor.app import Station, assemble
from monitor.cli import due_reports
from monitor.clock.wall import ManualClock
from monitor.configuration import load_configuration
from monitor.store.database import open_database
from tests.support.cases import utc
from tests.support.command_line import run

SETTINGS = """\
database: {url}
http: {{port: 0}}
organizations: [{{id: "1001", name: Ministère de l'Exemple}}]
deliverables:
  - {{commitment: billing-report, provider: telus, billing_day: 15, from: 2026-09,
      accounts: [4501-22, 4501-23]}}
  - {{commitment: billing-report, provider: rogers, billing_day: 31, from: 2026-10,
      organization: "1001"}}
  - {{commitment: quarterly-report, provider: telus, from: 2026-T3}}
"""
NOW = "2026-11-10 09:00"


@pytest.fixture
def clock(monkeypatch):
    """The command line's and the station's: Tuesday 10 November 2026, 09:00."""
    clock = ManualClock(utc(NOW))
    monkeypatch.setattr(due_reports, "SystemClock", lambda: clock)
    return clock


@pytest.fixture
def station(database_url, tmp_path, monkeypatch, clock):
    monkeypatch.chdir(tmp_path)
    Path("vigie.yaml").write_text(SETTINGS.format(url=database_url), encoding="utf-8")
    configuration = load_configuration(Path("vigie.yaml"))
    station = Station(configuration, open_database(database_url), clock, Random(1))
    yield station
    station.close()


@pytest.fixture
def opened(station):
    assert len(station.tick().opened) == 6
    return station


def listed(*arguments):
    ran = run("deliverable", "list", "--json", *arguments)
    assert (ran.status, ran.err) == (0, "")
    return ran.json


def test_the_station_opens_them_in_its_ticks(station, clock):
    report = station.tick()
    assert [key.ref for key in report.opened] == [
        "FACT-2026-09-4501-22", "FACT-2026-09-4501-23", "TRIM-2026-T3", "FACT-2026-10-4501-22",
        "FACT-2026-10-4501-23", "FACT-2026-10",
    ]  # fmt: skip
    assert station.tick().opened == ()
    # Nothing is looked for in between: what comes next is the next step of the ladder, or the end of
    # the next period.
    clock.move_to(utc("2026-11-15 12:00"))
    report = station.tick()
    assert (report.opened, report.next_due_at) == ((), utc("2026-11-16 00:00"))
    clock.move_to(utc("2026-11-16 00:00"))
    assert [key.ref for key in station.tick().opened] == [
        "FACT-2026-11-4501-22", "FACT-2026-11-4501-23",
    ]  # fmt: skip


def test_a_reload_looks_at_every_period_again(opened, database_url):
    text = SETTINGS.format(url=database_url).replace("from: 2026-T3", "from: 2026-T2")
    Path("vigie.yaml").write_text(text, encoding="utf-8")
    opened.replace(assemble(load_configuration(Path("vigie.yaml")), opened.clock))
    assert [key.ref for key in opened.tick().opened] == ["TRIM-2026-T2"]


def test_list_has_periods_deadlines_and_verdicts_the_latest_first(opened):
    rows = listed()
    assert [row["case"] for row in rows] == [
        "FACT-2026-10", "FACT-2026-10-4501-23", "FACT-2026-10-4501-22", "TRIM-2026-T3",
        "FACT-2026-09-4501-23", "FACT-2026-09-4501-22",
    ]  # fmt: skip
    assert rows[1] == {
        "case": "FACT-2026-10-4501-23",
        "provider": "telus",
        "commitment": "billing-report",
        "period": "2026-10",
        "account": "4501-23",
        "organization": None,
        "ended_on": "2026-10-15",
        "due_at": "2026-11-13T00:00:00-05:00",
        "arrived_at": None,
        "verdict": "at_risk",
        "reason": "threshold_passed",
        "note": None,
    }
    assert (rows[0]["organization"], rows[0]["account"]) == ("1001", None)
    assert rows[3]["verdict"] == "breached"
    assert [row["case"] for row in listed("--limit", "2")] == [row["case"] for row in rows[:2]]
    assert [row["case"] for row in listed("--provider", "rogers")] == ["FACT-2026-10"]
    assert [row["case"] for row in listed("--commitment", "quarterly-report")] == ["TRIM-2026-T3"]
    table = run("deliverable", "list")
    assert "TRIM-2026-T3" in table.out
    assert table.out.endswith("6 reports\n")


def test_received_in_time_stops_the_clock_at_the_next_tick(opened):
    ran = run(
        "deliverable", "received", "FACT-2026-10-4501-22",
        "--at", "2026-11-09T16:00", "--note", "courriel 991 de marie.roy@example.com",
    )  # fmt: skip
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == (
        "FACT-2026-10-4501-22 (telus): received Monday, November 9, 2026, 4\N{NO-BREAK SPACE}p.m.,"
        " in time; due: end of Thursday, November 12, 2026\n"
    )
    (row,) = (each for each in listed() if each["case"] == "FACT-2026-10-4501-22")
    assert (row["arrived_at"], row["verdict"]) == ("2026-11-09T16:00:00-05:00", "at_risk")
    assert "marie" not in row["note"]
    assert row["note"].startswith("courriel 991 de ")
    assert opened.tick().cases == 1
    (row,) = (each for each in listed() if each["case"] == "FACT-2026-10-4501-22")
    assert row["verdict"] == "met"
    assert len(listed("--open")) == 5
    explained = run("explain", "FACT-2026-10-4501-22").out
    assert "Period ended  Thursday, October 15, 2026" in explained
    assert "Delivered – courriel 991 de" in explained


def test_received_late_withdrawn_and_received_again(opened):
    late = run("deliverable", "received", "2026-T3", "--json")
    assert late.json["arrived_at"] == "2026-11-10T09:00:00-05:00"
    opened.tick()
    assert listed("--commitment", "quarterly-report")[0]["verdict"] == "missed"
    again = run("deliverable", "withdraw", "2026-T3")
    assert again.out.startswith("TRIM-2026-T3 (telus): awaited again; due: end of Thursday")
    opened.tick()
    assert listed("--commitment", "quarterly-report")[0]["verdict"] == "breached"
    run("deliverable", "received", "2026-T3", "--at", "2026-10-22")
    opened.tick()
    row = listed("--commitment", "quarterly-report")[0]
    assert (row["verdict"], row["arrived_at"]) == ("met", "2026-10-22T23:59:59-04:00")
    assert "(late)" not in run("deliverable", "received", "2026-T3", "--at", "2026-10-23").out
    assert (
        ", late; it was due: "
        in run("deliverable", "received", "2026-T3", "--at", "2026-11-02").out
    )
    statements = run("explain", "TRIM-2026-T3", "--json").json["observations"]
    assert len(statements) == 8


def test_a_period_is_narrowed_to_one_report(opened):
    ran = run("deliverable", "received", "2026-10", "--provider", "rogers", "--json")
    assert ran.json["case"] == "FACT-2026-10"
    ran = run("deliverable", "received", "2026-10", "--account", "4501-23", "--json")
    assert ran.json["case"] == "FACT-2026-10-4501-23"
    ran = run("deliverable", "withdraw", "telus:deliverable:FACT-2026-10-4501-23", "--json")
    assert ran.json["arrived_at"] is None


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["received", "2026-10"], "'2026-10' means several reports: write one of rogers:deliverable:FACT-2026-10, telus:deliverable:FACT-2026-10-4501-23, telus:deliverable:FACT-2026-10-4501-22, or narrow it by --provider, --commitment or --account"),
        (["received", "fact-2026-1"], "no report 'fact-2026-1' came due: did you mean 'FACT-2026-10'?"),
        (["received", "2026-11"], "no report '2026-11' came due: did you mean '2026-10'?"),
        (["received", "2026-T3", "--provider", "rogers"], "no report '2026-T3' came due; the latest is rogers:deliverable:FACT-2026-10"),
        (["received", "zzz"], "no report 'zzz' came due; the latest is rogers:deliverable:FACT-2026-10"),
        (["received", "2026-T3", "--at", "2026-11-11"], "--at: Wednesday, November 11, 2026, 11:59\N{NO-BREAK SPACE}p.m. is yet to come; state it once the report is there"),
        (["received", "2026-T3", "--at", "2025-10-20"], "--at: Monday, October 20, 2025, 11:59\N{NO-BREAK SPACE}p.m. is before the period of TRIM-2026-T3 ended, on Wednesday, September 30, 2026; give the date on which it came"),
        (["received", "2026-T3", "--at", "20/10/2026"], "'20/10/2026' is not a date and time; write it in ISO 8601, as 2026-11-23T15:30-05:00"),
        (["received", "2026-T3", "--note", "x" * 201], "--note: it has 201 characters; keep within 200"),
        (["withdraw", "2026-T3"], "TRIM-2026-T3: nothing to withdraw; nobody said that it arrived"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_on_one_line_and_changes_nothing(opened, arguments, message):
    ran = run("deliverable", *arguments)
    assert (ran.status, ran.error) == (2, message)
    assert opened.tick().cases == 0


def test_received_twice_by_mistake_does_not_make_it_late(opened, clock):
    run("deliverable", "received", "2026-10", "--provider", "rogers")
    clock.move_to(utc("2026-12-20 09:00"))
    ran = run("deliverable", "received", "2026-10", "--provider", "rogers")
    assert ran.status == 2
    assert ran.error == (
        "FACT-2026-10: received already, Tuesday, November 10, 2026, 9\N{NO-BREAK SPACE}a.m.;"
        " give --at to say otherwise"
    )


def test_on_the_billing_date_itself_and_today(opened, clock):
    ran = run("deliverable", "received", "TRIM-2026-T3", "--at", "2026-09-30T15:00", "--json")
    assert ran.json["arrived_at"] == "2026-09-30T15:00:00-04:00"
    ran = run("deliverable", "received", "TRIM-2026-T3", "--at", "2026-11-10", "--json")
    assert ran.json["arrived_at"] == "2026-11-10T09:00:00-05:00"


def test_before_anything_came_due(station):
    assert run("deliverable", "list").out == "0 reports\n"
    ran = run("deliverable", "received", "2026-10")
    assert "'2026-10': no report came due yet" in ran.error


def test_a_statement_goes_through_while_another_process_reads(opened):
    """The daemon's process has the database open; each statement is a short write of its own."""
    with opened.database.read() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM case_")
        assert run("deliverable", "received", "2026-T3").status == 0
    assert opened.tick().cases == 1


def test_in_french(opened):
    ran = run("deliverable", "received", "2026-T3", "--at", "2026-10-22", "--lang", "fr")
    assert ran.out.replace("\N{NO-BREAK SPACE}", " ") == (
        "TRIM-2026-T3 (telus) : reçu jeudi 22 octobre 2026, 23 h 59, à temps; échéance : fin de"
        " journée jeudi 22 octobre 2026\n"
    )


def test_status_lists_them_like_any_case(opened):
    rows = run("status", "--json").json["obligations"]
    assert {row["kind"] for row in rows} == {"deliverable"}
    assert len(rows) == 6


def test_what_may_have_been_purged_does_not_come_back(station, database_url):
    text = SETTINGS.format(url=database_url) + "retention: {payloads: 1 month, figures: 1 month}\n"
    Path("vigie.yaml").write_text(text, encoding="utf-8")
    station.replace(assemble(load_configuration(Path("vigie.yaml")), station.clock))
    # Months of UTC are kept whole: what ended from 1 October on.
    assert [key.ref for key in station.tick().opened] == [
        "TRIM-2026-T3", "FACT-2026-10-4501-22", "FACT-2026-10-4501-23", "FACT-2026-10",
    ]  # fmt: skip


def test_a_rebuild_makes_the_same_of_them(opened):
    run("deliverable", "received", "2026-T3", "--at", "2026-10-22")
    opened.tick()
    run("deliverable", "withdraw", "2026-T3")
    opened.tick()
    checked = run("rebuild", "--check")
    assert checked.status == 0, checked.out + checked.err
