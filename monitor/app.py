"""The composition root: the only place that constructs and wires things."""

import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Self, assert_never

from sqlalchemy.exc import DBAPIError

from monitor.alerts.channels.console import ConsoleChannel
from monitor.alerts.channels.smtp import SmtpChannel
from monitor.alerts.escalation import Recipient
from monitor.alerts.notification import Channel
from monitor.alerts.outbox import Courier, DeliveryReport, DeliveryTerms, deliver_once
from monitor.cases.obligation import Obligation
from monitor.clock import BusinessClock
from monitor.clock.wall import WallClock
from monitor.collectors.base import Collector
from monitor.collectors.http import HttpClient
from monitor.collectors.poller import PollResult, poll_once
from monitor.collectors.tmf import TmfCollector
from monitor.configuration import Configuration
from monitor.engine.apply import apply_rules
from monitor.engine.daemon import Daemon
from monitor.engine.ports import TickReport
from monitor.engine.rules import Rules
from monitor.engine.tick import tick_once
from monitor.errors import InputError
from monitor.locale import language
from monitor.metrics import EventCounts, VigieCollector, make_registry
from monitor.settings import ChannelSettings, ConsoleSettings, SmtpSettings, SourceSettings
from monitor.store.database import Database, open_database
from monitor.store.lock import sole_daemon
from monitor.store.obligations import Obligations
from monitor.store.observations import Observations
from monitor.store.outbox import Outbox
from monitor.store.readings import Readings
from monitor.store.rulebook import Rulebook
from monitor.store.schema import SchemaState, migrate, schema_state
from monitor.web.application import create_app
from monitor.web.health import LoopHealth
from monitor.web.server import WebServer


def collector_of(source: SourceSettings) -> Collector:
    """The collector of a configured source; nothing is sent yet.

    Raises:
        InputError: its URL, credentials or mapping cannot be used.
    """
    client = HttpClient(
        source.url, source.auth, where=f"sources[{source.name}]", timeout=source.timeout
    )
    return TmfCollector(
        name=source.name,
        provider=source.provider,
        client=client,
        mapping=source.mapping,
        page_size=source.page_size,
    )


