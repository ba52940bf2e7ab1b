"""The statuses that an issue went through, out of its changelog."""

from collections.abc import Mapping, Sequence
from typing import Any

TRANSITIONS = "transitions"
"""Where an issue is given its statuses: `status` and `at`, oldest first."""


def changelog_of(issue: Mapping[str, Any]) -> list[Any] | None:
    """The changes that came with an issue; None: none did, and nothing can be said of its past."""
    changelog = issue.get("changelog")
    histories = changelog.get("histories") if isinstance(changelog, Mapping) else None
    return histories if isinstance(histories, list) else None


def is_cut(issue: Mapping[str, Any]) -> bool:
    """Whether the changelog that came with an issue is only a part of it."""
    histories, total = changelog_of(issue), issue["changelog"].get("total")
    return isinstance(total, int) and histories is not None and total > len(histories)


def transitions(issue: Mapping[str, Any], histories: Sequence[Any]) -> list[dict[str, Any]]:
    """Its statuses, the first since it was created.

    A changelog keeps the names of their day. One whose id is the present status's is called as
    that is now.
    """
    fields = issue.get("fields")
    fields = fields if isinstance(fields, Mapping) else {}
    present = fields.get("status")
    present = present if isinstance(present, Mapping) else {}
    changes = [
        (history, item)
        for history in sorted(filter(_is_object, histories), key=_number)
        for item in history.get("items") or ()
        if _is_object(item) and "status" in (item.get("fieldId"), item.get("field"))
    ]

    def named(item: Mapping[str, Any], name: str, id_: str) -> Any:
        same = item.get(id_) is not None and str(item.get(id_)) == str(present.get("id"))
        return present.get("name") if same else item.get(name)

    first = named(changes[0][1], "fromString", "from") if changes else present.get("name")
    return [
        {"status": first, "at": fields.get("created")},
        *(
            {"status": named(item, "toString", "to"), "at": history.get("created")}
            for history, item in changes
        ),
    ]


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _number(history: Mapping[str, Any]) -> int:
    # Their ids ascend, whichever way round they come; their times are on the account's walls.
    text = str(history.get("id", ""))
    return int(text) if text.isdecimal() else 0
