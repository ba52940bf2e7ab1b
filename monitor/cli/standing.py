"""How things stand: stored obligations with their figures as of now, and their sources."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice
from typing import Any, Self

import click

from monitor.cases.circuit import Circuit, circuit_of
from monitor.cases.moment import Moment
from monitor.cases.obligation import Obligation, Verdict
from monitor.cases.records import (
    OutboxRecord,
    Position,
    ReplicaRecord,
    Sought,
    TallyRecord,
)
from monitor.cli.faults import show_warning
from monitor.cli.output import console, show_drawn
from monitor.cli.owed_table import owed_table
from monitor.cli.words import gettext, ngettext, spoken
from monitor.clock import zone
from monitor.contract.book import ContractBook
from monitor.locale.marking import told
from monitor.settings import Settings
from monitor.shown.instants import written, written_if_any
from monitor.shown.owed import Owed, owed_at
from monitor.shown.sources import ConfiguredSource, SourceStanding, sources_standing
from monitor.store.readings import Readings

_PAGE = 500
_ALWAYS_OPEN = frozenset({Verdict.PENDING, Verdict.AT_RISK})
_ALWAYS_SETTLED = frozenset({Verdict.MET, Verdict.MISSED, Verdict.CANCELLED})
"""The other verdicts stand open or settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which obligations are asked for."""

    settled: bool
    """The settled ones too, after the open ones, the latest first."""
    sought: Sought
    limit: int | None
    """None: all."""

    @property
    def page(self) -> int:
        """How many to read at a time."""
        return _PAGE if self.limit is None else min(self.limit, _PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    as_of: datetime
    zone: tzinfo
    owed: tuple[Owed, ...]
    sources: tuple[SourceStanding, ...] = ()
    outbox: OutboxRecord | None = None
    """None, and no source: of the past, which they do not tell of."""
    moment: Moment | None = None
    """The instant of the past that was asked for."""
    replicas: tuple[ReplicaRecord, ...] = ()

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
        chosen = _stored(readings, selection)
        muted = {(each.key, each.commitment): each.mute for each in readings.muted(now)}
        return cls(
            as_of=now,
            zone=zone(book.versions[-1].zone),
            owed=tuple(
                owed_at(each, book, now, muted.get((each.key, each.commitment)))
                for each in islice(chosen, selection.limit)
            ),
            sources=tuple(sources_standing(readings, configured(settings), now)),
            outbox=readings.outbox(),
            replicas=tuple(readings.replicas()),
        )

    def as_json(self) -> dict[str, Any]:
        known_at = None if self.moment is None else self.moment.known_at
        return {
            "as_of": written(self.as_of, self.zone),
            "known_at": written_if_any(known_at, self.zone),
            "obligations": [owed.as_json() for owed in self.owed],
            "sources": [source.as_json(self.zone) for source in self.sources],
            "outbox": self.outbox
            and {
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
    if standing.owed:
        target = console()
        show_drawn(owed_table(standing.owed, width=target.width), target)
        click.echo()
    click.echo(_summary(standing))
    # One daemon alone does everything: there is nothing to tell.
    for replica in standing.replicas if len(standing.replicas) > 1 else ():
        click.echo(_replica_line(replica, standing.zone))
    for source in standing.sources:
        for line in _troubles(source, standing.zone):
            show_warning(line)
    if standing.outbox is not None and standing.outbox.dead:
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


def _summary(standing: Standing) -> str:
    language, moment, count = spoken(), standing.moment, len(standing.owed)
    text = ngettext("{count} obligation as of {at}", "{count} obligations as of {at}", count)
    known_at = None
    if moment is not None and moment.known_at is None:
        text = ngettext(
            "{count} obligation as of {at}, by all that is known today",
            "{count} obligations as of {at}, by all that is known today",
            count,
        )
    elif moment is not None and moment.known_at is not None:
        known_at = moment.known_at
        text = ngettext(
            "{count} obligation as of {at}, as known {known_at}",
            "{count} obligations as of {at}, as known {known_at}",
            count,
        )
    return text.format(
        count=count,
        at=language.instant(standing.as_of, standing.zone),
        known_at="" if known_at is None else language.instant(known_at, standing.zone),
    )


def _troubles(source: SourceStanding, zone: tzinfo) -> Iterator[str]:
    """What keeps a source's cases from being relied on."""
    if source.stale:
        yield _silence(source, zone)
    if source.record is not None and circuit_of(source.record.failures) is Circuit.OPEN:
        yield gettext(
            "source {name}: its circuit is open after {count} faults in a row: it is probed less"
            " and less often, and hints of its hub are not followed"
        ).format(name=source.name, count=source.record.failures)
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
        name=source.name, since=since, fault=told(record.fault, gettext)
    )


def _stored(readings: Readings, selection: Selection) -> Iterator[Obligation]:
    """The open ones by deadline, those without one last; then the settled ones."""
    sought, limit = selection.sought, selection.page
    # What nobody owes is not looked for: the counts know it without a walk along what is owed.
    counted = {row.verdict for row in readings.tally() if _counts(row, sought)}
    after = None
    while counted - _ALWAYS_SETTLED and (
        page := readings.open_obligations(limit, after=after, sought=sought)
    ):
        yield from page
        after = Position(at=page[-1].evaluation.due_at, id=page[-1].id)
    after = None
    while (
        selection.settled
        and counted - _ALWAYS_OPEN
        and (page := readings.settled_obligations(limit, after=after, sought=sought))
    ):
        yield from page
        after = Position(at=page[-1].evaluated_at, id=page[-1].id)


def _counts(row: TallyRecord, sought: Sought) -> bool:
    """Whether obligations counted there may be among those sought."""
    return (
        sought.provider in (None, row.provider)
        and sought.commitment in (None, row.commitment)
        and (not sought.verdicts or row.verdict in sought.verdicts)
    )


def configured(settings: Settings) -> Sequence[ConfiguredSource]:
    return [
        ConfiguredSource(name=source.name, provider=source.provider, stale_after=source.stale_after)
        for source in settings.sources
    ]
