"""The year's providers over HTTP: what was invented, entered when its time has come."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus

from monitor.clock.wall import WallClock
from monitor.contract.model import CaseKind
from monitor.simulator.book import SimulatedProvider
from monitor.simulator.server import ProviderServer, Reply, refusal
from monitor.simulator.shapes import Record
from monitor.simulator.year.plan import PROVIDERS, Plan
from monitor.simulator.year.plot import Act, Invented, Move, Plot

_KEPT = timedelta(days=60)
"""How long a provider lists a case after its last entry."""


class YearServer(ProviderServer):
    """A provider that is out at times, and some of whose records cannot be read."""

    def __init__(self, provider: SimulatedProvider, plan: Plan) -> None:
        super().__init__(provider)
        self._name = provider.name
        self._plan = plan
        self.unreadable: set[str] = set()
        """The references of those records."""

    def reply(self, target: str) -> Reply:
        if self._plan.is_out(self._name, self.now()):
            return refusal(HTTPStatus.SERVICE_UNAVAILABLE, "out of service")
        reply = super().reply(target)
        if isinstance(reply.content, list):
            return replace(reply, content=[self._shown(record) for record in reply.content])
        return replace(reply, content=self._shown(reply.content))

    def _shown(self, record: Record) -> Record:
        if record.get("id") not in self.unreadable:
            return record
        return {**record, _RECEIPTS[record["@type"]]: "hier"}


_RECEIPTS = {"TroubleTicket": "creationDate", "ProductOrder": "orderDate"}


class Theatre:
    """Both providers, and all that is still to happen there."""

    def __init__(self, plan: Plan, invented: Invented, clock: WallClock) -> None:
        self.providers = {name: SimulatedProvider(name, clock) for name in PROVIDERS}
        self.servers = {
            name: YearServer(provider, plan) for name, provider in self.providers.items()
        }
        # At one instant, in the order in which they were written.
        self._pending = [
            (move.at, number, order, move)
            for number, plot in enumerate(invented.plots)
            if plot.kind is not CaseKind.DELIVERABLE
            for order, move in enumerate(_moves(plot))
        ]
        self._pending.sort(key=lambda each: each[:3], reverse=True)
        self._plots = invented.plots

    @property
    def urls(self) -> Mapping[str, str]:
        return {
            "telus_tickets": self.servers["telus"].url("tmf621-v4"),
            "telus_orders": self.servers["telus"].url("tmf622-v4"),
            "rogers_tickets": self.servers["rogers"].url("tmf621-v5"),
        }

    def step(self, now: datetime) -> None:
        """Let everything happen that is due, each at its own instant."""
        while self._pending and self._pending[-1][0] <= now:
            _, number, _, move = self._pending.pop()
            self._make(self._plots[number], move)

    def _make(self, plot: Plot, move: Move) -> None:
        provider, server = self.providers[plot.provider], self.servers[plot.provider]
        match move.act:
            case Act.ENTER:
                plot.ref = _enter(provider, plot)
                if plot.unreadable_until is not None:
                    server.unreadable.add(plot.ref)
            case Act.STATUS:
                provider.change_status(
                    plot.ref, move.word, at=move.at, effective_at=move.effective_at
                )
            case Act.REDATE:
                assert move.effective_at is not None  # noqa: S101 - by whoever wrote the plot
                provider.redate(plot.ref, move.position, move.effective_at)
            case Act.RECLASSIFY:
                provider.reclassify(plot.ref, move.word, at=move.at)
            case Act.MEND:
                server.unreadable.discard(plot.ref)
                provider.add_note(plot.ref, at=move.at)
            case Act.REMOVE:
                provider.remove(plot.ref)


def _enter(provider: SimulatedProvider, plot: Plot) -> str:
    assert plot.body is not None  # noqa: S101 - tickets and orders are somebody's
    enter = provider.open_ticket if plot.kind is CaseKind.TICKET else provider.place_order
    return enter(plot.category, plot.body, place=plot.place, at=plot.received_at)


def _moves(plot: Plot) -> Sequence[Move]:
    """All of a case's, the first and the last of its book among them, in order."""
    moves = [Move(plot.received_at, Act.ENTER), *plot.moves]
    if plot.unreadable_until is not None:
        moves.append(Move(plot.unreadable_until, Act.MEND))
    moves.sort(key=lambda move: move.at)
    removed = moves[-1].act is Act.REMOVE
    ended = any(move.word in _ENDS for move in moves)
    if ended and not removed:
        # Providers do not list what is long over.
        moves.append(Move(moves[-1].at + _KEPT, Act.REMOVE))
    return moves


_ENDS = frozenset({"closed", "completed", "cancelled", "rejected"})


@contextmanager
def opened(plan: Plan, invented: Invented, clock: WallClock) -> Iterator[Theatre]:
    """Both providers on free ports of loopback until the block ends."""
    with ExitStack() as stack:
        theatre = Theatre(plan, invented, clock)
        for server in theatre.servers.values():
            stack.enter_context(server)
        yield theatre
