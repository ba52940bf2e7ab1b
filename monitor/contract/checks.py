"""What no single part of a contract can see: names that lead nowhere, promises at odds."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from pydantic import ValidationError

from monitor.contract.amount import Unit
from monitor.contract.calendars import SHIPPED_MEASURES, Fault, faults, zone_fault
from monitor.contract.mending import mended
from monitor.contract.model import Commitment, ContractVersion
from monitor.contract.rulings import REGIONS
from monitor.locale.marking import N_, Said
from monitor.located_yaml import DocumentError, LocatedDocument, Problem, one_of
from monitor.located_yaml.reader import KeyPath


def check_contract(text: str, name: str) -> list[Problem]:
    """Every problem of a contract's text at once, in the order of its lines; none: it is sound.

    `name` is the file's, for the problems. Of the problems between the parts, those that rest on
    something wrong in itself are told once it is right.
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
        raise DocumentError(_all_problems(document, error)) from None
    found = list(_Checks(version, document).all())
    if found:
        raise DocumentError(found)
    return version


def _all_problems(document: LocatedDocument, error: ValidationError) -> list[Problem]:
    """Those of the parts, and those between the parts that no wrong part can have made."""
    found = document.located(error, ContractVersion)
    if (sound := mended(document, error)) is not None:
        found += _Checks(sound[0], document, aside=sound[1]).all()
    return sorted(found, key=lambda problem: problem.line)


_ANY = object()
"""Any name or number, in the paths that a check rests on."""
_COMMITTED = ("commitments", _ANY)
_RIVALS = N_(
    "'{second}' and '{first}' are both owed on the same cases and stop on the same statuses"
)
_MEASURES = {"hours": Said(N_("hours")), "days": Said(N_("days"))}
_RIVALLED = ("id", "category", "region", "stop_statuses")


