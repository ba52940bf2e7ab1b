"""The words that deciding and rendering share: a step that fires, how grave it is, who is told."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.alerts.interventions import Mute
from monitor.cases.obligation import Reason, Verdict, is_open

CLOSED = "closed"
"""The step that tells those who were told that the obligation closed; no policy may define it."""

CORRECTION = "correction"
"""The step that takes back what was told and was wrong; nor may a policy define this one."""

LAPSED = "lapsed"
"""The step that tells that an acknowledgement has ended; its entry's number stands after a `#`."""

RESUMED = "resumed"
"""The step that tells what stands after a silence or a hold; what it kept quiet stands after."""

ACKNOWLEDGED = "acknowledged"
"""The step that tells pagers which were told that somebody has it in hand; numbered as `LAPSED`."""

REPORT = "report"
"""The step of a message that brings an issued report; it is no step of a ladder."""

_SEPARATORS = re.compile("[#@:]")


def base_step(step: str) -> str:
    """The step of a policy, or of ours, that a stored one is an occurrence of."""
    return _SEPARATORS.split(step, maxsplit=1)[0]


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
    IN_HAND = "in_hand"
    """Somebody acknowledged it."""


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
    LAPSED = "lapsed"
    """The acknowledgement has ended, and it is still open."""
    RESUMED = "resumed"
    """What kept it quiet has ended, and it is still open."""
    TAKEN_IN_HAND = "taken_in_hand"
    """Somebody acknowledged it, and pagers that were told are to show so."""
    ACKNOWLEDGED = "acknowledged"
    """Reached while somebody had it in hand: told to nobody."""
    SILENCED = "silenced"
    """Reached in a silence: told to nobody."""
    HELD = "held"
    """Reached while its case was set apart: told to nobody."""

    @property
    def is_told(self) -> bool:
        """Whether a message goes out."""
        return self not in _UNTOLD

    @property
    def is_muted(self) -> bool:
        """Whether an operator kept it quiet."""
        return self in _MUTED


_MUTED = frozenset({FiringReason.ACKNOWLEDGED, FiringReason.SILENCED, FiringReason.HELD})
_UNTOLD = _MUTED | {FiringReason.OVERTAKEN}


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
    """Who is to be told, those of the steps it overtook included; none when told to nobody."""
    to_those_told: bool = False
    """Also to the recipients of earlier messages on this obligation."""
    urgent: bool = False
    unconfirmed: bool = False
    """The source is silent: nobody can vouch that it is still so."""
    lanes: frozenset[str] | None = None
    """Only to those who keep quiet outside of these calendars, '' for none; None: to all."""
    because: Mute | None = None
    """What keeps it quiet; or, where it tells of that, or of the end of it, what does or did."""
    corrects: Told | None = None
    """What it takes back."""

    @property
    def told(self) -> bool:
        """Whether a message goes out for it."""
        return self.reason.is_told


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
    subject: str | None = None
    """Hears of the cases about this alone, as the contract's table of contacts names it."""
    contact: str | None = None
    """The address is the contract's, for the obligation's provider on this subject."""
    quiet_outside: str | None = None
    """A calendar: outside its hours, what is not urgent waits until it opens."""
