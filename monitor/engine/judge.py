"""One docket, judged: what is owed on a case, how it stands, and whom to tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol

from monitor.alerts.escalation import Firing, Recipient
from monitor.alerts.notification import Notification
from monitor.alerts.policy import Policy
from monitor.alerts.policy.decision import Situation, decide
from monitor.cases.evaluate import Judgement, evaluate, run_of
from monitor.cases.obligation import Obligation, Reason, Verdict
from monitor.cases.timeline import Timeline, build_timeline
from monitor.clock import BusinessClock, ClockRangeError, zone
from monitor.contract.book import ContractBook, NotInForceError
from monitor.contract.model import Commitment, ContractVersion, Status
from monitor.contract.regions import RegionAnswer
from monitor.engine.ports import (
    RETRY_AFTER,
    CaseFault,
    Docket,
    Escalation,
    FaultKind,
    Judged,
    Owed,
    Ruling,
)

_ENDED = frozenset(
    {
        Status.ANSWERED,
        Status.DELIVERED,
        Status.ACTIVATED,
        Status.RESOLVED,
        Status.RESTORED,
        Status.COMPLETED,
        Status.CLOSED,
        Status.CANCELLED,
        Status.REJECTED,
    }
)


class Messenger(Protocol):
    """Puts a firing into words, for each of those to be told."""

    def messages(
        self,
        firing: Firing,
        obligation: Obligation,
        situation: Situation,
        told: Sequence[Recipient],
    ) -> Sequence[Notification]:
        """The notifications of a firing; `told` had a message on the obligation before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What cases are judged by. Replaced whole when the configuration is read anew."""

    book: ContractBook
    policy: Policy
    messenger: Messenger


def judge(
    docket: Docket, rules: Rules, *, silent_since: Mapping[str, datetime], now: datetime
) -> Ruling:
    """Judge every commitment owed on a case at `now`; never raises.

    `silent_since` has the silent sources. A case that cannot be judged keeps its obligations as
    they were, says why, and is tried again an hour later: the rest of the tick goes on.
    """
    try:
        return _judge(docket, rules, silent_since, now)
    except NotInForceError as error:
        fault = CaseFault(key=docket.key, kind=FaultKind.NOT_IN_FORCE, message=str(error))
    except ClockRangeError as error:
        fault = CaseFault(key=docket.key, kind=FaultKind.OUT_OF_RANGE, message=str(error))
    except Exception as error:  # noqa: BLE001 - one case must not hold up a million others
        message = f"{type(error).__name__}: {error}"
        fault = CaseFault(key=docket.key, kind=FaultKind.UNEXPECTED, message=message, cause=error)
    return Ruling(docket=docket, fault=fault, retry_at=now + RETRY_AFTER)


def _judge(
    docket: Docket, rules: Rules, silent_since: Mapping[str, datetime], now: datetime
) -> Ruling:
    timeline = build_timeline(docket.observations)
    version = rules.book.in_force(timeline.received_at)
    bench = _Bench(
        docket=docket,
        timeline=timeline,
        version=version,
        rules=rules,
        judgement=Judgement(now=now, silent_since=silent_since.get(timeline.source)),
    )
    owed = bench.owed()
    judged = [bench.judge(commitment, region) for commitment, region in owed.values()]
    judged += [bench.release(before) for id_, before in docket.owed.items() if id_ not in owed]
    is_open = any(each.obligation.evaluation.verdict.is_open for each in judged)
    if owed:
        return Ruling(docket=docket, judged=judged, is_open=is_open)
    return Ruling(
        docket=docket,
        judged=judged,
        is_open=timeline.changes[-1].status not in _ENDED,
        fault=_nothing_owed(timeline, version),
    )


def _nothing_owed(timeline: Timeline, version: ContractVersion) -> CaseFault:
    category = timeline.category
    stated = "no category is stated" if category is None else f"nothing is promised on '{category}'"
    return CaseFault(
        key=timeline.key,
        kind=FaultKind.NO_COMMITMENT,
        message=f"{stated} by version {version.version} of {version.id}",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bench:
    """A case before its judge, with all the judge goes by."""

    docket: Docket
    timeline: Timeline
    version: ContractVersion
    rules: Rules
    judgement: Judgement

    def owed(self) -> dict[str, tuple[Commitment, RegionAnswer | None]]:
        """The commitments of every category the case ever had: one it left is shown too."""
        received_on = self.timeline.received_at.astimezone(zone(self.version.zone)).date()
        owed: dict[str, tuple[Commitment, RegionAnswer | None]] = {}
        for category in self.timeline.categories:
            answer = self._region(category, received_on)
            region = None if answer is None else answer.region
            for commitment in self.version.owed_on(category, region, received_on):
                by_place = commitment.region is not None
                owed.setdefault(commitment.id, (commitment, answer if by_place else None))
        return owed

    def judge(self, commitment: Commitment, region: RegionAnswer | None) -> Judged:
        clock = self._clock(commitment.calendar)
        evaluation = evaluate(commitment, self.timeline, clock, self.judgement)
        before = self.docket.owed.get(commitment.id)
        obligation = Obligation(
            id=0 if before is None else before.obligation.id,
            key=self.timeline.key,
            source=self.timeline.source,
            organization=self.timeline.organization,
            place=self.timeline.place,
            region=None if region is None else region.region,
            region_provisional=region is not None and region.provisional,
            commitment=commitment.id,
            contract_version=self.version.version,
            calendar=commitment.calendar,
            unit=commitment.amount.unit,
            amount_seconds=commitment.amount.seconds,
            received_at=self.timeline.received_at,
            evaluated_at=self.judgement.now,
            evaluation=evaluation,
            confirmed_at=None,
        )
        situation = Situation(
            provider=self.timeline.key.provider,
            commitment=commitment,
            run=run_of(commitment, self.timeline, clock),
            evaluation=evaluation,
            hours_clock=self._clock(self.version.support_hours),
            days_clock=self._clock(self.version.business_days),
            fired=() if before is None else before.fired,
            now=self.judgement.now,
        )
        decision = decide(self.rules.policy, situation)
        told = () if before is None else before.told
        return Judged(
            obligation=replace(
                obligation, evaluation=replace(evaluation, next_wakeup_at=decision.wake_at)
            ),
            silent=self.judgement.silent_since is not None,
            escalations=[
                Escalation(
                    firing=firing,
                    notifications=self.rules.messenger.messages(
                        firing, obligation, situation, told
                    ),
                )
                for firing in decision.firings
            ],
        )

    def release(self, before: Owed) -> Judged:
        """What was owed once, and is not by any reading of the case any more.

        A corrected place or receipt can do that; what was told of it stays on record.
        """
        obligation = before.obligation
        evaluation = replace(
            obligation.evaluation,
            verdict=Verdict.CANCELLED,
            reason=Reason.NO_LONGER_OWED,
            next_wakeup_at=None,
        )
        return Judged(
            obligation=replace(obligation, evaluation=evaluation, evaluated_at=self.judgement.now),
            silent=self.judgement.silent_since is not None,
        )

    def _region(self, category: str, received_on: date) -> RegionAnswer | None:
        """Where the case is delivered, if anything promised on the category depends on it."""
        commitments = self.version.commitments
        if not any(c.region is not None for c in commitments if c.category == category):
            return None
        places = self.rules.book.places(self.version)
        return None if places is None else places.region_of(self.timeline.place, received_on)

    def _clock(self, calendar: str) -> BusinessClock:
        return self.rules.book.clock(self.version, calendar)
