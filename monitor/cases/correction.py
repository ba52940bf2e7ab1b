"""A source's word read as an operator says, where its mapping says nothing. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from monitor.contract.model import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What somebody said a word means; entries are only added, and the latest of a word counts.

    The mapping in `vigie.yaml` has the last word: where it leads the word anywhere, that holds, and
    the correction is without effect.
    """

    id: int
    source: str
    word: str
    """As the source writes it, one of the ways it does."""
    status: Status | None
    """None: taken back, the word is unknown again."""
    by: str
    why: str
    at: datetime
    statements: int
    """How many were read otherwise at once."""


@lru_cache(maxsize=1024)
def fold(word: str) -> str:
    """A provider's word as it is compared: systems of one provider differ in case and blanks."""
    return " ".join(word.split()).casefold()


def in_force(entries: Iterable[Correction]) -> Mapping[tuple[str, str], Correction]:
    """By source and folded word, those that stand."""
    latest: dict[tuple[str, str], Correction] = {}
    for entry in sorted(entries, key=lambda entry: entry.id):
        latest[entry.source, fold(entry.word)] = entry
    return {name: entry for name, entry in latest.items() if entry.status is not None}
