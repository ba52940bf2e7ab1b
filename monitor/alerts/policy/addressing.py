"""From roles to the people who hold them."""

from collections.abc import Iterable

from monitor.alerts.escalation import Recipient


def recipients_for(
    roles: Iterable[str],
    *,
    provider: str,
    organization: str | None,
    recipients: Iterable[Recipient],
) -> tuple[Recipient, ...]:
    """Who is told about an obligation of this provider to this organisation, in order of roles.

    A recipient bound to a provider or an organisation hears of no other. Who holds two of the
    roles at one address is told once, under the first.
    """
    known = tuple(recipients)
    return without_doubles(
        recipient
        for role in roles
        for recipient in known
        if recipient.role == role
        and recipient.provider in (None, provider)
        and recipient.organization in (None, organization)
    )


def without_doubles(recipients: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """The first of those that share a channel and an address."""
    found: dict[tuple[str, str], Recipient] = {}
    for recipient in recipients:
        found.setdefault((recipient.channel, recipient.address), recipient)
    return tuple(found.values())
