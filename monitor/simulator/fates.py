"""What becomes of a simulated case, planned in the business time of the promise it is owed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from monitor.clock import BusinessClock
from monitor.contract.model import CaseKind, Commitment, StartRule, Unit


class Outcome(StrEnum):
    ON_TIME = "on_time"
    CLOSE_CALL = "close_call"
    """At risk, then met."""
    LATE = "late"
    REOPENED = "reopened"
    CANCELLED = "cancelled"


WEIGHTS: Mapping[Outcome, int] = {
    Outcome.ON_TIME: 62,
    Outcome.CLOSE_CALL: 14,
    Outcome.LATE: 12,
    Outcome.REOPENED: 6,
    Outcome.CANCELLED: 6,
}


@dataclass(frozen=True, slots=True)
class Step:
    """A status a case takes."""

    at: datetime
    status: str
    reason: str
    effective_at: datetime | None = None
    """When it happened, where the provider enters it later."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What is owed on a case, and the clock it runs on."""

    commitment: Commitment
    clock: BusinessClock

    def instant(self, received_at: datetime, share: float) -> datetime:
        """When this share of the amount is used up."""
        if self.commitment.start_rule is StartRule.NEXT_BUSINESS_DAY:
            received_at = self.clock.day_after(received_at)
        return self.clock.deadline(received_at, self.commitment.amount.span * share)


def plan(
    outcome: Outcome, kind: CaseKind, promise: Promise, received_at: datetime, random: Random
) -> Sequence[Step]:
    """The statuses a case takes after its receipt, in order."""
    share = _share_of(promise.commitment)
    words = _WORDS[kind]

    def at(fraction: float) -> datetime:
        return promise.instant(received_at, fraction)

    begun = Step(received_at + timedelta(minutes=random.uniform(2, 25)), "inProgress", "assigned")
    end = at(share(outcome, random))
    if outcome is Outcome.CANCELLED:
        return [begun, Step(end, "cancelled", "cancelled by the requester")]
    steps = [begun]
    if outcome is Outcome.REOPENED:
        again = end + timedelta(minutes=random.uniform(20, 90))
        steps += [Step(end, words.done, "done"), Step(again, "inProgress", "not solved")]
        end = max(at(share(Outcome.CLOSE_CALL, random)), again + timedelta(minutes=30))
    if kind is CaseKind.TICKET:
        later = end + timedelta(hours=random.uniform(1, 4))
        return [*steps, Step(end, words.done, "done"), Step(later, "closed", "confirmed")]
    # Couriers deliver, and somebody enters it afterwards.
    entered = end + timedelta(minutes=random.choice((0, 0, 0, 20, 45)))
    return [*steps, Step(entered, words.done, "done", effective_at=end)]


@dataclass(frozen=True, slots=True)
class _Words:
    done: str


_WORDS = {CaseKind.TICKET: _Words("resolved"), CaseKind.ORDER: _Words("completed")}


def _share_of(commitment: Commitment) -> Callable[[Outcome, Random], float]:
    if commitment.amount.unit is Unit.BUSINESS_HOURS:
        return _share_of_hours
    days = round(commitment.amount.quantity)
    return lambda outcome, random: _share_of_days(days, outcome, random)


def _share_of_hours(outcome: Outcome, random: Random) -> float:
    low, high = {
        Outcome.ON_TIME: (0.15, 0.70),
        Outcome.CLOSE_CALL: (0.84, 0.98),
        Outcome.LATE: (1.10, 1.90),
        Outcome.REOPENED: (0.25, 0.55),
        Outcome.CANCELLED: (0.10, 0.75),
    }[outcome]
    return random.uniform(low, high)


def _share_of_days(days: int, outcome: Outcome, random: Random) -> float:
    """Days promise the end of a day, and things arrive in working hours."""
    day = {
        Outcome.ON_TIME: random.randrange(max(1, days - 1)),
        Outcome.CLOSE_CALL: days - 1,
        Outcome.LATE: days + random.randrange(3),
        Outcome.REOPENED: random.randrange(max(1, days - 2)),
        Outcome.CANCELLED: random.randrange(days),
    }[outcome]
    # The last afternoon is past four fifths of any number of days up to seven.
    hour = random.uniform(14, 16.8) if outcome is Outcome.CLOSE_CALL else random.uniform(9, 16.8)
    return (day + hour / 24) / days
