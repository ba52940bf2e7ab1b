"""What no single part of a contract can see: names that lead nowhere, promises at odds."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from pydantic import ValidationError

from monitor.contract.amount import Unit
from monitor.contract.calendars import SHIPPED_MEASURES, faults, zone_fault
from monitor.contract.model import Commitment, ContractVersion
from monitor.contract.rulings import REGIONS
from monitor.located_yaml import DocumentError, LocatedDocument, Problem, one_of


def check_contract(text: str, name: str) -> list[Problem]:
    """Every problem of a contract's text at once, in the order of its lines; none: it is sound.

    `name` is the file's, for the problems. Problems between the parts are told once each part is
    sound in itself.
    """
    try:
        parse_version(text, name)
    except DocumentError as error:
        return list(error.problems)
    return []


def parse_version(text: str, name: str) -> ContractVersion:
    """The contract version a text describes.

    Raises:
        DocumentError: with every problem found.
    """
    document = LocatedDocument.parse(text, name)
    try:
        version = ContractVersion.model_validate(document.content)
    except ValidationError as error:
        raise DocumentError(document.located(error, ContractVersion)) from None
    found = list(_Checks(version, document).all())
    if found:
        raise DocumentError(found)
    return version


class _Checks:
    def __init__(self, version: ContractVersion, document: LocatedDocument) -> None:
        self.version = version
        self.document = document
        own = {name: spec.measure for name, spec in version.calendars.items()}
        self.measures = {**SHIPPED_MEASURES, **own}

    def all(self) -> Iterator[Problem]:
        yield from self._duplicates("commitments", (c.id for c in self.version.commitments))
        yield from self._duplicates("providers", (p.id for p in self.version.providers))
        yield from self._duplicates("conditions", (c.id for c in self.version.conditions))
        yield from self._zone()
        yield from self._calendars()
        yield from self._references()
        yield from self._amounts()
        yield from self._dates()
        yield from self._regions()
        yield from self._rivals()
        yield from self._conditions()

    def _at(self, path: Iterable[str | int], message: str, remedy: str) -> Problem:
        return self.document.problem(tuple(path), message, remedy)

    def _duplicates(self, part: str, ids: Iterable[str]) -> Iterator[Problem]:
        first: dict[str, int] = {}
        for index, name in enumerate(ids):
            if name in first:
                line = self.document.line_of((part, first[name], "id"))
                yield self._at(
                    (part, index, "id"),
                    f"'{name}' is the id of another, on line {line}",
                    "give each its own",
                )
            first.setdefault(name, index)

    def _zone(self) -> Iterator[Problem]:
        if fault := zone_fault(self.version.zone):
            yield self._at(("zone",), *fault)

    def _calendars(self) -> Iterator[Problem]:
        for name, spec in self.version.calendars.items():
            if name in SHIPPED_MEASURES:
                yield self._at(
                    ("calendars", name), "is the name of a shipped calendar", "choose another"
                )
            # A wrong zone of the contract is told once, not again by each calendar in it.
            default = "UTC" if zone_fault(self.version.zone) else self.version.zone
            for path, message, remedy in faults(name, spec, default):
                yield self._at(("calendars", name, *path), message, remedy)

    def _references(self) -> Iterator[Problem]:
        for index, commitment in enumerate(self.version.commitments):
            if commitment.calendar not in self.measures:
                yield self._unknown_calendar(
                    ("commitments", index, "calendar"), commitment.calendar
                )
        for key, wanted in (("support_hours", "hours"), ("business_days", "days")):
            name = getattr(self.version, key)
            if name not in self.measures:
                yield self._unknown_calendar((key,), name)
            elif self.measures[name] != wanted:
                yield self._at(
                    (key,),
                    f"calendar '{name}' measures {self.measures[name]}",
                    f"name a calendar that measures {wanted}",
                )
        for index, contact in enumerate(self.version.contacts):
            if contact.provider is not None and contact.provider not in self.version.ranks:
                yield self._at(
                    ("contacts", index, "provider"),
                    f"no provider '{contact.provider}'",
                    one_of(contact.provider, self.version.ranks),
                )

    def _unknown_calendar(self, path: tuple[str | int, ...], name: str) -> Problem:
        return self._at(path, f"no calendar '{name}'", one_of(name, self.measures))

    def _amounts(self) -> Iterator[Problem]:
        for index, commitment in enumerate(self.version.commitments):
            measure = self.measures.get(commitment.calendar)
            counted = "days" if commitment.amount.unit is Unit.BUSINESS_DAYS else "hours"
            # Three days on a calendar of nine-hour days would silently be eight of them.
            if measure is not None and measure != counted:
                name = commitment.calendar
                yield self._at(
                    ("commitments", index, "amount"),
                    f"'{commitment.amount}' counts {counted}, calendar '{name}' {measure}",
                    f"write the amount in {measure} or name a calendar that measures {counted}",
                )

    def _dates(self) -> Iterator[Problem]:
        for index, commitment in enumerate(self.version.commitments):
            date = commitment.effective_from
            if date is not None and date <= self.version.effective_from:
                yield self._at(
                    ("commitments", index, "effective_from"),
                    f"{date} is not after the version's own date, {self.version.effective_from}",
                    "leave it out, or write a later one",
                )

    def _regions(self) -> Iterator[Problem]:
        by_category: dict[str, list[int]] = {}
        for index, commitment in enumerate(self.version.commitments):
            by_category.setdefault(commitment.category, []).append(index)
            if commitment.region is None:
                continue
            path = ("commitments", index, "region")
            if self.version.regions is None:
                yield self._at(path, "the contract has no rule for regions", "add 'regions'")
            elif commitment.region not in REGIONS:
                message = f"no region '{commitment.region}'"
                yield self._at(path, message, one_of(commitment.region, REGIONS))
        for category, indexes in by_category.items():
            yield from self._uncovered(category, indexes)

    def _uncovered(self, category: str, indexes: list[int]) -> Iterator[Problem]:
        regions = {self.version.commitments[index].region for index in indexes}
        missing = sorted(set(REGIONS) - regions) if None not in regions else []
        if missing and regions <= {*REGIONS}:
            yield self._at(
                ("commitments", indexes[-1], "region"),
                f"nothing is owed on category '{category}' in region '{missing[0]}'",
                "add a commitment for it, or leave the region out",
            )

    def _rivals(self) -> Iterator[Problem]:
        """Two promises that would both be owed and both be kept by the very same statements."""
        numbered = enumerate(self.version.commitments)
        for (_, first), (index, second) in combinations(numbered, 2):
            if first.id != second.id and _rival(first, second):
                yield self._at(
                    ("commitments", index),
                    f"'{second.id}' and '{first.id}' are both owed on the same cases and stop on"
                    " the same statuses",
                    "give them different regions, categories or stop_statuses",
                )

    def _conditions(self) -> Iterator[Problem]:
        last_rank = max(self.version.ranks.values())
        for index, condition in enumerate(self.version.conditions):
            for category in sorted(condition.categories - self.version.categories):
                yield self._at(
                    ("conditions", index, "categories"),
                    f"no commitment has category '{category}'",
                    one_of(category, self.version.categories),
                )
            if condition.min_rank is not None and condition.min_rank > last_rank:
                yield self._at(
                    ("conditions", index, "min_rank"),
                    f"no provider has rank {condition.min_rank} or later",
                    f"write at most {last_rank}",
                )


def _rival(first: Commitment, second: Commitment) -> bool:
    return first.overlaps(second) and first.stop_statuses == second.stop_statuses
