"""A Jira site that lives in memory: issues, the JQL that is asked of it, both ways of paging."""

import re
from datetime import datetime
from http import HTTPStatus
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from monitor.clock.wall import WallClock
from monitor.simulator.server import Reply

_COMPARED = re.compile(r'^(created|updated) (>=|<) "(\d{4}-\d\d-\d\d \d\d:\d\d)"$')
_STATUSES = ("Open", "In Progress", "Waiting for customer", "Resolved", "Closed", "Frozen")
_ISSUE = re.compile(r"^/rest/api/[23]/issue/([^/]+)(/changelog)?$")
_SLA = re.compile(r"^/rest/servicedeskapi/request/([^/]+)/sla$")
_SEARCHES = {"/rest/api/3/search/jql": "cloud", "/rest/api/2/search": "data-center"}


class Site:
    """Answers as Jira does. Its tokens count rows: what moves, slides across them."""

    def __init__(
        self, clock: WallClock, *, largest_page: int = 100, most_changes: int = 1000
    ) -> None:
        self._clock = clock
        self._largest = largest_page
        self._most_changes = most_changes
        """That come with an issue."""
        self._ids = count(10_001)
        self._changes = count(1)
        self.issues: list[dict[str, Any]] = []
        self.levels: dict[str, list[dict[str, Any]]] = {}
        self.account_zone = ZoneInfo("UTC")
        self.ignores_order = False

    def open(self, kind: str = "Incident", **fields: Any) -> str:
        """A new issue; its key."""
        number = next(self._ids)
        key = f"SUP-{number - 10_000}"
        self.issues.append(
            {
                "id": str(number),
                "key": key,
                "fields": {
                    "summary": "Camille ne peut plus appeler",
                    "created": self.now(),
                    "updated": self.now(),
                    "status": _status("Open"),
                    "issuetype": {"name": kind},
                    "priority": {"name": "High"},
                    **fields,
                },
                "changelog": [],
            }
        )
        return key

    def move(self, key: str, status: str) -> None:
        fields = self.issue(key)["fields"]
        before, after = fields["status"], _status(status)
        self.issue(key)["changelog"].append(
            {
                "id": str(next(self._changes)),
                "created": self._written(self.now()),
                "items": [
                    {"field": "assignee", "toString": "Camille"},
                    {
                        "field": "status",
                        "fieldId": "status",
                        "from": before["id"],
                        "fromString": before["name"],
                        "to": after["id"],
                        "toString": after["name"],
                    },
                ],
            }
        )
        fields |= {"status": after, "updated": self.now()}

    def touch(self, key: str) -> None:
        self.issue(key)["fields"]["updated"] = self.now()

    def remove(self, key: str) -> None:
        self.issues.remove(self.issue(key))

    def issue(self, key: str) -> dict[str, Any]:
        return next(each for each in self.issues if key in (each["key"], each["id"]))

    def now(self) -> datetime:
        return self._clock.now()

    def stop(self) -> None:
        pass

    def reply(self, target: str) -> Reply:
        parts = urlsplit(target)
        asked = dict(parse_qsl(parts.query))
        if parts.path in _SEARCHES:
            return self._search(asked, _SEARCHES[parts.path])
        if (found := _SLA.match(parts.path)) is not None:
            return _ok({"values": self.levels.get(found[1], [])})
        if parts.path.endswith("/myself"):
            return _ok({"timeZone": self.account_zone.key})
        found = _ISSUE.match(parts.path)
        known = {name for issue in self.issues for name in (issue["key"], issue["id"])}
        if found is None or found[1] not in known:
            return Reply(HTTPStatus.NOT_FOUND, {"errorMessages": ["no"]}, {})
        issue = self.issue(found[1])
        if found[2] is None:
            return _ok(self._shown(issue))
        start = int(asked.get("startAt", 0))
        return _ok({"values": issue["changelog"][start : start + 2]})

    def _search(self, asked: dict[str, str], product: str) -> Reply:
        try:
            found = self._found(asked["jql"])
        except ValueError:
            return Reply(HTTPStatus.BAD_REQUEST, {"errorMessages": ["bad JQL"]}, {})
        size = min(int(asked["maxResults"]), self._largest)
        if product == "data-center":
            start = int(asked.get("startAt", 0))
            page = [self._shown(issue) for issue in found[start : start + size]]
            return _ok({"startAt": start, "total": len(found), "issues": page})
        start = int(asked.get("nextPageToken", "t0").removeprefix("t"))
        page = [self._shown(issue) for issue in found[start : start + size]]
        if start + size >= len(found):
            return _ok({"issues": page, "isLast": True})
        return _ok({"issues": page, "isLast": False, "nextPageToken": f"t{start + size}"})

    def _found(self, jql: str) -> list[dict[str, Any]]:
        conditions, _, order = jql.partition(" ORDER BY ")
        found = list(self.issues)
        for condition in conditions.split(" AND "):
            if condition.strip("()") == "project = SUP":
                continue
            compared = _COMPARED.match(condition)
            if compared is None:
                raise ValueError(condition)
            name, operator, text = compared.groups()
            at = datetime.fromisoformat(text).replace(tzinfo=self.account_zone)
            found = [
                issue for issue in found if (issue["fields"][name] >= at) == (operator == ">=")
            ]
        if order and not self.ignores_order:
            name = order.split(" ")[0]
            found.sort(key=lambda issue: (issue["fields"][name], int(issue["id"])))
        return found

    def _shown(self, issue: dict[str, Any]) -> dict[str, Any]:
        fields = {
            name: self._written(value) if isinstance(value, datetime) else value
            for name, value in issue["fields"].items()
        }
        # The newest first.
        newest = issue["changelog"][::-1][: self._most_changes]
        changelog = {"total": len(issue["changelog"]), "histories": newest}
        return {"id": issue["id"], "key": issue["key"], "fields": fields, "changelog": changelog}

    def _written(self, at: datetime) -> str:
        local = at.astimezone(self.account_zone)
        return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03}{local:%z}"


def _status(name: str) -> dict[str, str]:
    return {"id": str(_STATUSES.index(name) + 1), "name": name}


def _ok(content: dict[str, Any]) -> Reply:
    return Reply(HTTPStatus.OK, content, {})
