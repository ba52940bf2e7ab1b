"""What a policy names that is not there: found when it is read, not when a step should fire."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TypeAlias

from monitor.alerts.escalation import Recipient, Role
from monitor.alerts.policy.addressing import contact_address
from monitor.alerts.policy.model import Policy, PolicyPart
from monitor.clock.shipped import shipped_names
from monitor.contract.model import ContractVersion
from monitor.locale.marking import N_, Said

Path: TypeAlias = tuple[str | int, ...]
Fault: TypeAlias = tuple[Path, str, str]
"""Where in the configuration, what is wrong, what would be right."""


def check_policy(
    policy: Policy,
    versions: Collection[ContractVersion],
    recipients: Collection[Recipient] = (),
    policies: Sequence[Policy] = (),
    other_roles: Collection[str] = (),
) -> list[Fault]:
    """Every name in the policies and the recipients that leads nowhere.

    `policies` go before `policy`; `other_roles` are told in other ways than by a step. A name in
    any version of the contract is known. Without a single recipient they are inert, which is no
    fault; with some, a step that would reach nobody is.
    """
    providers = {provider.id for version in versions for provider in version.providers}
    commitments = {id_ for version in versions for id_ in version.by_id}
    regions = {c.region for version in versions for c in version.commitments if c.region}
    named: dict[Path, Policy] = {("policy",): policy}
    named |= {("policies", index): each for index, each in enumerate(policies)}
    faults: list[Fault] = list(_name_faults(policies))
    # Of every version: an obligation's is asked for it.
    own = [set(version.calendars) for version in versions]
    calendars = {*shipped_names(), *set.intersection(*own)} if own else {*shipped_names()}
    for path, part in _parts(named):
        faults += _unknown((*path, "providers"), part.providers, providers, "provider")
        faults += _unknown((*path, "commitments"), part.commitments, commitments, "commitment")
        faults += _unknown((*path, "regions"), part.regions, regions, "region")
        if isinstance(part, Policy):
            faults += _one_unknown(
                (*path, "quiet_outside"), part.quiet_outside, calendars, "calendar"
            )
    for index, recipient in enumerate(recipients):
        path = ("recipients", index)
        faults += _one_unknown((*path, "provider"), recipient.provider, providers, "provider")
        quiet = recipient.quiet_outside
        faults += _one_unknown((*path, "quiet_outside"), quiet, calendars, "calendar")
        faults += _contact_faults(path, recipient, versions)
    return faults + list(_role_faults(named, recipients, other_roles))


def _name_faults(policies: Sequence[Policy]) -> Iterator[Fault]:
    names = [policy.name for policy in policies]
    for index, policy in enumerate(policies):
        if policy.name is None:
            yield (
                ("policies", index),
                Said(N_("has no name")),
                Said(N_("add 'name', such as 'name: telus'")),
            )
        elif policy.name in names[:index]:
            yield (
                ("policies", index, "name"),
                Said(N_("'{name}' stands twice"), name=policy.name),
                Said(N_("give each its own")),
            )


def _contact_faults(
    path: Path, recipient: Recipient, versions: Collection[ContractVersion]
) -> Iterator[Fault]:
    contact = recipient.contact
    if contact is None:
        return
    providers = [p.id for version in versions for p in version.providers]
    asked = providers if recipient.provider is None else [recipient.provider]
    contacts = [each for version in versions for each in version.contacts]
    if not any(contact_address(contact, provider, contacts) for provider in asked):
        yield (
            (*path, "contact"),
            Said(N_("the contract gives no e-mail address on '{subject}'"), subject=contact),
            Said(N_("write an address")),
        )


def _parts(policies: Mapping[Path, Policy]) -> Iterator[tuple[Path, PolicyPart]]:
    for path, policy in policies.items():
        yield path, policy
        for index, step in enumerate(policy.steps):
            yield (*path, "steps", index), step


def _role_faults(
    policies: Mapping[Path, Policy],
    recipients: Collection[Recipient],
    other_roles: Collection[str],
) -> Iterator[Fault]:
    held = {recipient.role for recipient in recipients}
    steps = [
        ((*path, "steps", index, "notify"), step)
        for path, policy in policies.items()
        for index, step in enumerate(policy.steps)
    ]
    notified = {role for _, step in steps for role in step.roles}
    for path, step in steps:
        for index, choice in enumerate(step.choices):
            for _, message, remedy in _unknown((), choice, held | set(Role), "role"):
                yield (*path, index), message, remedy
        if recipients and not held & set(step.roles):
            yield (
                path,
                Said(
                    N_("step '{step}' would reach nobody: no recipient holds {roles}"),
                    step=step.id,
                    roles=_or(step.roles),
                ),
                Said(N_("give a recipient one of these roles, or take the step out")),
            )
    roles = ", ".join(sorted(notified))
    for index, recipient in enumerate(recipients):
        if recipient.role not in notified | set(other_roles):
            yield (
                ("recipients", index, "role"),
                Said(N_("no step notifies the role '{role}'"), role=recipient.role),
                Said(N_("use one that a step notifies: {roles}"), roles=roles),
            )


def _one_unknown(path: Path, name: str | None, known: Collection[str], what: str) -> list[Fault]:
    named = () if name is None else (name,)
    return [(path, message, remedy) for _, message, remedy in _unknown((), named, known, what)]


def _unknown(
    path: Path, names: Collection[str], known: Collection[str], what: str
) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name not in known:
            close = get_close_matches(name, known, 1)
            guess = (
                Said(N_("did you mean '{word}'?"), word=close[0])
                if close
                else Said(N_("known: {names}"), names=", ".join(sorted(known)))
            )
            yield (*path, index), Said(_NOBODY[what], name=name), guess


_NOBODY = {
    "provider": N_("no provider is named '{name}'"),
    "commitment": N_("no commitment is named '{name}'"),
    "role": N_("no role is named '{name}'"),
    "region": N_("no region is named '{name}'"),
    "calendar": N_("no calendar is named '{name}'"),
}


def _or(names: Collection[str]) -> str:
    *others, last = (f"'{name}'" for name in names)
    if not others:
        return last
    return Said(N_("{others} or {last}"), others=", ".join(others), last=last)
