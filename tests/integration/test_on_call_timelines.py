"""What operators do, through the real engine and store: at this time, this; expect that."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from monitor.alerts.escalation import FiringReason, Recipient
from monitor.alerts.interventions import Act, Via
from monitor.alerts.policy import Policy
from monitor.cases.obligation import Verdict
from monitor.engine.endings import announce_endings
from monitor.store.database import Database
from monitor.store.endings import Endings
from monitor.store.interventions import Interventions
from monitor.store.oncall import OnCall
from monitor.store.tables import acknowledgement, case, escalation, notification
from tests.support.cases import KEY, QUEBEC, utc
from tests.support.rulings import book, promising, version
from tests.support.world import DESK, MANAGER, World, rules, ticket

RECEIVED = "2026-11-23 09:00"
"""A Monday. 7 business hours end at 16:00, 50% at 12:30, 80% at 14:36."""
ACT = Act(by="Ariane", why="TELUS calls back", via=Via.CLI)


class OnCallWorld(World):
    """With an operator in it."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.acts = Interventions(database)
        self.shown = OnCall(database)

    def received(self, **changes) -> "OnCallWorld":
        self.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED, **changes)
        return self

    def acknowledged(self, until: str | None, commitment: str | None = None) -> None:
        until_at = None if until is None else utc(until)
        self.acts.acknowledge(KEY, commitment, ACT, until=until_at, at=self.now)

    def silenced(self, start: str, end: str, **matchers: list[str]) -> int:
        return self.acts.silence(
            matchers or {"provider": ["telus"]}, ACT,
            starts_at=utc(start), ends_at=utc(end), at=self.now,
        )  # fmt: skip

    def told(self, key=KEY) -> list[tuple[str, str]]:
        """The steps that a message went out for, with when."""
        record = self.readings.case(key)
        assert record
        return [
            (each.step, _local(each.fired_at)) for each in record.escalations if each.notifications
        ]

    def quiet(self, key=KEY) -> list[tuple[str, str]]:
        """The steps that an operator kept quiet, with why."""
        record = self.readings.case(key)
        assert record
        return [
            (each.step, each.reason)
            for each in record.escalations
            if FiringReason(each.reason).is_muted
        ]


def _local(at: datetime) -> str:
    return at.astimezone(QUEBEC).strftime("%d %H:%M")


@pytest.fixture
def world(database: Database) -> OnCallWorld:
    return OnCallWorld(database).received()


def test_an_acknowledgement_stops_the_ladder_and_its_lapse_says_so(world):
    world.run_until("2026-11-23 13:00")
    world.acknowledged("2026-11-24 09:00")
    world.run_until("2026-11-24 08:59")
    assert world.told() == [("half", "23 12:30")]
    assert world.quiet() == [("warning", "acknowledged"), ("breach", "acknowledged")]
    world.run_until("2026-11-24 12:00")
    assert world.told() == [
        ("half", "23 12:30"), ("lapsed#1", "24 09:00"), ("complaint", "24 11:00"),
    ]  # fmt: skip
    record = world.readings.case(KEY)
    assert record
    lapse = next(each for each in record.escalations if each.step == "lapsed#1")
    # To those of the step it stands at, and to those told before.
    assert {n.address for n in lapse.notifications} == {MANAGER.address, DESK.address}
    assert lapse.because == {"kind": "acknowledged", "id": 1, "by": "Ariane", "why": ACT.why}


def test_ended_by_hand_it_goes_on_at_once(world):
    world.run_until("2026-11-23 13:00")
    world.acknowledged("2026-11-24 09:00")
    world.run_until("2026-11-23 15:00")
    world.acts.end_acknowledgement(KEY, None, ACT, at=world.now)
    world.tick()
    assert world.told() == [("half", "23 12:30"), ("lapsed#1", "23 15:00")]
    world.run_until("2026-11-23 17:00")
    assert world.told()[-1] == ("breach", "23 16:00")


def test_one_that_is_prolonged_lapses_once(world):
    world.run_until("2026-11-23 13:00")
    world.acknowledged("2026-11-23 15:00")
    world.at("2026-11-23 14:00").acknowledged("2026-11-23 17:00")
    world.run_until("2026-11-24 08:00")
    assert [step for step, _ in world.told()] == ["half", "lapsed#2"]


def test_a_close_ends_it_and_a_reopened_case_is_told_again(world):
    world.run_until("2026-11-23 13:00")
    world.acknowledged(None)
    world.run_until("2026-11-23 14:00")
    world.says("resolved", received_at=RECEIVED)
    world.tick()
    assert world.told()[-1] == ("closed", "23 14:00")
    world.at("2026-11-23 15:00").says("reopened", received_at=RECEIVED)
    world.run_until("2026-11-24 09:00")
    # An hour of stop moves the deadline to 8:00 the next morning.
    assert world.quiet() == []
    assert [step for step, _ in world.told()][2:] == ["half", "warning", "breach"]


