"""Proofs and facts of cases, read from an operator's file and kept: all of its rows, or none."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import click

from monitor.cli.command import config_path
from monitor.cli.faults import system_words
from monitor.cli.output import show_json
from monitor.cli.report_making import act_of
from monitor.cli.stored import opened_database
from monitor.cli.words import ngettext
from monitor.clock.wall import SystemClock
from monitor.collectors.file_reader import open_table
from monitor.collectors.table import TableForm, TableRow, UnreadableFile
from monitor.configuration import contract_of
from monitor.contract.book import ContractBook
from monitor.errors import InputError, InputErrors
from monitor.locale import N_
from monitor.locale.marking import Said
from monitor.located_yaml.words import nearest
from monitor.settings import load_settings
from monitor.store.evidence import EvidenceStore, Statement

COST_FACT = "device-cost-not-zero"
"""What a cost other than zero states, as the contract's condition has it."""

_COLUMNS: Mapping[str, Sequence[str]] = {
    "ref": ("commande", "reference", "ref", "dossier", "order", "case"),
    "number": ("numero", "number", "derogation", "autorisation", "authorization"),
    "provider": ("prestataire", "fournisseur", "provider"),
    "date": ("date",),
    "cost": ("cout", "cost"),
    "fact": ("fait", "fact"),
}
_NOT_DIGITS = re.compile(r"[\s\u00a0\u202f$]|cad", re.IGNORECASE)
_LONGEST = 200
_TOLD = 20


def import_evidence(
    ctx: click.Context, file: str, *, proof: str, by: str | None, as_json: bool
) -> None:
    """Keep what a file says, and tell how much of it is new.

    Raises:
        InputError: the settings, the database or the file cannot be used; every wrong row of it.
    """
    settings = load_settings(config_path(ctx))
    book = contract_of(settings)
    path = Path(file)
    try:
        with path.open("rb") as stream:
            statements = list(EvidenceFile(book, proof).read(stream, path.name))
        digest = sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(
            N_("{path}: cannot be read: {reason}"), path=file, reason=system_words(error)
        ) from None
    with opened_database(settings) as database:
        added = EvidenceStore(database).add(
            statements, act_of(by), at=SystemClock().now(), file=path.name, sha256=digest
        )
    if as_json:
        show_json({"file": file, "stated": len(statements), "added": added, "sha256": digest})
        return
    text = ngettext(
        "{path}: {n} statement, of which {added} new",
        "{path}: {n} statements, of which {added} new",
        len(statements),
    )
    click.echo(text.format(path=file, n=len(statements), added=added))


class EvidenceFile:
    """Reads such a file by the names of its columns, in French or English, accents or none."""

    def __init__(self, book: ContractBook, proof: str) -> None:
        self._proof = proof
        versions = book.versions
        self._providers = {
            _folded(word): each.id
            for version in versions
            for each in version.providers
            for word in (each.id, each.name)
        }
        conditions = [each for version in versions for each in version.conditions]
        named = (name for each in conditions for name in (each.fact, each.breach))
        self._facts = sorted({name for name in named if name is not None})

    def read(self, stream: BinaryIO, name: str) -> Iterator[Statement]:
        """What its rows state.

        Raises:
            InputErrors: every row that is wrong, up to a number.
            InputError: it is no such file.
        """
        wrong: list[InputError] = []
        found: list[Statement] = []
        try:
            table = open_table(stream, TableForm(last_line="open"), ())
            columns = self._columns(table.columns, name)
            for row in table.rows:
                try:
                    found += self._statements(row, columns)
                except ValueError as error:
                    wrong.append(
                        InputError(
                            N_("{file}:{line}: {wrong}"),
                            file=name,
                            line=str(row.number),
                            wrong=error.args[0],
                        )
                    )
        except UnreadableFile as error:
            raise InputError(N_("{file}: {wrong}"), file=name, wrong=error.reason) from None
        if wrong:
            raise InputErrors(wrong[:_TOLD])
        yield from found

    def _columns(self, names: Sequence[str], file: str) -> dict[str, str]:
        """Which column holds what."""
        found: dict[str, str] = {}
        for what, words in _COLUMNS.items():
            for name in names:
                if _folded(name) in words:
                    found.setdefault(what, name)
        needed = "ref" if "ref" not in found else "number" if "number" not in found else None
        if needed is not None:
            raise InputError(
                N_("{file}: it has no column '{wanted}'; its columns are: {columns}"),
                file=file,
                wanted={"ref": "commande", "number": "numéro"}[needed],
                columns=", ".join(names),
            )
        return found

    def _statements(self, row: TableRow, columns: Mapping[str, str]) -> list[Statement]:
        if row.wrong is not None:
            raise ValueError(row.wrong)
        cells = {what: row.cells.get(name, "").strip() for what, name in columns.items()}
        ref, number = cells["ref"], cells["number"]
        if not ref:
            raise ValueError(Said(N_("it names no order; write its reference")))
        for text in (ref, number):
            if len(text) > _LONGEST or not text.isprintable():
                raise ValueError(Said(N_("'{text}…' is no reference"), text=text[:20]))
        provider = self._provider(cells.get("provider", ""))
        stated_on = _day(cells.get("date", ""))
        stated = [(self._proof, number)] if number else []
        stated += [(fact, "") for fact in self._stated_facts(cells)]
        if not stated and not cells.get("cost"):
            raise ValueError(Said(N_("it states nothing; write the number, or leave the row out")))
        return [
            Statement(ref=ref, provider=provider, name=name, value=value, stated_on=stated_on)
            for name, value in stated
        ]

    def _stated_facts(self, cells: Mapping[str, str]) -> Iterator[str]:
        if _cost(cells.get("cost", "")):
            yield COST_FACT
        fact = cells.get("fact", "")
        if fact and fact not in self._facts:
            raise ValueError(
                Said(
                    N_("'{fact}' is no fact of the contract's conditions; they have: {facts}"),
                    fact=fact,
                    facts=", ".join(self._facts),
                )
            )
        if fact:
            yield fact

    def _provider(self, word: str) -> str:
        if not word:
            return ""
        found = self._providers.get(_folded(word))
        if found is None:
            known = sorted(set(self._providers.values()))
            raise ValueError(
                Said(
                    N_("the contract has no provider '{name}'; those there are: {names}"),
                    name=word,
                    names=", ".join(known),
                )
                if nearest(word, known) is None
                else Said(
                    N_("the contract has no provider '{name}'; is it '{near}'?"),
                    name=word,
                    near=nearest(word, known) or "",
                )
            )
        return found


def _folded(word: str) -> str:
    """Without accents, case or blanks around it."""
    plain = unicodedata.normalize("NFD", word.strip().casefold())
    return "".join(char for char in plain if not unicodedata.combining(char))


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(
            Said(N_("'{text}' is no day; write it as 2026-10-05"), text=text)
        ) from None


def _cost(text: str) -> Decimal:
    """An amount as people write it: `1 234,56 $`, `1234.56`; empty is nothing."""
    written = _NOT_DIGITS.sub("", text).replace(",", ".")
    try:
        amount = Decimal(written or "0")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount < 0:
        raise ValueError(Said(N_("'{text}' is no cost; write it as 249,99"), text=text))
    return amount
