"""The promises as dated, immutable data. Everything a rule needs is here; nothing is computed."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(?:-[a-z0-9]+)*$")]


class ContractPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Unit(StrEnum):
    """What an amount of business time is counted in, and shown in."""

    BUSINESS_HOURS = "business_hours"
    BUSINESS_DAYS = "business_days"

    @property
    def seconds(self) -> int:
        """Business seconds in one unit. A business day is 86,400 of them, clock change or not."""
        return 3600 if self is Unit.BUSINESS_HOURS else 86_400


class CaseKind(StrEnum):
    TICKET = "ticket"
    ORDER = "order"
    DELIVERABLE = "deliverable"


class Status(StrEnum):
    """What a provider can state about a case, in our words; a mapping leads its words here."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    WAITING_CLIENT = "waiting_client"
    WAITING_THIRD_PARTY = "waiting_third_party"
    HELD = "held"
    ANSWERED = "answered"
    DELIVERED = "delivered"
    ACTIVATED = "activated"
    RESOLVED = "resolved"
    RESTORED = "restored"
    COMPLETED = "completed"
    CLOSED = "closed"
    REOPENED = "reopened"
    CANCELLED = "cancelled"
    REJECTED = "rejected"


class StartRule(StrEnum):
    """When a clock starts, once a case is received."""

    FROM_RECEIPT = "from_receipt"
    """At receipt, or at the next opening when received outside hours."""
    NEXT_BUSINESS_DAY = "next_business_day"
    """At 00:00 of the first business day after the day of receipt (the text's second note)."""


class ReopenRule(StrEnum):
    RESUME = "resume"
    """The same clock goes on from where it stopped."""
    RESTART = "restart"
    """A new clock starts when the case is reopened."""


class Text(ContractPart):
    """A label in both languages."""

    fr: str = Field(min_length=1)
    en: str = Field(min_length=1)


_SHORT_AMOUNT = re.compile(r"^(?P<quantity>[1-9]\d{0,5}) ?(?P<unit>[hd])$")
_ISO_AMOUNT = re.compile(
    r"^P(?:(?P<days>\d{1,6})D)?(?:T(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,8})M)?"
    r"(?:(?P<seconds>\d{1,9})S)?)?$"
)


class Amount(ContractPart):
    """An amount of business time: exact seconds of it, and the unit it is spoken of in."""

    seconds: int = Field(ge=0)
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `4 h`, `3 d` (business units) or an ISO 8601 duration such as `PT90M` or `P2D`.

        Days of an ISO duration are business days, and stand alone: `P1DT2H` mixes two measures.

        Raises:
            ValueError: the text is none of these.
        """
        remedy = f"{text!r} is not an amount of business time: write '4 h', '3 d', 'PT90M' or 'P2D'"
        if short := _SHORT_AMOUNT.match(text):
            unit = Unit.BUSINESS_HOURS if short["unit"] == "h" else Unit.BUSINESS_DAYS
            return cls(seconds=int(short["quantity"]) * unit.seconds, unit=unit)
        iso = _ISO_AMOUNT.match(text)
        if iso is None or not any(iso.groups()):
            raise ValueError(remedy)
        days, hours, minutes, seconds = (int(group or 0) for group in iso.groups())
        if days and (hours or minutes or seconds):
            raise ValueError(remedy)
        if days:
            return cls(seconds=days * Unit.BUSINESS_DAYS.seconds, unit=Unit.BUSINESS_DAYS)
        return cls(seconds=hours * 3600 + minutes * 60 + seconds, unit=Unit.BUSINESS_HOURS)

    @property
    def quantity(self) -> int | float:
        """The amount in its own unit: whole where it is whole."""
        whole, rest = divmod(self.seconds, self.unit.seconds)
        return whole if rest == 0 else self.seconds / self.unit.seconds

    @property
    def span(self) -> timedelta:
        """The amount as business time, as a clock takes it."""
        return timedelta(seconds=self.seconds)

    def __str__(self) -> str:
        if self.seconds % self.unit.seconds:
            return f"PT{self.seconds}S"
        return f"{self.quantity} {'h' if self.unit is Unit.BUSINESS_HOURS else 'd'}"


def _amount(value: object) -> object:
    return Amount.parse(value) if isinstance(value, str) else value


AmountField = Annotated[Amount, BeforeValidator(_amount)]


class Source(ContractPart):
    """Where a promise is written."""

    document: str
    clause: str
    quote: str | None = None


class Commitment(ContractPart):
    """One promised level: so much business time, from a start, until a stop."""

    id: Slug
    label: Text
    case_kind: CaseKind
    category: Slug
    """The category of cases it is owed on; a mapping leads a provider's words to it."""
    amount: AmountField
    calendar: Slug
    start_rule: StartRule
    stop_statuses: frozenset[Status] = Field(min_length=1)
    pause_statuses: frozenset[Status] = frozenset()
    cancel_statuses: frozenset[Status] = frozenset({Status.CANCELLED, Status.REJECTED})
    reopen_rule: ReopenRule = ReopenRule.RESUME
    region: Slug | None = None
    """Owed only when the delivery place is in this region; None: wherever it is."""
    at_risk_percent: int = Field(default=80, ge=1, le=99)
    """Share of the amount after which an open obligation is at risk."""
    target_percent: float | None = Field(default=None, gt=0, le=100)
    source: Source
    effective_from: date | None = None
    """Where it differs from the contract version's own date."""

    @model_validator(mode="after")
    def _statuses_do_not_overlap(self) -> Self:
        kinds = {
            "stop_statuses": self.stop_statuses,
            "pause_statuses": self.pause_statuses,
            "cancel_statuses": self.cancel_statuses,
        }
        seen: dict[Status, str] = {}
        for name, statuses in kinds.items():
            for status in statuses:
                if status in seen:
                    raise ValueError(
                        f"status '{status}' is in both {seen[status]} and {name}: keep it in one"
                    )
                seen[status] = name
        return self


