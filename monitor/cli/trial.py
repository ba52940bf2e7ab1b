"""A file read as a source would read it, and everything worth knowing of it."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Self

import click
from pydantic import ValidationError

from monitor.cli.command import config_path
from monitor.cli.configured import configured_source
from monitor.cli.words import gettext
from monitor.clock.zones import zone
from monitor.collectors.base import Quarantined
from monitor.collectors.batches import Read
from monitor.collectors.expressions import plain_field
from monitor.collectors.file_reader import open_table
from monitor.collectors.file_rows import FileRows
from monitor.collectors.mapping import MappingSettings
from monitor.collectors.reading import Facts, OutsideContract, Reading
from monitor.collectors.saved import saved_records
from monitor.collectors.table import Table, TableForm, UnreadableFile
from monitor.errors import InputError
from monitor.locale import N_
from monitor.locale.marking import told
from monitor.located_yaml import DocumentError, LocatedDocument
from monitor.settings import FolderSettings, Section, load_settings

_MOST_COUNTED = 20


class TrialTerms(Section):
    """How a file is to be read: what a source of files says of it."""

    mapping: MappingSettings
    format: TableForm = TableForm()


@dataclass(frozen=True, slots=True)
class Rejected:
    row: int
    ref: str | None
    reason: str


@dataclass(slots=True)
class Trial:
    """What came of it."""

    file: str
    written_in: Mapping[str, str]
    columns: Sequence[str]
    terms: TrialTerms | None
    leads_to: Mapping[str, Sequence[str]]
    """The facts that a column leads to; none: it is not kept."""
    rows: int = 0
    read: list[tuple[int, Facts, str | None]] = field(default_factory=list)
    """The first ones: row, facts, and what the status means."""
    rejected: list[Rejected] = field(default_factory=list)
    rejections: int = 0
    outside: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    """Statuses mapped nowhere."""
    broken: str | None = None
    """Why the reading ended before the end of the file."""

    @classmethod
    def of(cls, file: Path, terms: TrialTerms | None, *, most: int) -> Self:
        """Read the file through; keep the first `most` rows, and rejected ones, to be shown.

        Raises:
            InputError: it cannot be opened, or none of it read.
        """
        try:
            if is_answer(file):
                return cls._of_answer(str(file), file.read_bytes(), terms, most)
            with file.open("rb") as stream:
                return cls._of(str(file), stream, terms, most)
        except OSError as error:
            raise InputError(
                N_("{file}: cannot be read: {reason}"), file=str(file), reason=error.strerror or ""
            ) from None
        except UnreadableFile as wrong:
            raise InputError(
                N_("{file}: {problem}"), file=str(file), problem=str(told(wrong.reason, gettext))
            ) from None

    @classmethod
    def _of(cls, file: str, stream: Any, terms: TrialTerms | None, most: int) -> Self:
        if terms is None:
            table = open_table(stream, TableForm(), ())
            trial = cls(file, table.written_in, table.columns, None, {})
            trial._count(table)
            return trial
        rows = FileRows(source="trial", provider="trial", mapping=terms.mapping, form=terms.format)
        table = rows.open(stream)
        trial = cls(file, table.written_in, table.columns, terms, _leads(table, terms.mapping))
        trial._read(rows, table, most)
        return trial

    @classmethod
    def _of_answer(cls, file: str, written: bytes, terms: TrialTerms | None, most: int) -> Self:
        if terms is None:
            raise InputError(
                N_("{file}: an answer in JSON is read by a mapping; give --source or --mapping"),
                file=file,
            )
        try:
            records = saved_records(json.loads(written))
        except (ValueError, RecursionError) as error:
            raise InputError(
                N_("{file}: is not JSON: {error}"), file=file, error=str(error)
            ) from None
        trial = cls(file, {"format": "json"}, (), terms, {})
        reading = Reading(terms.mapping)
        for number, record in enumerate(records, 1):
            trial._take(number, reading.read(record, until=None), reading, most)
        return trial

    def _count(self, table: Table) -> None:
        try:
            self.rows = sum(1 for _ in table.rows)
        except UnreadableFile as wrong:
            self.broken = str(told(wrong.reason, gettext))

    def _read(self, rows: FileRows, table: Table, most: int) -> None:
        try:
            for row in table.rows:
                self._take(row.number, rows.facts(row, None), rows.reading, most)
        except UnreadableFile as wrong:
            self.broken = str(told(wrong.reason, gettext))

    def _take(self, number: int, one: Read, reading: Reading, most: int) -> None:
        self.rows += 1
        match one:
            case Quarantined():
                self.rejections += 1
                if len(self.rejected) < most:
                    reason = str(told(one.reason, gettext))
                    self.rejected.append(Rejected(number, one.ref, reason))
            case OutsideContract():
                self.outside += 1
            case Facts():
                status = reading.status_of(one.current.raw_status)
                if status is None:
                    self.unknown[one.current.raw_status] += 1
                if len(self.read) < most:
                    self.read.append((number, one, status))

    def as_json(self) -> dict[str, Any]:
        return {
            "file": self.file,
            **self.written_in,
            "columns": [
                {"name": name, "leads_to": list(self.leads_to.get(name, ()))}
                for name in self.columns
            ],
            "rows": self.rows,
            "read": [self._row(*each) for each in self.read],
            "rejections": self.rejections,
            "rejected": [
                {"row": each.row, "ref": each.ref, "reason": each.reason} for each in self.rejected
            ],
            "outside_contract": self.outside,
            "unknown_statuses": dict(self.unknown.most_common(_MOST_COUNTED)),
            "broken": self.broken,
        }

    def at(self, instant: datetime) -> str:
        """An instant in the mapping's zone."""
        assert self.terms is not None  # noqa: S101 - there are no rows without
        return instant.astimezone(zone(self.terms.mapping.timezone)).isoformat()

    def _row(self, number: int, facts: Facts, status: str | None) -> dict[str, Any]:
        changed = facts.current.changed_at
        return {
            "row": number,
            "ref": facts.ref,
            "received_at": self.at(facts.received_at),
            "category": facts.category,
            "raw_status": facts.current.raw_status,
            "status": status,
            "changed_at": None if changed is None else self.at(changed),
            "organization": facts.organization,
            "place": facts.place,
        }


