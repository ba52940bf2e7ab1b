"""Spans of real time, and terms of months, as a person writes them in YAML."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

from monitor.locale.marking import N_, Said

_SPAN = re.compile(r"^(?P<number>[1-9]\d{0,6}) ?(?P<unit>ms|s|min|h|d)$")
_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}


def parse_span(text: str) -> timedelta:
    """Read `30 s`, `5 min`, `2 h`, `1 d`: real time, not business time.

    Raises:
        ValueError: the text is none of these.
    """
    span = _SPAN.match(text.strip())
    if span is None:
        raise ValueError(
            Said(
                N_("'{value}' is not a span of time; write '30 s', '5 min', '2 h' or '1 d'"),
                value=text,
            )
        )
    return int(span["number"]) * _UNITS[span["unit"]]


def _span(value: object) -> object:
    return value if isinstance(value, timedelta) else parse_span(str(value))


Span = Annotated[timedelta, BeforeValidator(_span)]


_MONTHS = re.compile(r"^(?P<number>[1-9]\d{0,3}) ?(?P<unit>months?|years?)$")
_LONGEST = 1200


def _months(value: object) -> object:
    """Read `18 months`, `7 years`, or `forever`, which is None."""
    if value is None or isinstance(value, int):
        return value
    text = str(value).strip()
    if text == "forever":
        return None
    term = _MONTHS.match(text)
    months = 0 if term is None else int(term["number"]) * (12 if "year" in term["unit"] else 1)
    if not 0 < months <= _LONGEST:
        raise ValueError(
            Said(
                N_(
                    "'{value}' is not a term; write '18 months', '7 years' (at most 100) or"
                    " 'forever'"
                ),
                value=text,
            )
        )
    return months


Months = Annotated[int | None, BeforeValidator(_months)]
"""Whole months; None: for ever."""
