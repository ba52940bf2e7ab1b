"""A folder of files as a poll sees it, wherever it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

REPORT = ".rejected.csv"
"""How the name of what is reported back beside a file ends; never read as a file of rows."""
LARGEST = 512 * 1024**2
"""Bytes of a file that is read at all."""
_TEMPORARY = (".tmp", ".part", ".partial", ".filepart", ".crdownload", ".swp", "~", REPORT)
_HIDDEN = (".", "~$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file as it lies there."""

    name: str
    size: int
    modified: datetime
    """In UTC."""
    archived: bool = False
    """In the archive folder, not in the folder itself."""

    @property
    def key(self) -> str:
        """Tells a file from one of its name in the archive."""
        return f"archived/{self.name}" if self.archived else self.name


class Folder(Protocol):
    """Where files arrive. Every method may raise `SourceFault`: it cannot be reached or read."""

    @property
    def where(self) -> str:
        """As people know it."""

    def entries(self, *, archived: bool = False) -> list[Entry]:
        """The files that lie there, in order of name; those of the archive where asked for."""

    def copy(self, entry: Entry, to: BinaryIO) -> Entry | None:
        """Copy a file whole, and tell what it is afterwards; None: it is not there any more.

        Raises:
            SourceFault: also where it is larger than `LARGEST`, of kind `too_large`.
        """

    def archive(self, entry: Entry) -> None:
        """Move a file into the archive folder, under another name where its own is taken.

        Raises:
            OSError: it cannot be moved.
        """

    def report(self, name: str, content: bytes | None) -> None:
        """Put a report beside the file `name`, in place of the one before; None: have none.

        Raises:
            OSError: nothing may be written there.
        """

    def close(self) -> None:
        """Let go of connections."""


def is_temporary(name: str) -> bool:
    """Whether a name says that a program is still at work on the file, or is no file of rows."""
    lower = name.lower()
    return lower.startswith(_HIDDEN) or lower.endswith(_TEMPORARY)


def free_name(name: str, taken: set[str]) -> str:
    """The name, with a number before its ending where it is taken."""
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{stem}-{number}{dot}{ending}"
    return found