class _Checks:
    """`aside` are the key paths whose values are not those of the document."""

    def __init__(
        self,
        version: ContractVersion,
        document: LocatedDocument,
        aside: frozenset[KeyPath] = frozenset(),
    ) -> None:
        self.version = version
        self.document = document
        self.aside = aside
        own = {name: spec.measure for name, spec in version.calendars.items()}
        self.measures = {**SHIPPED_MEASURES, **own}

    def all(self) -> Iterator[Problem]:
        for check, own, others in (
            (self._ids, ("id",), ()),
            (self._zone, (), ()),
            (self._calendars, (), ()),
            (self._calendar_names, ("calendar",), (("calendars", _ANY, "measure"),)),
            (self._counting, (), (("calendars", _ANY, "measure"),)),
            (self._contacts, ("provider",), (("providers", _ANY, "id"),)),
            (self._amounts, ("amount", "calendar"), (("calendars", _ANY, "measure"),)),
            (self._dates, ("effective_from",), (("effective_from",),)),
            (self._regions, ("region",), (("regions",),)),
            (self._coverage, (), ((*_COMMITTED, "category"), (*_COMMITTED, "region"))),
            (self._rivals, (), tuple((*_COMMITTED, key) for key in _RIVALLED)),
            (self._categories, ("categories",), ((*_COMMITTED, "category"),)),
            (self._ranks, ("min_rank",), (("providers", _ANY, "rank"),)),
        ):
            if not self._rests_on_aside(others):
                for path, message, remedy in check():
                    if not self._rests_on_aside([(*path[:2], key) for key in own] or [path]):
                        yield self.document.problem(path, message, remedy)

    def _rests_on_aside(self, paths: Iterable[tuple[object, ...]]) -> bool:
        return any(
            all(there in (_ANY, part) for there, part in zip(path, aside, strict=False))
            for path in paths
            for aside in self.aside
        )

    def _ids(self) -> Iterator[Fault]:
        yield from self._duplicates("commitments", (c.id for c in self.version.commitments))
        yield from self._duplicates("providers", (p.id for p in self.version.providers))
        yield from self._duplicates("conditions", (c.id for c in self.version.conditions))

    def _duplicates(self, part: str, ids: Iterable[str]) -> Iterator[Fault]:
        first: dict[str, int] = {}
        for index, name in enumerate(ids):
            if name in first:
                line = str(self.document.line_of((part, first[name], "id")))
                yield (
                    (part, index, "id"),
                    Said(
                        N_("'{id}' is the id of another, on line {line}"), id=name, line=str(line)
                    ),
                    Said(N_("give each its own")),
                )
            first.setdefault(name, index)

    def _zone(self) -> Iterator[Fault]:
        if fault := zone_fault(self.version.zone):
            yield (("zone",), *fault)

    def _calendars(self) -> Iterator[Fault]:
        for name, spec in self.version.calendars.items():
            if name in SHIPPED_MEASURES:
                taken = Said(N_("is the name of a shipped calendar"))
                yield ("calendars", name), taken, Said(N_("choose another"))
            # A wrong zone of the contract is told once, not again by each calendar in it.
            default = "UTC" if zone_fault(self.version.zone) else self.version.zone
            for path, message, remedy in faults(name, spec, default):
                yield ("calendars", name, *path), message, remedy

    def _calendar_names(self) -> Iterator[Fault]:
        for index, commitment in enumerate(self.version.commitments):
            if commitment.calendar not in self.measures:
                yield self._unknown_calendar(
                    ("commitments", index, "calendar"), commitment.calendar
                )

    def _counting(self) -> Iterator[Fault]:
        for key, wanted in (("support_hours", "hours"), ("business_days", "days")):
            name = getattr(self.version, key)
            if name not in self.measures:
                yield self._unknown_calendar((key,), name)
            elif self.measures[name] != wanted:
                yield (
                    (key,),
                    Said(
                        N_("calendar '{name}' measures {measure}"),
                        name=name,
                        measure=_MEASURES[self.measures[name]],
                    ),
                    Said(N_("name a calendar that measures {measure}"), measure=_MEASURES[wanted]),
                )

    def _contacts(self) -> Iterator[Fault]:
        for index, contact in enumerate(self.version.contacts):
            if contact.provider is not None and contact.provider not in self.version.ranks:
                yield (
                    ("contacts", index, "provider"),
                    Said(N_("no provider '{name}'"), name=contact.provider),
                    one_of(contact.provider, self.version.ranks),
                )

    def _unknown_calendar(self, path: tuple[str | int, ...], name: str) -> Fault:
        return path, Said(N_("no calendar '{name}'"), name=name), one_of(name, self.measures)

    def _amounts(self) -> Iterator[Fault]:
        for index, commitment in enumerate(self.version.commitments):
            measure = self.measures.get(commitment.calendar)
            counted = "days" if commitment.amount.unit is Unit.BUSINESS_DAYS else "hours"
            # Three days on a calendar of nine-hour days would silently be eight of them.
            if measure is not None and measure != counted:
                name = commitment.calendar
                yield (
                    ("commitments", index, "amount"),
                    Said(
                        N_("'{amount}' counts {counted}, calendar '{name}' {measure}"),
                        amount=str(commitment.amount),
                        counted=_MEASURES[counted],
                        name=name,
                        measure=_MEASURES[measure],
                    ),
                    Said(
                        N_(
                            "write the amount in {measure} or name a calendar that measures"
                            " {counted}"
                        ),
                        measure=_MEASURES[measure],
                        counted=_MEASURES[counted],
                    ),
                )

    def _dates(self) -> Iterator[Fault]:
        for index, commitment in enumerate(self.version.commitments):
            date = commitment.effective_from
            if date is not None and date <= self.version.effective_from:
                yield (
                    ("commitments", index, "effective_from"),
                    Said(
                        N_("{date} is not after the version's own date, {own}"),
                        date=date.isoformat(),
                        own=self.version.effective_from.isoformat(),
                    ),
                    Said(N_("leave it out, or write a later one")),
                )

    def _regions(self) -> Iterator[Fault]:
        for index, commitment in enumerate(self.version.commitments):
            if commitment.region is None:
                continue
            path = ("commitments", index, "region")
            if self.version.regions is None:
                message = Said(N_("the contract has no rule for regions"))
                yield path, message, Said(N_("add '{text}'"), text="regions")
            elif commitment.region not in REGIONS:
                message = Said(N_("no region '{name}'"), name=commitment.region)
                yield path, message, one_of(commitment.region, REGIONS)

    def _coverage(self) -> Iterator[Fault]:
        by_category: dict[str, list[int]] = {}
        for index, commitment in enumerate(self.version.commitments):
            by_category.setdefault(commitment.category, []).append(index)
        for category, indexes in by_category.items():
            yield from self._uncovered(category, indexes)

    def _uncovered(self, category: str, indexes: list[int]) -> Iterator[Fault]:
        regions = {self.version.commitments[index].region for index in indexes}
        missing = sorted(set(REGIONS) - regions) if None not in regions else []
        if missing and regions <= {*REGIONS}:
            yield (
                ("commitments", indexes[-1], "region"),
                Said(
                    N_("nothing is owed on category '{category}' in region '{region}'"),
                    category=category,
                    region=missing[0],
                ),
                Said(N_("add a commitment for it, or leave the region out")),
            )

    def _rivals(self) -> Iterator[Fault]:
        """Two promises that would both be owed and both be kept by the very same statements."""
        numbered = enumerate(self.version.commitments)
        for (_, first), (index, second) in combinations(numbered, 2):
            if first.id != second.id and _rival(first, second):
                yield (
                    ("commitments", index),
                    Said(_RIVALS, second=second.id, first=first.id),
                    Said(N_("give them different regions, categories or stop_statuses")),
                )

    def _categories(self) -> Iterator[Fault]:
        for index, condition in enumerate(self.version.conditions):
            for category in sorted(condition.categories - self.version.categories):
                yield (
                    ("conditions", index, "categories"),
                    Said(N_("no commitment has category '{category}'"), category=category),
                    one_of(category, self.version.categories),
                )

    def _ranks(self) -> Iterator[Fault]:
        last_rank = max(self.version.ranks.values())
        for index, condition in enumerate(self.version.conditions):
            if condition.min_rank is not None and condition.min_rank > last_rank:
                yield (
                    ("conditions", index, "min_rank"),
                    Said(N_("no provider has rank {rank} or later"), rank=str(condition.min_rank)),
                    Said(N_("write at most {limit}"), limit=str(last_rank)),
                )


def _rival(first: Commitment, second: Commitment) -> bool:
    return first.overlaps(second) and first.stop_statuses == second.stop_statuses
