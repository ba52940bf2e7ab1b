"""A ServiceNow table page by page: in the order of its ids, or of its times of update."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.collectors.base import Cursor
from monitor.collectors.batches import Row, ref_of
from monitor.collectors.collection import Page, Rows
from monitor.collectors.keyed import Key, KeyedList
from monitor.collectors.keyset import OrderLost
from monitor.collectors.paging import Identity, Place, SlidingList, identity_of
from monitor.collectors.servicenow_query import ID, Query, equal, following, instant_of, moment

_PLACE = "after"


class TablePages:
    """The pages of one poll. What the server does other than asked goes to `warn`."""

    def __init__(
        self,
        page_of: Callable[[Query, int, Sequence[str]], Page],
        *,
        scope: Sequence[str],
        column: str,
        zone: ZoneInfo,
        warn: Callable[[str], None],
    ) -> None:
        """Prepare to read.

        Args:
            page_of: the rows that a query finds from an offset on, marked by some columns.
            scope: conditions that hold for every row wanted.
            column: when a row was last updated.
            zone: the account's, in which queries are written.
            warn: takes what the server does other than asked.
        """
        self._page_of = page_of
        self._scope = scope
        self._column = column
        self._zone = zone
        self._warn = warn
        self.server_began_at: datetime | None = None
        self.place: Cursor | None = None

    def everything(self, place: Cursor | None = None) -> Iterator[Rows]:
        """All there is, in the order of ids, which no edit changes."""
        if place is not None and _PLACE not in place:
            yield from self._by_offset(Query((self._scope,), (ID,)), Place.load(place))
            return
        key = None if place is None else (str(place[_PLACE]),)
        walked = self._keyed(self._scope, (ID,), key)
        try:
            for rows in walked.pages():
                self.place = None if walked.key is None else {_PLACE: walked.key[0]}
                yield rows
        except OrderLost:
            self._warn(
                f"what comes is not in the order of {ID}, or not all of it: everything is read by "
                "offset"
            )
            yield from self._by_offset(Query((self._scope,), (ID,)), None)

    def since(self, earliest: datetime, *, before: datetime | None = None) -> Iterator[Rows]:
        """By the time of update and then the id, which no two rows share."""
        since = self._between(earliest, before)
        yield from self._keyed(since, (self._column, ID), None).pages()

    def changed_since(
        self, earliest: datetime, *, before: datetime | None = None
    ) -> Iterator[Rows]:
        query = Query((self._between(earliest, before),), (self._column, ID))
        yield from self._by_offset(query, None)

    def _between(self, earliest: datetime, before: datetime | None) -> list[str]:
        conditions = [*self._scope, f"{self._column}>={moment(earliest, self._zone)}"]
        if before is not None:
            conditions.append(f"{self._column}<{moment(before, self._zone)}")
        return conditions

    def _keyed(
        self, conditions: Sequence[str], columns: Sequence[str], key: Key | None
    ) -> KeyedList:
        def page_from(key: Key | None, beyond: bool) -> Page:  # noqa: FBT001 - its caller's terms
            asked = None if key is None else self._asked(key)
            return self._read(following(conditions, columns, asked, beyond=beyond), 0, columns)

        def is_still(key: Key) -> bool:
            query = Query(([*conditions, equal(ID, key[-1])],))
            return key in self._read(query, 0, columns).marks

        return KeyedList(page_from, is_still, key=key, is_past=self._is_past)

    def _is_past(self, key: Key) -> bool:
        """What is edited once the walk has begun is the next one's."""
        if len(key) == 1 or self.server_began_at is None:
            return False
        try:
            return instant_of(key[0]) > self.server_began_at
        except ValueError:
            return False

    def _asked(self, key: Key) -> Key:
        """A key as a query says it: with its time on the walls of the account's zone."""
        if len(key) == 1:
            return key
        try:
            return moment(instant_of(key[0]), self._zone), key[1]
        except ValueError:
            raise OrderLost from None

    def _by_offset(self, query: Query, place: Place | None) -> Iterator[Rows]:
        walked = SlidingList(
            lambda offset: self._read(query, offset, ()).rows, _identity_of, place=place
        )
        for rows in walked.pages():
            self.place = walked.place.dump()
            yield rows

    def _read(self, query: Query, offset: int, columns: Sequence[str]) -> Page:
        page = self._page_of(query, offset, columns)
        self.server_began_at = self.server_began_at or page.sent_at
        return page


def _identity_of(row: Row) -> Identity:
    """By what an edit changes: what stands beside a record in other tables moves by itself."""
    if not isinstance(row, dict):
        return identity_of((ref_of(row), row))
    return identity_of((row.get("ref"), row.get("updated_at"), row.get("status")))
