"""What changes from one version of a contract to the next, part by part."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from monitor.contract.diff_words import sentence
from monitor.contract.model import ContractVersion
from monitor.contract.rulings import RegionRule
from monitor.contract.vocabulary import ContractPart, Text

if TYPE_CHECKING:
    # A reader's language comes from the edge; the contract itself speaks none.
    from monitor.locale import Language


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. `before` and `after` are the models' own values; None where there is none."""

    kind: ChangeKind
    part: str
    """The part of the contract: `commitments`, `providers`…; `contract` for its own fields."""
    name: str
    """Which one of the part: its id or name; empty for the contract's own fields."""
    subject: Text
    """How people call it."""
    field: str
    """The field that changes; empty where the whole is added or removed."""
    before: Any
    after: Any
    moves_deadlines: bool
    """Whether it can change a deadline or a verdict; the others are words and people."""

    @property
    def key(self) -> str:
        """Where it stands: `commitments[delivery-local].amount`."""
        place = f"{self.part}[{self.name}]" if self.name else ""
        return ".".join(part for part in (place or self.part, self.field) if part)

    def sentence(self, language: "Language") -> str:
        """The change in words, in the reader's language."""
        return sentence(self, language)


_WORDS_ONLY = frozenset({"label", "title", "source", "case_kind", "target_percent", "version"})
"""Fields of which no deadline and no verdict depends."""
_NEVER_MOVES = frozenset({"providers", "contacts", "conditions"})
_AFTER_BREACH = frozenset({"support_hours", "business_days"})
"""They time what follows a breach, not the breach."""
_PARTS = ("providers", "commitments", "conditions", "contacts", "calendars", "regions")


def diff_versions(old: ContractVersion, new: ContractVersion) -> list[Change]:
    """Every difference between two versions: the contract's own fields, then part by part.

    Parts are matched by id (contacts by provider and subject): another id is another promise.
    """
    changes = list(_fields("contract", "", old, new, skip={"id", *_PARTS}))
    for part in ("commitments", "calendars", "providers", "conditions", "contacts"):
        changes += _members(part, _named(part, old), _named(part, new))
    changes += _members("regions", _rules(old), _rules(new))
    changes += _members("rulings", _rulings(old), _rulings(new))
    return changes


def _named(part: str, version: ContractVersion) -> dict[str, ContractPart]:
    if part == "calendars":
        return dict(version.calendars)
    if part == "contacts":
        return {
            f"{contact.provider or '-'}/{contact.subject}": contact for contact in version.contacts
        }
    return {member.id: member for member in getattr(version, part)}


def _rules(version: ContractVersion) -> dict[str, ContractPart]:
    return {} if version.regions is None else {version.regions.places: version.regions}


def _rulings(version: ContractVersion) -> dict[str, ContractPart]:
    rulings = () if version.regions is None else version.regions.rulings
    # A place may have one ruling for each season.
    return {
        f"{ruling.place} {ruling.starts_on}" if ruling.starts_on else ruling.place: ruling
        for ruling in rulings
    }


def _members(
    part: str, old: Mapping[str, ContractPart], new: Mapping[str, ContractPart]
) -> Iterator[Change]:
    for name, member in old.items():
        if name in new:
            yield from _fields(part, name, member, new[name], skip={"id", "rulings"})
        else:
            yield _whole(ChangeKind.REMOVED, part, name, member)
    for name, member in new.items():
        if name not in old:
            yield _whole(ChangeKind.ADDED, part, name, member)


def _whole(kind: ChangeKind, part: str, name: str, member: ContractPart) -> Change:
    added = kind is ChangeKind.ADDED
    return Change(
        kind=kind,
        part=part,
        name=name,
        subject=_subject(member, name),
        field="",
        before=None if added else member,
        after=member if added else None,
        moves_deadlines=part not in _NEVER_MOVES,
    )


def _fields(
    part: str, name: str, old: ContractPart, new: ContractPart, *, skip: Iterable[str]
) -> Iterator[Change]:
    for field in type(new).model_fields:
        before, after = getattr(old, field), getattr(new, field)
        if field in skip or before == after:
            continue
        yield Change(
            kind=ChangeKind.CHANGED,
            part=part,
            name=name,
            subject=_subject(new, name),
            field=field,
            before=before,
            after=after,
            moves_deadlines=part not in _NEVER_MOVES and field not in _WORDS_ONLY | _AFTER_BREACH,
        )


def _subject(member: ContractPart, name: str) -> Text:
    if isinstance(member, RegionRule):
        return Text(fr="Régions de livraison", en="Delivery regions")
    for field in ("label", "title"):
        text = getattr(member, field, None)
        if isinstance(text, Text):
            return text
    plain = getattr(member, "name", None) or getattr(member, "place", None) or name
    return Text(fr=str(plain), en=str(plain))
