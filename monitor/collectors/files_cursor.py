"""Which files of a folder were read, which wait, and how far the source is known from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from monitor.collectors.base import Cursor
from monitor.collectors.folder import Entry

_REMEMBERED = 1000
"""Contents known by their hash: the same file renamed adds nothing. An older one, read again,
states again what it stated, under the same ids."""
_REFUSED = "refused "


@dataclass(frozen=True, slots=True, kw_only=True)
class Latest:
    """The newest file read: the source is known as of `at`, and no further."""

    name: str
    content: str
    at: datetime


@dataclass(slots=True, kw_only=True)
class FilesCursor:
    """Changed by the walk; dumped after each file."""

    mapping: str
    """The digest of the mapping, form and export it was read by."""
    latest: Latest | None = None
    archive_due: bool = True
    """What lies in the archive is to be read: by this mapping it never was."""
    waiting: dict[str, list[str]] = field(default_factory=dict)
    """By key, files that may still be written to: how they look, and since when."""
    done: dict[str, str] = field(default_factory=dict)
    """By key, files that were dealt with: how they looked then."""
    contents: dict[str, str] = field(default_factory=dict)
    """The hashes of what was read, with the name it had, the latest last."""

    @classmethod
    def load(cls, stored: Cursor | None, mapping: str) -> Self:
        """Read what `dump` wrote.

        By another mapping all is read again, but what the source is known up to stays: an older
        file does not become news.
        """
        if stored is None:
            return cls(mapping=mapping)
        latest = _latest(stored.get("latest"))
        if stored.get("mapping") != mapping:
            return cls(mapping=mapping, latest=latest)
        return cls(
            mapping=mapping,
            latest=latest,
            archive_due=stored["archive_due"],
            waiting=dict(stored["waiting"]),
            done=dict(stored["done"]),
            contents=dict(stored["contents"]),
        )

    def dump(self) -> dict[str, Any]:
        latest = self.latest
        return {
            "mapping": self.mapping,
            "latest": latest
            and {"name": latest.name, "content": latest.content, "at": latest.at.isoformat()},
            "archive_due": self.archive_due,
            "waiting": dict(self.waiting),
            "done": dict(self.done),
            "contents": dict(self.contents),
        }

    def settles(self, entry: Entry, now: datetime) -> datetime | None:
        """Since when a file has been as it is, by an earlier look; None: this is the first."""
        look, since = self.waiting.get(entry.key, ("", ""))
        # A clock stepped back tells nothing of how long it has been.
        if look == _look(entry) and (began := datetime.fromisoformat(since)) < now:
            return began
        if look != _look(entry):
            self.waiting[entry.key] = [_look(entry), now.isoformat()]
        return None

    def is_done(self, entry: Entry) -> bool:
        return self.done.get(entry.key) in (_look(entry), _REFUSED + _look(entry))

    def is_refused(self, entry: Entry) -> bool:
        """Whether it was dealt with badly: it stays where it is."""
        return self.done.get(entry.key, "").startswith(_REFUSED)

    def finish(self, entry: Entry, *, refused: bool = False) -> None:
        """Dealt with, well or badly: not opened again until it changes."""
        self.waiting.pop(entry.key, None)
        self.done[entry.key] = (_REFUSED if refused else "") + _look(entry)

    def remember(self, content: str, name: str) -> None:
        self.contents.pop(content, None)
        self.contents[content] = name
        while len(self.contents) > _REMEMBERED:
            del self.contents[next(iter(self.contents))]

    def advance(self, name: str, content: str, at: datetime) -> None:
        """The source is known as of this file, if it is the newest."""
        if self.latest is None or at >= self.latest.at:
            self.latest = Latest(name=name, content=content, at=at)

    def forget_all_but(self, keys: set[str]) -> None:
        """Files that are gone are neither waited for nor done."""
        for kept in (self.waiting, self.done):
            for key in [key for key in kept if key not in keys]:
                del kept[key]


def _latest(stored: Mapping[str, Any] | None) -> Latest | None:
    if stored is None:
        return None
    return Latest(
        name=stored["name"], content=stored["content"], at=datetime.fromisoformat(stored["at"])
    )


def _look(entry: Entry) -> str:
    return f"{entry.size} {entry.modified.isoformat()}"
