"""Who needs what, and when: a year's cases and reports, equal for equal seeds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from monitor.contract.model import CaseKind
from monitor.simulator.book import Body
from monitor.simulator.traffic import ALL_AS_TICKETS, ORDERS, TICKETS
from monitor.simulator.world import LOCAL_PLACES, REMOTE_PLACES
from monitor.simulator.year.fates import (
    FATES,
    MET,
    MISSED,
    Fate,
    Writer,
    on_time,
)
from monitor.simulator.year.plan import Plan
from monitor.simulator.year.plot import Chapter, Invented, Owed, Plot
from monitor.simulator.year.promises import (
    BILLING,
    DELIVERIES,
    LOCAL,
    PROMISES,
    QUARTERLY,
    REMOTE,
    Days,
)

UNKNOWN_PLACE = "Rang-du-Bout-du-Monde"
"""In no directory: provisionally local."""
ACCOUNTS: Mapping[str, tuple[int, Sequence[str]]] = {
    "telus": (5, ("4501-22", "4501-23")),
    "rogers": (20, ("R-310",)),
}
"""The day of the month up to which each is billed, and the accounts."""

DEROGATION, AUTHORIZATION = "derogation", "authorization"
COSTS, OUTSIDE = "device-cost-not-zero", "email-sync-without-device-management"
"""Facts of the contract's conditions."""

_DAY = timedelta(days=1)
_SHARE_OF_FIRST = 0.65
_OFF_HOURS = 0.1
_REMOTE, _UNKNOWN = 0.3, 0.02
_HELD, _OUTSIDE, _OUTSIDE_LATE, _COSTS = 0.012, 0.03, 0.01, 0.15
_PROVEN = 0.88
_UNREADABLE = 0.004
_KINDS = {
    "telus": {**TICKETS, **ORDERS},
    "rogers": dict(ALL_AS_TICKETS),
}


def invent(plan: Plan, *, seed: int, cases: int, bodies: Sequence[Body]) -> Invented:
    """So many cases, and the reports that the providers owe by the calendar."""
    random = Random(seed)  # noqa: S311 - repeatable on purpose
    days = plan.almanac.working_days(plan.first, plan.last)
    plots: list[Plot] = []
    never_readable = 0
    for _ in range(cases):
        plot = _case(plan, random, random.choice(days), bodies)
        if random.random() < _UNREADABLE:
            if random.random() < 1 / 3:
                # Nobody ever reads it, so that nothing is owed.
                plot.fate, plot.owed, never_readable = "never_readable", [], never_readable + 1
                plot.unreadable_until = plan.ends_at + _DAY
                plots.append(plot)
                continue
            plot.unreadable_until = plot.received_at + timedelta(hours=random.uniform(2, 30))
        _tell(plan, random, plot)
        plots.append(plot)
    # References are given in the order of entry.
    plots.sort(key=lambda plot: plot.received_at)
    owed = [each for each in _deliverables(plan, random) if each.received_at < plan.ends_at]
    return Invented(plots=[*plots, *owed], never_readable=never_readable)


def _case(plan: Plan, random: Random, day: date, bodies: Sequence[Body]) -> Plot:
    provider = "telus" if random.random() < _SHARE_OF_FIRST else "rogers"
    kinds = _KINDS[provider]
    category = random.choices(list(kinds), list(kinds.values()))[0]
    off = random.random() < _OFF_HOURS
    hour = random.uniform(17, 23.9) if off else random.uniform(8, 16.95)
    place = None
    if category == "delivery":
        place = random.choice(REMOTE_PLACES if random.random() < _REMOTE else LOCAL_PLACES)
        place = UNKNOWN_PLACE if random.random() < _UNKNOWN else place
    return Plot(
        provider=provider,
        kind=CaseKind.ORDER if provider == "telus" and category in ORDERS else CaseKind.TICKET,
        category=category,
        body=random.choice(bodies),
        place=place,
        received_at=plan.almanac.at(day, hour),
        moves=[],
        owed=[],
        fate="",
    )


