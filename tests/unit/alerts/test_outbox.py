from collections.abc import Mapping
from datetime import timedelta

import pytest

from monitor.alerts.notification import Channel, DeliveryFault
from monitor.alerts.outbox import Courier, DeliveryReport, DeliveryTerms, deliver_once
from monitor.alerts.outbox_store import Outcome, State
from monitor.clock.wall import ManualClock
from tests.support.outbox import START, MemoryOutbox, ScriptedChannel, notification

DOWN = DeliveryFault("nobody there", permanent=False, whole_channel=True)
LATER = DeliveryFault("450 greylisted", permanent=False)
NEVER = DeliveryFault("550 no such user", permanent=True)
MINUTE = timedelta(minutes=1)


class Post:
    """An outbox, its channels and a clock moved by hand; chance always draws the longest wait."""

    def __init__(self, outbox: MemoryOutbox, *channels: ScriptedChannel, **terms: object) -> None:
        self.outbox = outbox
        self.clock = ManualClock(START)
        self.channels: Mapping[str, Channel] = {channel.name: channel for channel in channels}
        self.terms = DeliveryTerms(**terms)  # type: ignore[arg-type] # any of its fields
        self.draw = 1.0

    def deliver(self, **options: object) -> DeliveryReport:
        courier = Courier(
            store=self.outbox,
            channels=self.channels,
            terms=self.terms,
            now=self.clock.now,
            random=lambda: self.draw,
            owner="test",
        )
        return deliver_once(courier, **options)  # type: ignore[arg-type] # `only` and `limit`

    def state(self, index: int = 0) -> tuple[State, timedelta | None]:
        """The state, and the wait until the next attempt, from now."""
        row = self.outbox.rows[index]
        wait = None if row.next_attempt_at is None else row.next_attempt_at - self.clock.now()
        return row.state, wait


def test_what_is_due_is_sent_oldest_first_and_recorded():
    queued = [notification(n, created_at=START - n * MINUTE) for n in (1, 3, 2)]
    mail = ScriptedChannel()
    post = Post(MemoryOutbox(*queued), mail)
    report = post.deliver()
    assert mail.sent == [3, 2, 1]
    assert mail.closed == 1
    assert report.count(State.SENT) == 3
    assert [d.attempt.detail for d in report.deliveries] == [
        "250 kept 3",
        "250 kept 2",
        "250 kept 1",
    ]
    assert all(d.recorded for d in report.deliveries)
    assert post.state() == (State.SENT, None)
    assert post.deliver().deliveries == ()


def test_no_more_than_the_limit_at_once():
    mail = ScriptedChannel()
    post = Post(MemoryOutbox(*map(notification, range(5))), mail)
    assert len(post.deliver(limit=2).deliveries) == 2
    assert len(post.deliver(limit=2).deliveries) == 2
    assert mail.sent == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("attempts", "draw", "wait"),
    [
        (1, 1.0, 5),
        (1, 0.0, 2.5),
        (2, 1.0, 10),
        (3, 0.5, 15),
        (7, 1.0, 320),
        (8, 1.0, 600),
        (9999, 1.0, 600),
        (9999, 0.0, 300),
    ],
)
def test_the_wait_doubles_up_to_the_longest_with_chance_over_its_half(attempts, draw, wait):
    assert DeliveryTerms().pause_after(attempts, draw) == timedelta(seconds=wait)


def test_a_temporary_refusal_is_tried_again_ever_later_and_others_go_on():
    mail = ScriptedChannel(script={1: LATER})
    post = Post(MemoryOutbox(notification(1), notification(2)), mail)
    assert post.deliver().count(State.QUEUED) == 1
    assert mail.sent == [2]
    assert post.state() == (State.QUEUED, timedelta(seconds=5))
    post.clock.advance(timedelta(seconds=4))
    assert post.deliver().deliveries == ()
    post.clock.advance(timedelta(seconds=1))
    post.deliver()
    assert post.state() == (State.QUEUED, timedelta(seconds=10))
    mail.script.clear()
    post.clock.advance(timedelta(seconds=10))
    (delivery,) = post.deliver().deliveries
    assert delivery.state is State.SENT
    assert [a.outcome for a in post.outbox.rows[0].attempts] == [
        Outcome.FAILED,
        Outcome.FAILED,
        Outcome.ACCEPTED,
    ]


