"""Spans of real time as a person writes them in YAML."""

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


def _span(value: object) -> object:
    """Read `30 s`, `5 min`, `2 h`, `1 d`: real time, not business time."""
    if isinstance(value, timedelta):
        return value
    span = _SPAN.match(str(value).strip())
    if span is None:
        raise ValueError(
            Said(
                N_("'{value}' is not a span of time; write '30 s', '5 min', '2 h' or '1 d'"),
                value=str(value),
            )
        )
    return int(span["number"]) * _UNITS[span["unit"]]


Span = Annotated[timedelta, BeforeValidator(_span)]
