from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from monitor.cases.observation import CaseKey, Observation
from monitor.cases.timeline import build_timeline
from monitor.collectors.base import Batch, Quarantined, Reread, SourceFault
from monitor.contract.model import CaseKind, Status
from monitor.locale import language
from monitor.locale.marking import N_, Said, told
from monitor.store import open_cases
from monitor.store.database import Database
from monitor.store.observations import Observations
from monitor.store.readings import Readings
from monitor.store.rows import as_observation, select_observations
from monitor.store.tables import (
    case,
    observation,
    organization,
    payload,
    quarantine,
    source,
    unknown_status,
)
from tests.support.cases import KEY, said

AT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=1)
RECEIVED = said("received", "2026-11-23 08:30", received_at="2026-11-23 08:30")
RESOLVED = said("resolved", "2026-11-23 08:45", received_at="2026-11-23 08:30")
SOURCE = RECEIVED.source


@pytest.fixture
def observations(database: Database) -> Observations:
    return Observations(database)


def rows(database: Database, table: Any) -> list[dict[str, Any]]:
    with database.read() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def row(database: Database, table: Any) -> dict[str, Any]:
    (only,) = rows(database, table)
    return only


def judged(database: Database) -> None:
    """As if a tick had seen to every marked case."""
    with database.write() as connection:
        connection.execute(case.update().values(marked_at=None))


def marked(database: Database) -> list[str]:
    return [r["ref"] for r in rows(database, case) if r["marked_at"] is not None]


def batch(*observed: Observation, **changes: Any) -> Batch:
    return Batch(observations=observed, **changes)


def test_a_source_never_polled_has_a_fresh_window(observations: Observations) -> None:
    window = observations.load_window(SOURCE)
    assert (window.cursor, list(window.known), window.failures) == (None, [], 0)


def test_a_batch_comes_back_as_it_went_in(database: Database, observations: Observations) -> None:
    derived = replace(
        RESOLVED,
        changed_after=AT,
        previous_id=RECEIVED.id,
        organization="MSSS",
        place="Gaspé",
        payload={"id": "INC-1", "note": None},
    )
    recorded = observations.record(SOURCE, batch(RECEIVED, derived), at=AT)
    assert (recorded.added, recorded.repeated, recorded.quarantined) == (2, 0, 0)
    stored = {r["id"]: r for r in rows(database, observation)}
    assert set(stored) == {RECEIVED.id, derived.id}
    kept = stored[derived.id]
    for name in (
        "source", "raw_status", "status", "received_at", "changed_at", "changed_after",
        "previous_id", "observed_at", "organization", "category", "place",
    ):  # fmt: skip
        assert kept[name] == getattr(derived, name), name
    records = {r["observation_id"]: (r["month"], r["record"]) for r in rows(database, payload)}
    assert records == {RECEIVED.id: (202611, {}), derived.id: (202611, derived.payload)}
    assert row(database, organization) == {"name": "MSSS", "first_seen_at": AT}
    assert marked(database) == [KEY.ref]


def test_the_same_batch_again_adds_and_marks_nothing(
    database: Database, observations: Observations
) -> None:
    observations.record(SOURCE, batch(RECEIVED, RESOLVED), at=AT)
    judged(database)
    before = rows(database, observation)
    again = observations.record(SOURCE, batch(RESOLVED, RECEIVED, RECEIVED), at=LATER)
    assert (again.added, again.repeated) == (0, 3)
    assert rows(database, observation) == before
    assert marked(database) == []
    assert row(database, source)["observations"] == 2


def test_the_cursor_moves_with_its_batch_and_only_a_whole_walk_confirms(
    database: Database, observations: Observations
) -> None:
    observations.record(SOURCE, batch(RECEIVED), at=AT)
    assert observations.load_window(SOURCE).cursor is None
    assert row(database, source)["confirmed_at"] is None
    observations.record(SOURCE, batch(cursor={"since": "x"}, complete=True), at=LATER)
    assert observations.load_window(SOURCE).cursor == {"since": "x"}
    assert row(database, source)["confirmed_at"] == LATER


