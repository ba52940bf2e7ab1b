"""What an operator says of a word, on both databases: as if the mapping had always said so."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from monitor.alerts.interventions import Act, Via
from monitor.cases.correction import Correction, in_force
from monitor.cases.observation import Observation
from monitor.collectors.base import Batch, Reread
from monitor.contract.model import Status
from monitor.errors import InputError
from monitor.store.audit import AuditLog
from monitor.store.corrections import Corrections
from monitor.store.database import Database, open_database
from monitor.store.notes import Notes
from monitor.store.schema import migrate
from monitor.store.tables import case, obligation, observation
from tests.support.cases import KEY, quebec, said, utc
from tests.support.world import SOURCE, World, ticket

ACT = Act(by="olivier", why="dit par leur comptoir", via=Via.HTTP)
RECEIVED = "2026-11-23 08:00"


def shelved(ref: str, word: str = "On  the SHELF", at: str = "2026-11-23 10:00") -> Observation:
    return said(word, at, received_at=RECEIVED, key=ticket(ref))


def started(ref: str) -> Observation:
    return said("in_progress", "2026-11-23 08:05", received_at=RECEIVED, key=ticket(ref))


def correct(world: World, status: Status | None, word: str = "on the shelf") -> Correction:
    return Corrections(world.database).correct(SOURCE, word, status, ACT, at=world.now)


def statuses(world: World) -> dict[str, str | None]:
    return {row["raw_status"]: row["status"] for row in world.rows(observation)}


def test_a_corrected_word_is_read_so_in_what_was_stated_and_in_what_comes(
    database: Database,
) -> None:
    world = World(database).at("2026-11-23 11:00")
    world.polled(started("TT-1"), shelved("TT-1"), started("TT-2"))
    world.tick()
    before = world.owed("incident-resolution", ticket("TT-1")).evaluation
    assert before.elapsed_seconds == 3 * 3600
    made = correct(world, Status.RESOLVED)
    assert (made.statements, made.status) == (1, Status.RESOLVED)
    world.tick()
    # Two hours counted: it was done at ten.
    assert world.owed("incident-resolution", ticket("TT-1")).evaluation.elapsed_seconds == 2 * 3600
    assert Corrections(database).cases_of_unknown() == {}
    assert world.readings.unknown_statuses() == []
    # Another case with it, in other letters, is read so as it comes.
    world.at("2026-11-23 12:00").polled(started("TT-3"), shelved("TT-3", "ON THE shelf"))
    assert statuses(world)["ON THE shelf"] == "resolved"
    # Nor is anybody told that it is unknown.
    batch = Batch(observations=[shelved("TT-4")], unknown_statuses={"On  the SHELF": 1, "other": 1})
    recorded = world.observations.record(SOURCE, batch, at=world.now)
    assert list(recorded.corrected) == ["On  the SHELF"]
    (line,) = AuditLog(database).entries()
    assert line.what == "correct mapping"
    assert line.details["statements"] == line.details["cases"] == 1


def test_what_comes_of_it_is_what_a_mapping_would_have_made(tmp_path: Path) -> None:
    told: list[Any] = []
    for corrected in (True, False):
        made = open_database(f"sqlite:///{tmp_path}/{corrected}.db")
        migrate(made)
        world = World(made).at("2026-11-23 11:00")
        word = "fixed" if corrected else "resolved"
        world.polled(started("TT-1"), shelved("TT-1", word))
        world.tick()
        if corrected:
            correct(world, Status.RESOLVED, "fixed")
        world.tick()
        world.at("2026-11-23 15:00")
        world.polled(said("reopened", "2026-11-23 14:00", received_at=RECEIVED, key=ticket("TT-1")))
        world.tick()
        told.append(world.contents(obligation, without=("evaluated_at", "id")))
        world.database.close()
    assert told[0] == told[1]


def test_taken_back_the_word_is_unknown_again(database: Database) -> None:
    world = World(database).at("2026-11-23 11:00")
    world.polled(started("TT-1"), shelved("TT-1"))
    correct(world, Status.HELD)
    world.tick()
    with pytest.raises(InputError, match="read so already"):
        correct(world, Status.HELD)
    correct(world, Status.WAITING_CLIENT)
    assert statuses(world)["On  the SHELF"] == "waiting_client"
    assert correct(world, None).statements == 1
    (unknown,) = world.readings.unknown_statuses()
    assert unknown.observations == 1
    assert Corrections(database).cases_of_unknown() == {(SOURCE, "On  the SHELF"): 1}
    assert Corrections(database).standing() == []
    (row,) = world.rows(case)
    assert (row["status"], row["marked_at"] is not None) == (None, True)


def test_what_the_source_never_said_is_refused(database: Database) -> None:
    world = World(database)
    world.polled(started("TT-1"))
    with pytest.raises(InputError, match="never stated the status 'shelf'"):
        correct(world, Status.HELD, "shelf")
    with pytest.raises(InputError, match="read so already"):
        correct(world, None, "shelf")
    assert AuditLog(database).entries() == []


def test_a_mapping_that_knows_the_word_has_the_last_word(database: Database) -> None:
    world = World(database).at("2026-11-23 11:00")
    world.polled(started("TT-1"), shelved("TT-1", "shelf"))
    correct(world, Status.HELD, "shelf")
    # What a collector reads by its mapping comes with a status.
    mapped = shelved("TT-2", "shelf")
    world.polled(Observation(**{**fields(mapped), "status": Status.RESOLVED}))
    found = {row["id"]: row["status"] for row in world.rows(observation)}
    assert found[mapped.id] == "resolved"


def fields(observed: Observation) -> dict[str, Any]:
    return {
        name: getattr(observed, name)
        for name in ("source", "key", "raw_status", "received_at", "changed_at", "observed_at")
    } | {"category": observed.category}


def test_a_poll_that_reads_a_case_again_unlearns_nothing(database: Database) -> None:
    world = World(database).at("2026-11-23 11:00")
    stated = shelved("TT-1")
    world.polled(stated)
    correct(world, Status.HELD)
    world.tick()
    # As a collector says it that knows the word no better than before.
    again = Reread(
        id=stated.id,
        source=SOURCE,
        key=ticket("TT-1"),
        raw_status=stated.raw_status,
        status=None,
        before=Status.HELD,
    )
    batch = Batch(confirmed=[ticket("TT-1")], reread=[again], complete=True)
    world.observations.record(SOURCE, batch, at=world.now + timedelta(minutes=1))
    (row,) = world.rows(case)
    assert (row["status"], row["marked_at"]) == ("held", None)
    # And the statement itself, told again.
    world.polled(stated)
    assert statuses(world)[stated.raw_status] == "held"


def test_the_latest_of_a_word_counts() -> None:
    def entry(id_: int, word: str, status: Status | None) -> Correction:
        at = quebec("2026-11-23 09:00")
        return Correction(
            id=id_, source="s", word=word, status=status, by="b", why="w", at=at, statements=0
        )

    entries = [
        entry(3, "A  b", None),
        entry(1, "a B", Status.HELD),
        entry(2, "c", Status.RESOLVED),
        entry(4, "C", Status.HELD),
    ]
    assert {name: each.id for name, each in in_force(entries).items()} == {("s", "c"): 4}


def test_entries_and_notes_are_only_added(database: Database) -> None:
    world = World(database)
    world.polled(shelved("TT-1"), said("received", RECEIVED, received_at=RECEIVED))
    correct(world, Status.HELD)
    Notes(database).add(KEY, ACT, at=utc("2026-11-23 09:00"))
    with pytest.raises(InputError, match="no case has the reference"):
        Notes(database).add(ticket("TT-9"), ACT, at=world.now)
    record = world.readings.case(KEY)
    assert record is not None
    assert [(note.by, note.text) for note in record.notes] == [("olivier", ACT.why)]
    for table in ("correction", "case_note"):
        with pytest.raises(DBAPIError, match="only added"), database.write() as connection:
            connection.execute(text(f"UPDATE {table} SET \"by\" = 'x'"))
