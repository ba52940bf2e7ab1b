"""What all APIs over HTTP share: how they are walked, and how their faults are told."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

from monitor.collectors.base import Batch, PollWindow, SourceFault
from monitor.collectors.batches import BatchMaker
from monitor.collectors.collection import Collection
from monitor.collectors.http import HttpClient
from monitor.collectors.http_faults import HttpFault
from monitor.collectors.mapping import CursorSettings, MappingSettings
from monitor.collectors.period_walk import PeriodWalk
from monitor.collectors.reading import Reading
from monitor.collectors.reread import read_one_by_one
from monitor.collectors.walk import Walk
from monitor.collectors.walk_cursor import Cut, WalkCursor
from monitor.errors import InputError
from monitor.locale.marking import N_


class ApiCollector:
    """One collection of one provider's API. Used by one thread at a time."""

    def __init__(
        self,
        *,
        name: str,
        provider: str,
        client: HttpClient,
        mapping: MappingSettings,
        reading: Reading,
        collection: Collection,
        scope: str = "",
    ) -> None:
        """Prepare to read; nothing is sent yet. The client is closed with the collector.

        Args:
            name: the source's.
            provider: whose cases these are.
            client: what to ask with.
            mapping: how records are read and asked for.
            reading: the same, compiled.
            collection: what lists the records.
            scope: what else decides which records there are; where it changes, all is read again.

        Raises:
            InputError: the mapping does not say how to ask for changes.
        """
        self.name = name
        self._client = client
        self._digest = digest_of(mapping, scope)
        self._cursor = cursor_of(mapping, name)
        self._reading = reading
        self._collection = collection
        self._batches = BatchMaker(
            source=name, provider=provider, kind=mapping.case_kind, reading=reading
        )

    def check(self) -> str:
        """Read the first record there is, without a filter."""
        return self._collection.sample()

    def fetch(self, window: PollWindow) -> Iterator[Batch]:
        """Walk what changed since the cursor, then the open cases that are due again."""
        started = monotonic()
        with _faults_dated(window, started):
            yield from self._walk(window, started + window.budget.total_seconds())

    def _walk(self, window: PollWindow, deadline: float) -> Iterator[Batch]:
        if window.period is not None:
            return PeriodWalk(
                collection=self._collection,
                reading=self._reading,
                batches=self._batches,
                settings=self._cursor,
                window=window,
                period=window.period,
                deadline=deadline,
            ).run()
        return Walk(
            collection=self._collection,
            reading=self._reading,
            batches=self._batches,
            settings=self._cursor,
            cursor=WalkCursor.load(window.cursor, self._digest),
            cut=Cut.load(window.checkpoint, self._digest),
            window=window,
            deadline=deadline,
        ).run()

    def refresh(self, refs: Sequence[str], window: PollWindow) -> Iterator[Batch]:
        """Read these records one by one."""
        started = monotonic()
        deadline = started + window.budget.total_seconds()
        with _faults_dated(window, started):
            yield from read_one_by_one(refs, self._collection, self._batches, window, deadline)

    def close(self) -> None:
        self._client.close()


def cursor_of(mapping: MappingSettings, name: str, like: str = "tmf621") -> CursorSettings:
    """How the mapping of source `name` asks for changes.

    Raises:
        InputError: it does not say; `like` is a shipped mapping that does.
    """
    if mapping.cursor is None:
        raise missing_key(name, "cursor", like)
    return mapping.cursor


def resource_of(mapping: MappingSettings, name: str, like: str = "tmf621") -> str:
    """Which collection the mapping of source `name` is about.

    Raises:
        InputError: it does not say; `like` is a shipped mapping that does.
    """
    if mapping.resource is None:
        raise missing_key(name, "resource", like)
    return mapping.resource


def digest_of(mapping: MappingSettings, scope: str) -> str:
    if not scope:
        return mapping.digest
    return hashlib.sha256(f"{mapping.digest} {scope}".encode()).hexdigest()[:16]


def missing_key(name: str, key: str, like: str) -> InputError:
    return InputError(
        N_(
            "sources[{name}].mapping.{missing}: is missing; an API is read by it, see the"
            " shipped {like}"
        ),
        name=name,
        missing=key,
        like=like,
    )


@contextmanager
def _faults_dated(window: PollWindow, started: float) -> Iterator[None]:
    """Turn how long a server wants to be left alone into the instant until which."""
    try:
        yield
    except HttpFault as fault:
        not_before = None
        if fault.wait is not None:
            # The window knows when the poll began; what passed since is real time.
            not_before = window.until + timedelta(seconds=monotonic() - started) + fault.wait
        raise SourceFault(fault.said, kind=fault.kind, not_before=not_before) from fault
