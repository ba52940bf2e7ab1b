"""A realistic stream of cases, the same for the same seed: planned ahead, applied when due."""

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from random import Random

from monitor.clock import load_calendar
from monitor.clock.business_clock import BusinessClock
from monitor.contract.book import ContractBook
from monitor.contract.model import CaseKind
from monitor.simulator.book import SimulatedProvider
from monitor.simulator.fates import WEIGHTS, Outcome, Promise, Step, plan
from monitor.simulator.world import BODIES, LOCAL_PLACES, REMOTE_PLACES

TICKETS: Mapping[str, int] = {
    "incident": 30,
    "outage": 10,
    "password-reset": 25,
    "information-request": 20,
}
ORDERS: Mapping[str, int] = {"delivery": 25, "number-change": 15}
ALL_AS_TICKETS: Mapping[str, int] = {**TICKETS, **ORDERS}
"""For a provider that only has tickets."""

_OFF_HOURS_SHARE = 0.12
_REMOTE_SHARE = 0.3


@dataclass(order=True, slots=True)
class _Event:
    at: datetime
    number: int
    """Orders events of one instant as they were planned."""
    happen: Callable[[datetime], None] = field(compare=False)


class Traffic:
    """What happens at one provider. Not for several threads at once; its provider is."""

    def __init__(
        self,
        provider: SimulatedProvider,
        book: ContractBook,
        *,
        seed: int,
        start: datetime,
        per_hour: float = 2.0,
        tickets: Mapping[str, int] = TICKETS,
        orders: Mapping[str, int] = ORDERS,
    ) -> None:
        """Plan from `start` on; nothing happens before the first `step`.

        Args:
            provider: whose book is filled.
            book: the contract, by whose clocks and amounts fates are planned.
            seed: equal seeds make equal traffic.
            start: the first case arrives after it; aware.
            per_hour: cases that arrive in an hour of support, on average.
            tickets: categories opened as tickets, weighted.
            orders: categories placed as orders, weighted.
        """
        self._provider = provider
        self._book = book
        self._random = Random(seed)  # noqa: S311 - repeatable on purpose
        self._hours = BusinessClock(load_calendar("quebec-support"))
        self._between = timedelta(hours=1) / per_hour
        self._kinds = [(CaseKind.TICKET, name, weight) for name, weight in tickets.items()]
        self._kinds += [(CaseKind.ORDER, name, weight) for name, weight in orders.items()]
        self._numbers = count()
        self._events: list[_Event] = []
        self._plan_call(start)

    @property
    def next_at(self) -> datetime:
        """When something happens next: a step before it does nothing."""
        return self._events[0].at

    def step(self, now: datetime) -> int:
        """Let everything happen that is due by `now`, each at its own instant; how many did."""
        happened = 0
        while self._events[0].at <= now:
            event = heapq.heappop(self._events)
            event.happen(event.at)
            happened += 1
        return happened

    def _plan_call(self, after: datetime) -> None:
        gap = self._random.expovariate(1.0) * self._between
        self._add(self._hours.deadline(after, gap), self._call)

    def _call(self, at: datetime) -> None:
        """Somebody needs something: mostly now, at times in the evening or night after."""
        self._plan_call(at)
        if self._random.random() < _OFF_HOURS_SHARE:
            self._add(at + timedelta(hours=self._random.uniform(9.5, 14)), self._enter)
        else:
            self._enter(at)

    def _enter(self, at: datetime) -> None:
        kind, category, _ = self._random.choices(
            self._kinds, [weight for _, _, weight in self._kinds]
        )[0]
        place = None
        if category == "delivery":
            remote = self._random.random() < _REMOTE_SHARE
            place = self._random.choice(REMOTE_PLACES if remote else LOCAL_PLACES)
        body = self._random.choice(BODIES)
        enter = (
            self._provider.open_ticket if kind is CaseKind.TICKET else self._provider.place_order
        )
        ref = enter(category, body, place=place, at=at)
        outcome = self._random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        for step in self._fate(outcome, kind, category, place, at):
            self._add(step.at, partial(self._take, ref, step))

    def _take(self, ref: str, step: Step, at: datetime) -> None:
        self._provider.change_status(
            ref, step.status, at=at, effective_at=step.effective_at, reason=step.reason
        )

    def _fate(
        self, outcome: Outcome, kind: CaseKind, category: str, place: str | None, at: datetime
    ) -> list[Step]:
        version = self._book.in_force(at)
        answer = self._book.region_of(version, place, at)
        owed = version.owed_on(category, None if answer is None else answer.region)
        if not owed:
            return []
        promise = Promise(owed[0], self._book.clock(version, owed[0].calendar))
        return list(plan(outcome, kind, promise, at, self._random))

    def _add(self, at: datetime, happen: Callable[[datetime], None]) -> None:
        heapq.heappush(self._events, _Event(at, next(self._numbers), happen))
