"""Walks in the order of a time, over lists that change under the reader, on servers that lie."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from random import Random

import pytest

from monitor.collectors.keyset import KeysetList, OrderLost
from monitor.collectors.paging import SlidingList

START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
Row = tuple[int, datetime, int]
"""Reference, last change, version."""


class Register:
    """Rows by reference on a server that filters and sorts by last change, or says it does."""

    def __init__(self, rows: int, *, limit: int = 10, seconds: float = 1.0) -> None:
        self.limit = limit
        self.seconds = seconds
        self.now = START
        self.rows: dict[int, Row] = {}
        self.sorted = True
        self.filtered = True
        self.deepest = 0
        self.requests = 0
        self._next = 0
        for _ in range(rows):
            self.add()

    def page_at(self, since: datetime, offset: int) -> Sequence[Row]:
        self.requests += 1
        self.deepest = max(self.deepest, offset)
        rows = list(self.rows.values())
        if self.sorted:
            rows.sort(key=itemgetter(1, 0))
        if self.filtered:
            earliest = since.replace(microsecond=0)
            rows = [row for row in rows if row[1] >= earliest]
        return rows[offset : offset + self.limit]

    def add(self) -> int:
        self._tick()
        self._next += 1
        self.rows[self._next] = (self._next, self.now, 0)
        return self._next

    def edit(self, ref: int) -> None:
        self._tick()
        self.rows[ref] = (ref, self.now, self.rows[ref][2] + 1)

    def delete(self, ref: int) -> None:
        del self.rows[ref]

    def pages_since(self, since: datetime) -> Iterator[Sequence[Row]]:
        return SlidingList(lambda offset: self.page_at(since, offset)).pages()

    def _tick(self) -> None:
        self.now += timedelta(seconds=self.seconds)


def walked(register: Register, since: datetime = START, **options) -> list[int]:
    walk = KeysetList(register.pages_since, lambda row: row[1], **options)
    return [ref for page in walk.pages(since) for ref, _, _ in page]


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 22, 100, 300])
@pytest.mark.parametrize("limit", [1, 2, 10, 50, 5000])
@pytest.mark.parametrize("seconds", [0.0, 0.3, 1.0])
def test_a_quiet_list_is_read_whole(rows: int, limit: int, seconds: float) -> None:
    register = Register(rows, limit=limit, seconds=seconds)
    assert list(dict.fromkeys(walked(register))) == sorted(register.rows)


def test_offsets_stay_short_once_the_order_is_earned() -> None:
    register = Register(5000, limit=100)
    walked(register)
    assert register.deepest <= 200
    # A margin of twenty rows a page, and what it takes to find the end.
    assert register.requests <= 5000 / 79 + 6


def test_what_stands_after_the_period_is_not_read() -> None:
    register = Register(5000, limit=100)
    refs = walked(register, until=START + timedelta(seconds=301))
    assert set(refs) >= set(range(1, 301))
    assert len(refs) <= 700


def test_a_server_that_ignores_the_order_is_read_by_offset() -> None:
    register = Register(300, limit=10)
    random = Random(3)
    order = list(register.rows.items())
    random.shuffle(order)
    register.rows = dict(order)
    register.sorted = False
    assert sorted(walked(register)) == list(range(1, 301))


def test_a_server_that_ignores_the_filter_is_read_by_offset() -> None:
    register = Register(300, limit=100)
    register.filtered = False
    assert walked(register) == list(range(1, 301))


def test_a_server_that_sorts_the_other_way_is_read_by_offset() -> None:
    register = Register(300, limit=50)
    register.rows = dict(reversed(register.rows.items()))
    register.sorted = False
    assert sorted(walked(register)) == list(range(1, 301))


def test_a_server_that_lists_by_age_is_not_taken_for_an_ordered_one() -> None:
    """Few rows are ever edited, and one of them stands last on a page."""
    for edited in range(90, 110):
        register = Register(500, limit=50)
        register.sorted = False
        register.edit(edited)
        with suppress(OrderLost):
            assert sorted(set(walked(register))) == list(range(1, 501))


@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_server_that_sorts_what_it_has_cut_is_read_by_offset(share: float) -> None:
    register = Register(500, limit=50)
    register.sorted = False
    random = Random(11)
    for ref in random.sample(range(1, 501), int(500 * share)):
        register.edit(ref)
    # Where each stood before it was edited.
    register.rows = dict(sorted(register.rows.items()))
    plainly = register.page_at
    register.page_at = lambda since, offset: sorted(  # type: ignore[method-assign]
        plainly(since, offset), key=lambda row: row[1]
    )
    assert sorted(set(walked(register))) == list(range(1, 501))


def test_an_order_that_ends_after_it_was_relied_on_is_said() -> None:
    register = Register(500, limit=50)

    def pages_since(since: datetime) -> Iterator[Sequence[Row]]:
        # From its three hundredth row on the list is in no order.
        for page in register.pages_since(since):
            yield page if page[0][0] < 300 else list(reversed(page))

    with pytest.raises(OrderLost):
        list(KeysetList(pages_since, lambda row: row[1]).pages(START))


def random_walk(seed: int) -> set[int]:
    """The untouched rows that a walk among random edits, additions and deletions left out."""
    random = Random(seed)
    register = Register(
        random.randrange(200),
        limit=random.choice([2, 7, 25, 40, 60]),
        seconds=random.choice([0.01, 0.3, 1, 5]),
    )
    rate = random.choice([0.3, 1, 3])
    touched: set[int] = set()

    def churn() -> None:
        for _ in range(round(random.expovariate(1 / rate)) if register.requests < 60 else 0):
            choice = random.random()
            if choice < 0.25 or not register.rows:
                touched.add(register.add())
                continue
            ref = random.choice(list(register.rows))
            touched.add(ref)
            (register.edit if choice < 0.8 else register.delete)(ref)

    plainly = register.page_at

    def page_at(since: datetime, offset: int) -> Sequence[Row]:
        page = plainly(since, offset)
        churn()
        return page

    register.page_at = page_at  # type: ignore[method-assign]
    before = set(register.rows)
    seen = set(walked(register))
    return before - touched - seen


def test_fault_11_random_walks_lose_nothing(walks: range) -> None:
    assert {seed: lost for seed in walks if (lost := random_walk(seed))} == {}