def channel_of(name: str, settings: ChannelSettings) -> Channel:
    """The channel of a name; connects to nothing yet.

    Raises:
        InputError: its certificates cannot be read.
    """
    match settings:
        case SmtpSettings():
            password = settings.password
            try:
                return SmtpChannel(
                    name,
                    host=settings.host,
                    port=settings.port,
                    sender=settings.sender,
                    security=settings.security,
                    username=settings.username,
                    password=None if password is None else password.get_secret_value(),
                    timeout=settings.timeout,
                    ca_file=settings.ca_file,
                )
            except OSError as error:
                raise InputError(
                    f"channels.{name}.ca_file: {settings.ca_file} cannot be read as certificates"
                    f" ({error}): give a PEM file"
                ) from None
        case ConsoleSettings():
            return ConsoleChannel(name)
    assert_never(settings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a configuration makes; replaced whole when the configuration is read anew."""

    configuration: Configuration
    collectors: Mapping[str, Collector]
    channels: Mapping[str, Channel]
    rules: Rules
    terms: DeliveryTerms
    stale_after: Mapping[str, timedelta]

    def close(self) -> None:
        for collector in self.collectors.values():
            collector.close()
        for channel in self.channels.values():
            channel.close()


def assemble(configuration: Configuration, clock: WallClock) -> Parts:
    """Make the parts that a configuration names.

    Raises:
        InputError: one of them cannot be made.
    """
    settings = configuration.settings
    return Parts(
        configuration=configuration,
        collectors={source.name: collector_of(source) for source in settings.sources},
        channels={name: channel_of(name, each) for name, each in settings.channels.items()},
        rules=Rules(
            book=configuration.book,
            policy=settings.policy,
            recipients=[Recipient(**recipient.model_dump()) for recipient in settings.recipients],
            organizations={each.id: each.name for each in settings.organizations},
        ),
        terms=_terms(configuration, clock),
        stale_after={source.name: source.stale_after for source in settings.sources},
    )


def _terms(configuration: Configuration, clock: WallClock) -> DeliveryTerms:
    """The outbox's patience is real time, its clock may run faster."""
    outbox = configuration.settings.outbox
    real_second = clock.real_seconds(timedelta(seconds=1))
    speed = 1 / real_second if real_second else 1.0
    return DeliveryTerms(
        lease=outbox.lease * speed,
        first_retry=outbox.first_retry * speed,
        longest_retry=outbox.longest_retry * speed,
        horizon=outbox.horizon * speed,
    )


class Station:
    """One database and the steps that work on it, each bounded, run in the calling thread."""

    def __init__(
        self, configuration: Configuration, database: Database, clock: WallClock, random: Random
    ) -> None:
        """Make everything; nothing runs yet. The database's tables are up to date.

        Raises:
            InputError: a part cannot be made.
        """
        self.database = database
        self.clock = clock
        self.random = random
        self.observations = Observations(database)
        self.obligations = Obligations(database)
        self.outbox = Outbox(database)
        self.rulebook = Rulebook(database)
        self.readings = Readings(database)
        # Of this process and no other, on any machine: a lease must not be mistaken for another's.
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"[:64]
        self.parts = assemble(configuration, clock)
        self._take_up()

    def replace(self, parts: Parts) -> None:
        """Work by another configuration from now on; no step may be running."""
        self.parts.close()
        self.parts = parts
        self._take_up()

    def _take_up(self) -> None:
        now = self.clock.now()
        self.observations.watch(self.parts.collectors, at=now)
        apply_rules(self.rulebook, self.parts.rules.book, now=now)
        # A case that could not be judged, or was owed nothing, may be under these rules.
        self.obligations.retry_faulty()

    def poll(self, source: str) -> PollResult:
        """Ask one source what changed."""
        return poll_once(self.parts.collectors[source], self.observations, self.clock.now())

    def tick(self) -> TickReport:
        """Judge what waits to be judged."""
        parts = self.parts
        return tick_once(
            self.obligations, parts.rules, stale_after=parts.stale_after, now=self.clock.now()
        )

    def deliver(self, channel: str | None = None) -> DeliveryReport:
        """Send what is due, on one channel or on all."""
        parts = self.parts
        courier = Courier(
            store=self.outbox,
            channels=parts.channels,
            terms=parts.terms,
            now=self.clock.now,
            random=self.random.random,
            owner=self._owner,
        )
        return deliver_once(courier, only=channel)

    def next_delivery_at(self, channel: str | None) -> datetime | None:
        """When something is next due on one channel, or on any; None: nothing waits."""
        return self.outbox.next_due_at(channel)

    def clock_of(self, obligation: Obligation) -> BusinessClock:
        """The business clock an obligation is counted on.

        Raises:
            KeyError: the contract at work does not have its version or calendar any more.
        """
        book = self.parts.rules.book
        return book.clock(book.version(obligation.contract_version), obligation.calendar)

    def close(self) -> None:
        self.parts.close()
        self.database.close()


class Service:
    """Everything `vigie run` runs: the station, its loops, and the pages that tell of them."""

    def __init__(self, configuration: Configuration, clock: WallClock, random: Random) -> None:
        """Open the database and bring it up to date; nothing runs yet.

        Raises:
            InputError: the database cannot be used or another daemon holds it, or a part of the
                configuration cannot be made.
        """
        self._clock = clock
        self._random = random
        with ExitStack() as stack:
            database = open_database(configuration.settings.database)
            stack.callback(database.close)
            stack.enter_context(sole_daemon(database, now=clock.now()))
            migrate(database)
            self.station = Station(configuration, database, clock, random)
            stack.callback(self._close_parts)
            if database.is_sqlite:
                self.station.outbox.take_back(clock.now())
            self._stack = stack.pop_all()
        self._counts = EventCounts()
        self._collector = self._make_collector()
        self._registry = make_registry(self._collector)
        self._daemon = self._make_daemon()
        self._web = self._make_web()

    @property
    def url(self) -> str:
        """Where the pages are, as bound."""
        return self._web.url

    def __enter__(self) -> Self:
        """Serve the pages and start the loops.

        Raises:
            InputError: the port is in use.
        """
        self._web.start()
        self._daemon.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Finish what is under way, within ten seconds, and stop."""
        self._daemon.stop()
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
        for key in ("database", "http"):
            if getattr(before, key) != getattr(after, key):
                raise InputError(f"{key}: cannot change while the daemon runs; restart it")
        parts = assemble(configuration, self._clock)
        self._daemon.stop()
        self.station.replace(parts)
        self._registry.unregister(self._collector)
        self._collector = self._make_collector()
        self._registry.register(self._collector)
        self._daemon = self._make_daemon()
        self._daemon.start()

    def loops(self) -> Sequence[LoopHealth]:
        return [
            LoopHealth(name=pulse.name, stalled=pulse.stalled, last_seen_at=pulse.last_seen_at)
            for pulse in self._daemon.pulses
        ]

    def readiness(self) -> Mapping[str, str | None]:
        first_poll = None if self._daemon.ready else "not every source was polled yet"
        try:
            state = schema_state(self.station.database)
        except DBAPIError as error:
            # The kind alone: a driver's message may quote its connection string.
            reason = f"out of reach ({type(error).__name__})"
            return {"database": reason, "first_poll": first_poll}
        return {
            "database": None,
            "migrations": None if state is SchemaState.CURRENT else f"tables are {state}",
            "first_poll": first_poll,
        }

    def _close_parts(self) -> None:
        # Those of the day: a reload replaces them.
        self.station.parts.close()

    def _make_daemon(self) -> Daemon:
        parts = self.station.parts
        sources = parts.configuration.settings.sources
        self._counts.declare(sources=parts.collectors, channels=parts.channels)
        return Daemon(
            self.station,
            self._clock,
            self._counts,
            every={source.name: source.every for source in sources},
            channels=tuple(parts.channels),
            random=self._random,
        )

    def _make_collector(self) -> VigieCollector:
        configuration = self.station.parts.configuration
        version = configuration.book.versions[-1]
        return VigieCollector(
            counts=self._counts,
            reader=self.station.readings,
            clock=self._clock,
            clock_of=self.station.clock_of,
            urgent=configuration.settings.urgent_metrics,
            contract=f"{version.id} {version.version}",
        )

    def _make_web(self) -> WebServer:
        settings = self.station.parts.configuration.settings
        app = create_app(self._registry, self, language(settings.lang))
        return WebServer(app, settings.http.host, settings.http.port)