class Provider(ContractPart):
    id: Slug
    name: str
    rank: int = Field(ge=1)


class Contact(ContractPart):
    """Whom the text says to reach, on what. Data only: nothing is ever sent to it from here."""

    provider: Slug | None = None
    """None: the contract's own adviser, whatever the provider."""
    subject: Literal[
        "orders", "devices", "billing-and-reports", "technical-support", "complaints", "other"
    ]
    label: Text
    email: str | None = None
    phone: str | None = None


class ContractVersion(ContractPart):
    """All that is promised from one date on."""

    id: Slug
    version: str
    title: Text
    effective_from: date
    zone: str
    source: Source
    support_hours: Slug
    """The calendar on which business hours after a breach are counted."""
    business_days: Slug
    """The calendar on which business days after a breach are counted."""
    calendars: Mapping[Slug, "CalendarSpec"] = Field(default_factory=dict)
    """Calendars of its own, beside the shipped ones."""
    providers: tuple[Provider, ...] = Field(min_length=1)
    contacts: tuple[Contact, ...] = ()
    commitments: tuple[Commitment, ...] = Field(min_length=1)

    @cached_property
    def by_id(self) -> dict[str, Commitment]:
        return {commitment.id: commitment for commitment in self.commitments}

    @cached_property
    def categories(self) -> frozenset[str]:
        return frozenset(commitment.category for commitment in self.commitments)

    def owed_on(self, category: str, region: str | None) -> tuple[Commitment, ...]:
        """The commitments owed on a case of this category delivered in this region."""
        return tuple(
            commitment
            for commitment in self.commitments
            if commitment.category == category and commitment.region in (None, region)
        )


class CalendarSpec(ContractPart):
    """A calendar as a contract or `vigie.yaml` writes it."""

    label: Text
    measure: Literal["hours", "days"] = "hours"
    zone: str | None = None
    week: Mapping[str, tuple[str, ...]]
    """Day names or ranges (`mon-fri`) to windows (`08:00-17:00`); `22:00-06:00` crosses midnight."""
    holidays: Literal["quebec-government", "none"] = "none"
    closed: Mapping[date, str] = Field(default_factory=dict)
    """Ad hoc days off, by date, with their names."""


ContractVersion.model_rebuild()
