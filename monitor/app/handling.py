"""How each channel is delivered on, as the configuration describes it."""

from collections.abc import Sequence
from datetime import timedelta

from monitor.alerts.escalation import REPORT, Recipient
from monitor.alerts.fallback import Fallback
from monitor.alerts.grouping import GroupingTerms
from monitor.alerts.notification import Notification
from monitor.alerts.outbox import DeliveryTerms, Handling
from monitor.alerts.outbox_store import Arranger
from monitor.alerts.policy.addressing import those_concerned, without_doubles
from monitor.alerts.storm import StormArranger
from monitor.alerts.subject import Subject
from monitor.cases.observation import CaseKey
from monitor.clock import zone
from monitor.configuration import Configuration
from monitor.contract.model import CaseKind
from monitor.settings import AlertmanagerSettings
from monitor.settings.channels import (
    AnyChannel,
    FallbackSettings,
    ReadByPeople,
    carries_files,
)
from monitor.settings.model import OutboxSettings

_HOUR = timedelta(hours=1)


def terms_of(outbox: OutboxSettings, speed: float) -> DeliveryTerms:
    """The patience of all channels, in the time of a clock that runs so many times as fast."""
    return DeliveryTerms(
        lease=outbox.lease * speed,
        first_retry=outbox.first_retry * speed,
        longest_retry=outbox.longest_retry * speed,
        horizon=outbox.horizon * speed,
    )


def handling_of(name: str, configuration: Configuration, speed: float) -> Handling:
    """What is particular to the channel of a name."""
    settings = configuration.settings
    channel = settings.channels[name]
    return Handling(
        terms=_own_terms(settings.outbox, channel, speed),
        arranger=_arranger(configuration, channel, speed),
        fallback=_fallback(configuration, channel.fallback, speed),
        stands=isinstance(channel, AlertmanagerSettings),
    )


def _own_terms(outbox: OutboxSettings, channel: AnyChannel, speed: float) -> DeliveryTerms:
    own = {
        key: value
        for key in ("horizon", "first_retry", "longest_retry")
        if (value := getattr(channel, key)) is not None
    }
    return terms_of(outbox.model_copy(update=own), speed)


def _arranger(configuration: Configuration, channel: AnyChannel, speed: float) -> Arranger | None:
    if not isinstance(channel, ReadByPeople):
        return None
    group = channel.group
    if group is None and channel.per_hour is None:
        return None
    terms = GroupingTerms(
        more_than=None if group is None else group.more_than,
        interval=timedelta() if group is None else group.interval * speed,
        per_hour=channel.per_hour,
        hour=_HOUR * speed,
    )
    return StormArranger(terms=terms, zone=zone(configuration.book.versions[-1].zone))


def _fallback(
    configuration: Configuration, fallback: FallbackSettings | None, speed: float
) -> Fallback | None:
    if fallback is None:
        return None
    recipients = [Recipient(**each.model_dump()) for each in configuration.settings.recipients]
    contacts = configuration.book.versions[-1].contacts

    def resolve(notification: Notification) -> Sequence[Recipient]:
        found = others(notification)
        if notification.step != REPORT:
            return found
        # It would come without the report; to a pager, as an alarm that nothing ends.
        channels = configuration.settings.channels
        return [each for each in found if carries_files(channels[each.channel])]

    def others(notification: Notification) -> Sequence[Recipient]:
        if fallback.role is None:
            return [
                Recipient(
                    role=notification.role,
                    channel=fallback.channel or "",
                    address=fallback.address or "",
                )
            ]
        holders = [each for each in recipients if each.role == fallback.role]
        return without_doubles(those_concerned(holders, _subject(notification), contacts))

    after = None if fallback.after is None else fallback.after * speed
    return Fallback(resolve=resolve, after=after)


def _subject(notification: Notification) -> Subject:
    """What the obligation is that a message speaks of."""
    fields = notification.fields
    provider = fields.get("provider", "")
    kind = fields.get("kind")
    return Subject(
        provider=provider,
        commitment=fields.get("commitment", ""),
        organization=fields.get("organization") or None,
        key=CaseKey(provider, CaseKind(kind), fields.get("case", "")) if kind else None,
    )