def is_answer(file: Path) -> bool:
    """Whether it is taken for an API's answer rather than for a table."""
    return file.suffix.lower() == ".json"


def terms_of(
    ctx: click.Context, file: Path, source: str | None, mapping: str | None
) -> TrialTerms | None:
    """How the file is to be read; None: nobody says.

    Raises:
        InputError: the configuration or the mapping is wrong, or there is no such source.
    """
    if mapping is not None:
        return _written(Path(mapping))
    if source is not None:
        chosen = configured_source(ctx, source)
        form = chosen.format if isinstance(chosen, FolderSettings) else TableForm()
        return TrialTerms(mapping=chosen.mapping, format=form)
    if is_answer(file):
        return None
    fitting = [
        one
        for one in load_settings(config_path(ctx)).sources
        if isinstance(one, FolderSettings) and fnmatchcase(file.name, one.pattern)
    ]
    if len(fitting) > 1:
        raise InputError(
            N_("{file}: {names} would each read it: choose one with --source"),
            file=str(file),
            names=", ".join(one.name for one in fitting),
        )
    return TrialTerms(mapping=fitting[0].mapping, format=fitting[0].format) if fitting else None


def _written(path: Path) -> TrialTerms:
    try:
        document = LocatedDocument.parse(path.read_text("utf-8"), str(path))
    except OSError as error:
        raise InputError(
            N_("{file}: cannot be read: {reason}"), file=str(path), reason=error.strerror or ""
        ) from None
    except UnicodeDecodeError:
        raise InputError(
            N_("{path}: is not UTF-8 text; save it as UTF-8"), path=str(path)
        ) from None
    try:
        return TrialTerms.model_validate(document.content, context={"folder": path.parent})
    except ValidationError as error:
        raise DocumentError(document.located(error, TrialTerms)) from None


def _leads(table: Table, mapping: MappingSettings) -> dict[str, list[str]]:
    """For each column that an expression leads to by its name alone, the facts it leads to."""
    leads: dict[str, list[str]] = {}
    for fact, expression in mapping.fields:
        column = None if expression is None else plain_field(expression)
        if column in table.columns:
            leads.setdefault(str(column), []).append(fact)
    return leads
