"""What cases are judged by, and whom to tell: one value, replaced whole when it is read anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from monitor.alerts.escalation import Firing, Recipient
from monitor.alerts.notification import Notification
from monitor.alerts.policy import Policy
from monitor.alerts.policy.addressing import recipients_for, without_doubles
from monitor.alerts.render import Story, render
from monitor.contract.book import ContractBook
from monitor.locale import language


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    book: ContractBook
    policy: Policy
    recipients: Sequence[Recipient] = ()
    organizations: Mapping[str, str] = field(default_factory=dict)
    """Names of organisations, by what sources call them."""


def messages(story: Story, rules: Rules, told: Sequence[Recipient]) -> list[Notification]:
    """The notifications of the step that fires, one for each of those to be told.

    `told` had a message on the obligation since it was last told closed.
    """
    firing = story.firing
    if not firing.told:
        return []
    return [
        render(story, recipient, language("en" if recipient.lang == "en" else "fr"))
        for recipient in _addressees(firing, story, rules, told)
    ]


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
