"""What differs between two bases of figures, by when a case was received."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from functools import cached_property

from monitor.clock import zone
from monitor.contract.basis import Basis
from monitor.contract.book import ContractBook, NotInForceError
from monitor.contract.calendar_changes import CalendarChange, calendar_changes
from monitor.contract.diff import Change, diff_versions
from monitor.contract.model import ContractVersion

_CHOOSES = frozenset({"", "category", "region", "effective_from"})
"""Fields of a commitment that decide on which cases it is owed; empty: the commitment whole."""


@dataclass(frozen=True, kw_only=True)
class Era:
    """The receipts of `[start, end)`: one version governs them before, and one after.

    None as the end: it has none. None as a version: none is in force.
    """

    start: datetime
    end: datetime | None
    before: ContractVersion | None
    after: ContractVersion | None
    changes: Sequence[Change] = ()
    """From one version to the other; empty where either is missing."""
    days: Mapping[str, Sequence[CalendarChange]] = field(default_factory=dict)
    """By calendar, where both versions know one of the name and it counts differently."""
    places_differ: bool = False
    """Whether a delivery place may lead to another region."""

    @property
    def differs(self) -> bool:
        """Whether anything at all differs that a deadline or a verdict rests on."""
        return (
            self.everything
            or self.places_differ
            or self.after_breach
            or bool(self.commitments or self.categories or self.days)
        )

    @cached_property
    def everything(self) -> bool:
        """Whether each of its cases is touched: another version governs, or none any more."""
        if self.before is None or self.after is None:
            return self.before is not self.after
        # An obligation holds the name of its version, and all of it is read by its zone.
        return (self.before.version, self.before.zone) != (self.after.version, self.after.zone)

    @cached_property
    def commitments(self) -> frozenset[str]:
        """The commitments that are new, gone, or promise something else."""
        moved = (change for change in self.changes if change.moves_deadlines)
        return frozenset(change.name for change in moved if change.part == "commitments")

    @cached_property
    def categories(self) -> frozenset[str]:
        """The categories of cases on which something else is owed."""
        chosen = {
            change.name
            for change in self.changes
            if change.part == "commitments" and change.field in _CHOOSES
        }
        known = (version for version in (self.before, self.after) if version is not None)
        owed = (commitment for version in known for commitment in version.commitments)
        return frozenset(commitment.category for commitment in owed if commitment.id in chosen)

    @cached_property
    def after_breach(self) -> bool:
        """Whether the time after a breach counts on another calendar."""
        return any(_times_what_follows(change) for change in self.changes)

    @staticmethod
    def rests_on(change: Change) -> bool:
        """Whether a deadline, a verdict or a step after a breach can differ by a change."""
        return change.moves_deadlines or _times_what_follows(change)


def _times_what_follows(change: Change) -> bool:
    return change.part == "contract" and change.field in {"support_hours", "business_days"}


@dataclass(frozen=True, kw_only=True)
class RuleChanges:
    """All that differs between two bases."""

    before: Basis
    after: Basis
    eras: Sequence[Era]
    """In order of receipt; those in which nothing differs are left out."""

    @classmethod
    def between(cls, before: Basis, after: Basis) -> "RuleChanges":
        """Compare two bases."""
        if before.digest == after.digest:
            return cls(before=before, after=after, eras=())
        found = _Comparison(before, after).eras()
        return cls(before=before, after=after, eras=[era for era in found if era.differs])

    def __bool__(self) -> bool:
        return bool(self.eras)

    def era(self, received_at: datetime) -> Era | None:
        """The era a case was received in; None where nothing differs for it."""
        for era in self.eras:
            if era.start <= received_at and (era.end is None or received_at < era.end):
                return era
        return None


class _Comparison:
    def __init__(self, before: Basis, after: Basis) -> None:
        self.before = before
        self.after = after
        # Versions share calendars, and a calendar of a century is long to compare.
        self._compared: dict[tuple[int, int], tuple[CalendarChange, ...]] = {}

    def eras(self) -> Iterator[Era]:
        bases = (self.before, self.after)
        begins = sorted({_begins_at(version) for basis in bases for version in basis.book.versions})
        for start, end in zip(begins, [*begins[1:], None], strict=True):
            before, after = (_in_force(basis.book, start) for basis in bases)
            if before is None or after is None:
                yield Era(start=start, end=end, before=before, after=after)
                continue
            yield Era(
                start=start,
                end=end,
                before=before,
                after=after,
                changes=() if before == after else diff_versions(before, after),
                days=dict(self._days(before, after, since=start)),
                places_differ=self._places_differ(before, after),
            )

    def _days(
        self, before: ContractVersion, after: ContractVersion, *, since: datetime
    ) -> Iterator[tuple[str, Sequence[CalendarChange]]]:
        for name in sorted(before.calendar_names & after.calendar_names):
            old = self.before.book.calendar(before, name)
            new = self.after.book.calendar(after, name)
            key = (id(old), id(new))
            if key not in self._compared:
                runs = (self.before.zones[old.zone], self.after.zones[new.zone])
                self._compared[key] = calendar_changes(name, old, new, runs)
            # What was before the first receipt counts for none.
            found = [each for each in self._compared[key] if each.end is None or each.end > since]
            if found:
                yield name, found

    def _places_differ(self, before: ContractVersion, after: ContractVersion) -> bool:
        if before.regions is None or after.regions is None:
            return before.regions is not after.regions
        return (
            self.before.places != self.after.places
            or self.before.book.rulings != self.after.book.rulings
            or before.regions.unknown != after.regions.unknown
            or before.regions.rulings != after.regions.rulings
        )


def _begins_at(version: ContractVersion) -> datetime:
    """00:00 of its date where it is; where clocks skip that, the instant they do."""
    midnight = datetime.combine(version.effective_from, time(), zone(version.zone))
    return midnight.astimezone(UTC)


def _in_force(book: ContractBook, at: datetime) -> ContractVersion | None:
    try:
        return book.in_force(at)
    except NotInForceError:
        return None
