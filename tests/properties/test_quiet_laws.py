"""Whatever operators do and however often one looks, what is kept quiet keeps its laws."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.alerts.escalation import Firing
from monitor.alerts.interventions import Mute, MuteKind, in_force
from monitor.alerts.policy import Policy
from monitor.alerts.policy.decision import decide
from monitor.alerts.policy.situation import Fired, Situation
from monitor.cases.evaluate import Judgement, evaluate, run_of
from monitor.clock import BusinessClock, load_calendar
from tests.support.cases import commitment, timeline, utc

HOURS = BusinessClock(load_calendar("quebec-support"))
DAYS = BusinessClock(load_calendar("quebec-days"))
START = utc("2026-11-23 08:00")
END = START + timedelta(days=5)
PROMISE = commitment("7 h")
CASE = timeline("2026-11-23 08:00")
REPEATING = Policy.model_validate(
    {
        "steps": [
            {"id": "half", "at": "50%", "notify": ["a"]},
            {"id": "left", "at": "1 h left", "notify": ["b"]},
            {"id": "breach", "at": "breach", "notify": ["a", "c"], "every": "3 h"},
            {"id": "later", "at": "breach + 5 h", "notify": ["d"]},
        ]
    }
)

minutes = st.integers(0, 4 * 24 * 60)
stretches = st.tuples(
    st.sampled_from(MuteKind), minutes, st.integers(1, 3000), st.booleans()
)  # fmt: skip


def mutes_of(drawn) -> list[Mute]:
    found = []
    for number, (kind, start, length, endless) in enumerate(drawn, 1):
        at = START + timedelta(minutes=start)
        # A silence always has an end.
        end = None if endless and kind is not MuteKind.SILENCED else at + timedelta(minutes=length)
        found.append(Mute(kind=kind, id=number, start=at, end=end, by="A", why="w"))
    return found


def played(policy: Policy, mutes: list[Mute], looks: list[int]) -> list[tuple[datetime, Firing]]:
    """Looked at when time alone calls for it, and at these minutes too."""
    extra = sorted(START + timedelta(minutes=minute) for minute in looks)
    run = run_of(PROMISE, CASE, HOURS)
    fired: list[Fired] = []
    seen = []
    now = START
    while now <= END:
        decision = decide(
            policy,
            Situation(
                provider="telus",
                commitment=PROMISE,
                run=run,
                evaluation=evaluate(PROMISE, CASE, HOURS, Judgement(now=now)),
                hours_clock=HOURS,
                days_clock=DAYS,
                fired=tuple(fired),
                now=now,
                mutes=mutes,
            ),
        )
        for firing in decision.firings:
            fired.append(Fired(firing.step, firing.episode, firing.at, None, firing.reason, now))
            seen.append((now, firing))
        following = [at for at in (decision.wake_at, *extra) if at is not None and at > now]
        if not following:
            break
        now = min(following)
    return seen


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([Policy(), REPEATING]),
    st.lists(stretches, max_size=4),
    st.lists(minutes, max_size=8),
)
def test_the_laws_of_quiet(policy, drawn, looks):
    mutes = mutes_of(drawn)
    seen = played(policy, mutes, looks)
    # Looking more often than time calls for changes nothing.
    assert seen == played(policy, mutes, [])
    steps = [firing.step for _, firing in seen]
    assert len(steps) == len(set(steps))
    for now, firing in seen:
        covering = in_force(mutes, now)
        if firing.told:
            # Nobody is told in quiet times.
            assert covering is None
            assert firing.roles
        if firing.reason.is_muted:
            assert not firing.roles
            assert firing.because is not None
            assert firing.because.covers(now) or firing.because.covers(firing.at)
    # A breach is never lost: told, or kept quiet by somebody who is named.
    if utc("2026-11-23 15:01") < END:
        assert any(step.startswith(("breach", "complaint", "adviser", "later")) for step in steps)
    # What was kept quiet is told of once it may be, if it was a warning at least.
    told_at = [now for now, firing in seen if firing.told]
    hushed = [
        now
        for now, firing in seen
        if firing.reason.is_muted and firing.tone.value in ("warning", "breach")
    ]
    free_at_the_end = in_force(mutes, END) is None
    if hushed and free_at_the_end:
        assert told_at
        assert max(told_at) > max(hushed)
