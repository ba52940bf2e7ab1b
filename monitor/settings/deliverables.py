"""The `deliverables:` section: the reports that come due by the calendar."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from monitor.cases.deliverables import Schedule
from monitor.cases.periods import Period, Rhythm
from monitor.contract.vocabulary import Slug
from monitor.locale.marking import N_, Said
from monitor.settings.fields import Section


def _period(value: object) -> object:
    return value if isinstance(value, Period) else Period.parse(str(value))


_Period = Annotated[Period, BeforeValidator(_period)]
_Account = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]

_PREFIXES = {Rhythm.MONTH: "FACT", Rhythm.QUARTER: "TRIM"}


class DeliverableSettings(Section):
    """A report owed for each month, by a billing date, or for each quarter."""

    commitment: Slug
    provider: Slug
    billing_day: Annotated[int, Field(ge=1, le=31)] | None = None
    """Monthly, and due from this day; where a month is shorter, from its last. None: quarterly."""
    first: Annotated[_Period, Field(alias="from", examples=["2026-10"])]
    """Periods before it are nobody's affair."""
    last: Annotated[_Period | None, Field(alias="until", examples=["2027-03"])] = None
    accounts: Annotated[tuple[_Account, ...], Field(min_length=1)] | None = None
    """A report for each; None: one for the provider."""
    organization: str | None = None
    ref: Annotated[str, Field(pattern=r"^[A-Z]{2,12}$", examples=["FACT"])] | None = None
    """What references begin with; None: FACT for months, TRIM for quarters."""

    @model_validator(mode="after")
    def _periods_are_of_one_rhythm(self) -> Self:
        for key, period in (("from", self.first), ("until", self.last)):
            if period is None or period.rhythm is self.rhythm:
                continue
            if self.rhythm is Rhythm.MONTH:
                raise ValueError(
                    Said(
                        N_(
                            "{key} is a quarter, and billing_day is for months; write {key} as"
                            " 2026-10, or take billing_day out"
                        ),
                        key=key,
                    )
                )
            raise ValueError(
                Said(
                    N_(
                        "{key} is a month, and without billing_day a report is quarterly; write"
                        " {key} as 2026-T3, or add billing_day"
                    ),
                    key=key,
                )
            )
        if self.last is not None and self.last < self.first:
            raise ValueError(
                Said(N_("until comes before from; write {period} or later"), period=str(self.first))
            )
        return self

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm.QUARTER if self.billing_day is None else Rhythm.MONTH

    def schedules(self) -> tuple[Schedule, ...]:
        """One for each account."""
        return tuple(
            Schedule(
                commitment=self.commitment,
                provider=self.provider,
                prefix=self.ref or _PREFIXES[self.rhythm],
                first=self.first,
                last=self.last,
                billing_day=self.billing_day,
                account=account,
                organization=self.organization,
            )
            for account in self.accounts or (None,)
        )
