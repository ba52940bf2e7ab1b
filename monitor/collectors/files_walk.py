"""One poll of a folder: files that have come to rest are read once, oldest export first."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from tempfile import TemporaryFile
from time import monotonic
from typing import BinaryIO, Literal

from monitor.collectors.base import Batch, PollWindow, Quarantined, SourceFault
from monitor.collectors.file_rows import FileRows
from monitor.collectors.files_cursor import FilesCursor
from monitor.collectors.folder import Entry, Folder, is_temporary
from monitor.collectors.rejections import Rejections, file_reason
from monitor.collectors.snapshots import Conclusion, conclude
from monitor.collectors.stamps import Stamp
from monitor.collectors.table import CutShort, UnreadableFile
from monitor.locale.marking import N_, Said

_PATIENCE = timedelta(minutes=10)
"""How long a file that is cut short, and not written to any more, may still be completed."""
_SAVED_EVERY = 25
"""Files read between two savings of the cursor, which names every file there is."""
_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesTerms:
    """How a folder's files are to be taken."""

    pattern: str
    export: Literal["snapshot", "changes"]
    """Whether each file lists all open cases, or what changed since the one before."""
    archives: bool
    """Whether files are moved away once they are dealt with."""
    reports: bool
    """Whether rejected rows are reported back beside the file."""


def is_wanted(entry: Entry, pattern: str) -> bool:
    """Whether a file is an export: by its name, and not one that a program is still at work on."""
    return not is_temporary(entry.name) and fnmatchcase(entry.name, pattern)


