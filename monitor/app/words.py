"""A source's words: as `vigie.yaml` has them, and as operators said where it says nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.alerts.interventions import Act
from monitor.cases.correction import Correction, fold
from monitor.collectors.mapping import MappingSettings
from monitor.contract.model import Status
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.settings import MailboxSettings, SourceSettings
from monitor.store.corrections import Corrections
from monitor.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A correction in force, and what `vigie.yaml` says of the word, which holds; None: nothing."""

    correction: Correction
    configured: Status | None


class Words:
    """Corrections of one database beside the mappings of these sources."""

    def __init__(self, database: Database, sources: Sequence[SourceSettings]) -> None:
        self._corrections = Corrections(database)
        self._sources = {source.name: source for source in sources}

    def corrected(self) -> Sequence[Word]:
        """Those in force, by source and word."""
        return [
            Word(correction=each, configured=self._configured(each.source, each.word))
            for each in self._corrections.standing()
        ]

    def correct(
        self, source: str, word: str, status: Status | None, act: Act, at: datetime
    ) -> Correction:
        """Read a word so from now on, in what was stated too; None: take that back.

        Raises:
            InputError: `vigie.yaml` leads it somewhere, the source is not configured or never
                stated it, or nothing would change.
        """
        if source not in self._sources:
            raise InputError(
                N_("no source is named '{name}'; those there are: {names}"),
                name=source,
                names=", ".join(sorted(self._sources)) or "–",
            )
        configured = self._configured(source, word)
        if status is not None and configured is not None:
            raise InputError(
                N_(
                    "vigie.yaml leads '{word}' of {source} to {status}, which holds: correct it"
                    " there, and reload"
                ),
                word=word,
                source=source,
                status=configured.value,
            )
        return self._corrections.correct(source, word, status, act, at=at)

    def _configured(self, source: str, word: str) -> Status | None:
        settings = self._sources.get(source)
        return None if settings is None else configured_status(settings, word)


def configured_status(source: SourceSettings, word: str) -> Status | None:
    """Where a source's mapping leads a word, or that of one of its rules; None: nowhere."""
    for mapping in _mappings(source):
        for known, status in mapping.status_map.items():
            if fold(known) == fold(word):
                return status
    return None


def _mappings(source: SourceSettings) -> Iterator[MappingSettings]:
    yield source.mapping
    if isinstance(source, MailboxSettings):
        yield from (rule.mapping for rule in source.rules if rule.mapping is not None)