def test_an_export_confirms_and_shows_its_cases_as_of_when_it_was_made(
    database: Database, observations: Observations
) -> None:
    made = AT - timedelta(hours=2)
    observations.record(SOURCE, batch(RECEIVED, as_of=made), at=AT)
    assert row(database, case)["last_seen_at"] == made
    observations.record(SOURCE, batch(complete=True, as_of=made), at=AT)
    assert row(database, source)["confirmed_at"] == made
    # An older one, read later, takes neither back.
    older = batch(RECEIVED, complete=True, as_of=made - timedelta(hours=1))
    observations.record(SOURCE, older, at=LATER)
    assert row(database, source)["confirmed_at"] == made
    assert row(database, case)["last_seen_at"] == made


def test_the_present_status_of_a_confirmed_case_is_read_anew(
    database: Database, observations: Observations
) -> None:
    unknown = replace(RECEIVED, raw_status="Suspendu", status=None)
    observations.record(SOURCE, batch(unknown), at=AT)
    judged(database)
    (known,) = observations.recall(SOURCE, [KEY])
    assert known.status is None
    read = Reread(
        id=known.last_observation_id,
        source=SOURCE,
        key=KEY,
        raw_status="Suspendu",
        status=Status.HELD,
        before=None,
    )
    observations.record(SOURCE, batch(confirmed=[KEY], reread=[read]), at=LATER)
    assert row(database, observation)["status"] == row(database, case)["status"] == "held"
    assert row(database, unknown_status)["observations"] == 0
    assert marked(database) == [KEY.ref]


def test_a_walk_that_vouches_for_nothing_ends_a_fault_and_confirms_nothing(
    database: Database, observations: Observations
) -> None:
    observations.record_fault(SOURCE, SourceFault("gone", kind="unreachable"), at=AT)
    observations.record(SOURCE, batch(complete=True, vouches=False), at=LATER)
    found = row(database, source)
    assert (found["failures"], found["fault"], found["confirmed_at"]) == (0, None, None)


def test_a_file_that_is_read_after_all_leaves_quarantine(
    database: Database, observations: Observations
) -> None:
    aside = Quarantined(ref="a.csv", reason="cut short", payload={"file": "a.csv"})
    observations.record(SOURCE, batch(quarantined=[aside]), at=AT)
    observations.record(SOURCE, batch(answered=["a.csv"]), at=LATER)
    assert row(database, quarantine)["resolved_at"] == LATER


def test_a_batch_that_cannot_be_stored_whole_leaves_nothing(
    database: Database, observations: Observations
) -> None:
    faulty = batch(RECEIVED, quarantined=[Quarantined(ref="X", reason="no date", payload={1: 2})])
    object.__setattr__(faulty, "cursor", 7)  # not JSON's idea of a mapping
    with pytest.raises(TypeError):
        observations.record(SOURCE, faulty, at=AT)
    for table in (source, case, observation, quarantine):
        assert rows(database, table) == []


def test_open_cases_are_known_as_last_stated(
    database: Database, observations: Observations
) -> None:
    observations.record(SOURCE, batch(RECEIVED), at=AT)
    moved = replace(RESOLVED, place="Sept-Îles", organization="MTQ", category="outage")
    observations.record(SOURCE, batch(moved), at=LATER)
    (known,) = observations.load_window(SOURCE).known
    assert known.key == KEY
    assert known.last_observation_id == moved.id
    assert (known.raw_status, known.place) == ("resolved", "Sept-Îles")
    assert (known.organization, known.category) == ("MTQ", "outage")
    assert known.confirmed_at == LATER
    assert observations.recall(SOURCE, [KEY, CaseKey("telus", CaseKind.ORDER, "?")]) == [known]
    with database.write() as connection:
        connection.execute(case.update().values(is_open=False))
    assert list(observations.load_window(SOURCE).known) == []
    assert observations.recall(SOURCE, [KEY]) == [known]
    again = said("reopened", "2026-11-23 08:50", received_at="2026-11-23 08:30")
    observations.record(SOURCE, batch(again), at=LATER)
    assert [each.key for each in observations.load_window(SOURCE).known] == [KEY]


