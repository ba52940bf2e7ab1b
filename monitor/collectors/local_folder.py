"""A folder of this machine, or one mounted on it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from monitor.collectors.base import SourceFault
from monitor.collectors.folder import LARGEST, REPORT, Entry, free_name
from monitor.locale.marking import N_, Said


class LocalFolder:
    def __init__(self, folder: Path, archive: Path | None) -> None:
        """The archive folder is made when the first file is moved there."""
        self._folder = folder
        self._archive = archive

    @property
    def where(self) -> str:
        return str(self._folder)

    def entries(self, *, archived: bool = False) -> list[Entry]:
        folder = self._archive if archived else self._folder
        if folder is None or (archived and not folder.exists()):
            return []
        with _faults(folder):
            with os.scandir(folder) as found:
                names = sorted(one.name for one in found if one.is_file(follow_symlinks=False))
            entries = (self._entry(name, archived=archived) for name in names)
            return [entry for entry in entries if entry is not None]

    def copy(self, entry: Entry, to: BinaryIO) -> Entry | None:
        path = self._path(entry.name, archived=entry.archived)
        if entry.size > LARGEST:
            raise SourceFault(
                Said(
                    N_("{path}: is larger than {most} MiB; split the export"),
                    path=str(path),
                    most=str(LARGEST // 1024**2),
                ),
                kind="too_large",
            )
        with _faults(path):
            try:
                with path.open("rb") as source:
                    shutil.copyfileobj(source, to)
            except FileNotFoundError:
                return None
            return self._entry(entry.name, archived=entry.archived)

    def archive(self, entry: Entry) -> None:
        if self._archive is None or entry.archived:
            return
        self._archive.mkdir(parents=True, exist_ok=True)
        name = free_name(entry.name, set(os.listdir(self._archive)))  # noqa: PTH208 - names are all that is wanted
        shutil.move(self._folder / entry.name, self._archive / name)

    def report(self, name: str, content: bytes | None) -> None:
        path = self._folder / f"{name}{REPORT}"
        if content is None:
            path.unlink(missing_ok=True)
            return
        # Whole or not at all, whoever looks meanwhile.
        partial = path.with_name(f".{path.name}.part")
        partial.write_bytes(content)
        partial.replace(path)

    def close(self) -> None:
        pass

    def _path(self, name: str, *, archived: bool) -> Path:
        folder = self._archive if archived and self._archive is not None else self._folder
        return folder / name

    def _entry(self, name: str, *, archived: bool) -> Entry | None:
        try:
            status = self._path(name, archived=archived).stat()
        except FileNotFoundError:
            return None
        modified = datetime.fromtimestamp(status.st_mtime_ns // 1000 / 1e6, UTC)
        return Entry(name=name, size=status.st_size, modified=modified, archived=archived)


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise SourceFault(
            Said(N_("{path}: is not there; create it, or mount it"), path=str(path)),
            kind="unreachable",
        ) from None
    except PermissionError:
        said = Said(N_("{path}: may not be read by this user"), path=str(path))
        raise SourceFault(said, kind="auth") from None
    except OSError as error:
        said = Said("{path}: {reason}", path=str(path), reason=Said(error.strerror or str(error)))
        raise SourceFault(said, kind="unreachable") from None
