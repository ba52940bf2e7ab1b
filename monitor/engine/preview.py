"""What other rules would make of a case: judged by both, at one instant, and compared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.alerts.policy import Policy
from monitor.cases.at_stake import CaseAtStake, touched
from monitor.cases.because import Because, Difference, because
from monitor.cases.obligation import Obligation, Reason, Verdict
from monitor.cases.observation import CaseKey
from monitor.cases.timeline import build_timeline
from monitor.contract.rule_changes import Era, RuleChanges
from monitor.engine.judge import judge
from monitor.engine.ports import Docket, Owed
from monitor.engine.rules import Rules
from monitor.engine.screen import Screen
from monitor.engine.sheets import OwedRow, Sheet
from monitor.engine.silence import Silence


class Move(StrEnum):
    """What becomes of an obligation's deadline."""

    LATER = "later"
    EARLIER = "earlier"
    UNMOVED = "unmoved"
    """The verdict alone changes."""
    LIFTED = "lifted"
    """It is held off by a pause, where it was not."""
    SET = "set"
    """It was held off by a pause, and is not."""
    NEWLY_OWED = "newly_owed"
    NO_LONGER_OWED = "no_longer_owed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consequence:
    """A commitment on a case, of which the deadline or the verdict would change."""

    key: CaseKey
    organization: str | None
    commitment: str
    received_at: datetime
    before: Obligation | None
    """None: not owed, or not judged."""
    after: Obligation | None
    why: Sequence[Because]

    @property
    def verdicts(self) -> tuple[Verdict | None, Verdict | None]:
        """Before and after; None where it is not owed."""
        return (
            None if self.before is None else self.before.evaluation.verdict,
            None if self.after is None else self.after.evaluation.verdict,
        )

    @property
    def move(self) -> Move:
        if self.before is None or self.after is None:
            return Move.NEWLY_OWED if self.before is None else Move.NO_LONGER_OWED
        before, after = self.before.evaluation.due_at, self.after.evaluation.due_at
        if before == after:
            return Move.UNMOVED
        if before is None or after is None:
            return Move.SET if before is None else Move.LIFTED
        return Move.LATER if after > before else Move.EARLIER

    @property
    def moved_by(self) -> timedelta:
        """How far the deadline moves, in real time; zero where there are not two."""
        dues = [each.evaluation.due_at for each in (self.before, self.after) if each is not None]
        before, after = dues if len(dues) > 1 else (None, None)
        return timedelta() if before is None or after is None else abs(after - before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What comes of one docket."""

    touched: bool
    """Whether applying the rules would judge it again."""
    judged: int = 0
    """Obligations that would be."""
    consequences: Sequence[Consequence] = ()


class Preview:
    """Two sets of rules, and the instant at which both are asked. Changes nothing, tells nobody."""

    def __init__(self, changes: RuleChanges, silence: Silence, now: datetime) -> None:
        self._changes = changes
        self._silence = silence
        self._now = now
        # Nobody is told by either, so that no ladder is climbed and no message written.
        self._before, self._after = (
            Rules(book=basis.book, policy=Policy(steps=()))
            for basis in (changes.before, changes.after)
        )
        self._screens = [Screen(rules, {}, now) for rules in (self._before, self._after)]

    def touches(self, case: CaseAtStake) -> bool:
        """Whether the change can touch it at all."""
        return touched(self._changes, case, self._now)

    def alike(self, sheets: Iterable[Sheet]) -> Mapping[int, int]:
        """How many obligations each plain case has, by its id, of which none would change.

        Judged in arrays, by both sets of rules. Any other case is for `foresee`: it is not plain,
        its source is silent, or something of it changes.
        """
        heard = [sheet for sheet in sheets if not self._is_unheard(sheet)]
        # As if for the first time: what stands was judged at another instant.
        blank = [replace(sheet, owed=()) for sheet in heard]
        before, after = (screen.judge(blank) for screen in self._screens)
        same = {}
        for sheet in heard:
            rows = before.get(sheet.case_id, ())
            terms = _terms(rows)
            if (
                rows
                and terms == _terms(after.get(sheet.case_id, ()))
                and terms.keys() >= {row.commitment for row in sheet.owed}
            ):
                same[sheet.case_id] = len(rows)
        return same

    def _is_unheard(self, sheet: Sheet) -> bool:
        return any(row.source in self._silence.since for row in sheet.statements)

    def foresee(self, docket: Docket) -> Foreseen:
        """Judge a case by both sets of rules, if the change can touch it at all."""
        if not touched(self._changes, _at_stake(docket), self._now):
            return Foreseen(touched=False)
        stored = {name: Owed(obligation=owed.obligation) for name, owed in docket.owed.items()}
        before = self._judged(replace(docket, owed=stored), self._before)
        known = {name: Owed(obligation=obligation) for name, obligation in before.items()}
        after = self._judged(replace(docket, owed=known), self._after)
        return Foreseen(
            touched=True,
            judged=len({**before, **after}),
            consequences=list(self._compared(docket, before, after)),
        )

    def _judged(self, docket: Docket, rules: Rules) -> Mapping[str, Obligation]:
        """By commitment; nothing where the case cannot be judged."""
        ruling = judge(docket, rules, silence=self._silence, now=self._now)
        return {each.obligation.commitment: each.obligation for each in ruling.judged}

    def _compared(
        self, docket: Docket, before: Mapping[str, Obligation], after: Mapping[str, Obligation]
    ) -> Iterator[Consequence]:
        for commitment in {**before, **after}:
            was, becomes = _owed(before.get(commitment)), _owed(after.get(commitment))
            found = becomes or was
            if found is None or _standing(was) == _standing(becomes):
                continue
            era = self._changes.era(found.received_at)
            yield Consequence(
                key=docket.key,
                organization=found.organization,
                commitment=commitment,
                received_at=found.received_at,
                before=was,
                after=becomes,
                why=() if era is None else because(era, self._difference(era, was, becomes)),
            )

    def _difference(
        self, era: Era, before: Obligation | None, after: Obligation | None
    ) -> Difference:
        found = after or before
        regions: list[str | None] = [None, None]
        if found is not None and found.region is not None:
            sides = ((self._before, era.before), (self._after, era.after))
            answers = [
                None
                if version is None
                else rules.book.region_of(version, found.place, found.received_at)
                for rules, version in sides
            ]
            regions = [None if answer is None else answer.region for answer in answers]
        return Difference(
            before=before, after=after, region_before=regions[0], region_after=regions[1]
        )


def _terms(rows: Sequence[OwedRow]) -> dict[str, tuple[str, int | None]]:
    """What a change is told of, by commitment."""
    return {row.commitment: (row.verdict, row.due_at) for row in rows}


def _at_stake(docket: Docket) -> CaseAtStake:
    owed = [owed.obligation for owed in docket.owed.values()]
    known = next((each.received_at for each in owed), None)
    return CaseAtStake(
        id=docket.case_id,
        received_at=known or build_timeline(docket.observations).received_at,
        categories=frozenset(o.category for o in docket.observations if o.category),
        faulty=not owed,
        owed=owed,
    )


def _owed(obligation: Obligation | None) -> Obligation | None:
    """The obligation, if it is owed."""
    if obligation is None or obligation.evaluation.reason is Reason.NO_LONGER_OWED:
        return None
    return obligation


def _standing(obligation: Obligation | None) -> tuple[Verdict, datetime | None] | None:
    """What a change is told of."""
    if obligation is None:
        return None
    return obligation.evaluation.verdict, obligation.evaluation.due_at
