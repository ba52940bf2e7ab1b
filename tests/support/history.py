"""A history whose truth is known by construction: its writer counts what it makes, apart from it.

Every deadline is made by plain arithmetic on a list of working days written by hand: nothing of the
business clock is used, so that a report can be held against it.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from random import Random

from monitor.cases.observation import CaseKey, Observation
from monitor.contract.model import CaseKind, Status
from monitor.reports.entry import Outcome
from monitor.reports.figures import CellKey
from tests.support.cases import QUEBEC
from tests.support.world import SOURCE

# The government's days off of autumn 2026 and of the new year, by their observed dates.
HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        "2026-01-01", "2026-01-02", "2026-04-03", "2026-04-06", "2026-05-18", "2026-06-24",
        "2026-07-01", "2026-09-07", "2026-10-12", "2026-12-24", "2026-12-25", "2026-12-28",
        "2026-12-31", "2027-01-01", "2027-01-04",
    )
)  # fmt: skip
LOCAL, REMOTE = "Québec", "Îles-de-la-Madeleine"
_DAY = timedelta(days=1)
_FATES = (Outcome.MET, Outcome.MISSED, Outcome.OPEN_LATE, Outcome.CANCELLED)


def working_days(first: date, number: int) -> list[date]:
    """So many working days from a day on."""
    found: list[date] = []
    while len(found) < number:
        if first.weekday() < 5 and first not in HOLIDAYS:
            found.append(first)
        first += _DAY
    return found


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=QUEBEC)


@dataclass
class History:
    """Statements, and what they come to: by month of the deadline, cell and outcome."""

    statements: list[Observation] = field(default_factory=list)
    truth: Counter[tuple[str, CellKey, Outcome]] = field(default_factory=Counter)
    late_seconds: dict[str, int] = field(default_factory=dict)
    """Of the missed tickets, by reference: their stops lie in the same working day."""

    def ordered(self) -> list[Observation]:
        return sorted(self.statements, key=lambda each: (each.observed_at, each.key))


def written(seed: int, months: list[date], cases: int, organizations: list[str]) -> History:
    """So many cases received in each month, with every kind of fate."""
    random, history = Random(seed), History()
    for month in months:
        days = [day for day in working_days(month, 23) if day.month == month.month]
        for number in range(cases):
            day = random.choice(days)
            ref = f"{month:%Y%m}-{number}"
            maker = _ticket if random.random() < 0.6 else _delivery
            maker(history, random, day, ref, random.choice(organizations))
    return history


def _ticket(history: History, random: Random, day: date, ref: str, organization: str) -> None:
    """Seven business hours from between 8:00 and 9:00: due the same afternoon."""
    minute = random.randrange(60)
    fate = random.choices(_FATES, (75, 15, 5, 5))[0]
    key = CaseKey("telus" if random.random() < 0.7 else "rogers", CaseKind.TICKET, f"INC-{ref}")
    received, due = at(day, 8, minute), at(day, 15, minute)
    late = random.randrange(1, 60)
    if fate is Outcome.MISSED:
        history.late_seconds[key.ref] = late * 60
    stop = {
        Outcome.MET: (Status.RESOLVED, due - timedelta(minutes=random.randrange(0, 400))),
        Outcome.MISSED: (Status.RESOLVED, due + timedelta(minutes=late)),
        Outcome.CANCELLED: (Status.CANCELLED, due - timedelta(minutes=30)),
    }.get(fate)
    cell = CellKey(key.provider, "incident-resolution", None, organization)
    _add(history, _first(key, "incident", received, organization, LOCAL), stop)
    history.truth[f"{day:%Y-%m}", cell, fate] += 1


def _delivery(history: History, random: Random, day: date, ref: str, organization: str) -> None:
    """Three or seven business days, from the day after: due at the end of the last of them."""
    remote = random.random() < 0.3
    number = 7 if remote else 3
    due_day = working_days(day + _DAY, number)[-1]
    fate = random.choices(_FATES, (75, 15, 5, 5))[0]
    key = CaseKey("telus" if random.random() < 0.7 else "rogers", CaseKind.ORDER, f"CMD-{ref}")
    after = working_days(due_day + _DAY, 1)[0]
    stop = {
        # The end of the day is 24:00: a minute before is in time, a minute after is not.
        Outcome.MET: (Status.DELIVERED, at(due_day, 23, 59)),
        Outcome.MISSED: (Status.DELIVERED, at(after, 0, 1)),
        Outcome.CANCELLED: (Status.CANCELLED, at(due_day, 12)),
    }.get(fate)
    region = "remote" if remote else "local"
    cell = CellKey(key.provider, f"delivery-{region}", region, organization)
    place = REMOTE if remote else LOCAL
    _add(history, _first(key, "delivery", at(day, 11, 30), organization, place), stop)
    # A deadline at the end of a month belongs to the month that ends.
    history.truth[f"{due_day:%Y-%m}", cell, fate] += 1


def _first(
    key: CaseKey, category: str, received: datetime, organization: str, place: str
) -> Observation:
    return Observation(
        source=SOURCE,
        key=key,
        raw_status="received",
        status=Status.RECEIVED,
        received_at=received,
        changed_at=received,
        observed_at=received,
        organization=organization,
        category=category,
        place=place,
    )


def _add(history: History, first: Observation, stop: tuple[Status, datetime] | None) -> None:
    history.statements.append(first)
    if stop is not None:
        status, when = stop
        history.statements.append(
            replace(
                first, raw_status=status.value, status=status, changed_at=when, observed_at=when
            )
        )


def by_month(history: History, month: str) -> Iterator[tuple[CellKey, Outcome, int]]:
    for (name, cell, outcome), number in history.truth.items():
        if name == month:
            yield cell, outcome, number
