"""From the engine's transaction to a mailbox: a real database, a real mail server."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from monitor.alerts.channels.smtp import SmtpChannel
from monitor.alerts.notification import Channel
from monitor.alerts.outbox import Courier, DeliveryReport, DeliveryTerms, deliver_once
from monitor.alerts.outbox_store import Attempt, Claimed, OutboxStore, Outcome, State
from monitor.store.database import Database
from monitor.store.outbox import Outbox
from tests.support.smtp import FaultySink, part, smtp_server
from tests.support.world import World, ticket

RECEIVED = "2026-11-23 08:00"  # Due at 15:00.


@pytest.fixture
def server() -> Iterator[FaultySink]:
    with smtp_server() as started:
        yield started


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def mail_to(server: FaultySink) -> Channel:
    return SmtpChannel(
        "mail",
        host=server.host,
        port=server.port,
        sender="vigie@example.org",
        security="none",
        timeout=timedelta(seconds=5),
    )


def deliver(
    world: World, server: FaultySink, *, store: OutboxStore | None = None, owner: str = "test"
) -> DeliveryReport:
    return deliver_once(courier(world, server, store or world.outbox, owner))


def courier(world: World, server: FaultySink, store: OutboxStore, owner: str) -> Courier:
    return Courier(
        store=store,
        channels={"mail": mail_to(server)},
        terms=DeliveryTerms(),
        now=lambda: world.now,
        random=lambda: 1.0,
        owner=owner,
    )


def message_ids(server: FaultySink) -> list[str]:
    return [str(mail.message["Message-ID"]) for mail in server.received]


def breached(world: World, *refs: str, day: str = "2026-11-23") -> None:
    """Incidents late by an hour at 16:00; two who hold roles of the steps passed are told."""
    world.at(f"{day} 08:00")
    for ref in refs:
        world.says("received", received_at=f"{day} 08:00", key=ticket(ref))
    world.at(f"{day} 16:00").polled_tick()


def test_a_breach_reaches_the_mailbox_and_its_close_joins_the_conversation(world, server):
    breached(world, "INC-1")
    assert deliver(world, server).count(State.SENT) == 2
    assert {mail.recipients for mail in server.received} == {
        ("gestion@example.org",),
        ("telus@example.com",),
    }
    breach = server.received[0].message
    assert breach["Subject"].startswith("[MANQUEMENT] TELUS · ")
    assert "INC-1" in part(breach, "plain")
    assert "INC-1" in part(breach, "html")

    world.at("2026-11-23 16:30").says("resolved", received_at=RECEIVED, key=ticket("INC-1"))
    world.tick()
    assert deliver(world, server).count(State.SENT) == 2
    close = server.received[-1].message
    assert close["Subject"].startswith("[CLOS] TELUS · ")
    assert close["References"] == breach["References"]
    assert len(set(message_ids(server))) == 4


def test_nothing_is_sent_twice(world, server):
    breached(world, "INC-1")
    deliver(world, server)
    world.clock.advance(timedelta(hours=1))
    world.polled_tick()
    assert deliver(world, server).deliveries == ()
    assert server.count == 2


class DiesBeforeRecording(Outbox):
    """As a process killed once the relay has accepted: nothing of it is recorded."""

    def record(self, *_: object, **__: object) -> bool:
        raise SystemExit

    def release(self, claimed: object, next_attempt_at: object) -> None:
        """Nobody is left to do that."""


def test_killed_between_sending_and_recording_it_is_sent_again_under_the_same_id(world, server):
    breached(world, "INC-1")
    with pytest.raises(SystemExit):
        deliver(world, server, store=DiesBeforeRecording(world.database), owner="killed")
    assert server.count == 1
    assert deliver(world, server).deliveries == (), "the lease of the dead still runs"
    world.clock.advance(DeliveryTerms().lease)
    assert deliver(world, server).count(State.SENT) == 2
    assert sorted(Counter(message_ids(server)).values()) == [1, 2]


def test_a_round_that_broke_off_goes_on_without_waiting_for_its_lease(world, server):
    breached(world, "INC-1", "INC-2")
    with pytest.raises(SystemExit):
        deliver(world, server, store=DiesBeforeRecording(world.database), owner="broken")
    assert world.outbox.resume("mail", owner="another", now=world.now) == 0
    assert deliver(world, server, owner="another").deliveries == ()
    assert world.outbox.resume("mail", owner="broken", now=world.now) == 4
    assert deliver(world, server, owner="broken").count(State.SENT) == 4
    assert world.outbox.resume("mail", owner="broken", now=world.now) == 0
    # The one that had arrived comes again, under the same id; the others once.
    assert sorted(Counter(message_ids(server)).values()) == [1, 1, 1, 2]


def test_a_relay_down_over_a_weekend_delivers_all_on_monday(world, server):
    friday = "2026-11-27"
    breached(world, *(f"INC-{n}" for n in range(3)), day=friday)
    server.answers["MAIL"] = "421 4.3.2 Closed for the weekend"
    while world.now.isoweekday() != 1:
        report = deliver(world, server)
        assert report.count(State.DEAD) == 0
        due = world.outbox.next_due_at("mail")
        assert due is not None
        world.clock.move_to(max(due, world.now))
    server.answers.clear()
    world.clock.advance(timedelta(minutes=10))
    assert deliver(world, server).count(State.SENT) == 6
    assert len(set(message_ids(server))) == 6


def test_a_recipient_refused_for_good_is_a_dead_letter_and_the_other_hears(world, server):
    server.answers["RCPT:telus@example.com"] = "550 5.1.1 No such user"
    breached(world, "INC-1")
    report = deliver(world, server)
    assert (report.count(State.DEAD), report.count(State.SENT)) == (1, 1)
    assert world.outbox.next_due_at() is None


def test_two_who_deliver_at_once_share_the_work(world, server):
    breached(world, *(f"INC-{n}" for n in range(30)))
    begin = threading.Barrier(2)

    def work(owner: str) -> None:
        carrier = courier(world, server, world.outbox, owner)
        begin.wait()
        while deliver_once(carrier, limit=5).deliveries:
            pass

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work, owner) for owner in ("one", "two")]:
            done.result()
    assert server.count == 60
    assert len(set(message_ids(server))) == 60


def test_one_whose_lease_ran_out_does_not_undo_what_another_recorded(world, server):
    breached(world, "INC-1")
    lease = DeliveryTerms().lease
    slow = world.outbox.claim("mail", owner="slow", now=world.now, lease=lease, limit=10)
    world.clock.advance(lease)
    assert deliver(world, server).count(State.SENT) == 2
    assert not late_failure(world.outbox, slow[0], world)
    assert world.outbox.next_due_at() is None
    assert deliver(world, server).deliveries == ()


def late_failure(store: Outbox, claimed: Claimed, world: World) -> bool:
    attempt = Attempt(
        started_at=world.now, finished_at=world.now, outcome=Outcome.FAILED, detail="timed out"
    )
    return store.record(claimed, attempt, State.QUEUED, world.now)
