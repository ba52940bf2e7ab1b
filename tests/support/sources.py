"""Sources, stores and providers in a few words, for tests of collectors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import SecretStr

from monitor.cases.observation import CaseKey, Observation
from monitor.clock.wall import ManualClock
from monitor.collectors.base import Batch, Collector, Known, PollWindow
from monitor.collectors.http import HttpClient
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.tmf import TmfCollector
from monitor.simulator import Body

BODY = Body("ORG-7", "Ministère des Exemples")
# A Monday, 10:00 in Québec.
START = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Credentials:
    type: str = "none"
    username: str | None = None
    password: SecretStr | None = None
    token: SecretStr | None = None
    header: str = "X-API-Key"
    token_url: str | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    client_auth: str = "basic"
    scope: str | None = None


def client(url: str, seconds: float = 5, auth: Credentials | None = None) -> HttpClient:
    return HttpClient(
        url, auth or Credentials(), where="sources[test]", timeout=timedelta(seconds=seconds)
    )


@contextmanager
def collector(
    url: str, mapping: Any = "tmf621", *, page_size: int = 100, seconds: float = 5
) -> Iterator[TmfCollector]:
    made = TmfCollector(
        name="test",
        provider="telus",
        client=client(url, seconds),
        mapping=MappingSettings.model_validate(mapping),
        page_size=page_size,
    )
    try:
        yield made
    finally:
        made.close()


class Memory:
    """What a poll left behind, kept as the real store keeps it: by id, and by case."""

    def __init__(self) -> None:
        self.observations: dict[str, Observation] = {}
        self.known: dict[CaseKey, Known] = {}
        self.missing: set[CaseKey] = set()
        self.cursor: Any = None
        self.batches: list[Batch] = []

    def poll(self, source: Collector, clock: ManualClock, **window: Any) -> list[Batch]:
        """Walk once, keeping each batch before the next is asked for."""
        self.batches = []
        asked = PollWindow(
            cursor=self.cursor,
            until=clock.now(),
            known=self.known.values(),
            recall=lambda keys: [self.known[key] for key in keys if key in self.known],
            **window,
        )
        for batch in source.fetch(asked):
            # As a poll stores it: as of its start, however long it takes.
            self._keep(batch, asked.until)
        return self.batches

    def of(self, ref: str) -> list[Observation]:
        """A case's statements in the order they were kept."""
        return [seen for seen in self.observations.values() if seen.key.ref == ref]

    @property
    def refs(self) -> set[str]:
        return {key.ref for key in self.known}

    @property
    def warnings(self) -> list[str]:
        return [warning for batch in self.batches for warning in batch.warnings]

    @property
    def reasons(self) -> list[str]:
        return [bad.reason for batch in self.batches for bad in batch.quarantined]

    def _keep(self, batch: Batch, at: datetime) -> None:
        self.batches.append(batch)
        for seen in batch.observations:
            self.observations.setdefault(seen.id, seen)
            self.known[seen.key] = _known(seen, batch.as_of or at)
        for key in batch.confirmed:
            self.known[key] = _known(
                self.observations[self.known[key].last_observation_id], batch.as_of or at
            )
        self.missing |= set(batch.missing)
        if batch.cursor is not None:
            self.cursor = batch.cursor


def _known(seen: Observation, at: datetime) -> Known:
    return Known(
        key=seen.key,
        last_observation_id=seen.id,
        raw_status=seen.raw_status,
        received_at=seen.received_at,
        confirmed_at=at,
        organization=seen.organization,
        category=seen.category,
        place=seen.place,
        status=seen.status,
    )
