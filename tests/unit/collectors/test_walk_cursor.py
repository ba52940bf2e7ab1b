import json
from datetime import UTC, datetime, timedelta

from monitor.collectors.paging import Place
from monitor.collectors.walk_cursor import Cut, WalkCursor, is_due

AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_cursor_survives_its_storage_as_json() -> None:
    cursor = WalkCursor(mapping="m", since=AT, witness="TT-1", swept_at=AT, reread_at=None)
    assert WalkCursor.load(json.loads(json.dumps(cursor.dump())), "m") == cursor


def test_another_mapping_starts_over() -> None:
    cursor = WalkCursor(mapping="m", since=AT, witness="TT-1", swept_at=AT, reread_at=AT)
    assert WalkCursor.load(cursor.dump(), "n") == WalkCursor(mapping="n")
    assert WalkCursor.load(None, "n") == WalkCursor(mapping="n")


def test_what_is_due() -> None:
    assert is_due(None, HOUR, AT)
    assert is_due(AT - HOUR, HOUR, AT)
    assert not is_due(AT - HOUR + timedelta(seconds=1), HOUR, AT)
    assert is_due(AT, "every-poll", AT)
    assert not is_due(None, "never", AT)


def test_a_clock_that_stepped_back_puts_nothing_off() -> None:
    assert is_due(AT + timedelta(days=400), HOUR, AT)


def test_a_cut_walk_survives_its_storage_as_json() -> None:
    place = Place(90, (1, 2**55)).dump()
    cut = Cut(mapping="m", began_at=AT, server_began_at=None, place=place, latest=AT, witness="T")
    assert Cut.load(json.loads(json.dumps(cut.dump())), "m") == cut
    assert Cut.load(cut.dump(), "n") is None
    assert Cut.load(None, "m") is None
