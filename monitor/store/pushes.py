"""What sources push: a batch, and the answer to it, in one transaction."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from monitor.cases.observation import CaseKey
from monitor.collectors.base import Batch, Known, PollWindow
from monitor.store.database import Database
from monitor.store.open_cases import OpenCases
from monitor.store.recording import (
    Stored,
    know,
    known_of,
    record_batch,
    take_turn,
)
from monitor.store.tables import push, source

KEPT = timedelta(days=2)
"""How long a push is known by its key: longer than any sender tries again."""


class KeyUsedError(Exception):
    """The key is that of an earlier push, which said something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A push that says which one it is, so that it may be sent again."""

    key: str
    digest: str
    """Of its body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    answer: Mapping[str, Any]
    again: bool = False
    """It was taken before, and is answered as it was then; nothing was stored."""


class Pushes:
    """The store as a push sees it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(
        self,
        name: str,
        read: Callable[[PollWindow], Batch],
        answer: Callable[[Batch, Stored], Mapping[str, Any]],
        *,
        named: Named | None,
        gone_after: int,
        at: datetime,
    ) -> Taken:
        """Store what one push says, and what is answered to it: all of it or nothing.

        Pushes of one source are taken one after another, whichever replica they reach: each is
        read by what those before it stated.

        Args:
            name: the source.
            read: the batch, by what is known of its cases.
            answer: what to answer once it is stored; JSON.
            named: as the sender names it; None: it does not.
            gone_after: complete pushes in a row without a case, after which it is gone.
            at: now.

        Raises:
            KeyUsedError: the key was that of another push.
        """
        with self._database.write() as connection:
            take_turn(connection, name)
            know(connection, name, at)
            cursor = connection.scalar(select(source.c.cursor).where(source.c.name == name))
            if named is not None:
                connection.execute(
                    delete(push).where(push.c.source == name, push.c.taken_at < at - KEPT)
                )
                before = _answered(connection, name, named)
                if before is not None:
                    return Taken(answer=before, again=True)

            def recall(keys: Sequence[CaseKey]) -> Sequence[Known]:
                return known_of(connection, name, keys)

            known = OpenCases(lambda: nullcontext(connection), name)
            batch = read(PollWindow(cursor=cursor, until=at, known=known, recall=recall))
            stored = record_batch(connection, name, batch, at=at, gone_after=gone_after)
            said = answer(batch, stored)
            if named is not None:
                row = {"source": name, "taken_at": at, "answer": dict(said)}
                row |= {"key": named.key, "digest": named.digest}
                connection.execute(insert(push), [row])
        return Taken(answer=said)


def _answered(connection: Connection, name: str, named: Named) -> Mapping[str, Any] | None:
    query = select(push.c.digest, push.c.answer)
    found = connection.execute(
        query.where(push.c.source == name, push.c.key == named.key)
    ).one_or_none()
    if found is None:
        return None
    if found.digest != named.digest:
        raise KeyUsedError
    answer: Mapping[str, Any] = found.answer
    return answer
