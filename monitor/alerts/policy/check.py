"""What a policy names that is not there: found when it is read, not when a step should fire."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import TypeAlias

from monitor.alerts.escalation import Recipient, Role
from monitor.alerts.policy.model import Policy, PolicyPart
from monitor.contract.model import ContractVersion
from monitor.locale.marking import N_, Said

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
                Said(
                    N_("step '{step}' would reach nobody: no recipient holds {roles}"),
                    step=step.id,
                    roles=_or(step.notify),
                ),
                Said(N_("give a recipient one of these roles, or take the step out")),
            )
    roles = ", ".join(sorted(notified))
    for index, recipient in enumerate(recipients):
        if recipient.role not in notified:
            yield (
                ("recipients", index, "role"),
                Said(N_("no step notifies the role '{role}'"), role=recipient.role),
                Said(N_("use one that a step notifies: {roles}"), roles=roles),
            )


def _unknown(
    path: tuple[str | int, ...], names: Collection[str], known: Collection[str], what: str
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
}


def _or(names: Collection[str]) -> str:
    *others, last = (f"'{name}'" for name in names)
    if not others:
        return last
    return Said(N_("{others} or {last}"), others=", ".join(others), last=last)
