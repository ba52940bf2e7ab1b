"""What cases are judged by, and whom to tell: one value, replaced whole when it is read anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitor.alerts.escalation import Firing, Recipient
from monitor.alerts.notification import Notification
from monitor.alerts.policy import Policy
from monitor.alerts.policy.addressing import recipients_for, without_doubles
from monitor.alerts.render import Story, key_of, render
from monitor.contract.book import ContractBook
from monitor.locale import LanguageCode, language


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    book: ContractBook
    policy: Policy
    recipients: Sequence[Recipient] = ()
    organizations: Mapping[str, str] = field(default_factory=dict)
    """Names of organisations, by what sources call them."""


def messages(
    story: Story, rules: Rules, told: Sequence[Recipient], spared: Sequence[Recipient] = ()
) -> list[Notification]:
    """The notifications of the step that fires, one for each of those to be told.

    `told` are those that the step tells because they had earlier messages on the obligation;
    `spared`, those who get another message on it at this very instant.
    """
    firing = story.firing
    if not firing.told:
        return []
    reached = {(each.channel, each.address) for each in spared}
    # Two who read one language get one text, written once.
    written: dict[str, Notification] = {}
    sent = []
    for recipient in _addressees(firing, story, rules, told):
        if (recipient.channel, recipient.address) in reached:
            continue
        first = written.get(recipient.lang)
        if first is None:
            code: LanguageCode = "en" if recipient.lang == "en" else "fr"
            first = written[recipient.lang] = render(story, recipient, language(code))
        key = key_of(story, recipient)
        sent.append(
            replace(
                first,
                key=key,
                role=recipient.role,
                channel=recipient.channel,
                address=recipient.address,
            )
        )
    return sent


def _addressees(
    firing: Firing, story: Story, rules: Rules, told: Sequence[Recipient]
) -> tuple[Recipient, ...]:
    now_told = recipients_for(
        firing.roles,
        provider=story.timeline.key.provider,
        organization=story.timeline.organization,
        recipients=rules.recipients,
    )
    return without_doubles((*now_told, *told)) if firing.to_those_told else now_told
