"""The `policy:` and `policies:` sections of `vigie.yaml`: which steps fire, and who is told."""

from datetime import timedelta
from functools import cached_property
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from monitor.alerts.escalation import ACKNOWLEDGED, CLOSED, CORRECTION, LAPSED, RESUMED, Role
from monitor.alerts.policy.trigger import AfterBreach, Breach, TriggerField, parse_trigger
from monitor.alerts.subject import Subject
from monitor.contract.amount import AmountField
from monitor.contract.vocabulary import Slug
from monitor.locale.marking import N_, Said
from monitor.spans import Span


class PolicyPart(BaseModel):
    """What it is about: obligations that match each of these; an empty one matches any."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    providers: tuple[Slug, ...] = ()
    commitments: tuple[Slug, ...] = ()
    organizations: tuple[str, ...] = ()
    """As sources name them."""
    regions: tuple[Slug, ...] = ()
    severities: tuple[str, ...] = ()
    """As sources state them, in capitals or not."""

    def concerns(self, subject: Subject) -> bool:
        severity = (subject.severity or "").casefold()
        return (
            (not self.providers or subject.provider in self.providers)
            and (not self.commitments or subject.commitment in self.commitments)
            and (not self.organizations or subject.organization in self.organizations)
            and (not self.regions or subject.region in self.regions)
            and (not self.severities or severity in {each.casefold() for each in self.severities})
        )


RoleChoice = Slug | Annotated[tuple[Slug, ...], Field(min_length=1)]
"""A role, or several in an order of fallback: the first that somebody holds is meant."""


class Step(PolicyPart):
    id: Slug
    """Its identity: a step fires once an episode, whatever else of it is edited."""
    at: TriggerField
    notify: Annotated[tuple[RoleChoice, ...], Field(min_length=1)]
    """Roles, as recipients hold them; a list among them is an order of fallback."""
    urgent: bool = False
    """Marked as important where the channel has a mark for it; told in quiet hours too."""
    every: AmountField | None = None
    """Business time after which it is told again, once late, as long as it is."""
    times: Annotated[int, Field(ge=2, le=1000)] | None = None
    """How often in all; left out: until the obligation closes or is acknowledged."""

    @model_validator(mode="after")
    def _repeats_once_late(self) -> Self:
        if self.every is not None and not isinstance(self.at, Breach | AfterBreach):
            raise ValueError(Said(N_("only a step at or after the breach repeats; remove 'every'")))
        if self.times is not None and self.every is None:
            raise ValueError(
                Said(N_("'times' counts repetitions; add 'every', such as 'every: 4 h'"))
            )
        return self

    @cached_property
    def choices(self) -> tuple[tuple[str, ...], ...]:
        """Each entry of `notify` as an order of fallback."""
        return tuple((each,) if isinstance(each, str) else each for each in self.notify)

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role named, each once."""
        return tuple(dict.fromkeys(role for choice in self.choices for role in choice))


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

    name: Slug | None = None
    """Among several."""
    steps: tuple[Step, ...] = DEFAULT_STEPS
    quiet_outside: Slug | None = None
    """A calendar: outside its hours, steps that are not urgent wait until it opens."""
    closed_within: Span = timedelta(days=7)
    """How old a close may be for a breach learned of only then to be told, in real time.

    What closed longer ago is history, such as a provider's first reading brings in bulk.
    """

    @model_validator(mode="after")
    def _ids_are_usable(self) -> Self:
        ids = [step.id for step in self.steps]
        for own in (ACKNOWLEDGED, CLOSED, CORRECTION, LAPSED, RESUMED):
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

    def ladder(self, subject: Subject) -> tuple[Step, ...]:
        """The steps that concern an obligation."""
        if not self.concerns(subject):
            return ()
        return tuple(step for step in self.steps if step.concerns(subject))
