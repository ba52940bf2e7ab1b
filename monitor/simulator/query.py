"""What TMF630 lets a client ask of a collection: attribute filters, order, pages, fields."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import ge, gt, le, lt
from typing import Any

from monitor.simulator.shapes import Record

Query = Mapping[str, Sequence[str]]
"""Parameters as they were given, each as often as it was."""

_DIRECTIVES = frozenset({"offset", "limit", "sort", "fields"})
_ALWAYS_THERE = ("id", "href", "@type")
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}
_LIMIT = 100


class BadQuery(ValueError):
    """A parameter that means nothing; answered with 400."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The records of one page, and how many match in all."""

    records: Sequence[Record]
    total: int

    @property
    def is_partial(self) -> bool:
        return len(self.records) < self.total


def select(records: Sequence[Record], query: Query, *, largest_page: int) -> Selection:
    """Filter, sort, cut a page and keep the wanted fields, in this order.

    Raises:
        BadQuery: an offset or limit that is no number from 0 up.
    """
    found = [record for record in records if _matches(record, query)]
    for attribute in reversed(_listed(query, "sort")):
        name = attribute.lstrip("+-")
        found.sort(
            key=lambda record, name=name: _sortable(_values(record, name)),  # type: ignore[misc]  # mypy gives up on lambdas with defaults
            reverse=attribute.startswith("-"),
        )
    offset = _number(query, "offset", 0)
    limit = min(_number(query, "limit", _LIMIT), largest_page)
    page = found[offset : offset + limit]
    return Selection([keep_fields(record, query) for record in page], len(found))


def keep_fields(record: Record, query: Query) -> Record:
    """The record's wanted attributes of the first level; all where none are named."""
    wanted = _listed(query, "fields")
    if not wanted:
        return record
    return {name: value for name, value in record.items() if name in (*_ALWAYS_THERE, *wanted)}


def _matches(record: Record, query: Query) -> bool:
    return all(
        _passes(record, name, values) for name, values in query.items() if name not in _DIRECTIVES
    )


def _passes(record: Record, name: str, wanted: Sequence[str]) -> bool:
    attribute, _, operator = name.rpartition(".")
    if operator in _OPERATORS:
        compare = _OPERATORS[operator]
        return any(
            compare(_comparable(value), _comparable(limit))
            for value in _values(record, attribute)
            for limit in wanted
            if type(_comparable(value)) is type(_comparable(limit))
        )
    # One attribute with several values is an "or", whether by comma or by repetition.
    alternatives = {alternative for value in wanted for alternative in value.split(",")}
    return any(str(value) in alternatives for value in _values(record, name))


def _values(record: Any, attribute: str) -> list[Any]:
    """The values at a dotted path, through lists."""
    found = [record]
    for name in attribute.split("."):
        inner = [one.get(name) for one in found if isinstance(one, dict)]
        found = [one for value in inner for one in (value if isinstance(value, list) else [value])]
    return [value for value in found if value is not None]


def _sortable(values: Sequence[Any]) -> tuple[bool, Any]:
    # Where the attribute is missing, the record comes first.
    return (bool(values), str(_comparable(values[0])) if values else "")


_DATE_TIME = re.compile(r"^\d{4}-\d{2}-\d{2}T")


def _comparable(value: Any) -> Any:
    if isinstance(value, str) and _DATE_TIME.match(value):
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            return value
        return read if read.tzinfo is not None else read.replace(tzinfo=UTC)
    return value


def _listed(query: Query, name: str) -> list[str]:
    return [part for value in query.get(name, ()) for part in value.split(",") if part]


def _number(query: Query, name: str, default: int) -> int:
    values = query.get(name)
    if not values:
        return default
    if not values[0].isdecimal():
        raise BadQuery(f"{name} is {values[0]!r}; write a number from 0 up")
    return int(values[0])
