"""A report: the figures of a period and a scope, with what they are compared to and rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NamedTuple

from monitor.contract.book import ContractBook
from monitor.contract.model import Commitment, Condition, Text
from monitor.reports.conditions import Purchase
from monitor.reports.entry import Entry, Lateness
from monitor.reports.figures import Cells, Line
from monitor.reports.gathering import Gathered
from monitor.reports.issue import Adjustment, Issue
from monitor.reports.period import ReportPeriod
from monitor.reports.scope import Scope


class Pair(NamedTuple):
    """What the first table has a line for."""

    provider: str
    commitment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What the figures rest on, so that another may work them out again."""

    contract: str
    versions: Sequence[str]
    """That governed what came due."""
    rules: str
    """SHA-256 of contract, calendars day by day, places and zone data: that of `applied_rules`."""
    calendars: Mapping[str, str]
    """SHA-256 of each calendar in use, by its name."""
    tzdata: str
    program: str
    audit_head: str
    """The last hash of the audit log: lines cut off its end show against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worse:
    """A line whose compliance is lower than the period before."""

    pair: Pair
    before: Line
    after: Line

    @property
    def drop(self) -> float:
        """Of compliance, from 0 to 1."""
        return (self.before.compliance or 0) - (self.after.compliance or 0)

    @property
    def beyond_chance(self) -> bool:
        """Whether the two intervals lie apart: with few cases, a drop may mean nothing."""
        before, after = self.before.interval, self.after.interval
        return before is not None and after is not None and after.high < before.low


@dataclass(frozen=True, slots=True, kw_only=True)
class Restated:
    """A period reported on before, of which something is counted otherwise today."""

    report: int
    period: ReportPeriod
    before: Line
    after: Line


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that is written in any format; no format works anything out itself."""

    period: ReportPeriod
    scope: Scope
    known_at: datetime
    """As it was held at this instant; what was learned later is not in it."""
    zone: tzinfo
    book: ContractBook
    basis: Basis
    gathered: Gathered
    previous: Cells
    """The period before: counts alone."""
    trend: Sequence[tuple[ReportPeriod, Line]]
    """Months, the earliest first."""
    lateness: Lateness
    organizations: Mapping[str, str]
    """Their names, as configured."""
    ledger: Sequence[Entry] | None = None
    """Every obligation that was not kept, in order of deadline; None: not asked for."""
    issue: Issue | None = None
    """None: made on the way, and numbered by nobody."""
    adjustments: Sequence[Adjustment] = ()
    """What the reports issued before would count otherwise today."""
    purchases: Sequence[Purchase] = ()
    """Stated to have been made in the period against a duty of the client's."""
    restated: Sequence["Restated"] = ()
    """The periods of these, as they were reported and as they are today."""

    @property
    def is_provisional(self) -> bool:
        """Whether it was made before its period was over."""
        return self.known_at < self.period.instants(self.zone)[1]

    def total(self) -> Line:
        return self.gathered.cells.total()

    def pairs(self) -> dict[Pair, Line]:
        """By provider and commitment, in the contract's order of both."""
        found = self.gathered.cells.by(lambda key: Pair(key.provider, key.commitment))
        return dict(sorted(found.items(), key=lambda item: self._order(item[0])))

    def worse(self) -> list[Worse]:
        """What got worse since the period before, the greatest drop first."""
        before = self.previous.by(lambda key: Pair(key.provider, key.commitment))
        found = [
            Worse(pair=pair, before=before[pair], after=line)
            for pair, line in self.pairs().items()
            if pair in before and line.judged and before[pair].judged
        ]
        return sorted(
            (each for each in found if each.drop > 0), key=lambda each: (-each.drop, each.pair)
        )

    def conditions(self) -> list[Condition]:
        """Of the versions that governed, else of the latest; each as its latest version has it."""
        governing = [each for each in self.book.versions if each.version in self.basis.versions]
        found = {
            condition.id: condition
            for version in governing or self.book.versions[-1:]
            for condition in version.conditions
        }
        return list(found.values())

    def commitment(self, name: str) -> Commitment | None:
        """As the latest version has it that has it at all."""
        for version in reversed(self.book.versions):
            if name in version.by_id:
                return version.by_id[name]
        return None

    def label(self, commitment: str) -> Text | None:
        found = self.commitment(commitment)
        return None if found is None else found.label

    def provider_name(self, provider: str) -> str:
        for version in reversed(self.book.versions):
            for each in version.providers:
                if each.id == provider:
                    return each.name
        return provider

    def organization_name(self, organization: str | None) -> str | None:
        return None if organization is None else self.organizations.get(organization, organization)

    def _order(self, pair: Pair) -> tuple[int, str, int, str]:
        providers = [each.id for version in self.book.versions for each in version.providers]
        promises = [each.id for version in self.book.versions for each in version.commitments]
        return (
            _place(providers, pair.provider),
            pair.provider,
            _place(promises, pair.commitment),
            pair.commitment,
        )


def _place(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else len(names)
