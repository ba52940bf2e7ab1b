"""JSON as both databases take it."""

import json
from typing import Any

_encoded = json.JSONEncoder(allow_nan=False, default=str).encode
"""Made once: `json.dumps` with options makes its encoder anew each time."""


def to_json(value: Any) -> str:
    """`value` as JSON; NaN and infinities, which JSON has not, become text."""
    try:
        return _encoded(value)
    except ValueError:
        finite = json.loads(json.dumps(value, default=str), parse_constant=str)
        return json.dumps(finite)
