"""The promises as dated, immutable data. Everything a rule needs is here; nothing is computed."""

from collections.abc import Collection, Mapping
from datetime import date
from functools import cached_property
from typing import Literal, Self

from pydantic import Field, model_validator

from monitor.contract.amount import Amount, AmountField, Unit
from monitor.contract.rulings import PlaceRuling, RegionRule
from monitor.contract.vocabulary import (
    CaseKind,
    Consequence,
    ContractPart,
    ReopenRule,
    Slug,
    Source,
    StartRule,
    Status,
    Text,
)
from monitor.locale.marking import N_, Said

__all__ = [
    "Amount",
    "CalendarSpec",
    "CaseKind",
    "Commitment",
    "Condition",
    "Consequence",
    "Contact",
    "ContractVersion",
    "PlaceRuling",
    "Provider",
    "RegionRule",
    "ReopenRule",
    "Slug",
    "Source",
    "SpecialDay",
    "StartRule",
    "Status",
    "Text",
    "Unit",
]


class Commitment(ContractPart):
    """One promised level: so much business time, from a start, until a stop."""

    id: Slug
    """Its name in figures, metrics and the escalation policy."""
    label: Text
    """How people call it."""
    case_kind: CaseKind
    """The kind of case it is mostly owed on; for the reader, as the category alone decides."""
    category: Slug
    """The category of cases it is owed on; a mapping leads a provider's words to it."""
    amount: AmountField
    """Business time allowed: `4 h`, `3 d`, or an ISO 8601 duration such as `PT90M` or `P2D`."""
    calendar: Slug
    """The calendar its business time is counted on: one of the contract's own or a shipped one."""
    start_rule: StartRule
    """When the clock starts, once the case is received."""
    stop_statuses: frozenset[Status] = Field(min_length=1)
    """What the provider must state for the promise to be kept."""
    pause_statuses: frozenset[Status] = frozenset()
    """While one of these is the latest statement, the clock stands still."""
    cancel_statuses: frozenset[Status] = frozenset({Status.CANCELLED, Status.REJECTED})
    """What ends the case with nothing owed any more."""
    reopen_rule: ReopenRule = ReopenRule.RESUME
    """What becomes of the clock when the case is reopened after a stop."""
    region: Slug | None = None
    """Owed only when the delivery place is in this region; left out: wherever it is."""
    at_risk_percent: int = Field(default=80, ge=1, le=99)
    """Share of the amount after which an open obligation is at risk."""
    target_percent: float | None = Field(default=None, gt=0, le=100)
    """The share of cases that must be in time, where the text gives one."""
    source: Source
    effective_from: date | None = None
    """Where it is later than the contract version's own date: not owed on earlier receipts."""

    @model_validator(mode="after")
    def _statuses_do_not_overlap(self) -> Self:
        kinds = {
            "stop_statuses": self.stop_statuses,
            "pause_statuses": self.pause_statuses,
            "cancel_statuses": self.cancel_statuses,
        }
        seen: dict[Status, str] = {}
        for name, statuses in kinds.items():
            for status in sorted(statuses):
                if status in seen:
                    raise ValueError(
                        Said(
                            N_("status '{status}' is in both {first} and {second}; keep it in one"),
                            status=status.value,
                            first=seen[status],
                            second=name,
                        )
                    )
                if status in _BEGINNINGS:
                    raise ValueError(
                        Said(
                            N_("status '{status}' begins a case and is in {name}; take it out"),
                            status=status.value,
                            name=name,
                        )
                    )
                seen[status] = name
        return self

    def overlaps(self, other: "Commitment") -> bool:
        """Whether both can be owed on one and the same case."""
        regions = (self.region, other.region)
        return self.category == other.category and (None in regions or len(set(regions)) == 1)


_BEGINNINGS = frozenset({Status.RECEIVED, Status.AWAITED, Status.REOPENED})


class Condition(ContractPart):
    """What the text requires around the levels. It applies where all it names hold."""

    id: Slug
    label: Text
    consequence: Consequence
    """What follows where it applies."""
    categories: frozenset[Slug] = frozenset()
    """The categories of cases it is about; none: every category."""
    min_rank: int | None = Field(default=None, ge=1)
    """About providers of this rank or a later one."""
    fact: Slug | None = None
    """About cases of which the source states this, such as `device-cost-not-zero`."""
    proof: Slug | None = None
    """What a case must carry, with `proof_required`: the name of a tag."""
    tag: Slug | None = None
    """What a case is marked with, with `set_apart`."""
    breach: Slug | None = None
    """What an operator's file states of a purchase by which a `client_duty` was not kept."""
    source: Source

    @model_validator(mode="after")
    def _consequence_is_complete(self) -> Self:
        if self.breach is not None and self.consequence is not Consequence.CLIENT_DUTY:
            no_use = N_("'{consequence}' has no use for '{name}'; remove it")
            raise ValueError(Said(no_use, consequence=self.consequence.value, name="breach"))
        wanted = {Consequence.PROOF_REQUIRED: "proof", Consequence.SET_APART: "tag"}
        key = wanted.get(self.consequence)
        for name in ("proof", "tag"):
            given = getattr(self, name) is not None
            if name == key and not given:
                needs = N_("'{consequence}' needs '{name}'; add '{name}'")
                raise ValueError(Said(needs, consequence=self.consequence.value, name=name))
            if name != key and given:
                no_use = N_("'{consequence}' has no use for '{name}'; remove it")
                raise ValueError(Said(no_use, consequence=self.consequence.value, name=name))
        return self

    def applies(self, *, category: str, rank: int, facts: Collection[str]) -> bool:
        """Whether it applies to a case of this category, provider's rank and stated facts."""
        return (
            (not self.categories or category in self.categories)
            and (self.min_rank is None or rank >= self.min_rank)
            and (self.fact is None or self.fact in facts)
        )


