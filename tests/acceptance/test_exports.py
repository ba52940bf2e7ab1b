"""Exports left in a folder, from the file to the verdict, on a clock moved by hand."""

import os
from datetime import timedelta
from random import Random

import pytest

from monitor.app import Station
from monitor.clock.wall import ManualClock
from monitor.configuration import load_configuration
from monitor.store.database import open_database
from monitor.store.schema import migrate
from tests.support.cases import utc

CONFIGURATION = """\
database: sqlite:///exports.db
sources:
  - name: depot
    provider: telus
    kind: files
    folder: depot
    pattern: '*.csv'
    export: snapshot
    stale_after: 6 h
    archive: traites
    mapping:
      case_kind: ticket
      timezone: America/Toronto
      time_formats: ['%d/%m/%Y %H:%M']
      columns: {ref: Numéro, received_at: Reçu le, status: État, category: Nature}
      status_map: {Ouvert: in_progress, Rétabli: restored}
      category_map: {Panne: outage}
"""
HEADER = "Numéro;Reçu le;État;Nature"


class Week:
    def __init__(self, folder):
        (folder / "depot").mkdir()
        (folder / "vigie.yaml").write_text(CONFIGURATION, encoding="utf-8")
        self.folder = folder / "depot"
        self.clock = ManualClock(utc("2026-11-23 09:00"))
        configuration = load_configuration(folder / "vigie.yaml")
        database = open_database(configuration.settings.database)
        migrate(database)
        self.station = Station(configuration, database, self.clock, Random(1))

    def export(self, name, at, *rows):
        path = self.folder / name
        path.write_bytes("\r\n".join((HEADER, *rows, "")).encode("cp1252"))
        written = utc(at).timestamp()
        os.utime(path, (written, written))

    def look(self, at):
        """Two polls a minute apart, then a tick, at this time."""
        self.clock.move_to(utc(at) - timedelta(minutes=1))
        self.station.poll("depot")
        self.clock.move_to(utc(at))
        result = self.station.poll("depot")
        self.station.tick()
        return result


@pytest.fixture
def week(tmp_path):
    made = Week(tmp_path)
    yield made
    made.station.close()


def verdicts(week):
    readings = week.station.readings
    found = [*readings.open_obligations(10), *readings.settled_obligations(10)]
    return [str(each.evaluation.verdict) for each in found]


def test_a_folder_without_a_new_export_falls_silent_and_speaks_again(week):
    week.export("1.csv", "2026-11-23 09:30", "D-1;23/11/2026 09:00;Ouvert;Panne")
    week.look("2026-11-23 10:00")
    assert verdicts(week) == ["pending"]
    # The folder is there, and looked at; nothing new has come into it for more than six hours.
    week.look("2026-11-23 15:29")
    assert verdicts(week) == ["pending"]
    week.look("2026-11-23 15:31")
    assert verdicts(week) == ["unknown"]
    week.export("2.csv", "2026-11-23 15:35", "D-1;23/11/2026 09:00;Ouvert;Panne ")
    week.look("2026-11-23 15:40")
    assert verdicts(week) == ["pending"]


def test_a_restoration_is_dated_by_the_exports_around_it(week):
    week.export("1.csv", "2026-11-23 09:30", "D-1;23/11/2026 09:00;Ouvert;Panne")
    week.look("2026-11-23 10:00")
    week.export("2.csv", "2026-11-23 12:00", "D-1;23/11/2026 09:00;Rétabli;Panne")
    week.look("2026-11-23 14:00")
    (owed,) = week.station.readings.settled_obligations(10)
    assert str(owed.evaluation.verdict) == "met"
    assert owed.evaluation.elapsed_seconds == 3 * 3600


def test_a_case_that_is_no_longer_listed_is_not_taken_for_resolved(week):
    week.export("1.csv", "2026-11-23 09:30", "D-1;23/11/2026 09:00;Ouvert;Panne")
    week.look("2026-11-23 10:00")
    week.export("2.csv", "2026-11-23 11:00", "D-2;23/11/2026 09:00;Ouvert;Panne")
    result = week.look("2026-11-23 11:30")
    assert [key.ref for key in result.missing] == ["D-1"]
    assert verdicts(week) == ["pending", "pending"]