def test_open_cases_are_gone_through_by_pages(
    database: Database, observations: Observations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_cases, "_PAGE", 2)
    keys = [CaseKey("telus", CaseKind.TICKET, f"T-{n}") for n in range(6)]
    # Seen at instants that repeat, across the ends of pages too.
    for key, minutes in zip(keys, (3, 1, 2, 1, 1, 9), strict=True):
        seen = AT + timedelta(minutes=minutes)
        observations.record(SOURCE, batch(replace(RECEIVED, key=key)), at=seen)
    observations.record("other", batch(replace(RECEIVED, key=KEY, source="other")), at=AT)
    state = observations.load_window(SOURCE)
    assert [known.key for known in state.known] == keys
    assert [known.key for known in state.known] == keys
    overdue = state.overdue
    assert overdue is not None

    def unseen(minutes: int, since: datetime | None = None) -> list[str]:
        found = overdue(AT + timedelta(minutes=minutes), since)
        return [known.key.ref for known in found]

    assert unseen(9) == ["T-1", "T-3", "T-4", "T-2", "T-0"]
    # After the clock was set back, what was seen in its future is no less unseen.
    assert unseen(5) == ["T-1", "T-3", "T-4", "T-2", "T-0", "T-5"]
    assert unseen(9, AT + timedelta(minutes=2)) == ["T-1", "T-3", "T-4"]
    # As a walk has it: what is stored meanwhile is not asked for any more.
    found = iter(overdue(AT + timedelta(minutes=9), None))
    assert [next(found).key.ref for _ in range(2)] == ["T-1", "T-3"]
    observations.record(SOURCE, batch(confirmed=[keys[4]]), at=AT + timedelta(minutes=9))
    assert [known.key.ref for known in found] == ["T-2", "T-0"]


def test_a_late_statement_about_the_past_does_not_change_what_the_case_is(
    database: Database, observations: Observations
) -> None:
    observations.record(SOURCE, batch(RESOLVED), at=AT)
    judged(database)
    late = replace(RECEIVED, observed_at=LATER)
    observations.record(SOURCE, batch(late), at=LATER)
    assert row(database, case)["raw_status"] == "resolved"
    assert row(database, case)["last_observation_id"] == RESOLVED.id
    assert marked(database) == [KEY.ref]


def test_a_status_the_mapping_has_learned_replaces_the_old_reading(
    database: Database, observations: Observations
) -> None:
    unread = replace(RECEIVED, raw_status="nouveau", status=None)
    observations.record(SOURCE, batch(unread), at=AT)
    judged(database)
    assert row(database, unknown_status)["observations"] == 1
    learned = replace(unread, status=Status.RECEIVED)
    assert observations.record(SOURCE, batch(learned), at=LATER).added == 0
    assert row(database, observation)["status"] == "received"
    assert row(database, case)["status"] == "received"
    assert row(database, unknown_status)["observations"] == 0
    assert marked(database) == [KEY.ref]


def test_reading_a_case_again_moves_only_its_last_sighting(
    database: Database, observations: Observations
) -> None:
    observations.record(SOURCE, batch(RECEIVED), at=AT)
    judged(database)
    observations.record(SOURCE, batch(confirmed=[KEY]), at=LATER)
    assert row(database, case)["last_seen_at"] == LATER
    assert marked(database) == []


