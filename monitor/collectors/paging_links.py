"""A whole list read by the links its server gives, where it knows nothing of offsets.

Nothing is known of how such a server cuts its pages: a list that slides under the reader may leave
out a row. So the list is read until two readings in a row bring the same records.
"""

from collections.abc import Callable, Iterator, Sequence
from urllib.parse import parse_qs, urlsplit

from monitor.collectors.base import SourceFault
from monitor.collectors.batches import Row
from monitor.collectors.collection import Page
from monitor.collectors.paging import identity_of

_MOST_READINGS = 6
_MOST_PAGES = 100_000


def leads_by_links(page: Page) -> bool:
    """Whether the only way on from a page is the link that came with it.

    One with an `offset` of its own says what we count ourselves, and count with more care.
    """
    if page.next is None:
        return False
    try:
        return "offset" not in parse_qs(urlsplit(page.next).query)
    except ValueError:
        return True


class LinkedList:
    """One walk over one list, from its first page on."""

    def __init__(
        self,
        first: Callable[[], Page],
        follow: Callable[[str], Page],
        ref_of: Callable[[Row], object],
    ) -> None:
        """Prepare to walk.

        Args:
            first: the first page.
            follow: the page that a link leads to.
            ref_of: by which two readings of one record are known, edited between them or not.
        """
        self._first = first
        self._follow = follow
        self._ref_of = ref_of

    def pages(self, begun_with: Page) -> Iterator[Sequence[Row]]:
        """The rows, page by page, as often as it takes; `begun_with` is read already.

        Raises:
            SourceFault: the links go in circles, or no two readings agree.
        """
        before: tuple[int, int] | None = None
        page = begun_with
        for _ in range(_MOST_READINGS):
            count = total = 0
            for rows in self._once(page):
                count += len(rows)
                # In any order, and in no more room than one number takes.
                total += sum(identity_of(self._ref_of(row)) for row in rows)
                yield rows
            if (count, total) == before or page.next is None:
                return
            before = count, total
            page = self._first()
        raise SourceFault(
            f"{_MOST_READINGS} readings of the list brought other records each, so that none can "
            "be known to be whole; have it sorted, with cursor.sort in the mapping",
            kind="unstable",
        )

    def _once(self, page: Page) -> Iterator[Sequence[Row]]:
        seen: set[int] = set()
        yield page.rows
        while page.next is not None:
            link = identity_of(page.next)
            if link in seen or len(seen) > _MOST_PAGES:
                raise SourceFault(
                    "the links from page to page go in circles, so that no reading of the list "
                    "can be known to be whole",
                    kind="link",
                )
            seen.add(link)
            page = self._follow(page.next)
            yield page.rows
