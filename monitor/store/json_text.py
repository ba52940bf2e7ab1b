"""JSON as both databases take it."""

import json
from typing import Any


def to_json(value: Any) -> str:
    """`value` as JSON; NaN and infinities, which JSON has not, become text."""
    try:
        return json.dumps(value, allow_nan=False, default=str)
    except ValueError:
        finite = json.loads(json.dumps(value, default=str), parse_constant=str)
        return json.dumps(finite)
