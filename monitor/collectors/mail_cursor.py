"""Which messages of a folder were read, and how far the source is known from them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from monitor.collectors.base import Cursor

_REMEMBERED = 2000
"""Messages known by their identity, should the folder be numbered anew."""


@dataclass(slots=True, kw_only=True)
class MailCursor:
    """Changed by the walk; dumped after each message."""

    rules: str
    """The digest of the rules and mapping it was read by."""
    validity: int | None = None
    uid: int = 0
    """The last message looked at."""
    seen: dict[str, None] = field(default_factory=dict)
    """The identities of those looked at, the latest last."""
    latest: datetime | None = None
    """When the newest message that a rule is for was sent: the source is known as of then."""

    @classmethod
    def load(cls, stored: Cursor | None, rules: str) -> Self:
        """Read what `dump` wrote; by other rules all is read again, and nothing old is news."""
        if stored is None:
            return cls(rules=rules)
        latest = stored["latest"] and datetime.fromisoformat(stored["latest"])
        if stored["rules"] != rules:
            return cls(rules=rules, latest=latest)
        return cls(
            rules=rules,
            validity=stored["validity"],
            uid=stored["uid"],
            seen=dict.fromkeys(stored["seen"]),
            latest=latest,
        )

    def dump(self) -> dict[str, Any]:
        return {
            "rules": self.rules,
            "validity": self.validity,
            "uid": self.uid,
            "seen": list(self.seen),
            "latest": self.latest and self.latest.isoformat(),
        }

    def renumber(self, validity: int) -> bool:
        """Start over where the numbers are others now; whether they are."""
        if self.validity == validity:
            return False
        was_numbered = self.validity is not None
        self.validity, self.uid = validity, 0
        return was_numbered

    def remember(self, uid: int, identity: str | None) -> None:
        self.uid = uid
        if identity is None:
            return
        self.seen.pop(identity, None)
        self.seen[identity] = None
        while len(self.seen) > _REMEMBERED:
            del self.seen[next(iter(self.seen))]

    def advance(self, at: datetime) -> None:
        if self.latest is None or at > self.latest:
            self.latest = at
