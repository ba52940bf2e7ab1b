"""The `policy:` section of `vigie.yaml`: which steps fire for an obligation, and who is told."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from monitor.alerts.escalation import CLOSED, CORRECTION, Role
from monitor.alerts.policy.trigger import TriggerField, parse_trigger
from monitor.contract.vocabulary import Slug
from monitor.locale.marking import N_, Said
from monitor.spans import Span


class PolicyPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    providers: tuple[Slug, ...] = ()
    """Only for obligations of these providers; none: of any."""
    commitments: tuple[Slug, ...] = ()
    """Only for obligations under these commitments; none: under any."""

    def concerns(self, provider: str, commitment: str) -> bool:
        return (not self.providers or provider in self.providers) and (
            not self.commitments or commitment in self.commitments
        )


class Step(PolicyPart):
    id: Slug
    """Its identity: a step fires once an episode, whatever else of it is edited."""
    at: TriggerField
    notify: Annotated[tuple[Slug, ...], Field(min_length=1)]
    """Roles, as recipients hold them."""
    urgent: bool = False
    """Marked as important where the channel has a mark for it."""


def _step(step: str, at: str, *roles: Role, urgent: bool = False) -> Step:
    return Step(id=step, at=parse_trigger(at), notify=roles, urgent=urgent)


DEFAULT_STEPS = (
    _step("half", "50%", Role.CONTRACT_MANAGER),
    _step("warning", "80%", Role.CONTRACT_MANAGER, Role.PROVIDER_DESK),
    _step(
        "breach",
        "breach",
        Role.CONTRACT_MANAGER,
        Role.ORGANIZATION_RESPONDENT,
        Role.PROVIDER_DESK,
        urgent=True,
    ),
    _step(
        "complaint", "breach + 4 h", Role.CONTRACT_MANAGER, Role.PROVIDER_COMPLAINTS, urgent=True
    ),
    _step("adviser", "breach + 2 d", Role.CONTRACT_MANAGER, Role.CSPQ_ADVISER, urgent=True),
)
"""Up the ladder of the service description. Inert until somebody holds the roles."""


class Policy(PolicyPart):
    """The ladder, in any order of writing: a step's moment gives its place."""

    steps: tuple[Step, ...] = DEFAULT_STEPS
    closed_within: Span = timedelta(days=7)
    """How old a close may be for a breach learned of only then to be told, in real time.

    What closed longer ago is history, such as a provider's first reading brings in bulk.
    """

    @model_validator(mode="after")
    def _ids_are_usable(self) -> Self:
        ids = [step.id for step in self.steps]
        for own in (CLOSED, CORRECTION):
            if own in ids:
                raise ValueError(
                    Said(
                        N_("no step may be named '{name}', which Vigie fires itself; rename it"),
                        name=own,
                    )
                )
        for step in ids:
            if ids.count(step) > 1:
                raise ValueError(
                    Said(N_("two steps are named '{step}'; give each its own id"), step=step)
                )
        return self

    def ladder(self, provider: str, commitment: str) -> tuple[Step, ...]:
        """The steps that concern an obligation."""
        if not self.concerns(provider, commitment):
            return ()
        return tuple(step for step in self.steps if step.concerns(provider, commitment))
