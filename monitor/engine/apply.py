"""New rules put to work: the cases they touch, and no others, wait to be judged again."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from monitor.cases.at_stake import Bound, CaseAtStake, asks_for_categories, bounds, touched
from monitor.contract.basis import Basis
from monitor.contract.book import ContractBook
from monitor.contract.rule_changes import RuleChanges

PAGE = 1000
"""Cases read, and marked, in one transaction."""

_EVERY_CASE = Bound(received_from=datetime(1, 1, 1, tzinfo=UTC), received_until=None, reaching=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedRules:
    """Rules that figures were judged by from an instant on."""

    id: int
    digest: str
    basis: str
    """As `Basis.as_json`."""
    begun_at: datetime
    finished: bool
    """Whether every case they touch was marked."""


class RulesStore(Protocol):
    """What applying rules needs of the store."""

    def applied(self) -> Sequence[AppliedRules]:
        """The last rules applied to the end, then those begun since; none: never any."""

    def begin(self, basis: Basis, at: datetime) -> int:
        """Keep a basis as the one that counts from now on; its id."""

    def finish(self, rules_id: int, at: datetime) -> None:
        """Every case that it touches is marked."""

    def cases_at_stake(
        self, sieve: Sequence[Bound], *, after: int, limit: int, categories: bool
    ) -> Sequence[CaseAtStake]:
        """Cases that pass the sieve, and faulty ones, by ascending id; with their categories."""

    def mark(self, case_ids: Collection[int], at: datetime) -> None:
        """Let these cases be judged again."""


def apply_rules(store: RulesStore, book: ContractBook, *, now: datetime) -> int:
    """Mark the cases that a change of contract, calendar or zone data touches; how many.

    To be called where a daemon starts or takes a new configuration, while no tick is running: the
    ticks that follow, by these rules, judge them again and tell what is news. What was told of an
    obligation stays told. Nothing is marked where nothing changed since the last time; and
    everything, where it is not known what the figures rest on.

    A crash in between leaves the rules begun: the next start marks again what they touch. Where a
    replica with other rules was at work meanwhile, what it began is compared with too.
    """
    basis = Basis.of(book)
    history = store.applied()
    newest = history[-1] if history else None
    if newest is not None and newest.digest == basis.digest:
        if newest.finished:
            return 0
        rules_id = newest.id
    else:
        rules_id = store.begin(basis, now)
    marked = 0
    changes = _changes_since(history, basis)
    for page in _pages(store, changes):
        ids = [
            case.id
            for case in page
            if changes is None or any(touched(each, case, now) for each in changes)
        ]
        if ids:
            store.mark(ids, now)
        marked += len(ids)
    store.finish(rules_id, now)
    return marked


def _changes_since(history: Sequence[AppliedRules], basis: Basis) -> list[RuleChanges] | None:
    """What differs from each of the rules that figures may rest on; None: it cannot be told."""
    if not history:
        return None
    try:
        before = [Basis.from_json(rules.basis) for rules in history]
    except ValueError:
        # Written by a later program, of which this one takes over again.
        return None
    return [RuleChanges.between(each, basis) for each in before]


def _pages(
    store: RulesStore, changes: Sequence[RuleChanges] | None
) -> Iterator[Sequence[CaseAtStake]]:
    sieve = [_EVERY_CASE]
    if changes is not None:
        sieve = [bound for each in changes for bound in bounds(each)]
    categories = any(map(asks_for_categories, changes or ()))
    after = 0
    while sieve and (
        page := store.cases_at_stake(sieve, after=after, limit=PAGE, categories=categories)
    ):
        yield page
        after = page[-1].id
