"""Exports that a provider leaves as files, CSV or XLSX, in a folder or on an SFTP server."""

import hashlib
from collections.abc import Iterator, Sequence
from tempfile import TemporaryFile

from monitor.clock.zones import zone
from monitor.collectors.base import Batch, PollWindow, SourceFault
from monitor.collectors.file_rows import FileRows
from monitor.collectors.files_cursor import FilesCursor
from monitor.collectors.files_walk import FilesTerms, FilesWalk, is_wanted
from monitor.collectors.folder import Entry, Folder
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.samples import told
from monitor.collectors.stamps import Stamp, StampColumn
from monitor.collectors.table import TableForm, UnreadableFile
from monitor.locale.marking import N_, Said


class FilesCollector:
    """One folder of one provider's exports. Used by one thread at a time."""

    def __init__(
        self,
        *,
        name: str,
        provider: str,
        folder: Folder,
        mapping: MappingSettings,
        form: TableForm,
        as_of: str | StampColumn,
        terms: FilesTerms,
    ) -> None:
        """Prepare to read; nothing is looked at yet. The folder is closed with the collector."""
        self.name = name
        self._folder = folder
        self._terms = terms
        self._stamp = Stamp(as_of, zone(mapping.timezone))
        self._rows = FileRows(source=name, provider=provider, mapping=mapping, form=form)
        read_by = (mapping.digest, form.model_dump_json(), terms.export, str(as_of))
        self._digest = hashlib.sha256("\x1f".join(read_by).encode()).hexdigest()[:16]

    def check(self) -> str:
        """Look at the folder and read the first row of the newest file."""
        entries = [
            entry for entry in self._folder.entries() if is_wanted(entry, self._terms.pattern)
        ]
        if not entries:
            return Said(
                N_("{where} answers; no file there matches {pattern}"),
                where=self._folder.where,
                pattern=self._terms.pattern,
            )
        newest = max(entries, key=lambda entry: (entry.modified, entry.name))
        return Said(
            N_("{where}: {count} file(s) match {pattern}; the newest is {file}, {row}"),
            where=self._folder.where,
            count=str(len(entries)),
            pattern=self._terms.pattern,
            file=newest.name,
            row=self._first_row(newest),
        )

    def fetch(self, window: PollWindow) -> Iterator[Batch]:
        """Read the files that have come to rest since the cursor."""
        if window.period is not None:
            raise SourceFault(
                f"{self._folder.where}: files cannot be asked for a time past; put those of that"
                " time into the folder, and they are read as they come",
                kind="unsupported",
            )
        walk = FilesWalk(
            folder=self._folder,
            rows=self._rows,
            stamp=self._stamp,
            terms=self._terms,
            cursor=FilesCursor.load(window.cursor, self._digest),
            window=window,
        )
        try:
            yield from walk.run()
        finally:
            # Servers end connections that nobody uses; by the next poll this one may be dead.
            self._folder.close()

    def refresh(self, refs: Sequence[str], window: PollWindow) -> Iterator[Batch]:  # noqa: ARG002 - a collector's
        """Nothing: a file cannot be asked for one case; the next export will tell."""
        yield from ()

    def close(self) -> None:
        self._folder.close()

    def _first_row(self, entry: Entry) -> Said:
        with TemporaryFile() as copy:
            self._folder.copy(entry, copy)
            try:
                column = self._stamp.column
                at = self._rows.stamp(copy, column, None) if column else self._stamp.of(entry)
                table = self._rows.open(copy)
                row = next(table.rows, None)
            except UnreadableFile as wrong:
                raise SourceFault(
                    Said(
                        "{where}: {file}: {reason}",
                        where=self._folder.where,
                        file=entry.name,
                        reason=wrong.reason,
                    ),
                    kind="unreadable",
                ) from None
        written = ", ".join(table.written_in.values())
        made = f"{at:%Y-%m-%d %H:%M}"
        if row is None:
            template = N_("made {made} UTC ({written}), without a row")
            return Said(template, made=made, written=written)
        return Said(
            N_("made {made} UTC ({written}); {record}"),
            made=made,
            written=written,
            record=told(self._rows.facts(row, None), self._rows.reading),
        )
