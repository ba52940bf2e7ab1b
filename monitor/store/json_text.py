"""JSON as both databases take it."""

import json
from typing import Any

_written = json.JSONEncoder(allow_nan=False, ensure_ascii=False, default=str).encode
"""Made once: `json.dumps` with options makes its encoder anew each time.

Accents as they are: escaped, they take three times the room, and a third of the time.
"""


def to_json(value: Any) -> str:
    """`value` as JSON; NaN and infinities, which JSON has not, become text."""
    try:
        text = _written(value)
    except ValueError:
        finite = json.loads(json.dumps(value, default=str), parse_constant=str)
        return json.dumps(finite)
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half a character, which no database takes but as an escape.
        return json.dumps(value, default=str)
    return text
