"""`vigie quarantine` on a real database, with what sources left there."""

from pathlib import Path
from typing import Any

import pytest

from monitor.app import collector_of
from monitor.collectors.base import Batch, PollWindow, Quarantined
from monitor.collectors.push import PushCollector
from monitor.settings import parse_settings
from monitor.store.audit import AuditLog
from monitor.store.database import Database
from monitor.store.observations import Observations
from monitor.store.tables import case, observation, quarantine
from tests.support.cases import utc
from tests.support.command_line import Ran, run
from tests.support.world import World

TOKEN = "a-token-that-nobody-guesses"
CONFIGURATION = """\
database: "{database}"
sources:
- name: rogers-push
  provider: rogers
  kind: push
  token: {{file: token}}
  mapping: &mapping
    case_kind: ticket
    fields: {{ref: id, received_at: opened, status: state, category: kind, changed_at: since}}
    status_map: {{open: in_progress, solved: restored}}
    category_map: {{outage: outage{word}}}
- name: mails
  provider: telus
  kind: imap
  host: imap.example.org
  username: vigie
  password: {{file: token}}
  stale_after: 1 d
  mapping: *mapping
  rules:
  - from: desk@provider.example
    subject: 'Billet (?P<id>\\S+) (?P<state>\\w+)'
    mapping:
      case_kind: ticket
      fields: {{ref: id, received_at: opened, status: state, category: kind}}
      status_map: {{ouvert: in_progress}}
      category_map: {{Panne: outage}}
"""
OPENED = "2026-11-23T09:00:00-05:00"
AT = utc("2026-11-23 10:00")


def record(ref: str, **changes: Any) -> dict[str, Any]:
    return {"id": ref, "opened": OPENED, "state": "open", "kind": "modem", **changes}


class Bench:
    def __init__(self, database: Database, url: str, folder: Path) -> None:
        self._url = url
        self._path = folder / "vigie.yaml"
        self.database = database
        self.world = World(database)
        self.map()

    def map(self, word: str = "") -> None:
        """Configure the mapping, with another word of the provider's."""
        text = CONFIGURATION.format(database=self._url, word=word)
        self._path.write_text(text, encoding="utf-8")

    def tells(self, *records: Any, at: str = "2026-11-23 10:00") -> None:
        source = parse_settings(self._path.read_text(encoding="utf-8"), str(self._path)).sources[0]
        collector = collector_of(source)
        assert isinstance(collector, PushCollector)
        read = collector.read(records, utc(at))
        window = PollWindow(
            cursor=None,
            until=utc(at),
            recall=lambda keys: Observations(self.database).recall("rogers-push", keys),
        )
        batch = collector.batch(read, window, as_of=None, complete=False)
        Observations(self.database).record("rogers-push", batch, at=utc(at))

    def keeps(self, source: str, payload: Any, ref: str | None = "X") -> None:
        aside = Quarantined(ref=ref, reason="cannot be read", payload=payload)
        Observations(self.database).record(source, Batch(quarantined=[aside]), at=AT)

    def command(self, *arguments: str, **environment: str) -> Ran:
        return run("quarantine", *arguments, "--config", str(self._path), **environment)

    def open(self, *arguments: str) -> list[Any]:
        return [each["ref"] for each in self.command("list", "--json", *arguments).json]

    def tried(self, *arguments: str) -> list[tuple[str, str]]:
        ran = self.command("retry", *arguments, "--json")
        assert ran.status == any(e["outcome"] in ("unreadable", "elsewhere") for e in ran.json)
        return [(each["ref"], each["outcome"]) for each in ran.json]


@pytest.fixture
def bench(database: Database, database_url: str, tmp_path: Path) -> Bench:
    (tmp_path / "token").write_text(TOKEN)
    return Bench(database, database_url, tmp_path)


LEARNED = ", modem: incident"


def test_what_is_there_is_listed_by_source_reason_and_time(bench: Bench) -> None:
    bench.tells(record("R-1"))
    bench.tells(record("R-2", kind="outage", opened="soon"), at="2026-11-23 12:00")
    bench.keeps("mails", {"row": 3}, "R-3")
    assert bench.open() == ["R-1", "R-2", "R-3"]
    assert bench.open("--source", "rogers-push") == ["R-1", "R-2"]
    assert bench.open("--reason", "CATEGORY_map") == ["R-1"]
    assert bench.open("--reason", "%") == []
    assert bench.open("--since", "2026-11-23T11:00") == ["R-2"]
    assert bench.open("--limit", "1") == ["R-1"]
    assert "'modem' is mapped nowhere" in bench.command("list").out
    assert bench.command("list", "--state", "resolved").out == "None.\n"


