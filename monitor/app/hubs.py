"""The hubs of a configuration at work: an ear for their events, a loop for each source."""

import hmac
import time
from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

import structlog

from monitor.app.parts import Parts
from monitor.app.station import Station
from monitor.clock.wall import WallClock
from monitor.engine.hub import HubKeeper
from monitor.engine.loop import Loop, Pulse
from monitor.engine.ports import EngineEvents
from monitor.settings import ApiSettings, HubSettings
from monitor.store.subscriptions import StoredSubscriptions

_log = structlog.get_logger(__name__)


class HubEar:
    """Takes hints for the sources of the configuration at work."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def source_of(self, secret: str) -> str | None:
        found = None
        # All are compared, so that the time it takes tells nothing.
        for source, hub in _with_hubs(self._station.parts):
            expected = hub.secret.get_secret_value().encode()
            if hmac.compare_digest(expected, secret.encode(errors="replace")):
                found = source.name
        return found

    def hear(self, source: str, event: Any) -> HTTPStatus:
        hub = self._station.parts.hubs.get(source)
        if hub is None:
            return HTTPStatus.NO_CONTENT
        ref = hub.ref_in(event)
        _log.debug("hinted", source=source, ref=ref)
        self._station.hints.give(source, ref)
        return HTTPStatus.NO_CONTENT if hub.typed else HTTPStatus.CREATED


class HubLoops:
    """A loop for each source that has a hub; made anew with each configuration."""

    def __init__(
        self,
        station: Station,
        clock: WallClock,
        events: EngineEvents,
        *,
        learned: Callable[[], None],
    ) -> None:
        self._station = station
        kept = StoredSubscriptions(station.database)
        self._loops: dict[str, Loop] = {}
        for source, hub in _with_hubs(station.parts):
            keeper = HubKeeper(
                source.name,
                hub=partial(station.with_hub, source.name),
                refresh=partial(station.refresh, source.name),
                learned=learned,
                hints=station.hints,
                kept=kept,
                clock=clock,
                polled=events.polled,
                callback=hub.address,
                renew=hub.renew,
            )
            self._loops[source.name] = Loop(f"hub {source.name}", keeper.step, clock)

    def start(self) -> None:
        self._station.hints.serve({name: loop.wake for name, loop in self._loops.items()})
        for loop in self._loops.values():
            loop.start()

    def stop(self, seconds: float = 9.0) -> None:
        """End each after its present step; what still runs dies with the process."""
        self._station.hints.serve({})
        deadline = time.monotonic() + seconds
        for loop in self._loops.values():
            loop.stop()
        for loop in self._loops.values():
            loop.join(deadline - time.monotonic())

    @property
    def pulses(self) -> Sequence[Pulse]:
        return [loop.pulse() for loop in self._loops.values()]


def _with_hubs(parts: Parts) -> list[tuple[ApiSettings, HubSettings]]:
    return [
        (source, source.hub)
        for source in parts.configuration.settings.sources
        if isinstance(source, ApiSettings) and source.hub is not None
    ]