def test_one_commitment_of_a_case(world):
    world.at("2026-11-23 10:00").tick()
    world.acknowledged("2026-11-23 13:00", "incident-resolution")
    world.run_until("2026-11-23 12:45")
    assert world.quiet() == [("half", "acknowledged")]


def test_what_came_due_in_it_while_down_is_kept_quiet_and_the_lapse_tells(world):
    world.run_until("2026-11-23 13:00")
    world.acknowledged("2026-11-23 17:00")
    world.at("2026-11-24 08:00").polled()
    world.tick()
    assert world.quiet() == [("warning", "acknowledged"), ("breach", "acknowledged")]
    assert world.told() == [("half", "23 12:30"), ("lapsed#1", "24 08:00")]


def test_a_silence_set_beforehand_tells_what_stands_when_it_ends(world):
    world.run_until("2026-11-23 10:00")
    world.silenced("2026-11-23 15:00", "2026-11-23 20:00")
    world.run_until("2026-11-23 19:59")
    assert world.told() == [("half", "23 12:30"), ("warning", "23 14:36")]
    assert world.quiet() == [("breach", "silenced")]
    assert world.verdict() is Verdict.BREACHED
    world.run_until("2026-11-24 09:00")
    assert world.told()[2:] == [("resumed:breach", "23 20:00")]
    world.run_until("2026-11-24 12:00")
    assert world.told()[3:] == [("complaint", "24 11:00")]


def test_ended_early_it_tells_at_once(world):
    number = world.silenced("2026-11-23 15:00", "2026-11-25 20:00")
    world.run_until("2026-11-23 17:00")
    world.acts.end_silence(number, ACT, at=world.now)
    world.tick()
    assert world.told()[2:] == [("resumed:breach", "23 17:00")]


def test_closed_in_a_silence_nobody_hears_but_those_told_before(world):
    other = ticket("INC-2")
    world.says("received", RECEIVED, received_at=RECEIVED, key=other)
    world.silenced("2026-11-23 12:00", "2026-11-23 20:00", case=["INC-2"])
    world.run_until("2026-11-23 17:00")
    for key in (KEY, other):
        world.says("resolved", received_at=RECEIVED, key=key)
    world.run_until("2026-11-24 09:00")
    assert world.told(other) == []
    assert [step for step, _ in world.told()] == ["half", "warning", "breach", "closed"]


@pytest.mark.parametrize(
    ("matchers", "matches"),
    [
        ({"provider": ["rogers", "telus"]}, True),
        ({"provider": ["rogers"]}, False),
        ({"commitment": ["incident-resolution"], "provider": ["telus"]}, True),
        ({"commitment": ["incident-resolution"], "provider": ["rogers"]}, False),
        ({"case": [str(KEY)]}, True),
        ({"case": ["INC-2"]}, False),
        ({"organization": ["1001"]}, True),
        ({"organization": ["1002"]}, False),
        ({"region": ["remote"]}, False),
    ],
)
def test_what_a_silence_matches(database, matchers, matches):
    world = OnCallWorld(database).received(organization="1001")
    world.silenced("2026-11-23 09:00", "2026-11-23 20:00", **matchers)
    world.run_until("2026-11-23 13:00")
    assert bool(world.quiet()) is matches
    # And those who list what is silenced find the same.
    assert bool(world.shown.muted(world.now)) is matches


def test_a_case_on_hold_is_judged_and_told_to_nobody_until_it_is_released(world):
    world.at("2026-11-23 10:00").tick()
    world.acts.hold(KEY, ACT, at=world.now)
    world.run_until("2026-11-23 17:00")
    assert world.verdict() is Verdict.BREACHED
    assert world.told() == []
    assert {reason for _, reason in world.quiet()} == {"held"}
    (muted,) = world.shown.muted(world.now)
    assert (muted.key, muted.verdict, muted.mute.why) == (KEY, Verdict.BREACHED, ACT.why)
    world.acts.release(KEY, ACT, at=world.now)
    world.tick()
    assert world.told() == [("resumed:breach", "23 17:00")]


def test_a_note_kept_quiet_is_not_told_afterwards(world):
    world.silenced("2026-11-23 12:00", "2026-11-23 13:00")
    world.run_until("2026-11-23 14:00")
    assert (world.quiet(), world.told()) == ([("half", "silenced")], [])


def test_a_tick_repeated_adds_nothing(world):
    world.run_until("2026-11-23 13:00")
    world.acknowledged("2026-11-23 15:00")
    world.silenced("2026-11-23 15:30", "2026-11-23 20:00")
    world.run_until("2026-11-24 12:00")
    before = world.contents(escalation, notification)
    for text in ("2026-11-23 15:00", "2026-11-23 16:30", "2026-11-24 12:00"):
        world.at(text)
        with world.database.write() as connection:
            connection.execute(update(case).values(marked_at=world.now))
        world.tick()
    assert world.contents(escalation, notification) == before


