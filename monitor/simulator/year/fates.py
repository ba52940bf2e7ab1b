"""What becomes of a case: decided first, and its times made to fit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from monitor.contract.model import CaseKind
from monitor.simulator.year.plan import Plan
from monitor.simulator.year.plot import Act, Chapter, Move, Owed, Plot
from monitor.simulator.year.promises import PROMISES, Days, Hours, Promise

MET, MISSED, CANCELLED, CANNOT_TELL = "met", "missed", "cancelled", "cannot_tell"
"""Boxes of a report, as docs/compliance.md has them."""

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the story of one case."""

    plot: Plot
    promise: Promise
    plan: Plan
    random: Random

    @property
    def received_at(self) -> datetime:
        return self.plot.received_at

    @property
    def due_at(self) -> datetime:
        return self.promise.due(self.plan.almanac, self.received_at)

    @property
    def hour_based(self) -> bool:
        return isinstance(self.promise, Hours)

    def learned(self, at: datetime) -> datetime:
        readable_at = self.plot.unreadable_until
        return self.plan.learned(
            self.plot.provider, at if readable_at is None else max(at, readable_at)
        )

    def is_calm(self, until: datetime) -> bool:
        """Whether no outage is near the case up to an instant, nor anything unreadable in it."""
        calm = self.plan.is_calm(self.plot.provider, self.received_at, until)
        return calm and self.plot.unreadable_until is None

    def opened(self) -> Chapter:
        return Chapter(self.learned(self.received_at), self.due_at)

    def status(self, at: datetime, word: str, effective_at: datetime | None = None) -> datetime:
        """The provider enters a status; when that is learned."""
        self.plot.moves.append(Move(at, Act.STATUS, word, effective_at))
        return self.learned(at)

    def begin(self) -> None:
        """Somebody is on it; at times the provider waits for the client, which stops no clock."""
        at = self.received_at + timedelta(seconds=self.random.randint(60, 900))
        self.status(at, "inProgress")
        if self.random.random() < _WAITING:
            self.status(at + timedelta(seconds=self.random.randint(60, 600)), "pending")
            self.status(at + timedelta(seconds=self.random.randint(700, 1800)), "inProgress")

    def end(self, at: datetime) -> datetime:
        """The work is done at an instant; when that is learned."""
        if self.plot.kind is CaseKind.ORDER:
            # Couriers deliver, and somebody enters it afterwards.
            entered = at + timedelta(minutes=self.random.choice((0, 0, 0, 20, 45)))
            return self.status(entered, "completed", at)
        learned = self.status(at, "resolved")
        self.status(at + timedelta(minutes=self.random.randint(30, 300)), "closed")
        return learned

    def owes(self, *chapters: Chapter) -> None:
        self.plot.owed.append(
            Owed(
                commitment=self.promise.commitment,
                region=self.promise.region,
                chapters=chapters,
            )
        )

    def done(self, at: datetime) -> None:
        """The plain story: begun, and ended at an instant."""
        self.begin()
        outcome = MET if at <= self.due_at else MISSED
        self.owes(self.opened(), Chapter(self.end(at), self.due_at, outcome))


def on_time(writer: Writer) -> bool:
    writer.done(_after_begin(writer, writer.promise.early))
    return True


def close_call(writer: Writer) -> bool:
    writer.done(_after_begin(writer, writer.promise.close))
    return True


def to_the_second(writer: Writer) -> bool:
    """Exactly at the deadline: in time."""
    writer.done(writer.due_at)
    return True


def a_second_late(writer: Writer) -> bool:
    writer.done(writer.due_at + _SECOND)
    return True


def late(writer: Writer) -> bool:
    writer.done(writer.promise.late(writer.plan.almanac, writer.received_at, writer.random))
    return True


def very_late(writer: Writer) -> bool:
    """Weeks: one report has it open, and the next one done."""
    almanac = writer.plan.almanac
    day = almanac.working_day(writer.random.randint(10, 30), almanac.day_of(writer.due_at) + _DAY)
    writer.done(almanac.at(day, writer.random.uniform(9, 16)))
    return True


def never(writer: Writer) -> bool:
    writer.begin()
    writer.owes(writer.opened())
    return True


def cancelled(writer: Writer) -> bool:
    at = _after_begin(writer, writer.promise.early)
    writer.begin()
    learned = writer.status(at, "cancelled", at)
    writer.owes(writer.opened(), Chapter(learned, writer.due_at, CANCELLED))
    return True


def cancelled_late(writer: Writer) -> bool:
    """Cancelling after the deadline does not undo the miss."""
    at = writer.promise.late(writer.plan.almanac, writer.received_at, writer.random)
    writer.begin()
    learned = writer.status(at, "cancelled", at)
    writer.owes(writer.opened(), Chapter(learned, writer.due_at, MISSED))
    return True


def reopened(writer: Writer) -> bool:
    """Resolved, found to be wanting a day later, and resolved again: the clock resumed."""
    almanac, promise = writer.plan.almanac, writer.promise
    if not isinstance(promise, Hours) or writer.plot.kind is not CaseKind.TICKET:
        return False
    first = _after_begin(writer, promise.early)
    again = almanac.at(
        almanac.working_day(1, almanac.day_of(first) + _DAY), writer.random.uniform(8.5, 15)
    )
    left = promise.amount - almanac.worked(writer.received_at, first)
    due_at = almanac.after(again, left)
    share = writer.random.choice((0.5, 0.8, 1.3))
    last = almanac.after(again, timedelta(seconds=round(left.total_seconds() * share)))
    last = max(last, again + timedelta(minutes=5))
    if not writer.is_calm(last):
        return False
    writer.begin()
    stopped = writer.status(first, "resolved")
    resumed = writer.status(again, "inProgress")
    outcome = MET if last <= due_at else MISSED
    writer.owes(
        writer.opened(),
        Chapter(stopped, writer.due_at, MET),
        Chapter(resumed, due_at),
        Chapter(writer.end(last), due_at, outcome),
    )
    return True


