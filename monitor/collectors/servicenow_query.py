"""ServiceNow's encoded queries.

`^` is "and"; `^OR` joins two neighbouring conditions alone, before any `^` does; `^NQ` is the "or"
of whole queries. So what follows a row in an order by two columns is two queries, not one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

ID = "sys_id"
WRITTEN = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Query:
    """Conditions that all hold, in one or more alternatives, and an order."""

    alternatives: Sequence[Sequence[str]] = ((),)
    order: Sequence[str] = ()

    def __str__(self) -> str:
        written = "^NQ".join("^".join(each) for each in self.alternatives)
        return "^".join([*filter(None, [written]), *(f"ORDERBY{column}" for column in self.order)])


def following(
    conditions: Sequence[str], columns: Sequence[str], key: Sequence[str] | None, *, beyond: bool
) -> Query:
    """What comes from a key on, in the order of one column or two; `beyond`: less the key's row."""
    if key is None:
        return Query((conditions,), columns)
    *leading, last = zip(columns, key, strict=True)
    same = [f"{column}={value}" for column, value in leading]
    rest = [*conditions, *same, f"{last[0]}{'>' if beyond else '>='}{last[1]}"]
    later = [[*conditions, f"{column}>{value}"] for column, value in leading]
    return Query((*later, rest), columns)


def equal(column: str, value: str) -> str:
    return f"{column}={escaped(value)}"


def escaped(value: str) -> str:
    """A value in which `^` is no operator."""
    return value.replace("^", "^^")


def moment(at: datetime, zone: ZoneInfo) -> str:
    """An instant as a query says it, on the walls of the account's zone."""
    return at.astimezone(zone).strftime(WRITTEN)


def instant_of(text: str) -> datetime:
    """The instant of a column's value, which is in UTC whatever the account's zone.

    Raises:
        ValueError: it is none.
    """
    return datetime.strptime(text, WRITTEN).replace(tzinfo=UTC)