def test_a_refusal_for_good_is_a_dead_letter():
    post = Post(MemoryOutbox(notification()), ScriptedChannel(script={1: NEVER}))
    (delivery,) = post.deliver().deliveries
    assert (delivery.state, delivery.attempt.outcome, delivery.attempt.detail) == (
        State.DEAD,
        Outcome.REFUSED,
        "550 no such user",
    )
    assert post.state() == (State.DEAD, None)


def test_the_receiver_s_patience_is_honoured_where_it_is_longer():
    faults: dict[int, Exception] = {
        1: DeliveryFault("429", permanent=False, retry_after=timedelta(hours=1)),
        2: DeliveryFault("429", permanent=False, retry_after=timedelta(seconds=1)),
    }
    post = Post(MemoryOutbox(notification(1), notification(2)), ScriptedChannel(script=faults))
    post.deliver()
    assert post.state(0)[1] == timedelta(hours=1)
    assert post.state(1)[1] == timedelta(seconds=5)


def test_past_the_horizon_it_is_a_dead_letter():
    mail = ScriptedChannel(script={1: LATER})
    post = Post(MemoryOutbox(notification()), mail, horizon=timedelta(hours=1))
    post.deliver()
    while (wait := post.state()[1]) is not None:
        assert post.clock.now() + wait <= START + timedelta(hours=1)
        post.clock.advance(wait)
        post.deliver()
    assert post.state() == (State.DEAD, None)
    assert post.outbox.rows[0].attempts[-1].outcome is Outcome.FAILED
    assert START + timedelta(minutes=50) < post.clock.now() <= START + timedelta(hours=1)


def test_what_waited_while_nobody_delivered_gets_its_attempts_past_the_horizon():
    mail = ScriptedChannel(script={1: LATER})
    post = Post(MemoryOutbox(notification()), mail)
    post.clock.advance(timedelta(days=30))
    for _ in range(4):
        post.deliver()
        state, wait = post.state()
        assert state is State.QUEUED
        assert wait is not None
        post.clock.advance(wait)
    post.deliver()
    assert (len(mail.tried), post.state()) == (5, (State.DEAD, None))


def test_a_channel_that_is_down_is_asked_once_a_batch_and_nothing_else_is_counted():
    mail = ScriptedChannel(down=DOWN)
    post = Post(MemoryOutbox(*map(notification, range(4))), mail)
    report = post.deliver()
    assert (mail.tried, len(report.deliveries), report.released) == ([0], 1, 3)
    assert [len(row.attempts) for row in post.outbox.rows] == [1, 0, 0, 0]
    assert {post.state(n) for n in range(4)} == {(State.QUEUED, timedelta(seconds=5))}
    mail.down = None
    post.clock.advance(timedelta(seconds=5))
    assert post.deliver().count(State.SENT) == 4
    assert mail.sent == [0, 1, 2, 3]


def test_a_weekend_without_a_relay_loses_nothing():
    mail = ScriptedChannel(down=DOWN)
    post = Post(MemoryOutbox(*map(notification, range(50))), mail)
    monday = START + timedelta(hours=63)
    while post.clock.now() < monday:
        post.deliver()
        wait = post.state()[1]
        assert wait is not None
        post.clock.advance(wait)
    # One attempt a batch, ten minutes apart at most: the relay's return is not missed for long.
    assert len(mail.tried) < 63 * 60 / 5 + 20
    mail.down = None
    assert post.deliver().count(State.SENT) == 50
    assert mail.sent == list(range(50))