def reclassified(writer: Writer) -> bool:
    """An incident turns out to be an outage: another promise, counted from the same receipt."""
    plot, almanac = writer.plot, writer.plan.almanac
    if plot.category != "incident":
        return False
    at = writer.received_at + timedelta(minutes=45)
    learned = writer.learned(at)
    if learned > writer.due_at or not writer.is_calm(learned):
        return False
    other = replace(writer, promise=PROMISES["outage"])
    writer.begin()
    plot.moves.append(Move(at, Act.RECLASSIFY, "outage"))
    first = writer.opened()
    if first.learned_at < learned:
        writer.owes(first, Chapter(learned, writer.due_at, CANCELLED))
    # Else it never was an incident to anybody here.
    ended = other.promise.early(almanac, at, writer.random)
    other.owes(
        Chapter(learned, other.due_at), Chapter(other.end(ended), other.due_at, _by(ended, other))
    )
    return True


def vanished(writer: Writer) -> bool:
    """The provider deletes it while it is open: nobody can tell, and it is never resolved."""
    plot, almanac = writer.plot, writer.plan.almanac
    if plot.kind is not CaseKind.TICKET or not isinstance(writer.promise, Days):
        return False
    at = almanac.at(
        almanac.working_day(1, almanac.day_of(writer.received_at) + _DAY),
        10 + writer.random.random(),
    )
    # Open cases are asked for one by one once a day; three such looks miss it, and it is gone.
    gone_at = writer.plan.first_poll(almanac.day_of(at) + 3 * _DAY)
    quiet_until = gone_at + 2 * _DAY
    made = any(at - _DAY < each.at < quiet_until for each in writer.plan.reports)
    if made or quiet_until > writer.due_at or not writer.is_calm(quiet_until):
        return False
    writer.begin()
    plot.moves.append(Move(at, Act.REMOVE))
    writer.owes(writer.opened(), Chapter(gone_at, writer.due_at, CANNOT_TELL))
    return True


def backdated(writer: Writer) -> bool:
    """Closed late, and weeks later said to have been in time: the next report restates it."""
    plot, almanac = writer.plot, writer.plan.almanac
    if plot.kind is not CaseKind.TICKET or not writer.hour_based:
        return False
    said = writer.promise.late(almanac, writer.received_at, writer.random)
    truly = _after_begin(writer, writer.promise.close)
    day = almanac.working_day(writer.random.randint(8, 20), almanac.day_of(said) + _DAY)
    at = almanac.at(day, writer.random.uniform(9, 16))
    writer.begin()
    position = len(plot.moves) + 1
    learned = writer.end(said)
    plot.moves.append(Move(at, Act.REDATE, effective_at=truly, position=position))
    writer.owes(
        writer.opened(),
        Chapter(learned, writer.due_at, MISSED),
        Chapter(writer.learned(at), writer.due_at, MET),
    )
    return True


def rejected(writer: Writer) -> bool:
    """An order is turned down, and nothing says when: it was between two polls."""
    plot = writer.plot
    if plot.kind is not CaseKind.ORDER or not writer.hour_based:
        return False
    at = writer.due_at + timedelta(minutes=writer.random.randint(-180, 180))
    if at < writer.received_at + timedelta(hours=1):
        return False
    writer.begin()
    opened = writer.opened()
    learned = writer.status(at, "rejected")
    before = writer.plan.poll_before(plot.provider, learned)
    seen_at = plot.received_at if before is None else max(before, plot.received_at)
    if learned <= writer.due_at:
        outcome = CANCELLED
    else:
        outcome = CANNOT_TELL if seen_at < writer.due_at else MISSED
    writer.owes(opened, Chapter(learned, writer.due_at, outcome))
    return True


Fate = Callable[[Writer], bool]
"""Write a case's story; False: this case is none for it, and nothing was written."""

FATES: Mapping[Fate, float] = {
    on_time: 60,
    close_call: 10,
    to_the_second: 1.5,
    a_second_late: 1.5,
    late: 9,
    very_late: 2.5,
    never: 0.3,
    cancelled: 4,
    cancelled_late: 1.5,
    reopened: 4,
    reclassified: 2,
    vanished: 8,
    backdated: 1.5,
    rejected: 4,
}
"""With their weights. A case that is none for its fate ends on time."""

_WAITING = 0.15


def _by(at: datetime, writer: Writer) -> str:
    return MET if at <= writer.due_at else MISSED


def _after_begin(writer: Writer, when: Callable[..., datetime]) -> datetime:
    """An instant of the promise, but after whatever is entered as the work begins."""
    at: datetime = when(writer.plan.almanac, writer.received_at, writer.random)
    return max(at, writer.received_at + timedelta(seconds=_BEGUN_SECONDS))


_BEGUN_SECONDS = 2760
"""After the last of what `begin` enters; short of every amount."""
