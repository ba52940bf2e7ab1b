"""The contract's conditions that need a proof: on which cases it is missing. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

from monitor.contract.book import ContractBook
from monitor.contract.model import Condition, Consequence
from monitor.reports.entry import Entry, Outcome

LISTED = 200
"""Cases that a report names for a condition; all are counted."""

Evidence = Mapping[tuple[str, str], AbstractSet[str]]
"""Proofs and facts stated of a case, by provider and reference."""


@dataclass(slots=True)
class Found:
    """What a period has for one condition."""

    applies: int = 0
    """Commitments on cases that it is about."""
    unproven: int = 0
    cases: list[Entry] = field(default_factory=list)
    """The first without proof, in order of deadline."""

    def take(self, entry: Entry, *, proven: bool) -> None:
        self.applies += 1
        if not proven:
            self.unproven += 1
            if len(self.cases) < LISTED:
                self.cases.append(entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """One that a file states to have been made against a duty of the client's."""

    ref: str
    provider: str | None
    """The one that it should have been made from; None: it is not stated."""
    name: str
    """What is stated, as the contract's condition has it."""
    on: date


class Conditions:
    """Holds each obligation against the conditions of the version that governs it.

    What was cancelled in time obtained nothing, and needs no proof.
    """

    def __init__(self, book: ContractBook | None, evidence: Evidence) -> None:
        self._versions = {} if book is None else {each.version: each for each in book.versions}
        self._evidence = evidence

    def on(self, entry: Entry) -> Iterator[tuple[str, bool]]:
        """The conditions that need a proof, each with whether it is there."""
        version = self._versions.get(entry.contract_version)
        promise = None if version is None else version.by_id.get(entry.commitment)
        if version is None or promise is None or entry.outcome is Outcome.CANCELLED:
            return
        stated = self._evidence.get((entry.provider, entry.ref), frozenset())
        for condition in version.conditions_on(
            provider=entry.provider, category=promise.category, facts=stated
        ):
            if condition.consequence is Consequence.PROOF_REQUIRED:
                yield condition.id, condition.proof in stated


NO_CONDITIONS = Conditions(None, {})


def merged(parts: Iterable[Mapping[str, Found]]) -> dict[str, Found]:
    """What was found of several groups, as of one."""
    whole: dict[str, Found] = {}
    for part in parts:
        for name, found in part.items():
            one = whole.setdefault(name, Found())
            one.applies += found.applies
            one.unproven += found.unproven
            one.cases += found.cases
    for one in whole.values():
        one.cases = sorted(one.cases, key=lambda entry: (entry.due_at, entry.name))[:LISTED]
    return whole


def facts_apart(conditions: Iterable[Condition]) -> frozenset[str]:
    """The facts by which the text sets cases apart: hors conditions."""
    return frozenset(
        each.fact
        for each in conditions
        if each.consequence is Consequence.SET_APART and each.fact is not None
    )