class FilesWalk:
    """Runs once."""

    def __init__(
        self,
        *,
        folder: Folder,
        rows: FileRows,
        stamp: Stamp,
        terms: FilesTerms,
        cursor: FilesCursor,
        window: PollWindow,
    ) -> None:
        self._folder = folder
        self._rows = rows
        self._stamp = stamp
        self._terms = terms
        self._cursor = cursor
        self._window = window
        self._deadline = monotonic() + window.budget.total_seconds()
        self._warnings: list[str] = []
        self._unsaved = 0

    def run(self) -> Iterator[Batch]:
        """Batch by batch, each file's rows and then what follows from the whole of it.

        A file is marked as read in the transaction of its last batch, and moved away only after.
        """
        before = self._cursor.dump()
        ready = self._settled()
        left = len(ready)
        for at, entry in ready:
            if monotonic() > self._deadline:
                break
            yield from self._take(entry, at)
            left -= 1
        if not left and self._cursor.archive_due:
            self._cursor.archive_due = False
        changed = self._unsaved or self._cursor.dump() != before
        latest = self._cursor.latest
        yield Batch(
            cursor=self._cursor.dump() if changed else None,
            # What is left over is the next poll's; until then nothing is known of it.
            complete=not left,
            as_of=None if latest is None else latest.at,
            vouches=latest is not None,
            warnings=self._warnings,
        )

    def _settled(self) -> list[tuple[datetime, Entry]]:
        """Files that look as they did at an earlier poll, oldest export first."""
        entries = self._folder.entries()
        if self._cursor.archive_due:
            entries += self._folder.entries(archived=True)
        entries = [entry for entry in entries if is_wanted(entry, self._terms.pattern)]
        self._cursor.forget_all_but({entry.key for entry in entries})
        found = []
        for entry in entries:
            if self._cursor.is_done(entry):
                if not self._cursor.is_refused(entry):
                    # Moving it was cut short.
                    self._put_away(entry)
            elif entry.archived or self._cursor.settles(entry, self._window.until) is not None:
                found.append((self._instant(entry), entry))
        return sorted(found, key=lambda pair: (pair[0], pair[1].name))

    def _instant(self, entry: Entry) -> datetime:
        try:
            # A clock ahead of ours does not make an export of what is yet to come.
            return min(self._stamp.of(entry), self._window.until)
        except UnreadableFile:
            return self._window.until

    def _take(self, entry: Entry, at: datetime) -> Iterator[Batch]:
        with TemporaryFile() as copy:
            try:
                after = self._folder.copy(entry, copy)
            except SourceFault as fault:
                if fault.kind != "too_large":
                    raise
                yield from self._refuse(entry, Said(N_("it is too large to be read")))
                return
            if after is None or (after.size, after.modified) != (entry.size, entry.modified):
                # Written to after all: at the next poll it is another file.
                return
            content = _hash(copy)
            if content in self._cursor.contents and self._adds_nothing(entry, content, at):
                yield from self._finish(entry, Batch())
                return
            yield from self._read(entry, copy, content, at)

    def _adds_nothing(self, entry: Entry, content: str, at: datetime) -> bool:
        """Whether a content read before is passed over; it may still say that nothing changed.

        A copy has a time of its own, which is not that of an export. But one that is written
        again in the same place, or says in its name that it is a later one, is later.
        """
        latest = self._cursor.latest
        later = latest is not None and at > latest.at
        if self._stamp.column is not None:
            # The same content says the same time.
            later = False
        if latest is not None and later and content == latest.content:
            if self._stamp.by_name or entry.name == latest.name:
                self._cursor.advance(entry.name, content, at)
                return True
        elif later and self._stamp.by_name:
            # All is as it was once before, as where a case is reopened.
            return False
        if not entry.archived:
            self._warnings.append(
                f"{entry.name} has the content of {self._cursor.contents[content]}, read before:"
                " passed over"
            )
        return True

    def _read(self, entry: Entry, copy: BinaryIO, content: str, at: datetime) -> Iterator[Batch]:
        rejections = Rejections()
        listed: set[str] | None = set() if self._terms.export == "snapshot" else None
        try:
            at = self._stated(entry, copy, at)
            is_newest = self._cursor.latest is None or at >= self._cursor.latest.at
            yield from self._rows.read(
                copy,
                self._window,
                as_of=at,
                timed_only=not is_newest,
                rejections=rejections,
                listed=listed,
            )
        except CutShort as cut:
            if not self._is_given_up(entry):
                return
            yield from self._refuse(entry, cut.reason, rejections)
            return
        except UnreadableFile as wrong:
            yield from self._refuse(entry, wrong.reason, rejections)
            return
        conclusion = Conclusion()
        if listed is not None and is_newest:
            conclusion = conclude(entry.name, self._window.known, listed, rejections)
        if conclusion.warning is not None:
            self._warnings.append(conclusion.warning)
        if conclusion.vouches:
            self._cursor.advance(entry.name, content, at)
        self._cursor.remember(content, entry.name)
        self._report(entry, rejections)
        yield from self._finish(
            entry, Batch(missing=conclusion.missing, as_of=at, answered=(entry.name,))
        )

    def _stated(self, entry: Entry, copy: BinaryIO, at: datetime) -> datetime:
        """When the export was made, by its own account where it gives one."""
        self._stamp.of(entry)
        if self._stamp.column is None:
            return at
        until = self._window.until
        return min(self._rows.stamp(copy, self._stamp.column, until), until)

    def _is_given_up(self, entry: Entry) -> bool:
        if entry.archived:
            return True
        since = self._cursor.settles(entry, self._window.until)
        return since is not None and self._window.until - since >= _PATIENCE

    def _refuse(
        self, entry: Entry, reason: Said, rejections: Rejections | None = None
    ) -> Iterator[Batch]:
        """Set a whole file aside: it stays where it is, and is tried again once it changes."""
        rejections = rejections or Rejections()
        rejections.add(None, None, reason)
        self._report(entry, rejections)
        quarantined = Quarantined(
            ref=entry.name, reason=file_reason(entry.name, reason), payload={"file": entry.name}
        )
        yield from self._finish(entry, Batch(quarantined=(quarantined,)), refused=True)

    def _finish(self, entry: Entry, batch: Batch, *, refused: bool = False) -> Iterator[Batch]:
        self._cursor.finish(entry, refused=refused)
        self._unsaved += 1
        saves = self._terms.archives or self._unsaved >= _SAVED_EVERY
        if saves:
            self._unsaved = 0
        yield replace(batch, cursor=self._cursor.dump() if saves else None)
        if not refused:
            self._put_away(entry)

    def _put_away(self, entry: Entry) -> None:
        if not self._terms.archives or entry.archived:
            return
        try:
            self._folder.archive(entry)
        except OSError as error:
            self._warnings.append(
                f"{entry.name} cannot be moved to the archive: {error.strerror or error}"
            )

    def _report(self, entry: Entry, rejections: Rejections) -> None:
        if not self._terms.reports or entry.archived:
            return
        try:
            self._folder.report(entry.name, rejections.report())
        except OSError as error:
            if rejections.count:
                self._warnings.append(
                    f"nothing can be reported back beside {entry.name}: {error.strerror or error}"
                )


def _hash(copy: BinaryIO) -> str:
    copy.seek(0)
    digest = hashlib.sha256()
    while chunk := copy.read(_CHUNK):
        digest.update(chunk)
    # Eighty bits: no two exports of one folder are mistaken for one another.
    return digest.hexdigest()[:20]
