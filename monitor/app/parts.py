"""What a configuration makes, as one value that is replaced whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from monitor.alerts.escalation import Recipient
from monitor.alerts.links import Links
from monitor.alerts.notification import Channel
from monitor.alerts.outbox import DeliveryTerms, Handling
from monitor.alerts.storm import StormArranger
from monitor.app.channels import channel_of
from monitor.app.handling import handling_of, terms_of
from monitor.app.making import collector_of, hub_of
from monitor.cases.deliverables import Schedule
from monitor.clock.wall import WallClock
from monitor.collectors.base import Collector
from monitor.collectors.hub import TmfHub
from monitor.collectors.push import PushCollector
from monitor.configuration import Configuration
from monitor.engine.purge import Retention
from monitor.engine.rules import Rules
from monitor.settings import PagerDutySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a configuration makes; replaced whole when the configuration is read anew."""

    configuration: Configuration
    collectors: Mapping[str, Collector]
    """Of the sources that are polled."""
    pushes: Mapping[str, PushCollector]
    """Of those that tell by themselves."""
    hubs: Mapping[str, TmfHub]
    """Of the sources that are subscribed to."""
    channels: Mapping[str, Channel]
    rules: Rules
    terms: DeliveryTerms
    handlings: Mapping[str, Handling]
    stale_after: Mapping[str, timedelta]
    retention: Retention
    schedules: Sequence[Schedule]
    """Of the reports that come due by the calendar."""

    def with_links(self, links: Links | None) -> "Parts":
        """The same, whose messages and digests hold links to acknowledge by."""
        return replace(
            self,
            rules=replace(self.rules, links=links),
            handlings={name: _linking(each, links) for name, each in self.handlings.items()},
        )

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
    made = {source.name: collector_of(source) for source in settings.sources}
    hubs = {source.name: hub_of(source, made[source.name]) for source in settings.sources}
    pushes = {name: each for name, each in made.items() if isinstance(each, PushCollector)}
    return Parts(
        configuration=configuration,
        collectors={name: each for name, each in made.items() if name not in pushes},
        pushes=pushes,
        hubs={name: hub for name, hub in hubs.items() if hub is not None},
        channels={name: channel_of(name, each) for name, each in settings.channels.items()},
        rules=rules_of(configuration),
        terms=terms_of(settings.outbox, _speed(clock)),
        handlings={
            name: handling_of(name, configuration, _speed(clock)) for name in settings.channels
        },
        stale_after={source.name: source.stale_after for source in settings.sources},
        retention=Retention(**settings.retention.model_dump()),
        schedules=[one for each in settings.deliverables for one in each.schedules()],
    )


def _linking(handling: Handling, links: Links | None) -> Handling:
    arranger = handling.arranger
    if not isinstance(arranger, StormArranger):
        return handling
    return replace(handling, arranger=replace(arranger, links=links))


def rules_of(configuration: Configuration) -> Rules:
    """What cases are judged by, and whom to tell, as configured."""
    settings = configuration.settings
    return Rules(
        book=configuration.book,
        policy=settings.policy,
        policies=settings.policies,
        recipients=[Recipient(**recipient.model_dump()) for recipient in settings.recipients],
        organizations={each.id: each.name for each in settings.organizations},
        pagers=frozenset(
            name for name, each in settings.channels.items() if isinstance(each, PagerDutySettings)
        ),
    )


def _speed(clock: WallClock) -> float:
    """How many seconds of the clock's go by in a real one: the outbox's patience is real time."""
    real_second = clock.real_seconds(timedelta(seconds=1))
    return 1 / real_second if real_second else 1.0