def test_one_is_shown_with_what_was_kept_of_it(bench: Bench) -> None:
    bench.tells(record("R-1", note="Camille Exemple"))
    (row,) = bench.world.rows(quarantine)
    shown = bench.command("show", str(row["id"]), "--json").json
    assert shown["payload"] == {
        "ref": "R-1", "received_at": OPENED, "status": "open", "category": "modem"
    }  # fmt: skip
    text = bench.command("show", str(row["id"])).out
    assert "R-1" in text
    assert "Camille" not in text
    assert "no record 99" in bench.command("show", "99").error


def test_what_a_corrected_mapping_reads_is_stored_as_it_leaves(bench: Bench) -> None:
    bench.tells(record("R-1", since=OPENED), record("R-2", kind="router"))
    assert bench.tried("--all") == [("R-1", "unreadable"), ("R-2", "unreadable")]
    assert bench.world.rows(observation) == []
    bench.map(LEARNED)
    assert bench.tried("--all") == [("R-1", "stored"), ("R-2", "unreadable")]
    (stored,) = bench.world.rows(observation)
    assert (stored["status"], stored["changed_at"]) == ("in_progress", utc("2026-11-23 09:00"))
    # It waits to be judged, and counts as learned now.
    assert bench.world.rows(case)[0]["marked_at"] is not None
    assert stored["observed_at"] > AT
    assert bench.open() == ["R-2"]
    assert bench.open("--state", "resolved") == ["R-1"]
    assert bench.tried("1") == [("R-1", "gone")]


def test_the_reason_is_that_of_the_last_try(bench: Bench) -> None:
    bench.tells(record("R-1", since="soon"))
    bench.map(LEARNED)
    bench.tried("--all")
    assert "changed_at" in bench.world.rows(quarantine)[0]["reason"]


def test_what_has_no_time_of_its_own_takes_nothing_back(bench: Bench) -> None:
    bench.tells(record("R-1", kind="modem"))
    bench.keeps("rogers-push", {"ref": "R-1", "received_at": OPENED, "status": "open", "category": "modem", "place": "Alma"}, "R-1")  # fmt: skip
    bench.map(LEARNED)
    ids = [str(row["id"]) for row in bench.world.rows(quarantine)]
    bench.tells(record("R-2", state="solved"), at="2026-11-23 10:01")
    with bench.database.write() as connection:
        # As if R-2 had been set aside before it was read well.
        connection.execute(quarantine.update().values(ref="R-2", payload={
            "ref": "R-2", "received_at": OPENED, "status": "open", "category": "modem"
        }))  # fmt: skip
    assert bench.tried(*ids) == [("R-2", "known"), ("R-2", "known")]
    assert [row["raw_status"] for row in bench.world.rows(observation)] == ["solved"]


@pytest.mark.parametrize(
    ("source", "payload", "word"),
    [
        ("mails", {"file": "a.csv"}, "a.csv"),
        ("mails", {"row": 7}, "row 7"),
        ("mails", {"rule": 1, "record": {"row": 8}}, "row 8"),
        ("mails", {"rule": 9, "record": {"ref": "R"}}, "rule 9"),
        ("mails", {"message_id": "<x>", "domain": "d", "sent_at": OPENED}, "correct the rules"),
        ("rogers-push", None, "vigie source poll"),
        ("elsewhere", {"ref": "R"}, "configured no more"),
    ],
)
def test_what_was_not_kept_is_told_what_to_do_about(
    bench: Bench, source: str, payload: Any, word: str
) -> None:
    bench.keeps(source, payload)
    ran = bench.command("retry", "--all", "--json")
    assert (ran.status, ran.json[0]["outcome"]) == (1, "elsewhere")
    assert word in ran.json[0]["reason"]
    assert bench.open() == ["X"]


