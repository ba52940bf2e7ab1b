"""Heartbeats, the alarm and systemd's socket, for real."""

import os
import socket
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.alerts.outbox import deliver_once
from monitor.app.watching import signs_of
from monitor.engine.vitals import Ailment, AilmentKind
from monitor.outbound.posting import PostFault
from monitor.sd_notify import Notifier
from monitor.settings import parse_settings
from monitor.simulator.smtp_sink import SmtpSink
from monitor.store.database import Database
from tests.support.alertmanager import alertmanager
from tests.support.carriers import courier
from tests.support.outbox import ScriptedChannel
from tests.support.receivers import Receiver, answer
from tests.support.smtp import part
from tests.support.world import World

STUCK = Ailment(kind=AilmentKind.OUTBOX, lasting=timedelta(minutes=42))


def test_a_heartbeat_is_posted_and_fires_at_alertmanager(tmp_path: Path) -> None:
    with Receiver() as ping, alertmanager(tmp_path) as manager:
        settings = parse_settings(
            f"channels: {{am: {{type: alertmanager, urls: ['{manager.url}']}}}}\n"
            f"heartbeat: {{url: '{ping.url}/secret-uuid', alertmanager: am}}\n",
            "vigie.yaml",
        )
        signs = signs_of(settings, Notifier({}))
        signs.beat()
        assert [posted.path for posted in ping.posted] == ["/secret-uuid"]
        assert len(manager.alerts(alertname="VigieHeartbeat")) == 1
        ping.will(answer(404))
        with pytest.raises(PostFault) as refused:
            signs.beat()
        assert "secret-uuid" not in str(refused.value)
    assert "secret-uuid" not in repr(settings)


def test_the_alarm_goes_past_the_outbox() -> None:
    with SmtpSink() as sink:
        settings = parse_settings(
            f"channels: {{mail: {{type: smtp, host: 127.0.0.1, port: {sink.port},"
            " security: none, sender: vigie@example.org}}\n"
            "watch: {channel: mail, address: garde@example.org}\n",
            "vigie.yaml",
        )
        signs = signs_of(settings, Notifier({}))
        signs.alarm([STUCK])
        signs.alarm([])
        told, over = (mail.message for mail in sink.received)
    assert str(told["Subject"]).startswith("[VIGIE] ")
    assert "42 min" in part(told, "plain")
    assert "vigie outbox list" in part(told, "plain")
    assert told["References"] == over["References"]


def test_systemd_is_told_of_start_progress_and_end(tmp_path: Path) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(path)
        listener.settimeout(10)
        notifier = Notifier({"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "60000000"})
        assert notifier.watchdog == timedelta(minutes=1)
        notifier.ready()
        notifier.progress()
        notifier.stopping()
        assert [listener.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]


def test_where_systemd_does_not_read_nobody_waits_for_it(tmp_path: Path) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(path)
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other,
            suppress(BlockingIOError),
        ):
            other.settimeout(0)
            while True:
                other.sendto(b"full", path)
        Notifier({"NOTIFY_SOCKET": path}).ready()


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"NOTIFY_SOCKET": "/nowhere"},
        {"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "x"},
        {"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "1", "WATCHDOG_PID": str(os.getpid() + 1)},
    ],
)
def test_where_nobody_listens_nothing_is_said(environment: dict[str, str]) -> None:
    notifier = Notifier(environment)
    assert notifier.watchdog is None
    notifier.ready()
    notifier.progress()


def test_what_is_stuck_is_what_was_tried_or_is_overdue(database: Database) -> None:
    world = World(database).at("2026-11-23 08:00")
    world.says("received", received_at="2026-11-23 08:00")
    world.at("2026-11-23 16:00").polled_tick()
    decided_at = world.now
    assert world.readings.stuck_since(world.now) is None, "it has just been decided"
    world.clock.advance(timedelta(minutes=2))
    assert world.readings.stuck_since(world.now) == decided_at, "nobody took it up"
    down = ScriptedChannel(down=OSError("down"))
    deliver_once(courier(world, {"mail": down}))
    assert world.readings.stuck_since(world.now) == decided_at, "tried in vain"
    down.down = None
    world.clock.advance(timedelta(minutes=2))
    deliver_once(courier(world, {"mail": down}))
    assert world.readings.stuck_since(world.now) is None
