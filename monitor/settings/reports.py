"""The `reports:` section: compliance reports that are made on schedule."""

import re
from datetime import time
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from monitor.contract.vocabulary import Slug
from monitor.locale.marking import N_, Said
from monitor.reports.form import Form
from monitor.reports.period import PeriodKind, ReportPeriod
from monitor.settings.fields import FolderBeside, Section

_TIME = re.compile(r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)", re.ASCII)


def _time(value: object) -> object:
    if isinstance(value, time):
        return value
    # YAML reads an unquoted 08:00 as text, but 10:30 as a number in base 60.
    text = f"{value // 60:02}:{value % 60:02}" if isinstance(value, int) else str(value)
    written = _TIME.fullmatch(text)
    if written is None:
        raise ValueError(Said(N_("'{text}' is no time of day; write it as 08:00"), text=text))
    return time(int(written["hour"]), int(written["minute"]))


def _cron(value: object) -> object:
    from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415 - few have one

    try:
        CronTrigger.from_crontab(str(value))
    except ValueError:
        raise ValueError(
            Said(
                N_("'{text}' is no cron expression of five fields; write it as 0 8 3 * *"),
                text=str(value),
            )
        ) from None
    return str(value)


class SendSettings(Section):
    """To whom a report is sent once it is issued."""

    to: Annotated[tuple[Slug, ...], Field(min_length=1, examples=[["contract-manager"]])]
    """Roles: of their holders, those whom the provider and the organisation concern."""
    attach: Annotated[tuple[Form, ...], Field(min_length=1)] | None = None
    """Of its formats, those that travel; None: all."""
    up_to_mb: Annotated[int, Field(ge=1, le=100)] = 10
    """How much travels in one message, in megabytes; what is over it is named, and stays."""


class ReportSettings(Section):
    """One report, made for each of its periods and written to a folder."""

    name: Slug
    period: Literal["month", "quarter", "year"] = "month"
    first: Annotated[str, Field(alias="from", examples=["2026-10"])]
    """Periods before it are nobody's affair."""
    business_day: Annotated[int, Field(ge=1, le=20)] = 2
    """Of those after the period, on the calendar that the contract counts business days on."""
    at: Annotated[time, BeforeValidator(_time), Field(examples=["08:00"])] = time(8)
    cron: Annotated[str, BeforeValidator(_cron)] | None = None
    """In place of a business day: the first such instant after the period."""
    folder: FolderBeside
    provider: Slug | None = None
    organization: str | None = None
    each: tuple[Literal["provider", "organization"], ...] = ()
    formats: Annotated[tuple[Form, ...], Field(min_length=1)] = (Form.PDF, Form.XLSX)
    lang: Literal["fr", "en", "both"] | None = None
    """None: that of the configuration."""
    paper: Literal["letter", "a4"] = "letter"
    proof: bool = False
    bom: bool = False
    approval: bool = False
    """Made as a draft, which somebody approves before it is issued."""
    send: SendSettings | None = None
    """None: to nobody."""

    @model_validator(mode="after")
    def _begins_with_a_period(self) -> Self:
        ReportPeriod.parse(PeriodKind(self.period), self.first)
        return self

    @model_validator(mode="after")
    def _attaches_what_is_made(self) -> Self:
        wanted = () if self.send is None or self.send.attach is None else self.send.attach
        for form in wanted:
            if form not in self.formats:
                raise ValueError(
                    Said(
                        N_("send attaches {form}, which is not made; add it to formats"),
                        form=form.value,
                    )
                )
        return self

    @property
    def first_period(self) -> ReportPeriod:
        return ReportPeriod.parse(PeriodKind(self.period), self.first)
