"""What a configuration makes, as one value that is replaced whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from monitor.alerts.escalation import Recipient
from monitor.alerts.notification import Channel
from monitor.alerts.outbox import DeliveryTerms
from monitor.app.channels import channel_of
from monitor.app.making import collector_of
from monitor.clock.wall import WallClock
from monitor.collectors.base import Collector
from monitor.configuration import Configuration
from monitor.engine.rules import Rules


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
