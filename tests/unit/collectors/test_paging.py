"""Walks over lists that change under the reader: no row that nobody touches is ever left out."""

from collections.abc import Sequence
from random import Random

import pytest

from monitor.collectors.base import SourceFault
from monitor.collectors.paging import SlidingList


class Shelf:
    """A list on a server: rows by id, in one of the orders servers have."""

    def __init__(self, rows: int, order: str = "asc", limit: int = 10) -> None:
        self.rows = {number: (number, 0) for number in range(rows)}  # id: (last change, version)
        self.order = order
        self.limit = limit
        self.requests = 0
        self._changes = rows

    def page_at(self, offset: int) -> Sequence[tuple[int, int]]:
        self.requests += 1
        keyed = sorted(self.rows.items(), key=lambda row: row[1 if "id" not in self.order else 0])
        ordered = keyed[::-1] if "desc" in self.order else keyed
        return [(ref, version) for ref, (_, version) in ordered[offset : offset + self.limit]]

    def edit(self, ref: int) -> None:
        self._changes += 1
        self.rows[ref] = (self._changes, self.rows[ref][1] + 1)

    def add(self) -> int:
        self._changes += 1
        self.rows[self._changes + 10_000] = (self._changes, 0)
        return self._changes + 10_000

    def delete(self, ref: int) -> None:
        del self.rows[ref]


def walked(page_at) -> list[int]:
    return [ref for page in SlidingList(page_at).pages() for ref, _ in page]


@pytest.mark.parametrize("rows", [0, 1, 2, 9, 10, 11, 19, 20, 21, 100, 1000])
@pytest.mark.parametrize("limit", [1, 2, 3, 10, 100, 5000])
def test_a_quiet_list_is_read_once_and_whole(rows: int, limit: int) -> None:
    shelf = Shelf(rows, limit=limit)
    assert walked(shelf.page_at) == list(range(rows))


@pytest.mark.parametrize("seed", range(20))
def test_pages_may_vary_in_size_and_a_short_one_is_not_the_end(seed: int) -> None:
    random = Random(seed)
    shelf = Shelf(150)

    def page_at(offset: int) -> Sequence[tuple[int, int]]:
        shelf.limit = random.choice([1, 2, 3, 20, 40])
        return shelf.page_at(offset)

    assert walked(page_at) == list(range(150))


def test_a_quiet_list_costs_little_more_than_its_rows() -> None:
    shelf = Shelf(1000, limit=100)
    walked(shelf.page_at)
    assert shelf.requests <= 14


def test_a_row_edited_during_the_walk_pushes_no_other_past_the_reader() -> None:
    shelf = Shelf(100, limit=10)

    def page_at(offset: int) -> Sequence[tuple[int, int]]:
        page = shelf.page_at(offset)
        # The rows just read move to the end: all that follow move up.
        for ref, _ in page[:3]:
            if shelf.requests < 8:
                shelf.edit(ref)
        return page

    assert set(walked(page_at)) == set(range(100))


def test_what_plain_offsets_would_lose_is_lost_by_plain_offsets() -> None:
    """The test above can fail: without the edge, rows do slip through."""
    shelf = Shelf(100, limit=10)
    seen: set[int] = set()
    offset = 0
    while page := shelf.page_at(offset):
        seen |= {ref for ref, _ in page}
        offset += len(page)
        if offset < 80:
            shelf.edit(page[0][0])
    assert set(range(100)) - seen


def random_walk(seed: int) -> set[int]:
    """The untouched rows that a walk among random edits, additions and deletions left out."""
    random = Random(seed)
    shelf = Shelf(
        random.randrange(200),
        order=random.choice(["asc", "desc", "id asc", "id desc"]),
        limit=random.randrange(2, 60),
    )
    rate = random.choice([0.3, 1, 3])
    touched: set[int] = set()

    def page_at(offset: int) -> Sequence[tuple[int, int]]:
        page = shelf.page_at(offset)
        # Sooner or later every provider has a quiet minute.
        for _ in range(round(random.expovariate(1 / rate)) if shelf.requests < 300 else 0):
            choice = random.random()
            if choice < 0.25 or not shelf.rows:
                touched.add(shelf.add())
                continue
            ref = random.choice(list(shelf.rows))
            touched.add(ref)
            (shelf.edit if choice < 0.8 else shelf.delete)(ref)
        return page

    before = set(shelf.rows)
    seen = set(walked(page_at))
    return before - touched - seen