def test_looking_more_often_changes_nothing(database):
    """Ticks where time calls for it, and a hundred more between: the same steps, told alike."""
    stories = []
    for minutes in (None, 7):
        world = OnCallWorld(database)
        key = ticket(f"INC-{minutes}")
        world.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED, key=key)
        world.acts.silence(
            {"case": [key.ref]}, ACT,
            starts_at=utc("2026-11-23 14:00"), ends_at=utc("2026-11-23 18:00"), at=world.now,
        )  # fmt: skip
        world.tick()
        if minutes is not None:
            for hour in range(10, 24):
                world.run_until(f"2026-11-23 {hour}:07")
                world.run_until(f"2026-11-23 {hour}:41")
        world.run_until("2026-11-25 17:00")
        record = world.readings.case(key)
        assert record
        stories.append(
            [(e.step, e.reason, e.fired_at, len(e.notifications)) for e in record.escalations]
        )
    assert stories[0] == stories[1]
    assert [step for step, *_ in stories[0]] == [
        "half", "warning", "breach", "resumed:breach", "complaint", "adviser",
    ]  # fmt: skip


def test_a_step_that_repeats_until_somebody_takes_it_in_hand(world):
    steps = [
        {"id": "breach", "at": "breach", "notify": ["contract-manager"], "every": "2 h"},
    ]
    world.rules = rules(policy=Policy.model_validate({"steps": steps}))
    world.run_until("2026-11-24 11:30")
    assert world.told() == [
        ("breach", "23 16:00"), ("breach#2", "24 09:00"), ("breach#3", "24 11:00"),
    ]  # fmt: skip
    world.acknowledged("2026-11-24 16:00")
    world.run_until("2026-11-24 17:30")
    assert world.told()[3:] == [("lapsed#1", "24 16:00"), ("breach#6", "24 17:00")]
    # After a night and a day down, one message and not five.
    world.at("2026-11-26 08:30").polled()
    world.tick()
    assert len(world.told()) == 6


def test_as_often_as_it_says(world):
    steps = [
        {"id": "breach", "at": "breach", "notify": ["contract-manager"], "every": "1 h", "times": 3}
    ]
    world.rules = rules(policy=Policy.model_validate({"steps": steps}))
    world.run_until("2026-11-25 17:00")
    assert [step for step, _ in world.told()] == ["breach", "breach#2", "breach#3"]


def test_quiet_hours_over_a_weekend(database):
    """Received on Friday at 15:00, 7 h on a clock that never stops: half at 18:30, due at 22:00."""
    world = OnCallWorld(database)
    around = version(promising("incident-resolution", calendar="24x7"))
    day_worker = replace(MANAGER, quiet_outside="quebec-support")
    night = Recipient(role="contract-manager", channel="mail", address="nuit@example.org")
    steps = [
        {"id": "half", "at": "50%", "notify": ["contract-manager"]},
        {"id": "breach", "at": "breach", "notify": ["on-call"], "urgent": True},
    ]
    world.rules = rules(
        book=book(around),
        policy=Policy.model_validate({"steps": steps}),
        recipients=(day_worker, night, replace(night, role="on-call", address="garde@example.org")),
    )
    friday = "2026-11-20 15:00"
    world.at(friday).says("received", friday, received_at=friday)
    world.run_until("2026-11-23 12:00")
    record = world.readings.case(KEY)
    assert record
    assert [
        (each.step, _local(each.fired_at), [n.address for n in each.notifications])
        for each in record.escalations
    ] == [
        ("half", "20 18:30", ["nuit@example.org"]),
        ("breach", "20 22:00", ["garde@example.org"]),
        # The day worker, who holds no role of the breach, hears on Monday morning.
        ("half@quebec-support", "23 08:00", [MANAGER.address]),
    ]


def test_quiet_hours_of_a_case_closed_meanwhile(database):
    world = OnCallWorld(database)
    world.rules = rules(
        book=book(version(promising("incident-resolution", calendar="24x7"))),
        recipients=(replace(MANAGER, quiet_outside="quebec-support"),),
    )
    friday = "2026-11-20 15:00"
    world.at(friday).says("received", friday, received_at=friday)
    world.run_until("2026-11-20 20:00")
    world.says("resolved", received_at=friday)
    world.run_until("2026-11-23 12:00")
    assert world.told() == []


