"""The policies of a configuration, with who is told at each step."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from monitor.alerts.escalation import Recipient
from monitor.alerts.policy import Policy, Step
from monitor.cli.output import show_table
from monitor.cli.words import gettext, spoken
from monitor.configuration import contract_of, disagreements
from monitor.located_yaml import Problem
from monitor.settings import located_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladders:
    policies: Sequence[Policy]
    """In the order in which an obligation is held against them."""
    recipients: Sequence[Recipient]
    problems: Sequence[Problem]

    @classmethod
    def read(cls, path: Path | None) -> Self:
        """Those of the configuration at `path`, with what is wrong with them.

        Raises:
            InputError: the configuration or the contract cannot be read at all.
        """
        settings, document = located_settings(path)
        sections = ("policy", "policies", "recipients")
        return cls(
            policies=(*settings.policies, settings.policy),
            recipients=[Recipient(**each.model_dump()) for each in settings.recipients],
            problems=[
                problem
                for problem in disagreements(settings, document, contract_of(settings))
                if problem.key.startswith(sections)
            ],
        )

    def told(self, step: Step) -> Iterator[tuple[str, Recipient | None]]:
        """Each role a step may tell, with each of those who hold it; None: nobody does."""
        for role in step.roles:
            holders = [each for each in self.recipients if each.role == role]
            yield from ((role, holder) for holder in holders)
            if not holders:
                yield role, None

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": not self.problems,
            "problems": [
                {
                    "line": problem.line,
                    "key": problem.key,
                    "message": str(problem.message),
                    "remedy": str(problem.remedy),
                }
                for problem in self.problems
            ],
            "policies": [
                {
                    "name": policy.name,
                    **{name: list(getattr(policy, name)) for name in _MATCHERS},
                    "quiet_outside": policy.quiet_outside,
                    "steps": [self._step(step) for step in policy.steps],
                }
                for policy in self.policies
            ],
        }

    def _step(self, step: Step) -> dict[str, Any]:
        return {
            "id": step.id,
            "at": str(step.at),
            "urgent": step.urgent,
            "every": step.every and str(step.every),
            "times": step.times,
            "notify": [list(choice) for choice in step.choices],
            "tells": [
                {
                    "role": role,
                    "channel": holder.channel,
                    "address": holder.address or None,
                    "contact": holder.contact,
                    "provider": holder.provider,
                    "organization": holder.organization,
                    "subject": holder.subject,
                    "quiet_outside": holder.quiet_outside,
                }
                for role, holder in self.told(step)
                if holder is not None
            ],
        }


_MATCHERS = ("providers", "commitments", "organizations", "regions", "severities")


def show_ladders(ladders: Ladders) -> None:
    """A table of steps with a line for each of those who may be told."""
    show_table(
        (
            gettext("Policy"),
            gettext("Step"),
            gettext("At"),
            gettext("Role"),
            gettext("To"),
            gettext("Only for"),
        ),
        [row for policy in ladders.policies for row in _rows(ladders, policy)],
    )


def _rows(ladders: Ladders, policy: Policy) -> Iterator[tuple[str, ...]]:
    name = policy.name or (gettext("(all others)") if ladders.policies[1:] else gettext("(all)"))
    for step in policy.steps:
        first = (name, step.id, _at(step))
        for role, holder in ladders.told(step):
            yield (*first, spoken().role(role), _to(holder), _only(holder))
            # Said once, above those who hold the other roles.
            first = ("", "", "")
        name = ""


def _at(step: Step) -> str:
    if step.every is None:
        return str(step.at)
    if step.times is None:
        return gettext("{at}, then every {amount}").format(at=step.at, amount=step.every)
    return gettext("{at}, then every {amount}, {times} times in all").format(
        at=step.at, amount=step.every, times=step.times
    )


def _to(holder: Recipient | None) -> str:
    if holder is None:
        return gettext("nobody")
    address = holder.address
    if holder.contact is not None:
        address = gettext("the contract's address on {subject}").format(subject=holder.contact)
    return f"{address} ({holder.channel})"


def _only(holder: Recipient | None) -> str:
    if holder is None:
        return ""
    words = [each for each in (holder.provider, holder.organization, holder.subject) if each]
    if holder.quiet_outside is not None:
        words.append(gettext("quiet outside {calendar}").format(calendar=holder.quiet_outside))
    return ", ".join(words)
