"""Scripted: an incident owed in 7 business hours, received Monday at 8, so due Monday at 15."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.alerts.escalation import CLOSED, CORRECTION, Firing, FiringReason, Told, Tone
from monitor.alerts.policy import Policy
from monitor.alerts.policy.decision import decide
from monitor.alerts.policy.ladder import step_instants
from monitor.alerts.policy.situation import Decision, DecisionReason, Fired, Situation
from monitor.cases.evaluate import AN_INSTANT, Judgement, evaluate, run_of
from monitor.cases.obligation import Evaluation, Verdict
from monitor.clock import BusinessClock, load_calendar
from monitor.contract.model import ReopenRule, Status
from tests.support.cases import commitment, quebec, timeline, utc

HOURS = BusinessClock(load_calendar("quebec-support"))
DAYS = BusinessClock(load_calendar("quebec-days"))
RECEIVED = "2026-11-23 08:00"  # A Monday.
HALF, WARNING, DUE = "2026-11-23 11:30", "2026-11-23 13:36", "2026-11-23 15:00"
COMPLAINT, ADVISER = "2026-11-24 10:00", "2026-11-25 15:00"
MANAGER, DESK, RESPONDENT = "contract-manager", "provider-desk", "organization-respondent"
COMPLAINTS, CSPQ = "provider-complaints", "cspq-adviser"


@dataclass
class Script:
    """One obligation through time: what fires is remembered, as the store would."""

    statuses: list[tuple[str, str]] = field(default_factory=list)
    policy: Policy = field(default_factory=Policy)
    terms: dict[str, Any] = field(default_factory=dict)
    fired: list[Fired] = field(default_factory=list)
    silent_since: str | None = None

    def says(self, status: str, at: str) -> None:
        self.statuses.append((status, at))

    def tick(self, now: str, *, just_after: bool = False) -> Decision:
        promise = commitment(**({"amount": "7 h"} | self.terms))
        clock = DAYS if promise.calendar == "quebec-days" else HOURS
        case = timeline(RECEIVED, *self.statuses)
        at = utc(now) + (AN_INSTANT if just_after else timedelta())
        silent_since = None if self.silent_since is None else utc(self.silent_since)
        found = evaluate(promise, case, clock, Judgement(now=at, silent_since=silent_since))
        situation = Situation(
            provider="telus",
            commitment=promise,
            run=run_of(promise, case, clock),
            evaluation=found,
            hours_clock=HOURS,
            days_clock=DAYS,
            fired=tuple(self.fired),
            now=at,
        )
        if (last := situation.last_told) is not None:
            restated = evaluate(promise, case.as_of(last.at), clock, Judgement(now=last.at))
            situation = replace(situation, restated=restated)
        decision = decide(self.policy, situation)
        fresh = [
            Fired(f.step, f.episode, f.at, said(found, at) if f.told else None, f.reason, at)
            for f in decision.firings
        ]
        known = {(f.step, f.episode) for f in self.fired}
        assert not known & {(f.step, f.episode) for f in fresh}, "a step fired twice in an episode"
        assert len([f for f in decision.firings if f.told and f.corrects is None]) <= 1
        self.fired += fresh
        return decision

    def told(self, now: str, *, just_after: bool = False) -> Firing | None:
        return self.tick(now, just_after=just_after).told


def said(found: Evaluation, at: datetime) -> Told:
    """What a message decided at `at` tells of what was found."""
    return Told(
        at=at,
        verdict=found.verdict,
        reason=found.reason,
        due_at=found.due_at,
        stopped_at=found.stopped_at,
        reopened=found.episode,
    )


def steps_of(decision: Decision) -> list[tuple[str, FiringReason]]:
    return [(firing.step, firing.reason) for firing in decision.firings]


def at(instant: datetime | None) -> str | None:
    return (
        None
        if instant is None
        else instant.astimezone(quebec(DUE).tzinfo).strftime("%Y-%m-%d %H:%M")
    )


def test_the_instants_of_the_shipped_ladder():
    promise = commitment("7 h")
    run = run_of(promise, timeline(RECEIVED), HOURS)
    rungs = step_instants(reversed(Policy().steps), promise, run, HOURS, DAYS)
    assert [(rung.step.id, rung.at) for rung in rungs] == [
        ("half", utc(HALF)),
        ("warning", utc(WARNING)),
        ("breach", utc(DUE) + AN_INSTANT),
        ("complaint", utc(COMPLAINT)),
        ("adviser", utc(ADVISER)),
    ]


def test_hours_after_the_end_of_a_day_begin_at_the_next_opening():
    promise = commitment("3 d")
    run = run_of(promise, timeline(RECEIVED), DAYS)
    instants = {
        rung.step.id: at(rung.at)
        for rung in step_instants(Policy().steps, promise, run, HOURS, DAYS)
    }
    assert instants == {
        "half": "2026-11-25 12:00",
        "warning": "2026-11-26 09:36",
        "breach": "2026-11-27 00:00",
        "complaint": "2026-11-27 12:00",
        "adviser": "2026-12-01 00:00",  # Two business days after Thursday: the end of Monday.
    }


def test_up_the_ladder_step_by_step():
    script = Script()
    first = script.tick(RECEIVED)
    assert (first.firings, first.reason) == ((), DecisionReason.NOTHING_DUE)
    assert at(first.wake_at) == HALF
    assert first.upcoming is not None
    assert (first.upcoming.step, first.upcoming.roles) == ("half", (MANAGER,))

    expected = [
        (HALF, "half", Tone.NOTE, (MANAGER,), WARNING),
        (WARNING, "warning", Tone.WARNING, (MANAGER, DESK), DUE),
        (DUE, "breach", Tone.BREACH, (MANAGER, RESPONDENT, DESK), COMPLAINT),
        (COMPLAINT, "complaint", Tone.BREACH, (MANAGER, COMPLAINTS), ADVISER),
        (ADVISER, "adviser", Tone.BREACH, (MANAGER, CSPQ), None),
    ]
    for now, step, tone, roles, wake_at in expected:
        decision = script.tick(now, just_after=step == "breach")
        told = decision.told
        assert told is not None, step
        assert (told.step, told.tone, told.roles, told.reason) == (
            step,
            tone,
            roles,
            FiringReason.REACHED,
        )
        assert told.urgent == (tone is Tone.BREACH)
        assert not told.unconfirmed
        assert at(decision.wake_at) == wake_at
    assert script.tick("2026-12-31 12:00").reason is DecisionReason.NOTHING_DUE


def test_exactly_at_the_deadline_nothing_is_breached():
    script = Script()
    script.tick(WARNING)
    at_deadline = script.tick(DUE)
    assert at_deadline.firings == ()
    assert at_deadline.wake_at == utc(DUE) + AN_INSTANT
    told = script.told(DUE, just_after=True)
    assert told is not None
    assert (told.step, told.at) == ("breach", utc(DUE) + AN_INSTANT)


def test_a_tick_repeated_fires_nothing_again():
    script = Script()
    script.tick(HALF)
    assert script.tick(HALF).firings == ()


def test_after_downtime_one_message_speaks_for_all_the_steps_passed():
    script = Script()
    script.tick(HALF)
    decision = script.tick("2026-11-24 11:00")
    assert steps_of(decision) == [
        ("warning", FiringReason.OVERTAKEN),
        ("breach", FiringReason.OVERTAKEN),
        ("complaint", FiringReason.REACHED),
    ]
    assert [firing.roles for firing in decision.firings[:2]] == [(), ()]
    told = decision.told
    assert told is not None
    # The desk and the respondent would otherwise never hear of it.
    assert told.roles == (MANAGER, COMPLAINTS, RESPONDENT, DESK)
    assert script.told(ADVISER) is not None


def test_a_step_put_into_the_policy_below_one_that_fired_is_not_told():
    script = Script()
    script.tick(WARNING)
    extra = {"id": "three-quarters", "at": "75%", "notify": [MANAGER]}
    steps = [step.model_dump() for step in Policy().steps]
    script.policy = Policy.model_validate({"steps": [*steps, extra]})
    decision = script.tick("2026-11-23 14:00")
    assert steps_of(decision) == [("three-quarters", FiringReason.OVERTAKEN)]
    assert decision.told is None
    assert decision.reason is DecisionReason.NOTHING_DUE


def test_closed_in_time_before_anybody_was_told():
    script = Script()
    script.says("resolved", "2026-11-23 10:00")
    decision = script.tick("2026-11-23 10:05")
    assert (decision.firings, decision.reason, decision.wake_at) == (
        (),
        DecisionReason.CLOSED_QUIETLY,
        None,
    )


@pytest.mark.parametrize(
    ("told_at", "closed_at", "verdict"),
    [
        (HALF, "2026-11-23 14:00", Verdict.MET),
        ("2026-11-23 16:00", "2026-11-24 09:00", Verdict.MISSED),
    ],
)
def test_those_who_were_told_are_told_of_the_close(told_at, closed_at, verdict):
    script = Script()
    script.tick(told_at)
    script.says("resolved", closed_at)
    decision = script.tick(closed_at)
    assert decision.reason is DecisionReason.CLOSED_AFTER_TOLD
    told = decision.told
    assert told is not None
    assert (told.step, told.tone, told.to_those_told, told.roles) == (CLOSED, Tone.CLOSED, True, ())
    assert told.at == utc(closed_at)
    assert decision.upcoming is None
    assert script.tick("2026-11-30 12:00").firings == ()


def test_closed_late_while_nobody_looked_is_told_once_as_a_breach():
    script = Script()
    script.says("resolved", "2026-11-24 16:00")
    decision = script.tick("2026-11-25 08:00")
    assert decision.reason is DecisionReason.CLOSED_LATE
    assert steps_of(decision) == [
        (CLOSED, FiringReason.OVERTAKEN),
        ("breach", FiringReason.CLOSED_LATE),
    ]
    told = decision.told
    assert told is not None
    assert (told.at, told.to_those_told) == (utc(DUE) + AN_INSTANT, False)
    assert told.roles == (MANAGER, RESPONDENT, DESK)
    again = script.tick("2026-11-25 09:00")
    assert (again.firings, again.reason) == ((), DecisionReason.CLOSED_QUIETLY)


def test_closed_late_after_a_warning_is_one_message_to_all():
    script = Script()
    script.tick(WARNING)
    script.says("resolved", "2026-11-24 16:00")
    decision = script.tick("2026-11-25 08:00")
    assert steps_of(decision) == [
        (CLOSED, FiringReason.OVERTAKEN),
        ("breach", FiringReason.CLOSED_LATE),
    ]
    told = decision.told
    assert told is not None
    assert told.to_those_told
    assert script.tick("2026-11-25 09:00").firings == ()


def test_a_close_corrected_to_a_late_one_is_told_to_those_who_heard_otherwise():
    script = Script()
    script.tick(HALF)
    script.says("resolved", "2026-11-23 14:00")
    script.tick("2026-11-23 14:00")
    script.statuses = [("resolved", "2026-11-23 16:00")]
    decision = script.tick("2026-11-23 16:30")
    assert steps_of(decision) == [
        (CLOSED, FiringReason.OVERTAKEN),
        (CORRECTION, FiringReason.CORRECTED),
        ("breach", FiringReason.CLOSED_LATE),
    ]
    assert [firing.to_those_told for firing in decision.firings] == [False, True, False]
    assert script.tick("2026-11-23 16:40").firings == ()


def test_a_breach_taken_back_may_be_told_again_and_so_may_a_second_one():
    script = Script()
    script.tick("2026-11-23 16:00")
    script.terms = {"amount": "9 h"}  # As if a pause had been learned of: due at 17:00.
    decision = script.tick("2026-11-23 16:30")
    assert steps_of(decision) == [
        ("half", FiringReason.OVERTAKEN),
        (CORRECTION, FiringReason.CORRECTED),
        ("warning", FiringReason.REACHED),
    ]
    told = script.told("2026-11-23 17:00", just_after=True)
    assert told is not None
    assert (told.step, told.episode) == ("breach", 1)
    # The case is reopened after a close: one more round.
    script.says("resolved", "2026-11-23 17:30")
    assert script.told("2026-11-23 17:30") is not None
    script.says("reopened", "2026-11-24 09:00")
    decision = script.tick("2026-11-24 09:00")
    assert {firing.episode for firing in decision.firings} == {2}


def test_a_warning_that_came_too_soon_is_taken_back():
    script = Script()
    script.tick(WARNING)
    script.terms = {"amount": "14 h"}
    assert steps_of(script.tick("2026-11-23 13:40")) == [(CORRECTION, FiringReason.CORRECTED)]
    assert script.tick("2026-11-23 13:41").firings == ()


def test_a_note_is_never_taken_back():
    script = Script()
    script.tick(HALF)
    script.terms = {"amount": "14 h"}
    assert script.tick("2026-11-23 12:00").firings == ()


def test_a_cancellation_after_the_deadline_is_told_as_a_breach():
    script = Script()
    script.says("cancelled", "2026-11-23 16:00")
    told = script.told("2026-11-23 16:05")
    assert told is not None
    assert (told.step, told.reason) == ("breach", FiringReason.CLOSED_LATE)


@pytest.mark.parametrize(
    ("now", "step"), [("2026-11-30 16:00", "breach"), ("2026-11-30 16:01", None)]
)
def test_what_closed_long_ago_is_history(now, step):
    script = Script()
    script.says("resolved", "2026-11-23 16:00")
    decision = script.tick(now)
    assert (None if decision.told is None else decision.told.step) == step
    if step is None:
        assert decision.reason is DecisionReason.CLOSED_LONG_AGO


def test_a_reopened_case_is_a_new_episode_and_may_be_told_again():
    script = Script()
    script.tick(WARNING)
    script.says("resolved", "2026-11-23 14:00")
    script.tick("2026-11-23 14:00")
    script.says("reopened", "2026-11-24 09:00")
    decision = script.tick("2026-11-24 09:00")
    # One hour was left; the warning share is still used up.
    assert steps_of(decision) == [
        ("half", FiringReason.OVERTAKEN),
        ("warning", FiringReason.REACHED),
    ]
    assert {firing.episode for firing in decision.firings} == {1}
    told = script.told("2026-11-24 10:00", just_after=True)
    assert told is not None
    assert (told.step, told.episode) == ("breach", 1)
    script.says("resolved", "2026-11-24 10:30")
    closing = script.told("2026-11-24 10:30")
    assert closing is not None
    assert (closing.step, closing.episode) == (CLOSED, 1)


def test_a_late_case_reopened_and_closed_between_two_looks_is_not_told_again():
    script = Script()
    script.tick("2026-11-23 16:00")
    script.says("resolved", "2026-11-23 16:30")
    script.tick("2026-11-23 16:30")
    script.says("reopened", "2026-11-24 09:00")
    script.says("resolved", "2026-11-24 09:30")
    assert script.tick("2026-11-24 10:00").firings == ()


def test_a_clock_that_restarts_can_be_breached_again():
    script = Script(terms={"reopen_rule": ReopenRule.RESTART})
    script.tick("2026-11-23 16:00")
    script.says("resolved", "2026-11-23 16:30")
    script.tick("2026-11-23 16:30")
    script.says("reopened", "2026-11-24 08:00")
    script.says("resolved", "2026-11-25 09:00")
    told = script.told("2026-11-25 10:00")
    assert told is not None
    assert (told.step, told.episode, at(told.at)) == ("breach", 1, "2026-11-24 15:00")


def test_closed_and_reopened_between_two_looks_owes_one_news_of_a_close():
    script = Script()
    script.tick(HALF)
    script.says("resolved", "2026-11-23 12:00")
    script.says("reopened", "2026-11-23 12:10")
    script.says("resolved", "2026-11-23 12:20")
    closing = script.told("2026-11-23 12:30")
    assert closing is not None
    assert (closing.step, closing.episode) == (CLOSED, 1)
    assert script.tick("2026-11-23 13:00").firings == ()


def test_a_correction_that_takes_a_reopening_back_keeps_the_episode_told():
    script = Script(
        fired=[
            Fired("half", 0, utc(HALF)),
            Fired(CLOSED, 0, utc(HALF)),
            Fired("half", 1, utc(HALF)),
        ]
    )
    script.says("resolved", "2026-11-23 12:00")
    closing = script.told("2026-11-23 12:00")
    assert closing is not None
    assert (closing.step, closing.episode) == (CLOSED, 1)


def test_under_a_silent_source_steps_fire_unconfirmed():
    script = Script(silent_since="2026-11-23 11:00")
    note = script.told(HALF)
    assert note is not None
    assert note.unconfirmed
    breach = script.told("2026-11-23 15:30")
    assert breach is not None
    assert (breach.step, breach.unconfirmed) == ("breach", True)
    script.silent_since = None
    assert script.tick("2026-11-23 15:45").firings == ()


def test_a_breach_the_source_still_vouched_for_is_confirmed():
    script = Script(silent_since="2026-11-23 15:10")
    breach = script.told("2026-11-23 15:30")
    assert breach is not None
    assert not breach.unconfirmed


def test_a_pause_holds_the_ladder_off():
    script = Script(terms={"pause_statuses": frozenset({Status.WAITING_CLIENT})})
    script.says("waiting_client", "2026-11-23 12:00")
    paused = script.tick("2026-11-25 12:00")
    # Half was used up before the pause.
    assert steps_of(paused) == [("half", FiringReason.REACHED)]
    assert (paused.upcoming, paused.wake_at) == (None, None)
    script.says("in_progress", "2026-11-25 12:00")
    assert at(script.tick("2026-11-25 12:00").wake_at) == "2026-11-25 13:36"


def test_a_reclassified_case_tells_those_who_were_told():
    script = Script()
    script.tick(HALF)
    script.terms = {"category": "outage"}
    closing = script.told("2026-11-23 12:00")
    assert closing is not None
    assert (closing.step, closing.at) == (CLOSED, utc("2026-11-23 12:00"))


def test_a_policy_about_others_still_wakes_for_the_verdict():
    script = Script(policy=Policy(providers=("rogers",)))
    decision = script.tick("2026-11-23 14:00")
    assert (decision.firings, decision.upcoming) == ((), None)
    assert decision.wake_at == utc(DUE) + AN_INSTANT


def test_a_warning_is_a_share_at_or_above_the_commitment_s_own_threshold():
    script = Script(terms={"at_risk_percent": 50})
    told = script.told(HALF)
    assert told is not None
    assert told.tone is Tone.WARNING


def test_of_two_messages_of_one_instant_the_last_one_counts():
    """A breach told, and taken back at once by what the same instant's poll learned."""
    script = Script()
    assert steps_of(script.tick(COMPLAINT))[-1][0] == "complaint"
    script.says("resolved", "2026-11-23 10:00")
    assert steps_of(script.tick(COMPLAINT))[-1][0] == "correction"
    script.says("closed", "2026-11-23 10:30")
    assert script.told(ADVISER) is None
