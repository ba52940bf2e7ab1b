"""What a list in the order of keys makes of servers that do other than asked."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from monitor.collectors.batches import ref_of
from monitor.collectors.collection import Page
from monitor.collectors.keyed import Key, KeyedList
from monitor.collectors.keyset import OrderLost


@dataclass
class Table:
    """Rows that are their own keys."""

    rows: list[str]
    size: int = 3
    edit: Callable[["Table", int], object] = lambda _table, _asked: None
    asked: list[tuple[Key | None, bool]] = field(default_factory=list)

    def page_from(self, key: Key | None, beyond: bool) -> Page:  # noqa: FBT001 - as it is called
        self.edit(self, len(self.asked))
        self.asked.append((key, beyond))
        rest = [
            row
            for row in sorted(self.rows)
            if key is None or row > key[0] or (row == key[0] and not beyond)
        ]
        return page(rest[: self.size])

    def is_still(self, key: Key) -> bool:
        return key[0] in self.rows

    def read(self) -> list[str]:
        pages = KeyedList(self.page_from, self.is_still).pages()
        return [str(ref_of(row)) for rows in pages for row in rows]


def page(rows: list[str]) -> Page:
    return Page([{"ref": row} for row in rows], None, marks=[(row,) for row in rows])


@pytest.mark.parametrize("size", [1, 2, 3, 10])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 7])
def test_each_row_is_given_once(count: int, size: int) -> None:
    rows = [f"{number:02}" for number in range(count)]
    assert Table(rows, size).read() == rows


def test_the_last_row_is_asked_for_again_and_no_other_request_made() -> None:
    table = Table(list("abcde"))
    assert table.read() == list("abcde")
    assert table.asked == [(None, False), (("c",), False), (("e",), False)]


def test_a_row_that_was_removed_is_not_missed() -> None:
    def remove(table: Table, asked: int) -> None:
        if asked == 1:
            table.rows.remove("c")

    table = Table(list("abcdefg"), edit=remove)
    assert table.read() == list("abcdefg")


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        (["b", "a"], None),
        (["a", "a"], None),
        (["a", "b"], ("b",)),
        (["c", "d"], ("b",)),
        ([], ("b",)),
    ],
    ids=["unordered", "double", "from before", "left out", "left out, and nothing else"],
)
def test_what_cannot_be_relied_on_is_noticed(rows: list[str], key: Key | None) -> None:
    walked = KeyedList(lambda _key, _beyond: page(rows), lambda _key: True, key=key)
    with pytest.raises(OrderLost):
        list(walked.pages())


def test_rows_without_a_key_are_given_and_alone_lead_nowhere() -> None:
    odd = Page([{}, {"ref": "a"}], None, marks=[None, ("a",)])
    walked = KeyedList(lambda key, _: page(["a"]) if key else odd, lambda _: True)
    assert list(walked.pages()) == [[{}, {"ref": "a"}]]
    alone = KeyedList(lambda _key, _beyond: Page([{}], None, marks=[None]), lambda _: True)
    with pytest.raises(OrderLost):
        list(alone.pages())
