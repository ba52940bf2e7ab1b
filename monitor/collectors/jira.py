"""Jira Service Management: the issues of a query, on Cloud or on Data Center."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from monitor.clock.zones import zone
from monitor.collectors.api import ApiCollector, cursor_of
from monitor.collectors.base import Quarantined
from monitor.collectors.batches import Row, ref_of
from monitor.collectors.collection import Rows
from monitor.collectors.field_names import fields_read
from monitor.collectors.http import HttpClient
from monitor.collectors.jira_api import Jira, Product
from monitor.collectors.jira_pages import MINUTE, JiraPages
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.reading import Reading
from monitor.collectors.samples import answer, told
from monitor.locale.marking import N_, Said

_ALWAYS = frozenset({"status", "created", "updated"})


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraTerms:
    """What is read of a site, beside the mapping."""

    jql: str
    """Which issues are wanted, without an order."""
    product: Product = "cloud"
    timezone: str = "UTC"
    """The account's, by its profile: in it, Jira reads the times of a query."""
    slas: bool = False
    """Read the service levels of each request, which is one more question for each."""


class JiraCollector(ApiCollector):
    """The issues of one query on one site. Used by one thread at a time."""

    def __init__(
        self,
        *,
        name: str,
        provider: str,
        client: HttpClient,
        mapping: MappingSettings,
        terms: JiraTerms,
        page_size: int = 100,
    ) -> None:
        """Prepare to read; nothing is sent yet. The client is closed with the collector.

        Raises:
            InputError: the mapping does not say how to ask for changes.
        """
        cursor_of(mapping, name, "jira-service-request")
        reading = Reading(mapping)
        jira = Jira(
            client,
            terms.product,
            fields=_fields(mapping),
            slas=terms.slas,
            page_size=page_size,
        )
        super().__init__(
            name=name,
            provider=provider,
            client=client,
            mapping=mapping,
            reading=reading,
            collection=_Issues(jira, terms, reading),
            scope=f"{terms.product} {terms.jql}",
        )


class _Issues:
    granule: timedelta = MINUTE

    def __init__(self, jira: Jira, terms: JiraTerms, reading: Reading) -> None:
        self._jira = jira
        self._jql = terms.jql
        self._zone = zone(terms.timezone)
        self._reading = reading

    def sample(self) -> str:
        rows = self._first(None)
        if not rows:
            return self._with_zone(answer(self._jira.url, None))
        row = rows[0]
        read = row if isinstance(row, Quarantined) else self._reading.interpret(row, until=None)
        return self._with_zone(answer(self._jira.url, told(read, self._reading)))

    def _with_zone(self, said: Said) -> Said:
        """And that queries are read on other clocks than the source says, where they are."""
        named = self._jira.account_zone()
        if named is None or named == self._zone.key:
            return said
        return Said(
            N_("{answer}; the account's clocks hang in {zone}, so write timezone: {zone}"),
            answer=said,
            zone=named,
        )

    def first(self, *, deadline: float) -> Rows:
        return self._first(deadline)

    def one(self, ref: str, *, deadline: float | None) -> Row | None:
        issue = self._jira.issue(ref, deadline=deadline)
        if issue is None:
            return None
        row = self._read(issue, deadline)
        if ref_of(row) != ref:
            # One that was moved to another project answers to its former key.
            reason = Said(
                N_("asked for {ref}, the source answers with {other}"),
                ref=ref,
                other=str(ref_of(row)),
            )
            return Quarantined(ref=ref, reason=reason, payload=None)
        return row

    def pages(self, *, deadline: float, warn: Callable[[str], None]) -> JiraPages:
        return JiraPages(
            self._jira,
            lambda issues: [self._read(issue, deadline) for issue in issues],
            jql=self._jql,
            zone=self._zone,
            deadline=deadline,
            warn=warn,
        )

    def _first(self, deadline: float | None) -> Rows:
        found = self._jira.search(self._jql, deadline=deadline, limit=1)
        return [self._read(issue, deadline) for issue in found.issues]

    def _read(self, issue: Any, deadline: float | None) -> Row:
        return self._reading.extract(self._jira.completed(issue, deadline=deadline))


def _fields(mapping: MappingSettings) -> frozenset[str] | None:
    """The fields of an issue to ask for; None: all, as the mapping may read any."""
    paths = fields_read(mapping)
    if paths is None or ("fields",) in paths:
        return None
    return frozenset(path[1] for path in paths if path[0] == "fields") | _ALWAYS
