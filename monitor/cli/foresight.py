"""What proposed rules would change of what is stored: read page by page, counted as it comes."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Self

from monitor.cases.at_stake import bounds
from monitor.cases.obligation import Verdict
from monitor.cases.records import SourceRecord
from monitor.cli.faults import show_warning
from monitor.cli.proposed import Proposal
from monitor.cli.stored import opened_database
from monitor.cli.words import gettext
from monitor.clock.wall import SystemClock
from monitor.configuration import contract_of, disagreements
from monitor.contract.basis import Basis
from monitor.contract.book import ContractBook
from monitor.contract.rule_changes import RuleChanges
from monitor.engine.preview import Consequence, Move, Preview
from monitor.engine.silence import Silence
from monitor.settings import located_settings
from monitor.shown.at_work import basis_of
from monitor.store.readings import Readings
from monitor.store.rulebook import CasesAtStake, Rulebook

_PAGE = 1000
"""Cases held at a time."""


@dataclass(slots=True)
class Sums:
    """Counts of what would change, by provider and commitment."""

    cases: int = 0
    """Looked at: the others cannot be touched."""
    touched: int = 0
    """To be judged again when the rules are applied."""
    changed_cases: int = 0
    obligations: int = 0
    """Judged by both sets of rules."""
    moves: Counter[tuple[str, str, Move]] = field(default_factory=Counter)
    """Obligations that change, by provider, commitment and what becomes of the deadline."""
    verdicts: Counter[tuple[Verdict | None, Verdict | None]] = field(default_factory=Counter)
    """Verdicts that change, by what they were and become; None: not owed."""

    def add(self, found: Consequence) -> None:
        self.moves[found.key.provider, found.commitment, found.move] += 1
        before, after = found.verdicts
        if before is not after:
            self.verdicts[before, after] += 1

    @property
    def changed(self) -> int:
        """Obligations of which the deadline or the verdict changes."""
        return self.moves.total()

    @property
    def promises(self) -> list[tuple[str, str]]:
        """The providers and commitments with any such."""
        return sorted({(provider, commitment) for provider, commitment, _ in self.moves})


@dataclass(frozen=True, kw_only=True)
class Foresight:
    """The rules that stored figures rest on, those proposed, and what lies between."""

    changes: RuleChanges
    applied_at: datetime | None
    """None: never recorded; what is configured is taken for them."""
    now: datetime
    silence: Silence
    rulebook: Rulebook
    sums: Sums = field(default_factory=Sums)

    @cached_property
    def last_case_id(self) -> int:
        """What `consequences` tells its progress by; 0 where there is nothing to read."""
        return self.rulebook.last_case_id() if self.changes else 0

    @classmethod
    def of(
        cls,
        rulebook: Rulebook,
        sources: Iterable[SourceRecord],
        configured: ContractBook,
        proposed: ContractBook,
        now: datetime,
    ) -> Self:
        """Compare the proposed rules with those last applied, else with those configured.

        Raises:
            InputError: a later program applied them, and this one cannot read them.
        """
        history = rulebook.applied()
        before = basis_of(history[-1]) if history else Basis.of(configured)
        silent = [source for source in sources if source.stale_since is not None]
        since = {source.name: source.vouched_until for source in silent}
        return cls(
            changes=RuleChanges.between(before, Basis.of(proposed)),
            applied_at=history[-1].begun_at if history else None,
            now=now,
            # As the daemon sees them: one that has not run for a while knows no better.
            silence=Silence(stale={}, since=since, vouched_until=since, changed={}, next_at=None),
            rulebook=rulebook,
        )

    def consequences(self, progress: Callable[[int], None]) -> Iterator[Consequence]:
        """Every obligation of which a deadline or a verdict would change; counts go to `sums`.

        `progress` is told the highest case id read so far.
        """
        preview = Preview(self.changes, self.silence, self.now)
        sieve = bounds(self.changes)
        after = 0
        while sieve:
            with self.rulebook.at_stake(sieve, after=after, limit=_PAGE) as page:
                if not page.ids:
                    break
                yield from self._of_page(preview, page)
            after = page.ids[-1]
            progress(min(after, self.last_case_id - 1))
        progress(self.last_case_id)

    def _of_page(self, preview: Preview, page: CasesAtStake) -> Iterator[Consequence]:
        """In arrays first: most of what is touched comes out as it was."""
        touched = [each.id for each in page.cases() if preview.touches(each)]
        alike = preview.alike(page.sheets(touched))
        self.sums.cases += len(page.ids)
        self.sums.touched += len(touched)
        self.sums.obligations += sum(alike.values())
        for docket in page.dockets([id_ for id_ in touched if id_ not in alike]):
            foreseen = preview.foresee(docket)
            self.sums.obligations += foreseen.judged
            self.sums.changed_cases += bool(foreseen.consequences)
            for each in foreseen.consequences:
                self.sums.add(each)
                yield each


@contextmanager
def opened_foresight(path: Path | None, proposal: Proposal) -> Iterator[Foresight]:
    """What a proposal would change of what the daemon of this configuration has stored.

    Warns where the settings do not go with the proposed contract: `vigie run` would refuse it.

    Raises:
        InputError: the configuration, the proposal or the database cannot be used.
    """
    settings, document = located_settings(path)
    configured, proposed = contract_of(settings), proposal.book(settings)
    for problem in disagreements(settings, document, proposed):
        show_warning(problem.told(gettext))
    with opened_database(settings) as database:
        yield Foresight.of(
            Rulebook(database),
            Readings(database).sources(),
            configured,
            proposed,
            SystemClock().now(),
        )