def test_a_case_the_source_has_no_more_is_counted_until_it_is_seen_again(
    database: Database, observations: Observations
) -> None:
    observations.record(SOURCE, batch(RECEIVED), at=AT)
    for at in (AT, LATER):
        observations.record(SOURCE, batch(missing=[KEY]), at=at)
    gone = row(database, case)
    assert (gone["missing_since"], gone["missing_polls"]) == (AT, 2)
    observations.record(SOURCE, batch(confirmed=[KEY]), at=LATER)
    back = row(database, case)
    assert (back["missing_since"], back["missing_polls"]) == (None, 0)


def test_a_bad_record_is_kept_once_with_its_latest_reason(
    database: Database, observations: Observations
) -> None:
    bad = Quarantined(ref="INC-9", reason="no date", payload={"id": "INC-9"})
    assert observations.record(SOURCE, batch(quarantined=[bad]), at=AT).quarantined == 1
    worse = replace(bad, reason="no zone")
    assert observations.record(SOURCE, batch(quarantined=[worse]), at=LATER).quarantined == 0
    kept = row(database, quarantine)
    assert (kept["reason"], kept["first_seen_at"], kept["last_seen_at"]) == ("no zone", AT, LATER)
    assert kept["resolved_at"] is None
    fixed = replace(RECEIVED, key=replace(KEY, ref="INC-9"))
    observations.record(SOURCE, batch(fixed), at=LATER)
    assert row(database, quarantine)["resolved_at"] == LATER
    observations.record(SOURCE, batch(quarantined=[bad]), at=LATER)
    assert row(database, quarantine)["resolved_at"] is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"raw_status": "open\x00ed"}, "raw_status holds characters"),
        ({"place": "Gasp\ud800"}, "place holds characters"),
        ({"organization": "M" * 201}, "organization has 201 characters"),
        ({"key": CaseKey("telus", CaseKind.TICKET, "9" * 201)}, "ref has 201 characters"),
    ],
)
def test_what_no_database_takes_is_quarantined_and_the_rest_goes_on(
    database: Database, observations: Observations, changes: dict[str, Any], reason: str
) -> None:
    bad = replace(RECEIVED, **changes)
    recorded = observations.record(SOURCE, batch(bad, RESOLVED), at=AT)
    assert (recorded.added, recorded.quarantined) == (1, 1)
    assert row(database, quarantine)["reason"].startswith(reason)


def test_a_payload_of_any_json_is_kept(database: Database, observations: Observations) -> None:
    odd = {"nul": "a\x00b", "half": "\ud800", "nan": float("nan"), "at": AT}
    observations.record(SOURCE, batch(replace(RECEIVED, payload=odd)), at=AT)
    kept = row(database, payload)["record"]
    assert (kept["nul"], kept["half"], kept["nan"]) == ("a\x00b", "\ud800", "NaN")


def test_faults_count_in_a_row_and_a_complete_poll_ends_them(
    database: Database, observations: Observations
) -> None:
    observations.record(SOURCE, batch(cursor={"n": 1}, complete=True), at=AT)
    fault = SourceFault("answered 503", kind="http_5xx", not_before=LATER)
    assert observations.record_fault(SOURCE, fault, at=LATER) == 1
    assert observations.record_fault(SOURCE, fault, at=LATER) == 2
    kept = row(database, source)
    assert (kept["fault_kind"], kept["fault"]) == ("http_5xx", "answered 503")
    assert kept["confirmed_at"] == AT
    window = observations.load_window(SOURCE)
    assert (window.cursor, window.not_before, window.failures) == ({"n": 1}, LATER, 2)
    observations.record(SOURCE, batch(complete=True), at=LATER)
    window = observations.load_window(SOURCE)
    assert (window.cursor, window.not_before, window.failures) == ({"n": 1}, None, 0)
    assert row(database, source)["fault"] is None


def test_what_is_stored_gives_the_same_timeline(
    database: Database, observations: Observations
) -> None:
    """Ids are content: what comes back from the database has the ids that went in."""
    observations.record(SOURCE, batch(RESOLVED, RECEIVED), at=AT)
    again = [
        Observation(
            source=r["source"],
            key=KEY,
            raw_status=r["raw_status"],
            status=Status(r["status"]),
            received_at=r["received_at"],
            changed_at=r["changed_at"],
            observed_at=r["observed_at"],
            category=r["category"],
        )
        for r in rows(database, observation)
    ]
    assert build_timeline(again) == build_timeline([RECEIVED, RESOLVED])


