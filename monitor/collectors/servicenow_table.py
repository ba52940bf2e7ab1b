"""One table of a ServiceNow instance: pages of it, and rows by a column's value."""

from collections.abc import Collection as Some
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from monitor.collectors.base import SourceFault
from monitor.collectors.collection import Page, left
from monitor.collectors.http import Answer, HttpClient
from monitor.collectors.http_faults import HttpFault
from monitor.collectors.keyed import Key, KeyedList
from monitor.collectors.keyset import OrderLost
from monitor.collectors.servicenow_query import ID, Query, equal, following
from monitor.locale.marking import N_, Said

_LONGEST_ERROR = 200
_MOST_HIDDEN = 1000
"""Pages in a row with nothing that this account may see."""


@dataclass(frozen=True, slots=True)
class Records:
    records: Sequence[Any]
    answer: Answer

    def page(self, columns: Sequence[str], rows: Sequence[Any]) -> Page:
        """These records, read as `rows`, marked by what they have in some columns."""
        marks = [key_of(record, columns) for record in self.records]
        return Page(rows, self.answer.sent_at, marks=marks)


def plain(record: Any, column: str) -> str | None:
    """A column's value, whether or not it comes with how it is displayed; None: it has none."""
    value = record.get(column) if isinstance(record, Mapping) else None
    if isinstance(value, Mapping):
        value = value.get("value")
    return value if isinstance(value, str) and value else None


def key_of(record: Any, columns: Sequence[str]) -> Key | None:
    values = [plain(record, column) for column in columns]
    return None if None in values else tuple(str(value) for value in values)


class Table:
    """Reads records as they are, by the Table API."""

    def __init__(
        self,
        client: HttpClient,
        name: str,
        *,
        fields: Some[str] | None = None,
        displays: bool = False,
        page_size: int = 100,
    ) -> None:
        """Prepare to ask; nothing is sent yet.

        Args:
            client: its base is the instance.
            name: the table's.
            fields: the columns wanted; None: all.
            displays: have each column as an object of its value and how it is displayed.
            page_size: how many rows to ask for at once.
        """
        self._client = client
        self.name = name
        self._path = f"api/now/table/{name}"
        self._page_size = page_size
        self._params = {
            "sysparm_display_value": "all" if displays else "false",
            "sysparm_exclude_reference_link": "true",
        }
        if fields is not None:
            self._params["sysparm_fields"] = ",".join(sorted(fields))

    @property
    def url(self) -> str:
        return f"{self._client.url}/{self._path}"

    def page(
        self, query: Query, *, deadline: float | None, offset: int = 0, limit: int | None = None
    ) -> Records:
        """The rows that a query finds, from an offset on.

        Rows that the account may not see count for the limit and do not come: a page with hardly
        any, which the server says goes on, is read on.

        Raises:
            HttpFault: the request came to nothing.
            SourceFault: the answer is no list, or the poll's budget is spent.
        """
        params = {
            **self._params,
            "sysparm_query": str(query),
            "sysparm_limit": str(limit or self._page_size),
        }
        if offset:
            params["sysparm_offset"] = str(offset)
        try:
            answer = self._client.get(self._path, params, within=left(deadline))
        except HttpFault as fault:
            if fault.status != HTTPStatus.BAD_REQUEST:
                raise
            raise fault.advising(Said(N_("check query and mapping.resource"))) from None
        records = list(self._records(answer))
        for _ in range(_MOST_HIDDEN):
            # One may be the row that the page before ended with.
            if limit is not None or len(records) > 1 or answer.next is None:
                break
            answer = self._client.follow(answer.next, within=left(deadline))
            records += self._records(answer)
        return Records(records, answer)

    def all(self, conditions: Sequence[str], *, deadline: float | None) -> list[Any]:
        """Every row that meets the conditions, in no order.

        Raises:
            HttpFault: a request came to nothing.
            SourceFault: as `page`, or the server does other than asked.
        """
        found: list[Any] = []

        def page_from(key: Key | None, beyond: bool) -> Page:  # noqa: FBT001 - its caller's terms
            found = self.page(following(conditions, (ID,), key, beyond=beyond), deadline=deadline)
            return found.page((ID,), found.records)

        def is_still(key: Key) -> bool:
            asked = Query(([*conditions, equal(ID, key[0])],))
            return bool(self.page(asked, deadline=deadline).records)

        try:
            for rows in KeyedList(page_from, is_still).pages():
                found += rows
        except OrderLost:
            raise SourceFault(
                f"{self.url}: neither the filter nor the order asked for can be relied on, so that "
                "no reading of it can be known to be whole",
                kind="unstable",
            ) from None
        return found

    def _records(self, answer: Answer) -> Sequence[Any]:
        content = answer.content
        if isinstance(content, Mapping) and content.get("error") is not None:
            # With status 200, beside the rows that were found before a transaction was cancelled.
            raise SourceFault(
                Said(
                    N_("{where}: answered with an error beside its rows: {error}"),
                    where=self.url,
                    error=_said(content["error"]),
                ),
                kind="http_5xx",
            )
        records = content.get("result") if isinstance(content, Mapping) else None
        if not isinstance(records, list):
            raise SourceFault(
                Said(
                    N_(
                        "{where}: the answer is not a list of records; check url and"
                        " mapping.resource"
                    ),
                    where=self.url,
                ),
                kind="not_list",
            )
        return records


def _said(error: Any) -> str:
    message = error.get("message") if isinstance(error, Mapping) else error
    return str(message)[:_LONGEST_ERROR]
