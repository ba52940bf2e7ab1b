"""What tables are made of: instants, row ids, partial indexes, names of constraints."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Index, Integer, MetaData, text
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as UTC microseconds since 1970; a naive one is refused."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else _microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return _instant(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:  # noqa: ARG002
        # A tick reads a dozen for each case: without the method's detour.
        return _instant


def _instant(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(microseconds=value)


def _microseconds(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError(f"a naive instant cannot be stored: {at.isoformat()}")
    since = at - _EPOCH
    # As dividing by a microsecond gives it, in a third of the time.
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def instants(
    values: Iterable[datetime | None], known: dict[datetime, int] | None = None
) -> list[int | None]:
    """A column of instants as it is stored.

    `known` takes those of its rows that were met before: most are equal to another, of this column
    or of one before.
    """
    known = {} if known is None else known
    stored: list[int | None] = []
    for value in values:
        if value is None:
            stored.append(None)
            continue
        if value not in known:
            known[value] = _microseconds(value)
        stored.append(known[value])
    return stored


# SQLite only makes an INTEGER primary key its row id; PostgreSQL needs the wide type.
RowId = BigInteger().with_variant(Integer, "sqlite")


def partial_index(name: str, *columns: str, sqlite: str, postgresql: str | None = None) -> Index:
    """An index over the few rows that matter; a query uses it by stating the same condition."""
    return Index(
        name,
        *columns,
        sqlite_where=text(sqlite),
        postgresql_where=text(postgresql or sqlite),
    )
