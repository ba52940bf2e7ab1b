"""Rows of one file as batches of observations, and those that are none as rejections."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import BinaryIO

from monitor.cases.observation import CaseKey
from monitor.collectors.base import Batch, PollWindow, Quarantined
from monitor.collectors.batches import BatchMaker, Read
from monitor.collectors.file_reader import columns_asked_for, open_table
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.reading import Facts, Reading
from monitor.collectors.rejections import Rejections
from monitor.collectors.statements import is_untimed
from monitor.collectors.table import Table, TableForm, TableRow, UnreadableFile
from monitor.collectors.times import UnreadableTime
from monitor.locale.marking import N_

_AT_ONCE = 500
"""Rows that make a batch."""


class FileRows:
    """Reads files of one source; knows what its mapping asks of them."""

    def __init__(
        self, *, source: str, provider: str, mapping: MappingSettings, form: TableForm
    ) -> None:
        self._form = form
        self._wanted = columns_asked_for(mapping)
        self.reading = Reading(mapping)
        self._batches = BatchMaker(
            source=source, provider=provider, kind=mapping.case_kind, reading=self.reading
        )

    def open(self, stream: BinaryIO) -> Table:
        """Open a file, with the columns that the mapping asks for.

        Raises:
            UnreadableFile: as `open_table`.
        """
        return open_table(stream, self._form, self._wanted)

    def stamp(self, stream: BinaryIO, column: str, until: datetime | None) -> datetime:
        """When an export was made, as a column of its first row says.

        Raises:
            UnreadableFile: as `open_table`, or it does not say.
        """
        rows = open_table(stream, self._form, self._wanted | {column}).rows
        first = next(rows, None)
        if first is None:
            raise UnreadableFile(
                N_("it has no row to tell by column '{column}' when it was made"), column=column
            )
        try:
            return self.reading.instant(first.cells.get(column, ""), until=until)
        except UnreadableTime as error:
            raise UnreadableFile(
                N_("column '{column}' does not tell when it was made: {reason}"),
                column=column,
                reason=error.reason,
            ) from None

    def facts(self, row: TableRow, until: datetime | None) -> Read:
        """What a row states."""
        if row.wrong is None:
            return self.reading.read(row.cells, until=until)
        extract = self.reading.extract(row.cells)
        ref = extract.ref if isinstance(extract, Quarantined) else extract.get("ref")
        # Its cells may stand under the wrong columns: no later reading may take them for facts.
        return Quarantined(ref=ref, reason=row.wrong, payload={"row": row.number})

    def read(
        self,
        stream: BinaryIO,
        window: PollWindow,
        *,
        as_of: datetime,
        timed_only: bool,
        rejections: Rejections,
        listed: set[str] | None = None,
    ) -> Iterator[Batch]:
        """Read a file through.

        Args:
            stream: the file, open for seeking.
            window: the poll.
            as_of: when the file was made.
            timed_only: leave out what has no time of its own: the file is older than one read
                before, and what it shows without a time may be long past.
            rejections: gains the rows that cannot be read.
            listed: gains the references of all rows that have one; None: nobody asks.

        Raises:
            UnreadableFile: as `open_table`, or further down; the batches before stand.
        """
        read: list[Read] = []
        for row in self.open(stream).rows:
            one = self.facts(row, window.until)
            if isinstance(one, Quarantined):
                rejections.add(row.number, one.ref, one.reason)
            if listed is not None and one.ref is not None:
                listed.add(one.ref)
            read.append(one)
            if len(read) >= _AT_ONCE:
                yield self.batch(read, window, as_of=as_of, timed_only=timed_only)
                read = []
        if read:
            yield self.batch(read, window, as_of=as_of, timed_only=timed_only)

    def batch(
        self, read: Sequence[Read], window: PollWindow, *, as_of: datetime, timed_only: bool
    ) -> Batch:
        """One batch of what was read, less what `timed_only` leaves out; see `read`."""
        kept = [
            one for one in read if not (timed_only and isinstance(one, Facts) and is_untimed(one))
        ]
        return self._batches.of(kept, window, as_of=as_of)

    def key(self, ref: str) -> CaseKey:
        """The case of a reference."""
        return self._batches.key(ref)
