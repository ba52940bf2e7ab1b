"""A pager that was told of an alarm shows that somebody has it in hand, once for each act."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from monitor.alerts.channels.pagerduty import PagerDutyChannel
from monitor.alerts.escalation import Recipient
from monitor.alerts.interventions import Act, Via
from monitor.alerts.outbox import deliver_once
from monitor.store.database import Database
from monitor.store.interventions import Interventions
from monitor.store.tables import notification
from tests.support.carriers import courier
from tests.support.cases import KEY, utc
from tests.support.channels import close_posters, poster
from tests.support.receivers import Receiver, answer
from tests.support.world import DESK, MANAGER, World, rules

RECEIVED = "2026-11-23 09:00"
"""A Monday. 7 business hours end at 16:00, 50% at 12:30, 80% at 14:36."""
PAGER = Recipient(role="contract-manager", channel="pager", address="reseau")
ACT = Act(by="Ariane", why="TELUS calls back", via=Via.CLI)


class PagedWorld(World):
    """The contract manager has a pager too, and PagerDuty is a server of the test's own."""

    def __init__(self, database: Database, server: Receiver) -> None:
        super().__init__(database, rules(recipients=(MANAGER, DESK, PAGER), pagers={"pager"}))
        self._server = server
        self._pager = PagerDutyChannel("pager", url=server.url, routing_key="k", poster=poster())
        self._acts = Interventions(database)
        self.at("2026-11-23 09:05").says("received", RECEIVED, received_at=RECEIVED)

    def acknowledge(self, until: str | None = None) -> None:
        until_at = None if until is None else utc(until)
        self._acts.acknowledge(KEY, None, ACT, until=until_at, at=self.now)
        self.tick()

    def end_acknowledgement(self) -> None:
        self._acts.end_acknowledgement(KEY, None, ACT, at=self.now)
        self.tick()

    def silence(self, start: str, end: str) -> None:
        self._acts.silence(
            {"provider": ["telus"]}, ACT, starts_at=utc(start), ends_at=utc(end), at=self.now
        )

    def events(self) -> list[Mapping[str, Any]]:
        """All that PagerDuty has had, after delivering what is due."""
        deliver_once(courier(self, {"pager": self._pager}), only="pager")
        return [posted.json for posted in self._server.posted]

    def actions(self) -> list[str]:
        return [event["event_action"] for event in self.events()]


@pytest.fixture
def world(database: Database) -> Iterator[PagedWorld]:
    with Receiver(answer(202)) as server:
        yield PagedWorld(database, server)
        close_posters()


def test_the_incident_is_acknowledged_once_and_nobody_else_is_told(world):
    world.run_until("2026-11-23 13:00")
    world.acknowledge("2026-11-24 09:00")
    trigger, acknowledged = world.events()
    assert (trigger["event_action"], acknowledged["event_action"]) == ("trigger", "acknowledge")
    assert acknowledged["dedup_key"] == trigger["dedup_key"]
    assert acknowledged["payload"]["summary"].startswith("[PRIS EN CHARGE] TELUS")
    text = acknowledged["payload"]["custom_details"]["text"]
    assert "Ariane s’en charge (TELUS calls back)" in text
    assert "vigie ack" not in text
    # What is judged again, and steps that are kept quiet meanwhile, add nothing.
    world.run_until("2026-11-23 17:00")
    assert world.actions() == ["trigger", "acknowledge"]
    told = [row["channel"] for row in world.rows(notification) if "acknowledged" in row["step"]]
    assert told == ["pager"]


def test_each_further_acknowledgement_is_one_event_and_a_close_resolves(world):
    world.run_until("2026-11-23 13:00")
    world.acknowledge("2026-11-23 13:30")
    world.run_until("2026-11-23 15:00")
    world.acknowledge()
    world.run_until("2026-11-23 17:00")
    world.says("resolved", received_at=RECEIVED)
    world.tick()
    # Its lapse at 13:30 is told, then the warning of 14:36.
    assert world.actions() == [
        "trigger", "acknowledge", "trigger", "trigger", "acknowledge", "resolve",
    ]  # fmt: skip
    assert len({event["dedup_key"] for event in world.events()}) == 1


def test_before_anybody_was_told_there_is_nothing_to_acknowledge(world):
    world.tick()
    world.acknowledge()
    world.run_until("2026-11-23 17:00")
    assert world.actions() == []


def test_what_was_resolved_is_not_acknowledged_when_it_is_reopened(world):
    world.run_until("2026-11-23 13:00")
    world.says("resolved", received_at=RECEIVED)
    world.tick()
    world.at("2026-11-23 13:30").says("reopened", received_at=RECEIVED)
    world.tick()
    world.acknowledge()
    # The reopened case told its first step anew, and that incident is the one in hand.
    assert world.actions() == ["trigger", "resolve", "trigger", "acknowledge"]
    keys = [event["dedup_key"] for event in world.events()]
    assert keys[-1] == keys[-2] != keys[0]


def test_an_alarm_that_a_correction_leaves_standing_is_acknowledged_anew(world):
    world.run_until("2026-11-23 15:00")
    world.acknowledge()
    # It was late all the same: received two hours earlier than stated.
    world.at("2026-11-23 15:30").says("received", "2026-11-23 07:00", received_at=RECEIVED)
    world.run_until("2026-11-23 16:30")
    world.says("received", "2026-11-23 15:59", received_at="2026-11-23 15:59")
    world.tick()
    actions = world.actions()
    assert actions[:3] == ["trigger", "trigger", "acknowledge"]
    # The warning was none: what the correction says resolves, and there is no alarm to take up.
    assert set(actions[3:]) == {"resolve"}


def test_it_clears_nothing_that_a_silence_kept_quiet(world):
    world.run_until("2026-11-23 13:00")
    world.silence("2026-11-23 14:00", "2026-11-23 15:00")
    world.run_until("2026-11-23 14:40")
    world.acknowledge("2026-11-23 14:50")
    world.run_until("2026-11-23 15:30")
    # The warning was kept quiet, and what stands is told when the silence ends.
    assert world.actions() == ["trigger", "acknowledge", "trigger"]
    assert [row["step"] for row in world.rows(notification) if row["channel"] == "pager"][-1] == (
        "resumed:lapsed#1"
    )


def test_one_given_out_of_hand_and_taken_again(world):
    world.run_until("2026-11-23 13:00")
    world.acknowledge()
    world.at("2026-11-23 13:10").end_acknowledgement()
    world.at("2026-11-23 13:20").acknowledge()
    assert world.actions() == ["trigger", "acknowledge", "trigger", "acknowledge"]


def test_a_channel_that_keeps_no_incidents_is_told_nothing(database: Database):
    with Receiver(answer(202)) as server:
        world = PagedWorld(database, server)
        world.rules = replace(world.rules, pagers=())
        world.run_until("2026-11-23 13:00")
        world.acknowledge()
        assert world.actions() == ["trigger"]
        assert "acknowledged#1" not in world.fired()
        close_posters()
