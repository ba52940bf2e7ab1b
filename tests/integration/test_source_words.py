"""Words that operators correct, by the command line; and what stands beside a case's figures."""

from pathlib import Path
from typing import Any

import pytest

from monitor.alerts.interventions import Act, Via
from monitor.cases.claim import ProviderClaim
from monitor.collectors.base import Batch
from monitor.store.database import open_database
from monitor.store.notes import Notes
from monitor.store.schema import migrate
from monitor.store.tables import observation
from tests.support.cases import KEY, said, utc
from tests.support.command_line import Ran, run
from tests.support.world import SOURCE, World

CONFIGURATION = """\
database: "{database}"
sources:
- name: telus-tickets
  provider: telus
  kind: push
  token: {{file: token}}
  mapping:
    case_kind: ticket
    fields: {{ref: id, received_at: opened, status: state, category: kind, changed_at: since}}
    status_map: {{open: in_progress{word}}}
    category_map: {{outage: outage}}
"""
WHY = ("--why", "as their desk says")


class Bench:
    def __init__(self, folder: Path, url: str) -> None:
        self._url, self._path = url, folder / "vigie.yaml"
        (folder / "token").write_text("a-token-that-nobody-guesses")
        database = open_database(url)
        migrate(database)
        self.world = World(database)
        self.map()

    def map(self, word: str = "") -> None:
        self._path.write_text(CONFIGURATION.format(database=self._url, word=word))

    def vigie(self, *arguments: str) -> Ran:
        return run(*arguments, "--config", str(self._path))

    def checked(self) -> list[Any]:
        items = self.vigie("check", "--json").json["items"]
        return [(each["level"], each["message"]) for each in items if "status_map" in str(each)]


@pytest.fixture
def bench(tmp_path: Path, sqlite_url: str) -> Bench:
    found = Bench(tmp_path, sqlite_url)
    found.world.polled(said("Shelved", "2026-11-23 08:00", received_at="2026-11-23 08:00"))
    return found


def test_a_word_is_corrected_listed_checked_and_taken_back(bench: Bench) -> None:
    named = ("source", "correct", SOURCE, "shelved")
    done = bench.vigie(*named, "--as", "held", *WHY)
    assert done.out == "'shelved' is read as “On hold” from now on: 1 statement was read anew.\n"
    (row,) = bench.world.rows(observation)
    assert row["status"] == "held"
    sentence = "'shelved' is read as held, as"
    assert sentence in bench.vigie("source", "list").out
    (told,) = bench.vigie("source", "list", "--json").json[0]["corrections"]
    assert (told["word"], told["status"], told["configured"]) == ("shelved", "held", None)
    (found,) = bench.checked()
    assert found[0] == "warning"
    assert sentence in found[1]
    # vigie.yaml says the same, then something else: it holds, and both are told.
    bench.map(", SHELVED: held")
    assert bench.checked()[0][0] == "ok"
    bench.map(", SHELVED: resolved")
    (found,) = bench.checked()
    assert found[0] == "warning"
    assert "without effect: status_map says resolved, which holds" in found[1]
    refused = bench.vigie(*named, "--as", "answered", *WHY)
    assert refused.status == 2
    assert "vigie.yaml leads 'shelved' of telus-tickets to resolved" in refused.err
    back = bench.vigie(*named, "--take-back", *WHY, "--json").json
    assert (back["status"], back["read"]) == (None, 1)
    assert bench.checked() == []
    (first, second) = bench.vigie("audit", "list", "--json").json
    assert {first["what"], second["what"]} == {"correct mapping"}


@pytest.mark.parametrize(
    ("arguments", "said_"),
    [
        ((SOURCE, "none", "--as", "held", *WHY), "never stated the status 'none'"),
        (("none", "shelved", "--as", "held", *WHY), "no source is named 'none'"),
        ((SOURCE, "shelved", *WHY), "--as and --take-back: give one of them"),
        ((SOURCE, "shelved", "--take-back", *WHY), "is read so already"),
        ((SOURCE, "shelved", "--as", "held"), "--why is missing"),
        ((SOURCE, "shelved", "--as", "held", "--why", " "), "why: is empty"),
    ],
)
def test_what_cannot_be_corrected_is_said(
    bench: Bench, arguments: tuple[str, ...], said_: str
) -> None:
    ran = bench.vigie("source", "correct", *arguments)
    assert ran.status == 2
    assert said_ in ran.err


def test_notes_and_claims_are_explained(bench: Bench) -> None:
    world = bench.world
    world.tick()
    claim = ProviderClaim(name="Gold", breached=True, stopped_at=utc("2026-11-23 09:00"))
    world.observations.record(SOURCE, Batch(claims={KEY: [claim]}), at=world.now)
    act = Act(by="ariane", why="called them back", via=Via.HTTP)
    Notes(world.database).add(KEY, act, at=world.now)
    text = bench.vigie("explain", KEY.ref).out
    assert "What the provider claims, by its own clock" in text
    assert "late, ended Nov 23 at 9 a.m." in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "called them back" in text
    told = bench.vigie("explain", KEY.ref, "--json").json
    assert told["claims"][0]["name"] == "Gold"
    assert [(note["by"], note["text"]) for note in told["notes"]] == [("ariane", act.why)]
