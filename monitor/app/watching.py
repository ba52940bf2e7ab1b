"""The signs that the configuration asks for: heartbeats, systemd's watchdog, an alarm."""

import secrets
from collections.abc import Sequence
from datetime import timedelta

from monitor.alerts.channels.alertmanager import AlertmanagerChannel
from monitor.alerts.escalation import Tone
from monitor.alerts.notification import Channel, Notification
from monitor.app.channels import channel_of
from monitor.clock.wall import SystemClock, WallClock
from monitor.engine.vitals import Ailment, AilmentKind, Limits
from monitor.engine.watcher import Signs, WatchTerms
from monitor.locale import N_, Language, language
from monitor.outbound.posting import Poster, PostFault, origin
from monitor.sd_notify import Notifier
from monitor.settings import Settings
from monitor.settings.watching import HeartbeatSettings, WatchSettings

_ROUND = timedelta(seconds=15)
_PING = timedelta(seconds=10)
_OK = range(200, 300)
_TEXTS = {
    AilmentKind.STALLED: N_("The loop '{where}' has stopped coming round."),
    AilmentKind.FAILING: N_("The loop '{where}' fails again and again; the log says why."),
    AilmentKind.TICK: N_("Nothing has been judged for {minutes} min."),
    AilmentKind.OUTBOX: N_(
        "A message has waited for {minutes} min and is not delivered: 'vigie outbox list' has it."
    ),
    AilmentKind.DATABASE: N_("The database cannot be read."),
}


class ConfiguredSigns:
    """Channels of its own, apart from those of the deliveries, which have threads of theirs."""

    def __init__(self, settings: Settings, notifier: Notifier) -> None:
        """Connect to nothing yet.

        Raises:
            InputError: a channel cannot be made.
        """
        self._settings = settings
        self._notifier = notifier
        heartbeat, watch = settings.heartbeat, settings.watch
        self._ping: Poster | None = None
        self._manager: Channel | None = None
        self._alarm: Channel | None = None
        if heartbeat is not None and heartbeat.url is not None:
            self._ping = Poster(timeout=_PING, secrets=[heartbeat.url.get_secret_value()])
        if heartbeat is not None and heartbeat.alertmanager is not None:
            name = heartbeat.alertmanager
            self._manager = channel_of(name, settings.channels[name])
        if watch is not None:
            self._alarm = channel_of(watch.channel, settings.channels[watch.channel])

    def beat(self) -> None:
        heartbeat = self._settings.heartbeat
        if self._ping is not None and heartbeat is not None and heartbeat.url is not None:
            url = heartbeat.url.get_secret_value()
            try:
                status = self._ping.post(url, b"", {}).status
            finally:
                self._ping.close()
            if status not in _OK:
                raise PostFault(f"{origin(url)}: answered {status}")
        if isinstance(self._manager, AlertmanagerChannel):
            try:
                self._manager.beat()
            finally:
                self._manager.close()

    def progress(self) -> None:
        self._notifier.progress()

    def alarm(self, found: Sequence[Ailment]) -> None:
        watch = self._settings.watch
        if self._alarm is None or watch is None:
            return
        spoken = language(self._settings.lang)
        try:
            self._alarm.send(_message(found, watch.channel, watch.address, spoken))
        finally:
            self._alarm.close()


def watch_terms_of(settings: Settings, watchdog: timedelta | None, clock: WallClock) -> WatchTerms:
    """How the watcher goes about it, in the time of a clock that may run faster.

    `watchdog` is how long systemd waits for a sign.
    """
    real_second = clock.real_seconds(timedelta(seconds=1))
    speed = 1 / real_second if real_second else 1.0
    watch = settings.watch or WatchSettings(channel="none", address="")
    beat_every = (settings.heartbeat or HeartbeatSettings(alertmanager="none")).every
    rounds = [_ROUND, beat_every, *([] if watchdog is None else [watchdog / 3])]
    return WatchTerms(
        limits=Limits(outbox=watch.outbox_older_than * speed, tick=watch.tick_older_than * speed),
        beat_every=beat_every * speed,
        alarm_again=watch.again * speed,
        round_seconds=min(rounds).total_seconds(),
    )


def signs_of(settings: Settings, notifier: Notifier) -> Signs:
    """As `ConfiguredSigns`."""
    return ConfiguredSigns(settings, notifier)


def _message(
    found: Sequence[Ailment], channel: str, address: str, spoken: Language
) -> Notification:
    now = SystemClock().now()
    lines = [
        spoken.gettext(_TEXTS[each.kind]).format(
            where=each.where, minutes=int(each.lasting.total_seconds() // 60)
        )
        for each in found
    ]
    if found:
        subject = spoken.gettext("[VIGIE] The watch itself is in trouble")
    else:
        subject = spoken.gettext("[VIGIE] The watch is well again")
        lines = [spoken.gettext("All loops come round, and nothing waits too long.")]
    return Notification(
        key=secrets.token_hex(32),
        channel=channel,
        address=address,
        role="on-call",
        lang=spoken.code,
        subject=subject,
        text="\n".join(lines) + "\n",
        html=None,
        thread="vigie:watch",
        # What was raised by the one is ended by the other.
        step="watch" if found else "closed",
        created_at=now,
        stood_at=now,
        fields={
            "case": "vigie",
            "tone": str(Tone.BREACH if found else Tone.CLOSED),
            "episode": "0",
            "urgent": "yes",
        },
    )
