"""Kept counts as series: by month of the deadline, and by public body."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from monitor.cases.obligation import Verdict
from monitor.cases.records import DueTallyRecord, OrganizationTallyRecord
from monitor.metrics.series import Labels

CURRENT, PREVIOUS = "current", "previous"


class Months(NamedTuple):
    """Where the present month begins and ends in a zone, and where the one before began.

    A deadline belongs to the month that it ends in: one at the end of a month, which is the first
    instant of the next, to the month.
    """

    previous: datetime
    current: datetime
    following: datetime

    @classmethod
    def at(cls, now: datetime, zone: tzinfo) -> "Months":
        local = now.astimezone(zone)
        index = local.year * 12 + local.month - 1
        return cls(*(_first(index + step, zone) for step in (-1, 0, 1)))


def _first(index: int, zone: tzinfo) -> datetime:
    year, month = divmod(index, 12)
    return datetime(year, month + 1, 1, tzinfo=zone).astimezone(UTC)


def month_values(
    counted: Mapping[str, Sequence[DueTallyRecord]],
) -> Mapping[Labels, float]:
    """By month, provider, commitment, region and verdict; `counted` by the name of the month.

    Each verdict of what either month has shows in both, if only at 0: at the turn of the month no
    series ends, and a ratio of two has both.
    """
    kinds = {
        (row.provider, row.commitment, row.region) for rows in counted.values() for row in rows
    }
    values: dict[Labels, float] = {
        (month, *kind, verdict): 0.0
        for month in counted
        for kind in sorted(kinds)
        for verdict in Verdict
    }
    for month, rows in counted.items():
        for row in rows:
            values[month, row.provider, row.commitment, row.region, row.verdict] = row.obligations
    return values


def organization_values(counted: Sequence[OrganizationTallyRecord]) -> Mapping[Labels, float]:
    """By public body, provider and verdict; the largest body first, as the first have series."""
    sizes = Counter[str]()
    for row in counted:
        sizes[row.organization] += row.obligations
    kinds = {(row.organization, row.provider) for row in counted}
    values: dict[Labels, float] = {
        (*kind, verdict): 0.0
        for kind in sorted(kinds, key=lambda kind: (-sizes[kind[0]], kind))
        for verdict in Verdict
    }
    for row in counted:
        values[row.organization, row.provider, row.verdict] = row.obligations
    return values
