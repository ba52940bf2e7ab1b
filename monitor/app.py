"""The composition root: the only place that constructs and wires things."""

import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import assert_never

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
from monitor.engine.ports import TickReport
from monitor.engine.rules import Rules
from monitor.engine.tick import tick_once
from monitor.errors import InputError
from monitor.settings import ChannelSettings, ConsoleSettings, SmtpSettings, SourceSettings
from monitor.store.database import Database
from monitor.store.obligations import Obligations
from monitor.store.observations import Observations
from monitor.store.outbox import Outbox
from monitor.store.readings import Readings


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
    """One database and what works on it: each step is bounded, and runs in the calling thread."""

    def __init__(
        self, configuration: Configuration, database: Database, clock: WallClock, random: Random
    ) -> None:
        """Make everything; nothing runs yet. The database's tables are up to date.

        Raises:
            InputError: a part cannot be made.
        """
        self.parts = assemble(configuration, clock)
        self.database = database
        self.clock = clock
        self.random = random
        self.observations = Observations(database)
        self.obligations = Obligations(database)
        self.outbox = Outbox(database)
        self.readings = Readings(database)
        # Of this process and no other, on any machine: a lease must not be mistaken for another's.
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"[:64]
        self.observations.watch(self.parts.collectors, at=clock.now())

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
