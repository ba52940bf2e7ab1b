"""From roles to the people who hold them."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import lru_cache

from monitor.alerts.escalation import Recipient
from monitor.alerts.policy.model import Policy, Step
from monitor.alerts.subject import SUBJECT_OF_KIND, Subject
from monitor.contract.model import Contact


def those_concerned(
    recipients: Iterable[Recipient],
    subject: Subject,
    contacts: Iterable[Contact] = (),
    policy: Policy | None = None,
) -> tuple[Recipient, ...]:
    """The recipients who may hear of an obligation, whatever their role, their addresses known.

    One who is bound to a provider, an organisation or a subject hears of no other. Where the
    address is the contract's and it gives none, nobody holds the role. The quiet hours of the
    policy are those of whoever has none of their own.
    """
    about = None if subject.key is None else SUBJECT_OF_KIND[subject.key.kind]
    found = []
    for recipient in recipients:
        if (
            recipient.provider not in (None, subject.provider)
            or recipient.organization not in (None, subject.organization)
            or recipient.subject not in (None, about)
        ):
            continue
        address = recipient.address
        if recipient.contact is not None:
            address = contact_address(recipient.contact, subject.provider, contacts) or ""
        if address:
            quiet = recipient.quiet_outside or (None if policy is None else policy.quiet_outside)
            if (address, quiet) != (recipient.address, recipient.quiet_outside):
                recipient = replace(recipient, address=address, quiet_outside=quiet)  # noqa: PLW2901 - the same, its address known
            found.append(recipient)
    return tuple(found)


def contact_address(contact: str, provider: str, contacts: Iterable[Contact]) -> str | None:
    """The e-mail address that the contract gives for a subject: the provider's, or its own."""
    named = [each for each in contacts if each.subject == contact and each.email]
    own = [each for each in named if each.provider == provider]
    return next((each.email for each in (*own, *(c for c in named if c.provider is None))), None)


def chosen_roles(step: Step, held: Collection[str]) -> tuple[str, ...]:
    """The roles a step tells: of each order of fallback the first that somebody holds.

    Where nobody holds any of one, its first: it is said who should have been told.
    """
    return _chosen(step.choices, frozenset(held))


@lru_cache(maxsize=1024)
def _chosen(choices: tuple[tuple[str, ...], ...], held: frozenset[str]) -> tuple[str, ...]:
    first = (next((role for role in choice if role in held), choice[0]) for choice in choices)
    return tuple(dict.fromkeys(first))


def without_doubles(recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """The first of those that share a channel and an address."""
    found: dict[tuple[str, str], Recipient] = {}
    for recipient in recipients:
        found.setdefault((recipient.channel, recipient.address), recipient)
    return tuple(found.values())
