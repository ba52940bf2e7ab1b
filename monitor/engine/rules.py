"""What cases are judged by, and whom to tell: one value, replaced whole when it is read anew."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape

from monitor.alerts.escalation import Firing, FiringReason, Recipient
from monitor.alerts.links import LINK_ROLES, Links
from monitor.alerts.notification import Notification
from monitor.alerts.policy import Policy
from monitor.alerts.policy.addressing import those_concerned, without_doubles
from monitor.alerts.render import Story, key_of, render
from monitor.alerts.subject import Subject
from monitor.contract.book import ContractBook
from monitor.contract.model import ContractVersion
from monitor.locale import LanguageCode, language


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    book: ContractBook
    policy: Policy
    """Of obligations that none of `policies` is about."""
    policies: Sequence[Policy] = ()
    """The first that is about an obligation is its policy."""
    recipients: Sequence[Recipient] = ()
    organizations: Mapping[str, str] = field(default_factory=dict)
    """Names of organisations, by what sources call them."""
    pagers: Collection[str] = ()
    """The channels whose receivers are told that it is in hand."""
    links: Links | None = None
    """By which readers acknowledge; None: messages name the command."""

    def policy_for(self, subject: Subject) -> Policy:
        """The policy of an obligation."""
        return next((each for each in self.policies if each.concerns(subject)), self.policy)

    def people(self, subject: Subject, contract: ContractVersion) -> tuple[Recipient, ...]:
        """Those who may hear of an obligation, with their addresses and quiet hours."""
        policy = self.policy_for(subject)
        return those_concerned(self.recipients, subject, contract.contacts, policy)


def messages(
    story: Story,
    people: Sequence[Recipient],
    told: Sequence[Recipient],
    spared: Sequence[Recipient] = (),
    links: Links | None = None,
) -> list[Notification]:
    """The notifications of the step that fires, one for each of those to be told.

    `people` may hear of the obligation, in roles; `told` are those that the step tells because
    they had earlier messages on it; `spared`, those who get another message on it at this very
    instant.
    """
    firing = story.firing
    if not firing.told:
        return []
    reached = {(each.channel, each.address) for each in spared}
    # Two who read one language get one text, written once, but for the link that is each one's own.
    written: dict[tuple[str, bool], Notification] = {}
    sent = []
    for recipient in addressees(firing, people, told):
        if (recipient.channel, recipient.address) in reached:
            continue
        key = key_of(story, recipient)
        way = _way_to_acknowledge(story, links, recipient, key)
        sort = (recipient.lang, way is not None)
        if sort not in written:
            code: LanguageCode = "en" if recipient.lang == "en" else "fr"
            its = story if way is None else replace(story, acknowledge=_WAY)
            written[sort] = render(its, recipient, language(code), key)
        sent.append(_addressed(written[sort], recipient, key, way))
    return sent


_WAY = "vigie:acknowledge"
"""Stands in a text for a way to acknowledge, until it is each reader's own."""


def _way_to_acknowledge(
    story: Story, links: Links | None, recipient: Recipient, key: str
) -> str | None:
    if story.firing.reason is FiringReason.TAKEN_IN_HAND:
        return None
    if links is None:
        return f"vigie ack {story.ref}" if recipient.role in LINK_ROLES else None
    return links.link(key, story.now) if recipient.role in links.roles else None


def _addressed(
    first: Notification, recipient: Recipient, key: str, way: str | None
) -> Notification:
    text, html = first.text, first.html
    if way is not None:
        text = text.replace(_WAY, way)
        # A command is no address: it is shown, and leads nowhere.
        anchor = f'<a href="{_WAY}">{_WAY}</a>'
        shown = escape(way)
        linked = f'<a href="{shown}">{shown}</a>' if way.startswith("http") else shown
        html = None if html is None else html.replace(anchor, linked)
    return replace(
        first,
        key=key,
        role=recipient.role,
        channel=recipient.channel,
        address=recipient.address,
        text=text,
        html=html,
    )


def addressees(
    firing: Firing, people: Sequence[Recipient], told: Sequence[Recipient]
) -> tuple[Recipient, ...]:
    """Those to whom a step that fires is told, by what it says of roles and hours."""
    lanes = firing.lanes
    now_told = without_doubles(
        person
        for role in firing.roles
        for person in people
        if person.role == role and (lanes is None or (person.quiet_outside or "") in lanes)
    )
    return without_doubles((*now_told, *told)) if firing.to_those_told else now_told
