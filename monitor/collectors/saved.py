"""An API's answer that somebody saved to a file: its records, as the API's collector has them."""

from collections.abc import Mapping
from typing import Any

from monitor.collectors.jira_history import TRANSITIONS, changelog_of, transitions

_LISTS = ("result", "issues")
"""Where ServiceNow and Jira put their lists."""


def saved_records(content: Any) -> list[Any]:
    """The records of an answer: of a list, whole or within an object, or the one that it is.

    An issue of Jira that came with its changelog is given its transitions; what a collector asks
    for beside its records, an audit or service levels, is not there.
    """
    if isinstance(content, Mapping):
        listed = next((content[name] for name in _LISTS if name in content), content)
        content = listed if isinstance(listed, list) else [listed]
    if not isinstance(content, list):
        return [content]
    return [_completed(record) for record in content]


def _completed(record: Any) -> Any:
    histories = changelog_of(record) if isinstance(record, Mapping) else None
    if histories is None:
        return record
    return {**record, TRANSITIONS: transitions(record, histories)}
