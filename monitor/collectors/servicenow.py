"""ServiceNow: any table of tasks, by the Table API (`/api/now/table/…`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.clock.zones import zone
from monitor.collectors.api import ApiCollector, cursor_of, resource_of
from monitor.collectors.base import Quarantined
from monitor.collectors.batches import Row, ref_of
from monitor.collectors.collection import Page, Rows
from monitor.collectors.field_names import fields_read, first_names, paths_of
from monitor.collectors.http import HttpClient
from monitor.collectors.keyset import SECOND
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.reading import Reading
from monitor.collectors.samples import answer, told
from monitor.collectors.servicenow_beside import SLAS, TRANSITIONS, Beside
from monitor.collectors.servicenow_pages import TablePages
from monitor.collectors.servicenow_query import ID, Query, equal
from monitor.collectors.servicenow_table import Records, Table
from monitor.errors import InputError
from monitor.locale.marking import N_, Said

_LIKE = "servicenow-incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNowTerms:
    """What is read of an instance, beside the mapping."""

    query: str | None = None
    """Which rows of the table are wanted, as an encoded query; None: all."""
    timezone: str = "UTC"
    """The account's: in it, the instance reads the times of a query."""
    displays: bool = False
    """Columns come as objects of `value` and `display_value`."""
    audit: bool = False
    """Read the states that rows went through from `sys_audit`."""
    slas: bool = False
    """Read their service levels from `task_sla`."""


class ServiceNowCollector(ApiCollector):
    """One table of one instance. Used by one thread at a time."""

    def __init__(
        self,
        *,
        name: str,
        provider: str,
        client: HttpClient,
        mapping: MappingSettings,
        terms: ServiceNowTerms,
        page_size: int = 100,
    ) -> None:
        """Prepare to read; nothing is sent yet. The client is closed with the collector.

        Raises:
            InputError: the mapping does not say which table to read, how to ask for changes, or
                which column a case is known by.
        """
        reading = Reading(mapping)
        super().__init__(
            name=name,
            provider=provider,
            client=client,
            mapping=mapping,
            reading=reading,
            collection=_TableCollection(
                client, mapping, reading, name=name, terms=terms, page_size=page_size
            ),
            scope=terms.query or "",
        )


class _TableCollection:
    granule: timedelta = SECOND

    def __init__(
        self,
        client: HttpClient,
        mapping: MappingSettings,
        reading: Reading,
        *,
        name: str,
        terms: ServiceNowTerms,
        page_size: int,
    ) -> None:
        self._column = cursor_of(mapping, name, _LIKE).filter
        self._ref = _column_of(mapping.fields.ref, name, "ref")
        audited = _column_of(mapping.fields.status, name, "status") if terms.audit else None
        self._table = Table(
            client,
            resource_of(mapping, name, _LIKE),
            fields=_columns(mapping, self._column),
            displays=terms.displays,
            page_size=page_size,
        )
        self._beside = Beside(client, audited=audited, slas=terms.slas)
        self._scope = [terms.query] if terms.query else []
        self._zone = zone(terms.timezone)
        self._reading = reading

    def sample(self) -> str:
        rows = self._first(None)
        if not rows:
            return answer(self._table.url, None)
        row = rows[0]
        read = row if isinstance(row, Quarantined) else self._reading.interpret(row, until=None)
        return answer(self._table.url, told(read, self._reading))

    def first(self, *, deadline: float) -> Rows:
        return self._first(deadline)

    def one(self, ref: str, *, deadline: float | None) -> Row | None:
        """By the column that the mapping takes the reference from, wherever the row went."""
        found = self._table.page(Query(([equal(self._ref, ref)],)), deadline=deadline, limit=2)
        rows = self._rows(found, deadline)
        if not rows:
            return None
        others = [other for row in rows if (other := ref_of(row)) != ref]
        if others:
            reason = Said(
                N_("asked for {ref}, the source answers with {other}"),
                ref=ref,
                other=str(others[0]),
            )
            return Quarantined(ref=ref, reason=reason, payload=None)
        if len(rows) > 1:
            reason = Said(N_("several records have the reference {ref}"), ref=ref)
            return Quarantined(ref=ref, reason=reason, payload=None)
        return rows[0]

    def pages(self, *, deadline: float, warn: Callable[[str], None]) -> TablePages:
        def page_of(query: Query, offset: int, columns: Sequence[str]) -> Page:
            found = self._table.page(query, deadline=deadline, offset=offset)
            return found.page(columns, self._rows(found, deadline))

        return TablePages(
            page_of, scope=self._scope, column=self._column, zone=self._zone, warn=warn
        )

    def _first(self, deadline: float | None) -> Rows:
        found = self._table.page(Query((self._scope,)), deadline=deadline, limit=1)
        return self._rows(found, deadline)

    def _rows(self, found: Records, deadline: float | None) -> Rows:
        records = self._beside.added_to(found.records, deadline=deadline)
        return [self._reading.extract(record) for record in records]


def _columns(mapping: MappingSettings, updated: str) -> frozenset[str] | None:
    """The columns to ask for; None: all, as the mapping may read any."""
    paths = fields_read(mapping)
    if paths is None:
        return None
    made_here = {TRANSITIONS, SLAS}
    return (first_names(paths) - made_here) | {ID, updated, "sys_created_on"}


def _column_of(expression: str, name: str, fact: str) -> str:
    """The one column that a fact is taken from.

    Raises:
        InputError: it is made of several, or of none.
    """
    columns = first_names(paths_of(expression))
    if len(columns) != 1:
        raise InputError(
            N_(
                "sources[{name}].mapping.fields.{fact}: does not lead to one column of the table;"
                " write its name, such as {example}"
            ),
            name=name,
            fact=fact,
            example="number" if fact == "ref" else "state",
        )
    return next(iter(columns))
