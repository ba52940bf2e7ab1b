"""Where sources stand, configured or remembered."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, Protocol

from monitor.cases.circuit import circuit_of
from monitor.cases.records import SourceRecord, UnknownStatusRecord
from monitor.shown.instants import written_if_any


class SourceReader(Protocol):
    """What is kept of sources."""

    def sources(self) -> Sequence[SourceRecord]: ...

    def quarantine_counts(self) -> Mapping[str, int]: ...

    def unknown_statuses(self) -> Sequence[UnknownStatusRecord]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredSource:
    name: str
    provider: str
    stale_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStanding:
    """A source, configured or remembered."""

    name: str
    provider: str | None
    """None: no longer configured."""
    record: SourceRecord | None
    """None: never polled."""
    stale: bool
    quarantined: int
    """Records of it that cannot be read."""
    unknown_statuses: tuple[str, ...]
    """Its words that no mapping leads anywhere."""

    def as_json(self, zone: tzinfo) -> dict[str, Any]:
        record = self.record
        return {
            "name": self.name,
            "provider": self.provider,
            "confirmed_at": None if record is None else written_if_any(record.confirmed_at, zone),
            "stale": self.stale,
            "failures": 0 if record is None else record.failures,
            "circuit": circuit_of(0 if record is None else record.failures),
            "fault_kind": None if record is None else record.fault_kind,
            "fault": None if record is None else record.fault,
            "quarantined": self.quarantined,
            "unknown_statuses": list(self.unknown_statuses),
        }


def sources_standing(
    reader: SourceReader, configured: Sequence[ConfiguredSource], now: datetime
) -> Iterator[SourceStanding]:
    """Those configured, then those that are not any more."""
    records = {record.name: record for record in reader.sources()}
    quarantined = reader.quarantine_counts()
    unknown: dict[str, list[str]] = defaultdict(list)
    for word in reader.unknown_statuses():
        unknown[word.source].append(word.raw_status)

    def standing(
        name: str, provider: str | None, record: SourceRecord | None, *, stale: bool
    ) -> SourceStanding:
        return SourceStanding(
            name=name,
            provider=provider,
            record=record,
            stale=stale,
            quarantined=quarantined.get(name, 0),
            unknown_statuses=tuple(unknown[name]),
        )

    for source in configured:
        record = records.pop(source.name, None)
        # Asked of the clock too: a daemon that is not running marks nothing.
        stale = record is None or (
            record.stale_since is not None or now - record.vouched_until > source.stale_after
        )
        yield standing(source.name, source.provider, record, stale=stale)
    for name, record in sorted(records.items()):
        stale = record.stale_since is not None
        yield standing(name, None, record, stale=stale)
