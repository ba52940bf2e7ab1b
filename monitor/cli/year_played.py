"""A year played: the daemon's steps and the providers' days, along one clock that is moved."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from monitor.alerts.interventions import Act, Via
from monitor.app import Station
from monitor.app.timetables import Timekeeper
from monitor.cases.arrivals import Arrival, statements_of
from monitor.cases.observation import CaseKey
from monitor.clock.wall import ManualClock
from monitor.contract.model import CaseKind, Status
from monitor.simulator.year.casting import ARRIVED
from monitor.simulator.year.plan import Plan
from monitor.simulator.year.plot import Invented, Plot
from monitor.simulator.year.theatre import Theatre
from monitor.store.evidence import EvidenceStore, Statement
from monitor.store.interventions import Interventions
from monitor.store.quarantine_desk import QuarantineDesk, Wanted

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ROUND = timedelta(minutes=30)
"""The clock goes by half hours: what comes due in between is seen to at the next."""

_CLERK = Act(by="greffe simulé", why="année simulée", via=Via.CLI)


@dataclass(frozen=True, slots=True)
class _Errand:
    """Something that operators do."""

    at: datetime
    run: Callable[[datetime], object]


class Played:
    """One year on one database, from its first poll to its last report."""

    def __init__(
        self, station: Station, theatre: Theatre, plan: Plan, invented: Invented, clock: ManualClock
    ) -> None:
        self._station = station
        self._theatre = theatre
        self._plan = plan
        self._clock = clock
        configuration = station.parts.configuration
        self._keeper = Timekeeper(station.database, configuration.settings, configuration.book)
        self._interventions = Interventions(station.database)
        self._evidence = EvidenceStore(station.database)
        self._polls = list(reversed(plan.polls))
        self._errands = sorted(self._errands_of(invented), key=lambda each: each.at, reverse=True)
        self._report_at: datetime | None = plan.starts_at
        self._due_at: datetime | None = None
        """When something is next to be judged."""
        self._seen_at: datetime | None = None

    def rounds(self) -> Iterator[datetime]:
        """Play round by round; each instant that was seen to."""
        while (now := self._next()) <= self._plan.ends_at:
            self._clock.move_to(now)
            self._round(now)
            self._seen_at = now
            yield now

    def quarantined(self) -> int:
        """Records that wait in quarantine."""
        return len(QuarantineDesk(self._station.database).records(Wanted()))

    def _next(self) -> datetime:
        instants = [
            self._plan.ends_at + _ROUND if not self._polls else self._polls[-1],
            None if not self._errands else self._errands[-1].at,
            self._due_at,
            self._report_at,
        ]
        soonest = _on_the_half_hour(min(at for at in instants if at is not None))
        # What could not be seen to in one round waits for the next one.
        return soonest if self._seen_at is None else max(soonest, self._seen_at + _ROUND)

    def _round(self, now: datetime) -> None:
        """Everything that is due by now."""
        if self._due_at is not None and self._due_at <= now:
            # Before this round's poll: it is told by what was known then.
            self._judge()
        if self._polls and self._polls[-1] <= now:
            while self._polls and self._polls[-1] <= now:
                self._polls.pop()
            self._theatre.step(now)
            for source in self._station.parts.collectors:
                self._station.poll(source)
            self._judge()
        if self._errands and self._errands[-1].at <= now:
            # What operators speak of is known at the provider's, polled or not.
            self._theatre.step(now)
            while self._errands and self._errands[-1].at <= now:
                self._errands.pop().run(now)
            self._judge()
        if self._report_at is not None and self._report_at <= now:
            self._report(now)

    def _judge(self) -> None:
        more = True
        while more:
            report = self._station.tick()
            if any(fire.told for fire in report.fires):
                self._station.deliver()
            self._due_at, more = report.next_due_at, report.more

    def _report(self, now: datetime) -> None:
        while (wait := self._keeper.step(now)) == timedelta():
            pass
        self._report_at = None if wait is None else now + wait

    def _errands_of(self, invented: Invented) -> Iterator[_Errand]:
        for plot in invented.plots:
            if plot.held_at is not None:
                yield _Errand(plot.held_at, partial(self._hold, plot))
            if plot.kind is CaseKind.DELIVERABLE:
                yield from self._arrivals(plot)
                continue
            for name, at in plot.facts.items():
                yield _Errand(at, partial(self._note, plot, name))

    def _arrivals(self, plot: Plot) -> Iterator[_Errand]:
        if ARRIVED in plot.facts:
            stated_at = plot.owed[0].chapters[-1].learned_at
            yield _Errand(stated_at, partial(self._state, plot))

    def _hold(self, plot: Plot, now: datetime) -> None:
        self._interventions.hold(CaseKey(plot.provider, plot.kind, plot.ref), _CLERK, at=now)

    def _note(self, plot: Plot, name: str, now: datetime) -> None:
        statement = Statement(
            ref=plot.ref, provider=plot.provider, name=name, value="N-1", stated_on=None
        )
        self._evidence.add([statement], _CLERK, at=now, file="simulation.csv", sha256="0" * 64)

    def _state(self, plot: Plot, now: datetime) -> None:
        arrival = Arrival(
            at=plot.facts[ARRIVED],
            status=Status.DELIVERED,
            stops=frozenset({Status.DELIVERED}),
            proof={},
        )
        key = CaseKey(plot.provider, plot.kind, plot.ref)
        self._station.deliverables.state(
            key, lambda stated: statements_of(arrival, stated, now), at=now
        )


def _on_the_half_hour(at: datetime) -> datetime:
    """The first full or half hour from an instant on."""
    return at + (_EPOCH - at) % _ROUND
