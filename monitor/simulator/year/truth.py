"""What the year comes to, told from its stories alone: what reports and messages have to say."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from monitor.contract.model import CaseKind
from monitor.simulator.year.casting import ARRIVED, COSTS, OUTSIDE
from monitor.simulator.year.fates import CANCELLED, CANNOT_TELL, MISSED
from monitor.simulator.year.plan import Plan, Reported
from monitor.simulator.year.plot import Chapter, Invented, Key, Owed, Plot, key_of

OPEN_LATE, HELD, HORS_CONDITIONS = "open_late", "held", "outside"


class Cell(NamedTuple):
    """The finest group of a report's figures."""

    provider: str
    commitment: str
    region: str | None
    organization: str | None


class Standing(NamedTuple):
    """Where an obligation is counted, as known at an instant."""

    due_at: datetime
    box: str


class Adjusted(NamedTuple):
    """What a later report has to say of an earlier one's period."""

    period: str
    key: Key
    before: str | None
    now: str | None


class Breach(NamedTuple):
    """A message that a deadline has passed."""

    key: Key
    due_at: datetime


class Truth:
    """Worked out when it is asked for, once every case has its reference."""

    def __init__(self, plan: Plan, invented: Invented) -> None:
        self._plan = plan
        self._invented = invented

    def counts(self, report: Reported) -> Counter[tuple[Cell, str]]:
        """A report's figures."""
        found: Counter[tuple[Cell, str]] = Counter()
        for plot, owed in self._invented.obligations():
            box = self._box_in(report, plot, owed, report.at)
            if box is not None:
                found[_cell(plot, owed), box] += 1
        return found

    def conditions(self, report: Reported) -> Mapping[str, tuple[int, int]]:
        """Of each condition that needs a proof: commitments it is about, and those without."""
        applies: Counter[str] = Counter()
        unproven: Counter[str] = Counter()
        for plot, owed in self._invented.obligations():
            box = self._box_in(report, plot, owed, report.at)
            if box is None or box == CANCELLED:
                continue
            for condition, proof in _proofs(plot, report.at):
                applies[condition] += 1
                unproven[condition] += not _is_stated(plot, proof, report.at)
        return {name: (applies[name], unproven[name]) for name in applies}

    def late_deliverables(self, report: Reported) -> Counter[Key]:
        """The providers' own reports that are late or missing."""
        return Counter(
            key_of(plot, owed)
            for plot, owed in self._invented.obligations()
            if plot.kind is CaseKind.DELIVERABLE
            and self._box_in(report, plot, owed, report.at) in (MISSED, OPEN_LATE)
        )

    def adjustments(self, report: Reported) -> Counter[Adjusted]:
        """What was counted otherwise when it was last reported on."""
        before = [
            each for each in self._plan.reports if each.kind == report.kind and each.at < report.at
        ]
        found: Counter[Adjusted] = Counter()
        if not before:
            return found
        told_at = max(each.at for each in before)
        for each in before:
            for plot, owed in self._invented.obligations():
                then, now = (self._box_in(each, plot, owed, at) for at in (told_at, report.at))
                if then != now:
                    found[Adjusted(each.name, key_of(plot, owed), then, now)] += 1
        return found

    def breaches(self) -> Counter[Breach]:
        """A message each time a deadline passed on what was open, as far as anybody knew.

        Also of what was first heard of once it had ended late.
        """
        return Counter(
            Breach(key_of(plot, owed), chapter.due_at)
            for plot, owed in self._told()
            for chapter, following in _pairs(owed)
            if self._is_breach(chapter, following)
        )

    def corrections(self) -> Counter[Key]:
        """A message each time one of these, or of the close after it, turned out to be wrong."""
        return Counter(
            key_of(plot, owed)
            for plot, owed in self._told()
            for chapter, following in _pairs(owed)
            if following is not None
            and following.learned_at <= self._plan.ends_at
            and following.outcome not in (MISSED, None)
            and (self._is_breach(chapter, following) or chapter.outcome == MISSED)
        )

    def standing(self, plot: Plot, owed: Owed, at: datetime) -> Standing | None:
        """Where an obligation is counted as known at an instant; None: nobody knows of it yet."""
        known = [chapter for chapter in owed.chapters if chapter.learned_at <= at]
        if not known:
            return None
        last = known[-1]
        box = last.outcome or self._open_box(plot, last, at)
        if box != CANCELLED and plot.held_at is not None and plot.held_at <= at:
            box = HELD
        elif box != CANCELLED and _is_stated(plot, OUTSIDE, at):
            box = HORS_CONDITIONS
        return Standing(last.due_at, box)

    def _open_box(self, plot: Plot, chapter: Chapter, at: datetime) -> str:
        if plot.kind is CaseKind.DELIVERABLE:
            return OPEN_LATE
        silent_since = self._plan.silent_since(plot.provider, at)
        if silent_since is None or chapter.due_at < silent_since:
            return OPEN_LATE
        return CANNOT_TELL

    def _box_in(self, report: Reported, plot: Plot, owed: Owed, at: datetime) -> str | None:
        found = self.standing(plot, owed, at)
        if found is None:
            return None
        day = self._plan.almanac.day_that_ends(found.due_at)
        return found.box if report.first <= day <= report.last else None

    def _told(self) -> Iterator[tuple[Plot, Owed]]:
        """What is set apart is told to nobody."""
        for plot, owed in self._invented.obligations():
            if plot.held_at is None:
                yield plot, owed

    def _is_breach(self, chapter: Chapter, following: Chapter | None) -> bool:
        if chapter.outcome is not None:
            return False
        told_at = max(chapter.due_at + _INSTANT, chapter.learned_at)
        if told_at > self._plan.ends_at:
            return False
        if following is None:
            return True
        if following.learned_at > chapter.learned_at:
            return following.learned_at > chapter.due_at
        # Heard of together: it never stood open.
        return following.outcome == MISSED


_INSTANT = timedelta(microseconds=1)


def _pairs(owed: Owed) -> Iterator[tuple[Chapter, Chapter | None]]:
    """Each chapter with the one after it."""
    yield from zip(owed.chapters, [*owed.chapters[1:], None], strict=True)


def _cell(plot: Plot, owed: Owed) -> Cell:
    organization = None if plot.body is None else plot.body.id
    return Cell(plot.provider, owed.commitment, owed.region, organization)


def _proofs(plot: Plot, at: datetime) -> Iterator[tuple[str, str]]:
    """The conditions that a case falls under, each with its proof."""
    if plot.provider == "rogers" and plot.category in ("delivery", "number-change"):
        yield "second-rank-derogation", "derogation"
    if _is_stated(plot, COSTS, at):
        yield "paid-device-authorization", "authorization"


def _is_stated(plot: Plot, name: str, at: datetime) -> bool:
    return name in plot.facts and name != ARRIVED and plot.facts[name] <= at