class Provider(ContractPart):
    id: Slug
    """The name under which sources are configured."""
    name: str = Field(min_length=1)
    rank: int = Field(ge=1)
    """1 is the provider to use first."""


class Contact(ContractPart):
    """Whom the text says to reach, on what. Data only: nothing is ever sent to it from here."""

    provider: Slug | None = None
    """Left out: the contract's own adviser, whatever the provider."""
    subject: Literal[
        "orders", "devices", "billing-and-reports", "technical-support", "complaints", "other"
    ]
    label: Text
    email: str | None = None
    phone: str | None = None


class ContractVersion(ContractPart):
    """All that is promised from one date on."""

    id: Slug
    """The contract; its versions share it."""
    version: str = Field(min_length=1)
    """The name of this version, stored with every obligation it governs."""
    title: Text
    effective_from: date
    """Cases received from this local date on are governed by it, until the next version's."""
    zone: str
    """IANA name of the zone its dates and its own calendars are in."""
    source: Source
    support_hours: Slug
    """The calendar on which business hours after a breach are counted."""
    business_days: Slug
    """The calendar on which business days after a breach are counted."""
    calendars: Mapping[Slug, "CalendarSpec"] = Field(default_factory=dict)
    """Calendars of its own, beside the shipped ones."""
    regions: RegionRule | None = None
    """Left out: what is owed depends on no place."""
    providers: tuple[Provider, ...] = Field(min_length=1)
    contacts: tuple[Contact, ...] = ()
    commitments: tuple[Commitment, ...] = Field(min_length=1)
    conditions: tuple[Condition, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Commitment]:
        return {commitment.id: commitment for commitment in self.commitments}

    @cached_property
    def names(self) -> dict[str, str]:
        """Name by provider."""
        return {provider.id: provider.name for provider in self.providers}

    @cached_property
    def ranks(self) -> dict[str, int]:
        """Rank by provider."""
        return {provider.id: provider.rank for provider in self.providers}

    @cached_property
    def categories(self) -> frozenset[str]:
        return frozenset(commitment.category for commitment in self.commitments)

    @cached_property
    def calendar_names(self) -> frozenset[str]:
        """The calendars that deadlines are counted on, and the time after a breach."""
        counted_on = (commitment.calendar for commitment in self.commitments)
        return frozenset((*counted_on, self.support_hours, self.business_days))

    def owed_on(
        self, category: str, region: str | None, received_on: date | None = None
    ) -> tuple[Commitment, ...]:
        """The commitments owed on a case of this category delivered in this region.

        With `received_on`, the local date of receipt, those that begin later are left out.
        """
        return tuple(
            commitment
            for commitment in self.commitments
            if commitment.category == category
            and commitment.region in (None, region)
            and (
                received_on is None
                or commitment.effective_from is None
                or commitment.effective_from <= received_on
            )
        )

    def conditions_on(
        self, *, provider: str, category: str, facts: Collection[str] = ()
    ) -> tuple[Condition, ...]:
        """The conditions of the text that apply to such a case; an unknown provider has rank 1."""
        rank = self.ranks.get(provider, 1)
        return tuple(
            condition
            for condition in self.conditions
            if condition.applies(category=category, rank=rank, facts=facts)
        )


class SpecialDay(ContractPart):
    """A date with hours of its own."""

    name: str | Text
    """One name, or one for each language."""
    windows: tuple[str, ...] = Field(min_length=1)


class CalendarSpec(ContractPart):
    """A calendar as a contract or `vigie.yaml` writes it."""

    label: Text
    measure: Literal["hours", "days"] = "hours"
    """`hours` counts real time while open; `days` whole business days, 00:00 to 24:00."""
    zone: str | None = None
    """IANA name; left out: the contract's."""
    week: Mapping[str, tuple[str, ...]] = Field(min_length=1)
    """Day names or ranges (`mon-fri`) to windows: `08:00-17:00`; `22:00-06:00` crosses midnight."""
    holidays: Literal["quebec-government", "none"] = "none"
    """`quebec-government`: the 13 days of the public service, and the operator's days off."""
    closed: Mapping[date, str | Text] = Field(default_factory=dict)
    """Ad hoc days off, by date, with their names."""
    special: Mapping[date, SpecialDay] = Field(default_factory=dict)
    """Days with hours of their own, by date."""
    opened: frozenset[date] = frozenset()
    """Holidays on which work goes on all the same."""
    moved: Mapping[date, date] = Field(default_factory=dict)
    """Holidays observed on another date: listed date to observed date."""


ContractVersion.model_rebuild()
