"""What cases are judged by, and whom to tell: one value, replaced whole when it is read anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitor.alerts.escalation import Firing, Recipient
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
    # Two who read one language get one text, written once.
    written: dict[str, Notification] = {}
    sent = []
    for recipient in _addressees(firing, people, told):
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
    firing: Firing, people: Sequence[Recipient], told: Sequence[Recipient]
) -> tuple[Recipient, ...]:
    lanes = firing.lanes
    now_told = without_doubles(
        person
        for role in firing.roles
        for person in people
        if person.role == role and (lanes is None or (person.quiet_outside or "") in lanes)
    )
    return without_doubles((*now_told, *told)) if firing.to_those_told else now_told
