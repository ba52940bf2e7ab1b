"""When a step fires: `50%` of the time used, `2 h left`, `breach`, `breach + 4 h`."""

import re
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from monitor.contract.amount import Amount
from monitor.locale.marking import N_, Said


@dataclass(frozen=True, slots=True)
class ShareUsed:
    """Once this share of the amount is used up."""

    percent: int

    def __str__(self) -> str:
        return f"{self.percent}%"


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """Once no more than this much business time is left to the deadline."""

    amount: Amount

    def __str__(self) -> str:
        return f"{self.amount} left"


@dataclass(frozen=True, slots=True)
class Breach:
    """At the first instant past the deadline: exactly at the deadline is met."""

    def __str__(self) -> str:
        return "breach"


@dataclass(frozen=True, slots=True)
class AfterBreach:
    """So much business time past the deadline, on the contract's clocks for it."""

    amount: Amount

    def __str__(self) -> str:
        return f"breach + {self.amount}"


Trigger: TypeAlias = ShareUsed | TimeLeft | Breach | AfterBreach

_SHARE = re.compile(r"^(?P<percent>[1-9]\d?) ?%$")
_LEFT = re.compile(r"^(?P<amount>.+) left$")
_AFTER = re.compile(r"^breach ?\+ ?(?P<amount>.+)$")


def parse_trigger(text: str) -> Trigger:
    """Read a trigger as a policy writes it; `100%` is written `breach`.

    Raises:
        ValueError: the text is none; the message says what would be one.
    """
    plain = " ".join(text.split())
    if plain == "breach":
        return Breach()
    if share := _SHARE.match(plain):
        return ShareUsed(int(share["percent"]))
    if after := _AFTER.match(plain):
        amount = Amount.parse(after["amount"])
        if amount.seconds:
            return AfterBreach(amount)
    if left := _LEFT.match(plain):
        amount = Amount.parse(left["amount"])
        if amount.seconds:
            return TimeLeft(amount)
    raise ValueError(
        Said(
            N_(
                "'{text}' is no moment of an obligation; write '50%' (1 to 99), '2 h left',"
                " 'breach', 'breach + 4 h' or 'breach + 2 d'"
            ),
            text=text,
        )
    )


def _trigger(value: object) -> object:
    return parse_trigger(value) if isinstance(value, str) else value


TriggerField = Annotated[
    Trigger,
    BeforeValidator(_trigger),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["80%", "2 h left", "breach", "breach + 4 h"]}),
]
