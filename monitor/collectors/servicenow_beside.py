"""What ServiceNow keeps of a record in other tables: its audited states, its service levels."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from monitor.collectors.http import HttpClient
from monitor.collectors.servicenow_query import ID
from monitor.collectors.servicenow_table import Table, plain

TRANSITIONS = "transitions"
"""Where a record is given its states: `status` and `at`, oldest first."""
SLAS = "task_sla"
"""Where a record is given its rows of that table."""
_AT_ONCE = 50
"""Records asked about in one query, whose length servers limit."""
_AUDITED = ("documentkey", "oldvalue", "newvalue", "sys_created_on", "record_checkpoint", ID)
_LEVELS = (
    "task",
    "sla.name",
    "stage",
    "has_breached",
    "planned_end_time",
    "end_time",
    "business_time_left",
    "business_percentage",
    ID,
)


class Beside:
    """Adds to records what was asked for of other tables."""

    def __init__(self, client: HttpClient, *, audited: str | None, slas: bool) -> None:
        """Prepare to ask; `audited` is the column whose changes are wanted."""
        self._audited = audited
        self._audit = Table(client, "sys_audit", fields=_AUDITED, page_size=1000)
        self._slas = Table(client, SLAS, fields=_LEVELS, page_size=1000) if slas else None

    def added_to(self, records: Sequence[Any], *, deadline: float | None) -> list[Any]:
        """The records with what belongs to each; what is no record stays as it is.

        Raises:
            HttpFault: a request came to nothing, as where the account may not read a table.
            SourceFault: an answer is no list, or the poll's budget is spent.
        """
        ids = [id_ for record in records if (id_ := plain(record, ID)) is not None]
        more: dict[str, dict[str, Any]] = defaultdict(dict)
        if self._audited is not None:
            condition = f"fieldname={self._audited}"
            found = self._of(self._audit, "documentkey", ids, [condition], deadline)
            current = {plain(record, ID): record for record in records}
            for id_, entries in found.items():
                more[id_][TRANSITIONS] = _transitions(current[id_], entries, self._audited)
        if self._slas is not None:
            for id_, levels in self._of(self._slas, "task", ids, [], deadline).items():
                more[id_][SLAS] = levels
        return [
            {**record, **more.get(plain(record, ID) or "", {})}
            if isinstance(record, Mapping)
            else record
            for record in records
        ]

    def _of(
        self,
        table: Table,
        column: str,
        ids: Sequence[str],
        conditions: Sequence[str],
        deadline: float | None,
    ) -> Mapping[str, list[Any]]:
        found: dict[str, list[Any]] = defaultdict(list)
        for start in range(0, len(ids), _AT_ONCE):
            wanted = ids[start : start + _AT_ONCE]
            among = f"{column}IN{','.join(wanted)}"
            for row in table.all([*conditions, among], deadline=deadline):
                owner = plain(row, column)
                if owner in wanted:
                    found[str(owner)].append(row)
        return found


def _transitions(record: Any, entries: Sequence[Any], column: str) -> list[dict[str, Any]]:
    """The states a record went through, the first since it was made, up to the one it has.

    Read after the record, the audit may know of a state that the record had not yet.
    """
    ordered = sorted(entries, key=_when)
    changes = [
        {"status": plain(entry, "newvalue"), "at": plain(entry, "sys_created_on")}
        for entry in ordered
    ]
    present = plain(record, column)
    known = [index for index, change in enumerate(changes) if change["status"] == present]
    if known:
        changes = changes[: known[-1] + 1]
    first = {"status": plain(ordered[0], "oldvalue"), "at": plain(record, "sys_created_on")}
    return [first, *changes]


def _when(entry: Any) -> tuple[str, int, str]:
    # A second may hold several changes; the record's own count of them tells their order.
    checkpoint = plain(entry, "record_checkpoint") or ""
    count = int(checkpoint) if checkpoint.isdecimal() else 0
    return plain(entry, "sys_created_on") or "", count, plain(entry, ID) or ""
