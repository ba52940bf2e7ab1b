"""A relay down for a weekend, and a storm of 2,000, on a real mail server and Alertmanager."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from monitor.alerts.channels.alertmanager import AlertmanagerChannel
from monitor.alerts.channels.smtp import SmtpChannel
from monitor.alerts.escalation import Recipient
from monitor.alerts.outbox import Courier, Handling, deliver_once
from monitor.alerts.outbox_store import State
from monitor.store.database import open_database
from tests.support.alertmanager import alertmanager
from tests.support.carriers import courier, to_people
from tests.support.cases import said
from tests.support.channels import close_posters, poster
from tests.support.smtp import FaultySink, smtp_server
from tests.support.world import MANAGER, World, rules, ticket

RECEIVED = "2026-11-27 08:00"  # A Friday; due at 15:00.
WATCH = Recipient(role="contract-manager", channel="am", address="equipe")
HOUR = timedelta(hours=1)


@pytest.fixture
def server() -> Iterator[FaultySink]:
    with smtp_server(keep=5000) as started:
        yield started


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    database = open_database(sqlite_url)
    yield World(database).at(RECEIVED)
    database.close()


def post(
    world: World, server: FaultySink, people: Handling | None = None, **others: object
) -> Courier:
    mail = SmtpChannel(
        "mail",
        host=server.host,
        port=server.port,
        sender="vigie@example.org",
        security="none",
        timeout=timedelta(seconds=10),
    )
    handlings = {"mail": people or to_people(), "am": Handling(stands=True)}
    channels = {"mail": mail, **others}
    return courier(world, channels, handlings=handlings, longest_retry=2 * HOUR)  # type: ignore[arg-type]


def run(world: World, carrier: Courier, until: datetime) -> list[tuple[datetime, str]]:
    """Deliver whenever something is due; when each message was accepted, and its key."""
    accepted = []
    while True:
        report = deliver_once(carrier)
        accepted += [
            (each.attempt.finished_at, each.notification.key)
            for each in report.deliveries
            if each.state is State.SENT
        ]
        assert report.count(State.DEAD) == 0
        due_at = world.outbox.next_due_at()
        if due_at is None or due_at > until:
            world.clock.move_to(until)
            return accepted
        world.clock.move_to(max(due_at, world.now))


def listed(message: EmailMessage) -> list[str]:
    """The cases of a digest's list, or the one of a message by itself."""
    for attached in message.iter_attachments():
        rows = csv.DictReader(io.StringIO(attached.get_content()[1:]), delimiter=";")
        return [row["Dossier"] for row in rows]
    body = message.get_body(("plain",))
    assert body is not None
    return [word for word in body.get_content().split() if word.startswith("INC-")][:1]


def test_after_a_weekend_down_all_is_delivered_oldest_first_within_the_ceiling(
    world: World, server: FaultySink
) -> None:
    # Ungrouped, so that the ceiling has something to hold.
    carrier = post(world, server, to_people(more_than=None))
    server.answers["MAIL"] = "421 4.3.2 Closed for the weekend"
    refs = [f"INC-{n}" for n in range(30)]
    for n, ref in enumerate(refs):
        world.says("received", received_at=RECEIVED, key=ticket(ref))
        if n % 5 == 4:
            world.at(f"2026-11-27 {9 + n // 10:02}:{(n % 10) * 6:02}").polled_tick()
    world.at("2026-11-27 16:00").polled_tick()
    assert run(world, carrier, world.now + timedelta(hours=64)) == []
    server.answers.clear()
    accepted = run(world, carrier, world.now + timedelta(hours=48))
    assert world.readings.outbox().queued == 0
    to_manager = [mail for mail in server.received if MANAGER.address in mail.recipients]
    assert {case for mail in to_manager for case in listed(mail.message)} == set(refs)
    notices = [m for m in to_manager if str(m.message["Subject"]).startswith("[RETENU")]
    assert len(notices) >= 2, "one for each hour that the ceiling held"
    told = [mail.message["Date"].datetime for mail in to_manager if mail not in notices]
    assert told == sorted(told)
    for at, _ in accepted:
        within = [one for one, _ in accepted if at <= one < at + HOUR]
        assert len(within) <= 2 * 20, "two recipients"
    assert len({key for _, key in accepted}) == len(accepted)


def test_a_storm_of_two_thousand_is_a_few_messages_and_every_case_is_accounted_for(
    world: World, server: FaultySink, tmp_path: Path
) -> None:
    world.rules = rules(recipients=(MANAGER, WATCH))
    refs = [f"INC-{n}" for n in range(2000)]
    with alertmanager(tmp_path) as receiver:
        manager = AlertmanagerChannel(
            "am",
            urls=[receiver.url],
            posters=[poster(timeout=timedelta(seconds=30))],
            headers={},
            now=lambda: datetime.now().astimezone(),
            refresh_every=timedelta(minutes=1),
            resolve_after=HOUR,
        )
        carrier = post(world, server, am=manager)
        for some in range(0, 2000, 500):
            world.polled(*(_stated(world, ref) for ref in refs[some : some + 500]))
        world.at("2026-11-27 15:01")
        for _ in range(6):
            # A tick takes 500; deliveries go on between them, and a minute goes by.
            world.polled_tick()
            while deliver_once(carrier).deliveries:
                pass
            world.clock.advance(timedelta(seconds=10))
        run(world, carrier, world.now + timedelta(minutes=15))
        close_posters()
        assert len(receiver.alerts(severity="critical")) == 2000
    mails = [mail for mail in server.received if MANAGER.address in mail.recipients]
    assert len(mails) < 20
    told = [case for mail in mails for case in listed(mail.message)]
    assert sorted(told) == sorted(refs)
    assert world.readings.outbox().queued == 0


def _stated(world: World, ref: str):
    return replace(
        said("received", RECEIVED, received_at=RECEIVED), key=ticket(ref), observed_at=world.now
    )
