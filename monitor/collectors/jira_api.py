"""What is asked of Jira: searches by JQL, single issues, and what belongs to them."""

from collections.abc import Collection as Some
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import quote

from monitor.collectors.base import SourceFault
from monitor.collectors.collection import left
from monitor.collectors.http import Answer, HttpClient
from monitor.collectors.http_faults import HttpFault
from monitor.collectors.jira_history import TRANSITIONS, changelog_of, is_cut, transitions
from monitor.locale.marking import N_, Said

Product = Literal["cloud", "data-center"]
SLAS = "sla"
"""Where an issue is given the service levels of its request."""
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_NO_REQUEST = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.BAD_REQUEST})
_VERSIONS: Mapping[Product, str] = {"cloud": "3", "data-center": "2"}
_MOST_PAGES = 100
"""Of one issue's changelog, a hundred changes each."""


@dataclass(frozen=True, slots=True)
class Found:
    issues: Sequence[Any]
    answer: Answer
    token: str | None = None
    """What leads to the next page, on Cloud."""
    says_more: bool = False


class Jira:
    """One site. Its base is where `/rest/…` is."""

    def __init__(
        self,
        client: HttpClient,
        product: Product,
        *,
        fields: Some[str] | None,
        slas: bool,
        page_size: int,
    ) -> None:
        """Prepare to ask; nothing is sent yet. `fields`: those of an issue to give; None: all."""
        self._client = client
        self.product = product
        self._api = f"rest/api/{_VERSIONS[product]}"
        self._search = f"{self._api}/search/jql" if product == "cloud" else f"{self._api}/search"
        self._wanted = {
            "fields": "*all" if fields is None else ",".join(sorted(fields)),
            "expand": "changelog",
        }
        self._slas = slas
        self._page_size = page_size

    @property
    def url(self) -> str:
        return f"{self._client.url}/{self._search}"

    def search(
        self,
        jql: str,
        *,
        deadline: float | None,
        token: str | None = None,
        offset: int = 0,
        limit: int | None = None,
    ) -> Found:
        """One page of what a query finds, as many issues as the server likes to give.

        Raises:
            HttpFault: the request came to nothing; with status 400, the query is refused.
            SourceFault: the answer is no list, or the poll's budget is spent.
        """
        params = {"jql": jql, "maxResults": str(limit or self._page_size), **self._wanted}
        if token is not None:
            params["nextPageToken"] = token
        if self.product == "data-center":
            params["startAt"] = str(offset)
        try:
            answer = self._client.get(self._search, params, within=left(deadline))
        except HttpFault as fault:
            if fault.status != HTTPStatus.BAD_REQUEST:
                raise
            raise fault.advising(Said(N_("check jql and what the account may see"))) from None
        return self._found(answer)

    def issue(self, key: str, *, deadline: float | None) -> Any | None:
        """One issue by its key or id; None: there is none that the account may see.

        Raises:
            HttpFault: the request came to nothing.
            SourceFault: the poll's budget is spent.
        """
        path = f"{self._api}/issue/{quote(key, safe='')}"
        answer = self._client.get(path, self._wanted, also=_GONE, within=left(deadline))
        return None if answer.status in _GONE else answer.content

    def account_zone(self) -> str | None:
        """The zone of the account's profile; None: the site does not tell, for whatever reason."""
        try:
            content = self._client.get(f"{self._api}/myself", {}).content
        except HttpFault:
            # Asked out of politeness: nothing that is read depends on it.
            return None
        named = content.get("timeZone") if isinstance(content, Mapping) else None
        return named if isinstance(named, str) else None

    def completed(self, issue: Any, *, deadline: float | None) -> Any:
        """An issue with its transitions and, where asked for, its service levels.

        Raises:
            HttpFault: a request came to nothing.
            SourceFault: the poll's budget is spent.
        """
        if not isinstance(issue, Mapping):
            return issue
        histories = changelog_of(issue)
        key = issue.get("key")
        if not isinstance(key, str) or histories is None:
            return issue
        if is_cut(issue):
            histories = self._whole_changelog(key, deadline)
        more: dict[str, Any] = {TRANSITIONS: transitions(issue, histories)}
        if self._slas:
            more[SLAS] = self._levels(key, deadline)
        return {**issue, **more}

    def _whole_changelog(self, key: str, deadline: float | None) -> list[Any]:
        path = f"{self._api}/issue/{quote(key, safe='')}/changelog"
        changes: list[Any] = []
        for _ in range(_MOST_PAGES):
            params = {"startAt": str(len(changes)), "maxResults": "100"}
            content = self._client.get(path, params, within=left(deadline)).content
            values = content.get("values") if isinstance(content, Mapping) else None
            if not isinstance(values, list) or not values:
                break
            changes += values
        return changes

    def _levels(self, key: str, deadline: float | None) -> list[Any]:
        path = f"rest/servicedeskapi/request/{quote(key, safe='')}/sla"
        answer = self._client.get(path, {"limit": "50"}, also=_NO_REQUEST, within=left(deadline))
        values = answer.content.get("values") if isinstance(answer.content, Mapping) else None
        return values if isinstance(values, list) else []

    def _found(self, answer: Answer) -> Found:
        content = answer.content
        issues = content.get("issues") if isinstance(content, Mapping) else None
        if not isinstance(issues, list):
            raise SourceFault(
                Said(
                    N_("{where}: the answer is not a list of issues; check url and product"),
                    where=self.url,
                ),
                kind="not_list",
            )
        token = content.get("nextPageToken")
        goes_on = isinstance(token, str) and bool(token) and content.get("isLast") is not True
        total = content.get("total")
        says_more = goes_on or (isinstance(total, int) and total > len(issues))
        return Found(issues, answer, token if goes_on else None, says_more)
