"""One docket, judged: what is owed on a case, how it stands, and whom to tell."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from monitor.alerts.escalation import Firing, FiringReason, Recipient, Told
from monitor.alerts.policy.correction import is_corrected
from monitor.alerts.policy.decision import decide
from monitor.alerts.policy.situation import Decision, Situation
from monitor.alerts.render import Story
from monitor.alerts.subject import Subject
from monitor.cases.evaluate import Judgement, Run, evaluate, evaluate_run, run_of
from monitor.cases.news import learned_last, learned_since
from monitor.cases.obligation import Obligation, Reason, Verdict
from monitor.cases.observation import Observation
from monitor.cases.timeline import Timeline, build_timeline
from monitor.clock import ClockRangeError, zone
from monitor.contract.book import NotInForceError
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
from monitor.engine.rules import Rules, messages
from monitor.engine.silence import Silence

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


def judge(docket: Docket, rules: Rules, *, silence: Silence, now: datetime) -> Ruling:
    """Judge every commitment owed on a case at `now`; never raises.

    A case that cannot be judged keeps its obligations as they were, says why, and is tried again
    an hour later: the rest of the tick goes on.
    """
    try:
        return _judge(docket, rules, silence, now)
    except NotInForceError as error:
        fault = CaseFault(key=docket.key, kind=FaultKind.NOT_IN_FORCE, message=str(error))
    except ClockRangeError as error:
        fault = CaseFault(key=docket.key, kind=FaultKind.OUT_OF_RANGE, message=str(error))
    except Exception as error:  # noqa: BLE001 - one case must not hold up a million others
        message = f"{type(error).__name__}: {error}"
        fault = CaseFault(key=docket.key, kind=FaultKind.UNEXPECTED, message=message, cause=error)
    return Ruling(docket=docket, fault=fault, retry_at=now + RETRY_AFTER)


def _judge(docket: Docket, rules: Rules, silence: Silence, now: datetime) -> Ruling:
    timeline = build_timeline(docket.observations)
    version = rules.book.in_force(timeline.received_at)
    bench = Bench(
        docket=docket,
        timeline=timeline,
        rules=rules,
        judgement=Judgement(
            now=now,
            silent_since=silence.since.get(timeline.source),
            gone_since=docket.gone_since,
        ),
        vouched_until=silence.vouched_until.get(timeline.source),
    )
    owed = bench.owed(version)
    judged = [bench.judge(commitment, version, region) for commitment, region in owed.values()]
    judged += [bench.release(before) for id_, before in docket.owed.items() if id_ not in owed]
    if owed:
        is_open = any(each.obligation.evaluation.is_open for each in judged)
        return Ruling(docket=docket, judged=judged, is_open=is_open)
    return Ruling(
        docket=docket,
        judged=judged,
        is_open=docket.gone_since is None and timeline.changes[-1].status not in _ENDED,
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


def subject_of(owed: Obligation) -> Subject:
    """What policies and silences choose an obligation by."""
    return Subject(
        provider=owed.key.provider,
        commitment=owed.commitment,
        organization=owed.organization,
        region=owed.region,
        severity=owed.severity,
        key=owed.key,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A case before its judge, with all the judge goes by."""

    docket: Docket
    timeline: Timeline
    rules: Rules
    judgement: Judgement
    vouched_until: datetime | None

    def owed(self, version: ContractVersion) -> dict[str, tuple[Commitment, RegionAnswer | None]]:
        """The commitments of every category the case ever had: one it left is shown too."""
        received_on = self.timeline.received_at.astimezone(zone(version.zone)).date()
        owed: dict[str, tuple[Commitment, RegionAnswer | None]] = {}
        for category in self.timeline.categories:
            answer = self._region(version, category, received_on)
            region = None if answer is None else answer.region
            for commitment in version.owed_on(category, region, received_on):
                by_place = commitment.region is not None
                owed.setdefault(commitment.id, (commitment, answer if by_place else None))
        return owed

    def judge(
        self, commitment: Commitment, version: ContractVersion, region: RegionAnswer | None
    ) -> Judged:
        clock = self.rules.book.clock(version, commitment.calendar)
        run = run_of(commitment, self.timeline, clock)
        evaluation = evaluate_run(commitment, self.timeline, run, self.judgement)
        owed = Obligation(
            id=0,
            key=self.timeline.key,
            source=self.timeline.source,
            organization=self.timeline.organization,
            place=self.timeline.place,
            region=None if region is None else region.region,
            region_provisional=region is not None and region.provisional,
            commitment=commitment.id,
            contract_version=version.version,
            calendar=commitment.calendar,
            unit=commitment.amount.unit,
            amount_seconds=commitment.amount.seconds,
            received_at=self.timeline.received_at,
            evaluated_at=self.judgement.now,
            evaluation=evaluation,
            confirmed_at=None,
            severity=self.timeline.severity,
        )
        return self._told(owed, commitment, version, run)

    def release(self, before: Owed) -> Judged:
        """What was owed once, and is not by any reading of the case any more.

        A corrected place or receipt can do that. Those who were told of it are told of that too.
        """
        evaluation = replace(
            before.obligation.evaluation,
            verdict=Verdict.CANCELLED,
            reason=Reason.NO_LONGER_OWED,
            next_wakeup_at=None,
        )
        # Its figures stay those of the instant it was last judged at, and so does that instant;
        # what is not owed rests on no guess of a place any more.
        owed = replace(before.obligation, region_provisional=False, evaluation=evaluation)
        try:
            version = self.rules.book.version(owed.contract_version)
            commitment = version.by_id[owed.commitment]
            clock = self.rules.book.clock(version, commitment.calendar)
            run = run_of(commitment, self.timeline, clock)
            return self._told(owed, commitment, version, run, released=True)
        except KeyError:
            # Its contract, or the promise itself, is not in the book any more.
            return Judged(obligation=owed, silent=self.judgement.silent_since is not None)

    def _told(
        self,
        owed: Obligation,
        commitment: Commitment,
        version: ContractVersion,
        run: Run,
        *,
        released: bool = False,
    ) -> Judged:
        """The obligation with its id, the steps that fire for it, and when to look again.

        `released`: by what is known now, it never was owed.
        """
        before = self.docket.owed.get(owed.commitment, Owed(obligation=owed))
        book = self.rules.book
        subject = subject_of(owed)
        people = self.rules.people(subject, version)
        quiet = {person.quiet_outside for person in people} - {None}
        situation = Situation(
            provider=owed.key.provider,
            commitment=commitment,
            run=run,
            evaluation=owed.evaluation,
            hours_clock=book.clock(version, version.support_hours),
            days_clock=book.clock(version, version.business_days),
            fired=before.fired,
            now=self.judgement.now,
            organization=owed.organization,
            region=owed.region,
            severity=owed.severity,
            people=people,
            mutes=self.docket.handling.mutes(subject),
            pagers_told=bool(self._pagers(before)),
            quiet={name: book.clock(version, name) for name in quiet if name},
        )
        if situation.last_told is not None:
            at = situation.last_told.at
            restated = owed.evaluation
            if not released:
                past = self.timeline.as_of(at)
                restated = evaluate(commitment, past, run.clock, Judgement(now=at))
            situation = replace(situation, restated=restated)
        decision = decide(self.rules.policy_for(subject), situation)
        return Judged(
            obligation=replace(
                owed,
                id=before.obligation.id,
                evaluation=replace(owed.evaluation, next_wakeup_at=decision.wake_at),
            ),
            silent=self.judgement.silent_since is not None,
            escalations=self._escalations(owed, situation, version, decision),
        )

    def _escalations(
        self, owed: Obligation, situation: Situation, version: ContractVersion, decision: Decision
    ) -> list[Escalation]:
        before = self.docket.owed.get(owed.commitment)
        organization = self.timeline.organization
        escalations = []
        corrected: Sequence[Recipient] = ()
        for firing in decision.firings:
            story = Story(
                timeline=self.timeline,
                run=situation.run,
                commitment=situation.commitment,
                contract=version,
                evaluation=situation.evaluation,
                firing=firing,
                upcoming=decision.upcoming,
                now=situation.now,
                confirmed_at=self.vouched_until,
                organization=self.rules.organizations.get(organization or ""),
                region_provisional=owed.region_provisional,
                learned=self._learned(firing.corrects, situation),
            )
            told, spared = self._told_before(before, firing), corrected
            if firing.reason is FiringReason.TAKEN_IN_HAND:
                # Whatever else they are told at this instant opens the incident that it marks.
                spared = ()
            people = situation.people
            sent = (
                []
                if self._is_history(firing)
                else messages(story, people, told, spared, self.rules.links)
            )
            if firing.corrects is not None:
                corrected = told
            escalations.append(Escalation(firing=firing, notifications=sent))
        return escalations

    def _learned(self, told: Told | None, situation: Situation) -> Observation | None:
        """The statement that a correction rests on; None: it rests on something else.

        A statement is dated by the start of the poll that learned it, which may have been under way
        as the message was decided. So where none is dated later, the last poll's are the reason
        exactly if the message would be right without them, by the rules of today.
        """
        if told is None:
            return None
        learned = learned_since(self.docket.observations, told.at)
        if learned is not None:
            return learned
        learned, before = learned_last(self.docket.observations)
        if not before:
            return None
        run, now = situation.run, situation.now
        past = build_timeline(before).as_of(told.at)
        without = evaluate(situation.commitment, past, run.clock, Judgement(now=told.at))
        return None if is_corrected(told, without, situation.evaluation, now) else learned

    def _told_before(self, before: Owed | None, firing: Firing) -> Sequence[Recipient]:
        """Those who had earlier messages on it and are to have this one."""
        if before is None:
            return ()
        if firing.reason is FiringReason.TAKEN_IN_HAND:
            return self._pagers(before)
        return before.told if firing.corrects is None else before.heard

    def _pagers(self, before: Owed) -> Sequence[Recipient]:
        return [each for each in before.told if each.channel in self.rules.pagers]

    def _is_history(self, firing: Firing) -> bool:
        told_from = self.docket.told_from
        return told_from is not None and firing.at < told_from

    def _region(
        self, version: ContractVersion, category: str, received_on: date
    ) -> RegionAnswer | None:
        """Where the case is delivered, if anything promised on the category depends on it."""
        promised = (c for c in version.commitments if c.category == category)
        if not any(commitment.region for commitment in promised):
            return None
        places = self.rules.book.places(version)
        return None if places is None else places.region_of(self.timeline.place, received_on)
