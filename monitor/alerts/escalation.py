"""The words that deciding and rendering share: a step that fires, how grave it is, who is told."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.cases.obligation import Reason, Verdict, is_open

CLOSED = "closed"
"""The step that tells those who were told that the obligation closed; no policy may define it."""

CORRECTION = "correction"
"""The step that takes back what was told and was wrong; nor may a policy define this one."""


class Role(StrEnum):
    """The parts people play in the contract. A policy may name others that recipients hold."""

    CONTRACT_MANAGER = "contract-manager"
    ORGANIZATION_RESPONDENT = "organization-respondent"
    PROVIDER_DESK = "provider-desk"
    PROVIDER_COMPLAINTS = "provider-complaints"
    CSPQ_ADVISER = "cspq-adviser"
    ON_CALL = "on-call"


class Tone(StrEnum):
    """How grave a message is; its subject begins with it."""

    NOTE = "note"
    WARNING = "warning"
    BREACH = "breach"
    CLOSED = "closed"
    UNDECIDED = "undecided"
    """Closed, and nobody can tell whether in time."""
    CORRECTION = "correction"


class FiringReason(StrEnum):
    REACHED = "reached"
    """Its instant has come."""
    OVERTAKEN = "overtaken"
    """A later step of the ladder speaks for it: recorded, and told to nobody by itself."""
    CLOSED_LATE = "closed_late"
    """The breach was learned of only once the case was closed."""
    CLOSED_AFTER_TOLD = "closed_after_told"
    """Those who were told of it are told that it closed."""
    CORRECTED = "corrected"
    """What was told last has turned out to be wrong: those who were told hear what is true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a message said of an obligation when it was decided."""

    at: datetime
    verdict: Verdict
    reason: Reason
    due_at: datetime | None
    stopped_at: datetime | None
    reopened: int
    """How often the case had been reopened."""

    @property
    def is_open(self) -> bool:
        """Whether those who were told expect to hear more."""
        return is_open(self.verdict, self.stopped_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """A step that fires for an obligation: an escalation, once it is stored."""

    step: str
    episode: int
    """The round of telling: the case's own episode, until a correction begins another round."""
    at: datetime
    """The instant the step stood for, which may lie in the past."""
    reason: FiringReason
    tone: Tone
    roles: tuple[str, ...]
    """Who is to be told, those of the steps it overtook included; none when overtaken itself."""
    to_those_told: bool = False
    """Also to the recipients of earlier messages on this obligation."""
    urgent: bool = False
    unconfirmed: bool = False
    """The source is silent: nobody can vouch that it is still so."""
    corrects: Told | None = None
    """What it takes back."""

    @property
    def told(self) -> bool:
        """Whether a message goes out for it."""
        return self.reason is not FiringReason.OVERTAKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """The next step of the ladder, if nothing changes."""

    step: str
    at: datetime
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who holds a role, and how to reach them; None means for any provider or organisation."""

    role: str
    channel: str
    address: str
    lang: str = "fr"
    provider: str | None = None
    organization: str | None = None