def test_an_order_of_fallback(world):
    steps = [
        {
            "id": "half",
            "at": "50%",
            "notify": [["organization-respondent", "contract-manager"], "provider-desk"],
        }
    ]
    respondent = Recipient(
        role="organization-respondent", channel="mail", address="r@example.org", organization="1001"
    )
    world.rules = rules(
        policy=Policy.model_validate({"steps": steps}), recipients=(MANAGER, DESK, respondent)
    )
    other = ticket("INC-2")
    world.says("received", RECEIVED, received_at=RECEIVED, key=other, organization="1001")
    world.run_until("2026-11-23 13:00")

    def addresses(key) -> list[str]:
        record = world.readings.case(key)
        assert record
        return [n.address for each in record.escalations for n in each.notifications]

    assert addresses(KEY) == [MANAGER.address, DESK.address]
    assert addresses(other) == ["r@example.org", DESK.address]


def test_business_time_left(world):
    steps = [
        {"id": "two-hours", "at": "2 h left", "notify": ["contract-manager"]},
        {"id": "too-long", "at": "9 h left", "notify": ["contract-manager"]},
        {"id": "a-day", "at": "1 d left", "notify": ["contract-manager"]},
    ]
    world.rules = rules(policy=Policy.model_validate({"steps": steps}))
    world.run_until("2026-11-24 09:00")
    assert world.told() == [("two-hours", "23 14:00")]


def test_the_first_policy_that_is_about_it(world):
    def policy(name: str, **about):
        step = {"id": name, "at": "50%", "notify": ["contract-manager"]}
        return Policy.model_validate({"name": name, "steps": [step], **about})

    world.rules = rules(
        policies=(
            policy("rogers", providers=["rogers"]),
            policy("body", organizations=["1001"]),
            policy("grave", severities=["Critical"]),
            policy("telus", providers=["telus"]),
        )
    )
    other = ticket("INC-2")
    world.says("received", RECEIVED, received_at=RECEIVED, key=other, organization="1001")
    grave = ticket("INC-3")
    world.says("received", RECEIVED, received_at=RECEIVED, key=grave, severity="CRITICAL")
    world.run_until("2026-11-23 13:00")
    assert [step for step, _ in world.told(grave)] == ["grave"]
    assert world.owed("incident-resolution", grave).severity == "CRITICAL"
    assert [step for step, _ in world.told()] == ["telus"]
    assert [step for step, _ in world.told(other)] == ["body"]


def test_nothing_is_undone_by_a_crash_between(world):
    """An act and its marks are one transaction: what is refused leaves nothing behind."""
    world.tick()
    with pytest.raises(Exception, match="is past"):
        world.acknowledged("2026-11-20 09:00")
    assert world.rows(acknowledgement) == []
    assert world.tick().cases == 0
    world.acknowledged("2026-11-23 12:00")
    assert world.tick().cases == 1


def test_a_silence_about_to_end_is_announced_once_where_it_kept_something_quiet(world):
    world.silenced("2026-11-23 15:00", "2026-11-23 20:00")
    world.silenced("2026-11-23 15:00", "2026-11-23 20:00", provider=["rogers"])
    endings = Endings(world.database)

    def announced() -> int:
        return announce_endings(endings, world.rules, world.now)

    world.run_until("2026-11-23 18:59")
    assert announced() == 0
    world.run_until("2026-11-23 19:00")
    assert [announced() for _ in range(2)] == [1, 0]
    (claimed,) = world.outbox.claim(
        "mail", owner="test", now=world.now, lease=timedelta(minutes=2), limit=10
    )[-1:]
    notice = claimed.notification
    assert (notice.step, notice.address) == ("silence-ending", MANAGER.address)
    assert notice.subject.replace("\u00a0", " ") == (
        "[SOURDINE] La mise en sourdine 1 prend fin le 23 nov. à 20 h"
    )
    assert "1 obligation" in notice.text
    # It is no message on the case, and none of those who had it are told of a close.
    assert world.told() == [("half", "23 12:30"), ("warning", "23 14:36")]
    world.run_until("2026-11-24 09:00")
    assert announced() == 0


def test_a_short_silence_is_announced_from_its_middle_on(world):
    world.silenced("2026-11-23 15:45", "2026-11-23 16:25")
    world.run_until("2026-11-23 16:04")
    endings = Endings(world.database)
    assert announce_endings(endings, world.rules, world.now) == 0
    world.run_until("2026-11-23 16:05")
    assert announce_endings(endings, world.rules, world.now) == 1


def test_a_link_followed_by_two_at_once_acts_once(world):
    world.tick()
    until = utc("2026-11-23 15:00")

    def follow(_) -> bool:
        acted: bool = world.acts.acknowledge_by_link(
            "d" * 64, KEY, "incident-resolution", ACT, until=until, at=world.now
        )
        return acted

    with ThreadPoolExecutor(4) as readers:
        assert sorted(readers.map(follow, range(4))) == [False, False, False, True]
    assert len(world.rows(acknowledgement)) == 1
