"""Where a delivery place lies, as a contract and an operator rule on it."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from monitor.contract.vocabulary import ContractPart, Source, Text
from monitor.locale.marking import N_, Said

MonthDay = Annotated[
    str,
    Field(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$", examples=["12-15"], strict=True),
]
"""A day of every year: month, then day."""


class PlaceRuling(ContractPart):
    """A decision on the region of one place: it overrides the shipped directory."""

    place: str = Field(min_length=1)
    region: Literal["local", "remote"]
    reason: Text | None = None
    starts_on: MonthDay | None = None
    """First day of the year on which it holds; a season may run over the new year."""
    ends_on: MonthDay | None = None
    """Last day of the year on which it holds."""

    @model_validator(mode="after")
    def _season_is_whole(self) -> Self:
        if (self.starts_on is None) != (self.ends_on is None):
            raise ValueError(
                Said(N_("a season has two ends; write both starts_on and ends_on, or neither"))
            )
        return self

    def holds(self, on: date) -> bool:
        """Whether it holds on this day; the first and the last day of the season belong to it."""
        if self.starts_on is None or self.ends_on is None:
            return True
        day = f"{on:%m-%d}"
        if self.starts_on <= self.ends_on:
            return self.starts_on <= day <= self.ends_on
        return day >= self.starts_on or day <= self.ends_on


REGIONS: tuple[str, ...] = ("local", "remote")
"""The regions that the shipped directory of places tells apart."""


class RegionRule(ContractPart):
    """How a delivery place is led to a region."""

    places: Literal["quebec"] = "quebec"
    """The shipped directory of places to look in; its regions are `local` and `remote`."""
    unknown: Literal["local", "remote"] = "local"
    """What an unknown place is taken for, provisionally."""
    rulings: tuple[PlaceRuling, ...] = ()
    """Decisions of the contract's own on single places."""
    source: Source
