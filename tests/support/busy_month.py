"""A database in which all that a dashboard shows has happened, and the page that tells of it."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from prometheus_client import CollectorRegistry
from prometheus_client.core import Sample

from monitor.alerts.outbox_store import Outcome
from monitor.cases.observation import CaseKey
from monitor.collectors.base import Quarantined, SourceFault
from monitor.contract.book import ContractBook
from monitor.contract.model import CaseKind
from monitor.metrics import EventCounts, VigieCollector, make_registry
from monitor.metrics.catalogue import FALLBACKS
from monitor.store.database import Database
from tests.support.prometheus import JOB
from tests.support.world import World, order, rules, shipped_contract, ticket

ROGERS = "rogers-tickets"
INSTANCE = "seeded"


class Loops:
    """What a daemon's loops would tell."""

    def polled_sources(self) -> Mapping[str, bool]:
        return {"telus-tickets": True, ROGERS: False}

    def loop_failures(self) -> Mapping[str, int]:
        return {"tick": 0, "deliver mail": 2}


def targeted_contract() -> ContractBook:
    """The shipped contract, if its text wanted 95 % of incidents resolved in time."""
    version = shipped_contract().versions[-1]
    commitments = tuple(
        each.model_copy(update={"target_percent": 95.0})
        if each.id == "incident-resolution"
        else each
        for each in version.commitments
    )
    return ContractBook([version.model_copy(update={"commitments": commitments})])


def busy_registry(database: Database) -> CollectorRegistry:
    """Two months of two providers, as of noon on Friday 27 November 2026."""
    world = World(database, rules(book=targeted_contract()))
    counts = EventCounts()
    counts.declare(sources=["telus-tickets", ROGERS], channels=["mail"], pushes=["bell-push"])
    _last_month(world, counts)
    _this_month(world, counts)
    _trouble(world, counts)
    book = world.rules.book
    return make_registry(
        VigieCollector(
            counts=counts,
            reader=world.readings,
            clock=world.clock,
            clock_of=lambda owed: book.clock(book.version(owed.contract_version), owed.calendar),
            workings=Loops(),
            urgent=20,
            book=book,
        )
    )


def _last_month(world: World, counts: EventCounts) -> None:
    _delivery(world, counts, "CMD-1", ("2026-10-20", "2026-10-22"), "Québec")
    _delivery(world, counts, "CMD-2", ("2026-10-20", "2026-10-30"), "Kuujjuaq")
    _incident(world, counts, "INC-1", "2026-10-26", "10:00")
    _incident(world, counts, "INC-2", "2026-10-27", "16:45")


def _this_month(world: World, counts: EventCounts) -> None:
    _delivery(world, counts, "CMD-3", ("2026-11-16", "2026-11-18"), "Québec")
    _delivery(world, counts, "CMD-4", ("2026-11-09", "2026-11-19"), "Kuujjuaq")
    _incident(world, counts, "INC-3", "2026-11-17", "10:00")
    _incident(world, counts, "INC-4", "2026-11-18", "16:45")
    # Open: late, late in delivery, at risk, and with time to spare.
    for ref, at in (("INC-5", "2026-11-25 09:00"), ("INC-6", "2026-11-26 15:00")):
        _says(world, counts, at, "received", key=ticket(ref), received_at=at)
    at = "2026-11-19 09:00"
    _says(
        world, counts, at, "received", key=order("CMD-5"), received_at=at, category="delivery",
        place="Québec",
    )  # fmt: skip
    rogers = CaseKey("rogers", CaseKind.TICKET, "REQ-1")
    at = "2026-11-27 09:00"
    world.stale_after[ROGERS] = timedelta(minutes=15)
    _says(world, counts, at, "received", key=rogers, received_at=at, source=ROGERS)


def _trouble(world: World, counts: EventCounts) -> None:
    """A source falls silent, words are unknown, messages wait or were given up."""
    at = "2026-11-27 09:30"
    _says(world, counts, at, "parked", key=ticket("INC-7"), received_at=at)
    world.polled(quarantined=[Quarantined(ref="INC-8", reason="no receipt", payload={"id": "8"})])
    world.deliver(Outcome.REFUSED)
    world.at("2026-11-27 11:59").polled()
    fault = SourceFault("answered 500", kind="http_5xx")
    for _ in range(6):
        world.observations.record_fault(ROGERS, fault, at=world.now)
        counts.polled(ROGERS, fault.kind)
    _tick(world, counts)
    at = "2026-11-27 11:30"
    world.at("2026-11-27 11:59").says("received", at, received_at=at, key=ticket("INC-9"))
    _tick(world, counts)
    counts.delivered("mail", "accepted", timedelta(seconds=4))
    counts.delivered("mail", "refused")
    counts.pushed("bell-push", "accepted")
    counts.poll_took("telus-tickets", 0.4)
    counts.fell_back("mail")
    for number in range(FALLBACKS.ceiling + 5):
        counts.fell_back(f"channel-{number:02}")
    # Nothing was judged for a while.
    world.at("2026-11-27 12:25")


def _incident(world: World, counts: EventCounts, ref: str, day: str, until: str) -> None:
    at = f"{day} 09:00"
    _says(world, counts, at, "received", key=ticket(ref), received_at=at)
    _says(world, counts, f"{day} {until}", "resolved", key=ticket(ref), received_at=at)


def _delivery(
    world: World, counts: EventCounts, ref: str, days: tuple[str, str], place: str
) -> None:
    day, until = days
    at = f"{day} 09:00"
    facts = {"key": order(ref), "category": "delivery", "place": place, "received_at": at}
    _says(world, counts, at, "received", **facts)
    _says(world, counts, f"{until} 09:00", "delivered", **facts)


def _says(world: World, counts: EventCounts, at: str, status: str, **facts: object) -> None:
    world.at(at).says(status, **({"organization": "MSSS"} | facts))  # type: ignore[arg-type]
    _tick(world, counts)


def _tick(world: World, counts: EventCounts) -> None:
    report = world.tick()
    counts.ticked(at=world.now, seconds=0.02)
    for fire in report.fires:
        counts.escalated(fire.key.provider, fire.commitment, fire.step)
    for closing in report.closings:
        counts.closed(closing.provider, closing.commitment, closing.used)


def past_of(registry: CollectorRegistry, instants: list[float]) -> str:
    """The page as it would have been scraped at these instants, had all grown steadily to it."""
    lines: list[str] = []
    for family in registry.collect():
        lines.append(f"# TYPE {family.name} {family.type}")
        grows = family.type in ("counter", "histogram") or family.name.endswith("_obligations")
        for sample in family.samples:
            lines.extend(_grown(sample, instants, grows=grows))
    return "\n".join([*lines, "# EOF", ""])


def _grown(sample: Sample, instants: list[float], *, grows: bool) -> Iterator[str]:
    labels = {**sample.labels, "instance": INSTANCE, "job": JOB}
    written = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items())
    first, last = instants[0], instants[-1]
    for instant in instants:
        share = (instant - first) / (last - first) if grows else 1.0
        yield f"{sample.name}{{{written}}} {sample.value * share} {instant}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
