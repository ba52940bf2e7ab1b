"""What is asked of a TM Forum API: pages of a collection, and one record by its id."""

from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from monitor.collectors.base import Quarantined, SourceFault
from monitor.collectors.batches import Row
from monitor.collectors.collection import Page, left
from monitor.collectors.http import Answer, HttpClient
from monitor.collectors.reading import Reading
from monitor.collectors.samples import answer, told
from monitor.locale.marking import N_, Said

_NOTHING_THERE = frozenset({204, 416})
"""Beyond the end: no content, or no such range."""
_GONE = frozenset({404, 410})


class Listing:
    """One collection of one API."""

    def __init__(self, client: HttpClient, resource: str, reading: Reading, page_size: int) -> None:
        self._client = client
        self.resource = resource
        self._reading = reading
        self._page_size = page_size

    def sample(self) -> str:
        """What the collection's first page of one record looks like, in a sentence.

        Raises:
            HttpFault: it cannot be read.
        """
        page = self.page(0, {}, deadline=None, limit=1)
        where = f"{self._client.url}/{self.resource}"
        if not page.rows:
            return answer(where, None)
        row = page.rows[0]
        read = row if isinstance(row, Quarantined) else self._reading.interpret(row, until=None)
        return answer(where, told(read, self._reading))

    def page(
        self,
        offset: int,
        query: Mapping[str, str],
        *,
        deadline: float | None,
        limit: int | None = None,
    ) -> Page:
        """The rows from `offset` on, as many as the server gives.

        Raises:
            HttpFault: the request came to nothing.
            SourceFault: the answer is no list, or the poll's budget is spent.
        """
        asked = limit or self._page_size
        params = {"offset": str(offset), "limit": str(asked), **query}
        return self._read(
            self._client.get(self.resource, params, also=_NOTHING_THERE, within=left(deadline))
        )

    def follow(self, link: str, *, deadline: float | None) -> Page:
        """The rows where the server says that the list goes on.

        Raises:
            HttpFault: the request came to nothing, or would have gone to another server.
            SourceFault: as `page`.
        """
        return self._read(self._client.follow(link, also=_NOTHING_THERE, within=left(deadline)))

    def _read(self, answer: Answer) -> Page:
        if answer.content is None and answer.status in _NOTHING_THERE:
            return Page((), answer.sent_at, says_more=False)
        if not isinstance(answer.content, list):
            raise SourceFault(
                Said(
                    N_(
                        "{where}: the answer is not a list of records; check url and"
                        " mapping.resource"
                    ),
                    where=f"{self._client.url}/{self.resource}",
                ),
                kind="not_list",
            )
        rows = [self._reading.extract(record) for record in answer.content]
        says_more = answer.status == HTTPStatus.PARTIAL_CONTENT or (answer.total or 0) > len(rows)
        return Page(rows, answer.sent_at, says_more, answer.next)

    def is_cut(self, page: Page, query: Mapping[str, str], *, deadline: float | None) -> bool:
        """Whether a page that comes at every offset leaves out rows, as far as can be told.

        Raises:
            HttpFault: a request came to nothing.
            SourceFault: the answer is no list, or the poll's budget is spent.
        """
        if page.says_more or len(page.rows) != self._page_size:
            return page.says_more
        # As many as were asked for: by chance, unless asking for another number gives it.
        other = self.page(0, query, deadline=deadline, limit=self._page_size - 1 or 2)
        return len(other.rows) != len(page.rows)

    def one(self, ref: str, *, deadline: float | None) -> Row | None:
        """One record by its id; None: the source has no such record.

        Raises:
            HttpFault: the request came to nothing.
            SourceFault: the poll's budget is spent.
        """
        found = self._client.get(
            f"{self.resource}/{quote(ref, safe='')}", {}, also=_GONE, within=left(deadline)
        )
        if found.status in _GONE:
            return None
        row = self._reading.extract(found.content)
        if not isinstance(row, Quarantined) and row.get("ref") != ref:
            reason = Said(
                N_("asked for {ref}, the source answers with {other}"),
                ref=ref,
                other=str(row.get("ref")),
            )
            return Quarantined(ref=ref, reason=reason, payload=row)
        return row
