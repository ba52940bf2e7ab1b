"""A ServiceNow instance that lives in memory: tables, encoded queries, the Table API's answers."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

from monitor.clock.wall import WallClock
from monitor.simulator.server import Reply

Record = dict[str, str]
_CONDITION = re.compile(r"^([\w.]+?)(>=|<=|!=|=|>|<|IN)(.*)$", re.DOTALL)
_WRITTEN = "%Y-%m-%d %H:%M:%S"
_DATES = frozenset({"sys_updated_on", "sys_created_on", "opened_at"})
_PATH = "/api/now/table/"


class Instance:
    """Answers as ServiceNow does, or, where told so, as one that is badly set up."""

    def __init__(self, clock: WallClock, *, largest_page: int = 10_000) -> None:
        self._clock = clock
        self._largest = largest_page
        self._numbers = count(1)
        self.tables: dict[str, list[Record]] = {"incident": [], "sys_audit": [], "task_sla": []}
        self.account_zone = ZoneInfo("UTC")
        """In which the times of a query are read."""
        self.hidden: set[str] = set()
        """Ids that the account may not see: left out once a page is cut."""
        self.ignores_order = False

    def open(self, category: str = "hardware", **columns: str) -> str:
        """A new incident; its number."""
        number = next(self._numbers)
        now = self._written()
        self.tables["incident"].append(
            {
                # In no order of time, as real ones.
                "sys_id": f"{number * 2654435761 % 2**32:08x}{number:024x}",
                "number": f"INC{number:07}",
                "opened_at": now,
                "sys_created_on": now,
                "sys_updated_on": now,
                "state": "1",
                "category": category,
                "company": "org-7",
                "short_description": "Camille ne peut plus appeler",
                **columns,
            }
        )
        return f"INC{number:07}"

    def edit(self, number: str, **columns: str) -> None:
        record = self.record(number)
        now = self._written()
        if "state" in columns:
            self.tables["sys_audit"].append(
                {
                    "sys_id": f"{len(self.tables['sys_audit']):032x}",
                    "documentkey": record["sys_id"],
                    "fieldname": "state",
                    "oldvalue": record["state"],
                    "newvalue": columns["state"],
                    "record_checkpoint": str(len(self.tables["sys_audit"])),
                    "sys_created_on": now,
                }
            )
        record.update(columns, sys_updated_on=now)

    def remove(self, number: str) -> None:
        self.tables["incident"].remove(self.record(number))

    def record(self, number: str) -> Record:
        return next(each for each in self.tables["incident"] if each["number"] == number)

    def now(self) -> datetime:
        return self._clock.now()

    def stop(self) -> None:
        pass

    def reply(self, target: str) -> Reply:
        parts = urlsplit(target)
        asked = dict(parse_qsl(parts.query))
        table = self.tables.get(parts.path.removeprefix(_PATH))
        if table is None:
            error = {"error": {"message": "Invalid table"}, "status": "failure"}
            return Reply(HTTPStatus.BAD_REQUEST, error, {})
        found = self._found(table, asked.get("sysparm_query", ""))
        offset = int(asked.get("sysparm_offset", 0))
        limit = min(int(asked.get("sysparm_limit", 10_000)), self._largest)
        page = found[offset : offset + limit]
        headers = {"X-Total-Count": str(len(found))}
        if offset + limit < len(found):
            following = urlencode({**asked, "sysparm_offset": str(offset + limit)})
            headers["Link"] = f'<{parts.path}?{following}>;rel="next"'
        seen = [_shown(each, asked) for each in page if each["sys_id"] not in self.hidden]
        return Reply(HTTPStatus.OK, {"result": seen}, headers)

    def _found(self, table: list[Record], query: str) -> list[Record]:
        alternatives: list[list[list[Callable[[Record], bool]]]] = [[]]
        order: list[str] = []
        for part in query.replace("^^", "\0").split("^"):
            text = part.replace("\0", "^")
            if text.startswith("ORDERBY"):
                order.append(text.removeprefix("ORDERBY"))
            elif text.startswith("NQ"):
                alternatives.append([[self._holds(text.removeprefix("NQ"))]])
            elif text.startswith("OR"):
                # It joins the condition before it, and no more.
                alternatives[-1][-1].append(self._holds(text.removeprefix("OR")))
            elif text:
                alternatives[-1].append([self._holds(text)])
        found = [record for record in table if _meets(record, alternatives)]
        if not self.ignores_order:
            for column in reversed(order):
                found.sort(key=lambda record: record.get(column, ""))
        return found

    def _holds(self, text: str) -> Callable[[Record], bool]:
        match = _CONDITION.match(text)
        if match is None:
            # As the platform does: a condition that it cannot read is left out.
            return lambda _: True
        column, operator, value = match.groups()
        if column in _DATES:
            local = datetime.strptime(value, _WRITTEN).replace(tzinfo=self.account_zone)
            value = local.astimezone(UTC).strftime(_WRITTEN)
        holds: dict[str, Callable[[str], bool]] = {
            "=": lambda has: has == value,
            "!=": lambda has: has != value,
            ">": lambda has: has > value,
            "<": lambda has: has < value,
            ">=": lambda has: has >= value,
            "<=": lambda has: has <= value,
            "IN": lambda has: has in value.split(","),
        }
        return lambda record: holds[operator](record.get(column, ""))

    def _written(self) -> str:
        return self.now().astimezone(UTC).strftime(_WRITTEN)


def _meets(record: Record, alternatives: Iterable[list[list[Callable[[Record], bool]]]]) -> bool:
    return any(
        all(any(holds(record) for holds in either) for either in each) for each in alternatives
    )


def _shown(record: Record, asked: dict[str, str]) -> dict[str, Any]:
    names = asked.get("sysparm_fields")
    wanted = list(record) if names is None else names.split(",")
    shown = {name: record[name] for name in wanted if name in record}
    if asked.get("sysparm_display_value") != "all":
        return dict(shown)
    return {name: {"value": value, "display_value": f"<{value}>"} for name, value in shown.items()}
