"""The provider's claims beside ours: what differs is listed with both timelines, and decides nothing."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.cases.claim import ProviderClaim
from monitor.store.database import open_database
from tests.support.cases import utc
from tests.support.command_line import Ran, run
from tests.support.world import World, ticket

RECEIVED = "2026-08-03 09:00"
"""A Monday: due the same day at 16:00."""


class Claimed:
    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.world = World(open_database(url)).at("2026-08-04 12:00")
        (folder / "vigie.yaml").write_text(f'database: "{url}"\n', encoding="utf-8")

    def case(self, ref: str, resolved: str | None, **said: Any) -> None:
        """A ticket, and what the provider says of its own level on it."""
        key = ticket(ref)
        self.world.says("received", RECEIVED, received_at=RECEIVED, key=key)
        if resolved is not None:
            self.world.says("resolved", resolved, received_at=RECEIVED, key=key)
        if said:
            self.world.polled(claims={key: [ProviderClaim(name="Résolution", **said)]})

    def found(self, form: str = "json") -> Any:
        self.world.tick()
        ran = self.run("--format", form)
        assert ran.status == 0, ran.err
        content = (self.folder / f"ecarts-2026-08.{form}").read_text(encoding="utf-8")
        return json.loads(content) if form == "json" else list(csv.DictReader(io.StringIO(content)))

    def run(self, *arguments: str) -> Ran:
        return run(
            "report", "discrepancies", "2026-08", "--out", str(self.folder), *arguments,
            "--config", str(self.folder / "vigie.yaml"),
        )  # fmt: skip


@pytest.fixture
def claimed(tmp_path: Path, database_url: str) -> Iterator[Claimed]:
    found = Claimed(tmp_path, database_url)
    yield found
    found.world.database.close()


def at(text: str) -> datetime:
    return utc(text)


def test_what_differs_is_listed_with_both_times_and_what_agrees_is_not(claimed: Claimed) -> None:
    # Stated to be resolved the next morning; the provider counts it as done in time.
    claimed.case("INC-1", "2026-08-04 09:00", breached=False, stopped_at=at("2026-08-03 15:00"))
    claimed.case("INC-2", "2026-08-03 12:00", breached=False, due_at=at("2026-08-03 16:00"))
    claimed.case("INC-3", "2026-08-03 12:00")
    (found,) = claimed.found()
    assert found["case"] == "INC-1"
    assert found["differs"] == ["outcome", "stop"]
    assert found["ours"]["outcome"] == "missed"
    assert found["provider_claim"]["breached"] is False
    # From 9:00 on Tuesday back to 15:00 on Monday: one business hour, and two.
    assert found["stop_difference_seconds"] == -3 * 3600
    assert [change["status"] for change in found["ours"]["timeline"]] == ["received", "resolved"]
    assert found["clause"].startswith("Niveaux de service")


def test_a_deadline_counted_otherwise_is_told_in_business_time(claimed: Claimed) -> None:
    claimed.case("INC-1", "2026-08-03 12:00", due_at=at("2026-08-04 10:00"))
    (found,) = claimed.found()
    assert found["differs"] == ["deadline"]
    assert found["deadline_difference_seconds"] == 3 * 3600


def test_minutes_that_were_rounded_are_no_difference(claimed: Claimed) -> None:
    stop = at("2026-08-03 12:00") + timedelta(seconds=59)
    claimed.case("INC-1", "2026-08-03 12:00", breached=False, stopped_at=stop)
    assert claimed.found() == []


def test_a_stop_that_was_never_stated_is_a_difference(claimed: Claimed) -> None:
    claimed.case("INC-1", None, breached=True, stopped_at=at("2026-08-03 17:00"))
    (found,) = claimed.found()
    assert found["differs"] == ["stop"]
    assert found["stop_difference_seconds"] is None


def test_csv_has_a_line_for_each_in_french(claimed: Claimed) -> None:
    claimed.case("INC-1", "2026-08-04 09:00", breached=False, stopped_at=at("2026-08-03 15:00"))
    (row,) = claimed.found("csv")
    assert row["Dossier"] == "INC-1"
    assert row["Diffère"] == "Résultat, Réalisé"
    assert row["Le prestataire dit"] == "tenu"
    assert "Résolu" in row["Ce qui a été déclaré"]
    assert row["Entre les arrêts (secondes ouvrables)"] == "-10800"
