"""Why a deadline or a verdict differs by other rules: each cause named, with its sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.cases.obligation import Obligation
from monitor.contract.calendar_changes import CalendarChange, CalendarChangeKind
from monitor.contract.diff import Change, ChangeKind
from monitor.contract.rule_changes import Era
from monitor.locale.marking import N_

if TYPE_CHECKING:
    # A reader's language comes from the edge; a judgement itself speaks none.
    from monitor.locale import Language


class Cause(StrEnum):
    """What makes the difference. Bounded: each has a sentence in both languages."""

    COMMITMENT_ADDED = "commitment_added"
    COMMITMENT_REMOVED = "commitment_removed"
    COMMITMENT_CHANGED = "commitment_changed"
    CONTRACT_CHANGED = "contract_changed"
    """The contract as a whole: its zone."""
    CALENDAR_CHANGED = "calendar_changed"
    """Time counts differently between the receipt and the deadline."""
    REGION_CHANGED = "region_changed"
    """The delivery place leads to another region."""
    VERSION_CHANGED = "version_changed"
    """Another version of the contract governs the receipt."""
    NOT_IN_FORCE = "not_in_force"
    """No version governs the receipt any more."""
    NOW_IN_FORCE = "now_in_force"
    """A version governs the receipt, where none did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """One cause."""

    cause: Cause
    change: Change | CalendarChange | None = None
    """What differs in the contract or the calendar."""
    before: str | None = None
    """The region or version before."""
    after: str | None = None
    effective_from: date | None = None
    """Of the version that now governs."""

    def sentence(self, language: "Language") -> str:
        """In the reader's language."""
        if self.change is not None:
            return self.change.sentence(language)
        day = self.effective_from
        return language.gettext(_SENTENCES[self.cause]).format(
            before=_region(self.before, language),
            after=_region(self.after, language),
            day="" if day is None else language.date(day),
        )


_SENTENCES = {
    Cause.REGION_CHANGED: N_("Delivery region: {after} instead of {before}."),
    Cause.VERSION_CHANGED: N_(
        "Version {after} of the contract, in force from {day}, governs instead of {before}."
    ),
    Cause.NOT_IN_FORCE: N_("No version of the contract is in force at its receipt any more."),
    Cause.NOW_IN_FORCE: N_("Version {after} of the contract, in force from {day}, governs."),
}
_REGIONS = {"local": N_("local"), "remote": N_("remote")}


def _region(name: str | None, language: "Language") -> str:
    return language.gettext(_REGIONS[name]) if name in _REGIONS else name or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One commitment on one case, by the rules before and after; None: not owed, or not judged."""

    before: Obligation | None
    after: Obligation | None
    region_before: str | None = None
    """Where the case was delivered for what was owed on it; None where nothing depends on it."""
    region_after: str | None = None


def because(era: Era, difference: Difference) -> tuple[Because, ...]:
    """What makes the difference on a case received in `era`, the nearest causes first."""
    causes = [*_promise(era, difference), *_region_of(difference), *_calendar(era, difference)]
    return (*causes, *governing(era))


def _promise(era: Era, difference: Difference) -> Iterator[Because]:
    owed = difference.after or difference.before
    for change in era.changes:
        if not change.moves_deadlines:
            continue
        if change.part == "commitments" and owed is not None and change.name == owed.commitment:
            yield Because(cause=_PROMISES[change.kind], change=change)
        # The date a version begins at has its own words: see `governing`.
        if change.part == "contract" and change.field != "effective_from":
            yield Because(cause=Cause.CONTRACT_CHANGED, change=change)


_PROMISES = {
    ChangeKind.ADDED: Cause.COMMITMENT_ADDED,
    ChangeKind.REMOVED: Cause.COMMITMENT_REMOVED,
    ChangeKind.CHANGED: Cause.COMMITMENT_CHANGED,
}


def _region_of(difference: Difference) -> Iterator[Because]:
    before, after = difference.region_before, difference.region_after
    if before is not None and after is not None and before != after:
        yield Because(cause=Cause.REGION_CHANGED, before=before, after=after)


def _calendar(era: Era, difference: Difference) -> Iterator[Because]:
    before, after = difference.before, difference.after
    if before is None or after is None or before.calendar != after.calendar:
        return
    dues = [owed.evaluation.due_at for owed in (before, after)]
    start = min(before.evaluation.starts_at, after.evaluation.starts_at)
    until = max((at for at in dues if at is not None), default=after.evaluated_at)
    for stretch in era.days.get(after.calendar, ()):
        if not stretch.within(start, until):
            continue
        # Of a week that differs, the contract's own words tell more.
        said: list[Change | CalendarChange] = [
            change
            for change in era.changes
            if stretch.kind is CalendarChangeKind.WEEK
            and (change.part, change.name) == ("calendars", after.calendar)
        ]
        for change in said or [stretch]:
            yield Because(cause=Cause.CALENDAR_CHANGED, change=change)


def governing(era: Era) -> Iterator[Because]:
    """The version that governs the receipts of an era, where it is another one or none."""
    before, after = era.before, era.after
    if after is None:
        yield Because(cause=Cause.NOT_IN_FORCE)
    elif before is None or before.version != after.version:
        yield Because(
            cause=Cause.NOW_IN_FORCE if before is None else Cause.VERSION_CHANGED,
            before=None if before is None else before.version,
            after=after.version,
            effective_from=after.effective_from,
        )
