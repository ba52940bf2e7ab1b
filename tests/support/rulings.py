"""Contracts that differ from the shipped one in a few places, and rules put to work on a world."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from monitor.contract.basis import Basis
from monitor.contract.book import ContractBook
from monitor.contract.model import ContractVersion, PlaceRuling
from monitor.contract.plain import plain_part
from monitor.contract.rule_changes import RuleChanges
from monitor.engine.apply import apply_rules
from monitor.store.rulebook import Rulebook
from tests.support.world import World, rules, shipped_contract

Edit = Callable[[dict[str, Any]], None]


def version(*edits: Edit, **fields: Any) -> ContractVersion:
    """The shipped version, with fields of its own and edits of the rest, as its file would be."""
    content = plain_part(shipped_contract().versions[0])
    content.update(fields)
    for edit in edits:
        edit(content)
    return ContractVersion.model_validate(content)


def promising(commitment: str, **fields: Any) -> Edit:
    """One commitment with these fields, if it is promised at all."""

    def edit(content: dict[str, Any]) -> None:
        for each in content["commitments"]:
            if each["id"] == commitment:
                each.update(fields)

    return edit


def without(*commitments: str) -> Edit:
    def edit(content: dict[str, Any]) -> None:
        kept = [each for each in content["commitments"] if each["id"] not in commitments]
        content["commitments"] = kept

    return edit


def book(
    *versions: ContractVersion,
    closed: Mapping[str, str] | None = None,
    rulings: tuple[PlaceRuling, ...] = (),
) -> ContractBook:
    """These versions, else the shipped one, with days off by ISO date."""
    days = {date.fromisoformat(day): name for day, name in (closed or {}).items()}
    return ContractBook(versions or [version()], closed_days=days, rulings=rulings)


def changes(after: ContractBook, before: ContractBook | None = None) -> RuleChanges:
    """From one book, the shipped one unless given, to another."""
    return RuleChanges.between(Basis.of(before or book()), Basis.of(after))


def apply(world: World, after: ContractBook) -> int:
    """Put a book to work in a world, as a daemon that starts; how many cases are marked."""
    world.rules = rules(book=after)
    return apply_rules(Rulebook(world.database), after, now=world.now)