def _tell(plan: Plan, random: Random, plot: Plot) -> None:
    """Decide its fate, and what operators do about it."""
    promise = (
        DELIVERIES[REMOTE if plot.place in REMOTE_PLACES else LOCAL]
        if plot.category == "delivery"
        else PROMISES[plot.category]
    )
    writer = Writer(plot, promise, plan, random)
    fate: Fate = random.choices(list(FATES), list(FATES.values()))[0]
    if not fate(writer):
        fate = on_time
        fate(writer)
    plot.fate = fate.__name__
    plot.moves.sort(key=lambda move: move.at)
    opened = plot.owed[-1].chapters[0]
    if random.random() < _HELD and opened.learned_at < opened.due_at:
        plot.held_at = opened.learned_at
    plot.facts = dict(_facts(plan, random, plot))


def _facts(plan: Plan, random: Random, plot: Plot) -> Iterator[tuple[str, datetime]]:
    """What operators' files say: taken in at the end of the month, before its report."""
    month_ends = [report.last for report in plan.reports if report.kind == "month"]
    day = plan.almanac.day_of(plot.received_at)
    taken_in = plan.almanac.at(next(each for each in month_ends if each >= day), 24)
    if plot.category not in ORDERS:
        return
    if plot.provider == "rogers" and random.random() < _PROVEN:
        yield DEROGATION, taken_in
    if plot.category != "delivery":
        return
    if random.random() < _COSTS:
        yield COSTS, taken_in
        if random.random() < _PROVEN:
            yield AUTHORIZATION, taken_in
    if random.random() < _OUTSIDE:
        yield OUTSIDE, taken_in
    elif random.random() < _OUTSIDE_LATE:
        # Learned of once the month's report is out.
        yield OUTSIDE, taken_in + 15 * _DAY


def _deliverables(plan: Plan, random: Random) -> Iterator[Plot]:
    """The reports that each provider owes for its billing months and its quarters."""
    for provider, (billing_day, accounts) in ACCOUNTS.items():
        for month in range(1, 13):
            ended = date(plan.year, month, billing_day)
            for account in accounts:
                ref = f"FACT-{plan.year}-{month:02}-{account}"
                yield _deliverable(plan, random, _Report(provider, ref, ended, BILLING))
        for quarter in range(1, 5):
            ended = _quarter_end(plan.year, quarter)
            ref = f"TRIM-{plan.year}-T{quarter}"
            yield _deliverable(plan, random, _Report(provider, ref, ended, QUARTERLY))


@dataclass(frozen=True, slots=True)
class _Report:
    """One that a provider owes from the end of its period on."""

    provider: str
    ref: str
    ended: date
    promise: Days


def _deliverable(plan: Plan, random: Random, report: _Report) -> Plot:
    almanac, promise = plan.almanac, report.promise
    owed_at = almanac.at(report.ended, 24)
    received_at = owed_at - timedelta(seconds=1)
    due_at = promise.due(almanac, received_at)
    chapters = [Chapter(owed_at, due_at)]
    fate = random.choices(("on_time", "late", "missing"), (75, 15, 10))[0]
    facts = {}
    if fate != "missing":
        late = random.randint(1, 12) if fate == "late" else random.randint(-8, 0)
        day = almanac.working_day(promise.amount + late, report.ended + _DAY)
        arrived_at = almanac.at(day, random.uniform(9, 15))
        facts[ARRIVED] = arrived_at
        # Somebody says so in the afternoon.
        outcome = MET if arrived_at <= due_at else MISSED
        chapters.append(Chapter(almanac.at(day, 16), due_at, outcome))
    owed = Owed(commitment=promise.commitment, region=None, chapters=tuple(chapters))
    return Plot(
        provider=report.provider,
        kind=CaseKind.DELIVERABLE,
        category="",
        body=None,
        place=None,
        received_at=received_at,
        moves=[],
        owed=[owed],
        fate=f"report_{fate}",
        ref=report.ref,
        facts=facts,
    )


ARRIVED = "arrived"
"""Among what is said of a deliverable: when it was there."""


def _quarter_end(year: int, quarter: int) -> date:
    month = quarter * 3
    return date(year, month, 31 if month in (3, 12) else 30)
