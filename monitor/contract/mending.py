"""What is wrong in the parts of a contract set aside, so that the rest can still be compared.

Without it a slip of one key would hide every slip between the parts until it is corrected.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from monitor.contract.model import ContractVersion
from monitor.located_yaml import LocatedDocument
from monitor.located_yaml.reader import KeyPath

_MAX_ROUNDS = 40
"""More than the depth of any part; what is not mended by then is not compared."""
_TEXT = {"fr": "?", "en": "?"}
_STAND_INS: Mapping[str, Any] = {
    **dict.fromkeys(("fr", "en", "document", "clause", "name", "version"), "?"),
    **dict.fromkeys(("label", "title"), _TEXT),
    "amount": "1 h",
    "business_days": "quebec-days",
    "calendar": "24x7",
    "case_kind": "ticket",
    "category": "stand-in",
    "commitments": [{}],
    "consequence": "client_duty",
    "effective_from": "2000-01-01",
    "providers": [{}],
    "rank": 1,
    "source": {"document": "?", "clause": "?"},
    "start_rule": "from_receipt",
    "stop_statuses": ["closed"],
    "subject": "other",
    "support_hours": "24x7",
    "week": {"mon": ["08:00-17:00"]},
    "windows": ["08:00-17:00"],
    "zone": "UTC",
}
"""Something valid for each key that must be there; nothing that rests on it is ever told."""


def mended(
    document: LocatedDocument, error: ValidationError
) -> tuple[ContractVersion, frozenset[KeyPath]] | None:
    """The contract with what `error` names set aside, and the key paths set aside.

    None where too little is sound to be compared.
    """
    content = deepcopy(dict(document.content))
    aside: set[KeyPath] = set()
    for _ in range(_MAX_ROUNDS):
        current = replace(document, content=content)
        for detail in error.errors(include_url=False):
            missing = detail["type"] == "missing"
            path = _mendable(current.path_of(detail["loc"], missing=missing))
            if not path or not _set_aside(content, path, missing=missing):
                return None
            aside.add(path)
        try:
            return ContractVersion.model_validate(content), frozenset(aside)
        except ValidationError as again:
            error = again
    return None


def _mendable(path: KeyPath) -> KeyPath:
    """The nearest key at or above a path, or element of a list of parts."""
    while len(path) > 2 and isinstance(path[-1], int):  # noqa: PLR2004 - (commitments, 0) is a part
        path = path[:-1]
    return path


def _set_aside(content: Any, path: KeyPath, *, missing: bool) -> bool:
    """Take one value out, or put its stand-in where it must be there; whether that is possible."""
    *parents, last = path
    holder = content
    step: Any
    for step in parents:
        try:
            holder = holder[step]
        except (KeyError, IndexError, TypeError):
            # Its parent went in the same round.
            return True
    if isinstance(holder, list):
        # In place, so that the others keep their numbers.
        holder[int(last)] = {}
    elif missing and last == "id":
        holder[last] = "stand-in-" + "-".join(str(part) for part in parents)
    elif missing and last in _STAND_INS:
        holder[last] = deepcopy(_STAND_INS[str(last)])
    elif missing:
        return False
    else:
        holder.pop(last, None)
    return True