def test_one_channel_down_leaves_the_others_theirs():
    mail, pager = ScriptedChannel(down=DOWN), ScriptedChannel("pager")
    post = Post(MemoryOutbox(notification(1), notification(2, channel="pager")), mail, pager)
    post.deliver()
    assert pager.sent == [2]


def test_a_thread_that_serves_one_channel_leaves_the_others_alone():
    mail, pager = ScriptedChannel(), ScriptedChannel("pager")
    post = Post(MemoryOutbox(notification(1), notification(2, channel="pager")), mail, pager)
    post.deliver(only="pager")
    assert (mail.tried, mail.closed, pager.sent) == ([], 0, [2])
    assert post.state(0) == (State.QUEUED, timedelta(0))


@pytest.mark.parametrize("only", [None, "mail"])
def test_a_channel_that_is_not_configured_makes_a_visible_dead_letter(only):
    post = Post(MemoryOutbox(notification(1, channel="fax"), notification(2)), ScriptedChannel())
    report = post.deliver(only=only)
    assert post.state(0) == (State.DEAD, None)
    dead = next(d for d in report.deliveries if d.state is State.DEAD)
    assert (dead.attempt.outcome, dead.attempt.detail) == (
        Outcome.REFUSED,
        "no channel is named 'fax'; configured: mail",
    )
    assert report.count(State.SENT) == 1


def test_a_defect_in_a_channel_costs_an_attempt_and_no_more():
    mail = ScriptedChannel(script={1: KeyError("oops")})
    post = Post(MemoryOutbox(notification(1), notification(2)), mail)
    report = post.deliver()
    assert post.state(0) == (State.QUEUED, timedelta(seconds=5))
    assert report.deliveries[0].attempt.detail == "the channel broke: KeyError: 'oops'"
    assert mail.sent == [2]


def test_a_send_is_not_begun_in_the_last_half_of_a_lease():
    clock_steps = iter([50, 50, 50, 50])
    mail = ScriptedChannel()
    post = Post(MemoryOutbox(*map(notification, range(4))), mail, lease=timedelta(seconds=120))
    mail.on_send = lambda: post.clock.advance(timedelta(seconds=next(clock_steps)))
    report = post.deliver()
    assert (mail.sent, report.released) == ([0, 1], 2)
    assert post.deliver().count(State.SENT) == 2


def test_who_lost_the_lease_is_told_so():
    mail = ScriptedChannel()
    outbox = MemoryOutbox(notification())
    post = Post(outbox, mail)
    other_lease = timedelta(minutes=2)

    def another_takes_it() -> None:
        post.clock.advance(other_lease)
        outbox.claim("mail", owner="other", now=post.clock.now(), lease=other_lease, limit=1)

    mail.on_send = another_takes_it
    (delivery,) = post.deliver().deliveries
    assert (delivery.state, delivery.recorded) == (State.SENT, False)


def test_what_a_server_says_is_one_short_line():
    fault = DeliveryFault("554 no\r\nBcc: x\x1b[31m " + "y" * 900, permanent=True)
    post = Post(MemoryOutbox(notification()), ScriptedChannel(script={1: fault}))
    (delivery,) = post.deliver().deliveries
    assert delivery.attempt.detail.startswith("554 no  Bcc: x [31m yyy")
    assert len(delivery.attempt.detail) == 500


def test_what_was_claimed_is_given_back_when_the_store_breaks():
    class BrokenOutbox(MemoryOutbox):
        def record(self, *args: object, **options: object) -> bool:
            raise OSError("disk full")

    mail = ScriptedChannel()
    post = Post(BrokenOutbox(notification(1), notification(2)), mail)
    with pytest.raises(OSError, match="disk full"):
        post.deliver()
    assert mail.closed == 1
    # The first was sent and could not be recorded: its lease runs out, and it is sent again.
    assert post.state(0)[1] == post.terms.lease
    assert post.state(1)[1] == timedelta(0)
