"""A Jira search page by page: by minutes and tokens on Cloud, by offsets on Data Center."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from monitor.collectors.base import Cursor
from monitor.collectors.batches import Row, ref_of
from monitor.collectors.collection import Page, Rows
from monitor.collectors.granules import GranularList, Mark
from monitor.collectors.jira_api import Jira
from monitor.collectors.keyset import OrderLost, floor
from monitor.collectors.paging import Identity, Place, SlidingList, identity_of
from monitor.collectors.paging_links import LinkedList

MINUTE = timedelta(minutes=1)
"""What a query can say."""
_PLACE = "created"


class JiraPages:
    """The pages of one poll. What the server does other than asked goes to `warn`."""

    def __init__(
        self,
        jira: Jira,
        rows_of: Callable[[list[Any]], Rows],
        *,
        jql: str,
        zone: ZoneInfo,
        deadline: float,
        warn: Callable[[str], None],
    ) -> None:
        """Prepare to read.

        Args:
            jira: what to ask.
            rows_of: reads issues.
            jql: which issues are wanted.
            zone: the account's, in which queries are written.
            deadline: when the poll ends, by the monotonic clock.
            warn: takes what the server does other than asked.
        """
        self._jira = jira
        self._rows_of = rows_of
        self._jql = jql
        self._zone = zone
        self._deadline = deadline
        self._warn = warn
        self.server_began_at: datetime | None = None
        self.place: Cursor | None = None

    def everything(self, place: Cursor | None = None) -> Iterator[Rows]:
        """All there is, in the order of creation, which no edit changes."""
        query = self._query("created")
        if self._jira.product == "data-center":
            yield from self._by_offset(query, None if place is None else Place.load(place))
            return
        bound = None if place is None else datetime.fromisoformat(str(place[_PLACE]))
        walked = self._granular("created", bound, None)
        try:
            for rows in walked.pages():
                self.place = {_PLACE: walked.bound.isoformat()} if walked.bound else None
                yield rows
        except OrderLost:
            self.place = None
            self._warn(
                "what comes is not in the order of created, or not all of it: everything is read "
                "until two readings agree"
            )
            yield from self._by_tokens(query)

    def since(self, earliest: datetime, *, before: datetime | None = None) -> Iterator[Rows]:
        if self._jira.product == "data-center":
            yield from self.changed_since(earliest, before=before)
        else:
            yield from self._granular("updated", earliest, before).pages()

    def changed_since(
        self, earliest: datetime, *, before: datetime | None = None
    ) -> Iterator[Rows]:
        query = self._query("updated", earliest, before)
        if self._jira.product == "data-center":
            yield from self._by_offset(query, None)
        else:
            yield from self._by_tokens(query)

    def _query(
        self, name: str, earliest: datetime | None = None, before: datetime | None = None
    ) -> str:
        conditions = [f"({self._jql})"]
        if earliest is not None:
            conditions.append(f'{name} >= "{self._written(floor(earliest, MINUTE))}"')
        if before is not None:
            # The minute that it falls into is wanted too, as far as it goes.
            after = floor(before - timedelta(microseconds=1), MINUTE) + MINUTE
            conditions.append(f'{name} < "{self._written(after)}"')
        return f"{' AND '.join(conditions)} ORDER BY {name} ASC, key ASC"

    def _written(self, at: datetime) -> str:
        return at.astimezone(self._zone).strftime("%Y-%m-%d %H:%M")

    def _granular(self, name: str, bound: datetime | None, before: datetime | None) -> GranularList:
        def page_from(bound: datetime | None, token: str | None) -> Page:
            return self._read(self._query(name, bound, before), name, token=token)

        def is_still(mark: Mark) -> bool:
            return _mark(self._jira.issue(mark[0], deadline=self._deadline), name) == mark

        def is_past(at: datetime) -> bool:
            # What is edited once the walk has begun is the next one's.
            return self.server_began_at is not None and at > self.server_began_at

        return GranularList(page_from, is_still, MINUTE, bound=bound, is_past=is_past)

    def _by_offset(self, query: str, place: Place | None) -> Iterator[Rows]:
        walked = SlidingList(
            lambda offset: self._read(query, "updated", offset=offset).rows,
            _identity_of,
            place=place,
        )
        for rows in walked.pages():
            self.place = walked.place.dump()
            yield rows

    def _by_tokens(self, query: str) -> Iterator[Rows]:
        def first() -> Page:
            return self._read(query, "updated")

        def follow(token: str) -> Page:
            return self._read(query, "updated", token=token)

        yield from LinkedList(first, follow, ref_of).pages(first())

    def _read(self, query: str, name: str, *, token: str | None = None, offset: int = 0) -> Page:
        found = self._jira.search(query, deadline=self._deadline, token=token, offset=offset)
        self.server_began_at = self.server_began_at or found.answer.sent_at
        return Page(
            self._rows_of(list(found.issues)),
            found.answer.sent_at,
            found.says_more,
            found.token,
            [_mark(issue, name) for issue in found.issues],
        )


def _mark(issue: Any, name: str) -> Mark | None:
    try:
        at = datetime.fromisoformat(issue["fields"][name])
        return str(issue["id"]), at.astimezone(UTC)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _identity_of(row: Row) -> Identity:
    """By what an edit changes: how much time a level has left moves by itself."""
    if not isinstance(row, dict):
        return identity_of((ref_of(row), row))
    return identity_of((row.get("ref"), row.get("updated_at"), row.get("status")))
