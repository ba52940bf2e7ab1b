"""The rules that stored figures rest on: those the daemon applied, whatever vigie.yaml says now."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import Protocol

from monitor.cases.obligation import Obligation, Reason
from monitor.contract.basis import Basis, digest_of
from monitor.contract.book import ContractBook
from monitor.engine.apply import AppliedRules
from monitor.errors import InputError
from monitor.locale.marking import N_


class RuleHistory(Protocol):
    """The rules that were ever applied."""

    def applied(self) -> Sequence[AppliedRules]:
        """The last rules applied to the end, then those begun since; none: never any."""

    def before(self, rules_id: int) -> AppliedRules | None:
        """The rules applied before these; None: they were the first."""


class RulesAtWork:
    """The rules applied last, and those before them for what was released since."""

    def __init__(self, rulebook: RuleHistory, configured: ContractBook) -> None:
        """Read those applied last; where none ever were, the configured ones are taken for them.

        Raises:
            InputError: a later program applied them, and this one cannot read them.
        """
        self._rulebook = rulebook
        history = rulebook.applied()
        self.applied: AppliedRules | None = history[-1] if history else None
        self.book = configured if self.applied is None else basis_of(self.applied).book
        self.configured_too = self.applied is None or self.applied.digest == digest_of(configured)
        """Whether vigie.yaml has the same."""
        self._read: list[tuple[AppliedRules | None, ContractBook]] = [(self.applied, self.book)]

    def book_of(self, obligation: Obligation) -> ContractBook | None:
        """The latest book that has the promise an obligation was judged by; None: none has.

        What is not owed any more keeps the figures and the version it was last judged by: of the
        rules of that time, which later ones may not have.
        """
        released = obligation.evaluation.reason is Reason.NO_LONGER_OWED
        until = obligation.evaluated_at if released else None
        return next((book for book in self._books(until) if _has(book, obligation)), None)

    def book_at(self, at: datetime) -> ContractBook:
        """That of the rules at work at an instant; before the first, that of the first."""
        return next(self._books(at), self._read[-1][1])

    def applied_at(self, at: datetime) -> AppliedRules | None:
        """The rules at work at an instant; None: never recorded."""
        rules = (applied for applied, _ in self._history())
        return next(
            (applied for applied in rules if applied is not None and applied.begun_at <= at), None
        )

    def book_of_then(self, obligation: Obligation, at: datetime) -> ContractBook | None:
        """As `book_of`, among those at work by an instant."""
        return next((book for book in self._books(at) if _has(book, obligation)), None)

    def _books(self, until: datetime | None) -> Iterator[ContractBook]:
        """The latest first; with `until`, those at work by then."""
        for applied, book in self._history():
            if applied is None or until is None or applied.begun_at <= until:
                yield book

    def _history(self) -> Iterator[tuple[AppliedRules | None, ContractBook]]:
        """The latest first; each is read once."""
        for index in count():
            if index == len(self._read):
                last, _ = self._read[-1]
                applied = None if last is None else self._rulebook.before(last.id)
                if applied is None:
                    return
                self._read.append((applied, basis_of(applied).book))
            yield self._read[index]


def basis_of(applied: AppliedRules) -> Basis:
    """What was applied, read back.

    Raises:
        InputError: a later program kept it, and this one cannot read it.
    """
    try:
        return Basis.from_json(applied.basis)
    except ValueError:
        raise InputError(
            N_("the rules applied last were kept by a later program: use that one")
        ) from None


def _has(book: ContractBook, obligation: Obligation) -> bool:
    try:
        return obligation.commitment in book.version(obligation.contract_version).by_id
    except KeyError:
        return False