@pytest.mark.parametrize("how", ["repeated", "confirmed", "outside the contract"])
def test_what_reads_well_again_is_no_longer_a_question(
    database: Database, observations: Observations, how: str
) -> None:
    observed = RECEIVED
    observations.record(SOURCE, batch(observed), at=AT)
    bad = Quarantined(ref=observed.key.ref, reason="no date", payload={})
    observations.record(SOURCE, batch(quarantined=[bad]), at=AT)
    better = {
        "repeated": batch(observed),
        "confirmed": batch(confirmed=[observed.key]),
        "outside the contract": batch(outside_contract=[observed.key.ref]),
    }
    observations.record(SOURCE, better[how], at=LATER)
    assert row(database, quarantine)["resolved_at"] == LATER


def test_a_walk_that_was_cut_goes_on_from_its_last_checkpoint(observations: Observations) -> None:
    observations.record(SOURCE, batch(RECEIVED, checkpoint={"since": 1}), at=AT)
    observations.record(SOURCE, batch(RESOLVED), at=AT)
    observations.record_fault(SOURCE, SourceFault("down", kind="timeout"), at=AT)
    state = observations.load_window(SOURCE)
    assert (state.cursor, state.checkpoint) == (None, {"since": 1})
    observations.record(SOURCE, batch(cursor={"since": 2}, complete=True), at=LATER)
    state = observations.load_window(SOURCE)
    assert (state.cursor, state.checkpoint) == ({"since": 2}, None)


def test_what_was_left_and_is_stated_again_is_a_statement_of_its_own(
    database: Database, observations: Observations
) -> None:
    # Reopened in error, then completed anew under the first completion's date.
    reopened = replace(
        said("in_progress", "2026-11-23 10:00", received_at="2026-11-23 08:30"),
        previous_id=RESOLVED.id,
    )
    again = replace(RESOLVED, previous_id=reopened.id, observed_at=AT + timedelta(days=1))
    assert again.id == RESOLVED.id
    for at, one in enumerate([RECEIVED, RESOLVED, reopened, again]):
        recorded = observations.record(SOURCE, batch(one), at=AT + timedelta(minutes=at))
        assert recorded.added == 1
    # Read twice in one walk, or by the next one, it is not made a third time.
    for one in (again, RESOLVED):
        assert observations.record(SOURCE, batch(one), at=AT + timedelta(hours=1)).added == 0
    kept = row(database, case)
    assert (kept["raw_status"], kept["changed_at"]) == ("resolved", RESOLVED.changed_at)
    with database.read() as connection:
        stated = [as_observation(one, KEY) for one in connection.execute(select_observations())]
    assert len({one.id for one in stated}) == 4
    last = build_timeline(stated).changes[-1]
    assert (last.raw_status, last.at) == ("resolved", RESOLVED.changed_at)


def test_a_fault_is_told_in_the_readers_language_until_it_is_over(
    observations: Observations, database: Database
) -> None:
    said = Said(N_("{url}: cannot be reached"), url="https://api.example")
    observations.record_fault(SOURCE, SourceFault(said, kind="unreachable"), at=AT)
    (kept,) = Readings(database).sources()
    assert kept.fault is not None
    assert kept.fault == "https://api.example: cannot be reached"
    assert told(kept.fault, language("fr").gettext).endswith("injoignable")
    # One that nobody marked is told as it is.
    observations.record_fault(SOURCE, SourceFault("odd", kind="odd"), at=LATER)
    assert Readings(database).sources()[0].fault == "odd"
    observations.record(SOURCE, batch(complete=True), at=LATER)
    assert row(database, source)["fault_said"] is None
