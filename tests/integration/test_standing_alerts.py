"""What an incident receiver holds is kept, told again, and ended by the close."""

from datetime import timedelta

import pytest

from monitor.alerts.escalation import Recipient
from monitor.alerts.notification import DeliveryFault, Notification, Receipt
from monitor.alerts.outbox import Handling, deliver_once
from monitor.alerts.refreshing import Refresher
from monitor.clock.wall import ManualClock
from monitor.store.database import Database
from tests.support.carriers import courier
from tests.support.outbox import START, notification
from tests.support.world import World, rules, ticket

RECEIVED = "2026-11-23 08:00"
WATCH = Recipient(role="contract-manager", channel="am", address="equipe")


class Forgetful:
    """A receiver that has to be told again."""

    name = "am"
    refresh_every = timedelta(minutes=1)

    def __init__(self) -> None:
        self.sent: list[Notification] = []
        self.refreshed: list[list[str]] = []
        self.down = False

    def send(self, notification: Notification) -> Receipt:
        self.sent.append(notification)
        return Receipt("ok")

    def refresh(self, standing: object) -> Receipt:
        if self.down:
            raise DeliveryFault("down", permanent=False)
        assert isinstance(standing, list)
        self.refreshed.append([each.fields["case"] for each in standing])
        return Receipt("ok")

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def world(database: Database) -> World:
    world = World(database)
    world.rules = rules(recipients=(WATCH,))
    return world


def test_what_is_open_stands_and_what_closes_does_not(world: World) -> None:
    channel = Forgetful()
    carrier = courier(world, {"am": channel}, handlings={"am": Handling(stands=True)})
    world.at(RECEIVED)
    for ref in ("INC-1", "INC-2"):
        world.says("received", received_at=RECEIVED, key=ticket(ref))
    world.at("2026-11-23 14:00").polled_tick()
    deliver_once(carrier)
    world.at("2026-11-23 16:00").polled_tick()
    deliver_once(carrier)
    standing = world.outbox.standing("am")
    # The latest step of each, once.
    assert [(n.fields["case"], n.step) for n in standing] == [
        ("INC-1", "breach"),
        ("INC-2", "breach"),
    ]
    world.says("resolved", received_at=RECEIVED, key=ticket("INC-1"))
    world.tick()
    deliver_once(carrier)
    assert [n.fields["case"] for n in world.outbox.standing("am")] == ["INC-2"]
    assert world.outbox.standing("other") == []
    clock = ManualClock(START)
    refresher = Refresher(world.outbox, clock.now)
    assert refresher.refresh(channel)
    assert channel.refreshed == [["INC-2"]]


def test_it_is_told_again_in_time_and_a_fault_waits_for_the_next() -> None:
    class Store:
        def standing(self, channel: str) -> list[Notification]:
            return [notification(channel=channel, fields={"case": "INC-1"})]

    clock = ManualClock(START)
    channel = Forgetful()
    refresher = Refresher(Store(), clock.now)  # type: ignore[arg-type]  # All that it asks for.
    assert refresher.seconds_left(channel) == 0.0, "at once after a start"
    assert refresher.refresh(channel)
    assert not refresher.refresh(channel)
    clock.advance(timedelta(seconds=20))
    assert refresher.seconds_left(channel) == 40.0
    clock.advance(timedelta(seconds=40))
    channel.down = True
    assert not refresher.refresh(channel)
    channel.down = False
    assert not refresher.refresh(channel)
    clock.advance(timedelta(minutes=1))
    assert refresher.refresh(channel)
    assert len(channel.refreshed) == 2
    assert refresher.seconds_left(None) is None
