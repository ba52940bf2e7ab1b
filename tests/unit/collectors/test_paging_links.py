"""Lists whose server knows of links and nothing else."""

from collections.abc import Callable

import pytest

from monitor.collectors.base import SourceFault
from monitor.collectors.batches import ref_of
from monitor.collectors.collection import Page
from monitor.collectors.paging_links import LinkedList, leads_by_links


class Chain:
    """Pages by the number in their link."""

    def __init__(self, refs: list[str], size: int = 3) -> None:
        self.refs = refs
        self.size = size
        self.readings = 1
        self.between: Callable[[], object] = lambda: None

    def first(self) -> Page:
        self.readings += 1
        return self.page(0)

    def follow(self, link: str) -> Page:
        self.between()
        return self.page(int(link.rpartition("=")[2]))

    def page(self, start: int) -> Page:
        rows = [{"ref": ref} for ref in self.refs[start : start + self.size]]
        more = start + self.size < len(self.refs)
        return Page(rows, None, more, f"/x?page={start + self.size}" if more else None)

    def walked(self) -> list[str]:
        pages = LinkedList(self.first, self.follow, ref_of)
        return [str(ref_of(row)) for page in pages.pages(self.page(0)) for row in page]


@pytest.mark.parametrize(
    ("link", "leads"),
    [
        (None, False),
        ("https://host/api/x?offset=100&limit=100", False),
        ("?limit=2&offset=2", False),
        ("?page=2", True),
        ("/x/next/abc", True),
        ("http://[bad", True),
    ],
)
def test_a_link_that_says_an_offset_says_nothing_new(link: str | None, *, leads: bool) -> None:
    assert leads_by_links(Page((), None, says_more=True, next=link)) is leads


def test_one_page_is_read_once_and_more_until_two_readings_agree() -> None:
    short, long = Chain(["a", "b"]), Chain(list("abcdefgh"))
    assert short.walked() == ["a", "b"]
    assert long.walked() == list("abcdefgh") * 2
    assert (short.readings, long.readings) == (1, 2)


def test_a_row_that_slid_out_of_one_reading_is_in_the_next() -> None:
    chain = Chain(list("abcdefgh"))

    def delete_once() -> None:
        if "a" in chain.refs:
            chain.refs.remove("a")

    chain.between = delete_once
    walked = chain.walked()
    assert walked[:7] == list("abcefgh")
    assert "d" in walked
    assert chain.readings == 3


def test_links_in_circles_are_a_fault() -> None:
    pages = LinkedList(lambda: page, lambda _: page, ref_of)
    page = Page([{"ref": "a"}], None, says_more=True, next="?page=2")
    with pytest.raises(SourceFault, match="go in circles") as fault:
        list(pages.pages(page))
    assert fault.value.kind == "link"


def test_readings_that_never_agree_are_a_fault() -> None:
    chain = Chain(list("abcdefgh"))
    chain.between = lambda: chain.refs.append(f"new-{len(chain.refs)}")
    with pytest.raises(SourceFault, match="other records each") as fault:
        chain.walked()
    assert fault.value.kind == "unstable"