def test_fault_11_random_walks_lose_nothing(walks: range) -> None:
    assert {seed: lost for seed in walks if (lost := random_walk(seed))} == {}


def test_a_list_that_shrinks_under_the_reader_is_read_to_its_end() -> None:
    shelf = Shelf(50, limit=20)

    def page_at(offset: int) -> Sequence[tuple[int, int]]:
        page = shelf.page_at(offset)
        if shelf.requests == 2:
            for ref in range(30):
                shelf.delete(ref)
        return page

    assert set(walked(page_at)) >= set(range(30, 50))


def test_a_server_without_any_order_is_a_fault_not_an_endless_walk() -> None:
    random = Random(7)
    shelf = Shelf(500, limit=10)

    def page_at(offset: int) -> Sequence[tuple[int, int]]:
        rows = [(ref, random.randrange(10**9)) for ref in shelf.rows]
        random.shuffle(rows)
        shelf.requests += 1
        return rows[offset : offset + 10]

    with pytest.raises(SourceFault, match="changes its order") as fault:
        walked(page_at)
    assert fault.value.kind == "unstable"
    assert shelf.requests < 1000


def test_rows_remembered_are_few_however_long_the_list() -> None:
    walk = SlidingList(Shelf(60_000, limit=1000).page_at)
    assert sum(len(page) for page in walk.pages()) == 60_000
    assert len(walk._read) <= 20_000


@pytest.mark.parametrize("rows", [1, 2, 9, 10, 500])
def test_a_server_that_gives_everything_at_every_offset_is_read_once(rows: int) -> None:
    shelf = Shelf(rows, limit=1000)
    walk = SlidingList(lambda _: shelf.page_at(0), is_partial=lambda: False)
    assert [ref for page in walk.pages() for ref, _ in page] == list(range(rows))
    assert walk.offset_ignored
    assert shelf.requests == 4


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_a_server_that_gives_the_same_part_at_every_offset_is_a_fault(limit: int) -> None:
    shelf = Shelf(50, limit=limit)
    with pytest.raises(SourceFault, match=f"the same {limit} records") as fault:
        walked(lambda _: shelf.page_at(0))
    assert fault.value.kind == "unpaged"
    assert shelf.requests == 4


def test_a_list_that_slides_by_what_was_stepped_over_is_no_ignored_offset() -> None:
    shelf = Shelf(30, order="desc", limit=10)

    def page_at(offset: int) -> Sequence[tuple[int, int]]:
        page = shelf.page_at(offset)
        if shelf.requests == 1:
            for _ in range(9):
                shelf.add()
        return page

    walk = SlidingList(page_at)
    assert {ref for page in walk.pages() for ref, _ in page} >= set(range(30))
    assert not walk.offset_ignored


@pytest.mark.parametrize("rows", [2, 45, 300])
def test_a_server_that_repeats_its_end_is_a_fault_not_an_endless_walk(rows: int) -> None:
    shelf = Shelf(rows, limit=10)
    with pytest.raises(SourceFault, match="beyond the end") as fault:
        walked(lambda offset: shelf.page_at(min(offset, rows - 1)))
    assert fault.value.kind == "unpaged"
    assert shelf.requests < rows + 300


@pytest.mark.parametrize("seed", range(200))
def test_a_walk_that_was_cut_goes_on_and_loses_nothing(seed: int) -> None:
    random = Random(seed)
    order = random.choice(["asc", "desc", "id asc", "id desc"])
    shelf = Shelf(random.randrange(1, 200), order=order, limit=random.randrange(2, 60))
    before, touched = set(shelf.rows), set()
    walk = SlidingList(shelf.page_at)
    pages = walk.pages()
    seen = {ref for _ in range(random.randrange(1, 5)) for ref, _ in next(pages, ())}
    place = walk.place
    for _ in range(random.randrange(40)):
        ref = random.choice(list(shelf.rows))
        touched.add(ref)
        (shelf.edit if random.random() < 0.7 or len(shelf.rows) < 3 else shelf.delete)(ref)
    seen |= {ref for page in SlidingList(shelf.page_at, place=place).pages() for ref, _ in page}
    assert before - touched - seen == set()


def test_a_walk_that_was_cut_does_not_begin_again() -> None:
    shelf = Shelf(1000, limit=100)
    walk = SlidingList(shelf.page_at)
    pages = walk.pages()
    for _ in range(5):
        next(pages)
    rest = [ref for page in SlidingList(shelf.page_at, place=walk.place).pages() for ref, _ in page]
    assert rest == list(range(460, 1000))
