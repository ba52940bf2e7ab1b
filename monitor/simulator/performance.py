"""A scenario at work: a provider on loopback whose days go by as the scenario has them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random

from monitor.clock.wall import WallClock
from monitor.contract.book import ContractBook
from monitor.contract.model import CaseKind
from monitor.simulator.book import SimulatedProvider
from monitor.simulator.depot import Depot
from monitor.simulator.hub import SimulatedHub
from monitor.simulator.misbehaving import MisbehavingServer
from monitor.simulator.scenarios import Scenario
from monitor.simulator.server import ProviderServer
from monitor.simulator.traffic import ALL_AS_TICKETS, ORDERS, TICKETS, Traffic
from monitor.simulator.world import BODIES

_STORM = timedelta(minutes=1)
_LARGEST_PAGE = 100


class Rank(StrEnum):
    """Which of the contract's two providers: they differ in what they offer."""

    FIRST = "first"
    """TELUS: tickets by TMF621 v4, orders by TMF622 v4."""
    SECOND = "second"
    """Rogers: everything as tickets, by TMF621 v5."""


_PROVIDERS: Mapping[Rank, tuple[str, tuple[str, ...]]] = {
    Rank.FIRST: ("telus", ("tmf621-v4", "tmf622-v4")),
    Rank.SECOND: ("rogers", ("tmf621-v5",)),
}


@dataclass(slots=True)
class Performance:
    """One scenario, from its beginning on. Stepped by one thread; its server has its own."""

    provider: SimulatedProvider
    server: MisbehavingServer
    kinds: tuple[str, ...]
    """The APIs a provider of this rank offers."""
    _traffic: Traffic
    _storm: list[datetime]
    """When its incidents come, the latest first."""
    _random: Random = field(repr=False)
    hub: SimulatedHub | None = None
    depot: Depot | None = None

    @property
    def urls(self) -> Mapping[str, str]:
        """Where each API is, by the kind that a source of it has."""
        return {kind: self.server.url(kind) for kind in self.kinds}

    @property
    def cases(self) -> int:
        return sum(len(self.provider.cases(kind)) for kind in (CaseKind.TICKET, CaseKind.ORDER))

    @property
    def requests(self) -> int:
        return self.server.requests

    def step(self, now: datetime) -> None:
        """Let everything happen that is due."""
        self._traffic.step(now)
        while self._storm and self._storm[-1] <= now:
            body = self._random.choice(BODIES)
            self.provider.open_ticket("incident", body, at=self._storm.pop())
        if self.hub is not None:
            self.hub.step()
        if self.depot is not None:
            self.depot.step(now)


@contextmanager
def perform(
    scenario: Scenario,
    clock: WallClock,
    book: ContractBook,
    *,
    rank: Rank = Rank.FIRST,
    seed: int = 1,
    port: int = 0,
    folder: Path | None = None,
) -> Iterator[Performance]:
    """Play a scenario on a port of 127.0.0.1 until the block ends.

    Args:
        scenario: what happens.
        clock: what the provider dates its changes by.
        book: the contract, by which fates are planned.
        rank: which provider it is.
        seed: equal seeds, begun at equal instants, make equal days.
        port: 0: any free one.
        folder: where exports are left, of a scenario that leaves any.

    Raises:
        OSError: the port is taken, or the folder cannot be written to.
    """
    name, kinds = _PROVIDERS[rank]
    random = Random(seed)  # noqa: S311 - repeatable on purpose
    provider = SimulatedProvider(name, clock)
    begun_at = clock.now()
    traffic = Traffic(
        provider,
        book,
        seed=seed,
        start=begun_at - timedelta(days=scenario.days),
        per_hour=scenario.per_hour,
        tickets=TICKETS if rank is Rank.FIRST else ALL_AS_TICKETS,
        orders=ORDERS if rank is Rank.FIRST else {},
    )
    # Before there is a hub: what happened until now is no news.
    traffic.step(begun_at)
    storm = [begun_at + _STORM * random.random() for _ in range(scenario.storm)]
    answering = ProviderServer(provider, largest_page=_LARGEST_PAGE)
    conduct, hub = scenario.conduct(provider, random), None
    if scenario.telling is not None:
        hub = SimulatedHub(
            provider, scenario.telling(), random, forgets_after=scenario.forgets_after
        )
        conduct = hub.beside(conduct)
    try:
        server = MisbehavingServer(answering, otherwise=conduct, port=port, keeps=False)
    except OSError:
        answering.stop()
        raise
    answering.origin = server.origin
    performance = Performance(
        provider, server, kinds, traffic, sorted(storm, reverse=True), random, hub=hub
    )
    if scenario.leaving is not None and folder is not None:
        performance.depot = Depot(folder, provider, scenario.leaving)
    with server:
        performance.step(begun_at)
        yield performance
    if hub is not None:
        hub.close()
