"""A provider's own service levels as its records state them. None of it is a fact of the case.

So a claim that cannot be read is left out, and the record it stands in is read all the same.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from jmespath.exceptions import JMESPathError

from monitor.cases.claim import ProviderClaim
from monitor.collectors.closures import Finder, finder
from monitor.collectors.expressions import compile_expression
from monitor.collectors.mapping import ClaimExpressions
from monitor.collectors.times import UnreadableTime, instant

_MOST = 50
"""Levels of one case that are kept."""
_LONGEST = 200
_FACTS = ("name", "breached", "due_at", "stopped_at", "remaining")
_UNITS = {"s": timedelta(seconds=1), "ms": timedelta(milliseconds=1)}
_YES_OR_NO: Mapping[object, bool] = {True: True, False: False, "true": True, "false": False}
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - the zero of a duration, in no zone
_LARGEST = 10 * 365 * 86_400


class ClaimReading:
    """Compiled once; reads any JSON value without raising."""

    def __init__(self, settings: ClaimExpressions, zone: ZoneInfo, formats: Sequence[str]) -> None:
        self._items = _finder(settings.items)
        self._parts = {
            name: _finder(text) for name in _FACTS if (text := getattr(settings, name)) is not None
        }
        self._unit = _UNITS[settings.remaining_in]
        self._zone = zone
        self._formats = formats

    def read(self, record: Any) -> list[dict[str, Any]]:
        """The claims of a record, as `ProviderClaim.dump` writes them."""
        items = _found(self._items, record)
        if not isinstance(items, list):
            return []
        claims = [self._claim(item) for item in items[:_MOST]]
        return [claim.dump() for claim in claims if claim is not None]

    def _claim(self, item: Any) -> ProviderClaim | None:
        found = {name: _found(path, item) for name, path in self._parts.items()}
        name = found.get("name")
        if not isinstance(name, str) or not name.strip():
            return None
        breached = found.get("breached")
        return ProviderClaim(
            name=" ".join(name.split())[:_LONGEST],
            breached=_YES_OR_NO.get(breached) if isinstance(breached, str | bool) else None,
            due_at=self._instant(found.get("due_at")),
            stopped_at=self._instant(found.get("stopped_at")),
            remaining=_span(found.get("remaining"), self._unit),
        )

    def _instant(self, value: Any) -> datetime | None:
        try:
            return instant(value, self._zone, formats=self._formats)
        except UnreadableTime:
            return None


def _span(value: Any, unit: timedelta) -> timedelta | None:
    """A count of units; or a duration as ServiceNow writes it, from 1970-01-01 00:00:00 on."""
    try:
        span = (
            datetime.fromisoformat(value) - _EPOCH
            if isinstance(value, str) and value[4:5] == "-"
            else float(value) * unit
        )
    except (TypeError, ValueError, OverflowError):
        return None
    return span if abs(span.total_seconds()) < _LARGEST else None


def _finder(text: str) -> Finder:
    return finder(compile_expression(text))


def _found(path: Finder, value: Any) -> Any:
    try:
        return path(value)
    except JMESPathError:
        return None
