"""The daemon as a whole: its station, its loops, and the pages that tell of them."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Self

import structlog
from sqlalchemy.exc import DBAPIError

from monitor.app.access import Doorkeeper
from monitor.app.hubs import HubLoops
from monitor.app.parts import assemble
from monitor.app.station import Station
from monitor.app.tracing import Traces
from monitor.app.watching import signs_of, watch_terms_of
from monitor.clock.wall import WallClock
from monitor.configuration import Configuration
from monitor.engine.daemon import Daemon
from monitor.engine.housekeeping import Housekeeping
from monitor.engine.loop import LONGEST_WAIT, Loop, Pulse
from monitor.engine.vitals import Vitals
from monitor.engine.watch import USUAL_PACE, Pace
from monitor.engine.watcher import Signs, Watcher
from monitor.errors import InputError
from monitor.locale import N_
from monitor.metrics import EventCounts, VigieCollector, make_registry
from monitor.sd_notify import Notifier
from monitor.store.database import open_database
from monitor.store.lock import sole_daemon
from monitor.store.schema import SchemaState, migrate, schema_state
from monitor.web.deferred import Deferred
from monitor.web.health import LoopHealth
from monitor.web.server import Proxy, WebServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

    from monitor.app.pages import Pages
    from monitor.web.scrape_server import ScrapeServer

_FIRST_POLLS = 1.0
_SOON = 0.05
_PATIENCE = 5.0
"""Real seconds for which the pages wait for the first tick; sources may take long to answer."""
_LAST_REPORT = 2.0
"""Real seconds given to a report under way; one that is cut is made again."""

_log = structlog.get_logger(__name__)


class Service:
    """Everything `vigie run` runs: the station, its loops, and the pages that tell of them."""

    def __init__(
        self,
        configuration: Configuration,
        clock: WallClock,
        random: Random,
        *,
        pace: Pace = USUAL_PACE,
    ) -> None:
        """Open the database and bring it up to date; nothing runs yet.

        Raises:
            InputError: the database cannot be used or another daemon holds it, or a part of the
                configuration cannot be made.
        """
        self._clock = clock
        self._random = random
        self._notifier = Notifier()
        signs = signs_of(configuration.settings, self._notifier)
        with ExitStack() as stack:
            self._traces = _traces_of(configuration)
            if self._traces is not None:
                stack.callback(self._traces.close)
            database = open_database(configuration.settings.database)
            stack.callback(database.close)
            stack.enter_context(sole_daemon(database, now=clock.now()))
            migrate(database)
            self.station = Station(configuration, database, clock, random, pace)
            stack.callback(self._close_parts)
            self._stack = stack.pop_all()
        self._counts = EventCounts()
        self._collector = self._make_collector()
        self._registry = make_registry(self._collector)
        self._daemon = self._make_daemon()
        # Beside the daemon, so that a reload, however long, does not look like a death.
        self._beats = Loop("replica", self._beat, clock, longest_pause=2 * pace.beat)
        # Alone on its database, nobody looks at its beats but a person.
        self._pace = LONGEST_WAIT if database.is_sqlite else pace.beat
        self._hubs = self._make_hubs()
        self._housekeeping = self._make_housekeeping()
        self._reports = self._make_reports()
        self._watch = self._make_watch(signs)
        self.doorkeeper = Doorkeeper(
            self.station.database, lambda: self.station.parts.configuration.settings.web
        )
        self._pages: Pages | None = None
        self._app = Deferred(self._make_app)
        self._loading = Loop("pages", self._load_pages, clock)
        self._load_by = 0.0
        self._web = self._make_web()
        self._scrapes = self._make_scrapes()

    @property
    def url(self) -> str:
        """Where the pages are, as bound."""
        return self._web.url

    @property
    def metrics_url(self) -> str:
        """Where `/metrics` is: on a server of its own, or among the other pages."""
        return (self._scrapes or self._web).url

    def __enter__(self) -> Self:
        """Serve the pages and start the loops.

        Raises:
            InputError: the port is in use.
        """
        self._web.start()
        if self._scrapes is not None:
            self._scrapes.start()
        self._beats.start()
        self._daemon.start()
        self._hubs.start()
        self._housekeeping.start()
        if self._reports is not None:
            self._reports.start()
        if self._watch is not None:
            self._watch.start()
        self._load_by = time.monotonic() + _PATIENCE
        self._loading.start()
        self._notifier.ready()
        return self

    def __exit__(self, *_: object) -> None:
        """Finish what is under way, within ten seconds, and stop."""
        self._notifier.stopping()
        self._loading.stop()
        if self._watch is not None:
            self._watch.stop()
        self._hubs.stop(2.0)
        self._housekeeping.stop()
        self._stop_reports()
        self._daemon.stop()
        self._beats.stop()
        self._beats.join(1.0)
        self._leave()
        if self._pages is not None:
            self._pages.board.end()
        if self._scrapes is not None:
            self._scrapes.stop()
        self._web.stop()

    def close(self) -> None:
        """Let go of the database and of all connections."""
        self._stack.close()

    def reload(self, configuration: Configuration) -> None:
        """Work by another configuration, without losing a step.

        Raises:
            InputError: it cannot be made, or changes what only a restart can; all stays as it was.
        """
        before, after = self.station.parts.configuration.settings, configuration.settings
        for key in ("database", "http", "metrics", "traces"):
            if getattr(before, key) != getattr(after, key):
                raise InputError(
                    N_("{key}: cannot change while the daemon runs; restart it"), key=key
                )
        if self._scrapes is not None:
            self._scrapes.renew()
        parts = assemble(configuration, self._clock)
        signs = signs_of(configuration.settings, self._notifier)
        if self._watch is not None:
            self._watch.stop()
        self._hubs.stop()
        self._housekeeping.stop()
        self._stop_reports()
        self._daemon.stop()
        self.station.replace(parts)
        self._registry.unregister(self._collector)
        self._collector = self._make_collector()
        self._registry.register(self._collector)
        self._daemon = self._make_daemon()
        self._daemon.start()
        self._hubs = self._make_hubs()
        self._hubs.start()
        # Terms may be others now.
        self._housekeeping = self._make_housekeeping()
        self._housekeeping.start()
        self._reports = self._make_reports()
        if self._reports is not None:
            self._reports.start()
        self._watch = self._make_watch(signs)
        if self._watch is not None:
            self._watch.start()

    def loops(self) -> Sequence[LoopHealth]:
        return [
            LoopHealth(name=pulse.name, stalled=pulse.stalled, last_seen_at=pulse.last_seen_at)
            for pulse in self._pulses()
        ]

    def polled_sources(self) -> Mapping[str, bool]:
        held = self.station.replica.held
        return {source: source in held for source in self.station.parts.collectors}

    def loop_failures(self) -> Mapping[str, int]:
        return {pulse.name: pulse.failures for pulse in self._pulses()}

    def _pulses(self) -> Sequence[Pulse]:
        return [
            *self._daemon.pulses,
            *self._hubs.pulses,
            self._housekeeping.pulse(),
            *(() if self._reports is None else (self._reports.pulse(),)),
            self._beats.pulse(),
        ]

    def readiness(self) -> Mapping[str, str | None]:
        first_poll = None if self._daemon.ready else "not every source was polled yet"
        try:
            state = schema_state(self.station.database)
        except DBAPIError as error:
            # The kind alone: a driver's message may quote its connection string.
            reason = f"out of reach ({type(error).__name__})"
            return {"database": reason, "first_poll": first_poll}
        failing = ", ".join(
            f"{pulse.name} failed {pulse.failures} times in a row"
            for pulse in self._pulses()
            if pulse.failures > 1
        )
        return {
            "database": None,
            "loops": failing or None,
            "migrations": None if state is SchemaState.CURRENT else f"tables are {state}",
            "first_poll": first_poll,
        }

    def _beat(self) -> float:
        beat = self.station.beat()
        self._daemon.took(beat.taken)
        if beat.departed:
            self._daemon.take_over()
        return self._pace

    def _leave(self) -> None:
        try:
            self.station.leave()
        except DBAPIError as error:
            # The others will see it for themselves.
            _log.warning("not_left", error=type(error).__name__)

    def _close_parts(self) -> None:
        # Those of the day: a reload replaces them.
        self.station.parts.close()

    def _make_daemon(self) -> Daemon:
        parts = self.station.parts
        sources = parts.configuration.settings.sources
        self._counts.declare(sources=parts.collectors, channels=parts.channels, pushes=parts.pushes)
        return Daemon(
            self.station if self._traces is None else self._traces.of(self.station),
            self._clock,
            self._counts,
            every={each.name: each.every for each in sources if each.every is not None},
            channels=tuple(parts.channels),
            random=self._random,
        )

    def _make_hubs(self) -> HubLoops:
        return HubLoops(self.station, self._clock, self._counts, learned=self._wake)

    def _make_housekeeping(self) -> Housekeeping:
        return Housekeeping(self.station.purge, self._clock)

    def _make_reports(self) -> Loop | None:
        """None: no report is on schedule."""
        configuration = self.station.parts.configuration
        if not configuration.settings.reports:
            return None
        # Loaded for those who have some.
        from monitor.app.timetables import Timekeeper  # noqa: PLC0415

        keeper = Timekeeper(self.station.database, configuration.settings, configuration.book)

        def step() -> float:
            if not self._daemon.ready:
                # What came due while nobody watched is told of by what the sources say now.
                return _FIRST_POLLS
            wait = keeper.step(self._clock.now())
            if wait == timedelta():
                # What was made may be on its way to somebody.
                self._daemon.wake_deliveries()
            return LONGEST_WAIT if wait is None else self._clock.real_seconds(wait)

        return Loop("reports", step, self._clock)

    def _stop_reports(self) -> None:
        if self._reports is not None:
            self._reports.stop()
            self._reports.join(_LAST_REPORT)

    def _make_watch(self, signs: Signs) -> Loop | None:
        """None: nobody asked to be told whether Vigie is at work."""
        settings = self.station.parts.configuration.settings
        patience = self._notifier.watchdog
        if settings.heartbeat is None and settings.watch is None and patience is None:
            return None
        watcher = Watcher(self._look, signs, watch_terms_of(settings, patience, self._clock))
        return Loop("watch", watcher.step, self._clock)

    def _look(self) -> Vitals:
        now = self._clock.now()
        try:
            stuck_since, readable = self.station.readings.stuck_since(now), True
        except DBAPIError:
            stuck_since, readable = None, False
        return Vitals(
            now=now,
            pulses=self._daemon.pulses,
            ticked_at=self._daemon.ticked_at,
            stuck_since=stuck_since,
            readable=readable,
        )

    def _make_collector(self) -> VigieCollector:
        configuration = self.station.parts.configuration
        return VigieCollector(
            counts=self._counts,
            reader=self.station.readings,
            clock=self._clock,
            clock_of=self.station.clock_of,
            workings=self,
            urgent=configuration.settings.urgent_metrics,
            book=configuration.book,
        )

    def _wake(self) -> None:
        # The daemon of the day: a reload replaces it.
        self._daemon.wake()

    def _make_web(self) -> WebServer:
        http = self.station.parts.configuration.settings.http
        proxy = None
        if http.trusted_proxy is not None:
            proxy = Proxy(str(http.trusted_proxy), http.proxy_hops)
        return WebServer(self._app, http.host, http.port, proxy)

    def _make_scrapes(self) -> "ScrapeServer | None":
        settings = self.station.parts.configuration.settings
        if settings.metrics.listen is None:
            return None
        # Loaded for those who have such a server; it refuses a wrong certificate at the start.
        from monitor.app.scraping import scrape_server_of  # noqa: PLC0415

        return scrape_server_of(settings, self._registry)

    def _make_app(self) -> "WSGIApplication":
        from monitor.app.pages import pages_of  # noqa: PLC0415 - its docstring says why

        self._pages = pages_of(
            self.station,
            self,
            self.doorkeeper,
            self._counts,
            self._registry,
            wake=self._wake,
        )
        return self._pages.app

    def _load_pages(self) -> float:
        """Once what was due is judged: loading takes as long as a tick of a thousand."""
        if not self._daemon.ready and time.monotonic() < self._load_by:
            return _SOON
        self._app.make()
        return LONGEST_WAIT


def _traces_of(configuration: Configuration) -> Traces | None:
    settings = configuration.settings.traces
    return None if settings is None else Traces(settings)
