"""What a policy names that is not there: found when it is read, not when a step should fire."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import TypeAlias

from monitor.alerts.escalation import Recipient, Role
from monitor.alerts.policy.model import Policy, PolicyPart
from monitor.contract.model import ContractVersion

Fault: TypeAlias = tuple[tuple[str | int, ...], str, str]
"""Where in the configuration, what is wrong, what would be right."""


def check_policy(
    policy: Policy, versions: Collection[ContractVersion], recipients: Collection[Recipient] = ()
) -> list[Fault]:
    """Every name in the policy and the recipients that leads nowhere.

    A name in any version of the contract is known. Without a single recipient the policy is inert,
    which is no fault; with some, a step that would reach nobody is.
    """
    providers = {provider.id for version in versions for provider in version.providers}
    commitments = {id_ for version in versions for id_ in version.by_id}
    faults: list[Fault] = []
    for path, part in _parts(policy):
        faults += _unknown((*path, "providers"), part.providers, providers, "provider")
        faults += _unknown((*path, "commitments"), part.commitments, commitments, "commitment")
    for index, recipient in enumerate(recipients):
        named = () if recipient.provider is None else (recipient.provider,)
        for _, message, remedy in _unknown((), named, providers, "provider"):
            faults.append((("recipients", index, "provider"), message, remedy))
    return faults + list(_role_faults(policy, recipients))


def _parts(policy: Policy) -> Iterator[tuple[tuple[str | int, ...], PolicyPart]]:
    yield ("policy",), policy
    for index, step in enumerate(policy.steps):
        yield ("policy", "steps", index), step


def _role_faults(policy: Policy, recipients: Collection[Recipient]) -> Iterator[Fault]:
    held = {recipient.role for recipient in recipients}
    notified = {role for step in policy.steps for role in step.notify}
    for index, step in enumerate(policy.steps):
        path = ("policy", "steps", index, "notify")
        yield from _unknown(path, step.notify, held | set(Role), "role")
        if recipients and not held & set(step.notify):
            yield (
                path,
                f"step '{step.id}' would reach nobody: no recipient holds {_or(step.notify)}",
                "give a recipient one of these roles, or take the step out",
            )
    for index, recipient in enumerate(recipients):
        if recipient.role not in notified:
            yield (
                ("recipients", index, "role"),
                f"no step notifies the role '{recipient.role}'",
                f"use one that a step notifies: {', '.join(sorted(notified))}",
            )


def _unknown(
    path: tuple[str | int, ...], names: Collection[str], known: Collection[str], what: str
) -> Iterator[Fault]:
    for index, name in enumerate(names):
        if name not in known:
            close = get_close_matches(name, known, 1)
            guess = f"did you mean '{close[0]}'?" if close else f"known: {', '.join(sorted(known))}"
            yield (*path, index), f"no {what} is named '{name}'", guess


def _or(names: Collection[str]) -> str:
    return " or ".join(f"'{name}'" for name in names)
