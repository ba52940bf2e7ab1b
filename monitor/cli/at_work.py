"""The rules that stored figures rest on: those the daemon applied, whatever vigie.yaml says now."""

from collections.abc import Iterator
from datetime import datetime

from monitor.cases.obligation import Obligation, Reason
from monitor.cli.words import gettext
from monitor.contract.basis import Basis, digest_of
from monitor.contract.book import ContractBook
from monitor.engine.apply import AppliedRules
from monitor.errors import InputError
from monitor.store.rulebook import Rulebook


class RulesAtWork:
    """The rules applied last, and those before them for what was released since."""

    def __init__(self, rulebook: Rulebook, configured: ContractBook) -> None:
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

    def book_of(self, obligation: Obligation) -> ContractBook | None:
        """The latest book that has the promise an obligation was judged by; None: none has.

        What is not owed any more keeps the figures and the version it was last judged by: of the
        rules of that time, which later ones may not have.
        """
        released = obligation.evaluation.reason is Reason.NO_LONGER_OWED
        until = obligation.evaluated_at if released else None
        return next((book for book in self._books(until) if _has(book, obligation)), None)

    def _books(self, until: datetime | None) -> Iterator[ContractBook]:
        """The latest first; with `until`, those at work by then."""
        applied = self.applied
        if applied is None or until is None or applied.begun_at <= until:
            yield self.book
        while applied is not None and (applied := self._rulebook.before(applied.id)) is not None:
            if until is None or applied.begun_at <= until:
                yield basis_of(applied).book


def basis_of(applied: AppliedRules) -> Basis:
    """What was applied, read back.

    Raises:
        InputError: a later program kept it, and this one cannot read it.
    """
    try:
        return Basis.from_json(applied.basis)
    except ValueError:
        raise InputError(
            gettext("the rules applied last were kept by a later program: use that one")
        ) from None


def _has(book: ContractBook, obligation: Obligation) -> bool:
    try:
        return obligation.commitment in book.version(obligation.contract_version).by_id
    except KeyError:
        return False
