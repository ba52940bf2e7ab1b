"""How things stand: stored obligations with their figures as of now, and their sources."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any, Self

import click

from monitor.cases.obligation import Obligation
from monitor.cases.progress import Progress, progress
from monitor.cases.records import OutboxRecord, Position, ReplicaRecord, SourceRecord
from monitor.cli.faults import show_warning
from monitor.cli.output import console, show_drawn, written, written_if_any
from monitor.cli.owed import Owed
from monitor.cli.owed_table import owed_table
from monitor.cli.words import gettext, ngettext, spoken
from monitor.clock import zone
from monitor.contract.book import ContractBook
from monitor.settings import Settings
from monitor.store.readings import Readings

_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which obligations are asked for."""

    settled: bool
    """The settled ones too, after the open ones, the latest first."""
    provider: str | None
    verdicts: frozenset[str]
    """Empty: any."""
    limit: int | None

    def takes(self, obligation: Obligation) -> bool:
        verdict = obligation.evaluation.verdict
        return self.provider in (None, obligation.key.provider) and (
            not self.verdicts or verdict in self.verdicts
        )


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
            "fault_kind": None if record is None else record.fault_kind,
            "fault": None if record is None else record.fault,
            "quarantined": self.quarantined,
            "unknown_statuses": list(self.unknown_statuses),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    as_of: datetime
    zone: tzinfo
    owed: tuple[Owed, ...]
    sources: tuple[SourceStanding, ...]
    outbox: OutboxRecord
    replicas: tuple[ReplicaRecord, ...]

    @classmethod
    def read(
        cls,
        readings: Readings,
        settings: Settings,
        book: ContractBook,
        selection: Selection,
        now: datetime,
    ) -> Self:
        """Read what is stored; elapsed and remaining are as of `now`."""
        chosen = filter(selection.takes, _stored(readings, settled=selection.settled))
        return cls(
            as_of=now,
            zone=zone(book.versions[-1].zone),
            owed=tuple(_owed(each, book, now) for each in islice(chosen, selection.limit)),
            sources=tuple(_sources(readings, settings, now)),
            outbox=readings.outbox(),
            replicas=tuple(readings.replicas()),
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "as_of": written(self.as_of, self.zone),
            "obligations": [owed.as_json() for owed in self.owed],
            "sources": [source.as_json(self.zone) for source in self.sources],
            "outbox": {
                "queued": self.outbox.queued,
                "dead": self.outbox.dead,
                "oldest_at": written_if_any(self.outbox.oldest_at, self.zone),
            },
            "replicas": [
                {
                    "name": replica.name,
                    "started_at": written(replica.started_at, self.zone),
                    "seen_at": written(replica.seen_at, self.zone),
                    "polls": list(replica.polls),
                }
                for replica in self.replicas
            ],
        }


def show_standing(standing: Standing) -> None:
    """The obligations as a table, and warnings on what keeps them from being relied on."""
    language = spoken()
    if standing.owed:
        target = console()
        show_drawn(owed_table(standing.owed, width=target.width), target)
        click.echo()
    count = len(standing.owed)
    click.echo(
        ngettext("{count} obligation as of {at}", "{count} obligations as of {at}", count).format(
            count=count, at=language.instant(standing.as_of, standing.zone)
        )
    )
    # One daemon alone does everything: there is nothing to tell.
    for replica in standing.replicas if len(standing.replicas) > 1 else ():
        click.echo(_replica_line(replica, standing.zone))
    for source in standing.sources:
        for line in _troubles(source, standing.zone):
            show_warning(line)
    if standing.outbox.dead:
        show_warning(
            ngettext(
                "{count} message could not be delivered",
                "{count} messages could not be delivered",
                standing.outbox.dead,
            ).format(count=standing.outbox.dead)
        )


def _replica_line(replica: ReplicaRecord, zone: tzinfo) -> str:
    seen = spoken().instant(replica.seen_at, zone)
    if not replica.polls:
        return gettext("replica {name}, last seen {seen}: polls no source").format(
            name=replica.name, seen=seen
        )
    return gettext("replica {name}, last seen {seen}: polls {sources}").format(
        name=replica.name, seen=seen, sources=", ".join(replica.polls)
    )


def _troubles(source: SourceStanding, zone: tzinfo) -> Iterator[str]:
    """What keeps a source's cases from being relied on."""
    if source.stale:
        yield _silence(source, zone)
    if source.quarantined:
        yield ngettext(
            "source {name}: {count} record cannot be read and is set aside",
            "source {name}: {count} records cannot be read and are set aside",
            source.quarantined,
        ).format(name=source.name, count=source.quarantined)
    if source.unknown_statuses:
        yield ngettext(
            "source {name}: status mapped nowhere: {statuses}",
            "source {name}: statuses mapped nowhere: {statuses}",
            len(source.unknown_statuses),
        ).format(name=source.name, statuses=", ".join(source.unknown_statuses))


def _silence(source: SourceStanding, zone: tzinfo) -> str:
    record = source.record
    if record is None:
        return gettext("source {name}: never polled").format(name=source.name)
    since = spoken().instant(record.vouched_until, zone)
    if record.fault is None:
        return gettext("source {name}: silent since {since}").format(name=source.name, since=since)
    return gettext("source {name}: silent since {since}: {fault}").format(
        name=source.name, since=since, fault=record.fault
    )


def _stored(readings: Readings, *, settled: bool) -> Iterator[Obligation]:
    """The open ones by deadline, those without one last; then the settled ones."""
    after = None
    while page := readings.open_obligations(_PAGE, after=after):
        yield from page
        after = Position(at=page[-1].evaluation.due_at, id=page[-1].id)
    after = None
    while settled and (page := readings.settled_obligations(_PAGE, after=after)):
        yield from page
        after = Position(at=page[-1].evaluated_at, id=page[-1].id)


def _owed(obligation: Obligation, book: ContractBook, now: datetime) -> Owed:
    evaluation = obligation.evaluation
    try:
        version = book.version(obligation.contract_version)
    except KeyError:
        # Judged by a contract that is no longer configured: its figures stand as they were.
        stored = Progress(evaluation.elapsed_seconds, evaluation.remaining_seconds)
        return Owed(obligation, stored, zone(book.versions[-1].zone))
    clock = book.clock(version, obligation.calendar)
    return Owed(
        obligation,
        progress(evaluation, obligation.amount_seconds, clock, now),
        zone(version.zone),
    )


def _sources(readings: Readings, settings: Settings, now: datetime) -> Iterator[SourceStanding]:
    records = {record.name: record for record in readings.sources()}
    quarantined = readings.quarantine_counts()
    unknown: dict[str, list[str]] = defaultdict(list)
    for word in readings.unknown_statuses():
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

    for source in settings.sources:
        record = records.pop(source.name, None)
        # Asked of the clock too: a daemon that is not running marks nothing.
        stale = record is None or (
            record.stale_since is not None or now - record.vouched_until > source.stale_after
        )
        yield standing(source.name, source.provider, record, stale=stale)
    for name, record in sorted(records.items()):
        stale = record.stale_since is not None
        yield standing(name, None, record, stale=stale)
