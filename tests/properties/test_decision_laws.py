"""Whatever a case goes through and whenever it is looked at, what is told keeps its laws."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.escalation import CLOSED, FiringReason, Told
from monitor.alerts.policy import Policy
from monitor.alerts.policy.decision import decide
from monitor.alerts.policy.situation import Decision, Fired, Situation
from monitor.cases.evaluate import Judgement, evaluate, run_of
from monitor.cases.obligation import Evaluation, Verdict
from monitor.cases.timeline import Timeline, build_timeline
from monitor.clock import BusinessClock, load_calendar
from monitor.contract.model import Commitment, ReopenRule, Status
from tests.support.cases import QUEBEC, commitment, said, utc

HOURS = BusinessClock(load_calendar("quebec-support"))
DAYS = BusinessClock(load_calendar("quebec-days"))
RECEIVED = "2026-11-23 08:00"
STATUSES = ("in_progress", "waiting_client", "resolved", "reopened", "cancelled", "closed")

minutes = st.integers(0, 20 * 24 * 60)
learned_after = st.sampled_from([0, 0, 90, 2 * 24 * 60])
happenings = st.lists(st.tuples(st.sampled_from(STATUSES), minutes, learned_after), max_size=6)
looks = st.lists(st.tuples(minutes, st.booleans()), min_size=1, max_size=12)
promises = st.builds(
    lambda amount, reopen, pauses: commitment(amount, reopen_rule=reopen, pause_statuses=pauses),
    st.sampled_from(["1 h", "7 h", "24 h", "3 d"]),
    st.sampled_from(ReopenRule),
    st.sampled_from([frozenset[Status](), frozenset({Status.WAITING_CLIENT})]),
)


@dataclass(frozen=True)
class Look:
    now: datetime
    evaluation: Evaluation
    decision: Decision
    fired: tuple[Fired, ...]


def looked(
    promise: Commitment,
    said_at: Sequence[tuple[str, int, int]],
    looked_at: Sequence[tuple[int, bool]],
) -> list[Look]:
    """Each look, in order of time, knows what was learned before it; a silent one vouches for less.

    After each, the same is looked at again at the same instant, which has to tell nothing.
    """
    start = utc(RECEIVED)
    clock = DAYS if promise.calendar == "quebec-days" else HOURS
    fired: list[Fired] = []
    seen = []
    for minute, silent in sorted(looked_at):
        now = start + timedelta(minutes=minute, microseconds=1)
        known = [
            (s, start + timedelta(minutes=at), start + timedelta(minutes=at + after))
            for s, at, after in said_at
            if at + after <= minute
        ]
        first = said("received", RECEIVED, received_at=RECEIVED)
        rest = [
            said(s, _local(at), received_at=RECEIVED, observed_at=_local(observed_at))
            for s, at, observed_at in known
        ]
        case = build_timeline([first, *rest])
        run = run_of(promise, case, clock)
        silent_since = now - timedelta(hours=3) if silent else None
        evaluation = evaluate(promise, case, clock, Judgement(now=now, silent_since=silent_since))
        situation = Situation(
            provider="telus",
            commitment=promise,
            run=run,
            evaluation=evaluation,
            hours_clock=HOURS,
            days_clock=DAYS,
            fired=tuple(fired),
            now=now,
        )
        decision = decide(Policy(), restated(situation, case))
        seen.append(Look(now, evaluation, decision, tuple(fired)))
        told = Told(
            at=now,
            verdict=evaluation.verdict,
            reason=evaluation.reason,
            due_at=evaluation.due_at,
            stopped_at=evaluation.stopped_at,
            reopened=evaluation.episode,
        )
        fired += [
            Fired(f.step, f.episode, f.at, told if f.told else None, f.reason, now)
            for f in decision.firings
        ]
        again = decide(Policy(), restated(replace(situation, fired=tuple(fired)), case))
        assert again.firings == ()
    return seen


def restated(situation: Situation, case: Timeline) -> Situation:
    last = situation.last_told
    if last is None:
        return situation
    found = evaluate(
        situation.commitment,
        case.as_of(last.at),
        situation.run.clock,
        Judgement(now=last.at),
    )
    return replace(situation, restated=found)


def _local(at: datetime) -> str:
    return at.astimezone(QUEBEC).strftime("%Y-%m-%d %H:%M")


@settings(max_examples=300, deadline=None)
@given(promises, happenings, looks)
def test_the_laws_of_telling(promise, said_at, looked_at):
    told_open = False
    for look in looked(promise, said_at, looked_at):
        firings = look.decision.firings
        # A step fires once an episode: the store would refuse it otherwise.
        before = {(f.step, f.episode) for f in look.fired}
        fresh = [(f.step, f.episode) for f in firings]
        assert not before & set(fresh)
        assert len(fresh) == len(set(fresh))
        # At most one message beside a correction, and the last of the list, so that it is stored
        # after what it covers.
        assert sum(f.told and f.corrects is None for f in firings) <= 1
        assert not any(f.told for f in firings) or firings[-1].told
        # Nothing is told before its time, nor to nobody in particular.
        told = look.decision.told
        if told is not None:
            assert told.at <= look.now
            assert told.roles or told.to_those_told
        # An open obligation is looked at again, at a later time, unless only a statement can help.
        wake_at = look.decision.wake_at
        assert wake_at is None or wake_at > look.now
        if look.evaluation.is_open:
            assert wake_at is not None or look.decision.upcoming is None
            told_open = told_open or told is not None
        else:
            # A close is never told to people who were told nothing, nor left untold to others.
            if told is not None and told.reason is FiringReason.CLOSED_AFTER_TOLD:
                assert told_open
            if told_open:
                assert told is not None
            told_open = False
        # A breach that just closed late has been told, one way or the other.
        if look.evaluation.verdict is Verdict.MISSED:
            age = look.now - (look.evaluation.stopped_at or look.now)
            known = [*before, *fresh]
            assert age > timedelta(days=7) or any(
                step not in (CLOSED, "half", "warning") for step, _ in known
            )
