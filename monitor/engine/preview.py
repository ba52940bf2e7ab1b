"""What other rules would make of a case: judged by both, at one instant, and compared."""

from collections.abc import Iterator, Mapping, Sequence
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
from monitor.engine.silence import Silence


class Move(StrEnum):
    """What becomes of a deadline."""

    LATER = "later"
    EARLIER = "earlier"
    SAME = "same"
    """It stands, or there is none on either side."""
    SET = "set"
    """There was none: nothing was owed, or it was paused."""
    LIFTED = "lifted"
    """There is none any more."""


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
        """Before and after."""
        return _verdict(self.before), _verdict(self.after)

    @property
    def dues(self) -> tuple[datetime | None, datetime | None]:
        """The deadlines before and after."""
        return _due(self.before), _due(self.after)

    @property
    def move(self) -> Move:
        before, after = self.dues
        if before == after:
            return Move.SAME
        if before is None:
            return Move.SET
        if after is None:
            return Move.LIFTED
        return Move.LATER if after > before else Move.EARLIER

    @property
    def moved_by(self) -> timedelta:
        """How far the deadline moves, in real time; zero where one side has none."""
        before, after = self.dues
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
            was, becomes = before.get(commitment), after.get(commitment)
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


def _at_stake(docket: Docket) -> CaseAtStake:
    return CaseAtStake(
        id=docket.case_id,
        received_at=build_timeline(docket.observations).received_at,
        categories=frozenset(o.category for o in docket.observations if o.category),
        faulty=not docket.owed,
        owed=[owed.obligation for owed in docket.owed.values()],
    )


def _is_owed(obligation: Obligation | None) -> bool:
    return obligation is not None and obligation.evaluation.reason is not Reason.NO_LONGER_OWED


def _standing(obligation: Obligation | None) -> tuple[Verdict | None, datetime | None] | None:
    """What a change is told of; None: not owed."""
    if not _is_owed(obligation):
        return None
    return _verdict(obligation), _due(obligation)


def _verdict(obligation: Obligation | None) -> Verdict | None:
    return None if obligation is None else obligation.evaluation.verdict


def _due(obligation: Obligation | None) -> datetime | None:
    return None if obligation is None else obligation.evaluation.due_at
