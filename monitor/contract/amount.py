"""Amounts of business time, as a contract writes them and as a clock takes them."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from monitor.contract.vocabulary import ContractPart
from monitor.locale.marking import N_, Said


class Unit(StrEnum):
    """What an amount of business time is counted in, and shown in."""

    BUSINESS_HOURS = "business_hours"
    BUSINESS_DAYS = "business_days"

    @property
    def seconds(self) -> int:
        """Business seconds in one unit. A business day is 86,400 of them, clock change or not."""
        return 3600 if self is Unit.BUSINESS_HOURS else 86_400


_SHORT_AMOUNT = re.compile(r"^(?P<quantity>[1-9]\d{0,5}) ?(?P<unit>[hd])$")
_ISO_AMOUNT = re.compile(
    r"^P(?:(?P<days>\d{1,6})D)?(?:T(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,8})M)?"
    r"(?:(?P<seconds>\d{1,9})S)?)?$"
)
# For editors, whose regular expressions have no named groups; `Amount.parse` is the rule.
_AMOUNT_PATTERN = r"^([1-9]\d{0,5} ?[hd]|P\d{1,6}D|PT(?=\d)(\d{1,7}H)?(\d{1,8}M)?(\d{1,9}S)?)$"


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
        remedy = Said(
            N_("'{text}' is not an amount of business time; write '4 h', '3 d', 'PT90M' or 'P2D'"),
            text=text,
        )
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
    if isinstance(value, str):
        return Amount.parse(value)
    if isinstance(value, Amount):
        return value
    raise ValueError(
        Said(N_("an amount of business time is text; write '4 h', '3 d', 'PT90M' or 'P2D'"))
    )


def _more_than_nothing(amount: Amount) -> Amount:
    if amount.seconds == 0:
        raise ValueError(Said(N_("an amount of zero promises nothing; write more than zero")))
    return amount


AmountField = Annotated[
    Amount,
    BeforeValidator(_amount),
    AfterValidator(_more_than_nothing),
    WithJsonSchema({"type": "string", "pattern": _AMOUNT_PATTERN, "examples": ["4 h", "3 d"]}),
]