def test_a_message_is_read_anew_by_its_rule_and_completed_by_its_case(bench: Bench) -> None:
    extract = {"ref": "M-1", "received_at": OPENED, "status": "ouvert", "category": "Panne"}
    bench.keeps("mails", {"rule": 1, "record": extract}, "M-1")
    assert bench.tried("--all") == [("M-1", "stored")]
    bench.keeps("mails", {"rule": 1, "record": {"ref": "M-1", "status": "clos"}}, "M-1")
    with bench.database.write() as connection:
        connection.execute(quarantine.update().values(last_seen_at=utc("2036-01-01 00:00")))
    assert bench.tried("--all") == [("M-1", "stored")]
    assert {row["raw_status"] for row in bench.world.rows(observation)} == {"ouvert", "clos"}


def test_what_is_discarded_stays_so_with_who_and_why(bench: Bench) -> None:
    bench.tells(record("R-1"), record("R-2"))
    number = {row["ref"]: str(row["id"]) for row in bench.world.rows(quarantine)}
    assert "--why is missing" in bench.command("discard", "1").err
    act = ("--why", "a trial", "--by", "Ariane", "--json")
    done = bench.command("discard", number["R-1"], *act).json
    assert (done["discarded"], bench.open()) == ([int(number["R-1"])], ["R-2"])
    # A listing tells of it at every poll; in other words, it is another record.
    bench.tells(record("R-1"))
    assert bench.open() == ["R-2"]
    bench.tells(record("R-1", state="solved"))
    assert bench.open() == ["R-2", "R-1"]
    (shown,) = bench.command("list", "--state", "discarded", "--json").json
    assert (shown["discarded_by"], shown["discarded_why"]) == ("Ariane", "a trial")
    (entry,) = AuditLog(bench.database).entries()
    assert (entry.who, entry.what) == ("Ariane", "discard from quarantine")
    assert entry.details == {"why": "a trial", "records": [int(number["R-1"])]}
    again = bench.command("discard", number["R-1"], number["R-2"], "--why", "both")
    assert again.out == "1 record discarded\n1 left alone: it was seen to already\n"


@pytest.mark.parametrize("arguments", [(), ("1", "--all"), ("1", "--source", "rogers-push")])
def test_what_is_meant_is_unmistakable(bench: Bench, arguments: tuple[str, ...]) -> None:
    bench.tells(record("R-1"))
    assert "by --all" in bench.command("retry", *arguments).error


def test_it_speaks_french(bench: Bench) -> None:
    bench.tells(record("R-1"))
    bench.keeps("mails", {"row": 7})
    french = {"LANG": "fr_CA.UTF-8"}
    assert "la ligne 7" in bench.command("retry", "--all", **french).out
    assert (
        "1 enregistrement écarté" in bench.command("discard", "1", "--why", "essai", **french).out
    )


def test_why_is_told_in_the_readers_language(bench: Bench) -> None:
    french = {"LANG": "fr_CA.UTF-8"}
    bench.tells(record("R-1"), record("R-2", kind="outage", opened="soon"))
    reason = "la catégorie « modem » ne mène nulle part"
    assert reason in plain(bench.command("list", **french).out)
    assert "'modem' is mapped nowhere" in bench.command("list").out
    (number,) = [str(row["id"]) for row in bench.world.rows(quarantine) if row["ref"] == "R-1"]
    assert reason in plain(bench.command("show", number, **french).out)
    # A reason within the reason too, and that of the last try.
    bench.command("retry", "--all")
    assert "received_at : 'soon' n'est pas une date" in plain(bench.command("list", **french).out)
    # Scripts read English, and either language finds it.
    asked = ("list", "--json", "--reason")
    for words in ("modem' is mapped", "« modem » NE MÈNE", "pas une date et heure"):
        (found,) = bench.command(*asked, words, **french).json
        assert found["ref"] == ("R-2" if "date" in words else "R-1")
        assert found["reason"].isascii()
    assert bench.command(*asked, "ne mène").json == []


def test_what_was_stored_in_english_alone_is_told_so(bench: Bench) -> None:
    bench.tells(record("R-1"))
    with bench.database.write() as connection:
        connection.execute(quarantine.update().values(said=None))
    assert "'modem' is mapped nowhere" in bench.command("list", LANG="fr_CA.UTF-8").out
    bench.tells(record("R-1"))
    assert "ne mène nulle part" in plain(bench.command("list", LANG="fr_CA.UTF-8").out)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("’", "'")
